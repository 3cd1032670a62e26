package report

import (
	"math"
	"strconv"
)

// tally is how often something was followed by something else.
type tally struct{ hits, of int }

func (t *tally) add(hit bool) {
	t.of++
	if hit {
		t.hits++
	}
}

const nothingBeside = "–" // said where there is no other share to set beside

const wilsonZ = 1.959964 // 95 % of a normal distribution lie within so many standard deviations

// wilson is the 95 % interval of a share (Wilson, J. Am. Stat. Assoc. 22, 1927, DOI 10.1080/01621459.1927.10502953). Of nothing it is 0 to 1.
func (t tally) wilson() (low, high float64) {
	if t.of == 0 {
		return 0, 1
	}
	n, p := float64(t.of), float64(t.hits)/float64(t.of)
	const z2 = wilsonZ * wilsonZ
	middle := (p + z2/(2*n)) / (1 + z2/n)
	half := wilsonZ * math.Sqrt(p*(1-p)/n+z2/(4*n*n)) / (1 + z2/n)
	return max(0, middle-half), min(1, middle+half)
}

// words say the interval in tens, rounded outward: what it would be if it went on for long.
func (t tally) words() string {
	low, high := t.wilson()
	from, to := int(math.Floor(10*low+1e-9)), int(math.Ceil(10*high-1e-9))
	switch {
	case from == 0 && to == 10:
		return "too few to say anything"
	case from == 0:
		return "in the long run at most " + strconv.Itoa(to) + " of 10"
	case to == 10:
		return "in the long run at least " + strconv.Itoa(from) + " of 10"
	}
	return "in the long run between " + strconv.Itoa(from) + " and " + strconv.Itoa(to) + " of 10"
}

// beside compares two shares where there are two, and claims a difference only where their intervals lie apart.
func (t tally) beside(other tally) string {
	low, high := t.wilson()
	otherLow, otherHigh := other.wilson()
	switch {
	case other.of == 0:
		return nothingBeside
	case low > otherHigh:
		return "more often than otherwise"
	case high < otherLow:
		return "less often than otherwise"
	}
	return "no difference that can be told"
}

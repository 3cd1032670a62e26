package dsp

import "math"

// verdict is what became of one candidate.
type verdict struct {
	k        int64
	quality  float64
	beat     bool
	doubtful bool // a beat, but too unlike the others for its time to be exact
}

// verdicts keeps the latest candidates of a lead for its quality.
type verdicts struct {
	ring [64]verdict
	n    int
}

func (v *verdicts) clear() { v.n = 0 }

func (v *verdicts) add(d verdict) {
	v.ring[v.n%len(v.ring)] = d
	v.n++
}

// since sums up the candidates from cell from on: how many were beats, how many of them beyond doubt, their mean quality, and the longest stretch without one
// between from and to.
func (v *verdicts) since(from, to int64) (beats, sure int, quality float64, longest int64) {
	previous := from
	for i := max(0, v.n-len(v.ring)); i < v.n; i++ {
		d := v.ring[i%len(v.ring)]
		if d.k < from || !d.beat {
			continue
		}
		beats++
		if !d.doubtful {
			sure++
		}
		quality += d.quality
		longest = max(longest, d.k-previous)
		previous = d.k
	}
	longest = max(longest, to-previous)
	return beats, sure, quality / max(1, float64(beats)), longest
}

// unrest is the median change between neighbouring distances of the beats since cell from, as a share of their median distance; 0 of
// fewer than five beats.
func (v *verdicts) unrest(from int64) float64 {
	var gaps, changes [len(v.ring)]float64
	n, previous := 0, int64(-1)
	for i := max(0, v.n-len(v.ring)); i < v.n; i++ {
		d := v.ring[i%len(v.ring)]
		if d.k < from || !d.beat {
			continue
		}
		if previous >= 0 {
			gaps[n] = float64(d.k - previous)
			n++
		}
		previous = d.k
	}
	if n < 4 {
		return 0
	}
	for i := 1; i < n; i++ {
		changes[i-1] = math.Abs(gaps[i] - gaps[i-1])
	}
	return medianOf(changes[:n-1]) / medianOf(gaps[:n])
}

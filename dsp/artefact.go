package dsp

// Constants of Lipponen & Tarvainen 2019, J Med Eng Technol 43:173, doi 10.1080/03091902.2019.1640306. The threshold is alpha
// quartile deviations of the signed differences, 3.5 SD of a normal distribution.
const (
	artefactAlpha  = 5.2
	artefactC1     = 0.13
	artefactC2     = 0.17
	artefactWindow = 91 // beats for the quartiles
	medianWindow   = 11 // intervals for the local median
	startIntervals = 20 // before so many the quartiles mean little: 20 % of the local median decides instead
	startShare     = 0.20
	leastSpread    = 20.0  // ms: smallest threshold. A very steady heart leaves only timing noise, which is no artefact
	shortestRR     = 300.0 // ms, hard gate
	longestRR      = 2000.0
)

// around holds what the decision on interval i needs: differences of successive intervals d[0] = RR[i−1]−RR[i−2] …
// d[3] = RR[i+2]−RR[i+1], with 0 where there is no such interval.
type around struct {
	d         [4]float64
	rr, next  float64 // RR[i] and RR[i+1]; next 0 where absent
	median    float64 // of the 11 intervals about i
	th1, th2  float64 // ms
	haveAfter bool
}

// decide is the decision tree of the paper (its figure 1). Long and short intervals that are neither missed nor extra beats
// are ClassEctopic here: hubd excludes both alike.
func (a around) decide() IBIClass {
	before, d, after, later := a.d[0]/a.th1, a.d[1]/a.th1, a.d[2]/a.th1, a.d[3]/a.th1
	m := a.rr - a.median
	if m < 0 {
		m *= 2
	}
	m /= a.th2
	if abs(d) <= 1 && abs(m) <= 3 {
		return ClassNN
	}
	if abs(d) > 1 && ectopic(before, d, after) {
		return ClassEctopic
	}
	long := d > 1 && min(after, later) < -1 || m > 3
	short := d < -1 && max(after, later) > 1 || m < -3
	switch {
	case short && a.haveAfter && abs(a.rr+a.next-a.median) < a.th2:
		return ClassExtra
	case long && abs(a.rr/2-a.median) < a.th2:
		return ClassMissed
	case long || short:
		return ClassEctopic
	}
	return ClassNN
}

// ectopic is equation 6 and 7 of the paper: the pattern negative-positive-negative or its mirror in the differences.
func ectopic(before, d, after float64) bool {
	if d > 0 {
		return max(before, after) < -artefactC1*d-artefactC2
	}
	return min(before, after) > -artefactC1*d+artefactC2
}

// byMedian is the rule for the first intervals: more than 20 % off the local median is no normal interval; twice and half the
// median tell which kind it is.
func byMedian(rr, next, median float64) IBIClass {
	switch {
	case abs(rr-median) <= startShare*median:
		return ClassNN
	case abs(rr/2-median) <= startShare*median:
		return ClassMissed
	case rr < median && next > 0 && abs(rr+next-median) <= startShare*median:
		return ClassExtra
	}
	return ClassEctopic
}

func abs(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}

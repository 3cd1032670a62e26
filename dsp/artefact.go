package dsp

import "math"

// Constants of Lipponen & Tarvainen 2019, J Med Eng Technol 43:173, doi 10.1080/03091902.2019.1640306. A threshold is alpha
// quartile deviations of the signed numbers, 3.5 SD of a normal distribution.
const (
	artefactAlpha  = 5.2
	artefactC1     = 0.13
	artefactC2     = 0.17
	artefactWindow = 91 // beats for the quartiles
	medianWindow   = 11 // intervals for the local median
)

// What hubd adds to the paper. The paper's thresholds know nothing of the heart's own length of beat: with few intervals, or among
// many artefacts, they grow beyond any premature beat, and on a steady heart they shrink below the step of a clock.
const (
	startIntervals = 20   // before so many differences the quartiles mean little: shares of the local median decide
	leastSpread    = 10.0 // ms, lower limit of all: steps of 1/128 s in the times of a steady heart are no artefact

	// Shares of the local median.
	changeStart = 0.20 // at the start; a beat 10 % early and what follows differ by 20 %
	changeMost  = 0.30 // upper limits: a premature beat is one that comes 15 to 20 % early or more
	offsetMost  = 0.20
	shiftMost   = 0.18
	offsetLeast = 0.04 // while the rate rises or falls an interval is its own local median, and the offsets say nothing
	awayLeast   = 0.12 // away from where it belongs by less, a beat or an interval must stand out more than the paper asks …
	tailFactor  = 1.5  // … by so much

	shiftReturn   = 0.10 // share of a beat's jump that both neighbouring differences take back; 0.5 for one beat out of place
	shiftSlack    = 0.75 // share of its neighbours that the largest jump may fall short of, where breathing adds to them
	lopsidedShare = 0.25 // of two intervals, how little the lesser one may be off where the other alone is to blame
	aloneFactor   = 1.8  // an interval by itself against a beat out of place; times as much do white noise and breathing move it
	joinShare     = 0.25 // two intervals that together are one, and one that is two, are so within this share
	mostOfTwo     = 2.5  // normal intervals that those on both sides of a beat out of place can hold; more, and one was missed

	shortestRR = 300.0  // ms, hard gate
	longestRR  = 2000.0 // ms
)

// thresholds tell at one place of a series what is too much, ms.
type thresholds struct {
	change float64 // difference of successive intervals
	offset float64 // interval from the local median; times 3
	shift  float64 // beat from where its four neighbours place it
}

// limited keeps thresholds, which are alpha quartile deviations of so many differences, within what they can mean.
func (t thresholds) limited(median float64, differences int) thresholds {
	if differences < startIntervals {
		return thresholds{change: changeStart * median, offset: offsetMost * median, shift: awayLeast * median}
	}
	return thresholds{change: within(t.change, leastSpread, changeMost*median), offset: within(t.offset, offsetLeast*median, offsetMost*median),
		shift: within(t.shift, awayLeast*median, shiftMost*median)}
}

func within(v, low, high float64) float64 { return max(low, min(v, high)) }

// around is what is known about one place of a series: the intervals, their local median there and the thresholds there.
type around struct {
	rr     []float64 // ms
	median float64   // of the 11 intervals about the place, ms
	thresholds
}

// change is the difference of interval i from the one before; 0 where one of them does not exist.
func (a *around) change(i int) float64 {
	if i < 1 || i >= len(a.rr) {
		return 0
	}
	return a.rr[i] - a.rr[i-1]
}

// shiftOf tells by how many ms the beat between intervals i−1 and i is later than the cubic through the two beats before and the
// two after it: (−t₋₂ + 4t₋₁ + 4t₁ − t₂)/6. Breathing, which moves neighbouring beats together, hardly shows in it; a beat that is
// premature, or whose time was read wrongly, shows whole.
func shiftOf(rr []float64, i int) (ms float64, ok bool) {
	if i < 2 || i+1 >= len(rr) {
		return 0, false
	}
	return (rr[i+1] - 3*rr[i] + 3*rr[i-1] - rr[i-2]) / 6, true
}

// beat judges the beat between intervals i−1 and i: ClassExtra where it is none, ClassEctopic where it is premature, late or out
// of place, else ClassNN.
func (a *around) beat(i int) IBIClass {
	if i < 1 || i >= len(a.rr) {
		return ClassNN
	}
	miss, before, after := a.joins(i), a.joins(i-1), a.joins(i+1)
	switch {
	case miss < joinShare && miss <= before && miss <= after:
		return ClassExtra
	case before < joinShare || after < joinShare: // the jump here is the work of an extra beat beside
		return ClassNN
	case miss < mostOfTwo-1 && !a.lopsided(i) && (a.ectopic(i) || a.outOfPlace(i)):
		return ClassEctopic
	}
	return ClassNN
}

// joins tells how far intervals i−1 and i together are from one normal interval, as a share of it. Normal is the middle one of the
// two on both sides and the local median: breathing may carry all away from the median, and an artefact may sit beside. Infinite
// where there are no two.
func (a *around) joins(i int) (share float64) {
	if i < 1 || i >= len(a.rr) {
		return math.Inf(1)
	}
	level := a.level(i)
	return abs(a.rr[i-1]+a.rr[i]-level) / level
}

// level is what a normal interval would be about the beat between intervals i−1 and i.
func (a *around) level(i int) float64 {
	if i < 2 || i+1 >= len(a.rr) {
		return a.median
	}
	before, after := a.beatLength(i-2), a.beatLength(i+1)
	return max(min(before, after), min(max(before, after), a.median))
}

// lopsided reports whether of the intervals i−1 and i one is off and the other hardly: then no beat is out of place between them,
// but one interval is short or long by itself, as where a premature beat starts the rhythm anew.
func (a *around) lopsided(i int) bool {
	level := a.level(i)
	p, q := abs(a.rr[i-1]-level), abs(a.rr[i]-level)
	return min(p, q) < lopsidedShare*max(p, q)
}

// alone reports whether interval i is off among normal ones: off the middle of the two on either side, and they are not.
func (a *around) alone(i int) bool {
	if i < 2 || i+2 >= len(a.rr) {
		return false
	}
	b, c, d, e := a.rr[i-2], a.rr[i-1], a.rr[i+1], a.rr[i+2]
	low, high := max(min(b, c), min(d, e)), min(max(b, c), max(d, e))
	middle := (low + high) / 2
	off := abs(a.rr[i] - middle)
	return off > aloneFactor*a.shift && max(abs(c-middle), abs(d-middle)) < off/2
}

// ectopic is equation 6 and 7 of the paper: the pattern negative-positive-negative or its mirror in the differences. Of
// neighbouring ones the largest jump marks the beat.
func (a *around) ectopic(i int) bool {
	before, d, after := a.change(i-1), a.change(i), a.change(i+1)
	ms, _ := shiftOf(a.rr, i)
	if abs(d) <= a.jump(ms) || abs(d) < max(abs(before), abs(after)) {
		return false
	}
	before, d, after = before/a.thresholds.change, d/a.thresholds.change, after/a.thresholds.change
	if d > 0 {
		return max(before, after) < -artefactC1*d-artefactC2
	}
	return min(before, after) > -artefactC1*d+artefactC2
}

// jump is the difference that is too much where the beat or interval is ms away from where it belongs: the paper's threshold, and
// half more where that is little. Differences of a resting heart have longer tails than the normal distribution, and of a thousand
// a few lie beyond 3.5 SD.
func (a *around) jump(ms float64) float64 {
	if abs(ms) < awayLeast*a.median {
		return tailFactor * a.thresholds.change
	}
	return a.thresholds.change
}

// outOfPlace finds what the differences hide where breathing makes them large.
func (a *around) outOfPlace(i int) bool {
	ms, ok := shiftOf(a.rr, i)
	if !ok || abs(ms) <= a.shift {
		return false
	}
	before, d, after := a.change(i-1), a.change(i), a.change(i+1)
	if d < 0 {
		before, d, after = -before, -d, -after
	}
	return max(before, after) < -shiftReturn*d && d >= -shiftSlack*min(before, after)
}

// interval judges interval i between a beat that opens and one that closes it. Long and short intervals that are neither missed
// nor extra beats are ClassEctopic here: hubd excludes both alike.
func (a *around) interval(i int, opens, closes IBIClass) IBIClass {
	rr := a.rr[i]
	switch {
	case opens == ClassExtra || closes == ClassExtra:
		return ClassExtra
	case opens == ClassEctopic || closes == ClassEctopic:
		return ClassEctopic
	case a.parts(rr) > 1:
		return ClassMissed
	case a.longOrShort(i) || a.alone(i):
		return ClassEctopic
	}
	return ClassNN
}

// parts is the number of normal intervals that an interval holds where beats were missed, else 1.
func (a *around) parts(rr float64) int {
	n := math.Round(rr / a.median)
	if n >= 2 && abs(rr/n-a.median) < joinShare*a.median {
		return int(n)
	}
	return 1
}

// beatLength is interval i shared among the beats that it holds: beside a missed beat a normal interval is not short.
func (a *around) beatLength(i int) float64 { return a.rr[i] / float64(a.parts(a.rr[i])) }

// beatChange is change with beatLength.
func (a *around) beatChange(i int) float64 {
	if i < 1 || i >= len(a.rr) {
		return 0
	}
	return a.beatLength(i) - a.beatLength(i-1)
}

// longOrShort is the paper's last decision: a jump that is taken back within two intervals, or a length far from the local median.
func (a *around) longOrShort(i int) bool {
	th := a.jump(a.rr[i] - a.median)
	d, after, later := a.beatChange(i), a.beatChange(i+1), a.beatChange(i+2)
	m := offsetOf(a.rr[i], a.median)
	return d > th && min(after, later) < -th || d < -th && max(after, later) > th || abs(m) > 3*a.offset
}

// offsetOf is the distance of an interval from the local median, below it doubled, as the paper weighs it.
func offsetOf(rr, median float64) float64 {
	if rr < median {
		return 2 * (rr - median)
	}
	return rr - median
}

func abs(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}

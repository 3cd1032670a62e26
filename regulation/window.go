package regulation

import (
	"math"

	"hubd/dsp"
)

// counted are the features that are looked at in windows; the others follow by themselves.
const (
	countedResponses = iota
	countedRate
	countedDifferences
	countedAll
)

// windows looks at the counted features over the last seconds, as far back as nothing has changed.
type windows struct {
	trails [countedAll]trail // responses per second watched; bpm; ms² per difference
	reach  int               // s, how far back a window may look: since the last change
	led    lead
}

// take notes what this second showed.
func (w *windows) take(f Features, u usable) {
	var responses, watched, known, rate float64
	if u.skin {
		responses = float64(f.Skin.Responses) // also where some are taken back while nothing can be seen
	}
	if u.skin && f.Skin.Watched {
		watched = 1
	}
	w.trails[countedResponses].put(responses, watched)
	if !u.pulse {
		w.led = lead{}
	} else if led := w.led.step(f.Pulse.HeartRate); led.Known {
		known, rate = 1, led.Value
	}
	w.trails[countedRate].put(rate, known)
	if u.vagal {
		w.trails[countedDifferences].put(f.Pulse.Fresh.Squares, float64(f.Pulse.Fresh.Differences))
	} else {
		w.trails[countedDifferences].put(0, 0)
	}
}

// spans are the windows in which the body is looked at, in seconds, shortest first. own: 15 s hold 15 beats and a few breaths; each is
// twice the one before, so that what a longer one adds is worth as much as what it had.
func spans() [4]int {
	return [...]int{15, 30, 60, longestSpan}
}

// settle chooses the window in which the body is looked at, by the intersection of confidence intervals (Goldenshluger & Nemirovski
// 1997; Katkovnik 1999, doi 10.1109/78.782209): the longest one that no shorter one contradicts, in any feature. So a body that
// stays as it is is seen with little noise, and a change soon, in all features at once, for it is one body. What lay before a change
// never comes back into the window.
func (w *windows) settle() (seen [countedAll]estimate) {
	var agreed [countedAll]interval
	w.reach = min(w.reach+1, longestSpan)
	var sums [countedAll]sum
	shorter := 0
	for _, span := range spans() {
		if span > w.reach && shorter > 0 {
			break
		}
		now := w.look(&sums, shorter, span)
		for k, e := range now {
			if e.known && !agreed[k].meet(e, width(k, now), !seen[k].known) {
				w.reach = shorter
				return seen
			}
		}
		for k, e := range now {
			if e.known && (seen[k].known || span <= spanRecent) {
				seen[k] = e
			}
		}
		shorter = span
	}
	return seen
}

// width is the half width of a feature's interval, in standard errors.
func width(k int, now [countedAll]estimate) float64 {
	switch {
	case k == countedDifferences:
		return widthDifferences
	case k == countedResponses && !now[countedRate].known:
		return widthAlone
	}
	return widthOthers
}

// look gives each feature as a window of span seconds shows it, from the sums over a shorter one.
func (w *windows) look(sums *[countedAll]sum, shorter, span int) [countedAll]estimate {
	w.trails[countedResponses].add(&sums[countedResponses], shorter, span)
	w.trails[countedRate].add(&sums[countedRate], shorter/rateShare, span/rateShare)
	w.trails[countedDifferences].add(&sums[countedDifferences], shorter, span)
	return [...]estimate{
		countedResponses:   responseRate(sums[countedResponses], span),
		countedRate:        meanRate(sums[countedRate]),
		countedDifferences: lnRMSSD(sums[countedDifferences], span),
	}
}

// estimate is a feature's value as far as one window shows it.
type estimate struct {
	value float64
	se    float64 // standard error of value
	known bool
}

// interval is what all windows so far agree on.
type interval struct{ low, high float64 }

// meet narrows the interval by one more estimate; false where nothing is left.
func (v *interval) meet(e estimate, width float64, first bool) bool {
	low, high := e.value-width*e.se, e.value+width*e.se
	if first {
		*v = interval{low, high}
		return true
	}
	v.low, v.high = max(v.low, low), min(v.high, high)
	return v.low <= v.high
}

// responseRate is the variance-stabilised rate of skin responses in a window of span seconds, from their number and the seconds watched.
func responseRate(s sum, span int) estimate {
	if s.over < responseWatched*float64(span) {
		return estimate{}
	}
	return estimate{stabilised(60 * max(s.of, 0) / s.over), stabilisedSpread * math.Sqrt(60/s.over), true}
}

// meanRate is the mean heart rate, from the rates of the seconds that had one.
func meanRate(s sum) estimate {
	if s.over == 0 {
		return estimate{}
	}
	return estimate{s.of / s.over, rateNoise, true}
}

// lnRMSSD is ln RMSSD, corrected for the mean interval, of a window of span seconds, from the squares of its differences.
func lnRMSSD(s sum, span int) estimate {
	if s.over < differencesKnown*float64(span) || s.of <= 0 {
		return estimate{}
	}
	return estimate{math.Log(s.of/s.over) / 2, differenceError / math.Sqrt(2*s.over), true}
}

// lead looks ahead of a feature that is late, by its own change: x + (x − x₋₁₀).
type lead struct {
	recent [leadSeconds]dsp.Maybe
	n      int
}

// step takes this second's value.
func (l *lead) step(x dsp.Maybe) dsp.Maybe {
	slot := &l.recent[l.n%leadSeconds]
	before := *slot
	*slot = x
	l.n++
	if x.Known && before.Known {
		x.Value += leadShare * (x.Value - before.Value)
	}
	return x
}

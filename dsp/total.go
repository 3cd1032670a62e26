package dsp

import (
	"math"
	"time"
)

// total sums up a whole run in bounded memory (Welford 1962 for the variance).
type total struct {
	beats           int
	n, pairs        int
	excluded        int // intervals that are not normal
	mean, m2        float64
	diffSquare      float64
	above50         int
	seconds, usable int
	looks, uneven   int // at the pulse's evenness
	first, last     time.Duration
	begun           bool
}

func (s *total) interval(e *entry) {
	switch e.class {
	case ClassNN:
	case ClassAfterGap: // as in a window: neither counted nor held against the run
		return
	default:
		s.excluded++
		return
	}
	s.n++
	d := e.ms - s.mean
	s.mean += d / float64(s.n)
	s.m2 += d * (e.ms - s.mean)
	if !e.pair {
		return
	}
	s.pairs++
	s.diffSquare += e.diff * e.diff
	if math.Abs(e.diff) > 50+rounding {
		s.above50++
	}
}

// look counts one look at the pulse's evenness, of those that had intervals enough to see it.
func (s *total) look(uneven bool) {
	s.looks++
	if uneven {
		s.uneven++
	}
}

func (s *total) time(t time.Duration) {
	if !s.begun {
		s.begun, s.first = true, t
	}
	s.last = max(s.last, t)
}

// summary gives no measure of intervals where the pulse was uneven for most of the time in which it was seen, nor where more intervals
// are excluded than a window may have, and each measure from the least content on that a window of 60 s must have for it.
func (s *total) summary() Summary {
	v := Summary{Duration: s.last - s.first, Beats: s.beats}
	sound := 2*s.uneven <= s.looks && !tooManyExcluded(s.excluded, s.n)
	nnMs := s.mean * float64(s.n)
	if sound && s.n >= 2 && nnMs >= minMeanMs {
		v.MeanNN = Some(s.mean)
	}
	if sound && s.pairs >= minPairs && nnMs >= minRMSSDMs {
		v.RMSSD = Some(math.Sqrt(s.diffSquare / float64(s.pairs)))
	}
	if sound && s.pairs >= minPairs && nnMs >= minFilled*float64(shortWindow)/1e6 {
		v.SDNN = Some(math.Sqrt(s.m2 / float64(s.n-1)))
		v.PNN50 = Some(100 * float64(s.above50) / float64(s.pairs))
	}
	if s.seconds > 0 {
		v.UsablePercent = Some(100 * float64(s.usable) / float64(s.seconds))
	}
	return v
}

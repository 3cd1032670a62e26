package dsp

import (
	"math"
	"time"
)

// Limits of an uneven pulse, over 60 s: many intervals that are not normal, or differences so large and so unlike any rhythm
// that no interval is normal. It is no diagnosis: it says that interval measures mean nothing here.
const (
	unevenShare   = 0.125 // of the intervals are not normal; from here on …
	evenShare     = 0.06  // … until fewer than this
	unevenLeast   = 30    // intervals in the window
	unevenMedian  = 0.10  // median difference of neighbours, as a share of the median interval
	unevenReverse = -0.25 // correlation of neighbouring differences: −0.5 for a shuffled series, positive for slow breathing
)

const unevenReason = "uneven pulse: not used"

// evenness tells whether the pulse is uneven, with hysteresis.
type evenness struct {
	uneven bool
	change trailing
	length trailing
}

func newEvenness() *evenness { return &evenness{change: newTrailing(128), length: newTrailing(128)} }

// update looks at the window's intervals. Intervals judged missed are the sensor's fault, not the heart's, and do not count.
func (e *evenness) update(w *window) {
	e.change.clear()
	e.length.clear()
	var odd, all int
	var previous, product, square float64
	var last *entry
	for i := w.from; i < w.upTo && all < 128; i++ {
		x := w.record.at(i)
		if x.class == ClassAfterGap || x.class == ClassMissed {
			last, previous = nil, 0
			continue
		}
		all++
		if x.class != ClassNN {
			odd++
		}
		e.length.add(x.ms)
		if last != nil {
			d := x.ms - last.ms
			e.change.add(math.Abs(d))
			product += d * previous
			square += d * d
			previous = d
		}
		last = x
	}
	if all < unevenLeast {
		e.uneven = e.uneven && all > 0
		return
	}
	share := float64(odd) / float64(all)
	wild := e.change.median() > unevenMedian*e.length.median() && product < unevenReverse*square
	if share >= unevenShare || wild {
		e.uneven = true
	} else if share < evenShare {
		e.uneven = false
	}
}

// total sums up a whole run in bounded memory (Welford 1962 for the variance).
type total struct {
	beats           int
	n, pairs        int
	mean, m2        float64
	diffSquare      float64
	above50         int
	seconds, usable int
	first, last     time.Duration
	begun           bool
}

func (s *total) interval(e *entry) {
	if e.class != ClassNN {
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

func (s *total) time(t time.Duration) {
	if !s.begun {
		s.begun, s.first = true, t
	}
	s.last = max(s.last, t)
}

func (s *total) summary() Summary {
	v := Summary{Duration: s.last - s.first, Beats: s.beats}
	if s.n >= 2 {
		v.MeanNN = Some(s.mean)
		v.SDNN = Some(math.Sqrt(s.m2 / float64(s.n-1)))
	}
	if s.pairs > 0 {
		v.RMSSD = Some(math.Sqrt(s.diffSquare / float64(s.pairs)))
		v.PNN50 = Some(100 * float64(s.above50) / float64(s.pairs))
	}
	if s.seconds > 0 {
		v.UsablePercent = Some(100 * float64(s.usable) / float64(s.seconds))
	}
	return v
}

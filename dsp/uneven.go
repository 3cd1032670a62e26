package dsp

import "math"

// Limits of an uneven pulse, over 60 s: many beats that are not normal, or differences so large and so unlike any rhythm that none
// is. It is no diagnosis: it says that interval measures mean nothing here.
const (
	unevenShare   = 0.125 // of the intervals are ectopic, one premature beat spoiling two; from here on …
	evenShare     = 0.06  // … until fewer than this
	unevenLeast   = 30    // intervals in the window
	unevenMost    = 256   // a minute at the fastest rate there is, 200, with room
	unevenMedian  = 0.10  // median difference of neighbours, as a share of the median interval
	unevenReverse = -0.25 // correlation of neighbouring differences: −0.5 for a shuffled series, −1 for bigeminy, positive for slow breathing
)

const unevenReason = "uneven pulse: not used"

// evenness tells whether the pulse is uneven, with hysteresis.
type evenness struct {
	uneven bool
	change []float64 // between neighbours, without sign, ms
	length []float64 // ms
}

func newEvenness() *evenness {
	return &evenness{change: make([]float64, 0, unevenMost), length: make([]float64, 0, unevenMost)}
}

// update looks at the window's intervals; seen is false where they are too few to tell.
func (e *evenness) update(w *window) (seen bool) {
	all, ectopic, reversal := e.look(w)
	if all < unevenLeast {
		e.uneven = e.uneven && all > 0
		return false
	}
	share := float64(ectopic) / float64(all)
	wild := reversal < unevenReverse && medianOf(e.change) > unevenMedian*medianOf(e.length)
	switch {
	case share >= unevenShare || wild:
		e.uneven = true
	case share < evenShare:
		e.uneven = false
	}
	return true
}

// look counts the window's intervals, and how far neighbouring differences take each other back. Beats that were missed or seen too
// many are the sensor's fault, not the heart's, and break the succession.
func (e *evenness) look(w *window) (all, ectopic int, reversal float64) {
	e.change, e.length = e.change[:0], e.length[:0]
	var previous, product, square float64
	var last *entry
	for i := w.from; i < w.upTo && all < unevenMost; i++ {
		x := w.record.at(i)
		if x.class != ClassNN && x.class != ClassEctopic {
			last, previous = nil, 0
			continue
		}
		all++
		if x.class == ClassEctopic {
			ectopic++
		}
		e.length = append(e.length, x.ms)
		if last != nil {
			d := x.ms - last.ms
			e.change = append(e.change, math.Abs(d))
			product += d * previous
			square += d * d
			previous = d
		}
		last = x
	}
	if square == 0 {
		return all, ectopic, 0
	}
	return all, ectopic, product / square
}

package dsp

import "math"

// regularity tells how regularly a series of times goes on, by the jolts in it: third differences, in which slow changes of the
// interval hardly show.
type regularity struct {
	last  [3]float64
	n     int // of last that are filled
	jolts trailing
}

const (
	joltBeats = 41
	joltLeast = 8 // before so many, two series count alike
)

func newRegularity() regularity { return regularity{jolts: newTrailing(joltBeats)} }

// interrupt ends a row of times that belong together.
func (r *regularity) interrupt() { r.n = 0 }

func (r *regularity) clear() { r.n = 0; r.jolts.clear() }

func (r *regularity) add(at float64) {
	if r.n == len(r.last) {
		r.jolts.add(math.Abs(at - 3*r.last[2] + 3*r.last[1] - r.last[0]))
		r.n--
		copy(r.last[:], r.last[1:])
	}
	r.last[r.n] = at
	r.n++
}

// against is the weight 0…1 of this series beside another one: the steadier one counts more, as the inverse of its variance.
func (r *regularity) against(other *regularity) float64 {
	if r.jolts.len() < joltLeast || other.jolts.len() < joltLeast {
		return 0.5
	}
	own, its := r.jolts.median(), other.jolts.median()
	if own == 0 && its == 0 {
		return 0.5
	}
	return its * its / (own*own + its*its)
}

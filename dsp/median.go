package dsp

import "slices"

// trailing is a bounded trailing window of numbers that is kept in order of size too, so that medians and quartiles cost no
// sorting. Its capacity is fixed when it is made.
type trailing struct {
	ring   []float64
	sorted []float64
	next   int
}

func newTrailing(n int) trailing {
	return trailing{ring: make([]float64, 0, n), sorted: make([]float64, 0, n)}
}

func (w *trailing) clear()   { w.ring, w.sorted, w.next = w.ring[:0], w.sorted[:0], 0 }
func (w *trailing) len() int { return len(w.ring) }

// add takes a number in and, when full, lets the oldest go.
func (w *trailing) add(v float64) {
	if len(w.ring) < cap(w.ring) {
		w.ring = append(w.ring, v)
	} else {
		old, _ := slices.BinarySearch(w.sorted, w.ring[w.next])
		w.sorted = slices.Delete(w.sorted, old, old+1)
		w.ring[w.next] = v
		w.next = (w.next + 1) % cap(w.ring)
	}
	i, _ := slices.BinarySearch(w.sorted, v)
	w.sorted = slices.Insert(w.sorted, i, v)
}

func (w *trailing) median() float64 { return quantile(w.sorted, 0.5) }

// quartileDeviation is half the distance between the quartiles.
func (w *trailing) quartileDeviation() float64 {
	return (quantile(w.sorted, 0.75) - quantile(w.sorted, 0.25)) / 2
}

// quantile interpolates linearly between the ranks of sorted numbers (type 7); 0 of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	p := q * float64(len(sorted)-1)
	i := int(p)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (p-float64(i))*(sorted[i+1]-sorted[i])
}

// medianOf sorts values in place; there must be at least one.
func medianOf(values []float64) float64 {
	slices.Sort(values)
	return quantile(values, 0.5)
}

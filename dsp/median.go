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
	in := w.place(v)
	if len(w.ring) < cap(w.ring) {
		w.ring = append(w.ring, v)
		w.sorted = append(w.sorted, v)
		copy(w.sorted[in+1:], w.sorted[in:])
		w.sorted[in] = v
		return
	}
	// Only what lies between the place that falls free and the new one moves.
	out := w.place(w.ring[w.next])
	if in > out {
		in--
		copy(w.sorted[out:in], w.sorted[out+1:])
	} else {
		copy(w.sorted[in+1:out+1], w.sorted[in:])
	}
	w.sorted[in] = v
	w.ring[w.next] = v
	if w.next++; w.next == len(w.ring) {
		w.next = 0
	}
}

// place is how many numbers are less than v. It does not ask for NaN, which costs slices.BinarySearch as much as the search.
func (w *trailing) place(v float64) int {
	low, high := 0, len(w.sorted)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if w.sorted[middle] < v {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
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

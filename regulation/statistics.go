package regulation

import (
	"math"
	"slices"
)

// medianOf sorts the values and gives their median; there must be at least one.
func medianOf(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// slope is the least-squares line through points that come one by one.
type slope struct{ n, x, y, xx, xy float64 }

// add takes one point; x in seconds.
func (s *slope) add(x, y float64) {
	s.n++
	s.x += x
	s.y += y
	s.xx += x * x
	s.xy += x * y
}

// perMinute gives the slope per minute; false under ten points.
func (s *slope) perMinute() (float64, bool) {
	d := s.n*s.xx - s.x*s.x
	if s.n < 10 || d <= 0 {
		return 0, false
	}
	return 60 * (s.n*s.xy - s.x*s.y) / d, true
}

// histogramBins bounds a histogram: 400 bins of half a beat per minute span 20 … 220.
const histogramBins = 400

// histogram holds a distribution in bounded memory: a night is as large as a minute.
type histogram struct {
	low, width float64 // of the first bin, and of every bin
	counts     [histogramBins]uint32
	n          uint32
}

// add counts a value; values beyond the ends are counted in the end bins.
func (h *histogram) add(x float64) {
	i := int(math.Floor((x - h.low) / h.width))
	h.counts[min(max(i, 0), histogramBins-1)]++
	h.n++
}

// median gives the middle value, exact to a part of a bin; false where nothing was counted.
func (h *histogram) median() (float64, bool) {
	if h.n == 0 {
		return 0, false
	}
	half, below := float64(h.n)/2, 0.0
	for i, c := range h.counts {
		if c > 0 && below+float64(c) >= half {
			return h.low + h.width*(float64(i)+(half-below)/float64(c)), true
		}
		below += float64(c)
	}
	return 0, false
}

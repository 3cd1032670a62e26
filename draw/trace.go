package draw

import (
	"math"
	"time"
)

// Point is one value at a time. Gap tells that something is missing before it: no line leads there.
type Point struct {
	T   time.Duration
	V   float64
	Gap bool
}

// Trace keeps the newest points of a signal, at least Span of time and never more than room for.
type Trace struct {
	Span   time.Duration
	points []Point
}

// maxPoints bounds a Trace: a minute of the fastest signal.
const maxPoints = 60_000

// Add takes the next point. One that is not finite is a gap.
func (t *Trace) Add(p Point) {
	if math.IsNaN(p.V) || math.IsInf(p.V, 0) {
		return
	}
	t.points = append(t.points, p)
	if len(t.points) == 1 {
		return
	}
	// Old ones go in one piece once they are half: no copying for each point.
	first := 0
	for first < len(t.points) && t.points[first].T < p.T-t.Span {
		first++
	}
	if first > len(t.points)/2 || len(t.points) > maxPoints {
		t.points = append(t.points[:0], t.points[max(first, len(t.points)-maxPoints):]...)
	}
}

// Last is the newest Span of points as of a time. It is valid until the next Add.
func (t *Trace) Last(now time.Duration) []Point {
	first := 0
	for first < len(t.points) && t.points[first].T < now-t.Span {
		first++
	}
	return t.points[first:]
}

// scale maps values to 0…1 from the lowest to the highest, which are at least least apart: noise must not fill the screen.
func scale(points []Point, least float64) (low, high float64) {
	if len(points) == 0 {
		return 0, 1
	}
	low, high = points[0].V, points[0].V
	for _, p := range points {
		low, high = min(low, p.V), max(high, p.V)
	}
	if short := least - (high - low); short > 0 {
		low, high = low-short/2, high+short/2
	}
	if !(high > low) {
		low, high = low-0.5, high+0.5
	}
	return low, high
}

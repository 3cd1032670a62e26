package dsp

// spline is a natural cubic spline: between two knots a polynomial of third degree, smooth in value, slope and bend everywhere, without
// bend at both ends. It solves its three diagonals by itself: gonum's splines stand on the whole of its linear algebra, which would
// be an eighth of the program. The tests hold it to them.
type spline struct {
	x, y []float64
	bend []float64 // second derivative at each knot
}

// newSpline passes through all points. x must rise strictly, which the caller has made sure of, and there are at least two.
func newSpline(x, y []float64) *spline {
	s := &spline{x: x, y: y, bend: make([]float64, len(x))}
	upper := make([]float64, len(x)) // after elimination of the lower diagonal (Thomas)
	for i := 1; i < len(x)-1; i++ {
		left, right := x[i]-x[i-1], x[i+1]-x[i]
		slopes := (y[i+1]-y[i])/right - (y[i]-y[i-1])/left
		pivot := 2*(left+right) - left*upper[i-1]
		upper[i] = right / pivot
		s.bend[i] = (6*slopes - left*s.bend[i-1]) / pivot
	}
	for i := len(x) - 2; i > 0; i-- {
		s.bend[i] -= upper[i] * s.bend[i+1]
	}
	return s
}

// sample gives the curve's value at every step from the first knot, n of them; none may lie beyond the last.
func (s *spline) sample(n int, step func(i int) float64) []float64 {
	out := make([]float64, n)
	knot := 0
	for i := range out {
		t := step(i)
		for knot < len(s.x)-2 && t >= s.x[knot+1] {
			knot++
		}
		out[i] = s.between(knot, t)
	}
	return out
}

// between is the curve's value at t, which lies between a knot and the next.
func (s *spline) between(knot int, t float64) float64 {
	h := s.x[knot+1] - s.x[knot]
	a, b := (s.x[knot+1]-t)/h, (t-s.x[knot])/h
	return a*s.y[knot] + b*s.y[knot+1] + ((a*a*a-a)*s.bend[knot]+(b*b*b-b)*s.bend[knot+1])*h*h/6
}

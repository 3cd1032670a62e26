package dsp

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/interp"
	"pgregory.net/rapid"
)

// The spline is gonum's, whatever the intervals are.
func TestTheSplineIsTheNaturalOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rr := rapid.SliceOfN(rapid.Float64Range(200, 3000), 4, 300).Draw(t, "rr")
		times := make([]float64, len(rr))
		for i := 1; i < len(rr); i++ {
			times[i] = times[i-1] + rr[i]/1000
		}
		var want interp.NaturalCubic
		if err := want.Fit(times, rr); err != nil {
			t.Fatal(err)
		}
		n := int(math.Ceil(times[len(times)-1] * 4))
		at := func(i int) float64 { return float64(i) / 4 }
		for i, got := range newSpline(times, rr).sample(n, at) {
			if w := want.Predict(at(i)); math.Abs(got-w) > 1e-6 {
				t.Fatalf("at %v s: %v, gonum has %v", at(i), got, w)
			}
		}
	})
}

func TestTheSplinePassesThroughItsKnotsAndHasNoBendAtItsEnds(t *testing.T) {
	x, y := []float64{0, 1, 2.5, 3, 4}, []float64{800, 900, 700, 650, 1000}
	s := newSpline(x, y)
	for i, got := range s.sample(len(x), func(i int) float64 { return x[i] }) {
		if math.Abs(got-y[i]) > 1e-9 {
			t.Errorf("at knot %d: %v, want %v", i, got, y[i])
		}
	}
	if s.bend[0] != 0 || s.bend[len(x)-1] != 0 {
		t.Errorf("bend at the ends: %v, %v", s.bend[0], s.bend[len(x)-1])
	}
}

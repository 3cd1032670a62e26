package dsp

import (
	"math"
	"math/cmplx"
	"testing"

	gonum "gonum.org/v1/gonum/dsp/fourier"
	"pgregory.net/rapid"
)

func TestTheTransformIsGonums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 1 << rapid.IntRange(3, 10).Draw(t, "bits")
		values := rapid.SliceOfN(rapid.Float64Range(-1, 1), n, n).Draw(t, "values")
		got, back := make([]complex128, n/2+1), make([]float64, n)
		f := newPowerOfTwo(n)
		f.forward(got, values)
		for k, want := range gonum.NewFFT(n).Coefficients(nil, values) {
			if cmplx.Abs(got[k]-want) > 1e-11*float64(n) {
				t.Fatalf("coefficient %d of %d: %v, want %v", k, n, got[k], want)
			}
		}
		f.backward(back, got)
		for i, want := range values {
			if math.Abs(back[i]-want) > 1e-12*float64(n) {
				t.Fatalf("value %d of %d: %v, was %v", i, n, back[i], want)
			}
		}
	})
}

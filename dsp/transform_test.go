package dsp

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"
)

func TestTransformEqualsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, size := range []int{8, 16, 128, 256, 512, 862} {
		in := make([]float64, size)
		for i := range in {
			in[i] = random.NormFloat64()
		}
		f, got := newTransform(size), make([]complex128, size/2+1)
		for range 2 { // the second time on used buffers
			f.Coefficients(got, in)
		}
		for k, c := range got {
			var want complex128
			for i, v := range in {
				want += complex(v, 0) * cmplx.Rect(1, -2*math.Pi*float64(i*k%size)/float64(size))
			}
			if cmplx.Abs(c-want) > 1e-12*float64(size) {
				t.Errorf("%d numbers: coefficient %d is %v, want %v", size, k, c, want)
			}
		}
	}
}

func BenchmarkTransform(b *testing.B) {
	in, out := make([]float64, 256), make([]complex128, 129)
	for i := range in {
		in[i] = math.Sin(float64(i * i))
	}
	for _, c := range []struct {
		name string
		f    transform
	}{{"halving", newHalving(len(in))}, {"of any length", fourier.NewFFT(len(in))}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f.Coefficients(out, in)
			}
		})
	}
}

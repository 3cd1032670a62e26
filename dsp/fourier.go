package dsp

import (
	"math"
	"math/bits"
)

// powerOfTwo is a discrete transform of n real values, n a power of two of at least 4 (Cooley & Tukey 1965, doi
// 10.2307/2003354): pairs of neighbours are one complex value of half the length, taken apart afterwards. It is here because
// spectra are most of what a second costs, and gonum's general transform takes several times as long.
type powerOfTwo struct {
	n     int
	unit  []complex128 // e^(−2πik/n), k < n/2
	order []int        // of the halves, bits reversed
	work  []complex128
}

func newPowerOfTwo(n int) *powerOfTwo {
	half := n / 2
	f := &powerOfTwo{n: n, unit: make([]complex128, half), order: make([]int, half), work: make([]complex128, half)}
	width := bits.Len(uint(half)) - 1
	for k := range half {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
		f.unit[k] = complex(cos, -sin)
		f.order[k] = int(bits.Reverse64(uint64(k)) >> (64 - width))
	}
	return f
}

// forward gives the n/2+1 coefficients of n values.
func (f *powerOfTwo) forward(dst []complex128, values []float64) {
	half := f.n / 2
	for k, j := range f.order {
		f.work[k] = complex(values[2*j], values[2*j+1])
	}
	f.butterflies()
	z := f.work
	dst[0] = complex(real(z[0])+imag(z[0]), 0)
	dst[half] = complex(real(z[0])-imag(z[0]), 0)
	for k := 1; k < half; k++ {
		a, b := z[k], conjugate(z[half-k])
		even, odd := a+b, f.unit[k]*(a-b)
		dst[k] = complex((real(even)+imag(odd))/2, (imag(even)-real(odd))/2)
	}
}

// backward gives the n values of n/2+1 coefficients.
func (f *powerOfTwo) backward(dst []float64, coefficients []complex128) {
	half := f.n / 2
	scale := 1 / float64(f.n)
	for k, j := range f.order { // the conjugate goes in, so that the same butterflies turn the other way
		a, b := coefficients[j], conjugate(coefficients[half-j])
		even, odd := a+b, conjugate(f.unit[j])*(a-b)
		f.work[k] = complex(real(even)-imag(odd), -imag(even)-real(odd))
	}
	f.butterflies()
	for k, z := range f.work {
		dst[2*k], dst[2*k+1] = scale*real(z), -scale*imag(z)
	}
}

// butterflies transforms the work, which lies in reversed order, in place.
func (f *powerOfTwo) butterflies() {
	z := f.work
	for k := 0; k+1 < len(z); k += 2 {
		z[k], z[k+1] = z[k]+z[k+1], z[k]-z[k+1]
	}
	for size := 4; size <= len(z); size *= 2 {
		span, step := size/2, f.n/size
		for from := 0; from < len(z); from += size {
			low, high := z[from:from+span], z[from+span:from+size]
			for k, turn := 0, 0; k < span; k, turn = k+1, turn+step {
				a, b := low[k], high[k]*f.unit[turn]
				low[k], high[k] = a+b, a-b
			}
		}
	}
}

func conjugate(z complex128) complex128 { return complex(real(z), -imag(z)) }

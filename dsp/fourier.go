package dsp

import (
	"math"
	"math/bits"
)

// powerOfTwo is a discrete transform of n real values, n a power of two of at least 8 (Cooley & Tukey 1965, doi
// 10.2307/2003354): pairs of neighbours are one complex value of half the length, taken apart afterwards. It is here because
// spectra are most of what a second costs, and gonum's general transform takes several times as long.
type powerOfTwo struct {
	n     int
	unit  []complex128 // e^(−2πik/n), k < n/2
	order []int        // of the halves, bits reversed
	work  []complex128
	// passes holds the turns of each pass after the second, one pass behind the other
	passes []complex128
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
	for span := 4; span < half; span *= 2 {
		for k := range span {
			f.passes = append(f.passes, f.unit[k*half/span])
		}
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

// butterflies transforms the work, which lies in reversed order, in place. The first two of its passes turn by quarters only and
// are one, without multiplication.
func (f *powerOfTwo) butterflies() {
	z := f.work
	for ; len(z) >= 4; z = z[4:] {
		a, b, c, d := z[0]+z[1], z[0]-z[1], z[2]+z[3], z[2]-z[3]
		d = complex(imag(d), -real(d))
		z[0], z[1], z[2], z[3] = a+c, b+d, a-c, b-d
	}
	unit := f.passes
	for span := 4; span < len(f.work); span *= 2 {
		turn := unit[:span]
		unit = unit[span:]
		for z = f.work; len(z) >= 2*span; z = z[2*span:] {
			low, high := z[:span], z[span:2*span]
			for k, u := range turn {
				a, b := low[k], high[k]*u
				low[k], high[k] = a+b, a-b
			}
		}
	}
}

func conjugate(z complex128) complex128 { return complex(real(z), -imag(z)) }

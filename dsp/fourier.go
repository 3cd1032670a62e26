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
	order []int        // of the halves, bits reversed; it is its own inverse
	work  []complex128
	pair  []complex128 // turns of the pass by two, where the passes by four leave one over
	turns []twiddles   // of the passes by four after the first, one pass behind the other
}

// twiddles are what the second, third and fourth part of a butterfly are turned by.
type twiddles struct{ second, third, fourth complex128 }

func newPowerOfTwo(n int) *powerOfTwo {
	half := n / 2
	f := &powerOfTwo{n: n, unit: make([]complex128, half), order: make([]int, half), work: make([]complex128, half)}
	width := bits.Len(uint(half)) - 1
	for k := range half {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
		f.unit[k] = complex(cos, -sin)
		f.order[k] = int(bits.Reverse64(uint64(k)) >> (64 - width))
	}
	span := 4
	if width%2 == 1 {
		for k := range span {
			f.pair = append(f.pair, f.unit[k*half/span])
		}
		span *= 2
	}
	for ; span < half; span *= 4 {
		for k := range span {
			once := k * half / span / 2
			f.turns = append(f.turns, twiddles{second: f.unit[2*once], third: f.unit[once], fourth: f.unit[2*once] * f.unit[once]})
		}
	}
	return f
}

// forward gives the first coefficients of n values, as many as dst has room for, of n/2+1.
func (f *powerOfTwo) forward(dst []complex128, values []float64) {
	half, z := f.n/2, f.work
	for k := 0; k+3 < len(z); k += 4 { // fours, as they come: in reversed order neighbours lie half of all apart, pairs of them a quarter
		early := f.order[k]
		late := early + half/4
		z[k], z[k+1], z[k+2], z[k+3] = four(two(values, early), two(values, early+half/2), two(values, late), two(values, late+half/2))
	}
	f.butterflies()
	dst[0] = complex(real(z[0])+imag(z[0]), 0)
	if len(dst) > half {
		dst[half] = complex(real(z[0])-imag(z[0]), 0)
	}
	for k := 1; k < min(half, len(dst)); k++ {
		a, b := z[k], conjugate(z[half-k])
		even, odd := a+b, f.unit[k]*(a-b)
		dst[k] = complex((real(even)+imag(odd))/2, (imag(even)-real(odd))/2)
	}
}

// backward gives the first values of n/2+1 coefficients, as many as dst has room for, an even number.
func (f *powerOfTwo) backward(dst []float64, coefficients []complex128) {
	half := f.n / 2
	scale := 1 / float64(f.n)
	// The conjugate goes in, so that the same butterflies turn the other way. Coefficient half−j is made of the same two numbers as j.
	for j := range half/2 + 1 {
		a, b := coefficients[j], conjugate(coefficients[half-j])
		even, odd := a+b, conjugate(f.unit[j])*(a-b)
		f.work[f.order[j]] = complex(real(even)-imag(odd), -imag(even)-real(odd))
		if j > 0 {
			f.work[f.order[half-j]] = complex(real(even)+imag(odd), imag(even)-real(odd))
		}
	}
	f.fours()
	f.butterflies()
	for k, z := range f.work[:len(dst)/2] {
		dst[2*k], dst[2*k+1] = scale*real(z), -scale*imag(z)
	}
}

// fours is the first pass: it turns by quarters only and needs no multiplication.
func (f *powerOfTwo) fours() {
	for z := f.work; len(z) >= 4; z = z[4:] {
		z[0], z[1], z[2], z[3] = four(z[0], z[1], z[2], z[3])
	}
}

// butterflies are the other passes over the work, which lies in reversed order, in place. They take four values at a time, two passes
// by two in one.
func (f *powerOfTwo) butterflies() {
	span := 4
	if len(f.pair) > 0 {
		for z := f.work; len(z) >= 8; z = z[8:] {
			for k, u := range f.pair {
				a, b := z[k], z[4+k]*u
				z[k], z[4+k] = a+b, a-b
			}
		}
		span = 8
	}
	for rest := f.turns; span < len(f.work); span *= 4 {
		turns := rest[:span]
		rest = rest[span:]
		for z := f.work; len(z) >= 4*span; z = z[4*span:] {
			a, b, c, d := z[:span], z[span:][:span], z[2*span:][:span], z[3*span:][:span]
			for k := range turns {
				u := &turns[k]
				a[k], b[k], c[k], d[k] = four(a[k], b[k]*u.second, c[k]*u.third, d[k]*u.fourth)
			}
		}
	}
}

// two is pair j of neighbours as one value.
func two(values []float64, j int) complex128 { return complex(values[2*j], values[2*j+1]) }

// four is the transform of four values of which the middle two have changed places.
func four(a, b, c, d complex128) (_, _, _, _ complex128) {
	a, b, c, d = a+b, a-b, c+d, c-d
	d = complex(imag(d), -real(d))
	return a + c, b + d, a - c, b - d
}

func conjugate(z complex128) complex128 { return complex(real(z), -imag(z)) }

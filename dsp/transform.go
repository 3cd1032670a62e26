package dsp

import (
	"math"
	"math/bits"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
)

// transform gives the coefficients of real numbers at frequencies 0 to the half of their rate, as sums without a factor.
type transform interface {
	Coefficients(out []complex128, in []float64) []complex128
}

// newTransform makes a transform of a length. The live spectra are most of what a wearer costs and have lengths that are powers of
// two; those take a quarter of the time of gonum's transform of any length.
func newTransform(size int) transform {
	if size >= 8 && bits.OnesCount(uint(size)) == 1 {
		return newHalving(size)
	}
	return fourier.NewFFT(size)
}

// halving is the transform of Cooley & Tukey 1965 (doi 10.1090/S0025-5718-1965-0178586-1) for powers of two: even and odd numbers go
// through a complex transform of half the length as real and imaginary parts and are told apart afterwards.
type halving struct {
	order []int        // in which the first quarter's pairs are taken: the bits of their index are reversed
	turns []complex128 // e^(−iπj/h) at h + j, for each half length h of a stage
	part  []complex128 // −i·e^(−2πik/size)/2
	z     []complex128
}

func newHalving(size int) *halving {
	n := size / 2
	t := &halving{order: make([]int, n/4), turns: make([]complex128, n), part: make([]complex128, n/2+1), z: make([]complex128, n)}
	for i := range t.order {
		t.order[i] = int(bits.Reverse32(uint32(i)) >> (32 - bits.Len(uint(n/4-1))))
	}
	for h := 1; h < n; h *= 2 {
		for j := range h {
			t.turns[h+j] = cmplx.Rect(1, -math.Pi*float64(j)/float64(h))
		}
	}
	for k := range t.part {
		t.part[k] = cmplx.Rect(0.5, -2*math.Pi*float64(k)/float64(size)-math.Pi/2)
	}
	return t
}

// Coefficients fills out, which is one longer than half of in.
func (t *halving) Coefficients(out []complex128, in []float64) []complex128 {
	t.quarters(in)
	h := 4
	for ; h < len(t.z)/2; h *= 4 {
		t.four(h)
	}
	if h < len(t.z) {
		t.two(h)
	}
	t.split(out)
	return out
}

// quarters does the first two stages at once, on one pair of numbers of each quarter: their turns are 1 and −i, which need no
// multiplication.
func (t *halving) quarters(in []float64) {
	n := len(t.z) / 2
	q0, q1, q2, q3 := in[:n], in[n:][:n], in[2*n:][:n], in[3*n:][:n]
	for i, at := range t.order {
		re, im := 2*at, 2*at+1
		a, b := complex(q0[re]+q2[re], q0[im]+q2[im]), complex(q0[re]-q2[re], q0[im]-q2[im])
		c, d := complex(q1[re]+q3[re], q1[im]+q3[im]), complex(q1[im]-q3[im], q3[re]-q1[re])
		z := t.z[4*i:][:4]
		z[0], z[1], z[2], z[3] = a+c, b+d, a-c, b-d
	}
}

// two joins neighbouring transforms of length h in twos.
func (t *halving) two(h int) {
	turns := t.turns[h : 2*h]
	for z := t.z; len(z) >= 2*h; z = z[2*h:] {
		low, high := z[:len(turns)], z[h:][:len(turns)]
		for j, w := range turns {
			a, b := low[j], w*high[j]
			low[j], high[j] = a+b, a-b
		}
	}
}

// four joins neighbouring transforms of length h in fours: two stages with half of the way to memory.
func (t *halving) four(h int) {
	once, twice := t.turns[2*h:][:h], t.turns[h:][:h]
	for z := t.z; len(z) >= 4*h; z = z[4*h:] {
		z0, z1, z2, z3 := z[:h], z[h:][:h], z[2*h:][:h], z[3*h:][:h]
		for j := range z0 {
			w, v := once[j], twice[j]
			b, c, d := v*z1[j], w*z2[j], w*(v*z3[j])
			e, f := z0[j]+b, z0[j]-b
			g, i := c+d, c-d
			i = complex(imag(i), -real(i))
			z0[j], z1[j], z2[j], z3[j] = e+g, f+i, e-g, f-i
		}
	}
}

// split takes the transforms of the even and the odd numbers apart, which lie in the symmetric and the antisymmetric part of z,
// and joins them.
func (t *halving) split(out []complex128) {
	z := t.z
	out = out[:len(z)+1]
	for k, w := range t.part {
		a, b := z[k], z[(len(z)-k)&(len(z)-1)]
		even := complex((real(a)+real(b))/2, (imag(a)-imag(b))/2)
		odd := w * complex(real(a)-real(b), imag(a)+imag(b))
		out[k], out[len(z)-k] = even+odd, cmplx.Conj(even-odd)
	}
}

package dsp

import "math"

// bandPass filters a curve at 2 Hz without delay, by gains in its spectrum. One transform there serves several gains.
type bandPass struct {
	values   []float64
	wave     []complex128
	filtered []complex128
	n        int // values of the curve
	fft      *powerOfTwo
}

func newBandPass(size int) *bandPass {
	return &bandPass{values: make([]float64, size), wave: make([]complex128, size/2+1), filtered: make([]complex128, size/2+1),
		fft: newPowerOfTwo(size)}
}

// hz is the frequency of bin k.
func (b *bandPass) hz(k int) float64 { return float64(k) * rsaHz / float64(len(b.values)) }

// load takes a curve without its linear trend; what follows it counts as zero.
func (b *bandPass) load(curve []float64) {
	b.n = len(curve)
	level, slope := line(curve)
	for i, v := range curve {
		b.values[i] = v - level - slope*float64(i)
	}
	clear(b.values[b.n:])
	b.fft.forward(b.wave, b.values)
}

// pass gives the loaded curve under a gain; it is good until the next call.
func (b *bandPass) pass(gain []float64) []float64 {
	for k, g := range gain {
		b.filtered[k] = complex(g*real(b.wave[k]), g*imag(b.wave[k]))
	}
	clear(b.filtered[len(gain):])
	b.fft.backward(b.values[:b.n+b.n%2], b.filtered)
	return b.values[:b.n]
}

// butterworth is the gain at a frequency of a Butterworth band-pass of second order run forth and back.
func butterworth(hz, low, high float64) float64 {
	x := (hz*hz - low*high) / (hz * (high - low))
	return 1 / (1 + x*x*x*x)
}

// about is the gain at a frequency of a band of 1 within width of its middle, falling to 0 at twice that.
func about(hz, middle, width float64) float64 {
	return max(0, min(1, 2-math.Abs(hz-middle)/width))
}

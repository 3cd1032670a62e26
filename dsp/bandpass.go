package dsp

import "math"

// bandPass filters values at 2 Hz without delay, by a gain in their spectrum.
type bandPass struct {
	values []float64
	wave   []complex128
	gain   []float64
	fft    *powerOfTwo
}

func newBandPass(size int) *bandPass {
	return &bandPass{values: make([]float64, size), wave: make([]complex128, size/2+1), gain: make([]float64, size/2+1),
		fft: newPowerOfTwo(size)}
}

// hz is the frequency of bin k.
func (b *bandPass) hz(k int) float64 { return float64(k) * rsaHz / float64(len(b.values)) }

// butterworth sets the gain to that of a Butterworth band-pass of second order run forth and back.
func (b *bandPass) butterworth(low, high float64) {
	for k := 1; k < len(b.gain); k++ {
		hz := b.hz(k)
		x := (hz*hz - low*high) / (hz * (high - low))
		b.gain[k] = 1 / (1 + x*x*x*x)
	}
}

// about sets the gain to 1 within width of a frequency, falling to 0 at twice that.
func (b *bandPass) about(hz, width float64) {
	for k := range b.gain {
		b.gain[k] = max(0, min(1, 2-math.Abs(b.hz(k)-hz)/width))
	}
}

// pass filters the first n values; what follows them counts as zero.
func (b *bandPass) pass(n int) []float64 {
	clear(b.values[n:])
	b.fft.forward(b.wave, b.values)
	for k, g := range b.gain {
		b.wave[k] *= complex(g, 0)
	}
	b.fft.backward(b.values, b.wave)
	return b.values[:n]
}

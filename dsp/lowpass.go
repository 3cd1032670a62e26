package dsp

import (
	"math"
	"time"
)

// lowpass is a causal second-order Butterworth low-pass (bilinear transform with prewarping; direct form II transposed).
type lowpass struct {
	b0, b1, b2, a1, a2 float64
	s1, s2             float64
	delay              time.Duration // of slow changes: √2/(2π·cut-off)
}

func newLowpass(cutHz, rateHz float64) lowpass {
	w := math.Tan(math.Pi * cutHz / rateHz)
	n := 1 / (1 + math.Sqrt2*w + w*w)
	return lowpass{b0: w * w * n, b1: 2 * w * w * n, b2: w * w * n, a1: 2 * (w*w - 1) * n, a2: (1 - math.Sqrt2*w + w*w) * n,
		delay: time.Duration(math.Sqrt2 / (2 * math.Pi * cutHz) * 1e9)}
}

// rest sets the filter to what it would hold after a long time at v.
func (f *lowpass) rest(v float64) {
	f.s1 = v * (1 - f.b0)
	f.s2 = v * (f.b2 - f.a2)
}

func (f *lowpass) next(x float64) float64 {
	y := f.b0*x + f.s1
	f.s1 = f.b1*x - f.a1*y + f.s2
	f.s2 = f.b2*x - f.a2*y
	return y
}

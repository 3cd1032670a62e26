package sound

import (
	"math"
	"math/cmplx"
	"testing"
)

// heard is a voice of some seconds, measured.
type heard struct {
	meter        *Meter
	peak, step   float64
	left, right  []float64
	lastL, lastR float64
}

func listen(v voice, seconds int) *heard {
	h := &heard{meter: NewMeter()}
	for i := range seconds * Rate {
		l, r := v.next()
		h.meter.Add(l/100, r/100)
		if i > 0 {
			h.step = max(h.step, math.Abs(l-h.lastL), math.Abs(r-h.lastR))
		}
		h.lastL, h.lastR = l, r
		h.peak = max(h.peak, math.Abs(l), math.Abs(r))
		h.left, h.right = append(h.left, l), append(h.right, r)
	}
	return h
}

// lufs is the loudness at full level.
func (h *heard) lufs() float64 {
	v, _ := h.meter.Integrated()
	return v + 40
}

// octave is the power of the octave round a frequency, by discrete Fourier sums over pieces of 2048 frames.
func octave(x []float64, hz float64) float64 {
	const n = 2048
	sum, pieces := 0.0, 0
	lo, hi := int(hz/math.Sqrt2*n/Rate), int(hz*math.Sqrt2*n/Rate)
	for at := 0; at+n <= len(x) && pieces < 12; at += n {
		for k := lo; k < hi; k++ {
			turn, w, s := cmplx.Exp(complex(0, -2*math.Pi*float64(k)/n)), complex(1, 0), complex(0, 0)
			for i := range n {
				s += complex(x[at+i]*(1-math.Cos(2*math.Pi*float64(i)/n)), 0) * w
				w *= turn
			}
			sum += real(s)*real(s) + imag(s)*imag(s)
		}
		pieces++
	}
	return sum / float64(pieces)
}

func TestEveryBedIsAsLoudAsItsLevelSays(t *testing.T) {
	for _, name := range []string{bedNoise, bedRain} {
		for seed := uint64(1); seed <= 2; seed++ {
			h := listen(newBed(name, seed, 0), 30)
			if got := h.lufs(); math.Abs(got) > 0.3 {
				t.Errorf("%s, seed %d: %.2f LUFS, want 0 ± 0.3", name, seed, got)
			}
			if top := 20*math.Log10(h.peak) + TopDB; top > -3 {
				t.Errorf("%s, seed %d: peaks of %.1f dBFS at the highest level: there must be room for a voice beside it", name, seed, top)
			}
		}
	}
}

func TestEveryHumIsAsLoudAsItsLevelSays(t *testing.T) {
	for _, hz := range []float64{60, 110, 130, 220, 400} {
		tone := newTone(hz, humPartials())
		if got := listen(tone, 5).lufs(); math.Abs(got) > 0.05 {
			t.Errorf("%g Hz: %.3f LUFS, want 0", hz, got)
		}
	}
}

func TestAHumNeitherGrowsNorFades(t *testing.T) {
	tone := newTone(130, humPartials())
	for range 60 * Rate {
		tone.next()
	}
	if size := math.Hypot(tone.cos, tone.sin); math.Abs(size-1) > 1e-12 {
		t.Errorf("it has become %g times as large", size)
	}
}

func TestNoiseFallsBySixDecibelsAnOctave(t *testing.T) {
	h := listen(newBed(bedNoise, 1, 0), 4)
	for hz := 500.0; hz <= 4000; hz *= 2 {
		fall := 10 * math.Log10(octave(h.left, hz)/octave(h.left, 2*hz))
		if want := 3.0; math.Abs(fall-want) > 0.8 { // an octave is twice as wide as the one before: 6 dB per hertz are 3 dB here
			t.Errorf("from %g to %g Hz it falls by %.1f dB per octave band, want %.0f", hz, 2*hz, fall, want)
		}
	}
}

func TestNothingInABedFlutters(t *testing.T) {
	for _, name := range []string{bedNoise, bedRain} {
		h := listen(newBed(name, 2, 0), 20)
		full := h.lufs()
		for i := range h.meter.blocks() {
			if off := loudness(h.meter.block(i)) + 40 - full; math.Abs(off) > 2 {
				t.Errorf("%s: 400 ms at %.1f s are %.1f dB off the rest", name, float64(i)/10, off)
			}
		}
	}
}

func TestBothChannelsAreTheirOwn(t *testing.T) {
	for _, name := range []string{bedNoise, bedRain} {
		h := listen(newBed(name, 3, 0), 8)
		var lr, ll, rr float64
		for i := range h.left {
			lr += h.left[i] * h.right[i]
			ll += h.left[i] * h.left[i]
			rr += h.right[i] * h.right[i]
		}
		if c := lr / math.Sqrt(ll*rr); math.Abs(c) > 0.2 {
			t.Errorf("%s: the channels correlate by %.2f: it would stand in the middle of the head", name, c)
		}
		if off := 10 * math.Log10(ll/rr); math.Abs(off) > 0.5 {
			t.Errorf("%s: one side is %.1f dB louder", name, off)
		}
	}
}

func TestTheSameSeedIsTheSameSound(t *testing.T) {
	for _, name := range []string{bedNoise, bedRain} {
		a, b, other := newBed(name, 4, 0), newBed(name, 4, 0), newBed(name, 5, 0)
		differs := false
		for range Rate {
			al, ar := a.next()
			bl, br := b.next()
			ol, _ := other.next()
			if al != bl || ar != br {
				t.Fatalf("%s: the same seed gave two sounds", name)
			}
			differs = differs || ol != al
		}
		if !differs {
			t.Errorf("%s: another seed gave the same sound", name)
		}
	}
}

package dsp

import "math"

// Settings of the spectra of 32 s of the modulations.
const (
	breathHz        = 4
	breathPoints    = 128
	breathTransform = 256 // zero-padded to this: 1/64 Hz a bin
	breathCoeffs    = breathTransform/2 + 1
	breathBins      = 48 // that are looked at: to breathHigh and the lobe beyond it
	breathBin       = float64(breathHz) / breathTransform

	breathDrift = 0.05 // Hz; slower is drift of vessels and contact
	breathFast  = 0.13 // Hz, 8 per minute: above the 0.1 Hz waves of blood pressure (Mayer waves) by a bin of the window
	breathMayer = 0.11 // Hz, their upper bound here
	breathHigh  = 0.70 // Hz, 42 per minute; never above half the pulse rate
	breathLobe  = 2    // bins beside a peak that belong to it: half of the Hann window's main lobe
	breathApart = 3    // bins about a peak from which its rate is taken
	breathHeard = 0.40 // of the slow waves' strength, which a breath must reach to be heard beside them
	breathPass  = 0.12 // Hz, half gain of the filter before counting …
	breathStop  = 0.60 // Hz, and its upper one
	breathEdge  = 0.03 // Hz, width of its edges: the window's resolution
)

// breathSpectra holds the spectra of the three modulations and what follows from them together.
type breathSpectra struct {
	fft      *powerOfTwo
	trace    [breathPoints]float64
	padded   [breathTransform]float64
	wave     [modulations][breathBins]complex128
	filtered [breathCoeffs]complex128
	power    [modulations][breathBins]float64 // tilted, of a total of 1 in the fast band
	share    [modulations][breathBins]float64 // of that power within a lobe
	strength [breathBins]float64
	heard    [modulations]bool
	nyquist  float64 // Hz, half the pulse rate
	highest  float64 // Hz, upper bound of this window
	proof    [breathBins]float64
	begun    bool
	evidence float64 // at the best peak
	rate     float64 // per minute, there; 0 for none
}

func newBreathSpectra() *breathSpectra { return &breathSpectra{fft: newPowerOfTwo(breathTransform)} }

func (s *breathSpectra) clear() { s.begun = false }

// top bounds the window: beats sample the breath, so nothing above half their rate is seen.
func (s *breathSpectra) top(nyquist float64) {
	s.nyquist, s.highest = nyquist, min(breathHigh, nyquist)
}

func hertz(bin int) float64 { return float64(bin) * breathBin }

// transform takes the trace as modulation m. The spectrum under a Hann window is the plain one, convolved with −¼, ½, −¼ at two
// bins' distance, since the transform is twice as long as the trace; the plain one serves the count.
//
// Power is tilted by frequency squared, as if the trace had been differentiated, since drift and pressure waves rise towards low
// frequencies in all three. A modulation in which the slow waves drown the breath says nothing here.
func (s *breathSpectra) transform(m int) {
	level, slope := line(s.trace[:])
	for i, v := range s.trace {
		s.padded[i] = v - level - slope*float64(i)
	}
	clear(s.padded[breathPoints:])
	wave := s.wave[m][:]
	s.fft.forward(wave, s.padded[:])
	power := s.power[m][:]
	clear(power)
	total := 0.0
	for k := 2; k < breathBins-2 && hertz(k) < s.highest; k++ {
		c := 0.5*wave[k] - 0.25*(wave[k-2]+wave[k+2])
		power[k] = (real(c)*real(c) + imag(c)*imag(c)) * hertz(k)
	}
	s.heard[m] = s.hears(power)
	for k := range power {
		power[k] *= hertz(k)
		if hertz(k) <= breathDrift {
			power[k] = 0
		}
		if hertz(k) >= breathFast {
			total += power[k]
		}
	}
	if !(total > 0) {
		s.heard[m] = false // flat
		return
	}
	for k := range power {
		power[k] /= total
	}
	lobes(s.share[m][:], power)
}

// hears compares the strongest fast wave with the strongest slow one, by power times frequency.
func (s *breathSpectra) hears(power []float64) bool {
	lobes(s.strength[:], power)
	slow, fast := 0.0, 0.0
	for k, p := range s.strength {
		switch hz := hertz(k); {
		case hz > breathDrift && hz < breathMayer:
			slow = max(slow, p)
		case hz >= breathFast && hz < s.highest:
			fast = max(fast, p)
		}
	}
	return fast >= breathHeard*slow
}

// lobes sums power over the lobe about each bin.
func lobes(dst, power []float64) {
	sum := 0.0
	for k := range breathLobe {
		sum += power[k]
	}
	for k := range dst {
		if k+breathLobe < len(power) {
			sum += power[k+breathLobe]
		}
		if k > breathLobe {
			sum -= power[k-breathLobe-1]
		}
		dst[k] = sum
	}
}

// fuse adds up what the modulations prove, −ln of the share of power that a sine at that place leaves unexplained: the logarithm
// of a sine's likelihood against noise of unknown strength (Bretthorst 1988, doi 10.1007/978-1-4684-9399-3, ch. 3), whereby a
// clear modulation outweighs a noisy one. It is the mean of two looks or so.
func (s *breathSpectra) fuse() {
	gain := 0.5
	if !s.begun {
		gain = 1
	}
	s.begun = true
	for k := range s.proof {
		if hertz(k) < breathMayer || hertz(k) > s.highest {
			s.proof[k] = 0
			continue
		}
		unexplained := 1.0
		for m := range modulations {
			if s.heard[m] {
				unexplained *= 1 - min(s.share[m][k], 0.98)
			}
		}
		s.proof[k] += gain * (-math.Log(unexplained) - s.proof[k])
	}
	s.evidence, s.rate = 0, 0
	best := 0
	for k := 1; k < breathBins-1; k++ {
		hz, p := hertz(k), s.proof[k]
		if hz >= breathFast && hz < s.highest && p > s.evidence && p >= s.proof[k-1] && p > s.proof[k+1] {
			best, s.evidence = k, p
		}
	}
	if best > 0 {
		s.rate = 60 * s.centre(best)
	}
}

// centre is the centre of power about a peak in Hz, each modulation weighing by its share there.
func (s *breathSpectra) centre(best int) float64 {
	var moment, sum float64
	for k := max(0, best-breathApart); k <= min(breathBins-1, best+breathApart); k++ {
		for m := range modulations {
			if s.heard[m] {
				p := s.power[m][k] * s.share[m][best]
				moment, sum = moment+p*hertz(k), sum+p
			}
		}
	}
	if sum <= 0 {
		return hertz(best)
	}
	return moment / sum
}

// breaths filters modulation m to the band of breathing, without delay, and gives its trace.
func (s *breathSpectra) breaths(m int) []float64 {
	high := min(breathStop, s.highest)
	for k := range breathBins { // beyond them s.filtered is and stays 0
		hz := hertz(k)
		gain := max(0, min(1, min(hz-breathPass, high-hz)/breathEdge+0.5))
		s.filtered[k] = s.wave[m][k] * complex(gain, 0)
	}
	trace := s.padded[:breathPoints]
	s.fft.backward(trace, s.filtered[:])
	return trace
}

// proves tells whether the evidence is a share of what noise gives in the median, or more. Where beats are slow the band is narrow,
// and noise fills it with a few waves that look like breaths.
func (s *breathSpectra) proves(share float64) bool {
	return s.evidence > 0 && s.evidence >= share*s.chance()
}

// chance is the evidence that noise gives in the median. Tilted by frequency squared, the highest lobe of white noise lies near the
// top of the band and holds about 0.8 of 5 bins' share there.
func (s *breathSpectra) chance() float64 {
	top := s.highest
	share := (2*breathLobe + 1) * breathBin * top * top * 3 / (top*top*top - breathFast*breathFast*breathFast)
	n := 0.0
	for _, heard := range s.heard {
		if heard {
			n++
		}
	}
	return -n * math.Log(1-min(0.9, 0.8*share))
}

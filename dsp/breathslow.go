package dsp

import (
	"math"
	"time"
)

// Settings of slow breathing, 4–8.7 per minute. In 32 s it cannot be told from the waves of blood pressure near 0.1 Hz, which
// come and go in every modulation without any breath behind them. 64 s resolve both (four breaths of the slowest), and then the
// intervals decide: breathing near the resonance of the baroreflex moves them more than all else together (Vaschillo et al. 2002,
// doi 10.1023/A:1014587304314), while pressure waves wander and leave the rest of the spectrum standing.
const (
	slowWindow = 64 * time.Second
	slowHz     = 2
	slowPoints = 128
	slowLow    = 0.067 // Hz, 4 per minute
	slowHigh   = 0.145
	slowLobe   = 0.0235 // Hz about the peak; the Hann window's main lobe is ± 0.031
	slowFloor  = 0.04   // Hz, lower and upper bound of what counts as all power
	slowCeil   = 0.50
	slowShare  = 0.85 // least share of the power: recordings of people at rest reach 0.83 by pressure waves alone
	slowRival  = 2    // of the evidence that is wanted otherwise: a fast breath proven like that is not overruled
	slowDoubt  = 0.60 // from this share on, a fast rate that is a multiple of the slow wave may be its overtone
)

// slowBreath looks for slow breathing in 64 s of intervals.
type slowBreath struct {
	curve    [slowPoints]float64
	spectrum *periodogram
	share    float64
	rate     float64 // per minute
}

func newSlowBreath() *slowBreath {
	return &slowBreath{spectrum: newPeriodogram(slowPoints, 2*slowPoints, slowHz, slowCeil)}
}

// look finds the strongest slow wave of the curve.
func (s *slowBreath) look() {
	s.share, s.rate = 0, 0
	if !s.spectrum.estimate(s.curve[:]) {
		return
	}
	total := s.spectrum.band(slowFloor, slowCeil)
	if total <= stillMs*stillMs { // while no interval is known the last one stands in, and the rest is rounding
		return
	}
	bin := s.spectrum.hz / float64(s.spectrum.size)
	for k := int(math.Ceil(slowLow / bin)); float64(k)*bin < slowHigh; k++ {
		hz := float64(k) * bin
		if near := s.spectrum.band(hz-slowLobe, hz+slowLobe); near > s.share*total {
			s.share, s.rate = near/total, 60*hz
		}
	}
	if s.rate > 0 {
		s.rate = s.centre(s.rate / 60)
	}
}

// centre is the centre of power about a frequency, per minute.
func (s *slowBreath) centre(hz float64) float64 {
	bin := s.spectrum.hz / float64(s.spectrum.size)
	var moment, sum float64
	for k := int(math.Ceil((hz - slowLobe) / bin)); float64(k)*bin < hz+slowLobe; k++ {
		moment, sum = moment+float64(k)*bin*s.spectrum.power[k], sum+s.spectrum.power[k]
	}
	return 60 * moment / sum
}

// settle decides between what the 32 s gave and the slow wave. Where the intervals swing slowly and another rate is proven as
// well, or where that rate may be the slow wave's overtone, nothing is told.
func (s *slowBreath) settle(fast Respiration, end time.Duration, proven bool) Respiration {
	overtone := fast.Rate.Known && s.rate > 0 && isMultiple(fast.Rate.Value/s.rate)
	switch {
	case s.share >= slowShare && fast.Rate.Known && proven && !overtone:
		return Respiration{T: fast.T}
	case s.share >= slowShare:
		return Respiration{T: end - slowWindow/2, Rate: Some(s.rate), Quality: min(1, (s.share-0.7)/0.3)}
	case s.share >= slowDoubt && overtone:
		return Respiration{T: fast.T}
	}
	return fast
}

// isMultiple is true within an eighth of 2 and a tenth of 3.
func isMultiple(x float64) bool { return math.Abs(x-2) < 0.25 || math.Abs(x-3) < 0.3 }

// swaysSlowly tells whether a curve's largest wave lies below the band of spontaneous breathing and holds a share of the power that is slow
// breathing.
func (p *periodogram) swaysSlowly() bool {
	bin := p.hz / float64(p.size)
	largest, at := 0.0, 0.0
	for k := int(math.Ceil(slowLow / bin)); float64(k)*bin < slowHigh; k++ {
		hz := float64(k) * bin
		if near := p.band(hz-slowLobe, hz+slowLobe); near > largest {
			largest, at = near, hz
		}
	}
	return largest > 0 && at < rsaLow && largest >= slowShare*p.band(slowFloor, slowCeil)
}

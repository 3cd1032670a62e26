package synth

import (
	"math"
	"math/rand/v2"
)

// stream numbers the independent random series of a body, so that a change in one part does not move the others.
type stream uint64

const (
	streamTraits stream = iota
	streamHeart
	streamBreath
	streamSkin
	streamMovement
	streamNoise
	streamDays
	streamShared
	streamCount
)

// source is the random series of one part of one body.
func source(seed uint64, wearer int, s stream) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(wearer)*uint64(streamCount)+uint64(s)))
}

// traits are what a body is like at rest.
type traits struct {
	heartRate   float64 // beats per minute
	rmssd       float64 // ms, breathing at its own rate
	breath      float64 // breaths per minute
	scl         float64 // µS
	scr         float64 // responses per minute
	pulseVolts  float64 // foot to peak
	pulseDelay  float64 // s, heart beat to the foot of the wave at the finger
	breathDepth float64 // V, the baseline's swing with a breath
	resonance   float64 // breaths per minute that the heart answers most
}

// newTraits draws a body. Centres and spreads: mean NN 926 ms and RMSSD 42 ms lying (Nunan 2010), 1–3 responses per minute at
// rest, level at the finger of a few µS; spreads are narrower than among people, so that every seed shows its scenario clearly.
func newTraits(r *rand.Rand) traits {
	between := func(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }
	return traits{
		heartRate:   between(60, 72),
		rmssd:       42 * math.Exp(clamp(0.22*r.NormFloat64(), -0.4, 0.4)),
		breath:      between(12.5, 16),
		scl:         between(3, 8),
		scr:         between(1.3, 2.4),
		pulseVolts:  between(0.6, 0.9),
		pulseDelay:  between(0.17, 0.22),
		breathDepth: between(0.02, 0.05),
		resonance:   between(4.7, 6.3),
	}
}

// onAnotherDay gives the same body on another day: people differ from themselves, by a beat or two and a tenth of the rest.
func (t traits) onAnotherDay(r *rand.Rand) traits {
	t.heartRate += 1.5 * r.NormFloat64()
	t.rmssd *= math.Exp(0.06 * r.NormFloat64())
	t.breath += 0.3 * r.NormFloat64()
	t.scl = max(t.scl*math.Exp(0.1*r.NormFloat64()), 1)
	return t
}

func clamp(v, lo, hi float64) float64 { return min(max(v, lo), hi) }

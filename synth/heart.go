package synth

import (
	"math"
	"math/rand/v2"
)

// Shares of RMSSD² at rest, breathing at the own rate: respiratory sinus arrhythmia, beat-to-beat noise; the slow parts below give
// the rest. Standard deviations of the slow parts against RMSSD give an SDNN near 50 ms at an RMSSD of 42 ms (Nunan 2010).
const (
	shareRSA   = 0.71
	shareNoise = 0.20
	slowWave   = 0.50 // 0.1 Hz (Mayer) wave, standard deviation / RMSSD
	slowDrift  = 0.60 // very low frequencies, likewise
	sharedGain = 2.4  // what two people go through together moves a heart more than what it does alone

	mayerHertz = 0.1
	mayerTau   = 15.0 // s, memory of the 0.1 Hz wave
	driftTau   = 60.0 // s, memory of the drift

	rsaSlope    = 1.0  // amplitude grows as own rate / rate when breath slows (roll-off near −20 dB a decade, Hirsch & Bishop 1981)
	rsaMost     = 2.4  // at the resonance near 0.1 Hz
	rsaAside    = 0.45 // share of it that slow breathing aside of the own resonance lacks (own: swings in studies differ by half)
	rsaWidth    = 0.7  // breaths per minute, of the resonance (own)
	rsaSlow     = 8.0  // breaths per minute, above which breathing is too fast for the resonance to show
	effortHeart = 150  // beats per minute at effort 1
	effortVagal = 1.5  // ln units of RMSSD lost at effort 1
	vagalGain   = 0.33 // ln units of RMSSD per unit of vagal level
	shortestNN  = 0.33 // s
	longestNN   = 1.8  // s
)

// heart is an integral pulse-frequency model: the instantaneous rate is summed up, and a beat falls whenever the sum reaches 1
// (Mateo & Laguna 2000, doi 10.1109/10.841326). Breathing, the 0.1 Hz wave and the drift move the rate.
type heart struct {
	rand  *rand.Rand
	body  traits
	rsa0  float64 // ms, amplitude of NN with breathing at rest
	rate  float64 // beats per minute, without variability, smoothed
	tone  float64 // factor on all variability; 1 at rest
	wave  resonance
	drift float64 // in standard deviations
	slow  float64 // ms, the two slow parts together
	rsa   float64 // ms, present amplitude
	noise float64 // ms, this beat's own deviation
	sum   float64
	beat  bool    // a beat fell in this step
	part  float64 // of the step that was gone when it fell
	last  float64 // s, length of the newest interval, as the rate gives it
}

func newHeart(r *rand.Rand, body traits) heart {
	nn := 60 / body.heartRate
	hz := body.breath / 60
	// A sine of amplitude A at f, sampled by beats nn apart: successive differences have RMS √2·A·sin(πf·nn), and the beat's own
	// averaging takes a factor sinc(f·nn).
	perMs := math.Sqrt2 * math.Sin(math.Pi*hz*nn) * sinc(hz*nn)
	h := heart{
		rand: r, body: body, rate: body.heartRate, tone: 1,
		rsa0: math.Sqrt(shareRSA) * body.rmssd / perMs,
		sum:  r.Float64(), last: nn, drift: r.NormFloat64(),
	}
	h.rsa = h.rsa0
	for range 400 {
		h.wave.next(r.NormFloat64())
	}
	return h
}

// sinc is sin(πx)/(πx).
func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// control takes the levels and the breathing rate in, once per control step of dt seconds. shared is the drift that both wearers
// have in common, in standard deviations.
func (h *heart) control(l levels, breathRate, shared, dt float64) {
	target := h.body.heartRate + 3.5*l.arousal - 1.5*l.vagal + l.heart
	if l.effort > 0 {
		target += l.effort * max(effortHeart-target, 0)
	}
	tau := 6.0 // s upwards: vagal withdrawal is quick; downwards slower, and slower still after a high rate
	if target < h.rate {
		tau = 12 + 0.3*max(h.rate-100, 0)
	}
	h.rate += (target - h.rate) * dt / tau

	tone := math.Exp(vagalGain*l.vagal - effortVagal*l.effort)
	h.tone += (tone - h.tone) * dt / 3
	h.rsa = h.rsa0 * h.tone * h.body.rsaGain(breathRate) * (1 - 0.4*l.talk)

	h.wave.next(h.rand.NormFloat64())
	keep := math.Exp(-dt / driftTau)
	h.drift = keep*h.drift + math.Sqrt(1-keep*keep)*h.rand.NormFloat64()
	common := clamp(l.together, 0, 1)
	drift := math.Sqrt(1-common*common)*h.drift + sharedGain*common*shared
	h.slow = h.body.rmssd * h.tone * (slowWave*h.wave.value + slowDrift*drift)
}

// rsaGain is how far the heart goes with the breath, against breathing at the own rate: more the slower, most at the own resonance, in
// which the baroreflex swings along (Vaschillo et al. 2002, doi 10.1023/A:1014587304314).
func (t traits) rsaGain(rate float64) float64 {
	gain := min(math.Pow(t.breath/rate, rsaSlope), rsaMost)
	if rate >= rsaSlow {
		return gain
	}
	off := (rate - t.resonance) / rsaWidth
	slow := min(rsaSlow-rate, 1) // comes in over one breath per minute
	return gain * (1 - slow*rsaAside*(1-math.Exp(-off*off/2)))
}

// step integrates dt seconds with the breath as it stands.
func (h *heart) step(dt, breathSine float64) {
	nn := 60/h.rate + (h.slow+h.noise-h.rsa*breathSine)/1000
	nn = clamp(nn, shortestNN, longestNN)
	h.sum += dt / nn
	if h.beat = h.sum >= 1; h.beat {
		h.sum--
		h.part = 1 - h.sum*nn/dt
		h.last = nn
		h.noise = math.Sqrt(shareNoise/2) * h.body.rmssd * h.tone * h.rand.NormFloat64()
	}
}

// resonance is a wave near 0.1 Hz that wanders in phase and height: a two-pole filter driven by noise, of variance 1.
type resonance struct{ value, before float64 }

// next moves on by one control step with one standard normal number. Gain for unit variance: Box & Jenkins, AR(2).
func (w *resonance) next(noise float64) {
	const r = 1 - controlSeconds/mayerTau
	turn := math.Cos(2 * math.Pi * mayerHertz * controlSeconds)
	a1, a2 := 2*r*turn, -r*r
	gain := math.Sqrt((1 + a2) * ((1-a2)*(1-a2) - a1*a1) / (1 - a2))
	w.value, w.before = a1*w.value+a2*w.before+gain*noise, w.value
}

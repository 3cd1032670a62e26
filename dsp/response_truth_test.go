package dsp_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"hubd/dsp"
)

// The truth of skin-conductance responses (SCR) is taken from the waveform without noise and without tonic drift: each rise from a
// trough to a peak. Two responses between which the wave falls by less than a tenth of the threshold are one, for nobody could see
// them apart.
const truthHz = 100

// bateman is one response: scale·(e^−t/slow − e^−t/fast), peak at amplitude.
type bateman struct{ onset, slow, fast, scale float64 }

// newBateman makes the response of that rise time and decay; rise must be shorter than slow.
func newBateman(onset, rise, slow, amplitude float64) bateman {
	peak := func(fast float64) float64 { return math.Log(slow/fast) * slow * fast / (slow - fast) }
	lo, hi := 1e-3, slow*0.999
	for range 60 {
		if mid := (lo + hi) / 2; peak(mid) < rise {
			lo = mid
		} else {
			hi = mid
		}
	}
	at := peak(lo)
	return bateman{onset, slow, lo, amplitude / (math.Exp(-at/slow) - math.Exp(-at/lo))}
}

// addTo adds the response to a wave of truthHz.
func (b bateman) addTo(wave []float64) {
	first := int(math.Ceil(b.onset * truthHz))
	for i := first; i < len(wave) && i < first+60*truthHz; i++ {
		x := float64(i)/truthHz - b.onset
		wave[i] += b.scale * (math.Exp(-x/b.slow) - math.Exp(-x/b.fast))
	}
}

// truth is one response as it really was; recovery is NaN where the wave does not fall to half before the next one or 10 s.
type truth struct{ onset, peak, amplitude, recovery float64 }

// truths reads trough and peak of every rise from a wave without noise.
func truths(wave []float64, threshold float64) (out []truth) {
	seenFall := threshold / 10
	lo, hi, rising := 0, 0, false
	for i, v := range wave {
		switch {
		case rising && v > wave[hi]:
			hi = i
		case rising && v < wave[hi]-seenFall:
			out = append(out, truth{onset: float64(lo) / truthHz, peak: float64(hi) / truthHz, amplitude: wave[hi] - wave[lo]})
			rising, lo = false, i
		case !rising && v <= wave[lo]:
			lo = i
		case !rising && v > wave[lo]+seenFall:
			rising, hi = true, i
		}
	}
	for n := range out {
		out[n].recovery = math.NaN()
		peak := int(math.Round(out[n].peak * truthHz))
		end := min(len(wave), peak+10*truthHz)
		if n+1 < len(out) {
			end = min(end, int(out[n+1].onset*truthHz))
		}
		for i := peak; i < end; i++ {
			if wave[i] <= wave[peak]-out[n].amplitude/2 {
				out[n].recovery = float64(i-peak) / truthHz
				break
			}
		}
	}
	return out
}

// circuit is a Grove board at 3.3 V on a converter.
type circuit struct {
	step float64 // V
	hz   float64
}

// Steps of the converters, V.
const (
	stepADS1115 = 4.096 / 32768
	stepMCP3208 = 3.3 / 4096
	stepMCP3008 = 3.3 / 1024
)

func (c circuit) skin() *dsp.Skin {
	return dsp.NewSkin(dsp.SkinOptions{SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: c.step, Calibrated: true})
}

// hand is a seeded skin: a tonic level that drifts by up to 0.5 µS/min, and responses as a Poisson process.
type hand struct {
	seconds, level float64
	slope, period  float64 // steepest drift, µS/s, and its period, s
	wave           []float64
}

func newHand(r *rand.Rand, seconds float64) *hand {
	log := func(lo, hi float64) float64 { return lo * math.Exp(r.Float64()*math.Log(hi/lo)) }
	h := &hand{seconds: seconds, level: log(0.5, 20), period: 60 + 240*r.Float64(), wave: make([]float64, int(seconds*truthHz))}
	h.slope = (2*r.Float64() - 1) * math.Min(0.5/60, 0.3*h.level*2*math.Pi/h.period)
	perMinute := log(1, 20)
	for t := r.ExpFloat64() * 60 / perMinute; t < seconds; t += r.ExpFloat64() * 60 / perMinute {
		slow := 2 + 6*r.Float64()
		rise := 0.7 + 2.3*r.Float64()
		if rise > 0.8*slow {
			rise = 0.8 * slow
		}
		newBateman(t, rise, slow, log(0.05, 1)).addTo(h.wave)
	}
	return h
}

// microsiemens is the conductance at a time without noise.
func (h *hand) microsiemens(t float64) float64 {
	i := min(int(t*truthHz), len(h.wave)-2)
	x := t*truthHz - float64(i)
	drift := h.slope * h.period / (2 * math.Pi) * math.Sin(2*math.Pi*t/h.period)
	return h.level + drift + h.wave[i]*(1-x) + h.wave[i+1]*x
}

// through gives what the converter reads, with Gaussian noise of so many of its steps.
func (h *hand) through(c circuit, r *rand.Rand, noise float64) []dsp.Sample {
	out := make([]dsp.Sample, 0, int(h.seconds*c.hz))
	for i := range cap(out) {
		t := float64(i) / c.hz
		v := dsp.GroveVolts(h.microsiemens(t), 3.3, 0.5) + noise*c.step*r.NormFloat64()
		out = append(out, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: time.Duration(math.Round(t * 1e9)), Volts: math.Round(v/c.step) * c.step})
	}
	return out
}

// tally compares found with true responses.
type tally struct {
	hit, missed, invented     int
	onset, amplitude, recover []float64 // absolute errors: s, share, s
	least                     []float64 // thresholds in force, µS
}

// matchedPeak is how far a found peak may lie from the true one.
const matchedPeak = 1.0

// measured scores the detector on seeded hands through one circuit, with noise of 1 to 3 converter steps.
func measured(c circuit, hands int) (a tally) {
	for seed := range hands {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		h := newHand(r, 600)
		found, least := responsesOf(c.skin(), h.through(c, r, 1+2*r.Float64()))
		a.add(h, found, func(second int) float64 { return least[min(second, len(least)-1)] })
	}
	return a
}

// responsesOf gives the responses and, for every second, the threshold that was in force: the classic one where none was told.
func responsesOf(k *dsp.Skin, samples []dsp.Sample) (found []dsp.SCR, least []float64) {
	each, found := told(k, samples)
	for _, f := range each {
		least = append(least, f.LeastSCR.Or(0.05))
	}
	return found, least
}

// add scores one record. least gives the threshold in force at a second; a true response below it is no miss. Responses within
// 4 s of either end are left out.
func (a *tally) add(h *hand, found []dsp.SCR, least func(second int) float64) {
	inside := func(peak float64) bool { return peak > 4 && peak < h.seconds-4 }
	used := make([]bool, len(found))
	for _, t := range truths(h.wave, least(int(h.seconds/2))) {
		threshold := least(int(t.peak))
		if t.amplitude < threshold {
			continue
		}
		best := -1
		for j, s := range found {
			if d := math.Abs(s.Peak.Seconds() - t.peak); !used[j] && d <= matchedPeak &&
				(best < 0 || d < math.Abs(found[best].Peak.Seconds()-t.peak)) {
				best = j
			}
		}
		switch {
		case best >= 0:
			used[best] = true
			if inside(t.peak) {
				a.match(t, found[best])
			}
		case inside(t.peak):
			a.missed++
		}
		a.least = append(a.least, threshold)
	}
	for j, s := range found {
		if !used[j] && inside(s.Peak.Seconds()) {
			a.invented++
		}
	}
}

func (a *tally) match(t truth, s dsp.SCR) {
	a.hit++
	a.onset = append(a.onset, math.Abs(s.Onset.Seconds()-t.onset))
	a.amplitude = append(a.amplitude, math.Abs(s.Amplitude/t.amplitude-1))
	if s.HalfRecovery.Known && !math.IsNaN(t.recovery) {
		a.recover = append(a.recover, math.Abs(s.HalfRecovery.Value-t.recovery))
	}
}

func (a *tally) sensitivity() float64 { return 100 * float64(a.hit) / float64(max(1, a.hit+a.missed)) }
func (a *tally) precision() float64   { return 100 * float64(a.hit) / float64(max(1, a.hit+a.invented)) }
func (a *tally) f1() float64 {
	return 200 * float64(a.hit) / float64(max(1, 2*a.hit+a.missed+a.invented))
}

// at is a quantile of values; 0 of none.
func at(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

package dsp

import (
	"math"
	"math/cmplx"
	"time"
)

// Settings of the coherence (McCraty & Zayas 2014, doi 10.3389/fpsyg.2014.01090, with the pace known instead of searched, and as
// a share of the whole instead of a ratio to the rest): heart-rate power at the pace within 0.04–0.40 Hz, over 64 s at 4 Hz.
const (
	coherenceWindow = 64 * time.Second
	coherenceHz     = 4
	coherencePoints = 256
	coherenceHalf   = 0.0225 // Hz; a Hann window of 64 s has a main lobe of ± 0.031, all but 3 % of it within this
	coherenceLow    = 0.04
	coherenceHigh   = 0.40
	coherenceHole   = 4 * time.Second // between normal intervals: an early beat takes two or three of them
	coherenceLate   = 6 * time.Second // the newest judged interval lies two beats back
	coherencePhase  = 0.25            // share under which a phase is of noise: twice what white noise has there
)

// pacer holds what paces the breath, and the buffers to compare the heart with it.
type pacer struct {
	perMin   float64
	zero     time.Duration // an inhale began
	since    time.Duration // the first second with this pace and phase
	begun    bool          // there was one
	curve    [coherencePoints]float64
	spectrum *periodogram
}

func newPacer() *pacer {
	return &pacer{spectrum: newPeriodogram(coherencePoints, 512, coherenceHz, coherenceHigh)}
}

// set takes a pace and the time at which an inhale begins; 0 for none.
func (p *pacer) set(perMin float64, zero time.Duration) {
	p.perMin, p.zero, p.begun = perMin, zero, false
}

// second notes when the heart could begin to follow.
func (p *pacer) second(t time.Duration) {
	if !p.begun && p.perMin > 0 {
		p.begun, p.since = true, t
	}
}

// coherence compares the heart rate of the 64 s that end with the newest normal interval with the pacer. PhaseDeg is positive where
// the heart rate peaks after cos(2π·pace·(t − zero)), which is highest as the inhale begins. Absent where the 64 s are not whole, where the pacer did not lead throughout them, and where its
// pace lies outside the band: what the share is one of would not hold it.
func (p *pacer) coherence(r *record, from int64, t time.Duration) Coherence {
	out := Coherence{Pace: p.perMin}
	newest := r.end - 1
	for newest >= from && r.at(newest).class != ClassNN {
		newest--
	}
	if newest < from || t-r.at(newest).t > coherenceLate {
		return out
	}
	start := r.at(newest).t - coherenceWindow
	hz := p.perMin / 60
	if start < p.since || hz < coherenceLow || hz > coherenceHigh {
		return out
	}
	longest, ok := r.resample(p.curve[:], from, start, time.Second/coherenceHz)
	if !ok || longest > coherenceHole {
		return out
	}
	for i, ms := range p.curve {
		p.curve[i] = 60000 / ms
	}
	p.spectrum.estimate(p.curve[:])
	total := p.spectrum.band(coherenceLow, coherenceHigh)
	if total <= 0 {
		return out
	}
	ratio := min(1, p.spectrum.band(max(coherenceLow, hz-coherenceHalf), min(coherenceHigh, hz+coherenceHalf))/total)
	out.Ratio = Some(ratio)
	if ratio >= coherencePhase {
		out.PhaseDeg = Some(p.phase(start, hz))
	}
	return out
}

// phase is the angle of the heart rate's component at the pace against the pacer's, in degrees. An interval stands for the
// middle between its beats, half an interval before the beat that it is filed under.
func (p *pacer) phase(start time.Duration, hz float64) float64 {
	level, slope := line(p.curve[:])
	sin, cos := math.Sincos(2 * math.Pi * hz * ((start - p.zero).Seconds() - 30/level))
	turn, step := complex(cos, sin), cmplx.Rect(1, 2*math.Pi*hz/coherenceHz)
	var re, im float64
	for i, v := range p.curve {
		x := (v - level - slope*float64(i)) * p.spectrum.window[i]
		re, im = re+x*real(turn), im+x*imag(turn)
		turn *= step
	}
	return math.Atan2(im, re) * 180 / math.Pi
}

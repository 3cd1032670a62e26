package dsp_test

import (
	"math/rand/v2"
	"testing"

	"hubd/dsp"
)

// sweating is a hand with two responses alone, two that overlap and a small one, between 68 and 148 s.
func sweating() *hand {
	h := &hand{seconds: 165, level: 4.5, slope: 0.001, period: 600, wave: make([]float64, 165*truthHz)}
	for _, b := range []bateman{
		newBateman(31, 1.4, 4, 0.4), newBateman(55, 1.8, 4.5, 0.5), // before the picture begins
		newBateman(79, 1.7, 4.2, 0.45), newBateman(103, 2, 4.5, 0.75),
		newBateman(121, 1.5, 5, 0.5), newBateman(124.4, 1.5, 4.4, 0.55),
		newBateman(140, 1.3, 3.5, 0.12),
	} {
		b.addTo(h.wave)
	}
	return h
}

// skinPicture shows responses with what is told of each, and the tonic level under them.
func skinPicture(t *testing.T) *picture {
	const from, to = 68.0, 148.0
	h, c := sweating(), circuit{step: stepADS1115, hz: 25}
	samples := h.through(c, rand.New(rand.NewPCG(5, 5)), 2)
	told := listen(c.skin(), samples)
	var wave, tonic curve
	for _, s := range samples {
		wave.add(s.T.Seconds(), dsp.GroveMicrosiemens(s.Volts, 3.3, 0.5))
	}
	for i, v := range told.values {
		if e, ok := v.(dsp.EDA); ok {
			tonic.add(told.at[i].Seconds(), numberOf(e.SCL))
		}
	}
	p := newPicture(356, "Skin conductance: responses and the level under them", "Eighty seconds of skin conductance with responses, "+
		"each with onset, peak, amplitude and half recovery; two of them overlap. The tonic level runs under them as a line.")
	a := p.panel(50, 320, from, to, 4.35, 5.5)
	p.text("plum head", p.left, 18, "Skin conductance")
	a.values("µS", 4.5, 5, 5.5)
	a.draw("teal bold", &tonic)
	a.draw("plum", &wave)
	a.responses(told, &wave)
	a.trueOnsets(truths(h.wave, 0.05))
	a.text("teal", a.x(from+10), a.y(tonic.at(from+10))+19, "tonic level")
	a.times(10, from, "s")
	return p
}

// trueOnsets ticks the time axis.
func (a *panel) trueOnsets(responses []truth) {
	named := false
	for _, r := range responses {
		if r.onset < a.t0 || r.onset > a.t1 {
			continue
		}
		x := a.x(r.onset)
		a.line("amber bold", point{x, a.bottom - 4}, point{x, a.bottom + 6})
		if !named {
			a.text("amber small", x+6, a.bottom-2, "true onsets")
		}
		named = true
	}
}

// responses marks those told; the first one carries the names of its marks.
func (a *panel) responses(told heard, wave *curve) {
	first := true
	for _, s := range all[dsp.SCR](told) {
		if s.Onset.Seconds() <= a.t0 || s.Peak.Seconds() >= a.t1 {
			continue
		}
		amplitude, recovery := "+%.2f µS", "%.1f s"
		if first {
			a.note("amber end", s.Onset.Seconds(), wave.at(s.Onset.Seconds()), -8, -6, "onset")
			amplitude, recovery = "peak +%.2f µS", "half recovery %.1f s"
		}
		first = false
		a.response(s, wave, amplitude, recovery)
		if !s.HalfRecovery.Known {
			x, y := a.x(s.Peak.Seconds())+70, a.y(wave.at(s.Peak.Seconds()))-4
			a.text("ink small", x, y, "none for the first:")
			a.text("ink small", x, y+16, "the second rose before")
		}
	}
}

// response marks one response with its amplitude and, where there is one, its half recovery.
func (a *panel) response(s dsp.SCR, wave *curve, amplitude, recovery string) {
	onset, peak := s.Onset.Seconds(), s.Peak.Seconds()
	top := wave.at(peak)
	foot := top - s.Amplitude
	a.line("ink fine dots", point{a.x(onset), a.y(foot)}, point{a.x(peak), a.y(foot)}, point{a.x(peak), a.y(top)})
	a.mark("amber ring", onset, wave.at(onset), 4)
	a.mark("rose dot", peak, top, 4)
	a.note("rose end", peak, top, -3, -9, amplitude, s.Amplitude)
	if s.HalfRecovery.Known {
		half := peak + s.HalfRecovery.Value
		a.line("ink fine dots", point{a.x(peak), a.y(top - s.Amplitude/2)}, point{a.x(half), a.y(top - s.Amplitude/2)})
		a.mark("blue ring", half, top-s.Amplitude/2, 4)
		a.note("blue", half, top-s.Amplitude/2, 9, 4, recovery, s.HalfRecovery.Value)
	}
}

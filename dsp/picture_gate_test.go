package dsp_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/synth"
)

// gated is what a chain told, with the features it had ten times a second and the heart rate of every second.
type gated struct {
	heard
	quality, rate curve
	reasons       []string // beside quality
}

// watched runs samples through a chain and looks at its features.
func watched(samples []dsp.Sample) (g gated) {
	c := newPPG()
	var buf []dsp.Value
	next := time.Second
	for i, s := range samples {
		for ; s.T >= next; next += time.Second {
			buf = c.Second(buf[:0], next)
			g.take(next, buf)
			g.rate.add(next.Seconds(), numberOf(c.Features().HeartRate))
		}
		buf = c.Sample(buf[:0], s)
		g.take(s.T, buf)
		if i%25 == 0 {
			g.quality.add(s.T.Seconds(), c.Features().Quality)
			g.reasons = append(g.reasons, c.Features().Reason)
		}
	}
	return g
}

// numberOf is a number to draw: a hole where it is absent.
func numberOf(m dsp.Maybe) float64 {
	if !m.Known {
		return math.NaN()
	}
	return m.Value
}

// gatePicture shows how a movement takes the numbers away and when they come back.
func gatePicture(t *testing.T) *picture {
	const from, to, length = 165.0, 190.0, 192
	samples, wave := simulated(t, "night", 6, length)
	g, truth := watched(samples), lived(t, "night", 6, length)
	p := newPicture(474, "What is told in a disturbance", "Twenty-five seconds of pulse wave with a movement in the "+
		"middle; the signal quality falls under 0.5 there, and the heart rate is withheld with its reason until the pulse can be trusted again.")
	low, high := wave.extent(from, to)
	pulse := p.panel(30, 158, from, to, low, high)
	quality := p.panel(212, 284, from, to, 0, 1)
	rate := p.panel(340, 430, from, to, 50, 70)
	p.text("rose head", p.left, 18, "Pulse wave and beats")
	for _, m := range truth.Moving {
		if m.From.Seconds() > from && m.To.Seconds() < to {
			p.wash("amber", pulse.x(m.From.Seconds()), pulse.top, pulse.x(m.To.Seconds()), rate.bottom)
			p.text("amber middle", pulse.x((m.From+m.To).Seconds()/2), pulse.top-10, "the wearer moves")
		}
	}
	pulse.values("V", 1, 2)
	pulse.draw("rose", wave)
	pulse.beatsUsed(g.heard, wave)
	quality.gate(&g)
	rate.told(&g, truth.Beats)
	rate.times(5, from, "s")
	return p
}

// lived is the truth of a scenario's first seconds.
func lived(t *testing.T, scenario string, seed uint64, seconds int) synth.Truth {
	t.Helper()
	s, err := synth.New(scenario, seed)
	if err != nil {
		t.Fatal(err)
	}
	s.Render(time.Duration(seconds) * time.Second)
	return s.Truth(0)
}

// beatsUsed marks the beats told; those that no interval begins or ends with are hollow.
func (a *panel) beatsUsed(h heard, wave *curve) {
	used := func(at time.Duration) bool {
		return slices.ContainsFunc(all[dsp.IBI](h), func(v dsp.IBI) bool {
			return (v.T-at).Abs() < time.Millisecond || (v.T-v.Dur-at).Abs() < 40*time.Millisecond
		})
	}
	for _, b := range all[dsp.Beat](h) {
		at := b.T.Seconds()
		switch {
		case at < a.t0 || at > a.t1:
		case used(b.T):
			a.mark("blue dot", at, wave.at(at), 3.2)
		default:
			a.mark("blue ring", at, wave.at(at), 3.6)
		}
	}
	a.text("blue small end", a.right, 18, "● gives intervals   ○ gives none")
}

// gate draws the quality, its threshold and the reason told below it.
func (a *panel) gate(g *gated) {
	a.values("", 0, 1)
	a.line("teal fine dash", point{a.left, a.y(0.5)}, point{a.right, a.y(0.5)})
	a.text("ink small end", a.left-7, a.y(0.5)+4, "0.5")
	a.hold("teal bold", &g.quality)
	a.text("teal head", a.left, a.top-12, "Quality")
	a.text("teal small", a.left+4, a.y(0.5)+16, "numbers are told from 0.5 on")
	from, to, reason := a.withheld(g)
	a.text("teal middle", a.x((from+to)/2), a.y(0)-7, "“%s”", reason)
}

// withheld is the stretch in which the quality is under 0.5, and the last reason told for it.
func (a *panel) withheld(g *gated) (from, to float64, reason string) {
	for i, t := range g.quality.t {
		if t < a.t0 || t > a.t1 || g.quality.v[i] >= 0.5 {
			continue
		}
		if from == 0 {
			from = t
		}
		to, reason = t, g.reasons[i]
	}
	return from, to, reason
}

// told draws the heart rate told, the true one and the gap between.
func (a *panel) told(g *gated, beats []time.Duration) {
	var true10 curve
	for t := a.t0; t <= a.t1; t++ {
		true10.add(t, trueRate(beats, t))
	}
	a.values("/min", 50, 60, 70)
	a.draw("ink dots", &true10)
	a.draw("blue bold", &g.rate)
	a.text("blue head", a.left, a.top-12, "Heart rate")
	a.text("ink small", a.x(a.t0+16), a.y(66)-9, "true rate")
	from, to := a.gap(&g.rate)
	y := a.y(57.5)
	a.line("blue fine", point{a.x(from), y - 5}, point{a.x(from), y}, point{a.x(to), y}, point{a.x(to), y - 5})
	a.text("blue middle", a.x((from+to)/2), y+17, "withheld until five good intervals")
}

// gap is the stretch between the last value before a hole and the first one after it.
func (a *panel) gap(c *curve) (from, to float64) {
	for i, t := range c.t {
		if i == 0 || t <= a.t0 || t > a.t1 {
			continue
		}
		if math.IsNaN(c.v[i]) && !math.IsNaN(c.v[i-1]) {
			from = c.t[i-1]
		}
		if !math.IsNaN(c.v[i]) && math.IsNaN(c.v[i-1]) {
			to = t
		}
	}
	return from, to
}

// trueRate is the rate from the median interval of the 10 s before a time, per minute.
func trueRate(beats []time.Duration, t float64) float64 {
	var ms []float64
	for i := 1; i < len(beats); i++ {
		if at := beats[i].Seconds(); at > t-10 && at <= t {
			ms = append(ms, float64(beats[i]-beats[i-1])/1e6)
		}
	}
	return 60_000 / at(ms, 0.5)
}

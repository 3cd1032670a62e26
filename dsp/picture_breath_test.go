package dsp_test

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
)

// breathSeen is what the breathing rate is read from and what was told of it.
type breathSeen struct {
	modulation [3]curve
	rate       curve
}

// breathed runs samples through a chain and keeps each beat as breathing shows in it.
func breathed(samples []dsp.Sample) (b breathSeen) {
	c := newPPG()
	seen := 0
	next := time.Second
	for _, s := range samples {
		for ; s.T >= next; next += time.Second {
			c.Second(nil, next)
			b.rate.add(next.Seconds(), numberOf(c.Features().Breathing))
		}
		c.Sample(nil, s)
		if n, at, values := c.Modulation(); n > seen {
			seen = n
			for i, v := range values {
				b.modulation[i].add(at.Seconds(), v)
			}
		}
	}
	return b
}

// breathPicture shows the three ways in which breathing moves the pulse, and the rate read from them.
func breathPicture(t *testing.T) *picture {
	const from, to = 60.0, 120.0
	l := lungs{perMin: 14, climb: 5, bpm: 72, amplitude: 0.07, baseline: 0.08, arrhythmia: 25, mayer: 0.4, seconds: 124, seed: 4}
	samples, breaths := l.samples()
	b := breathed(samples)
	var wave curve
	for _, s := range samples {
		wave.add(s.T.Seconds(), s.Volts)
	}
	p := newPicture(590, "Three traces of the breath in the pulse", "One minute of pulse wave; below, each beat's amplitude, baseline and "+
		"interval, which all rise and fall with the breath, and the breathing rate read from them beside the true one.")
	low, high := wave.extent(from, to)
	pulse := p.panel(34, 120, from, to, low, high)
	rate := p.panel(456, 546, from, to, 12, 18)
	p.text("rose head", p.left, 18, "Pulse wave")
	p.text("teal small end", p.right, 18, "┊ the wearer breathes in")
	pulse.values("V", 1.5, 2)
	pulse.breathsIn(breaths)
	pulse.draw("rose", &wave)
	p.modulations(&b, breaths, from, to)
	rate.rateOfBreath(&b, breaths)
	rate.times(10, from, "s")
	return p
}

// modulations draws what breathing does to each beat, three panels one below the other.
func (p *picture) modulations(b *breathSeen, breaths []float64, from, to float64) {
	for i, m := range []struct {
		name, class, unit string
		ticks             [2]float64
	}{
		{"Amplitude", "plum", "V", [2]float64{0.55, 0.65}},
		{"Baseline", "amber", "V", [2]float64{1.4, 1.5}},
		{"Interval", "blue", "ms", [2]float64{800, 850}},
	} {
		c := &b.modulation[i]
		low, high := c.extent(from, to)
		a := p.panel(164+90*float64(i), 220+90*float64(i), from, to, low, high)
		a.values(m.unit, m.ticks[:]...)
		a.breathsIn(breaths)
		a.draw(m.class, c)
		for j, at := range c.t {
			if at >= from && at <= to {
				a.mark(m.class+" dot", at, c.v[j], 2)
			}
		}
		p.text(m.class+" head", p.left, a.top-12, "%s", m.name)
	}
}

// breathsIn marks the true beginnings of breathing in.
func (a *panel) breathsIn(breaths []float64) {
	for _, at := range within(breaths, a.t0, a.t1) {
		a.line("teal fine dots", point{a.x(at), a.top - 3}, point{a.x(at), a.bottom + 3})
	}
}

// rateOfBreath draws the rate told and the true mean of the 32 s before.
func (a *panel) rateOfBreath(b *breathSeen, breaths []float64) {
	var true32 curve
	for t := a.t0; t <= a.t1; t++ {
		true32.add(t, trueBreathing(breaths, t))
	}
	a.values("/min", 12, 15, 18)
	a.draw("ink dots", &true32)
	a.hold("teal bold", &b.rate)
	a.text("teal head", a.left, a.top-12, "Breathing rate")
	a.text("ink small", a.x(a.t0+40), a.y(true32.at(a.t0+40))+20, "true mean of the last 32 s")
}

// trueBreathing is the mean rate of the breaths of the 32 s before a time, per minute.
func trueBreathing(breaths []float64, t float64) float64 {
	in := within(breaths, t-32, t)
	if len(in) < 2 {
		return math.NaN()
	}
	return 60 * float64(len(in)-1) / (in[len(in)-1] - in[0])
}

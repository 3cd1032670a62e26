package dsp_test

import (
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/synth"
)

// simulated gives the first seconds of a scenario's pulse, as samples and as a curve to draw.
func simulated(t *testing.T, scenario string, seed uint64, seconds int) (samples []dsp.Sample, wave *curve) {
	t.Helper()
	s, err := synth.New(scenario, seed)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Render(time.Duration(seconds) * time.Second).Columns[0]
	wave = &curve{}
	for i, at := range c.T {
		samples = append(samples, dsp.Sample{T: at, Volts: c.V[i]})
		wave.add(at.Seconds(), c.V[i])
	}
	return samples, wave
}

// pulsePicture shows some beats with the intervals told, and below it what times the third of them.
func pulsePicture(t *testing.T) *picture {
	const from, to = 60.0, 64.6
	samples, wave := simulated(t, "rest", 2, 70)
	h := listen(newPPG(), samples)
	beats := within(beatTimes(h), from, to)
	b := bendAt(t, dsp.Bends(samples), beats[2])
	p := newPicture(580, "When in the pulse wave a beat is", "Six pulse waves with their beats and the intervals between; "+
		"below, one of them large with foot, steepest rise, time told and crest, and its second derivative with the wearer's average fitted to it.")

	p.text("rose head", p.left, 18, "Pulse wave, beats and the intervals told")
	low, high := wave.extent(from, to)
	top := p.panel(66, 172, from, to, low, high)
	top.values("V", 1.5, 2)
	top.shade("blue", b.From.Seconds(), b.From.Seconds()+float64(len(b.Wave)-1)*b.Step.Seconds())
	top.draw("rose", wave)
	for i, at := range beats {
		top.mark("blue dot", at, wave.at(at), 4)
		if i > 0 {
			top.line("blue fine", point{top.x(beats[i-1]) + 4, 54}, point{top.x(at) - 4, 54})
			top.text("blue middle", top.x((at+beats[i-1])/2), 48, "%.0f ms", interval(h, at))
		}
	}
	top.times(1, from, "s")
	zoomBeat(p, top, b, wave)
	return p
}

// within are the times of a stretch.
func within(times []float64, from, to float64) (out []float64) {
	for _, at := range times {
		if at >= from && at < to {
			out = append(out, at)
		}
	}
	return out
}

// interval is the told one that ends with the beat at a time, ms; 0 where none is told.
func interval(h heard, at float64) float64 {
	for _, v := range all[dsp.IBI](h) {
		if d := v.T.Seconds() - at; d > -0.001 && d < 0.001 {
			return float64(v.Dur) / 1e6
		}
	}
	return 0
}

// bendAt is the bend of the beat told at a time.
func bendAt(t *testing.T, bends []dsp.Bend, at float64) dsp.Bend {
	t.Helper()
	for _, b := range bends {
		if d := b.Places[6].Seconds() - at; d > -0.001 && d < 0.001 {
			return b
		}
	}
	t.Fatalf("no bend of the beat at %.3f s", at)
	return dsp.Bend{}
}

// zoomBeat shows one beat large and its second derivative, with the places that could stand for the beat across both.
func zoomBeat(p *picture, top *panel, b dsp.Bend, wave *curve) {
	t0, t1 := b.From.Seconds(), b.From.Seconds()+float64(len(b.Wave)-1)*b.Step.Seconds()
	low, high := wave.extent(t0, t1)
	large := p.panel(286, 410, t0, t1, low, high)
	bend := p.panel(436, 546, t0, t1, -1, 1)
	p.line("blue fine faint", point{top.x(t0), top.bottom}, point{p.left, 236}, point{p.left, 250})
	p.line("blue fine faint", point{top.x(t1), top.bottom}, point{p.right, 236}, point{p.right, 250})
	large.values("V", 1.5, 2)
	large.draw("rose bold", wave)
	p.text("rose head", p.left+8, 246, "One of them, large")
	for _, place := range []struct {
		name, class string
		dx, dy      float64
		at          time.Duration
	}{
		{"foot", "ink middle", 0, 0, b.Places[0]},
		{"steepest rise", "ink end", 8, 0, b.Places[2]},
		{"the beat told", "blue head middle", 0, -20, b.Places[6]},
		{"crest", "ink", -8, 0, b.Places[4]},
	} {
		x := large.x(place.at.Seconds())
		hue, _, _ := strings.Cut(place.class, " ")
		p.line(hue+" fine dash", point{x, large.top - 12 + place.dy}, point{x, bend.bottom})
		p.text(place.class, x+place.dx, large.top-18+place.dy, "%s", place.name)
		p.dot(hue+" dot", x, large.y(wave.at(place.at.Seconds())), 4)
	}
	drawBend(bend, b)
	bend.times(0.1, b.Places[6].Seconds(), "s after the beat told")
}

// drawBend draws the second derivative and the average at a common scale, in V/s².
func drawBend(a *panel, b dsp.Bend) {
	var own, average curve
	scale := 1 / (b.Step.Seconds() * b.Step.Seconds())
	for i, v := range b.Wave {
		own.add(b.From.Seconds()+float64(i)*b.Step.Seconds(), v*scale)
	}
	for i, v := range b.Average {
		average.add(b.AverageFrom.Seconds()+float64(i)*b.Step.Seconds(), v*scale)
	}
	a.v0, a.v1 = own.extent(a.t0, a.t1)
	a.values("V/s²", -50, 0)
	a.draw("amber band", &average)
	a.draw("teal", &own)
	a.text("teal head", a.left+150, a.bottom-24, "Its second derivative")
	a.text("amber", a.left+150, a.bottom-6, "on the wearer's average, fitted")
}

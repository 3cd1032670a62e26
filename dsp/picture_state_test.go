package dsp_test

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/synth"
)

// stateHues gives each state a colour of the picture. Rooms never do: there, no state has a colour of its own.
func stateHues(n regulation.Name) string {
	return [...]string{regulation.Unknown: "ink", regulation.Settled: "teal", regulation.Engaged: "amber", regulation.Activated: "rose", regulation.Withdrawn: "plum"}[n]
}

// statePicture shows both axes of a simulated body that is wound up for a minute and a half, and which states are true and told.
func statePicture(t *testing.T) *picture {
	const seconds = 300
	scene, err := synth.New("stress", 12)
	if err != nil {
		t.Fatal(err)
	}
	var arousal, vagal curve
	told := make([]regulation.Name, 0, seconds)
	pulse, skin := dsp.NewPulse(dsp.PulseOptions{}), dsp.NewSkin(dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: stepADS1115, Calibrated: true})
	e := regulation.New(regulation.Options{}, scene.Baseline(0, 20000))
	for i := range seconds * 250 {
		at := time.Duration(i) * 4 * time.Millisecond
		pulse.Sample(nil, dsp.Sample{T: at, Volts: scene.Pulse(0, at)})
		if i%10 == 0 {
			skin.Sample(nil, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: at, Volts: dsp.GroveVolts(scene.EDA(0, at), 3.3, 0.5)})
		}
		if i%250 != 249 {
			continue
		}
		second := (at + 4*time.Millisecond)
		pulse.Second(nil, second)
		skin.Second(nil, second)
		e.Second(nil, second, time.Time{}, regulation.Features{Pulse: pulse.Features(), Skin: skin.Features(), HasPulse: true, HasSkin: true, Sensed: true, Setting: regulation.SettingAlone})
		s := e.State()
		arousal.add(second.Seconds(), numberOf(s.Arousal))
		vagal.add(second.Seconds(), numberOf(s.Vagal))
		told = append(told, s.Name)
	}
	return drawStates(&arousal, &vagal, told, scene.Truth(0).States)
}

func drawStates(arousal, vagal *curve, told []regulation.Name, truth []synth.StateSpan) *picture {
	p := newPicture(340, "Two axes become a name: a minute and a half of stress", "Five minutes of a simulated body: arousal rises and the vagal axis falls while it is wound up. "+
		"Two rows of bands beneath show which state is true, and which is told half a minute later.")
	a := p.panel(40, 240, 0, float64(len(told)), -6, 5)
	p.text("head rose", p.left, 18, "Arousal")
	p.text("head blue", p.left+70, 18, "Vagal")
	p.text("ink small end", p.right, 18, "in spreads of the own rest; high from +1, low from −1")
	a.values("", -4, 0, 4)
	for _, threshold := range []float64{1, -1} {
		a.line("ink fine dash", point{a.x(a.t0), a.y(threshold)}, point{a.x(a.t1), a.y(threshold)})
	}
	a.draw("rose", arousal)
	a.draw("blue", vagal)
	for _, s := range truth {
		a.band(s.Name, s.From.Seconds(), min(s.To.Seconds(), a.t1), 258)
	}
	from := 0
	for i := 1; i <= len(told); i++ {
		if i == len(told) || told[i] != told[from] {
			a.band(told[from], float64(from), float64(i), 282)
			from = i
		}
	}
	p.text("ink small end", p.left-6, 262, "true")
	p.text("ink small end", p.left-6, 286, "told")
	a.bottom = 296
	a.times(60, 0, "s")
	return p
}

// band is a stretch of one state at a height in px, with its word where there is room.
func (a *panel) band(n regulation.Name, from, to, y float64) {
	if to-from < 0.5 {
		return
	}
	a.line(stateHues(n)+" band", point{a.x(from) + 5, y}, point{math.Max(a.x(to)-5, a.x(from)+5), y})
	if to-from > 25 {
		a.text(stateHues(n)+" small middle", (a.x(from)+a.x(to))/2, y+4, "%s", [...]string{"not sure", "steady", "lively", "wound up", "quiet and low"}[n])
	}
}

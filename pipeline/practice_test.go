package pipeline_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
	"hubd/synth"
)

// guided is a hub whose wearers' bodies feel the room.
type guided struct {
	*rig
	scene *synth.Scene
}

// live lets time pass: the bodies meet the room as its cues say, and their sensors are read.
func (g *guided) live(d time.Duration) (events []pipeline.Event) {
	for end := g.now + d; g.now < end; {
		from := g.now
		g.now += tick
		var in []dsp.Sample
		for t := from; t < g.now; t += 4 * time.Millisecond {
			for w := range g.scene.Wearers() {
				at := func(k dsp.ChannelKind, v float64) {
					in = append(in, dsp.Sample{Channel: dsp.Channel{Wearer: uint8(w), Kind: k}, T: t, Volts: v})
				}
				at(dsp.ChannelPulse, g.scene.Pulse(w, t))
				if t%(40*time.Millisecond) == 0 {
					at(dsp.ChannelEDA, dsp.GroveVolts(g.scene.EDA(w, t), supply, open))
				}
			}
		}
		before := len(events)
		events = g.p.Block(events, dsp.Block{Bus: bus, Until: g.now, Samples: in})
		events = g.p.Tick(events, g.now, morning.Add(g.now))
		g.feel(events[before:])
	}
	return events
}

func (g *guided) feel(events []pipeline.Event) {
	for _, c := range of[room.Cue](events) {
		g.scene.SetRoom(synth.Room{
			BrightnessPercent: c.Light.Brightness, Kelvin: c.Light.Kelvin, LevelDB: c.Sound.LevelDB.Or(-60),
			BreathsPerMin: c.Pace.BreathsPerMin, PhaseZero: c.Pace.PhaseZero,
		})
	}
}

// practise starts a practice, which the bodies feel at once.
func (g *guided) practise(name string) {
	g.feel(g.must(pipeline.Command{Name: pipeline.CommandPractice, Text: name}))
}

// guide is a hub with the bodies of a scenario, at rest for a minute in a session.
func guide(tb testing.TB, scenario string, seed uint64, change func(*pipeline.Options)) *guided {
	tb.Helper()
	s, err := synth.New(scenario, seed)
	if err != nil {
		tb.Fatal(err)
	}
	o := options(len(s.Wearers()))
	o.Room.Wearers = slices.Clone(o.Room.Wearers)
	rested(&o, s)
	if change != nil {
		change(&o)
	}
	g := &guided{newRig(tb, o), s}
	kind := room.Alone
	if len(s.Wearers()) > 1 {
		kind = room.Together
	}
	g.start(kind, s.Wearers()...)
	g.live(time.Minute)
	return g
}

func TestResonanceFindsTheBodysOwnPace(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	const step = 0.5
	exact, seeds := 0, 6
	for seed := range uint64(seeds) {
		g := guide(t, "rest", 100+seed, nil)
		g.practise("resonance")
		results := of[pipeline.PracticeResult](g.live(10*time.Minute + time.Second))
		if len(results) != 1 {
			t.Fatalf("seed %d: results %+v", seed, results)
		}
		truth, r := g.scene.Resonance(0), results[0]
		off := math.Abs(r.Pace.Pace - truth)
		t.Logf("seed %d: true %.2f, found %.1f with a swing of %.1f, %d of %d judged", seed, truth, r.Pace.Pace, r.Pace.BPM.Value, r.Judged, r.Tried)
		if !r.Pace.BPM.Known || off > step || r.Tried != 5 {
			t.Errorf("seed %d: true %.2f, found %+v", seed, truth, r)
		}
		if off <= step/2 {
			exact++
		}
		if got := g.p.Settings().Wearers[0].ResonancePace; got != dsp.Some(r.Pace.Pace) {
			t.Errorf("remembered is %v", got)
		}
		g.practise("breath")
		if got := g.p.Room().Pace.BreathsPerMin; got != r.Pace.Pace {
			t.Errorf("the next breath practice is at %v", got)
		}
	}
	t.Logf("the nearest of the five paces in %d of %d", exact, seeds)
}

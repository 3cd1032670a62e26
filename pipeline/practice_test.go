package pipeline_test

import (
	"flag"
	"math"
	"slices"
	"strings"
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

// hearts is how many simulated hearts are searched: go test ./pipeline -run ResonanceFinds -v -args -hearts 100
var hearts = flag.Int("hearts", 6, "how many simulated hearts the search for the best pace is tried on")

func TestResonanceFindsTheBodysOwnPace(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	const step = 0.5
	nearest, within, furthest := 0, 0, 0.0
	for seed := range uint64(*hearts) {
		g := guide(t, "rest", 100+seed, nil)
		g.practise("resonance")
		r := only(t, of[pipeline.PracticeResult](g.live(10*time.Minute+time.Second)))
		truth := g.scene.Resonance(0)
		best := math.Round(truth/step) * step // of the five
		if r.Tried != 5 || r.Judged != 5 || g.p.Settings().Wearers[0].ResonancePace != dsp.Some(r.Pace.Pace) {
			t.Errorf("heart %d: %+v, remembered %v", seed, r, g.p.Settings().Wearers[0].ResonancePace)
		}
		off := math.Abs(r.Pace.Pace - best)
		furthest = max(furthest, math.Abs(r.Pace.Pace-truth))
		if off == 0 {
			nearest++
		}
		if off <= step {
			within++
		} else {
			t.Logf("heart %d: true %.2f, found %v", seed, truth, r.Pace.Pace)
		}
	}
	t.Logf("of %d hearts the nearest of the five paces in %d, within one step of it in %d; furthest from the true one %.2f", *hearts, nearest, within, furthest)
	if n := *hearts; within < n-n/25 || nearest < n*2/5 {
		t.Errorf("the nearest of the five paces in %d of %d, within one step in %d", nearest, n, within)
	}
}

// only gives the one there has to be.
func only[V any](tb testing.TB, all []V) (one V) {
	tb.Helper()
	if len(all) != 1 {
		tb.Fatalf("%d of %T: want one: %+v", len(all), one, all)
	}
	return all[0]
}

func TestTwoWearersEachHaveTheirOwnPaceAndBreatheAtTheSlower(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	g := guide(t, "two-people", 5, nil)
	g.practise("resonance")
	var found []float64
	for _, e := range g.live(10*time.Minute + time.Second) {
		if r, ok := e.Value.(pipeline.PracticeResult); ok {
			found = append(found, r.Pace.Pace)
			if s, _ := g.p.Settings().Wearer(e.Wearer); s.ResonancePace != dsp.Some(r.Pace.Pace) {
				t.Errorf("of %s %v is remembered, found was %+v", e.Wearer, s.ResonancePace, r)
			}
		}
	}
	if len(found) != 2 {
		t.Fatalf("found %v", found)
	}
	t.Logf("found %v, true %.2f and %.2f", found, g.scene.Resonance(0), g.scene.Resonance(1))
	g.practise("breath")
	if got := g.p.Room().Pace.BreathsPerMin; got != min(found[0], found[1]) {
		t.Errorf("both breathe at %v", got)
	}
}

func TestOfAPrivateSessionNoPaceIsStored(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	g := guide(t, "two-people", 5, func(o *pipeline.Options) { o.Room.Private = true })
	g.practise("resonance")
	g.live(9*time.Minute + 50*time.Second) // all paces were tried; the session's end ends the practice too
	results := of[pipeline.PracticeResult](g.must(pipeline.Command{Name: pipeline.CommandEndSession}))
	if len(results) != 2 || !results[0].Pace.BPM.Known || !results[1].Pace.BPM.Known {
		t.Fatalf("%+v", results)
	}
	for _, w := range g.p.Settings().Wearers {
		if w.ResonancePace.Known {
			t.Errorf("of %s %v is stored", w.Wearer, w.ResonancePace)
		}
	}
	g.start(room.Together, "a", "b")
	g.practise("breath")
	if got, want := g.p.Room().Pace.BreathsPerMin, min(results[0].Pace.Pace, results[1].Pace.Pace); got != want {
		t.Errorf("both breathe at %v, want the %v that is known until the next restart", got, want)
	}
}

func TestWhereTooLittleIsSeenNothingIsRemembered(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	// The sensors of this scenario come off and are put back all the time.
	g := guide(t, "sensor-off", 1, func(o *pipeline.Options) { o.Settings.Wearers[0].ResonancePace = dsp.Some(5) })
	g.practise("resonance")
	r := only(t, of[pipeline.PracticeResult](g.live(10*time.Minute+time.Second)))
	if r.Pace.BPM.Known || r.Tried != 5 || r.Judged > 2 {
		t.Errorf("%+v", r)
	}
	if got := g.p.Settings().Wearers[0].ResonancePace; got != dsp.Some(5) {
		t.Errorf("what was known before is gone: %v", got)
	}
}

func TestAPaceIsNotLookedForWhereIntervalsAreNotUsed(t *testing.T) {
	g := guide(t, "rest", 1, func(o *pipeline.Options) {
		o.Wearers[0].VagalOff = true
		o.Settings.Wearers[0].ResonancePace = dsp.Some(5)
	})
	g.practise("breath")
	if got := g.p.Room().Pace.BreathsPerMin; got != 6 {
		t.Errorf("a pace of former days is used: %v", got)
	}
	g.practise("resonance")
	g.live(5 * time.Minute)
	r := only(t, of[pipeline.PracticeResult](g.must(pipeline.Command{Name: pipeline.CommandStopPractice})))
	if r.Tried != 0 || r.Pace.BPM.Known {
		t.Errorf("%+v", r)
	}
}

func TestWhatAPracticeCameTo(t *testing.T) {
	g := guide(t, "rest", 2, nil)
	g.practise("breath")
	r := only(t, of[pipeline.PracticeResult](g.live(5*time.Minute+time.Second)))
	if r.Practice != "breath" || r.Ran != 5*time.Minute || r.Tried != 0 {
		t.Errorf("%+v", r)
	}
	if !(r.CoherenceMean.Value > 0.6) || !r.ArousalBefore.Known || !r.ArousalAfter.Known {
		t.Errorf("a body that follows the pacer: %+v", r)
	}
	g.practise("body")
	r = only(t, of[pipeline.PracticeResult](g.live(6*time.Minute+time.Second)))
	if r.CoherenceMean.Known || !r.ArousalAfter.Known {
		t.Errorf("a practice without a pacer: %+v", r)
	}
}

// The body model says that a paced slow breath soothes: the room's part of the loop has to reach it.
func TestAPacedBreathBringsArousalDown(t *testing.T) {
	for seed := range uint64(3) {
		with, without := guide(t, "stress", seed, nil), guide(t, "stress", seed, nil)
		with.practise("breath")
		with.live(85 * time.Second)
		without.live(85 * time.Second)
		a, b := with.scene.Truth(0).Arousal, without.scene.Truth(0).Arousal
		if !(a < b-0.2) {
			t.Errorf("seed %d: arousal %.2f with the pacer, %.2f without", seed, a, b)
		}
	}
}

func TestWhoHasAResult(t *testing.T) {
	stop := pipeline.Command{Name: pipeline.CommandStopPractice}
	for _, row := range []struct {
		name string
		ran  time.Duration
		act  pipeline.Command
		want []string
	}{
		{"both, stopped after a minute", time.Minute, stop, []string{"a", "b"}},
		{"nobody within a minute", 30 * time.Second, stop, nil},
		{"both at the end of the session", 2 * time.Minute, pipeline.Command{Name: pipeline.CommandEndSession}, []string{"a", "b"}},
		{"both when another practice takes its place", 2 * time.Minute, pipeline.Command{Name: pipeline.CommandPractice, Text: "body"}, []string{"a", "b"}},
		{"nobody out of a pause", 2 * time.Minute, pipeline.Command{Name: pipeline.CommandPause}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, options(2))
			r.start(room.Together, "a", "b")
			r.must(pipeline.Command{Name: pipeline.CommandPractice, Text: "breath"})
			r.pass(row.ran)
			var got []string
			for _, e := range r.must(row.act) {
				if _, ok := e.Value.(pipeline.PracticeResult); ok {
					got = append(got, e.Wearer)
				}
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("results of %v, want %v", got, row.want)
			}
		})
	}
}

func TestWhoStopsBeingSensedOrJoinsLaterHasNoResult(t *testing.T) {
	r := newRig(t, options(2))
	r.start(room.Together, "a")
	r.must(pipeline.Command{Name: pipeline.CommandPractice, Text: "breath"})
	r.start(room.Together, "b")
	r.pass(2 * time.Minute)
	results := of[pipeline.PracticeResult](r.must(pipeline.Command{Name: pipeline.CommandSensing, Wearer: "a"}))
	results = append(results, of[pipeline.PracticeResult](r.must(pipeline.Command{Name: pipeline.CommandStopPractice}))...)
	if len(results) != 0 {
		t.Errorf("%+v", results)
	}
}

func TestAReminderIsAnsweredByItsCommand(t *testing.T) {
	o := options(1)
	every := [7]bool{true, true, true, true, true, true, true}
	o.Room.Reminders = []room.ReminderOptions{{At: 9*time.Hour + time.Minute, Practice: "body", Days: every, Snooze: time.Minute}}
	r := newRig(t, o)
	if _, why := r.do(pipeline.Command{Name: pipeline.CommandReminder, Text: "snooze"}); why == "" {
		t.Error("a reminder that does not wait was put off")
	}
	tell := func(d time.Duration) (n int) { return len(of[room.Reminder](r.play(nil, r.now+d))) }
	if n := tell(61 * time.Second); n != 1 {
		t.Fatalf("told %d times", n)
	}
	r.must(pipeline.Command{Name: pipeline.CommandReminder, Text: "snooze"})
	if n := tell(61 * time.Second); n != 1 {
		t.Errorf("put off, it was told %d times", n)
	}
	r.must(pipeline.Command{Name: pipeline.CommandReminder, Text: "start"})
	if got := r.p.Room().Practice; got != "body" {
		t.Errorf("practice %q runs", got)
	}
	for _, c := range []pipeline.Command{
		{Name: pipeline.CommandReminder, Text: "done"}, {Name: pipeline.CommandAnswer, Text: "touch"},
	} {
		if _, why := r.do(c); !strings.Contains(why, "waits") {
			t.Errorf("%s %s with nothing waiting: %q, want to be told so", c.Name, c.Text, why)
		}
	}
	r.must(pipeline.Command{Name: pipeline.CommandAnswer, Text: "stop"})
}

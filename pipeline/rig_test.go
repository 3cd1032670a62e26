package pipeline_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/synth"
)

const (
	tick   = 50 * time.Millisecond
	bus    = "i2c 1"
	supply = 3.3
	open   = 0.5 // open-circuit ratio of the skin-conductance board
)

// failer is what a rig needs of a test or of a property.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// rig is a pipeline with its own time.
type rig struct {
	tb  failer
	p   *pipeline.Pipeline
	now time.Duration
}

// options is a hub of wearers a and b as a config without special wishes gives it, but that everything is shared and kept, nothing
// is private, and the lamp may move. Sensing starts paused, as after an installation.
func options(wearers int, startFrom ...pipeline.Source) pipeline.Options {
	o := pipeline.Options{Pair: true, Room: room.Options{Seed: 1, Practices: exercises(), Lamps: []room.LampOptions{{ID: "bed"}}}}
	for _, id := range []string{"a", "b"}[:wearers] {
		o.Wearers = append(o.Wearers, pipeline.WearerOptions{
			ID: id, Share: pipeline.ShareFull, Keep: pipeline.KeepJournal, Cues: true, StartFrom: startFrom,
			Pulse:    dsp.PulseOptions{Kind: dsp.PPG, Leads: 1},
			Skin:     dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: supply, OpenCircuit: open, StepVolts: 0.000125, Calibrated: true},
			PulseBus: bus, SkinBus: bus, MotionBus: bus,
		})
		o.Room.Wearers = append(o.Room.Wearers, room.WearerOptions{ID: id, Cues: true, Comfort: room.Comfort{NotSteady: true}})
	}
	return o
}

// exercises are a breathing practice, one in steps, and the search for the best pace.
func exercises() []room.PracticeOptions {
	pacer := room.Pace{InhaleShare: 0.4}
	resonance := room.PracticeOptions{Name: room.PracticeResonance, Members: 1, Pacer: pacer}
	for _, pace := range []float64{6.5, 6, 5.5, 5, 4.5} {
		resonance.Steps = append(resonance.Steps, room.StepOptions{Text: "Breathe with the light.", Last: 2 * time.Minute, BreathsPerMin: pace})
	}
	return []room.PracticeOptions{
		{Name: "breath", Length: 5 * time.Minute, Pacer: pacer},
		{Name: "body", Steps: []room.StepOptions{{Text: "Feet.", Last: 3 * time.Minute}, {Text: "Head.", Last: 3 * time.Minute}}},
		resonance,
	}
}

func newRig(tb failer, o pipeline.Options) *rig {
	tb.Helper()
	r := &rig{tb: tb, p: pipeline.New(o)}
	for _, l := range o.Room.Lamps {
		r.p.Lamp(nil, 0, room.LampReport{Lamp: l.ID, On: dsp.Some(1), Brightness: dsp.Some(80), Kelvin: dsp.Some(2700)})
	}
	return r
}

// do gives one command and returns what came of it, and why it was refused; empty where it was obeyed.
func (r *rig) do(c pipeline.Command) (events []pipeline.Event, refusal string) {
	events = r.p.Command(nil, r.now, c)
	n := 0
	for _, e := range events {
		if v, ok := e.Value.(pipeline.Refused); ok {
			refusal, n = v.Reason, n+1
			if v.Name != string(c.Name) {
				r.tb.Errorf("the refusal of %s names %q", c.Name, v.Name)
			}
			if v.Reason == "" {
				r.tb.Errorf("the refusal of %s gives no reason", c.Name)
			}
		}
	}
	if n > 1 {
		r.tb.Errorf("%s was refused by %d events: want one", c.Name, n)
	}
	return events, refusal
}

// must gives a command that has to be obeyed.
func (r *rig) must(c pipeline.Command) []pipeline.Event {
	r.tb.Helper()
	e, why := r.do(c)
	if why != "" {
		r.tb.Fatalf("%s of %q was refused: %s", c.Name, c.Wearer, why)
	}
	return e
}

// start lets wearers start or join a session by the local socket.
func (r *rig) start(kind room.SessionKind, wearers ...string) {
	r.tb.Helper()
	for _, w := range wearers {
		r.must(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: w, Session: kind, Origin: socket})
	}
}

// pass lets time pass without a sample.
func (r *rig) pass(d time.Duration) (events []pipeline.Event) {
	for end := r.now + d; r.now < end; {
		r.now += tick
		events = r.p.Tick(events, r.now, time.Time{})
	}
	return events
}

var (
	socket  = pipeline.Origin{Source: pipeline.SourceSocket}
	morning = time.Date(2025, 3, 8, 9, 0, 0, 0, time.UTC)
)

// body is what the sensors of a scenario's wearers show, in order of (T, wearer, channel).
func body(tb testing.TB, scenario string, length time.Duration) ([]dsp.Sample, *synth.Scene) {
	tb.Helper()
	s, err := synth.New(scenario, 1)
	if err != nil {
		tb.Fatal(err)
	}
	var out []dsp.Sample
	for i := 0; time.Duration(i)*4*time.Millisecond < length; i++ {
		t := time.Duration(i) * 4 * time.Millisecond
		for w := range s.Wearers() {
			add := func(k dsp.ChannelKind, v float64) {
				out = append(out, dsp.Sample{Channel: dsp.Channel{Wearer: uint8(w), Kind: k}, T: t, Volts: v})
			}
			add(dsp.ChannelPulse, s.Pulse(w, t))
			if i%10 == 0 {
				add(dsp.ChannelEDA, dsp.GroveVolts(s.EDA(w, t), supply, open))
			}
			if i%50 == 0 {
				add(dsp.ChannelMotion, s.Motion(w, t))
			}
		}
	}
	return out, s
}

// earlier orders a sample and a time; their difference would not fit an int of 32 bits.
func earlier(s dsp.Sample, t time.Duration) int { return cmp.Compare(s.T, t) }

// play gives samples in Blocks of one tick each, every Block before its Tick.
func (r *rig) play(samples []dsp.Sample, until time.Duration) (events []pipeline.Event) {
	return r.playCut(samples, until, func(in []dsp.Sample, end time.Duration) []dsp.Block {
		return []dsp.Block{{Bus: bus, Until: end, Samples: in}}
	})
}

// playCut is play with the Blocks between two Ticks made by cut.
func (r *rig) playCut(samples []dsp.Sample, until time.Duration, cut func(in []dsp.Sample, end time.Duration) []dsp.Block) (events []pipeline.Event) {
	i, _ := slices.BinarySearchFunc(samples, r.now, earlier)
	for r.now < until {
		r.now += tick
		from := i
		for i < len(samples) && samples[i].T < r.now {
			i++
		}
		for _, b := range cut(samples[from:i], r.now) {
			events = r.p.Block(events, b)
		}
		events = r.p.Tick(events, r.now, morning.Add(r.now))
	}
	return events
}

// rested gives the wearers of a scenario their own rest, at stage known.
func rested(o *pipeline.Options, s *synth.Scene) {
	today := int32(morning.Unix() / 86400)
	for i, w := range o.Wearers {
		o.Settings.Wearers = append(o.Settings.Wearers, pipeline.WearerSettings{
			Wearer: w.ID, Share: w.Share, Keep: w.Keep, Cues: w.Cues, Baseline: s.Baseline(i, today),
		})
	}
}

// bodily tells whether a Value was read from a body.
func bodily(v pipeline.Value) bool {
	switch v.(type) {
	case dsp.Beat, dsp.IBI, dsp.HeartRate, dsp.HRV, dsp.Respiration, dsp.EDA, dsp.SCR, dsp.Signal, dsp.Coherence, dsp.Summary,
		pipeline.PracticeResult, regulation.State, regulation.Recovery, regulation.Coregulation, regulation.Night:
		return true
	}
	return false
}

// of picks the Values of one type.
func of[V pipeline.Value](events []pipeline.Event) (out []V) {
	for _, e := range events {
		if v, ok := e.Value.(V); ok {
			out = append(out, v)
		}
	}
	return out
}

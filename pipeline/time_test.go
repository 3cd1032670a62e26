package pipeline_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// twoPeople is 20 s of two people on one bus, and the hub that knows their rest.
func twoPeople(tb testing.TB) ([]dsp.Sample, pipeline.Options) {
	samples, s := body(tb, "two-people", 20*time.Second)
	o := options(2)
	rested(&o, s)
	return samples, o
}

// together is a run of two people in a session together, with a breath practice from 5 s to 15 s.
func together(tb failer, o pipeline.Options, play func(r *rig, until time.Duration) []pipeline.Event) (events []pipeline.Event) {
	r := newRig(tb, o)
	r.start(room.Together, "a", "b")
	events = play(r, 5*time.Second)
	events = append(events, r.must(pipeline.Command{Name: pipeline.CommandPractice, Text: "breath"})...)
	events = append(events, play(r, 15*time.Second)...)
	events = append(events, r.must(pipeline.Command{Name: pipeline.CommandStopPractice})...)
	return append(events, play(r, 20*time.Second)...)
}

func TestItDoesNotMatterHowABusDividesItsSamplesIntoBlocks(t *testing.T) {
	samples, o := twoPeople(t)
	want := together(t, o, func(r *rig, until time.Duration) []pipeline.Event { return r.play(samples, until) })
	if len(of[dsp.Beat](want)) < 30 || len(of[room.Cue](want)) == 0 || len(of[regulation.State](want)) < 4 {
		t.Fatalf("too little happens: %d events", len(want))
	}
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 40).Draw(t, "most samples in a block")
		seed := rapid.Uint64().Draw(t, "seed")
		random := func(n int) int { // cheap, so that rapid need not draw for every sample
			seed = seed*6364136223846793005 + 1442695040888963407
			return int(seed>>33) % n
		}
		got := together(t, o, func(r *rig, until time.Duration) []pipeline.Event {
			return r.playCut(samples, until, func(in []dsp.Sample, end time.Duration) (blocks []dsp.Block) {
				for len(in) > 0 {
					n := min(1+random(most), len(in))
					b := dsp.Block{Bus: bus, Until: in[n-1].T, Samples: in[:n]}
					if in = in[n:]; len(in) > 0 {
						b.Until += (in[0].T - b.Until) * time.Duration(random(3)) / 2 // up to the next sample
					}
					blocks = append(blocks, b)
				}
				return append(blocks, dsp.Block{Bus: bus, Until: end})
			})
		})
		if !reflect.DeepEqual(want, got) { // cmp is slow, and this passes
			diff := cmp.Diff(want, got)
			t.Fatalf("(-one block a tick +divided)\n%s", diff)
		}
	})
}

func TestASecondClosesBeforeTheFirstSampleAfterIt(t *testing.T) {
	samples, o := twoPeople(t)
	run := func(most int) (events []pipeline.Event) {
		r := newRig(t, o)
		r.start(room.Together, "a", "b")
		for in := samples; len(in) > 0; {
			n := min(most, len(in))
			events = r.p.Block(events, dsp.Block{Bus: bus, Until: in[n-1].T, Samples: in[:n]})
			in = in[n:]
		}
		return events
	}
	want := run(1)
	for _, most := range []int{7, 50, 3000, len(samples)} {
		got := run(most)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d samples a block\n%s", most, diff)
		}
		checkOrder(t, got)
	}
}

func TestCoregulationNeedsThatBothLetTheOtherSeeTheirState(t *testing.T) {
	samples, s := body(t, "two-people", 10*time.Minute)
	for share, want := range map[pipeline.Share]bool{pipeline.ShareNone: false, pipeline.ShareState: true} {
		o := options(2)
		o.Wearers[1].Share = share
		rested(&o, s)
		r := newRig(t, o)
		r.start(room.Together, "a", "b")
		if got := len(of[regulation.Coregulation](r.play(samples, 10*time.Minute))); (got > 0) != want {
			t.Errorf("at share %v: %d", share, got)
		}
	}
}

func TestAShortPauseOfOneEndsCoregulationAtOnce(t *testing.T) {
	samples, s := body(t, "two-people", 10*time.Minute)
	for _, row := range []struct {
		name       string
		less, more pipeline.Command
	}{
		{"sensing off and on", pipeline.Command{Name: pipeline.CommandSensing, Wearer: "b"}, pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "b", Session: room.Together}},
		{"share lowered and raised", pipeline.Command{Name: pipeline.CommandShare, Wearer: "b"}, pipeline.Command{Name: pipeline.CommandShare, Wearer: "b", Share: pipeline.ShareFull}},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := options(2)
			rested(&o, s)
			r := newRig(t, o)
			r.start(room.Together, "a", "b")
			if len(of[regulation.Coregulation](r.play(samples, 450*time.Second))) == 0 {
				t.Fatal("no pair before")
			}
			row.less.Origin, row.more.Origin = socket, socket
			r.must(row.less)
			r.must(row.more)
			if n := len(of[regulation.Coregulation](r.play(samples, 10*time.Minute))); n != 0 {
				t.Errorf("%d told in the 150 s after it, before its surrogates are ready again", n)
			}
		})
	}
}

func TestNoPageSeesThePair(t *testing.T) {
	c := pipeline.Consent{InRoom: []pipeline.WearerConsent{{Wearer: "a", Share: pipeline.ShareFull, Session: true}, {Wearer: "b", Share: pipeline.ShareFull, Session: true}}}
	e := pipeline.Event{Value: regulation.Coregulation{Signal: "heart_rate", R: dsp.Some(0.5), Significant: true}}
	for _, w := range []string{"a", "b", ""} {
		if _, ok := pipeline.Disclose(e, pipeline.Audience{Kind: pipeline.AudiencePage, Wearer: w}, c); ok {
			t.Errorf("page of %q gets it", w)
		}
	}
}

func TestTwoRunsAreAlike(t *testing.T) {
	samples, o := twoPeople(t)
	run := func() []pipeline.Event {
		return together(t, o, func(r *rig, until time.Duration) []pipeline.Event { return r.play(samples, until) })
	}
	if diff := cmp.Diff(run(), run()); diff != "" {
		t.Error(diff)
	}
}

// onTwoBuses puts the skin-conductance sensor on a bus of its own.
func onTwoBuses(o pipeline.Options) pipeline.Options {
	for i := range o.Wearers {
		o.Wearers[i].SkinBus = "spi 0.0"
	}
	return o
}

// apart divides samples into those of the first bus and those of the skin-conductance sensor's own.
func apart(samples []dsp.Sample) (rest, skin []dsp.Sample) {
	for _, s := range samples {
		if s.Channel.Kind == dsp.ChannelEDA {
			skin = append(skin, s)
		} else {
			rest = append(rest, s)
		}
	}
	return rest, skin
}

func TestBusesThatAreOutOfStepGiveTheSameValues(t *testing.T) {
	samples, s := body(t, "rest", 30*time.Second)
	rest, skin := apart(samples)
	o := onTwoBuses(options(1))
	rested(&o, s)
	run := func(t failer, late [2]time.Duration) map[string][]pipeline.Event {
		r := newRig(t, o)
		r.start(room.Alone, "a")
		waiting := [2][]dsp.Sample{rest, skin}
		var events []pipeline.Event
		for now := 10 * time.Millisecond; now <= 31*time.Second; now += 10 * time.Millisecond {
			for b, name := range []string{bus, "spi 0.0"} {
				until, n := now-late[b], 0
				for n < len(waiting[b]) && waiting[b][n].T < until {
					n++
				}
				events = r.p.Block(events, dsp.Block{Bus: name, Until: max(until, 0), Samples: waiting[b][:n]})
				waiting[b] = waiting[b][n:]
			}
		}
		byKind := map[string][]pipeline.Event{}
		for _, e := range events {
			k := e.Value.Kind()
			if v, ok := e.Value.(dsp.Signal); ok {
				k += " " + v.Channel.String()
			}
			if bodily(e.Value) && e.At <= 30*time.Second {
				byKind[k] = append(byKind[k], e)
			}
		}
		return byKind
	}
	want := run(t, [2]time.Duration{})
	if len(want["state"]) == 0 || len(want["beat"]) < 20 {
		t.Fatalf("too little happens: %v", want)
	}
	rapid.Check(t, func(t *rapid.T) {
		late := [2]time.Duration{}
		late[rapid.IntRange(0, 1).Draw(t, "which bus")] = time.Duration(rapid.IntRange(0, 40).Draw(t, "ms")) * time.Millisecond
		if got := run(t, late); !reflect.DeepEqual(want, got) {
			diff := cmp.Diff(want, got)
			t.Fatalf("late by %v (-in step +late)\n%s", late, diff)
		}
	})
}

func TestASecondClosesWhenTheSlowestBusHasPassedIt(t *testing.T) {
	r := newRig(t, onTwoBuses(options(1)))
	r.start(room.Alone, "a")
	states := func(name string, until time.Duration) (at []time.Duration) {
		for _, e := range r.p.Block(nil, dsp.Block{Bus: name, Until: until}) {
			if _, ok := e.Value.(regulation.State); ok {
				at = append(at, e.At)
			}
		}
		return at
	}
	steps := []struct {
		name  string
		bus   string
		until time.Duration
		want  []time.Duration
	}{
		{"one bus alone closes nothing", bus, 30 * time.Second, nil},
		{"the other one just before the second neither", "spi 0.0", time.Second - 1, nil},
		{"at the second it closes, empty blocks too", "spi 0.0", time.Second, []time.Duration{time.Second}},
		{"a bus that nobody wears closes nothing", "i2c 9", time.Hour, nil},
		{"a watermark does not go back", "spi 0.0", time.Millisecond, nil},
		{"what was late closes in order", "spi 0.0", 30 * time.Second, []time.Duration{11 * time.Second, 21 * time.Second}},
	}
	for _, s := range steps {
		if diff := cmp.Diff(s.want, states(s.bus, s.until)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", s.name, diff)
		}
	}
}

func TestWhatNobodyWearsIsPassedOver(t *testing.T) {
	r := newRig(t, options(1))
	r.start(room.Alone, "a")
	odd := []dsp.Sample{
		{Channel: dsp.Channel{Wearer: 9}, T: time.Millisecond}, {Channel: dsp.Channel{Kind: 9}, T: 2 * time.Millisecond},
		{Channel: dsp.Channel{Lead: 9}, T: 3 * time.Millisecond},
	}
	if e := r.p.Block(nil, dsp.Block{Bus: bus, Until: 4 * time.Millisecond, Samples: odd}); len(e) != 0 {
		t.Errorf("%+v", e)
	}
	none := options(1)
	none.Wearers[0].PulseBus, none.Wearers[0].SkinBus, none.Wearers[0].MotionBus = "", "", ""
	r = newRig(t, none)
	r.start(room.Alone, "a")
	samples, _ := body(t, "rest", 3*time.Second)
	if e := r.p.Block(nil, dsp.Block{Bus: bus, Until: 3 * time.Second, Samples: samples}); len(e) != 0 {
		t.Errorf("a wearer without sensors has %+v", e)
	}
}

func TestAFaultBecomesAnEventOfItsWearer(t *testing.T) {
	for wearer, want := range map[int]string{0: "a", 1: "b", dsp.SharedWearer: "", 7: ""} {
		r := newRig(t, options(2)) // paused: the health of a chip is told all the same
		f := dsp.Fault{T: time.Second, Wearer: wearer, Source: "ads1115@48", Reason: "no answer"}
		got := r.p.Block(nil, dsp.Block{Bus: bus, Until: time.Second, Faults: []dsp.Fault{f}})
		if diff := cmp.Diff([]pipeline.Event{{Wearer: want, At: time.Second, Value: f}}, got); diff != "" {
			t.Errorf("of wearer %d: %s", wearer, diff)
		}
	}
}

func TestTheSnapshotFollowsTheRoomAlsoWhereItIsSilent(t *testing.T) {
	r := newRig(t, options(1))
	r.must(pipeline.Command{Name: pipeline.CommandScene, Text: "settled"})
	want := room.Snapshot{Open: true, Lamps: []room.LampSnapshot{{Lamp: "bed", On: true, Brightness: dsp.Some(80), Kelvin: dsp.Some(2700)}}}
	if diff := cmp.Diff(want, r.p.Settings().Room); diff != "" {
		t.Errorf("before the first lamp command (-want +got)\n%s", diff)
	}
	r.p.Lamp(nil, r.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(50), Kelvin: dsp.Some(2700)})
	want.Lamps[0].Brightness = dsp.Some(50)
	if diff := cmp.Diff(want, r.p.Settings().Room); diff != "" {
		t.Errorf("moved by a hand before that (-want +got)\n%s", diff)
	}
	if e := r.pass(time.Second); len(of[room.LampCommand](e)) == 0 {
		t.Fatal("no lamp was commanded")
	}
	r.must(pipeline.Command{Name: pipeline.CommandEndSession})
	r.must(pipeline.Command{Name: pipeline.CommandEndSession}) // and its after scene
	revision := r.p.Revision()
	r.pass(12 * time.Minute)
	if s := r.p.Settings().Room; s.Open || len(s.Lamps) != 0 || r.p.Revision() == revision {
		t.Errorf("after the restore: %+v, revision changed %v", s, r.p.Revision() != revision)
	}
}

func TestASilentStepAllocatesNothing(t *testing.T) {
	const warm, length = 70 * time.Second, 73 * time.Second
	samples, s := body(t, "rest", length)
	o := options(1)
	rested(&o, s)
	r := newRig(t, o)
	r.start(room.Alone, "a")
	r.play(samples, warm)
	i, _ := slices.BinarySearchFunc(samples, warm, earlier)
	dst := make([]pipeline.Event, 0, 64)
	silent, allocated := 0, 0
	for ; i+1 < len(samples); i += 2 {
		n, told := i, 0
		got := testing.AllocsPerRun(1, func() { // twice: once to warm up
			dst = r.p.Block(dst[:0], dsp.Block{Bus: bus, Until: samples[n].T, Samples: samples[n : n+1]})
			n, told = n+1, len(dst)
		})
		if told == 0 {
			silent++
			if got != 0 {
				allocated++
				t.Logf("the %v sample at %v: %v allocations", samples[n-1].Channel.Kind, samples[n-1].T, got)
			}
		}
	}
	if silent < 300 {
		t.Errorf("only %d silent samples", silent)
	}
	if allocated > 1 { // the count is the whole program's: the runtime itself may add one
		t.Errorf("%d of %d silent samples allocated", allocated, silent)
	}
}

func TestASilentTickAllocatesNothing(t *testing.T) {
	for name, begin := range map[string]func(r *rig){
		"where nothing runs": func(*rig) {},
		"in a session":       func(r *rig) { r.start(room.Alone, "a") },
		"in a pause":         func(r *rig) { r.start(room.Alone, "a"); r.must(pipeline.Command{Name: pipeline.CommandPause}) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, options(1))
			begin(r)
			r.pass(2 * time.Minute)
			dst, wall := make([]pipeline.Event, 0, 16), morning
			silent, stray := 0, 0 // one allocation in all may be the runtime's own
			for range 200 {
				told := 0
				got := testing.AllocsPerRun(1, func() {
					r.now, wall = r.now+tick, wall.Add(tick)
					dst = r.p.Tick(dst[:0], r.now, wall)
					told = len(dst)
				})
				if told == 0 {
					silent++
					if got != 0 {
						stray += int(got)
					}
					if stray > 1 {
						t.Fatalf("%v allocations, the last at %v", stray, r.now)
					}
				}
			}
			if silent < 150 {
				t.Errorf("only %d silent ticks", silent)
			}
		})
	}
}

package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

func TestAStateMovesTheRoomLateAndSlowly(t *testing.T) {
	delays := map[time.Duration]bool{}
	for seed := range uint64(20) {
		h := newHouse(t, room.Options{Seed: seed})
		h.start(0, room.Alone)
		h.run(30 * time.Second)
		from := h.now
		h.state(0, regulation.Activated)
		h.run(2 * time.Minute)
		cues, at := of[room.Cue](h, from+tick)
		if len(cues) == 0 {
			t.Fatalf("seed %d: nothing happened", seed)
		}
		delay := at[0] - from
		if delay < 20*time.Second || delay > 90*time.Second+tick {
			t.Errorf("seed %d: began after %v, want 20 to 90 s", seed, delay)
		}
		if c := cues[0]; c.Scene != "activated" || c.Reason != "state" || c.Light.Transition != 30*time.Second {
			t.Errorf("seed %d: cue is %+v", seed, c)
		}
		delays[delay] = true
	}
	if len(delays) < 10 {
		t.Errorf("20 seeds gave only %d different delays", len(delays))
	}
}

func TestWhatTheRoomDoesForStates(t *testing.T) {
	const u, s, e, a, w = regulation.Unknown, regulation.Settled, regulation.Engaged, regulation.Activated, regulation.Withdrawn
	for _, row := range []struct {
		name  string
		one   regulation.Name
		other regulation.Name
		scene string
		light float64
	}{
		{"both alike: their scene", s, s, "settled", 32},
		{"two different: the lower light, and not whose it is", s, a, "merged", 20},
		{"the same the other way round", a, s, "merged", 20},
		{"one unknown: the other decides", u, w, "withdrawn", 26},
		{"engaged and unknown", e, u, "engaged", 28},
		{"both unknown from the start: the base scene", u, u, "base", 30},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.start(0, room.Together)
			h.start(1, room.Together)
			h.state(0, row.one)
			h.state(1, row.other)
			h.run(3 * time.Minute)
			if c := h.lastCue(); c.Scene != row.scene {
				t.Errorf("scene is %q, want %q", c.Scene, row.scene)
			}
			h.wantLamp("bed", row.light)
		})
	}
}

func TestWhatDoesNotMoveTheRoom(t *testing.T) {
	for _, row := range []struct {
		name string
		o    room.Options
		act  func(h *house)
	}{
		{"a State below the least confidence", room.Options{MinConfidence: 0.9}, func(*house) {}},
		{"a wearer whose cues are off", room.Options{}, func(h *house) { h.take(h.r.SetCues(nil, h.now, 0, false)) }},
		{"cues switched off for all", room.Options{}, func(h *house) { h.take(h.r.SetCues(nil, h.now, -1, false)) }},
		{"a wearer who takes no part", room.Options{}, func(h *house) {
			h.state(1, regulation.Settled)
			h.state(0, regulation.Unknown)
		}},
		{"a comfort that stays steady", room.Options{Wearers: []room.WearerOptions{{ID: "a", Cues: true}}}, func(*house) {}},
		{"any State while a scene was chosen by hand", room.Options{}, func(h *house) { h.must(h.r.Scene(nil, h.now, "base")) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, row.o)
			h.start(0, room.Alone)
			h.state(0, regulation.Activated)
			row.act(h)
			h.run(5 * time.Minute)
			if c := h.lastCue(); c.Scene != "base" {
				t.Errorf("scene is %+v", c)
			}
		})
	}
}

func TestBothUnknownDriftsToTheBaseSceneOverThreeMinutes(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.state(0, regulation.Activated)
	h.run(3 * time.Minute)
	h.state(0, regulation.Unknown)
	h.run(79 * time.Second)
	h.wantLamp("bed", 20)
	h.run(72 * time.Second)
	c := h.lastCue()
	if c.Scene != "base" || c.Light.Transition != 3*time.Minute {
		t.Errorf("cue is %+v", c)
	}
	h.run(4 * time.Minute)
	h.wantLamp("bed", 30)
}

func TestAStateThatIsUnknownForAMomentMovesNothing(t *testing.T) {
	for seed := range uint64(20) {
		h := newHouse(t, room.Options{Seed: seed, Discretion: room.Discretion{DelayMin: time.Second, DelayMax: 2 * time.Second}})
		h.start(0, room.Alone)
		h.state(0, regulation.Activated)
		h.run(3 * time.Minute)
		from := h.now
		for range 5 {
			h.state(0, regulation.Unknown)
			h.run(50 * time.Second)
			h.state(0, regulation.Activated)
			h.run(30 * time.Second)
		}
		if cues, at := of[room.Cue](h, from+tick); len(cues) > 0 {
			t.Fatalf("seed %d: at %v the room moves: %+v", seed, at[0], cues[0])
		}
	}
}

func TestAnotherStateAfterAnUnknownOneIsAnsweredInItsOwnTime(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.state(0, regulation.Settled)
	h.run(3 * time.Minute)
	h.state(0, regulation.Unknown)
	h.run(10 * time.Second)
	from := h.now
	h.state(0, regulation.Activated)
	h.run(2 * time.Minute)
	cues, at := of[room.Cue](h, from+tick)
	if len(cues) == 0 || at[0]-from < 20*time.Second || at[0]-from > 90*time.Second+tick {
		t.Errorf("cues %+v at %v after it", cues, at)
	}
}

func TestAWordThatIsTakenBackWithinTheDelayChangesNothing(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.state(0, regulation.Activated)
	h.run(19 * time.Second)
	h.state(0, regulation.Unknown)
	h.run(5 * time.Minute)
	if c := h.lastCue(); c.Scene != "base" || c.Reason == "state" {
		t.Errorf("cue is %+v", c)
	}
}

func TestSensorsTakenOffInATogetherSessionStopTheChanges(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Together)
	h.start(1, room.Together)
	h.state(0, regulation.Activated)
	h.run(3 * time.Minute)
	h.r.Contact(nil, h.now, 1, false)
	h.state(0, regulation.Settled)
	h.run(110 * time.Second)
	if c := h.lastCue(); c.Scene != "activated" {
		t.Errorf("the room went on changing: %+v", c)
	}
	h.run(time.Minute)
	if c := h.lastCue(); c.Scene != "base" {
		t.Errorf("after two minutes the scene is %+v", c)
	}
	if got, _ := of[room.CheckIn](h, 0); len(got) > 0 {
		t.Error("a message was given")
	}
}

func TestStateScenesStayWithinTheSpread(t *testing.T) {
	scenes := map[string]room.Scene{"settled": {Light: room.Light{Brightness: 90}}}
	h := newHouse(t, room.Options{Scenes: scenes, Discretion: room.Discretion{SpreadPercent: 5}})
	h.start(0, room.Alone)
	h.state(0, regulation.Settled)
	h.run(3 * time.Minute)
	if c := h.lastCue(); c.Scene != "settled" || c.Light.Brightness != 25 {
		t.Errorf("cue is %+v, want 20 + 5 %%", c)
	}
}

func TestEqualSeedsAndInputsGiveEqualOutputs(t *testing.T) {
	live := func() []told {
		h := newHouse(t, room.Options{Seed: 7})
		h.start(0, room.Together)
		h.start(1, room.Together)
		for i := range 12 {
			h.state(i%2, regulation.Name(i%5))
			h.run(40 * time.Second)
		}
		return h.told
	}
	a, b := live(), live()
	if len(a) != len(b) {
		t.Fatalf("%d and %d values", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("value %d: %+v and %+v", i, a[i], b[i])
		}
	}
}

func TestOneOfTwoSteersWhereTheOtherIsUnknownAndNotWhereTheOtherWantsNoCues(t *testing.T) {
	for _, row := range []struct {
		name  string
		other func(h *house)
		scene string
	}{
		{"the other's cues are off", func(h *house) {
			h.start(1, room.Together)
			h.take(h.r.SetCues(nil, h.now, 1, false))
			h.state(1, regulation.Settled)
		}, "base"},
		{"the other's State is unknown", func(h *house) { h.start(1, room.Together) }, "activated"},
		{"the other wears no sensors", func(h *house) { h.must(h.r.Start(nil, h.now, 1, room.Together)) }, "activated"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.start(0, room.Together)
			row.other(h)
			h.state(0, regulation.Activated)
			h.run(5 * time.Minute)
			if c := h.lastCue(); c.Scene != row.scene {
				t.Errorf("the scene is %q, want %q: %+v", c.Scene, row.scene, c)
			}
		})
	}
}

func TestTheOrderOfTwoMeansNothing(t *testing.T) {
	scenes := map[string]room.Scene{
		"settled":   {Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-42.0)}, Pace: room.Pace{BreathsPerMin: 6, InhaleShare: 0.5}},
		"activated": {Sound: room.Sound{Bed: "noise", LevelDB: dsp.Some(-42.0)}, Pace: room.Pace{BreathsPerMin: 6, InhaleShare: 0.3}},
	}
	var heard []room.Cue
	for first := range 2 {
		h := newHouse(t, room.Options{Scenes: scenes})
		h.start(0, room.Together)
		h.start(1, room.Together)
		h.state(first, regulation.Settled)
		h.state(1-first, regulation.Activated)
		h.run(3 * time.Minute)
		heard = append(heard, h.lastCue())
	}
	if d := cmp.Diff(heard[0], heard[1]); d != "" {
		t.Error(d)
	}
}

// The scene of a State that is hours old would come at once as the one who wants it steady leaves, and tell of a body.
func TestWhatStatesMadeIsForgottenWhereItShallBeSteady(t *testing.T) {
	h := newHouse(t, room.Options{Discretion: room.Discretion{DelayMin: 5 * time.Second, DelayMax: 5 * time.Second, Fade: 10 * time.Second}})
	h.start(0, room.Alone)
	h.state(0, regulation.Activated)
	h.run(minute)
	if c := h.lastCue(); c.Scene != "activated" {
		t.Fatalf("told %+v", c)
	}
	h.take(h.r.SetComfort(nil, h.now, 0, room.Comfort{}))
	h.run(minute)
	h.take(h.r.SetComfort(nil, h.now, 0, room.Comfort{NotSteady: true}))
	h.run(5*time.Second - tick)
	if c := h.lastCue(); c.Scene != "base" {
		t.Errorf("before its delay is over: %+v", c)
	}
	h.run(time.Second)
	if c := h.lastCue(); c.Scene != "activated" || c.Light.Transition < 9*time.Second {
		t.Errorf("after it: %+v", c)
	}
}

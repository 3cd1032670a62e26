package room_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// What random lives of a room have found, each as small as it can be told.

func TestAFadeThatWasHeldUpGoesOnLateAndNeverFaster(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	from := h.now
	h.now += 2 * time.Minute // the machine stands still
	h.run(2 * time.Minute)
	commands, _ := of[room.LampCommand](h, from+tick)
	for _, c := range commands {
		if c.Brightness.Known && c.Transition < 30*time.Second {
			t.Errorf("most of a restore within %v: %+v", c.Transition, c)
		}
	}
	h.wantLamp("bed", 60)
}

func TestANightThatBeginsLowersTheLightAsSlowlyAsTheFadeIs(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true, HasQuiet: true, QuietFrom: 20*time.Hour + time.Minute, QuietTo: 6 * time.Hour})
	h.bulbs["bed"].set(95)
	h.report("bed")
	h.start(0, room.Alone)
	h.run(10 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(45 * time.Second) // the lamp is nearly back when the night begins
	from := h.now
	h.run(2 * time.Minute)
	commands, _ := of[room.LampCommand](h, from)
	if len(commands) == 0 || commands[0].Brightness != dsp.Some(15.0) || commands[0].Transition < 50*time.Second {
		t.Errorf("got %+v", commands)
	}
}

func TestALampThatAHandTookIsForgottenByTheSnapshotAtOnce(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.r.SnapshotChanged()
	h.bulbs["bed"].set(80)
	h.run(time.Second)
	if s := h.r.Snapshot(); !h.r.SnapshotChanged() || !s.Open || len(s.Lamps) > 0 {
		t.Errorf("stored is %+v: after a crash the lamp would be taken from the hand", s)
	}
}

func TestALampThatAHandMovesWhileItIsWhereItShallBeIsLeftToIt(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.bulbs["bed"].set(30) // as the base scene has it: no command is needed
	h.report("bed")
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.bulbs["bed"].set(70)
	h.run(5 * time.Minute)
	h.take(h.r.End(nil, h.now))
	h.run(3 * time.Minute)
	h.wantLamp("bed", 70)
}

func TestAPauseInARestoreRemembersTheLampsItCommands(t *testing.T) {
	left := room.Snapshot{Open: true} // of a run in which a hand had taken the lamp
	h := newHouse(t, room.Options{Restore: left})
	h.take(h.r.Pause(nil, 0))
	h.run(30 * time.Second)
	h.wantLamp("bed", 10)
	h.take(h.r.Resume(nil, h.now, 0))
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
}

func TestWhatAnEarlierSessionOwesIsNotOverwritten(t *testing.T) {
	was := room.LampSnapshot{Lamp: "bed", On: true, Brightness: dsp.Some(90.0), Kelvin: dsp.Some(4000.0)}
	o := room.Options{Lamps: []room.LampOptions{{ID: "bed"}}, Restore: room.Snapshot{Open: true, Lamps: []room.LampSnapshot{was}}}
	r := room.New(o)
	if _, err := r.Scene(nil, 0, "base"); err != nil {
		t.Fatal(err)
	}
	r.Lamp(nil, 0, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(26.0), Kelvin: dsp.Some(2400.0)})
	if d := cmp.Diff([]room.LampSnapshot{was}, r.Snapshot().Lamps); d != "" {
		t.Error(d)
	}
}

func TestALampThatIsGoneIsNotRememberedAsOff(t *testing.T) {
	h := newHouse(t, room.Options{SwitchOn: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.Lamp(nil, h.now, room.LampReport{Lamp: "bed", Gone: true}))
	h.must(h.r.Scene(nil, h.now, "neutral")) // takes it back
	if s := h.r.Snapshot(); len(s.Lamps) > 0 {
		t.Errorf("remembered is %+v", s)
	}
}

func TestANightThatStartsInAPausePutsTheRoomBack(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	h.take(h.r.Pause(nil, h.now))
	h.run(30 * time.Second)
	h.start(0, room.Night)
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
	if h.r.Snapshot().Open {
		t.Error("the snapshot stays open")
	}
}

func TestAPauseHoldsRisingLampsUpFirst(t *testing.T) {
	var lamps []room.LampOptions
	for _, id := range []string{"l1", "l2", "l3", "l4"} {
		lamps = append(lamps, room.LampOptions{ID: id, Group: "g"})
	}
	h := newHouse(t, room.Options{Lamps: lamps, Scenes: map[string]room.Scene{"pause": {Light: room.Light{Brightness: 60}}}})
	for _, id := range h.order {
		h.bulbs[id].set(1)
		h.report(id)
	}
	h.start(0, room.Alone)
	h.run(400 * time.Millisecond)
	h.take(h.r.Pause(nil, h.now))
	for range 59 {
		h.run(time.Second)
		for _, id := range h.order {
			if at := h.bulbs[id].at(h.now); at > 12.5 {
				t.Fatalf("at %v lamp %s has risen to %.1f", h.now, id, at)
			}
		}
	}
}

func TestASoundThatSomebodyDoesNotWantEndsAsTheyJoin(t *testing.T) {
	wants := []room.WearerOptions{
		{ID: "a", Comfort: room.Comfort{NotSteady: true}},
		{ID: "b", Comfort: room.Comfort{NotSteady: true, Never: []string{"noise"}}},
	}
	h := newHouse(t, room.Options{Wearers: wants})
	h.start(0, room.Together)
	h.run(time.Minute)
	h.start(1, room.Together)
	if c := h.lastCue(); c.Sound != (room.Sound{}) {
		t.Errorf("it goes on: %+v", c)
	}
}

func TestAVolumeCapHoldsAtOnce(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(time.Minute)
	h.must(h.r.SetVolumeCap(nil, h.now, -50))
	if c := h.lastCue(); c.Sound.LevelDB != dsp.Some(-50.0) {
		t.Errorf("the cue is %+v", c)
	}
}

func TestStopIsSilentWhateverTheAfterScenePlays(t *testing.T) {
	scenes := map[string]room.Scene{"after": {Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-30.0)}, Pace: room.Pace{BreathsPerMin: 6}}}
	h := newHouse(t, room.Options{Scenes: scenes})
	h.start(0, room.Alone)
	h.run(time.Minute)
	h.must(h.r.Answer(nil, h.now, 0, "stop"))
	from := h.now
	h.run(time.Minute)
	cues, _ := of[room.Cue](h, from)
	if i := slices.IndexFunc(cues, func(c room.Cue) bool { return c.Sound != room.Sound{} || c.Pace != room.Pace{} }); i >= 0 || len(cues) == 0 {
		t.Errorf("cue %d of %+v", i, cues)
	}
	h = newHouse(t, room.Options{Scenes: scenes})
	h.start(0, room.Alone)
	h.run(time.Minute)
	h.take(h.r.End(nil, h.now))
	h.run(time.Minute)
	h.must(h.r.Answer(nil, h.now, 0, "stop"))
	if c := h.lastCue(); c.Sound != (room.Sound{}) || h.r.Status().InUse {
		t.Errorf("stop in an after scene leaves %+v", c)
	}
}

func TestNothingLeavesOnceTheSnapshotIsClosed(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(5 * time.Second)
	from := h.now + 5*time.Minute
	h.now += 10 * time.Minute // the machine stands still until the restore is given up
	h.run(time.Minute)
	if commands, _ := of[room.LampCommand](h, from); len(commands) > 0 {
		t.Errorf("got %+v", commands)
	}
}

func TestOneOfTwoWhoLetsTheirStateSteerSteersNothing(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Together)
	h.start(1, room.Together)
	h.take(h.r.SetCues(nil, h.now, 1, false))
	h.state(0, regulation.Activated)
	h.state(1, regulation.Settled)
	h.run(5 * time.Minute)
	if c := h.lastCue(); c.Scene != "base" {
		t.Errorf("the light shows one body: %+v", c)
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

func TestTheLightRestsWhileTheBreathIsHeld(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.must(h.r.Practice(nil, h.now, "hold")) // 5 a minute, four parts of ten in, 2 s held
	h.run(2 * time.Minute)
	const inhale = 4800 * time.Millisecond
	rises := 0
	for _, x := range h.told {
		c, ok := x.value.(room.LampCommand)
		if !ok || !c.Brightness.Known || c.Transition > inhale {
			continue // a fade to the scene, or a breath out
		}
		rises++
		if c.Transition < inhale-tick {
			t.Errorf("a breath in of %v lights up within %v", inhale, c.Transition)
		}
	}
	if rises < 5 {
		t.Errorf("%d breaths in within two minutes", rises)
	}
}

func TestAutoDoesNotEndAPause(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.must(h.r.Scene(nil, h.now, "neutral")) // a session by hand, of nobody
	h.run(20 * time.Second)
	h.take(h.r.Pause(nil, h.now))
	h.run(time.Second)
	if _, err := h.r.Scene(nil, h.now, "auto"); err == nil {
		t.Error("auto is obeyed in a pause")
	}
	h.run(time.Minute)
	h.wantLamp("bed", 10)
}

// hushes are the cues that end a voice.
func hushes(h *house) (n int) {
	for _, x := range h.told {
		if c, ok := x.value.(room.Cue); ok && c.Mark.Hush {
			n++
		}
	}
	return n
}

func TestAVoiceEndsWithItsPractice(t *testing.T) {
	for _, row := range []struct {
		name, practice string
		end            func(h *house)
		want           int
	}{
		{"stopped by hand", "own", func(h *house) { h.take(h.r.StopPractice(nil, h.now)) }, 1},
		{"by a scene", "own", func(h *house) { h.must(h.r.Scene(nil, h.now, "neutral")) }, 1},
		{"one without a voice has nothing to end", "body", func(h *house) { h.take(h.r.StopPractice(nil, h.now)) }, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.start(0, room.Alone)
			h.run(10 * time.Second)
			h.must(h.r.Practice(nil, h.now, row.practice))
			h.run(5 * time.Second)
			row.end(h)
			h.run(5 * time.Second)
			if n := hushes(h); n != row.want {
				t.Errorf("%d cues end a voice, want %d", n, row.want)
			}
		})
	}
}

func TestAVoiceEndsWhereSomebodyJoinsWhoWantsNone(t *testing.T) {
	moving := room.Comfort{NotSteady: true}
	h := newHouse(t, room.Options{Wearers: []room.WearerOptions{
		{ID: "a", Cues: true, Comfort: moving}, {ID: "b", Cues: true, Comfort: room.Comfort{NotSteady: true, Never: []string{"voice"}}},
	}})
	h.start(0, room.Together)
	h.run(10 * time.Second)
	h.must(h.r.Practice(nil, h.now, "own"))
	h.run(5 * time.Second)
	h.start(1, room.Together)
	h.run(time.Second)
	if n := hushes(h); n != 1 {
		t.Errorf("%d cues end the voice, want 1", n)
	}
}

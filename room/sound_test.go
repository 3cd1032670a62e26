package room_test

import (
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/room"
)

// What random lives of a room have found, each as small as it can be told.

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
	for name, joins := range map[string]room.Comfort{
		"no voice":     {NotSteady: true, Never: []string{"voice"}},
		"a steady one": {},
	} {
		h := newHouse(t, room.Options{Wearers: []room.WearerOptions{{ID: "a", Cues: true, Comfort: moving}, {ID: "b", Cues: true, Comfort: joins}}})
		h.start(0, room.Together)
		h.run(10 * time.Second)
		h.must(h.r.Practice(nil, h.now, "own"))
		h.run(5 * time.Second)
		h.start(1, room.Together)
		h.run(time.Second)
		if n := hushes(h); n != 1 {
			t.Errorf("%s: %d cues end the voice, want 1", name, n)
		}
	}
}

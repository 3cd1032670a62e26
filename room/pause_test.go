package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/room"
)

func TestAPauseReachesEveryGroupWithinOneTickAndTakesTenSeconds(t *testing.T) {
	lamps := []room.LampOptions{{ID: "l1", Group: "g"}, {ID: "l2", Group: "g"}, {ID: "l3", Group: "g"}, {ID: "r1", Group: "h"}, {ID: "r2", Group: "h"}}
	for wait := time.Duration(0); wait < 12*time.Second; wait += 700 * time.Millisecond {
		h := newHouse(t, room.Options{Lamps: lamps})
		h.start(0, room.Alone)
		h.must(h.r.Practice(nil, h.now, "breath"))
		h.run(time.Minute + wait)
		from := h.now
		h.take(h.r.Pause(nil, h.now))
		if c := h.lastCue(); c.Scene != "pause" || c.Sound != (room.Sound{}) || c.Pace != (room.Pace{}) {
			t.Fatalf("the pause cue is %+v", c)
		}
		h.run(tick)
		groups := map[string]bool{}
		for _, c := range first(of[room.LampCommand](h, from+1)) {
			groups[c.Lamp[:1]] = true
			if !c.Waits {
				t.Errorf("a pause command does not wait for the broker: %+v", c)
			}
		}
		if len(groups) != 2 {
			t.Errorf("pause %v into a breath: commands for groups %v within one Tick", wait, groups)
		}
		h.run(30 * time.Second)
		for _, id := range h.order {
			h.wantLamp(id, 10)
		}
	}
}

func TestAPauseIsNeverMuchBrighterThanBefore(t *testing.T) {
	scenes := map[string]room.Scene{"pause": {Light: room.Light{Brightness: 40}}}
	h := newHouse(t, room.Options{Scenes: scenes})
	h.bulbs["bed"].set(12)
	h.report("bed")
	h.must(h.r.Scene(nil, h.now, "after"))
	h.run(30 * time.Second)
	h.wantLamp("bed", 15)
	h.take(h.r.Pause(nil, h.now))
	h.run(59 * time.Second)
	h.wantLamp("bed", 25)
	h.run(time.Minute)
	h.wantLamp("bed", 40)
}

// The limit is for what the room does. Three lamps of a group take what its budget has, and a hand comes to the fourth before the pause does.
func TestAPauseMakesNoLampDarkerThanItsSceneBecauseAHandTurnedItUp(t *testing.T) {
	for _, row := range []struct {
		name string
		hand float64 // percent
		want float64
	}{
		{"a lamp that nobody touched rises by ten points at most", 1, 10.5},
		{"a hand's few points are not taken back", 11.5, 12},
		{"nor does a bright lamp go under the wearer's floor", 80, 12},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := room.Options{Wearers: []room.WearerOptions{{ID: "a", Comfort: room.Comfort{LightFloor: 12}}}}
			for _, id := range []string{"a", "b", "c", "bed"} {
				o.Lamps = append(o.Lamps, room.LampOptions{ID: id, Group: "g"})
			}
			h := newHouse(t, o)
			h.bulbs["bed"].set(1)
			h.report("bed")
			h.start(0, room.Alone)
			h.take(h.r.Pause(nil, h.now))
			h.run(tick)
			h.bulbs["bed"].set(row.hand)
			h.report("bed")
			h.run(50 * time.Second)
			h.wantLamp("bed", row.want)
		})
	}
}

func TestThePauseStaysUntilEveryMemberHasResumedOrLeft(t *testing.T) {
	for _, row := range []struct {
		name string
		acts func(h *house)
		over bool
	}{
		{"one of two resumes", func(h *house) { h.take(h.r.Resume(nil, h.now, 0)) }, false},
		{"both resume", func(h *house) {
			h.take(h.r.Resume(nil, h.now, 0))
			h.take(h.r.Resume(nil, h.now, 1))
		}, true},
		{"one resumes, the other leaves", func(h *house) {
			h.take(h.r.Resume(nil, h.now, 0))
			h.take(h.r.Leave(nil, h.now, 1))
		}, true},
		{"a second press of pause is no resume", func(h *house) { h.take(h.r.Pause(nil, h.now)) }, false},
		{"one resumes and pause is pressed again", func(h *house) {
			h.take(h.r.Resume(nil, h.now, 0))
			h.take(h.r.Pause(nil, h.now))
			h.take(h.r.Resume(nil, h.now, 1))
		}, false},
		{"starting again is resuming", func(h *house) {
			h.start(0, room.Together)
			h.start(1, room.Together)
		}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.start(0, room.Together)
			h.start(1, room.Together)
			h.run(time.Minute)
			h.take(h.r.Pause(nil, h.now))
			h.run(time.Minute)
			row.acts(h)
			h.run(time.Minute)
			s := h.r.Status()
			if s.Paused == row.over || (s.Scene == "pause") == row.over {
				t.Errorf("status is %+v", s)
			}
		})
	}
}

func TestAPauseOutsideASessionIsRememberedAndDoesNothing(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.take(h.r.Pause(nil, 0))
	h.run(time.Second)
	if len(h.told) > 0 || !h.r.Status().Paused {
		t.Errorf("told %v, status %+v", h.told, h.r.Status())
	}
	h.start(0, room.Alone)
	if s := h.r.Status(); s.Paused || s.Scene != "base" {
		t.Errorf("a wearer's own start did not resume that wearer: %+v", s)
	}
}

func TestAnEndOutOfAPauseGoesStraightToTheRestore(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.Pause(nil, h.now))
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
	if d := cmp.Diff([]string{"alone start", "alone pause", "alone end"}, h.story()); d != "" {
		t.Error(d)
	}
}

func TestAPauseHoldsARestoreUntilSomebodyResumes(t *testing.T) {
	h := newHouse(t, room.Options{NoAfter: true})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(20 * time.Second)
	h.take(h.r.Pause(nil, h.now))
	h.run(15 * time.Minute)
	h.wantLamp("bed", 10)
	h.take(h.r.Resume(nil, h.now, 1))
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
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

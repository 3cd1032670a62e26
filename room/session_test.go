package room_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

func TestASessionBeginsWithTheBaseSceneAndPutsTheRoomBack(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.run(time.Second)
	if len(h.told) > 0 {
		t.Fatalf("outside a session the room did %v", h.told)
	}
	h.start(0, room.Alone)
	if c := h.lastCue(); c.Scene != "base" || c.Reason != "session_start" {
		t.Errorf("the first cue is %+v", c)
	}
	if s := h.r.Snapshot(); !s.Open || len(s.Lamps) != 1 || s.Lamps[0].Brightness != dsp.Some(60) {
		t.Errorf("before the first command the snapshot is %+v", s)
	}
	if c, _ := of[room.LampCommand](h, 0); len(c) > 0 {
		t.Errorf("lamp commands left before a Tick: %v", c)
	}
	h.run(20 * time.Second)
	h.wantLamp("bed", 30)
	h.take(h.r.End(nil, h.now))
	h.run(40 * time.Second)
	h.wantLamp("bed", 15)
	if s := h.r.Status(); s.Session != room.NoSession || s.Phase != room.PhaseAfter || !s.InUse {
		t.Errorf("in the after scene the status is %+v", s)
	}
	h.run(10*time.Minute - 40*time.Second)
	from := h.now
	h.run(30 * time.Second)
	if b := h.bulbs["bed"].at(h.now); b > 45 {
		t.Errorf("30 s into the restore the lamp is at %.0f %% already", b)
	}
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
	if k := h.bulbs["bed"].colour; k != 3000 {
		t.Errorf("colour came back to %v K", k)
	}
	if h.r.Snapshot().Open {
		t.Error("the snapshot stays open")
	}
	for _, c := range first(of[room.LampCommand](h, from)) {
		if !c.Waits {
			t.Errorf("a command of the restore does not wait for the broker: %+v", c)
		}
	}
	want := []string{"alone start", "alone end", "alone after"}
	if d := cmp.Diff(want, h.story()); d != "" {
		t.Error(d)
	}
}

func first[A, B any](a A, _ B) A { return a }

func TestHowASessionEnds(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(h *house)
		over bool
	}{
		{"by end", func(h *house) { h.take(h.r.End(nil, h.now)) }, true},
		{"when the last member leaves", func(h *house) { h.take(h.r.Leave(nil, h.now, 0)) }, true},
		{"not when somebody leaves who takes no part", func(h *house) { h.take(h.r.Leave(nil, h.now, 1)) }, false},
		{"by the answer stop", func(h *house) { h.must(h.r.Answer(nil, h.now, -1, "stop")) }, true},
		{"after 15 min without anyone's contact", func(h *house) {
			h.r.Contact(nil, h.now, 0, false)
			h.run(15*time.Minute + tick)
		}, true},
		{"not after 14 min without contact", func(h *house) {
			h.r.Contact(nil, h.now, 0, false)
			h.run(14 * time.Minute)
		}, false},
		{"not by the contact clock while paused, for then sensing is off", func(h *house) {
			h.take(h.r.Pause(nil, h.now))
			h.r.Contact(nil, h.now, 0, false)
			h.run(20 * time.Minute)
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.start(0, room.Alone)
			h.run(time.Second)
			row.act(h)
			if over := h.r.Status().Session == room.NoSession; over != row.over {
				t.Errorf("over is %v, want %v; story: %v", over, row.over, h.story())
			}
		})
	}
}

func TestASessionEndsAfterTwelveHours(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	for h.now < 12*time.Hour-time.Minute {
		h.now += 30 * time.Second
		h.r.Tick(nil, h.now, evening(h.now))
	}
	if h.r.Status().Session != room.Alone {
		t.Fatal("ended early")
	}
	h.run(time.Minute)
	if h.r.Status().Session != room.NoSession {
		t.Error("still runs")
	}
}

func TestWhoMayJoinWhat(t *testing.T) {
	for _, row := range []struct {
		name    string
		running room.SessionKind
		ask     room.SessionKind
		refused string
	}{
		{"the same kind is joined", room.Together, room.Together, ""},
		{"no kind joins whatever runs", room.Together, room.NoSession, ""},
		{"another kind is refused", room.Alone, room.Together, "a session of kind alone runs"},
		{"no kind where nothing runs is refused", room.NoSession, room.NoSession, "say which kind"},
		{"a kind that does not exist is refused", room.NoSession, room.Night + 1, "no such kind"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			if row.running != room.NoSession {
				h.start(0, row.running)
			}
			v, err := h.r.Start(nil, h.now, 1, row.ask)
			h.take(v)
			if row.refused == "" && err != nil || row.refused != "" && (err == nil || !strings.Contains(err.Error(), row.refused)) {
				t.Errorf("error is %v, want %q", err, row.refused)
			}
		})
	}
	h := newHouse(t, room.Options{})
	if _, err := h.r.Start(nil, 0, 7, room.Alone); err == nil {
		t.Error("a wearer who does not exist started a session")
	}
}

func TestTogetherIsPrivateWhereTheOptionsSaySo(t *testing.T) {
	for _, private := range []bool{true, false} {
		h := newHouse(t, room.Options{Private: private})
		h.start(0, room.Together)
		h.start(1, room.Together)
		if s := h.r.Status(); s.Private != private || !cmp.Equal(s.Members, []bool{true, true}) {
			t.Errorf("private %v: status is %+v", private, s)
		}
		if s, _ := of[room.Session](h, 0); len(s) != 1 || s[0].Private != private {
			t.Errorf("private %v: told %v", private, s)
		}
	}
	h := newHouse(t, room.Options{Private: true})
	h.start(0, room.Alone)
	if h.r.Status().Private {
		t.Error("alone is private")
	}
}

func TestASceneByHandOutsideASessionOpensAPracticeSession(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.must(h.r.Scene(nil, h.now, "neutral"))
	if s := h.r.Status(); s.Session != room.PracticeSession || s.Scene != "neutral" || s.Members[0] {
		t.Errorf("status is %+v", s)
	}
	h.must(h.r.Scene(nil, h.now, "auto"))
	if s := h.r.Status(); s.Session != room.NoSession {
		t.Errorf("with auto nothing is left to be done, but the status is %+v", s)
	}
	_, err := h.r.Scene(nil, h.now, "disco")
	if err == nil || !strings.Contains(err.Error(), "activated, after, base") {
		t.Errorf("an unknown scene gives %v", err)
	}
}

func TestAWearersSessionTakesThePlaceOfAPracticeSession(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.must(h.r.Practice(nil, h.now, "body"))
	h.start(0, room.Together)
	if s := h.r.Status(); s.Practice != "body" || s.Session != room.Together {
		t.Errorf("status is %+v", s)
	}
	want := []string{"practice start", "body started", "practice end", "together start"}
	if d := cmp.Diff(want, h.story()); d != "" {
		t.Error(d)
	}
}

func TestANightHasNoCueAndNoCommand(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Night)
	h.state(0, regulation.Activated)
	h.run(3 * time.Minute)
	h.take(h.r.AskCheckIn(nil, h.now))
	if _, err := h.r.Scene(nil, h.now, "base"); err == nil {
		t.Error("a scene by hand was not refused")
	}
	if _, err := h.r.Practice(nil, h.now, "breath"); err == nil {
		t.Error("a practice was not refused")
	}
	h.take(h.r.Pause(nil, h.now))
	h.take(h.r.Resume(nil, h.now, 0))
	h.take(h.r.End(nil, h.now))
	h.run(time.Minute)
	want := []string{"night start", "night pause", "night resume", "night end"}
	if d := cmp.Diff(want, h.story()); d != "" {
		t.Error(d)
	}
	if len(h.told) != len(want) || h.r.Snapshot().Open {
		t.Errorf("the night did more than begin and end: %v", h.told)
	}
}

func TestANightAfterASessionLetsTheRestoreEnd(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(20 * time.Second)
	h.take(h.r.End(nil, h.now))
	h.run(time.Minute)
	h.start(0, room.Night)
	h.run(3 * time.Minute)
	h.wantLamp("bed", 60)
	if h.r.Snapshot().Open {
		t.Error("the snapshot stays open")
	}
}

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
		running room.SessionKind // the first wearer's
		ask     room.SessionKind // the second's
		becomes room.SessionKind
		refused string
	}{
		{"together is joined", room.Together, room.Together, room.Together, ""},
		{"no kind joins together", room.Together, room.NoSession, room.Together, ""},
		{"no kind joins a night", room.Night, room.NoSession, room.Night, ""},
		{"a night is joined", room.Night, room.Night, room.Night, ""},
		{"no kind makes alone a session of two", room.Alone, room.NoSession, room.Together, ""},
		{"together makes alone a session of two", room.Alone, room.Together, room.Together, ""},
		{"two who began alone are two together", room.Alone, room.Alone, room.Together, ""},
		{"no kind makes a practice a session of two", room.PracticeSession, room.NoSession, room.Together, ""},
		{"together makes a practice a session of two", room.PracticeSession, room.Together, room.Together, ""},
		{"two who practise are two together", room.PracticeSession, room.PracticeSession, room.Together, ""},
		{"nobody is carried into a night", room.Alone, room.Night, room.Alone, "a session of kind alone runs"},
		{"nor from together to alone", room.Together, room.Alone, room.Together, "a session of kind together runs"},
		{"nor from alone into a practice", room.Alone, room.PracticeSession, room.Alone, "a session of kind alone runs"},
		{"nor out of a night", room.Night, room.Together, room.Night, "a session of kind night runs"},
		{"no kind where nothing runs is refused", room.NoSession, room.NoSession, room.NoSession, "say which kind"},
		{"a kind that does not exist is refused", room.NoSession, room.Night + 1, room.NoSession, "no such kind"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, room.Options{Private: true})
			if row.running != room.NoSession {
				h.start(0, row.running)
			}
			v, err := h.r.Start(nil, h.now, 1, row.ask)
			h.take(v)
			if row.refused == "" && err != nil || row.refused != "" && (err == nil || !strings.Contains(err.Error(), row.refused)) {
				t.Errorf("error is %v, want %q", err, row.refused)
			}
			s := h.r.Status()
			if s.Session != row.becomes || s.Private != (row.becomes == room.Together) {
				t.Errorf("it becomes %v, private %v; want %v", s.Session, s.Private, row.becomes)
			}
			if in := []bool{row.running != room.NoSession, err == nil}; s.Session != room.NoSession && !cmp.Equal(s.Members, in) {
				t.Errorf("who takes part is %v, want %v", s.Members, in)
			}
		})
	}
	h := newHouse(t, room.Options{})
	if _, err := h.r.Start(nil, 0, 7, room.Alone); err == nil {
		t.Error("a wearer who does not exist started a session")
	}
}

func TestASessionThatSomebodyJoinsGoesOn(t *testing.T) {
	h := newHouse(t, room.Options{Private: true})
	h.start(0, room.Alone)
	h.must(h.r.Practice(nil, h.now, "body"))
	h.run(20 * time.Second)
	before := h.r.Snapshot()
	h.start(1, room.NoSession)
	told, _ := of[room.Session](h, h.now)
	want := []room.Session{
		{Of: room.Alone, Phase: room.PhaseEnd, Joined: true},
		{Of: room.Together, Phase: room.PhaseStart, Private: true, Joined: true},
	}
	if d := cmp.Diff(want, told); d != "" {
		t.Error(d)
	}
	if s := h.r.Status(); s.Practice != "body" {
		t.Errorf("the practice ended: %+v", s)
	}
	if d := cmp.Diff(before, h.r.Snapshot()); d != "" {
		t.Errorf("what the room was before is remembered otherwise: %s", d)
	}
	h.take(h.r.Leave(nil, h.now, 1))
	if s := h.r.Status(); s.Session != room.Together || !s.Private {
		t.Errorf("whoever leaves makes it public again: %+v", s)
	}
}

func TestWhoJoinsAPausedSessionDoesNotEndThePauseOfTheOther(t *testing.T) {
	h := newHouse(t, room.Options{Private: true})
	h.start(0, room.Alone)
	h.take(h.r.Pause(nil, h.now))
	h.start(1, room.Together)
	if s := h.r.Status(); !s.Paused || s.Session != room.Together {
		t.Errorf("%+v", s)
	}
	h.take(h.r.Resume(nil, h.now, 0))
	if h.r.Status().Paused {
		t.Error("still paused though both have resumed")
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

func TestAQuestionWaitsOnWhereAWearersSessionTakesThePlaceOfOneByHand(t *testing.T) {
	for _, row := range []struct {
		kind  room.SessionKind
		waits bool
	}{{room.Together, true}, {room.Alone, true}, {room.Night, false}} {
		h := newHouse(t, room.Options{})
		h.must(h.r.Scene(nil, h.now, "neutral"))
		h.must(h.r.AskCheckIn(nil, h.now))
		h.run(30 * time.Second)
		h.start(0, row.kind)
		if s := h.r.Status(); s.CheckIn != row.waits || s.Session != row.kind {
			t.Errorf("%v: a question waits: %v", row.kind, s.CheckIn)
		}
		h.run(2 * time.Minute)
		if c := h.lastCue(); row.waits != (c.Scene == "base" && c.Reason == "no_answer") || h.r.Status().CheckIn {
			t.Errorf("%v: then comes %+v", row.kind, c)
		}
	}
}

func TestANightHasNoCueAndNoCommand(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Night)
	h.state(0, regulation.Activated)
	h.run(3 * time.Minute)
	if _, err := h.r.AskCheckIn(nil, h.now); err == nil {
		t.Error("a question was not refused")
	}
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

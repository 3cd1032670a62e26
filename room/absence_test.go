package room_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/regulation"
	"hubd/room"
)

// couple is a session together in which both wear their sensors.
func couple(t testing.TB, o room.Options) *house {
	h := newHouse(t, o)
	h.start(0, room.Together)
	h.start(1, room.Together)
	h.run(time.Minute)
	return h
}

func (h *house) takesOff(wearer int) { h.r.Contact(nil, h.now, wearer, false) }
func (h *house) putsOn(wearer int)   { h.r.Contact(nil, h.now, wearer, true) }

func TestSensorsTakenOffLetABreathingPracticeRest(t *testing.T) {
	h := couple(t, room.Options{})
	h.must(h.r.Practice(nil, h.now, "together"))
	h.run(time.Minute)
	h.takesOff(1)
	h.run(9 * time.Second)
	if h.lastCue().Pace.BreathsPerMin == 0 {
		t.Error("a contact lost for a moment holds the pacer")
	}
	h.run(2 * time.Second)
	if c := h.lastCue(); c.Pace != (room.Pace{}) || c.Sound.SwellDB.Known || h.r.Status().Pace != (room.Pace{}) {
		t.Errorf("the pacer goes on: %+v", c)
	}
	h.run(15 * time.Second) // what was begun arrives
	from := h.now
	h.run(80 * time.Second)
	commands, _ := of[room.LampCommand](h, from)
	cues, _ := of[room.Cue](h, from)
	if len(commands) > 0 || len(cues) > 0 || h.r.Status().Practice != "together" {
		t.Errorf("the room goes on: %v, %v, %+v", commands, cues, h.r.Status())
	}
	h.wantLamp("bed", 30)
}

func TestSensorsThatStayOffEndWhatRunsQuietly(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(h *house)
	}{
		{"a breathing practice", func(h *house) { h.must(h.r.Practice(nil, h.now, "together")) }},
		{"a guided practice", func(h *house) { h.must(h.r.Practice(nil, h.now, "body")) }},
		{"a scene chosen by hand", func(h *house) { h.must(h.r.Scene(nil, h.now, "activated")) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := couple(t, asking(true, true))
			row.act(h)
			h.run(time.Minute)
			h.takesOff(0)
			before := h.r.Status()
			h.run(2*time.Minute - time.Second)
			if s := h.r.Status(); s.Practice != before.Practice || s.Scene != before.Scene {
				t.Errorf("it ended too soon: %+v", s)
			}
			h.run(time.Minute)
			if s := h.r.Status(); s.Practice != "" || s.Scene != "base" || s.Session != room.Together {
				t.Errorf("status is %+v", s)
			}
			h.wantLamp("bed", 30)
			asked, _ := of[room.CheckIn](h, 0)
			reminded, _ := of[room.Reminder](h, 0)
			if len(asked)+len(reminded) > 0 {
				t.Errorf("a message: %v, %v", asked, reminded)
			}
		})
	}
}

func TestAPracticeWaitsForSensorsThatComeBack(t *testing.T) {
	h := couple(t, room.Options{})
	h.must(h.r.Practice(nil, h.now, "touch"))
	h.run(45 * time.Second) // a quarter of a minute before its second step
	h.takesOff(1)
	h.run(time.Minute)
	if s, all := h.r.Status().Step, marksOf(h); s != "a hand on the heart" || all != 1 {
		t.Errorf("the practice went on alone: %q, %d marks", s, all)
	}
	h.putsOn(1)
	h.run(tick)
	if c := h.lastCue(); c.Pace.BreathsPerMin != 6 || c.Pace.PhaseZero != h.now {
		t.Errorf("no breath begins: %+v", c.Pace)
	}
	h.run(2*time.Minute + 4*time.Second) // it stands from ten seconds after the loss, at 55 s
	if s := h.r.Status(); s.Step != "breathe" || s.Practice != "touch" {
		t.Errorf("status is %+v", s)
	}
	h.run(time.Second)
	ended, _ := of[room.Practice](h, tick)
	last := ended[len(ended)-1]
	if last.Phase != room.PracticeDone || last.Ran != 3*time.Minute {
		t.Errorf("ended as %+v, want done after its three minutes", last)
	}
}

func marksOf(h *house) int { all, _ := marks(h); return len(all) }

func TestWhoChoosesByHandIsThere(t *testing.T) {
	h := couple(t, room.Options{})
	h.takesOff(1)
	h.run(5 * time.Minute)
	h.must(h.r.Practice(nil, h.now, "together"))
	h.run(9 * time.Second)
	if c := h.lastCue(); c.Pace.BreathsPerMin == 0 {
		t.Errorf("a practice that was just chosen has no pacer: %+v", c)
	}
	h.run(time.Minute)
	if c := h.lastCue(); c.Pace.BreathsPerMin != 0 {
		t.Errorf("nobody came back, and the pacer goes on: %+v", c)
	}
	h.run(time.Minute)
	if s := h.r.Status(); s.Practice != "" || s.Scene != "base" {
		t.Errorf("status is %+v", s)
	}
}

func TestWhoChoseLastGivesTheRoomItsTwoMinutesAgain(t *testing.T) {
	h := couple(t, room.Options{})
	h.state(0, regulation.Activated)
	h.state(1, regulation.Activated)
	h.run(3 * time.Minute)
	if s := h.r.Status(); s.Scene != "activated" {
		t.Fatalf("status is %+v", s)
	}
	h.takesOff(1)
	h.run(time.Minute)
	h.must(h.r.Practice(nil, h.now, "touch"))
	h.take(h.r.StopPractice(nil, h.now))
	h.run(110 * time.Second)
	if s := h.r.Status(); s.Scene != "activated" {
		t.Errorf("it goes on to %+v, 110 s after somebody chose", s)
	}
	h.run(15 * time.Second)
	if s := h.r.Status(); s.Scene != "base" {
		t.Errorf("status is %+v", s)
	}
}

func TestWhoseSensorsAreNoAnswer(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(h *house)
	}{
		{"of one who left", func(h *house) {
			h.takesOff(1)
			h.take(h.r.Leave(nil, h.now, 1))
		}},
		{"that came back in time", func(h *house) {
			h.takesOff(1)
			h.run(9 * time.Second)
			h.putsOn(1)
		}},
		{"of one who joined without any", func(h *house) {
			h.takesOff(1)
			h.must(h.r.Start(nil, h.now, 1, room.Together))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := couple(t, room.Options{})
			h.must(h.r.Scene(nil, h.now, "activated"))
			row.act(h)
			h.must(h.r.Practice(nil, h.now, "breath"))
			h.run(4 * time.Minute)
			if s := h.r.Status(); s.Practice != "breath" || s.Pace.BreathsPerMin == 0 {
				t.Errorf("status is %+v", s)
			}
		})
	}
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.must(h.r.Practice(nil, h.now, "breath"))
	h.run(tick)
	h.takesOff(0)
	h.run(4 * time.Minute)
	if s := h.r.Status(); s.Practice != "breath" || s.Pace.BreathsPerMin == 0 {
		t.Errorf("alone: status is %+v", s)
	}
}

func TestStatesMoveNothingFromTenSecondsWithoutContact(t *testing.T) {
	quick := room.Discretion{DelayMin: time.Second, DelayMax: 1001 * time.Millisecond, Fade: time.Second}
	for _, row := range []struct {
		name    string
		without time.Duration // before a delay of a second begins
		scene   string
	}{{"just before", 8 * time.Second, "activated"}, {"from then on", 10 * time.Second, "base"}} {
		t.Run(row.name, func(t *testing.T) {
			h := couple(t, room.Options{Discretion: quick})
			h.takesOff(1)
			h.run(row.without)
			h.state(0, regulation.Activated)
			h.run(30 * time.Second)
			if got := h.r.Status().Scene; got != row.scene {
				t.Errorf("the scene is %s, want %s", got, row.scene)
			}
		})
	}
}

// What moves in the moment in which sensors come back would tell whose they are, and what the other's body did meanwhile.
func TestADelayBeginsAnewWhenSensorsComeBack(t *testing.T) {
	for _, without := range []time.Duration{9900 * time.Millisecond, 30 * time.Second, 119 * time.Second} {
		t.Run(without.String(), func(t *testing.T) {
			h := couple(t, room.Options{Discretion: room.Discretion{DelayMin: 15 * time.Second, DelayMax: 20 * time.Second}})
			h.takesOff(1)
			h.run(time.Second)
			h.state(0, regulation.Activated)
			h.run(without - time.Second)
			h.putsOn(1)
			back, rested := h.now, without >= 10*time.Second
			h.run(2 * time.Minute)
			_, at := of[room.Cue](h, back+1)
			if len(at) == 0 {
				t.Fatal("the State was never answered")
			}
			if after := at[0] - back; rested != (after >= 15*time.Second) {
				t.Errorf("the room moved %v after", after)
			}
		})
	}
}

func TestNobodyIsAskedAboutSensorsTakenOff(t *testing.T) {
	h := couple(t, asking(true, true))
	h.takesOff(1)
	h.run(10 * time.Second)
	h.live(0, []lived{{60, steady}, {5, alarmed}, {300, woundUp}})
	if asked, _ := of[room.CheckIn](h, 0); len(asked) != 0 {
		t.Errorf("asked: %+v", asked)
	}
	h.putsOn(1)
	h.live(0, []lived{{5, woundUp}})
	if asked, _ := of[room.CheckIn](h, 0); len(asked) != 1 {
		t.Errorf("with both there asked %d times, want once", len(asked))
	}
	if d := cmp.Diff([]string{"together start", "asked"}, h.story()); d != "" {
		t.Error(d)
	}
}

package pipeline

import (
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// known is a pipeline in which everything of a and b is known, in a session of a's.
func known(t *testing.T) *Pipeline {
	t.Helper()
	own := regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 20000, HeartRate: dsp.Some(61)}}}
	o := Options{Room: room.Options{Seed: 1}}
	for _, id := range []string{"a", "b"} {
		o.Wearers = append(o.Wearers, WearerOptions{ID: id, Share: ShareFull, Keep: KeepJournal, Cues: true, PulseBus: "i2c", Pulse: dsp.PulseOptions{Leads: 1}})
		o.Room.Wearers = append(o.Room.Wearers, room.WearerOptions{ID: id, Cues: true})
		o.Settings.Wearers = append(o.Settings.Wearers, WearerSettings{
			Wearer: id, Paused: true, Share: ShareState, Keep: KeepRest, Cues: true, OpenCircuit: dsp.Some(0.5), Baseline: own, ResonancePace: dsp.Some(5.5),
		})
	}
	p := New(o)
	for _, e := range p.Command(nil, time.Second, Command{Name: CommandStartSession, Wearer: "a", Session: room.Alone, Origin: Origin{Source: SourceSocket}}) {
		if r, ok := e.Value.(Refused); ok {
			t.Fatal(r.Reason)
		}
	}
	return p
}

func TestWhoIsErasedIsAStrangerWhoIsNotSensed(t *testing.T) {
	p := known(t)
	revision := p.Revision()
	p.Command(nil, 2*time.Second, Command{Name: CommandErase, Wearer: "a", Origin: Origin{Source: SourceSocket}})
	s := p.Settings()
	a, _ := s.Wearer("a")
	if !a.Paused || len(a.Baseline.Minutes) > 0 || a.ResonancePace.Known || p.Sensed(0) {
		t.Errorf("a is %+v", a)
	}
	if a.Share != ShareState || a.Keep != KeepRest || a.OpenCircuit != dsp.Some(0.5) {
		t.Errorf("what a wanted less of, or how the board is trimmed, has changed: %+v", a)
	}
	if p.Room().Session != room.NoSession && p.Room().Members[0] {
		t.Error("a is in the session still")
	}
	if b, _ := s.Wearer("b"); len(b.Baseline.Minutes) != 1 || !b.ResonancePace.Known {
		t.Errorf("b is %+v", b)
	}
	if p.Revision() == revision {
		t.Error("nothing of it would be stored")
	}
	p.Command(nil, 3*time.Second, Command{Name: CommandResume, Wearer: "a", Origin: Origin{Source: SourceSocket}})
	if !p.Sensed(0) {
		t.Error("a cannot begin anew")
	}
}

func TestAnErasingLeavesNoWordOfWhoIsErased(t *testing.T) {
	p := known(t)
	p.Own(nil)
	told := p.Command(nil, 2*time.Second, Command{Name: CommandErase, Wearer: "a", Origin: Origin{Source: SourceSocket}})
	for _, e := range p.Own(told) {
		if e.Wearer == "a" {
			t.Errorf("a row of a would tell %+v", e.Value)
		}
	}
}

func TestOnlyTheMachineItselfErases(t *testing.T) {
	for _, source := range []Source{SourceMQTT, SourcePage, SourceButton} {
		p := known(t)
		events := p.Command(nil, 2*time.Second, Command{Name: CommandErase, Wearer: "a", Origin: Origin{Source: source, Wearer: "a"}})
		r, ok := events[len(events)-1].Value.(Refused)
		if a, _ := p.Settings().Wearer("a"); !ok || !strings.Contains(r.Reason, "on the machine itself only") || len(a.Baseline.Minutes) == 0 {
			t.Errorf("%s: %+v, %+v", source, events, a)
		}
	}
}

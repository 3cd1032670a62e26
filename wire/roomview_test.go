package wire_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/wire"
)

var facts = wire.RoomFacts{Active: true, Session: room.Together, Cues: true, Scene: "base", Practice: "breath",
	BreathPace: 5.5, NightCeiling: 30, VolumeCap: -25}

var bright = room.Cue{Scene: "base", Reason: "practice", Light: room.Light{Brightness: 30, Kelvin: 2400, Transition: 5 * time.Second},
	Pace: room.Pace{BreathsPerMin: 6, InhaleShare: 0.4}}

func cueAt(v *wire.RoomView, now time.Duration) func([]byte) ([]byte, bool) {
	return func(dst []byte) ([]byte, bool) { return v.PublishCue(dst, now) }
}

func TestTheRoomTellsOfPeopleOnlyWhereAllShareTheirState(t *testing.T) {
	const light = `"light":{"brightness_percent":30.0,"kelvin":2400,"transition_s":5.0},"sound":null,`
	for _, c := range []struct {
		told                bool
		cue, session, state string
	}{
		{true, `{"scene":"base",` + light + `"pace":{"breaths_per_min":6.00,"inhale_share":0.40,"hold_s":0.0,"phase_zero_s":0.000},"reason":"practice"}`,
			`{"active":true,"kind":"together"}`,
			`{"cues":true,"scene":"base","practice":"breath","breath_pace":5.50,"night_ceiling":30.0,"volume_cap":-25.0}`},
		{false, `{"scene":null,` + light + `"pace":null,"reason":null}`,
			`{"active":true}`,
			`{"cues":true,"scene":null,"practice":null,"breath_pace":5.50,"night_ceiling":30.0,"volume_cap":-25.0}`},
	} {
		var v wire.RoomView
		v.Follow(facts, c.told, []string{"a", "b"})
		v.Apply(nil, of("", 0, bright))
		for want, publish := range map[string]func([]byte) ([]byte, bool){c.cue: cueAt(&v, 0), c.session: v.PublishSession, c.state: v.PublishState} {
			if got, due := publish([]byte("x")); !due || string(got) != "x"+want {
				t.Errorf("told %v: due %v, got\n%s\nwant\n%s", c.told, due, got, want)
			}
			if _, due := publish(nil); due {
				t.Errorf("told %v: due twice: %s", c.told, want)
			}
		}
		v.Again()
		for _, publish := range []func([]byte) ([]byte, bool){cueAt(&v, 0), v.PublishSession, v.PublishState} {
			if _, due := publish(nil); !due {
				t.Error("not sent again after a birth message")
			}
		}
	}
}

func TestARoomWithoutACueTellsNone(t *testing.T) {
	var v wire.RoomView
	if _, due := v.PublishCue(nil, 0); due {
		t.Error("a cue was invented")
	}
	if got, due := v.PublishSession(nil); !due || string(got) != `{"active":false}` {
		t.Errorf("got %s", got)
	}
}

func TestACueIsRepeatedWhileItHoldsAndForgottenAfterwards(t *testing.T) {
	running, night, over := facts, facts, facts
	night.Session, over.Active, over.Session = room.Night, false, room.NoSession
	dark := bright
	dark.Light.Brightness = 10
	type step struct {
		after time.Duration
		facts wire.RoomFacts
		cue   *room.Cue // arrives before it is looked
		again bool
		due   bool
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"every half minute", []step{{0, running, &bright, false, true}, {29 * time.Second, running, nil, false, false}, {time.Second, running, nil, false, true},
			{29 * time.Second, running, nil, false, false}}},
		{"a change at once, and the half minute from then", []step{{0, running, &bright, false, true}, {20 * time.Second, running, &dark, false, true},
			{20 * time.Second, running, nil, false, false}, {10 * time.Second, running, nil, false, true}}},
		{"the last word of a session once", []step{{0, running, &bright, false, true}, {time.Second, over, &dark, false, true}, {time.Hour, over, nil, false, false}}},
		{"none by a birth message after the session", []step{{0, running, &bright, false, true}, {time.Second, over, nil, false, false}, {time.Second, over, nil, true, false}}},
		{"none of an evening in the night after it", []step{{0, running, &bright, false, true}, {time.Second, night, nil, false, false}, {time.Hour, night, nil, true, false}}},
		{"the next session begins with its own", []step{{0, running, &bright, false, true}, {time.Second, over, nil, false, false}, {time.Minute, running, nil, false, false},
			{time.Second, running, &bright, false, true}}},
	} {
		var v wire.RoomView
		now := time.Duration(0)
		for i, s := range c.steps {
			now += s.after
			if s.cue != nil {
				v.Apply(nil, of("", now, *s.cue))
			}
			if s.again {
				v.Again()
			}
			v.Follow(s.facts, true, []string{"a"})
			if _, due := v.PublishCue(nil, now); due != s.due {
				t.Errorf("%s: step %d: due %v", c.name, i, due)
			}
		}
	}
}

func TestAHiddenChangeIsNotToldByAMessage(t *testing.T) {
	var v wire.RoomView
	v.Follow(facts, false, []string{"a"})
	v.PublishState(nil)
	v.PublishSession(nil)
	other := facts
	other.Scene, other.Practice, other.Session = "settle", "", room.Alone
	v.Follow(other, false, []string{"a"})
	if b, due := v.PublishState(nil); due {
		t.Errorf("a change of scene showed as %s", b)
	}
	if b, due := v.PublishSession(nil); due {
		t.Errorf("a change of kind showed as %s", b)
	}
}

func TestMomentsOfTheRoomAreTold(t *testing.T) {
	state := func(n regulation.Name) pipeline.Value { return regulation.State{Name: n} }
	settledBoth := []pipeline.Event{of("a", 0, state(regulation.Settled)), of("b", 0, state(regulation.Settled))}
	for _, c := range []struct {
		name   string
		told   bool
		events []pipeline.Event
		want   string
	}{
		{"a check-in names nobody", false, []pipeline.Event{of("a", 0, room.CheckIn{Reason: "asked"})}, `{"event_type":"check_in"}`},
		{"a session starts", true, []pipeline.Event{of("", 0, room.Session{Of: room.Together})}, `{"event_type":"session_started","kind":"together"}`},
		{"a session starts whose kind is not told", false, []pipeline.Event{of("", 0, room.Session{Of: room.Together})}, `{"event_type":"session_started"}`},
		{"somebody joins: the former kind ends", true, []pipeline.Event{of("", 0, room.Session{Of: room.Alone, Phase: room.PhaseEnd, Joined: true})}, ``},
		{"somebody joins: the session goes on", true, []pipeline.Event{of("", 0, room.Session{Of: room.Together, Joined: true})}, ``},
		{"a session ends", false, []pipeline.Event{of("", 0, room.Session{Phase: room.PhaseEnd})}, `{"event_type":"session_ended"}`},
		{"a pause is told elsewhere", true, []pipeline.Event{of("", 0, room.Session{Of: room.Together, Phase: room.PhasePause})}, ""},
		{"a reminder", true, []pipeline.Event{of("", 0, room.Reminder{Words: "Time for a quiet moment."})}, `{"event_type":"reminder","text":"Time for a quiet moment."}`},
		{"a reminder where nothing is shared", false, []pipeline.Event{of("", 0, room.Reminder{Words: "Time for a quiet moment."})}, `{"event_type":"reminder","text":"Time for a quiet moment."}`},
		{"a practice is done", true, []pipeline.Event{of("", 0, room.Practice{Name: "breath", Phase: room.PracticeDone})}, `{"event_type":"practice_done","name":"breath"}`},
		{"a practice that is done is not told", false, []pipeline.Event{of("", 0, room.Practice{Name: "breath", Phase: room.PracticeDone})}, ""},
		{"a practice that was stopped is no event", true, []pipeline.Event{of("", 0, room.Practice{Name: "breath", Phase: room.PracticeStopped})}, ""},
		{"one is not all", true, settledBoth[:1], ""},
		{"all are settled", true, settledBoth, `{"event_type":"settled"}`},
		{"it is told once", true, append(settledBoth, settledBoth...), `{"event_type":"settled"}`},
		{"again after it was otherwise", true, append(append(settledBoth, of("a", 0, state(regulation.Engaged))), settledBoth...), `{"event_type":"settled"}{"event_type":"settled"}`},
		{"not where somebody does not share", false, settledBoth, ""},
		{"a pause forgets who was settled", true, []pipeline.Event{settledBoth[0], of("", 0, room.Session{Phase: room.PhasePause}), settledBoth[1]}, ""},
		{"a refusal of the room's command", false, []pipeline.Event{of("", 0, pipeline.Refused{Name: "x", Reason: "y"})}, `{"event_type":"command_refused","name":"x","reason":"y"}`},
		{"a wearer's refusal is told there", false, []pipeline.Event{of("a", 0, pipeline.Refused{Name: "x", Reason: "y"})}, ""},
		{"a heart rate is no matter of the room", true, []pipeline.Event{of("a", 0, dsp.HeartRate{})}, ""},
	} {
		var v wire.RoomView
		v.Follow(facts, c.told, []string{"a", "b"})
		var got []byte
		for _, e := range c.events {
			got = v.Apply(got, e)
		}
		if string(got) != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// evening is a session of a, or of a and b, by a's keep.
func evening(keep pipeline.Keep, private, both bool) pipeline.Consent {
	return pipeline.Consent{Private: private, InRoom: []pipeline.WearerConsent{
		{Wearer: "a", Share: pipeline.ShareNone, Keep: keep, Session: true},
		{Wearer: "b", Share: pipeline.ShareFull, Keep: pipeline.KeepJournal, Session: both},
	}}
}

func TestTheDetailOfASessionIsTheWearersOwn(t *testing.T) {
	state := regulation.State{Name: regulation.Activated, Arousal: dsp.Some(2)}
	byHand, byState := cueFor("by_hand"), cueFor("state")
	unpaced := byHand
	unpaced.Pace = room.Pace{}
	for _, tt := range []struct {
		name   string
		event  pipeline.Event
		keep   pipeline.Keep
		both   bool
		wanted pipeline.Value // nil: nothing
	}{
		{"the own state", pipeline.Event{Wearer: "a", Value: state}, pipeline.KeepJournal, true, state},
		{"the own state, and only summaries are kept", pipeline.Event{Wearer: "a", Value: state}, pipeline.KeepSummaries, true, nil},
		{"the other's state", pipeline.Event{Wearer: "b", Value: state}, pipeline.KeepJournal, true, nil},
		{"the other's interval", pipeline.Event{Wearer: "b", Value: dsp.IBI{}}, pipeline.KeepJournal, true, nil},
		{"the other's answer", pipeline.Event{Wearer: "b", Value: pipeline.Answered{Word: "space"}}, pipeline.KeepJournal, true, nil},
		{"the other's settings", pipeline.Event{Wearer: "b", Value: pipeline.Choice{Name: "keep"}}, pipeline.KeepJournal, true, nil},
		{"a check-in for an own reason", checkIn("a", 1, "turn"), pipeline.KeepJournal, true, room.CheckIn{Reason: "turn", Of: 1}},
		{"a check-in for the other's reason says none", checkIn("b", 2, "turn"), pipeline.KeepJournal, true, room.CheckIn{}},
		{"a check-in by hand says none either", checkIn("", 0, "asked"), pipeline.KeepJournal, true, room.CheckIn{}},
		{"a check-in, and only summaries are kept", checkIn("", 0, "asked"), pipeline.KeepSummaries, true, nil},
		{"a practice", practiceDone(), pipeline.KeepSummaries, true, practiceDone().Value},
		{"a practice, and only the rest is kept", practiceDone(), pipeline.KeepRest, true, nil},
		{"a scene by hand", pipeline.Event{Value: byHand}, pipeline.KeepJournal, true, unpaced},
		{"a scene that States moved, alone", pipeline.Event{Value: byState}, pipeline.KeepJournal, false, byState},
		{"a scene that States of two moved", pipeline.Event{Value: byState}, pipeline.KeepJournal, true, nil},
		{"the softer light of a check-in, over a scene of two", pipeline.Event{Value: cueFor("check_in")}, pipeline.KeepJournal, true, nil},
		{"how alike two are", pipeline.Event{Value: regulation.Coregulation{}}, pipeline.KeepJournal, true, nil},
	} {
		kept, ok := pipeline.Disclose(tt.event, pipeline.Audience{Kind: pipeline.AudienceHistory, Wearer: "a"}, evening(tt.keep, false, tt.both))
		if ok != (tt.wanted != nil) || ok && !cmp.Equal(kept, pipeline.Event{Wearer: "a", Value: tt.wanted}) {
			t.Errorf("%s: %v, %+v, want %+v", tt.name, ok, kept, tt.wanted)
		}
	}
}

func cueFor(reason string) room.Cue {
	return room.Cue{Scene: "activated", Reason: reason, Pace: room.Pace{BreathsPerMin: 5.5}}
}

func checkIn(wearer string, of int, reason string) pipeline.Event {
	return pipeline.Event{Wearer: wearer, Value: room.CheckIn{Reason: reason, Of: of}}
}

func practiceDone() pipeline.Event {
	return pipeline.Event{Value: room.Practice{Name: "breath", Phase: room.PracticeDone}}
}

// TestNoEventTellsOfTheOtherInAWearersRows goes through every kind of Value there is.
func TestNoEventTellsOfTheOtherInAWearersRows(t *testing.T) {
	for _, s := range specimens() {
		if s.wearer == "" {
			continue
		}
		e := s.event()
		e.Wearer = "b"
		for _, kind := range []pipeline.AudienceKind{pipeline.AudienceHistory, pipeline.AudienceWaiting} {
			told, ok := pipeline.Disclose(e, pipeline.Audience{Kind: kind, Wearer: "a"}, evening(pipeline.KeepJournal, kind == pipeline.AudienceWaiting, true))
			if ok && told.Value != (room.CheckIn{}) {
				t.Errorf("%s of b stands in a's rows: %+v", s.value.Kind(), told)
			}
		}
	}
}

func TestOfAPrivateSessionOnlyTheWaitingPartIsTold(t *testing.T) {
	all := specimens()
	for _, keep := range []pipeline.Keep{pipeline.KeepNothing, pipeline.KeepRest, pipeline.KeepSummaries, pipeline.KeepJournal} {
		told := map[string]bool{}
		for _, s := range all {
			for _, wearer := range []string{"", "a"} {
				e, ok := pipeline.Disclose(s.event(), pipeline.Audience{Kind: pipeline.AudienceHistory, Wearer: wearer}, evening(keep, true, true))
				if ok && e.Wearer != "" && !s.closing {
					t.Errorf("keep %s: %s of a private session is stored", keep, s.value.Kind())
				}
			}
			_, ok := pipeline.Disclose(s.event(), pipeline.Audience{Kind: pipeline.AudienceWaiting, Wearer: "a"}, evening(keep, true, true))
			told[s.value.Kind()] = told[s.value.Kind()] || ok
			if _, ok := pipeline.Disclose(s.event(), pipeline.Audience{Kind: pipeline.AudienceWaiting, Wearer: "a"}, evening(keep, false, true)); ok {
				t.Errorf("%s waits of a session that is not private", s.value.Kind())
			}
		}
		for _, kind := range []string{"ibi", "state", "heart_rate", "part", "answered", "practice_result"} {
			if told[kind] != (keep != pipeline.KeepNothing) {
				t.Errorf("keep %s: %s waits: %v", keep, kind, told[kind])
			}
		}
	}
}

func TestEachWearerIsToldOfTheirOwnPart(t *testing.T) {
	o := options(2)
	o.Room.Private = true
	r := newRig(t, o)
	own := func(when string, want ...pipeline.Event) {
		t.Helper()
		if diff := cmp.Diff(want, r.p.Own(nil)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", when, diff)
		}
		if again := r.p.Own(nil); len(again) > 0 {
			t.Errorf("%s: told twice: %v", when, again)
		}
	}
	of := func(wearer string, v pipeline.Value) pipeline.Event { return pipeline.Event{Wearer: wearer, Value: v} }
	own("nothing happened")
	r.start(room.Together, "a")
	own("a starts", of("a", pipeline.Part{Of: room.Together, Joined: true, Private: true}))
	r.start(room.Together, "b")
	own("b joins", of("b", pipeline.Part{Of: room.Together, Joined: true, Private: true}))
	r.must(pipeline.Command{Name: pipeline.CommandSensing, Wearer: "a"})
	own("a leaves", of("a", pipeline.Part{Of: room.Together, Private: true}))
	r.must(pipeline.Command{Name: pipeline.CommandEndSession})
	own("b ends it", of("b", pipeline.Part{Of: room.Together, Private: true}))
	r.must(pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a", Keep: pipeline.KeepRest})
	r.must(pipeline.Command{Name: pipeline.CommandShare, Wearer: "b", Share: pipeline.ShareState})
	r.must(pipeline.Command{Name: pipeline.CommandCues, Origin: socket})
	own("settings are lowered", of("a", pipeline.Choice{Name: "keep", Word: "rest"}), of("a", pipeline.Choice{Name: "cues", Word: "off"}),
		of("b", pipeline.Choice{Name: "share", Word: "state"}), of("b", pipeline.Choice{Name: "cues", Word: "off"}))
}

// byAnother is a command as it comes from b's page.
func byAnother(c pipeline.Command) pipeline.Command {
	c.Origin = pipeline.Origin{Source: pipeline.SourcePage, Wearer: "b"}
	return c
}

func TestAnAnswerIsTheWearersOwnAndOnlyInASession(t *testing.T) {
	answer := func(wearer, word string) pipeline.Command {
		return pipeline.Command{Name: pipeline.CommandAnswer, Wearer: wearer, Text: word}
	}
	r := newRig(t, options(1))
	told := func(c pipeline.Command) (words []string) {
		events, _ := r.do(c)
		for _, e := range events {
			if v, ok := e.Value.(pipeline.Answered); ok && e.Wearer == "a" {
				words = append(words, v.Word)
			}
		}
		return words
	}
	if w := told(answer("a", "space")); w != nil {
		t.Errorf("outside a session: %v", w)
	}
	r.start(room.Alone, "a")
	for _, tt := range []struct {
		name   string
		asked  bool // before
		answer pipeline.Command
		want   []string
	}{
		{"the own answer", true, answer("a", "space"), []string{"space"}},
		{"another answer to a question that is answered", false, answer("a", "touch"), nil},
		{"an answer in nobody's name", true, answer("", "touch"), nil},
		{"an answer by another's page", true, byAnother(answer("a", "touch")), nil},
		{"that all is fine for now", true, answer("a", "fine_for_now"), nil},
		{"a word that is no answer", true, answer("a", "perhaps"), nil},
		{"stop, which needs no question", false, answer("a", "stop"), []string{"stop"}},
		{"stop again, after the end", false, answer("a", "stop"), nil},
	} {
		if tt.asked {
			r.must(pipeline.Command{Name: pipeline.CommandCheckIn})
		}
		if got := told(tt.answer); !cmp.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

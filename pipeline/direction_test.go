package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// way is a way in which a command can come to wearer a.
type way struct {
	name   string
	origin pipeline.Origin
}

// ways is every way there is.
func ways() []way {
	return []way{
		{"mqtt", pipeline.Origin{Source: pipeline.SourceMQTT}},
		{"the local socket", socket},
		{"the own page", pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}},
		{"another's page", pipeline.Origin{Source: pipeline.SourcePage, Wearer: "b"}},
		{"a page without a token", pipeline.Origin{Source: pipeline.SourcePage}},
		{"the own button", pipeline.Origin{Source: pipeline.SourceButton, Wearer: "a"}},
		{"another's button", pipeline.Origin{Source: pipeline.SourceButton, Wearer: "b"}},
		{"the room's button", pipeline.Origin{Source: pipeline.SourceButton}},
		{"boot", pipeline.Origin{Source: pipeline.SourceBoot}},
	}
}

// starts says for each start_from which ways are the wearer's own act.
var starts = []struct {
	from []pipeline.Source
	own  []string
}{
	{nil, []string{"the local socket"}},
	{[]pipeline.Source{pipeline.SourceButton, pipeline.SourcePage}, []string{"the local socket", "the own page", "the own button"}},
	{[]pipeline.Source{pipeline.SourceButton}, []string{"the local socket", "the own button"}},
	{[]pipeline.Source{pipeline.SourcePage}, []string{"the local socket", "the own page"}},
	{[]pipeline.Source{pipeline.SourceMQTT}, []string{"the local socket", "mqtt"}},
	{[]pipeline.Source{pipeline.SourceBoot}, []string{"the local socket", "boot"}},
}

func startName(from []pipeline.Source) string {
	var words []string
	for _, s := range from {
		words = append(words, s.String())
	}
	return "start_from [" + strings.Join(words, ", ") + "]"
}

// more are the commands that sense, share, keep or steer more, with what has to come of them.
var more = []struct {
	name string
	c    pipeline.Command
	done func(p *pipeline.Pipeline) bool
}{
	{"resume", pipeline.Command{Name: pipeline.CommandResume, Wearer: "a"}, func(p *pipeline.Pipeline) bool { return p.Sensed(0) }},
	{"sensing on", pipeline.Command{Name: pipeline.CommandSensing, Wearer: "a", On: true}, func(p *pipeline.Pipeline) bool { return p.Sensed(0) }},
	{"start_session", pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "a", Session: room.Alone},
		func(p *pipeline.Pipeline) bool {
			return p.Sensed(0) && p.Room().Session == room.Alone && p.Room().Members[0]
		}},
	{"share full", pipeline.Command{Name: pipeline.CommandShare, Wearer: "a", Share: pipeline.ShareFull},
		func(p *pipeline.Pipeline) bool { return p.Settings().Wearers[0].Share == pipeline.ShareFull }},
	{"keep journal", pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a", Keep: pipeline.KeepJournal},
		func(p *pipeline.Pipeline) bool { return p.Settings().Wearers[0].Keep == pipeline.KeepJournal }},
	{"cues on", pipeline.Command{Name: pipeline.CommandCues, On: true}, func(p *pipeline.Pipeline) bool { return p.Settings().Wearers[0].Cues }},
}

// lowered is a hub on which wearer a has everything off and lowered, and would be allowed everything.
func lowered(tb failer, wearers int, from []pipeline.Source) *rig {
	o := options(wearers, from...)
	for _, w := range o.Wearers {
		o.Settings.Wearers = append(o.Settings.Wearers, pipeline.WearerSettings{Wearer: w.ID, Paused: true})
	}
	return newRig(tb, o)
}

func TestMoreNeedsTheWearersOwnAct(t *testing.T) {
	for _, s := range starts {
		for _, m := range more {
			for _, w := range ways() {
				t.Run(fmt.Sprintf("%s/%s by %s", startName(s.from), m.name, w.name), func(t *testing.T) {
					r := lowered(t, 1, s.from)
					before, revision := r.p.Settings(), r.p.Revision()
					m.c.Origin = w.origin
					events, why := r.do(m.c)
					if slices.Contains(s.own, w.name) {
						if why != "" || !m.done(r.p) {
							t.Errorf("an own act: refused %q, done %v", why, m.done(r.p))
						}
						return
					}
					if why == "" || m.done(r.p) || len(events) != 1 || events[0].Wearer != m.c.Wearer {
						t.Errorf("not an own act: %+v, done %v: want one refusal of wearer %q", events, m.done(r.p), m.c.Wearer)
					}
					if diff := cmp.Diff(before, r.p.Settings()); diff != "" || r.p.Revision() != revision {
						t.Errorf("a refusal changed the settings: %s", diff)
					}
				})
			}
		}
	}
}

// less are the commands that anyone may give in any way.
var less = []struct {
	name string
	c    pipeline.Command
	done func(p *pipeline.Pipeline) bool
}{
	{"pause", pipeline.Command{Name: pipeline.CommandPause},
		func(p *pipeline.Pipeline) bool { return !p.Sensed(0) && !p.Sensed(1) && p.Room().Paused }},
	{"end_session", pipeline.Command{Name: pipeline.CommandEndSession},
		func(p *pipeline.Pipeline) bool {
			return p.Room().Session == room.NoSession && !p.Sensed(0) && !p.Sensed(1)
		}},
	{"stop_practice", pipeline.Command{Name: pipeline.CommandStopPractice}, func(p *pipeline.Pipeline) bool { return p.Room().Practice == "" }},
	{"cues off", pipeline.Command{Name: pipeline.CommandCues}, func(p *pipeline.Pipeline) bool {
		return !p.Room().Cues && !p.Settings().Wearers[0].Cues && !p.Settings().Wearers[1].Cues
	}},
	{"sensing off", pipeline.Command{Name: pipeline.CommandSensing, Wearer: "a"},
		func(p *pipeline.Pipeline) bool { return !p.Sensed(0) && p.Sensed(1) && !p.Room().Members[0] }},
	{"share none", pipeline.Command{Name: pipeline.CommandShare, Wearer: "a"},
		func(p *pipeline.Pipeline) bool { return p.Settings().Wearers[0].Share == pipeline.ShareNone }},
	{"share state", pipeline.Command{Name: pipeline.CommandShare, Wearer: "a", Share: pipeline.ShareState},
		func(p *pipeline.Pipeline) bool { return p.Settings().Wearers[0].Share == pipeline.ShareState }},
	{"keep nothing", pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a"},
		func(p *pipeline.Pipeline) bool { return p.Settings().Wearers[0].Keep == pipeline.KeepNothing }},
	{"keep rest", pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a", Keep: pipeline.KeepRest},
		func(p *pipeline.Pipeline) bool { return p.Settings().Wearers[0].Keep == pipeline.KeepRest }},
	{"check_in", pipeline.Command{Name: pipeline.CommandCheckIn}, func(p *pipeline.Pipeline) bool { return p.Room().CheckIn }},
	{"the answer stop", pipeline.Command{Name: pipeline.CommandAnswer, Text: "stop"},
		func(p *pipeline.Pipeline) bool {
			return p.Room().Session == room.NoSession && !p.Sensed(0) && !p.Sensed(1)
		}},
	{"a wearer's answer stop", pipeline.Command{Name: pipeline.CommandAnswer, Text: "stop", Wearer: "b"},
		func(p *pipeline.Pipeline) bool {
			return p.Room().Session == room.NoSession && !p.Sensed(0) && !p.Sensed(1)
		}},
}

// inSession is a hub in which a and b are in a session together and a breath practice runs.
func inSession(tb failer, from ...pipeline.Source) *rig {
	r := newRig(tb, options(2, from...))
	r.start(room.Together, "a", "b")
	r.must(pipeline.Command{Name: pipeline.CommandPractice, Text: "breath"})
	r.pass(time.Second)
	return r
}

func TestLessIsAnyonesAndARepeatChangesNothing(t *testing.T) {
	for _, l := range less {
		for _, w := range ways() {
			t.Run(l.name+" by "+w.name, func(t *testing.T) {
				r := inSession(t) // start_from names nothing
				l.c.Origin = w.origin
				if l.done(r.p) {
					t.Fatal("the test begins where it should end")
				}
				r.must(l.c)
				if !l.done(r.p) {
					t.Error("not done")
				}
				before, revision := r.p.Settings(), r.p.Revision()
				if events := r.must(l.c); len(events) != 0 && l.c.Name != pipeline.CommandEndSession {
					t.Errorf("a repeat told %+v", events)
				}
				if diff := cmp.Diff(before, r.p.Settings()); diff != "" || r.p.Revision() != revision || !l.done(r.p) {
					t.Errorf("a repeat changed the settings: %s", diff)
				}
			})
		}
	}
}

func TestNothingResumesByARepeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := inSession(t)
		r.must(pipeline.Command{Name: pipeline.CommandPause})
		for range rapid.IntRange(1, 30).Draw(t, "n") {
			c := less[rapid.IntRange(0, len(less)-1).Draw(t, "command")].c
			c.Origin = ways()[rapid.IntRange(0, len(ways())-1).Draw(t, "way")].origin
			r.do(c)
			r.pass(rapid.SampledFrom([]time.Duration{0, tick, time.Minute}).Draw(t, "wait"))
			if r.p.Sensed(0) || r.p.Sensed(1) {
				t.Fatalf("%s resumed", c.Name)
			}
		}
	})
}

func TestAPauseIsHubWideAndOutlastsARestart(t *testing.T) {
	r := inSession(t)
	r.must(pipeline.Command{Name: pipeline.CommandPause, Origin: pipeline.Origin{Source: pipeline.SourceMQTT}})
	saved := r.p.Settings()
	o := options(2, pipeline.SourceBoot)
	o.Settings = saved
	again := newRig(t, o)
	for i := range 2 {
		if r.p.Sensed(i) || !saved.Wearers[i].Paused || again.p.Sensed(i) {
			t.Errorf("wearer %d: sensed %v, saved %+v, sensed after the restart %v", i, r.p.Sensed(i), saved.Wearers[i], again.p.Sensed(i))
		}
	}
}

func TestAWearerWithoutSettingsStartsPaused(t *testing.T) {
	r := newRig(t, options(2, pipeline.SourceMQTT))
	if r.p.Sensed(0) || r.p.Sensed(1) || r.p.Sensed(7) {
		t.Error("somebody is sensed")
	}
}

func TestResumingClearsTheOwnBitOnly(t *testing.T) {
	r := inSession(t)
	r.must(pipeline.Command{Name: pipeline.CommandPause})
	events := r.must(pipeline.Command{Name: pipeline.CommandResume, Wearer: "a", Origin: socket})
	if !r.p.Sensed(0) || r.p.Sensed(1) || !r.p.Room().Paused || len(of[room.Session](events)) != 0 {
		t.Errorf("a resumed: a sensed %v, b sensed %v, room paused %v", r.p.Sensed(0), r.p.Sensed(1), r.p.Room().Paused)
	}
	events = r.must(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "b", Session: room.Alone, Origin: socket})
	want := []room.Session{{Of: room.Together, Phase: room.PhaseResume}}
	if diff := cmp.Diff(want, of[room.Session](events)); diff != "" || !r.p.Sensed(1) || r.p.Room().Paused {
		t.Errorf("b's start in a paused session is b's resume: %s", diff)
	}
}

func TestTheRoomGoesOnWhenWhoDidNotResumeHasLeft(t *testing.T) {
	r := inSession(t)
	r.must(pipeline.Command{Name: pipeline.CommandPause})
	r.must(pipeline.Command{Name: pipeline.CommandResume, Wearer: "a", Origin: socket})
	r.must(pipeline.Command{Name: pipeline.CommandSensing, Wearer: "b"})
	if st := r.p.Room(); st.Paused || st.Session != room.Together || !r.p.Sensed(0) || r.p.Sensed(1) {
		t.Errorf("%+v", st)
	}
}

func TestTheEndOfASessionIsTheEndOfBeingSensed(t *testing.T) {
	o := options(2)
	o.Wearers[1].StartFrom = []pipeline.Source{pipeline.SourceBoot}
	ends := []struct {
		name string
		end  func(r *rig)
	}{
		{"end_session", func(r *rig) { r.must(pipeline.Command{Name: pipeline.CommandEndSession}) }},
		{"the answer stop", func(r *rig) { r.must(pipeline.Command{Name: pipeline.CommandAnswer, Text: "stop"}) }},
		{"15 min without contact", func(r *rig) { r.pass(16 * time.Minute) }},
	}
	for _, e := range ends {
		t.Run(e.name, func(t *testing.T) {
			r := newRig(t, o)
			r.start(room.Together, "a", "b")
			e.end(r)
			if r.p.Sensed(0) || !r.p.Sensed(1) || r.p.Room().Session != room.NoSession {
				t.Errorf("a, not always on: sensed %v; b, with boot: sensed %v", r.p.Sensed(0), r.p.Sensed(1))
			}
		})
	}
}

func TestTheContactOfWhoHasLeftDoesNotKeepASessionAlive(t *testing.T) {
	samples, s := body(t, "rest", 20*time.Second)
	o := options(1)
	rested(&o, s)
	r := newRig(t, o)
	r.start(room.Alone, "a")
	if got := of[dsp.Signal](r.play(samples, 20*time.Second)); !slices.ContainsFunc(got, func(s dsp.Signal) bool { return s.Contact }) {
		t.Fatal("no contact was found")
	}
	r.must(pipeline.Command{Name: pipeline.CommandSensing, Wearer: "a"})
	r.must(pipeline.Command{Name: pipeline.CommandScene, Text: "settled"})
	r.pass(16 * time.Minute)
	if st := r.p.Room(); st.Session != room.NoSession {
		t.Errorf("a session of kind %v still runs", st.Session)
	}
}

func TestTheContactOfWhoHasLeftDoesNotKeepTheOthersSessionAlive(t *testing.T) {
	samples, _ := body(t, "rest", 20*time.Second)
	r := newRig(t, options(2))
	r.start(room.Together, "a", "b")
	r.play(samples, 20*time.Second) // b never wears anything
	r.must(pipeline.Command{Name: pipeline.CommandSensing, Wearer: "a"})
	r.pass(16 * time.Minute)
	if st := r.p.Room(); st.Session != room.NoSession {
		t.Errorf("a session of kind %v still runs", st.Session)
	}
}

func TestAPracticeByHandSensesNobodyAndGivesWayToAWearersStart(t *testing.T) {
	r := newRig(t, options(2))
	r.must(pipeline.Command{Name: pipeline.CommandScene, Text: "settled", Origin: pipeline.Origin{Source: pipeline.SourceMQTT}})
	if st := r.p.Room(); st.Session != room.PracticeSession || r.p.Sensed(0) || r.p.Sensed(1) {
		t.Fatalf("by hand: %+v", st)
	}
	events := r.must(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "a", Origin: socket})
	want := []room.Session{{Of: room.PracticeSession, Phase: room.PhaseEnd}, {Of: room.Together, Phase: room.PhaseStart}}
	if diff := cmp.Diff(want, of[room.Session](events)); diff != "" || !r.p.Sensed(0) || r.p.Sensed(1) {
		t.Errorf("a sensed %v, b sensed %v: %s", r.p.Sensed(0), r.p.Sensed(1), diff)
	}
}

// Two bodies in one session are told and kept as two: who joins somebody that began alone makes it a session together.
func TestAStartWithoutAKindJoinsTheRunningSession(t *testing.T) {
	for kind, becomes := range map[room.SessionKind]room.SessionKind{
		room.Alone: room.Together, room.Together: room.Together, room.Night: room.Night, room.PracticeSession: room.Together,
	} {
		r := newRig(t, options(2))
		r.start(kind, "a")
		r.start(room.NoSession, "b")
		if st := r.p.Room(); st.Session != becomes || !st.Members[0] || !st.Members[1] {
			t.Errorf("in a session of kind %v: %+v", kind, st)
		}
	}
	for wearers, want := range map[int]room.SessionKind{1: room.Alone, 2: room.Together} {
		r := newRig(t, options(wearers))
		r.start(room.NoSession, "a")
		if got := r.p.Room().Session; got != want {
			t.Errorf("with %d wearers it starts %v, want %v", wearers, got, want)
		}
	}
}

func TestNothingMoreIsToldOrKeptOnceSomebodyJoins(t *testing.T) {
	broker, history := pipeline.Audience{Kind: pipeline.AudienceBroker}, pipeline.Audience{Kind: pipeline.AudienceHistory}
	for _, private := range []bool{true, false} {
		for share := pipeline.ShareNone; share <= pipeline.ShareFull; share++ {
			o := options(2)
			o.Room.Private, o.Wearers[1].Share = private, share
			r := newRig(t, o)
			r.start(room.Alone, "a")
			before := r.p.Consent()
			if !before.Told() || before.ShareFor("a") != pipeline.ShareFull {
				t.Fatal("alone is told less than it may be: the test is blind")
			}
			events := r.must(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "b", Origin: socket})
			after := r.p.Consent()
			if r.p.Room().Session != room.Together || after.Private != private {
				t.Errorf("private %v: it becomes %+v", private, r.p.Room())
			}
			if private && (after.ShareFor("a") != pipeline.ShareNone || after.ShareFor("b") != pipeline.ShareNone) {
				t.Errorf("the broker gets %v of a and %v of b in a private session", after.ShareFor("a"), after.ShareFor("b"))
			}
			if told := !private && share >= pipeline.ShareState; after.Told() != told {
				t.Errorf("private %v, b shares %v: the kind is told: %v", private, share, after.Told())
			}
			state := pipeline.Event{Wearer: "a", Value: regulation.State{Name: regulation.Settled}}
			if _, kept := pipeline.Disclose(state, history, after); kept == private {
				t.Errorf("private %v: a's state is kept: %v", private, kept)
			}
			for _, e := range events {
				told, _ := pipeline.Disclose(e, broker, before.And(after))
				if s, ok := told.Value.(room.Session); ok && !after.Told() && (s.Of != room.NoSession || s.Private) {
					t.Errorf("the step that joins tells %+v", s)
				}
			}
		}
	}
}

func TestASessionIsJoinedByEachWearersOwnAct(t *testing.T) {
	r := newRig(t, options(2))
	r.start(room.Together, "a")
	if st := r.p.Room(); st.Members[1] || r.p.Sensed(1) {
		t.Error("b takes part without an own act")
	}
	if _, why := r.do(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "b", Session: room.Alone, Origin: socket}); why == "" {
		t.Error("a second session was started")
	}
	if r.p.Sensed(1) {
		t.Error("a refused start senses b")
	}
}

func TestShareAndKeepReturnUpToTheConfigAndNoFurther(t *testing.T) {
	o := options(1)
	o.Wearers[0].Share, o.Wearers[0].Keep, o.Wearers[0].Cues = pipeline.ShareState, pipeline.KeepSummaries, false
	o.Settings.Wearers = []pipeline.WearerSettings{{Wearer: "a", Share: pipeline.ShareFull, Keep: pipeline.KeepJournal, Cues: true}}
	r := newRig(t, o)
	check := func(when string, share pipeline.Share, keep pipeline.Keep) {
		t.Helper()
		if s := r.p.Settings().Wearers[0]; s.Share != share || s.Keep != keep || s.Cues {
			t.Errorf("%s: share %v, keep %v, cues %v", when, s.Share, s.Keep, s.Cues)
		}
	}
	check("stored settings above the config's are lowered", pipeline.ShareState, pipeline.KeepSummaries)
	share := func(s pipeline.Share) string {
		_, why := r.do(pipeline.Command{Name: pipeline.CommandShare, Wearer: "a", Share: s, Origin: socket})
		return why
	}
	keep := func(k pipeline.Keep) string {
		_, why := r.do(pipeline.Command{Name: pipeline.CommandKeep, Wearer: "a", Keep: k, Origin: socket})
		return why
	}
	if share(pipeline.ShareNone) != "" || keep(pipeline.KeepNothing) != "" {
		t.Error("lowering was refused")
	}
	check("lowered", pipeline.ShareNone, pipeline.KeepNothing)
	if share(pipeline.ShareFull) == "" || keep(pipeline.KeepJournal) == "" || share(9) == "" || keep(9) == "" {
		t.Error("raised above the config")
	}
	check("refused above the config", pipeline.ShareNone, pipeline.KeepNothing)
	if share(pipeline.ShareState) != "" || keep(pipeline.KeepSummaries) != "" {
		t.Error("returning to the config's was refused")
	}
	r.must(pipeline.Command{Name: pipeline.CommandCues, On: true, Origin: socket})
	check("returned to the config's; cues stay off as it says", pipeline.ShareState, pipeline.KeepSummaries)
}

func TestCuesComeBackByAPageForItsOwnWearerAlone(t *testing.T) {
	r := lowered(t, 2, []pipeline.Source{pipeline.SourcePage})
	r.must(pipeline.Command{Name: pipeline.CommandCues, On: true, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "b"}})
	if s := r.p.Settings(); s.Wearers[0].Cues || !s.Wearers[1].Cues {
		t.Errorf("a %v, b %v", s.Wearers[0].Cues, s.Wearers[1].Cues)
	}
}

func TestCuesComeBackByMQTTOnlyWhereEveryStartFromSaysSo(t *testing.T) {
	o := options(2, pipeline.SourceMQTT)
	o.Wearers[1].StartFrom = nil
	o.Settings.Wearers = []pipeline.WearerSettings{{Wearer: "a"}, {Wearer: "b"}}
	r := newRig(t, o)
	if _, why := r.do(pipeline.Command{Name: pipeline.CommandCues, On: true}); why == "" || r.p.Room().Cues {
		t.Errorf("refused %q, cues %v", why, r.p.Room().Cues)
	}
}

func TestARestIsDeclaredOnlyWhileSensed(t *testing.T) {
	r := newRig(t, options(1))
	rest := pipeline.Command{Name: pipeline.CommandRestStart, Wearer: "a", Origin: pipeline.Origin{Source: pipeline.SourceMQTT}}
	if _, why := r.do(rest); why == "" {
		t.Error("a rest was declared while paused")
	}
	r.start(room.Alone, "a")
	r.must(rest)
	if _, why := r.do(rest); why == "" {
		t.Error("a second rest was declared")
	}
}

// A declared rest is learnt from: another's page must not say when this wearer rests.
func TestARestIsNotDeclaredByAnothersPage(t *testing.T) {
	r := newRig(t, options(2))
	r.start(room.Alone, "a")
	rest := pipeline.Command{Name: pipeline.CommandRestStart, Wearer: "a", Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "b"}}
	if _, why := r.do(rest); why == "" || r.p.Rest(0).Phase == regulation.RestRunning {
		t.Errorf("b's page declared a's rest: %q, %v", why, r.p.Rest(0).Phase)
	}
	rest.Origin.Wearer = "a"
	r.must(rest)
}

func TestARestIsStoppedByAnybodyAndNeverResumes(t *testing.T) {
	for _, source := range []pipeline.Source{pipeline.SourceMQTT, pipeline.SourceSocket, pipeline.SourcePage, pipeline.SourceButton} {
		r := newRig(t, options(1))
		r.start(room.Alone, "a")
		r.must(pipeline.Command{Name: pipeline.CommandRestStart, Wearer: "a", Origin: socket})
		for range 2 {
			r.must(pipeline.Command{Name: pipeline.CommandRestStop, Wearer: "a", Origin: pipeline.Origin{Source: source, Wearer: "b"}})
			if rest := r.p.Rest(0); rest.Phase != regulation.RestCut {
				t.Errorf("by %v: %+v, want stopped", source, rest)
			}
		}
	}
}

func TestAnOwnRestIsForgottenOnTheMachineItselfOnly(t *testing.T) {
	for _, row := range []struct {
		name   string
		origin pipeline.Origin
		gone   bool
	}{
		{"the local socket", socket, true},
		{"MQTT, even where it may start", pipeline.Origin{Source: pipeline.SourceMQTT}, false},
		{"the own page", pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}, false},
		{"another's page", pipeline.Origin{Source: pipeline.SourcePage, Wearer: "b"}, false},
		{"a button", pipeline.Origin{Source: pipeline.SourceButton, Wearer: "a"}, false},
		{"the start of the daemon", pipeline.Origin{Source: pipeline.SourceBoot}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := options(2, pipeline.SourceMQTT, pipeline.SourcePage, pipeline.SourceButton, pipeline.SourceBoot)
			minutes := regulation.Baseline{Minutes: []regulation.RestMinute{{HeartRate: dsp.Some(62)}}}
			o.Settings.Wearers = []pipeline.WearerSettings{{Wearer: "a", Paused: true, Baseline: minutes}, {Wearer: "b", Paused: true, Baseline: minutes}}
			r := newRig(t, o)
			before := r.p.Revision()
			_, why := r.do(pipeline.Command{Name: pipeline.CommandRestForget, Wearer: "a", Origin: row.origin})
			left, stored := len(r.p.Baseline(0).Minutes), len(r.p.Settings().Wearers[0].Baseline.Minutes)
			if gone := left == 0 && stored == 0 && r.p.Revision() > before; gone != row.gone || (why == "") != row.gone {
				t.Errorf("refused %q, %d minutes left, %d in the settings, revision from %d to %d", why, left, stored, before, r.p.Revision())
			}
			if len(r.p.Baseline(1).Minutes) != 1 {
				t.Error("another wearer's rest is gone")
			}
		})
	}
}

func TestACommandForNobodyIsRefusedOnTheRoom(t *testing.T) {
	for _, name := range []pipeline.CommandName{pipeline.CommandResume, pipeline.CommandStartSession, pipeline.CommandSensing,
		pipeline.CommandShare, pipeline.CommandKeep, pipeline.CommandRestStart, pipeline.CommandRestStop, pipeline.CommandRestForget, "dance"} {
		for _, wearer := range []string{"", "c"} {
			r := newRig(t, options(2))
			events, why := r.do(pipeline.Command{Name: name, Wearer: wearer, Origin: socket})
			if why == "" || len(events) != 1 || events[0].Wearer != "" || r.p.Revision() != 0 {
				t.Errorf("%s of %q: %+v", name, wearer, events)
			}
		}
	}
}

func TestTheRevisionChangesExactlyWhenSettingsDo(t *testing.T) {
	names := []pipeline.CommandName{pipeline.CommandPause, pipeline.CommandEndSession, pipeline.CommandStopPractice, pipeline.CommandResume,
		pipeline.CommandStartSession, pipeline.CommandCues, pipeline.CommandCheckIn, pipeline.CommandAnswer, pipeline.CommandScene,
		pipeline.CommandPractice, pipeline.CommandNightCeiling, pipeline.CommandSensing, pipeline.CommandShare, pipeline.CommandKeep}
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t, options(2, pipeline.SourceMQTT))
		settings, revision := r.p.Settings(), r.p.Revision()
		check := func(after string) {
			now, n := r.p.Settings(), r.p.Revision()
			if diff := cmp.Diff(settings, now); (diff != "") != (n != revision) {
				t.Fatalf("after %s the revision went from %d to %d, and the settings by %s", after, revision, n, diff)
			}
			settings, revision = now, n
		}
		for range rapid.IntRange(1, 40).Draw(t, "n") {
			c := pipeline.Command{
				Name: rapid.SampledFrom(names).Draw(t, "name"), Wearer: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "wearer"),
				Session: room.SessionKind(rapid.IntRange(0, 4).Draw(t, "kind")), On: rapid.Bool().Draw(t, "on"),
				Text:  rapid.SampledFrom([]string{"stop", "space", "settled", "auto", "breath"}).Draw(t, "text"),
				Share: pipeline.Share(rapid.IntRange(0, 2).Draw(t, "share")), Keep: pipeline.Keep(rapid.IntRange(0, 3).Draw(t, "keep")),
			}
			r.do(c)
			check(string(c.Name))
			for range rapid.SampledFrom([]int{1, 100, 2000, 15000}).Draw(t, "ticks") {
				r.pass(tick)
				if n := r.p.Revision(); n != revision {
					check("a tick")
				}
			}
			check("silence")
			r.p.Lamp(nil, r.now, room.LampReport{Lamp: "bed", On: dsp.Some(1), Brightness: dsp.Some(float64(rapid.IntRange(1, 100).Draw(t, "seen")))})
			check("a lamp's report")
		}
	})
}

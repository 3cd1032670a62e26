package pipeline_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
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
	"hubd/wire"
)

// Canaries: whatever rounding a number meets on its way out, it holds 777; whatever a text is put into, it holds canary. The room's
// own numbers, which anyone may see, are 31.
const (
	number = 777.0
	text   = "canary"
	long   = 777 * time.Second
	own    = 31.0
	late   = 5 * time.Second // At of every event
)

func some() dsp.Maybe { return dsp.Some(number) }

// never is a level of keeping above all there are.
const never = pipeline.KeepJournal + 1

// specimen is one kind of Value full of canaries, and what may be told of it.
type specimen struct {
	value  pipeline.Value
	wearer string // whose it is; empty: the room's

	// What others may have (the broker, another's page) by the wearer's share; for a Value of the room, by the least share of the
	// session. nil: nothing.
	none, state, full pipeline.Value

	// What the page of somebody who takes part in the session gets, where another shares nothing; nil: as others do.
	member pipeline.Value

	kept    pipeline.Keep // the least that stores it
	session bool          // and only inside a session
	closing bool          // also in the step in which a private session begins
}

// specimens has a row for every kind of Value (design sections 5.2, 6.2, 6.3).
func specimens() []specimen {
	stateFull := regulation.State{
		Name: regulation.Activated, Confidence: 0.7, Arousal: some(), Vagal: some(), Stage: regulation.StageFirst,
		Reasons: []regulation.Reason{{Feature: text, Z: number}}, Unknown: regulation.ReasonNone,
	}
	statePart := regulation.State{Name: regulation.Activated, Confidence: 0.7, Stage: regulation.StageFirst}
	signal := dsp.Signal{Channel: dsp.ChannelEDA, Contact: true, Quality: number, Reason: text}
	fault := dsp.Fault{T: late, Wearer: 0, Source: "ads1115@48", Reason: "no answer"}
	shared := dsp.Fault{T: late, Wearer: dsp.SharedWearer, Source: "ads1115@48", Reason: "no answer"}
	cue := room.Cue{
		Scene: text, Reason: text, Light: room.Light{Brightness: own, Kelvin: own, Transition: time.Second},
		Sound: room.Sound{LevelDB: dsp.Some(-own)}, Pace: room.Pace{BreathsPerMin: own}, Mark: room.Mark{Tone: true, Voice: text},
	}
	bare := cue
	bare.Scene, bare.Reason, bare.Pace, bare.Mark = "", "", room.Pace{}, room.Mark{}
	within := cue
	within.Scene, within.Reason, within.Mark = "", "", room.Mark{}
	result := pipeline.PracticeResult{
		Practice: text, Ran: long, CoherenceMean: some(), ArousalBefore: some(), ArousalAfter: some(),
		Pace: dsp.Swing{Pace: number, BPM: some()}, Tried: number, Judged: number,
	}
	reminder := room.Reminder{Words: "Time for a quiet moment."}
	lamp := room.LampCommand{Lamp: "bed", Brightness: dsp.Some(own), Transition: time.Second, Planned: late}
	refused := pipeline.Refused{Name: "resume", Reason: "only the wearer's own button or page can do this"}
	inside := pipeline.Refused{Name: "start_session", Reason: text, Inside: true}
	outside := pipeline.Refused{Name: "start_session", Inside: true}
	summaries, journal := pipeline.KeepSummaries, pipeline.KeepJournal
	return []specimen{
		{value: dsp.Beat{T: long, Amplitude: number, Quality: number}, wearer: "a", kept: journal, session: true},
		{value: dsp.IBI{T: long, Dur: long, Class: dsp.ClassNN}, wearer: "a", kept: journal, session: true},
		{value: dsp.SCR{Onset: long, Peak: 2 * long, Amplitude: number, HalfRecovery: some()}, wearer: "a", kept: journal, session: true},
		{value: dsp.Coherence{Ratio: some(), PhaseDeg: some(), Pace: number}, wearer: "a", kept: journal, session: true},
		{value: dsp.HeartRate{BPM: some()}, wearer: "a", full: dsp.HeartRate{BPM: some()}, kept: summaries},
		hrv(),
		{
			value: dsp.Respiration{T: long, Rate: some(), Quality: number}, wearer: "a",
			full: dsp.Respiration{T: long, Rate: some(), Quality: number}, kept: summaries,
		},
		{
			value: dsp.EDA{SCL: some(), SCRPerMin: some(), Calibrated: true}, wearer: "a",
			full: dsp.EDA{SCL: some(), SCRPerMin: some(), Calibrated: true}, kept: summaries,
		},
		{value: signal, wearer: "a", state: dsp.Signal{Channel: dsp.ChannelEDA, Contact: true}, full: signal, kept: summaries},
		{value: stateFull, wearer: "a", state: statePart, full: stateFull, kept: summaries},
		{
			value: regulation.Recovery{ArousalHalfLife: some(), HeartRateHalfLife: some()}, wearer: "a",
			full: regulation.Recovery{ArousalHalfLife: some(), HeartRateHalfLife: some()}, kept: journal, session: true,
		},
		{
			value: regulation.Night{Worn: long, Usable: long, LowestBPM: some(), MedianBPM: some(), RMSSD: some(), BreathingPerMin: some(), RestlessPeriods: some()}, wearer: "a", kept: summaries,
		},
		{value: dsp.Summary{Duration: long, Beats: number, MeanNN: some(), SDNN: some(), RMSSD: some(), PNN50: some(), UsablePercent: some()}, wearer: "a", kept: never},
		{value: fault, wearer: "a", state: fault, full: fault, kept: summaries},
		{value: shared, none: shared, state: shared, full: shared, kept: pipeline.KeepNothing},
		{value: refused, wearer: "a", none: refused, state: refused, full: refused, kept: never},
		{value: inside, wearer: "a", none: outside, state: inside, full: inside, kept: never},
		{value: inside, none: outside, state: inside, full: inside, kept: never},
		{
			value: regulation.Coregulation{Signal: "heart_rate", R: some(), Lag: some(), Significant: true},
			full:  regulation.Coregulation{Signal: "heart_rate", R: some(), Lag: some(), Significant: true}, kept: never,
		},
		{
			value: room.Session{Of: room.Together, Phase: room.PhasePause, Private: true}, none: room.Session{Phase: room.PhasePause},
			state: room.Session{Of: room.Together, Phase: room.PhasePause, Private: true},
			full:  room.Session{Of: room.Together, Phase: room.PhasePause, Private: true}, kept: never,
			member: room.Session{Of: room.Together, Phase: room.PhasePause, Private: true},
		},
		{value: room.CheckIn{Reason: text}, none: room.CheckIn{}, state: room.CheckIn{}, full: room.CheckIn{}, kept: never},
		{value: room.CheckIn{Reason: text}, wearer: "a", none: room.CheckIn{}, state: room.CheckIn{}, full: room.CheckIn{}, kept: never},
		{
			value: room.Practice{Name: text, Phase: room.PracticeDone}, state: room.Practice{Name: text, Phase: room.PracticeDone},
			full: room.Practice{Name: text, Phase: room.PracticeDone}, kept: never, member: room.Practice{Name: text, Phase: room.PracticeDone},
		},
		{value: result, wearer: "a", kept: journal, session: true},
		{value: pipeline.Wave{Channel: dsp.ChannelPulse, Points: []pipeline.WavePoint{{T: long, Value: some()}}}, wearer: "a", kept: never},
		{value: pipeline.Part{Of: room.Together, Joined: true, Private: true}, wearer: "a", kept: summaries},
		{value: pipeline.Part{Of: room.Together, Private: true}, wearer: "a", kept: summaries},
		{value: pipeline.Part{Of: room.Alone, Joined: true}, wearer: "a", kept: summaries},
		{value: pipeline.Part{Of: room.Alone}, wearer: "a", kept: summaries, closing: true},
		{value: pipeline.Choice{Name: text, Word: text}, wearer: "a", kept: summaries},
		{value: pipeline.Answered{Word: text}, wearer: "a", kept: journal},
		{value: reminder, none: reminder, state: reminder, full: reminder, kept: never},
		{value: cue, none: bare, state: cue, full: cue, kept: never, member: within},
		{value: lamp, none: lamp, state: lamp, full: lamp, kept: never},
	}
}

func hrv() specimen {
	v := dsp.HRV{
		Window: time.Minute, N: number, MeanNN: some(), SDNN: some(), RMSSD: some(), PNN50: some(), LF: some(), HF: some(), RSA: some(),
		RSALn: some(), ExcludedPercent: some(),
	}
	return specimen{value: v, wearer: "a", full: v, kept: pipeline.KeepSummaries}
}

func (s specimen) event() pipeline.Event {
	return pipeline.Event{Wearer: s.wearer, At: late, Value: s.value}
}

// atShare is what others may have of it at a share.
func (s specimen) atShare(share pipeline.Share) pipeline.Value {
	return [...]pipeline.Value{s.none, s.state, s.full}[share]
}

func TestEveryKindOfValueHasASpecimen(t *testing.T) {
	have := map[string]bool{}
	for _, s := range specimens() {
		have[fmt.Sprintf("%T", s.value)] = true
	}
	made := map[string]bool{}
	for _, pkg := range []string{"dsp", "regulation", "room", "pipeline"} {
		for _, name := range kinds(t, "../"+pkg) {
			made[pkg+"."+name] = true
		}
	}
	if len(made) < 20 {
		t.Fatalf("only %d kinds of Value found: the search is broken", len(made))
	}
	if diff := cmp.Diff(made, have); diff != "" {
		t.Errorf("what Disclose does with a Value has to stand in the table (-made +tested)\n%s", diff)
	}
}

// kinds gives the types of a package's sources that have a method Kind() string.
func kinds(t *testing.T, dir string) (names []string) {
	t.Helper()
	for _, f := range parsed(t, dir) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Name.Name != "Kind" || fn.Type.Params.NumFields() != 0 || fn.Type.Results.NumFields() != 1 {
				continue
			}
			recv := fn.Recv.List[0].Type
			if p, ok := recv.(*ast.StarExpr); ok {
				recv = p.X
			}
			names = append(names, recv.(*ast.Ident).Name)
		}
	}
	return names
}

// parsed reads the sources of a package without its tests.
func parsed(t *testing.T, dir string) (files []*ast.File) {
	t.Helper()
	paths, err := listed(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// circumstance is one of all the consents and listeners that the test goes through.
type circumstance struct {
	share   pipeline.Share // of a; b shares everything
	keep    pipeline.Keep
	private bool
	session bool // both take part
}

func circumstances() (all []circumstance) {
	for share := pipeline.ShareNone; share <= pipeline.ShareFull; share++ {
		for keep := pipeline.KeepNothing; keep <= pipeline.KeepJournal; keep++ {
			for _, private := range []bool{false, true} {
				for _, session := range []bool{false, true} {
					if session || !private {
						all = append(all, circumstance{share, keep, private, session})
					}
				}
			}
		}
	}
	return all
}

func (c circumstance) consent() pipeline.Consent {
	return pipeline.Consent{Private: c.private, InRoom: []pipeline.WearerConsent{
		{Wearer: "a", Share: c.share, Keep: c.keep, Session: c.session},
		{Wearer: "b", Share: pipeline.ShareFull, Keep: pipeline.KeepJournal, Session: c.session},
	}}
}

// others is what the broker or another's page may have.
func (s specimen) others(c circumstance, private bool) pipeline.Value {
	share := c.share
	switch {
	case private:
		share = pipeline.ShareNone
	case s.wearer != "" || c.session:
	case s.value.Kind() == "coregulation": // with nobody in a session there is no pair to tell of
		return nil
	default: // with nobody in a session there is nobody to tell of
		share = pipeline.ShareFull
	}
	return s.atShare(share)
}

// withinSession is what the page of somebody in the session gets of the room. b shares everything, so a's own share alone is no reason
// to withhold.
func (s specimen) withinSession(viewer string, c circumstance) pipeline.Value {
	switch {
	case viewer == "a" || c.share >= pipeline.ShareState:
		return s.full
	case s.member != nil:
		return s.member
	}
	return s.none
}

// wanted is the Value that an audience has to get; nil: nothing.
func (s specimen) wanted(a pipeline.Audience, c circumstance) pipeline.Value {
	switch a.Kind {
	case pipeline.AudienceLog, pipeline.AudienceMetrics:
		if f, ok := s.value.(dsp.Fault); ok {
			f.Wearer = dsp.SharedWearer
			return f
		}
		return nil
	case pipeline.AudienceHistory:
		if s.wearer != "" && c.private && !s.closing || c.keep < s.kept || s.session && !c.session {
			return nil
		}
		return s.value
	case pipeline.AudiencePage:
		if s.wearer != "" && a.Wearer == s.wearer {
			return s.value
		}
		if s.value.Kind() == "coregulation" {
			return nil
		}
		if s.wearer == "" && c.session && a.Wearer != "" {
			return s.withinSession(a.Wearer, c)
		}
		return s.others(c, false)
	case pipeline.AudienceBroker:
		return s.others(c, c.private)
	}
	return nil
}

func TestDiscloseGivesEachListenerItsPartAndNoMore(t *testing.T) {
	audiences := []pipeline.Audience{
		{Kind: pipeline.AudienceBroker}, {Kind: pipeline.AudienceBroker, Wearer: "a"}, {Kind: pipeline.AudienceLog},
		{Kind: pipeline.AudienceMetrics}, {Kind: pipeline.AudienceHistory}, {Kind: pipeline.AudiencePage, Wearer: "a"},
		{Kind: pipeline.AudiencePage, Wearer: "b"}, {Kind: pipeline.AudiencePage}, {Kind: 99, Wearer: "a"},
	}
	for _, s := range specimens() {
		for _, a := range audiences {
			for _, c := range circumstances() {
				got, ok := pipeline.Disclose(s.event(), a, c.consent())
				want := pipeline.Event{}
				if v := s.wanted(a, c); v != nil {
					want = pipeline.Event{Wearer: s.wearer, At: late, Value: v}
					if a.Kind == pipeline.AudienceLog || a.Kind == pipeline.AudienceMetrics || v == (room.CheckIn{}) {
						want.Wearer = ""
					}
				}
				if diff := cmp.Diff(want, got); diff != "" && (ok || want.Value != nil) || ok != (want.Value != nil) {
					t.Errorf("%s of %q to %+v under %+v: told %v (-want +got)\n%s", s.value.Kind(), s.wearer, a, c, ok, diff)
				}
			}
		}
	}
}

func TestAWearerWhoIsNotInTheConsentIsNotToldOf(t *testing.T) {
	for _, s := range specimens() {
		if s.wearer == "" {
			continue
		}
		for _, k := range []pipeline.AudienceKind{pipeline.AudienceBroker, pipeline.AudienceHistory, pipeline.AudiencePage} {
			if e, ok := pipeline.Disclose(s.event(), pipeline.Audience{Kind: k}, pipeline.Consent{}); ok {
				t.Errorf("audience %v gets %+v", k, e)
			}
		}
	}
}

func TestDiscloseLeavesTheEventAsItWas(t *testing.T) {
	for i, s := range specimens() {
		e := s.event()
		for _, c := range circumstances() {
			pipeline.Disclose(e, pipeline.Audience{Kind: pipeline.AudienceBroker}, c.consent())
		}
		if diff := cmp.Diff(specimens()[i].event(), e); diff != "" {
			t.Error(diff)
		}
	}
}

// canaries counts what must not be seen in a text.
func canaries(line []byte) int {
	return strings.Count(string(line), "777") + strings.Count(string(line), text)
}

func drawConsent(t *rapid.T, name string) pipeline.Consent {
	c := pipeline.Consent{Private: rapid.Bool().Draw(t, name+" private")}
	for _, w := range []string{"a", "b"} {
		c.InRoom = append(c.InRoom, pipeline.WearerConsent{
			Wearer: w, Share: pipeline.Share(rapid.IntRange(0, 2).Draw(t, name+" share")),
			Keep: pipeline.Keep(rapid.IntRange(0, 3).Draw(t, name+" keep")), Session: rapid.Bool().Draw(t, name+" session"),
		})
	}
	return c
}

func TestAndIsAsStrictAsEachOfTheTwo(t *testing.T) {
	all := specimens()
	rapid.Check(t, func(t *rapid.T) {
		c, d := drawConsent(t, "before"), drawConsent(t, "after")
		both := c.And(d)
		if diff := cmp.Diff(both, d.And(c), cmp.AllowUnexported(pipeline.WearerConsent{})); diff != "" {
			t.Fatalf("the order counts: %s", diff)
		}
		if diff := cmp.Diff(c, c.And(c), cmp.AllowUnexported(pipeline.WearerConsent{})); diff != "" {
			t.Fatalf("a consent and itself is another: %s", diff)
		}
		for _, s := range all {
			for k := pipeline.AudienceBroker; k <= pipeline.AudiencePage; k++ {
				e, ok := pipeline.Disclose(s.event(), pipeline.Audience{Kind: k}, both)
				if !ok {
					continue
				}
				told := canaries(wire.AppendEvent(nil, e))
				for _, one := range []pipeline.Consent{c, d} {
					alone, may := pipeline.Disclose(s.event(), pipeline.Audience{Kind: k}, one)
					if !may || told > canaries(wire.AppendEvent(nil, alone)) {
						t.Fatalf("%s to audience %v: told under both, not under %+v", s.value.Kind(), k, one)
					}
				}
			}
		}
		for _, w := range []string{"a", "b"} {
			if got, most := both.ShareFor(w), min(c.ShareFor(w), d.ShareFor(w)); got > most {
				t.Fatalf("share of %s: %v, want at most %v", w, got, most)
			}
		}
		if both.Told() && !(c.Told() && d.Told()) {
			t.Fatal("told under both, not under one of them")
		}
	})
}

func TestConsentIsWhatSettingsAndTheSessionSay(t *testing.T) {
	o := options(2)
	o.Room.Private = true
	o.Wearers[1].Share, o.Wearers[1].Keep = pipeline.ShareState, pipeline.KeepRest
	r := newRig(t, o)
	want := pipeline.Consent{InRoom: []pipeline.WearerConsent{
		{Wearer: "a", Share: pipeline.ShareFull, Keep: pipeline.KeepJournal},
		{Wearer: "b", Share: pipeline.ShareState, Keep: pipeline.KeepRest},
	}}
	check := func(when string) {
		t.Helper()
		if diff := cmp.Diff(want, r.p.Consent(), cmp.AllowUnexported(pipeline.WearerConsent{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", when, diff)
		}
	}
	check("before")
	r.start(room.Together, "a")
	want.Private, want.InRoom[0].Session = true, true
	check("a alone in a private session together")
	r.start(room.Together, "b")
	want.InRoom[1].Session = true
	check("both")
	r.must(pipeline.Command{Name: pipeline.CommandShare, Wearer: "a"})
	want.InRoom[0].Share = pipeline.ShareNone
	check("share lowered")
	r.must(pipeline.Command{Name: pipeline.CommandEndSession})
	want.Private, want.InRoom[0].Session, want.InRoom[1].Session = false, false, false
	check("after")
}

func TestTheStepThatOpensOrEndsAPrivateSessionIsPrivate(t *testing.T) {
	o := options(2)
	o.Room.Private = true
	r := newRig(t, o)
	tell := func(c pipeline.Command) (out []pipeline.Event) {
		before := r.p.Consent()
		events := r.must(c)
		both := r.p.Consent().And(before)
		for _, e := range events {
			if e, ok := pipeline.Disclose(e, pipeline.Audience{Kind: pipeline.AudienceBroker}, both); ok {
				out = append(out, e)
			}
		}
		return out
	}
	start := tell(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "a", Origin: socket})
	end := tell(pipeline.Command{Name: pipeline.CommandEndSession})
	got := slices.Concat(of[room.Session](start), of[room.Session](end))
	want := []room.Session{{Phase: room.PhaseStart}, {Phase: room.PhaseEnd}, {Phase: room.PhaseAfter}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestARefusalTellsNothingOfASessionThatIsNotTold(t *testing.T) {
	refusals := []pipeline.Command{
		{Name: pipeline.CommandStartSession, Wearer: "b", Session: room.Alone, Origin: socket},
		{Name: pipeline.CommandScene, Text: "nowhere"},
		{Name: pipeline.CommandPractice, Text: "nothing"},
	}
	for _, private := range []bool{true, false} {
		for _, c := range refusals {
			o := options(2)
			o.Room.Private = private
			r := newRig(t, o)
			r.start(room.Together, "a")
			events, why := r.do(c)
			if why == "" {
				t.Fatalf("%s was obeyed", c.Name)
			}
			e, _ := pipeline.Disclose(events[0], pipeline.Audience{Kind: pipeline.AudienceBroker}, r.p.Consent())
			want := why
			if private {
				want = ""
			}
			if v, ok := e.Value.(pipeline.Refused); !ok || v.Reason != want || v.Name != string(c.Name) {
				t.Errorf("private %v, %s: the broker gets %+v, want the reason %q", private, c.Name, e, want)
			}
		}
	}
}

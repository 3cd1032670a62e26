package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hubd/pipeline"
	"hubd/room"
)

// moving is a hub whose wearers' comfort in the config is that the room moves.
func moving(from ...pipeline.Source) pipeline.Options {
	o := options(2, from...)
	for i := range o.Room.Wearers {
		o.Room.Wearers[i].Comfort = room.Comfort{NotSteady: true, Ask: true, Never: []string{"noise"}}
	}
	return o
}

func comfort(s pipeline.Spares, o pipeline.Origin) pipeline.Command {
	return pipeline.Command{Name: pipeline.CommandComfort, Wearer: "a", Spares: &s, Origin: o}
}

// What to spare a wearer is the wearer's own to say, and going back towards the config's is more.
func TestWhoMaySayWhatToSpareAWearer(t *testing.T) {
	for _, s := range starts {
		for _, w := range ways() {
			r := newRig(t, moving(s.from...))
			_, why := r.do(comfort(pipeline.Spares{Steady: true}, w.origin))
			mine := w.name == "the local socket" || w.name == "the own page"
			if obeyed := why == ""; obeyed != mine {
				t.Errorf("%s: to spare more by %s: %q", startName(s.from), w.name, why)
			}
			r.must(comfort(pipeline.Spares{Steady: true, Never: []string{"red"}, LightFloor: 20}, socket))
			_, why = r.do(comfort(pipeline.Spares{Steady: true, Never: []string{"red"}}, w.origin))
			if obeyed := why == ""; obeyed != (mine && slices.Contains(s.own, w.name)) {
				t.Errorf("%s: to spare less by %s: %q", startName(s.from), w.name, why)
			}
		}
	}
	if _, why := newRig(t, moving()).do(pipeline.Command{Name: pipeline.CommandComfort, Wearer: "a", Origin: socket}); !strings.Contains(why, "nothing was said") {
		t.Errorf("without a word: %q", why)
	}
}

func TestWhatToSpareHoldsAtOnceAndOutlastsARestart(t *testing.T) {
	r := newRig(t, moving(pipeline.SourcePage))
	page := pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}
	r.must(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "a", Session: room.Alone, Origin: page})
	before := r.p.Revision()
	r.must(comfort(pipeline.Spares{}, page))
	if r.p.Revision() != before {
		t.Error("what changes nothing is stored anew")
	}
	told := r.must(comfort(pipeline.Spares{LightFloor: 45}, page))
	cues := of[room.Cue](told)
	if len(cues) != 1 || cues[0].Light.Brightness != 45 {
		t.Errorf("the cues that come of it: %+v", cues)
	}
	o := moving(pipeline.SourcePage)
	o.Settings = r.p.Settings()
	again := newRig(t, o)
	if s, _ := again.p.Settings().Wearer("a"); s.Spares.LightFloor != 45 {
		t.Errorf("after a restart %+v", s.Spares)
	}
	cues = of[room.Cue](again.must(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: "a", Session: room.Alone, Origin: page}))
	if len(cues) == 0 || cues[len(cues)-1].Light.Brightness != 45 {
		t.Errorf("after a restart the cues are %+v", cues)
	}
	again.must(pipeline.Command{Name: pipeline.CommandErase, Wearer: "a", Origin: socket})
	if s, _ := again.p.Settings().Wearer("a"); s.Spares.LightFloor != 45 {
		t.Errorf("an erasing forgot what to spare: %+v", s.Spares)
	}
}

// However often it is changed, what the config spares is spared, and with it the newest wish and nothing else.
func TestWhatTheConfigSparesIsSparedWhateverIsAsked(t *testing.T) {
	words := room.NeverWords()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []string {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(words), 0, 4, rapid.ID[string]).Draw(t, name)
		}
		config := room.Comfort{NotSteady: rapid.Bool().Draw(t, "moving"), LightFloor: rapid.Float64Range(0, 60).Draw(t, "floor"), Never: draw("config"), Ask: rapid.Bool().Draw(t, "ask")}
		s := pipeline.Spares{Never: draw("never"), LightFloor: rapid.Float64Range(0, 50).Draw(t, "own floor"), Steady: rapid.Bool().Draw(t, "steady"), Unasked: rapid.Bool().Draw(t, "unasked")}
		got := s.Over(config)
		for _, w := range words {
			want := slices.Contains(config.Never, w) || slices.Contains(s.Never, w)
			if slices.Contains(got.Never, w) != want {
				t.Fatalf("%s: of %v and %v comes %v", w, config.Never, s.Never, got.Never)
			}
		}
		if got.LightFloor != max(config.LightFloor, s.LightFloor) || got.NotSteady != (config.NotSteady && !s.Steady) || got.Ask != (config.Ask && !s.Unasked) {
			t.Fatalf("of %+v and %+v comes %+v", config, s, got)
		}
	})
}

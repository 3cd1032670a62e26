package hub

import (
	"slices"
	"testing"

	"hubd/acquire"
	"hubd/dsp"
	"hubd/pipeline"
	"hubd/wire"
)

func TestThePageSaysOfASourceWhatIsKnown(t *testing.T) {
	input := func(wearer uint8) acquire.Channel {
		return acquire.Channel{Channel: dsp.Channel{Wearer: wearer, Kind: dsp.ChannelPulse}}
	}
	worn := wornSources([]acquire.Options{
		{Bus: "main", Chips: []acquire.Chip{{Source: "a's", Channels: []acquire.Channel{input(0), input(0)}}, {Source: "both's", Channels: []acquire.Channel{input(0), input(1)}}}},
		{Bus: "other", Optical: []acquire.Optical{{Source: "b's", Wearer: 1, Interrupt: &acquire.Interrupt{Source: "b's line"}}}},
	})
	names := []string{"a's", "both's", "b's", "b's line", "button"}
	for _, c := range []struct {
		name          string
		paused        [2]bool
		lent          []string
		share         pipeline.Share // of b
		asked, untold []string
	}{
		{"both sensed", [2]bool{}, nil, pipeline.ShareState, names, nil},
		{"nobody sensed", [2]bool{true, true}, nil, pipeline.ShareState, []string{"button"}, nil},
		{"a sensed", [2]bool{false, true}, nil, pipeline.ShareState, []string{"a's", "both's", "button"}, nil},
		{"a bus lent", [2]bool{}, []string{"main"}, pipeline.ShareState, []string{"b's", "b's line", "button"}, nil},
		{"b shares nothing", [2]bool{}, nil, pipeline.ShareNone, names, []string{"b's", "b's line"}},
	} {
		s := wire.Status{Lent: c.lent}
		for _, name := range names {
			s.Sources = append(s.Sources, wire.SourceReport{Source: name})
		}
		if got := asked(sourcesFor("a", s, worn)); !slices.Equal(got, []string{"button"}) {
			t.Errorf("%s, before the first step: asked are %q", c.name, got)
		}
		for i, id := range []string{"a", "b"} {
			w := wire.WearerReport{ID: id, Status: wire.WearerOnline, Share: []pipeline.Share{pipeline.ShareNone, c.share}[i]}
			if c.paused[i] {
				w.Status = wire.WearerPaused
			}
			s.Wearers = append(s.Wearers, w)
		}
		got := sourcesFor("a", s, worn)
		var untold []string
		for _, src := range got {
			if !src.Told {
				untold = append(untold, src.Source)
			}
		}
		if !slices.Equal(asked(got), c.asked) || !slices.Equal(untold, c.untold) {
			t.Errorf("%s: asked are %q, not told %q; want %q and %q", c.name, asked(got), untold, c.asked, c.untold)
		}
	}
}

func asked(all []wire.PageSource) (names []string) {
	for _, s := range all {
		if s.Asked {
			names = append(names, s.Source)
		}
	}
	return names
}

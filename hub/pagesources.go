package hub

import (
	"slices"

	"hubd/acquire"
	"hubd/pipeline"
	"hubd/wire"
)

// wornSource is a source of a bus, and who depends on it.
type wornSource struct {
	name, bus string
	wearers   []int
}

// wornSources are the chips, and the lines that are looked at with one. A button's line is not among them: it is asked whoever is sensed.
func wornSources(buses []acquire.Options) (all []wornSource) {
	for _, b := range buses {
		for _, c := range b.Chips {
			s := wornSource{name: c.Source, bus: b.Bus}
			for _, ch := range c.Channels {
				if i := int(ch.Channel.Wearer); !slices.Contains(s.wearers, i) {
					s.wearers = append(s.wearers, i)
				}
			}
			all = append(all, s)
		}
		for _, c := range b.Optical {
			s := wornSource{name: c.Source, bus: b.Bus, wearers: []int{int(c.Wearer)}}
			all = append(all, s)
			if c.Interrupt != nil {
				s.name = c.Interrupt.Source
				all = append(all, s)
			}
		}
	}
	return all
}

// sourcesFor is what a wearer's page may say of each source, and what is known of it at all: one of paused wearers is not asked, nor one of a
// lent bus.
func sourcesFor(viewer string, s wire.Status, worn []wornSource) []wire.PageSource {
	out := make([]wire.PageSource, len(s.Sources))
	for i, src := range s.Sources {
		out[i] = wire.PageSource{Source: src.Source, Asked: true, Told: true}
		at := slices.IndexFunc(worn, func(w wornSource) bool { return w.name == src.Source })
		if at < 0 {
			continue
		}
		w := worn[at]
		out[i].Asked = !slices.Contains(s.Lent, w.bus) && slices.ContainsFunc(w.wearers, func(n int) bool {
			return n < len(s.Wearers) && s.Wearers[n].Status != wire.WearerPaused
		})
		if len(w.wearers) == 1 && w.wearers[0] < len(s.Wearers) { // what more than one depend on is nobody's own
			of := s.Wearers[w.wearers[0]]
			out[i].Told = of.ID == viewer || of.Share >= pipeline.ShareState
		}
	}
	return out
}

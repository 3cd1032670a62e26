package wire

import (
	"time"

	"hubd/pipeline"
	"hubd/regulation"
)

// Explainer says each change of a wearer's state in one line, for hubd replay --explain. The zero Explainer has heard nothing.
type Explainer struct{ last []explained }

// explained is what was last said of a wearer.
type explained struct {
	wearer string
	name   regulation.Name
	why    regulation.UnknownReason
}

// Apply appends one line, with its line end, where e changes the name of a wearer's state or why there is none; else dst comes
// back as it was. The line names up to three features that moved the state, each against the wearer's own rest.
func (x *Explainer) Apply(dst []byte, e pipeline.Event) []byte {
	s, ok := e.Value.(regulation.State)
	if !ok {
		return dst
	}
	is := explained{wearer: e.Wearer, name: s.Name, why: s.Unknown}
	from, known := "", false
	for i, was := range x.last {
		if was.wearer == e.Wearer {
			from, known = named(was.name, was.why), true
			x.last[i] = is
			if was == is {
				return dst
			}
		}
	}
	if !known {
		x.last = append(x.last, is)
	}
	return explain(dst, e, s, from)
}

func explain(dst []byte, e pipeline.Event, s regulation.State, from string) []byte {
	dst = clock(dst, int64(e.At/time.Second))
	dst = append(append(dst, "  "...), plain(e.Wearer)...)
	dst = append(dst, ": "...)
	if from != "" {
		dst = append(append(dst, from...), " -> "...)
	}
	dst = append(dst, named(s.Name, s.Unknown)...)
	dst = appendNumber(append(dst, ", confidence "...), s.Confidence, qualityDecimals)
	dst = axisWord(dst, ", arousal ", s.Arousal.Known, s.Arousal.Value)
	dst = axisWord(dst, ", vagal ", s.Vagal.Known, s.Vagal.Value)
	dst = append(append(dst, ", stage "...), s.Stage.String()...)
	for i, r := range s.Reasons[:min(len(s.Reasons), 3)] {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		dst = append(append(dst, separator...), direction(r)...)
	}
	return append(dst, '\n')
}

func axisWord(dst []byte, name string, known bool, z float64) []byte {
	if !known {
		return append(append(dst, name...), "not known"...)
	}
	return appendNumber(append(dst, name...), z, axisDecimals)
}

// named is a state in brief, with the reason where nothing is named.
func named(n regulation.Name, r regulation.UnknownReason) string {
	if w := why(r); n == regulation.Unknown && w != "" {
		return brief(n) + " (" + w + ")"
	}
	return brief(n)
}

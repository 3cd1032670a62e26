package wire

import (
	"math"
	"strconv"
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

// ExplainSession appends what a session leaves behind of one wearer, for hubd replay --explain: how its time was spent, and what is known of
// the wearer's own rest.
func ExplainSession(dst []byte, wearer string, s regulation.Shares, p regulation.Portrait) []byte {
	dst = append(append(dst, "in all  "...), plain(wearer)...)
	dst = append(dst, ": "...)
	if s.Seconds() == 0 {
		dst = append(dst, "not sensed"...)
	}
	separator := ""
	for _, n := range [...]regulation.Name{regulation.Settled, regulation.Engaged, regulation.Activated, regulation.Withdrawn, regulation.Unknown} {
		if s[n] == 0 {
			continue
		}
		dst = append(append(dst, separator...), brief(n)...)
		dst = strconv.AppendInt(append(dst, ' '), int64(math.Round(100*s.Of(n))), 10)
		dst = append(dst, " %"...)
		separator = ", "
	}
	return explainRest(append(dst, '\n'), wearer, p)
}

// plural adds an s where there is not one.
func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func explainRest(dst []byte, wearer string, p regulation.Portrait) []byte {
	dst = append(append(dst, "own rest of "...), plain(wearer)...)
	dst = strconv.AppendInt(append(dst, ": "...), int64(p.Minutes), 10)
	dst = append(dst, plural(" minute", p.Minutes)...)
	if p.Days > 0 {
		dst = strconv.AppendInt(append(dst, " on "...), int64(p.Days), 10)
		dst = append(dst, plural(" day", p.Days)...)
	}
	for _, m := range p.Measures {
		dst = append(append(dst, "; "...), plain(m.Name)...)
		dst = appendNumber(append(dst, ' '), m.Median, axisDecimals)
		dst = appendNumber(append(dst, " ("...), m.Lower, axisDecimals)
		dst = appendNumber(append(dst, " to "...), m.Higher, axisDecimals)
		dst = append(append(dst, ") "...), m.Unit...)
	}
	return append(dst, '\n')
}

package wire

import (
	"math"
	"strconv"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
)

// Explainer says each change of a wearer's state in one line, for hubd replay --explain. The zero Explainer has heard nothing.
type Explainer struct{ last []explained }

// explained is what was last said of a wearer.
type explained struct {
	wearer string
	words  string // the name, or why there is none and how far that is
}

// Apply appends one line, with its line end, where e changes the name of a wearer's state, why there is none, or how many quiet minutes
// are learnt; else dst comes back as it was. The line names up to three features that moved the state, each against the wearer's own rest.
func (x *Explainer) Apply(dst []byte, e pipeline.Event) []byte {
	s, ok := e.Value.(regulation.State)
	if !ok {
		return dst
	}
	is := explained{wearer: e.Wearer, words: named(s)}
	for i, was := range x.last {
		if was == is {
			return dst
		}
		if was.wearer == e.Wearer {
			x.last[i] = is
			return explain(dst, e, s, was.words)
		}
	}
	x.last = append(x.last, is)
	return explain(dst, e, s, "")
}

func explain(dst []byte, e pipeline.Event, s regulation.State, from string) []byte {
	dst = clock(dst, int64(e.At/time.Second))
	dst = append(append(dst, "  "...), plain(e.Wearer)...)
	dst = append(dst, ": "...)
	if from != "" {
		dst = append(append(dst, from...), " -> "...)
	}
	dst = append(dst, named(s)...)
	if s.Name != regulation.Unknown {
		dst = append(appendNumber(append(dst, ", "...), s.Confidence, qualityDecimals), " sure"...)
	}
	dst = axisWord(dst, "; heart and sweat ", s.Arousal)
	dst = axisWord(dst, ", rhythm ", s.Vagal)
	dst = append(dst, against(s)...)
	for i, r := range s.Reasons[:min(len(s.Reasons), 3)] {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		dst = append(append(dst, separator...), direction(r)...)
	}
	return append(dst, '\n')
}

// against says what the numbers are measured by, where there are any.
func against(s regulation.State) string {
	switch {
	case !s.Arousal.Known && !s.Vagal.Known:
		return ""
	case s.Stage == regulation.StageNew:
		return ", for now by what is usual"
	}
	return ", " + s.Stage.Words()
}

// axisWord says one side: 0 is as at the own rest, +1 one step further than it usually strays.
func axisWord(dst []byte, name string, z dsp.Maybe) []byte {
	dst = append(dst, name...)
	if !z.Known {
		return append(dst, "not read"...)
	}
	return appendSigned(dst, z.Value, reasonDecimals)
}

// named is a state in brief, with the reason where nothing is named; while learning, with how far that is.
func named(s regulation.State) string {
	w := why(s.Unknown)
	if s.Name != regulation.Unknown || w == "" {
		return s.Name.Brief()
	}
	if s.Unknown == regulation.ReasonLearning {
		w += ": " + strconv.Itoa(s.QuietMinutes) + " of " + strconv.Itoa(regulation.MinutesToLearn) + " quiet minutes"
		if s.DeclaredOnly {
			w += ", here by hubd rest only"
		}
	}
	return s.Name.Brief() + " (" + w + ")"
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
		dst = append(append(dst, separator...), n.Brief()...)
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
		dst = append(append(dst, "; "...), measureWords(m.Name)...)
		dst = appendNumber(append(dst, ' '), m.Median, reasonDecimals)
		dst = appendNumber(append(dst, " ("...), m.Lower, reasonDecimals)
		dst = appendNumber(append(dst, " to "...), m.Higher, reasonDecimals)
		dst = append(append(dst, ") "...), m.Unit...)
	}
	dst = append(dst, '\n')
	if words := UnlikeWords(p.Unlike); words != "" {
		dst = append(append(dst, words...), '\n')
	}
	return dst
}

package wire

import (
	"math"
	"strconv"

	"hubd/regulation"
)

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

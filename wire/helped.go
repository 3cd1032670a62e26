package wire

import (
	"math"
	"strconv"

	"hubd/regulation"
)

// ExplainHelped appends one line for each scene and practice that a wearer's arousal was seen around, for hubd replay --explain. It claims
// a difference only beyond the margin.
func ExplainHelped(dst []byte, wearer string, rows []regulation.HelpedRow) []byte {
	for _, r := range rows {
		kind := "scene "
		if r.Practice {
			kind = "practice "
		}
		dst = append(append(append(append(dst, "around  "...), plain(wearer)...), ": "...), kind...)
		dst = append(append(dst, plain(r.Name)...), ", "...)
		dst = strconv.AppendInt(dst, int64(r.Times), 10)
		dst = append(dst, plural(" time", r.Times)...)
		dst = appendNumber(append(dst, ": arousal "...), r.Before, axisDecimals)
		dst = appendNumber(append(dst, " before, "...), r.After, axisDecimals)
		dst = appendNumber(append(dst, " after, "...), r.Expected, axisDecimals)
		dst = append(append(append(dst, " expected without it: "...), difference(r)...), '\n')
	}
	return dst
}

func difference(r regulation.HelpedRow) string {
	size := math.Abs(r.Difference)
	if size <= r.Margin {
		return "no difference that can be told"
	}
	word := " lower"
	if r.Difference > 0 {
		word = " higher"
	}
	out := appendNumber(nil, size, axisDecimals)
	out = appendNumber(append(append(out, word...), ", give or take "...), r.Margin, axisDecimals)
	return string(out)
}

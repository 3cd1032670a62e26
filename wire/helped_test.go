package wire_test

import (
	"testing"

	"hubd/regulation"
	"hubd/wire"
)

func TestWhatHelpedIsSaidWithItsDoubt(t *testing.T) {
	soft := regulation.Doing{Name: "settled"}
	for _, row := range []struct {
		name string
		row  regulation.HelpedRow
		want string
	}{
		{"beyond the margin", regulation.HelpedRow{Doing: soft, Times: 12, Before: 1.2, After: 0.3, Expected: 0.7, Difference: -0.4, Margin: 0.25},
			"around  a: scene settled, 12 times: arousal 1.20 before, 0.30 after, 0.70 expected without it: 0.40 lower, give or take 0.25\n"},
		{"to the other side", regulation.HelpedRow{Doing: soft, Times: 9, After: 0.5, Difference: 0.5, Margin: 0.3},
			"around  a: scene settled, 9 times: arousal 0.00 before, 0.50 after, 0.00 expected without it: 0.50 higher, give or take 0.30\n"},
		{"inside it nothing is claimed", regulation.HelpedRow{Doing: regulation.Doing{Name: "breath", Practice: true}, Times: 1, Before: 1, After: 0.2, Expected: 0.6, Difference: -0.4, Margin: 1.1},
			"around  a: practice breath, 1 time: arousal 1.00 before, 0.20 after, 0.60 expected without it: no difference that can be told\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := string(wire.ExplainHelped(nil, "a", []regulation.HelpedRow{row.row})); got != row.want {
				t.Errorf("got  %swant %s", got, row.want)
			}
		})
	}
	if got := wire.ExplainHelped(nil, "a", nil); got != nil {
		t.Errorf("nothing was seen, and it says %q", got)
	}
}

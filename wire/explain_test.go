package wire_test

import (
	"testing"

	"hubd/regulation"
	"hubd/wire"
)

func TestWhatASessionLeavesBehindIsSaidInTwoLines(t *testing.T) {
	for _, row := range []struct {
		name string
		s    regulation.Shares
		p    regulation.Portrait
		want string
	}{
		{"of a stranger who was not sensed", regulation.Shares{}, regulation.Portrait{}, "in all  a: not sensed\nown rest of a: 0 minutes\n"},
		{"of somebody whose rest is known",
			regulation.Shares{regulation.Unknown: 25, regulation.Settled: 50, regulation.Activated: 25},
			regulation.Portrait{Minutes: 24, Days: 2, Measures: []regulation.Measure{{Name: "heart_rate", Unit: "/min", Median: 65, Lower: 63.5, Higher: 66.5, Minutes: 24}}},
			"in all  a: steady 50 %, wound up 25 %, not sure 25 %\nown rest of a: 24 minutes on 2 days; heart rate 65.0 (63.5 to 66.5) /min\n"},
		{"of somebody whose rest is far from what is usual", regulation.Shares{}, regulation.Portrait{Minutes: 3, Unlike: []string{"rmssd"}},
			"in all  a: not sensed\nown rest of a: 3 minutes\n" +
				"It lies far from what is usual in: rhythm from beat to beat. That may be how you are; or it was no rest. hubd is less sure with it.\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := string(wire.ExplainSession(nil, "a", row.s, row.p)); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}

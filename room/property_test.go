package room_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNoSequenceLeavesTheEnvelope drives rooms of any config through any acts, States, hands, faults, clocks and crashes, and checks
// every command and cue from outside, with nothing but what was asked and told. `make soak` runs a million of them.
func TestNoSequenceLeavesTheEnvelope(t *testing.T) {
	lives := 0
	rapid.Check(t, func(rt *rapid.T) {
		if lives++; lives%50000 == 0 {
			t.Logf("%d lives", lives)
		}
		e := newLife(rt)
		for range rapid.IntRange(3, 25).Draw(rt, "acts") {
			e.act()
			e.run(rapid.SampledFrom(waits).Draw(rt, "wait"))
		}
	})
}

var waits = []time.Duration{
	tick, tick, 400 * time.Millisecond, 400 * time.Millisecond, 3 * time.Second, 3 * time.Second,
	25 * time.Second, 25 * time.Second, 2 * time.Minute, 5 * time.Minute, 16 * time.Minute, 13 * time.Hour,
}

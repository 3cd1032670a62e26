package pipeline_test

import (
	"testing"
	"time"

	"hubd/regulation"
	"hubd/room"
	"hubd/synth"
)

// TestTwoPeopleWhoShareARhythmAreFound plays two people whose hearts have most of their slow changes in common from the fifth minute
// on, the second one two seconds later.
func TestTwoPeopleWhoShareARhythmAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: simulated evenings of several couples")
	}
	const (
		coupled = 390 * time.Second // the windows of a minute and a half lie in shared time
		lag     = 2.0               // s
	)
	windows, right := 0, 0
	for seed := range uint64(*bodies) {
		s, err := synth.New("two-people", *first+seed)
		if err != nil {
			t.Fatal(err)
		}
		o := options(2)
		rested(&o, s)
		r := newRig(t, o)
		r.start(room.Together, "a", "b")
		for next := time.Duration(0); r.now < s.Duration(); {
			for _, e := range r.play(read(s, &next, r.now+tick), r.now+tick) {
				v, ok := e.Value.(regulation.Coregulation)
				if !ok || v.Signal != "heart_rate" || e.At < coupled {
					continue
				}
				windows++
				if off := v.Lag.Value - lag; v.Significant && v.R.Value > 0 && off >= -1 && off <= 1 {
					right++
				}
			}
		}
	}
	t.Logf("%d of %d windows significant, in phase, with the lag within 1 s: %.0f %%", right, windows, percent(right, windows))
	if windows == 0 || percent(right, windows) < 90 {
		t.Errorf("%d of %d windows, want 90 %%", right, windows)
	}
}

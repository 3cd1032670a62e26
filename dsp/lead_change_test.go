package dsp

import (
	"testing"
	"time"
)

// Two channels of one sensor time the same beat some ms apart. No interval runs from a beat of one to a beat of the other, also where
// the second tells once more what the first has told.
func TestNoIntervalJoinsTheTimesOfTwoLeads(t *testing.T) {
	const apart, usual = 20 * time.Millisecond, 800 * time.Millisecond
	for _, twice := range []bool{false, true} {
		p := NewPulse(PulseOptions{Kind: ECG, Leads: 2})
		p.features.Quality = 1
		var out []Value
		for i := range 40 {
			at := time.Duration(i) * usual
			if i < 20 || twice && i == 20 {
				out = p.beat(out, &found{at: at, amplitude: 1, quality: 1, alone: i == 0})
			}
			if i >= 20 {
				out = p.beat(out, &found{at: at + apart, amplitude: 1, quality: 1, alone: i == 20})
			}
		}
		n := 0
		for _, v := range out {
			if iv, ok := v.(IBI); ok {
				if n++; iv.Dur != usual {
					t.Errorf("told twice %v: an interval of %v at %v", twice, iv.Dur, iv.T)
				}
			}
		}
		if n < 34 {
			t.Errorf("told twice %v: %d intervals of 40 beats", twice, n)
		}
	}
}

func TestALeadIsBetterForAsLongAsItWasThatVeryLead(t *testing.T) {
	tests := []struct {
		name   string
		better []int // lead, each second
		ahead  int   // of the last one, s
	}{
		{"the same lead for three seconds", []int{1, 1, 1}, 3},
		{"two leads in turn have no count together", []int{1, 2, 1}, 1},
		{"a lead that takes over begins at its own first second", []int{1, 1, 2, 2}, 2},
		{"the first lead of all counts like any other", []int{0, 0}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r rival
			ahead := 0
			for _, lead := range test.better {
				ahead = r.second(lead)
			}
			if ahead != test.ahead {
				t.Errorf("%d s, want %d", ahead, test.ahead)
			}
		})
	}
}

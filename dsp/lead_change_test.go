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

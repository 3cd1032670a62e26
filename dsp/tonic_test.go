package dsp_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
)

// levels are the told tonic levels; NaN where none was told.
func levels(each []dsp.SkinFeatures) (out []float64) {
	for _, f := range each {
		if f.SCL.Known {
			out = append(out, f.SCL.Value)
		} else {
			out = append(out, math.NaN())
		}
	}
	return out
}

func TestTheTonicLevelDoesNotClimbAStormOfResponses(t *testing.T) {
	// 20 a minute of 0.5 µS: the wave never comes back to the tonic level, its troughs lie 0.7 µS above it, and that is as far as the level may go.
	skin := responding(4, 0.5, every(60, 240, 3)...)
	each, _ := told(grove(stepADS1115), reading(25, 330, skin))
	l := levels(each)
	var troughs []float64
	for at := 200.0; at < 240; at += 0.04 {
		troughs = append(troughs, skin(at))
	}
	trough := slices.Min(troughs)
	for s := 60; s < 240; s++ {
		if l[s] > trough+0.1 || l[s] < 3.9 {
			t.Fatalf("after %d s: %.2f µS; true 4.00, troughs of the storm at %.2f", s+1, l[s], trough)
		}
	}
	if math.Abs(l[320]-4) > 0.1 {
		t.Errorf("80 s after the storm: %.2f µS", l[320])
	}
}

func TestTheTonicLevelIsAnchoredAnewByANewContact(t *testing.T) {
	// Electrodes taken off for 6 s and put elsewhere: twice the level.
	skin := func(t float64) float64 {
		switch {
		case t < 120:
			return 4 + 0.01*math.Sin(t)
		case t < 126:
			return 0.01
		}
		return 9 + 0.01*math.Sin(t)
	}
	each, found := told(grove(stepADS1115), reading(25, 180, skin))
	if len(found) > 0 {
		t.Errorf("putting electrodes on is no response: %+v", found)
	}
	for s, f := range each {
		switch at := s + 1; {
		case at > 121 && at < 131 && f.SCL.Known:
			t.Errorf("a level at %d s, with electrodes off or just on: %+v", at, f)
		case at > 136 && math.Abs(f.SCL.Or(0)-9) > 0.1:
			t.Fatalf("after %d s: %+v, want 9 µS", at, f)
		}
	}
}

func TestTheTonicLevelAfterAGapIsOfTheNewContactAlone(t *testing.T) {
	for _, test := range []struct {
		name    string
		gap     float64 // s without samples
		another float64 // µS of the contact after it
	}{
		{"a cable pulled for 2 s, the same electrode", 2, 4},
		{"a new electrode within 5 s, twice the level", 5, 8},
		{"a new electrode after half a minute, half the level", 30, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			var samples []dsp.Sample
			for _, s := range reading(25, 120+test.gap+30, func(t float64) float64 {
				if t < 120 {
					return 4 + 0.01*math.Sin(t)
				}
				return test.another + 0.01*math.Sin(t)
			}) {
				if at := s.T.Seconds(); at < 120 || at >= 120+test.gap {
					samples = append(samples, s)
				}
			}
			each, _ := told(grove(stepADS1115), samples)
			for s, f := range each {
				at := float64(s + 1)
				if at > 120+test.gap && f.SCL.Known && math.Abs(f.SCL.Value-test.another) > 0.05 {
					t.Fatalf("%.0f s after the gap: %.2f µS, want %.2f", at-120-test.gap, f.SCL.Value, test.another)
				}
				if at > 120+test.gap+6 && !f.SCL.Known {
					t.Fatalf("%.0f s after the gap there is no level: %+v", at-120-test.gap, f)
				}
			}
		})
	}
}

func TestResponsesKeepTheirShapeUnderATonicLevelThatClimbs(t *testing.T) {
	at := every(20, 280, 20)
	for _, slope := range []float64{-0.5 / 60, 0.5 / 60} {
		f := finger{level: 5, drift: slope, amplitude: 0.3, at: at}
		_, found := told(grove(stepADS1115), reading(25, 300, f.microsiemens))
		if len(found) != len(at) {
			t.Fatalf("slope %v: %d responses, want %d", slope, len(found), len(at))
		}
		for i, s := range found {
			if math.Abs(s.Onset.Seconds()-at[i]) > 0.2 || math.Abs(s.Amplitude/0.3-1) > 0.12 {
				t.Errorf("slope %v: %+v", slope, s)
			}
		}
	}
}

func TestTheThresholdIsASetting(t *testing.T) {
	samples := reading(25, 200, responding(4, 0.03, every(20, 180, 15)...))
	for least, want := range map[float64]int{0: 0, 0.02: 11, 0.1: 0, 7: 0} {
		k := dsp.NewSkin(dsp.SkinOptions{SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: stepADS1115 / 4, LeastSCR: least})
		if _, found := told(k, samples); len(found) != want {
			t.Errorf("threshold %v µS: %d responses of 0.03 µS, want %d", least, len(found), want)
		}
		if f := k.Features(); f.LeastSCR.Value < 0.01 || f.LeastSCR.Value > 0.1 {
			t.Errorf("threshold %v µS: %+v in force", least, f.LeastSCR)
		}
	}
}

func TestTheRateCountsAPeakWhenItIsConfirmed(t *testing.T) {
	// One response at 70 s, decaying too slowly to reach half within 10 s: told 10 s after its peak, counted at once.
	skin := func(t float64) float64 {
		if t < 70 {
			return 4
		}
		return 4 + 0.5*(math.Exp(-(t-70)/30)-math.Exp(-(t-70)/0.7))
	}
	k := grove(stepADS1115)
	counted, over := time.Duration(0), time.Duration(0)
	var buf []dsp.Value
	next := time.Second
	for _, s := range reading(25, 120, skin) {
		for ; s.T >= next; next += time.Second {
			buf = k.Second(buf[:0], next)
			if counted == 0 && k.Features().SCRPerMin.Or(0) == 1 {
				counted = next
			}
		}
		for _, v := range k.Sample(buf[:0], s) {
			if r, ok := v.(dsp.SCR); ok {
				if over = s.T; r.HalfRecovery.Known || s.T-r.Peak < 10*time.Second {
					t.Errorf("told at %v: %+v", s.T, r)
				}
			}
		}
	}
	if counted == 0 || over == 0 || over-counted < 5*time.Second || counted > 77*time.Second {
		t.Errorf("counted at %v, told at %v", counted, over)
	}
}

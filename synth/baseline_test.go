package synth

import (
	"math"
	"testing"
	"time"

	"hubd/regulation"
)

// summary is the middle of a baseline's minutes.
func summary(b regulation.Baseline, of func(regulation.RestMinute) float64) float64 {
	var v []float64
	for _, m := range b.Minutes {
		v = append(v, of(m))
	}
	return median(v)
}

func TestABaselineIsThatBodysOwnRest(t *testing.T) {
	for seed := range uint64(2) {
		s, err := New("two-people", seed)
		if err != nil {
			t.Fatal(err)
		}
		for w := range s.Wearers() {
			b, body := s.Baseline(w, 20_000), s.wearers[w].body.traits
			days := map[int32]int{}
			for _, m := range b.Minutes {
				days[m.Day]++
			}
			if len(b.Minutes) < 25 || days[19_998] != 14 || days[19_999] != 14 {
				t.Fatalf("%d minutes on days %v", len(b.Minutes), days)
			}
			for _, row := range []struct {
				name      string
				of        func(regulation.RestMinute) float64
				want, tol float64
			}{
				{"heart rate", func(m regulation.RestMinute) float64 { return m.HeartRate.Value }, body.heartRate, 4},
				{"ln RMSSD", func(m regulation.RestMinute) float64 { return m.LnRMSSD.Value }, correctLnRMSSD(body.rmssd, 60_000/body.heartRate), 0.2},
				{"responses", func(m regulation.RestMinute) float64 { return m.SCRPerMin.Value }, body.scr, 1.2},
				{"level", func(m regulation.RestMinute) float64 { return m.SCL.Value }, body.scl, 0.25 * body.scl},
				{"breathing", func(m regulation.RestMinute) float64 { return m.Breathing.Value }, body.breath, 1},
				{"ln RSA", func(m regulation.RestMinute) float64 { return m.RSALn.Value }, 6.8, 1.2},
			} {
				if got := summary(b, row.of); math.Abs(got-row.want) > row.tol {
					t.Errorf("seed %d, wearer %d: %s %.2f, want %.2f ± %.2f", seed, w, row.name, got, row.want, row.tol)
				}
			}
		}
	}
}

func TestABaselineIsTheSameEveryTime(t *testing.T) {
	s, err := New("rest", 3)
	if err != nil {
		t.Fatal(err)
	}
	one := s.Baseline(0, 20_000)
	s.Pulse(0, time.Minute)
	for i, m := range s.Baseline(0, 20_000).Minutes {
		if m != one.Minutes[i] {
			t.Fatalf("minute %d: %+v, was %+v", i, m, one.Minutes[i])
		}
	}
}

func TestRSAIsMeasuredAsDefined(t *testing.T) {
	// Beats of 1000 ms with a sine of 50 ms at 0.25 Hz: variance 1250 ms², less what averaging over a beat takes.
	var beats []time.Duration
	at := 0.0
	for at < 300 {
		beats = append(beats, instant(at))
		at += 1 + 0.05*math.Sin(2*math.Pi*0.25*at)
	}
	if got, want := porgesBohrer(beats), math.Log(1250); math.Abs(got-want) > 0.35 {
		t.Errorf("ln RSA %.2f, want near %.2f", got, want)
	}
	// Far below the band nothing is left.
	beats, at = nil, 0
	for at < 300 {
		beats = append(beats, instant(at))
		at += 1 + 0.05*math.Sin(2*math.Pi*0.02*at)
	}
	if got := porgesBohrer(beats); got > 2 {
		t.Errorf("ln RSA %.2f of a slow wave, want under 2", got)
	}
}

func TestAFullTruthDropsItsOlderHalf(t *testing.T) {
	s := make([]int, 0, 8)
	for i := range 9 {
		s = push(s, i)
	}
	if cap(s) != 8 || len(s) != 5 || s[0] != 4 || s[4] != 8 {
		t.Errorf("%v, capacity %d", s, cap(s))
	}
}

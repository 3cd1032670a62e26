package synth_test

import (
	"math"
	"testing"
	"time"

	"hubd/synth"
)

// swing is the range of a wearer's pulse signal over a stretch, after living up to it.
func swing(s *synth.Scene, wearer int, from, to time.Duration) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	live(s, wearer, from, to, func(_ time.Duration, v float64) { lo, hi = min(lo, v), max(hi, v) })
	return lo, hi
}

// conductance is the range of a wearer's EDA over a stretch, in µS.
func conductance(s *synth.Scene, from, to time.Duration) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for t := from; t < to; t += 40 * time.Millisecond {
		v := s.EDA(0, t)
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

func TestAStillBodyNeedsOnlyTheMiddleOfTheSupply(t *testing.T) {
	for seed := range uint64(3) {
		for _, name := range []string{"rest", "stress"} {
			s := scene(t, name, seed)
			if lo, hi := swing(s, 0, 0, s.Duration()); lo < 0.2 || hi > 3.1 || hi-lo < 0.5 {
				t.Errorf("%s, seed %d: %.2f…%.2f V", name, seed, lo, hi)
			}
		}
	}
}

func TestEveryTrueBeatShowsAsOnePeakAQuarterSecondLater(t *testing.T) {
	s := scene(t, "rest", 1)
	var volts []float64
	live(s, 0, 0, 2*time.Minute, func(_ time.Duration, v float64) { volts = append(volts, v) })
	var lags []float64
	for _, beat := range within(s.Truth(0).Beats, time.Second, 118*time.Second) {
		first, best := int(beat/step), 0
		for i := range int(700 * time.Millisecond / step) {
			if volts[first+i] > volts[first+best] {
				best = i
			}
		}
		lags = append(lags, (time.Duration(first+best)*step - beat).Seconds())
	}
	lo, hi := lags[0], lags[0]
	for _, l := range lags {
		lo, hi = min(lo, l), max(hi, l)
	}
	if lo < 0.25 || hi > 0.45 || hi-lo > 0.06 {
		t.Errorf("peaks %.3f…%.3f s after the beat; want 0.25…0.45 s and all within 60 ms", lo, hi)
	}
}

func TestATrueResponseRisesInOneToThreeSeconds(t *testing.T) {
	s := scene(t, "rest", 2)
	var eda []float64
	for t := time.Duration(0); t < 10*time.Minute; t += 40 * time.Millisecond {
		eda = append(eda, s.EDA(0, t))
	}
	checked := 0
	responses := s.Truth(0).SCRs
	for i, r := range responses {
		last := i > 0 && r.Onset-responses[i-1].Onset < 20*time.Second
		next := i+1 < len(responses) && responses[i+1].Onset-r.Onset < 5*time.Second
		first := int(r.Onset / (40 * time.Millisecond))
		if last || next || first+125 >= len(eda) {
			continue // another response is under or on it
		}
		best := 0
		for j := range 125 {
			if eda[first+j] > eda[first+best] {
				best = j
			}
		}
		rise, size := 0.04*float64(best), eda[first+best]-eda[first]
		if rise < 1 || rise > 3 || math.Abs(size-r.Amplitude) > 0.15*r.Amplitude+0.02 {
			t.Errorf("response of %.3f µS at %v: rose %.3f µS in %.2f s", r.Amplitude, r.Onset, size, rise)
		}
		checked++
	}
	if checked < 3 {
		t.Errorf("only %d responses stood alone", checked)
	}
}

func TestSensorsOffSkinShowIt(t *testing.T) {
	s := scene(t, "sensor-off", 1)
	const sec = time.Second
	if lo, hi := swing(s, 0, 60*sec, 85*sec); hi-lo < 0.4 {
		t.Errorf("pulse worn: %.2f…%.2f V", lo, hi)
	}
	if lo, hi := swing(s, 0, 92*sec, 129*sec); lo < 1.5 || hi > 1.8 {
		t.Errorf("pulse off: %.2f…%.2f V, want near 1.65", lo, hi)
	}
	if lo, _ := conductance(s, 160*sec, 189*sec); lo < 1 {
		t.Errorf("electrodes on: down to %.3f µS", lo)
	}
	if _, hi := conductance(s, 192*sec, 229*sec); hi > 0.05 {
		t.Errorf("electrodes off: up to %.3f µS", hi)
	}
	if lo, hi := swing(s, 0, 230*sec, 280*sec); hi-lo < 0.4 {
		t.Errorf("pulse worn with electrodes off: %.2f…%.2f V", lo, hi)
	}
}

func TestANightHasWhatBedsDo(t *testing.T) {
	s := scene(t, "night", 1)
	const min = time.Minute
	_, free := swing(s, 0, 28*min, 29*min)
	lo, under := swing(s, 0, 31*min, 34*min)
	if free < 1.9 || under > 1.9 || under-lo > 0.6 {
		t.Errorf("pulse peaks at %.2f V free and %.2f V with a hand under the pillow", free, under)
	}
	quiet := 0.0
	for t := 40 * min; t < 42*min; t += 200 * time.Millisecond {
		quiet = max(quiet, s.Motion(0, t))
	}
	turning := 0.0
	for t := 43 * min; t < 43*min+15*time.Second; t += 200 * time.Millisecond {
		turning = max(turning, s.Motion(0, t))
	}
	if quiet > 0.02 || turning < 0.1 {
		t.Errorf("motion %.3f g lying, %.3f g turning over", quiet, turning)
	}
	if lo, _ := conductance(s, 44*min, 45*min); lo < 1 {
		t.Errorf("conductance %.3f µS before the electrode dries", lo)
	}
	if _, hi := conductance(s, 58*min, 60*min); hi > 0.05 {
		t.Errorf("conductance %.3f µS with a dry electrode", hi)
	}
}

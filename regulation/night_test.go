package regulation_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// sleep plays hours of a night: heart rate 60, falling to 50 in the third hour, with n movements ten minutes apart.
func sleep(r *runner, hours, movements int, usable func(s int) bool) {
	for s := range hours * 3600 {
		f := regulation.Features{HasPulse: true, Sensed: true, Setting: regulation.SettingNight}
		rate := 60.0
		if s/3600 == 2 {
			rate = 50
		}
		f.Pulse = dsp.PulseFeatures{Contact: true, Quality: 0.1}
		if usable(s) {
			f.Pulse = dsp.PulseFeatures{
				Contact: true, Quality: 0.9, HeartRate: dsp.Some(rate), MeanNN: dsp.Some(60000 / rate), RMSSD: dsp.Some(45),
				Breathing: dsp.Some(13), BreathingQuality: 0.8,
			}
		}
		f.Motion = dsp.MotionFeatures{Known: true, Stirring: s%600 < 15 && s/600 < movements}
		r.step(f)
	}
	r.step(regulation.Features{HasPulse: true})
}

func nights(r *runner) (n []regulation.Night) {
	for _, o := range r.out {
		if v, ok := o.v.(regulation.Night); ok {
			n = append(n, v)
		}
	}
	return n
}

func TestTheMorningSummary(t *testing.T) {
	r := newRunner(calmBaseline(), regulation.Options{})
	sleep(r, 8, 5, func(s int) bool { return s%10 > 0 })
	got := nights(r)
	if len(got) != 1 {
		t.Fatalf("%d summaries, want 1", len(got))
	}
	n := got[0]
	if n.Worn != 8*time.Hour {
		t.Errorf("worn %v, want 8 h", n.Worn)
	}
	near(t, "usable hours", n.Usable.Hours(), 8, 0.1) // a dip of a second does not withhold the pulse
	near(t, "lowest heart rate", n.LowestBPM.Value, 50, 0.5)
	near(t, "median heart rate", n.MedianBPM.Value, 60, 0.5)
	near(t, "RMSSD", n.RMSSD.Value, 45, 1)
	near(t, "breathing", n.BreathingPerMin.Value, 13, 0.2)
	near(t, "restless periods", n.RestlessPeriods.Value, 5, 0)
	for _, s := range r.states() {
		if s.Name != regulation.Unknown || s.Arousal.Known || s.Vagal.Known {
			t.Fatalf("a night told %+v", s)
		}
	}
	if len(r.e.Baseline().Minutes) != 24 {
		t.Error("a night was learnt from")
	}
}

func TestAMostlyUnusableNightSaysSo(t *testing.T) {
	r := newRunner(calmBaseline(), regulation.Options{})
	sleep(r, 3, 2, func(s int) bool { return s%3600 < 2000 })
	n := nights(r)[0]
	if n.Worn != 3*time.Hour || n.Usable >= 2*time.Hour {
		t.Errorf("worn %v, usable %v, want 3 h and under 2 h", n.Worn, n.Usable)
	}
	for name, m := range map[string]dsp.Maybe{
		"lowest": n.LowestBPM, "median": n.MedianBPM, "RMSSD": n.RMSSD, "breathing": n.BreathingPerMin, "restless": n.RestlessPeriods,
	} {
		if m.Known {
			t.Errorf("%s is given as %v at %.0f %% usable, want absent under 60 %%", name, m.Value, 100*n.Usable.Hours()/n.Worn.Hours())
		}
	}
}

func TestANightThatNobodyWoreHasNothing(t *testing.T) {
	r := newRunner(calmBaseline(), regulation.Options{})
	for range 100 {
		r.step(regulation.Features{HasPulse: true, Sensed: true, Setting: regulation.SettingNight})
	}
	r.step(regulation.Features{HasPulse: true})
	if n := nights(r)[0]; n != (regulation.Night{}) {
		t.Errorf("%+v, want nothing", n)
	}
}

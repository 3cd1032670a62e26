package dsp_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
)

func TestAGapBreaksSuccession(t *testing.T) {
	samples := body{hz: 100, seconds: 60, rr: steady(72)}.samples()
	for _, test := range []struct {
		name     string
		from, to int // samples taken out
		flag     bool
	}{
		{"one lost sample that the bus reports", 3000, 3001, true},
		{"half a second that nobody reports", 3000, 3050, false},
		{"ten seconds of nothing", 3000, 4000, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			cut := append([]dsp.Sample(nil), samples[:test.from]...)
			rest := append([]dsp.Sample(nil), samples[test.to:]...)
			if test.flag {
				rest[0].Flags |= dsp.FlagGap
			}
			h := listen(newPPG(), append(cut, rest...))
			gap := samples[test.from-1].T
			after := 0
			for _, v := range all[dsp.IBI](h) {
				if start := v.T - v.Dur; start < gap && v.T > samples[test.to].T {
					t.Errorf("interval from %v to %v spans the gap", start, v.T)
				}
				if v.T > gap && after == 0 {
					after++
					if v.Class != dsp.ClassAfterGap {
						t.Errorf("first interval after the gap is %v, want after_gap", v.Class)
					}
				}
			}
			if after == 0 {
				t.Error("no interval after the gap")
			}
			checkOrder(t, h)
		})
	}
}

func TestOneLongGapIsNotALossAllTheTime(t *testing.T) {
	samples := body{hz: 100, seconds: 40, rr: steady(70)}.samples()
	samples[0].Flags |= dsp.FlagGap
	samples[2000].Flags |= dsp.FlagGap
	for i := 2000; i < len(samples); i++ {
		samples[i].T += 20 * time.Second
	}
	for _, s := range all[dsp.Signal](listen(newPPG(), samples)) {
		if strings.Contains(s.Reason, "lost all the time") {
			t.Errorf("%+v", s)
		}
	}
}

func TestTheLastIntervalsBeforeAGapDoNotWaitForItsEnd(t *testing.T) {
	samples := body{hz: 100, seconds: 60, rr: steady(70)}.samples()
	for i := 3000; i < len(samples); i++ {
		samples[i].T += 30 * time.Minute
	}
	h := listen(newPPG(), samples)
	n := 0
	for i, v := range h.values {
		if iv, ok := v.(dsp.IBI); ok && iv.T > 10*time.Second {
			if n++; h.at[i]-iv.T > 5*time.Second {
				t.Errorf("interval of %v told at %v", iv.T, h.at[i])
			}
		}
	}
	if n < 40 {
		t.Errorf("%d intervals", n)
	}
	checkOrder(t, h)
}

// Only an ECG has electrodes: who wears an ear clip looks for none.
func TestWhatIsOffIsNamedAsWhatItIs(t *testing.T) {
	for kind, want := range map[dsp.PulseKind]string{dsp.PPG: "no skin there", dsp.ECG: "electrode off"} {
		p := dsp.NewPulse(dsp.PulseOptions{Kind: kind, Leads: 1})
		var samples []dsp.Sample
		for i := range 1000 {
			samples = append(samples, dsp.Sample{T: time.Duration(i) * 4 * time.Millisecond, Volts: 1, Flags: dsp.FlagLeadOff})
		}
		listen(p, samples)
		if f := p.Features(); f.Contact || !strings.Contains(f.Reason, want) {
			t.Errorf("kind %v: %+v, want %q", kind, f, want)
		}
	}
}

func TestHopelessInputGivesNothingAndSaysWhy(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pulse := body{hz: 100, seconds: 30, rr: steady(70)}.samples()
	tests := []struct {
		name   string
		hz     float64
		volts  func(i int) float64
		flags  dsp.Flags
		reason string
	}{
		{"constant", 100, func(int) float64 { return 1.2 }, 0, "flat line"},
		{"at the rail", 100, func(int) float64 { return 3.3 }, dsp.FlagClip, "clipped"},
		{"not a number", 100, func(int) float64 { return math.NaN() }, 0, "samples"},
		{"infinite", 100, func(int) float64 { return math.Inf(1) }, 0, "samples"},
		{"chip does not answer", 100, func(int) float64 { return 0 }, dsp.FlagFault, "samples"},
		{"a light without skin", 100, func(i int) float64 { return pulse[i].Volts }, dsp.FlagLeadOff, "no skin"},
		{"every sample after a loss", 100, func(i int) float64 { return pulse[i].Volts }, dsp.FlagGap, "lost all the time"},
		{"one a second", 1, func(i int) float64 { return float64(i % 3) }, 0, "too slowly"},
		{"noise of 5 kHz", 5000, func(int) float64 { return random.NormFloat64() }, 0, "no pulse wave"},
		{"noise of 100 Hz", 100, func(int) float64 { return random.NormFloat64() }, 0, "no pulse wave"},
		{"one bit of the converter toggling", 100, func(i int) float64 { return 1 + 125e-6*float64(i/35%2) }, 0, "no pulse wave"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPPG()
			var samples []dsp.Sample
			for i := range int(30 * test.hz) {
				samples = append(samples, dsp.Sample{T: time.Duration(float64(i) / test.hz * 1e9), Volts: test.volts(i), Flags: test.flags})
			}
			h := listen(p, samples)
			f := p.Features()
			if f.Contact || f.HeartRate.Known || f.RMSSD.Known || f.Breathing.Known || f.Quality != 0 {
				t.Errorf("features %+v, want nothing known", f)
			}
			if !strings.Contains(f.Reason, test.reason) {
				t.Errorf("reason %q, want one with %q", f.Reason, test.reason)
			}
			if s := last[dsp.Signal](h); s.Contact || s.Reason != f.Reason {
				t.Errorf("signal %+v", s)
			}
			checkOrder(t, h)
		})
	}
}

func TestWhatLiesUnderThePulseChangesNoBeat(t *testing.T) {
	b := body{hz: 250, seconds: 60, rr: variable}
	for _, test := range []struct {
		name  string
		under func(t float64) float64 // V
	}{
		{"a sensor that warms by 30 °C in a minute", func(t float64) float64 { return 1.5 * t / 60 }},
		{"deep breaths", func(t float64) float64 { return 0.4 * math.Sin(2*math.Pi*0.1*t) }},
		{"mains hum", func(t float64) float64 { return 0.15 * math.Sin(2*math.Pi*50*t) }},
		{"a lamp that flickers", func(t float64) float64 { return 0.15 * math.Sin(2*math.Pi*100*t) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			samples := b.samples()
			for i := range samples {
				samples[i].Volts += test.under(samples[i].T.Seconds())
			}
			h := listen(newPPG(), samples)
			truth, found := b.beats()[1:], beatTimes(h)
			for truth[len(truth)-1] > b.seconds-0.8 {
				truth = truth[:len(truth)-1]
			}
			lag := bestLag(truth, found)
			if got := f1(truth, found, lag); got < 98.5 {
				t.Errorf("F1 %.1f %%", got)
			}
			checkIntervals(t, truth, h, lag, 8)
			if q := last[dsp.Signal](h).Quality; q < 0.9 {
				t.Errorf("quality %.2f", q)
			}
		})
	}
}

func TestABaselineJumpCostsAFewBeatsAtMost(t *testing.T) {
	b := body{hz: 100, seconds: 60, rr: steady(70)}
	samples := b.samples()
	for i := range samples {
		if i > 3000 {
			samples[i].Volts += 1.5
		}
	}
	h := listen(newPPG(), samples)
	truth := b.beats()[1:]
	found := beatTimes(h)
	if got := f1(truth, found, bestLag(truth, found)); got < 95 {
		t.Errorf("F1 %.1f %%", got)
	}
	if q := last[dsp.Signal](h).Quality; q < 0.9 {
		t.Errorf("quality %.2f half a minute later", q)
	}
}

func TestASensorTurnedOverIsFoundAgain(t *testing.T) {
	samples := body{hz: 100, seconds: 80, rr: steady(70)}.samples()
	for i := range samples {
		if i > 3000 {
			samples[i].Volts = 1 - samples[i].Volts
		}
	}
	beats := beatTimes(listen(newPPG(), samples))
	upright, after := 0, 0
	for i := 1; i < len(beats); i++ {
		if d := beats[i] - beats[i-1]; math.Abs(d-60.0/70) < 0.01 {
			if beats[i] < 30 {
				upright++
			} else if beats[i] > 50 {
				after++
			}
		}
	}
	if upright < 30 || after < 30 {
		t.Errorf("%d good intervals before, %d after", upright, after)
	}
}

func TestASingleLostSampleCostsAnIntervalAndNoBeat(t *testing.T) {
	b := body{hz: 250, seconds: 60, rr: variable, offset: 1.5}
	whole := b.samples()
	var holed []dsp.Sample
	var holes []float64
	for i, s := range whole {
		if i%977 == 500 { // one in about four seconds
			holes = append(holes, s.T.Seconds())
			continue
		}
		if len(holed) > 0 && s.T-holed[len(holed)-1].T > 6*time.Millisecond {
			s.Flags |= dsp.FlagGap
		}
		holed = append(holed, s)
	}
	h := listen(newPPG(), holed)
	if want, got := len(beatTimes(listen(newPPG(), whole))), len(beatTimes(h)); got != want {
		t.Errorf("%d beats with %d lost samples, want %d as without", got, len(holes), want)
	}
	for _, v := range all[dsp.IBI](h) {
		from, to := (v.T - v.Dur).Seconds(), v.T.Seconds()
		for _, hole := range holes {
			if hole > from+0.01 && hole < to-0.01 {
				t.Errorf("interval %.2f–%.2f s (%s) spans the lost sample at %.2f s", from, to, v.Class, hole)
			}
		}
	}
	checkOrder(t, h)
}

func TestNoIntervalSpansSamplesWithoutMeaning(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(s *dsp.Sample)
	}{
		{"the chip did not answer", func(s *dsp.Sample) { s.Volts, s.Flags = 0, dsp.FlagFault }},
		{"an electrode was off", func(s *dsp.Sample) { s.Flags = dsp.FlagLeadOff }},
		{"not a number", func(s *dsp.Sample) { s.Volts = math.NaN() }},
	} {
		b := body{hz: 250, seconds: 60, rr: variable}
		samples := b.samples()
		var holes []float64
		for at := 10.3; at < b.seconds; at += 4.7 {
			holes = append(holes, at)
			for i := range samples {
				if s := &samples[i]; math.Abs(s.T.Seconds()-at) < 0.05 {
					test.spoil(s)
				}
			}
		}
		h := listen(newPPG(), samples)
		n := 0
		for _, v := range all[dsp.IBI](h) {
			n++
			from, to := (v.T - v.Dur).Seconds(), v.T.Seconds()
			for _, hole := range holes {
				if hole > from+0.01 && hole < to-0.01 {
					t.Errorf("%s: interval %.2f–%.2f s (%s) spans what had no meaning at %.2f s", test.name, from, to, v.Class, hole)
				}
			}
		}
		if n < 30 {
			t.Errorf("%s: %d intervals", test.name, n)
		}
		checkOrder(t, h)
	}
}

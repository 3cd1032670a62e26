package dsp_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
)

func TestGroveCurveAndItsInverse(t *testing.T) {
	// Seller's formula at 10 bit: x = 400 of 1024 gives R = (1024+800)·10000/112 Ω.
	if got, want := dsp.GroveMicrosiemens(3.3*400/1024, 3.3, 0.5), 1e6/(1824*10000/112.0); math.Abs(got-want) > 1e-9 {
		t.Errorf("got %v µS, want %v", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.Float64Range(0, 50).Draw(t, "µS")
		supply := rapid.Float64Range(2.5, 5.5).Draw(t, "V")
		c := rapid.Float64Range(0.4, 0.6).Draw(t, "open circuit")
		got := dsp.GroveMicrosiemens(dsp.GroveVolts(g, supply, c), supply, c)
		if math.Abs(got-g) > 1e-6 {
			t.Fatalf("%v µS came back as %v", g, got)
		}
	})
}

// finger is a skin with responses at known times.
type finger struct {
	hz, seconds float64
	level       float64
	drift       float64 // µS/s
	noise       float64 // V
	step        float64 // V
	at          []float64
	amplitude   float64
}

// microsiemens is the Bateman shape: rise about 1.4 s, half recovery about 3 s.
func (f finger) microsiemens(t float64) float64 {
	g := f.level + f.drift*t
	for _, on := range f.at {
		if x := t - on; x > 0 {
			g += f.amplitude * (math.Exp(-x/3.5) - math.Exp(-x/0.7)) / 0.5349
		}
	}
	return g
}

func (f finger) samples() []dsp.Sample {
	random := rand.New(rand.NewPCG(1, 1))
	var out []dsp.Sample
	for i := range int(f.seconds * f.hz) {
		t := float64(i) / f.hz
		v := dsp.GroveVolts(f.microsiemens(t), 3.3, 0.5) + f.noise*random.NormFloat64()
		if f.step > 0 {
			v = math.Round(v/f.step) * f.step
		}
		out = append(out, dsp.Sample{T: time.Duration(t * 1e9), Volts: v, Channel: dsp.Channel{Kind: dsp.ChannelEDA}})
	}
	return out
}

func grove(step float64) *dsp.Skin {
	return dsp.NewSkin(dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: step, Calibrated: true})
}

func TestResponsesAreFoundWithTimeAmplitudeAndRecovery(t *testing.T) {
	tests := []struct {
		name   string
		finger finger
		want   int
	}{
		{"4 a second, as a wristband", finger{hz: 4}, 5},
		{"25 a second", finger{hz: 25}, 5},
		{"250 a second with noise", finger{hz: 250, noise: 200e-6}, 5},
		{"drifting upward", finger{hz: 25, drift: 0.004}, 5},
		{"through an ADS1115", finger{hz: 25, step: 125e-6}, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := test.finger
			f.seconds, f.level, f.amplitude, f.at = 150, 4, 0.3, []float64{20, 45, 70, 95, 120}
			found := all[dsp.SCR](listen(grove(f.step), f.samples()))
			if len(found) != test.want {
				t.Fatalf("%d responses, want %d: %+v", len(found), test.want, found)
			}
			for i, s := range found {
				if d := s.Onset.Seconds() - f.at[i]; math.Abs(d) > 0.4 {
					t.Errorf("onset off by %.2f s", d)
				}
				if s.Amplitude < 0.24 || s.Amplitude > 0.33 || s.Rise() < time.Second || s.Rise() > 2500*time.Millisecond {
					t.Errorf("amplitude %.3f µS, rise %v", s.Amplitude, s.Rise())
				}
				if !s.HalfRecovery.Known || s.HalfRecovery.Value < 1.5 || s.HalfRecovery.Value > 5 {
					t.Errorf("half recovery %+v", s.HalfRecovery)
				}
			}
		})
	}
}

func TestOverlappingResponsesAreTwo(t *testing.T) {
	f := finger{hz: 25, seconds: 60, level: 4, amplitude: 0.4, at: []float64{20, 22.6}}
	found := all[dsp.SCR](listen(grove(0), f.samples()))
	if len(found) != 2 {
		t.Fatalf("%+v", found)
	}
	overlapped := 0
	for _, s := range found {
		if !s.HalfRecovery.Known {
			overlapped++
		}
	}
	if overlapped != 1 {
		t.Errorf("%d without half recovery, want the first one only: %+v", overlapped, found)
	}
}

func TestSmallAndSlowChangesAreNoResponses(t *testing.T) {
	for _, f := range []finger{
		{level: 4, amplitude: 0.03, at: []float64{30, 60}},
		{level: 2, drift: 0.02},
		{level: 4, noise: 300e-6},
	} {
		f.hz, f.seconds = 25, 100
		if found := all[dsp.SCR](listen(grove(0), f.samples())); len(found) > 0 {
			t.Errorf("%+v: %+v", f, found)
		}
	}
}

func TestACoarseConverterRaisesTheThreshold(t *testing.T) {
	f := finger{hz: 25, seconds: 100, level: 8, amplitude: 0.12, at: []float64{30, 60}, step: 3.3 / 1024}
	if found := all[dsp.SCR](listen(grove(f.step), f.samples())); len(found) > 0 {
		t.Errorf("two converter steps told as %+v", found)
	}
	f.amplitude = 0.8
	if found := all[dsp.SCR](listen(grove(f.step), f.samples())); len(found) != 2 {
		t.Errorf("%d responses of 0.8 µS, want 2", len(found))
	}
}

func TestLevelAndRate(t *testing.T) {
	var at []float64
	for x := 15.0; x < 290; x += 10 {
		at = append(at, x)
	}
	k := grove(125e-6)
	h := listen(k, finger{hz: 25, seconds: 300, level: 4, amplitude: 0.5, at: at}.samples())
	f := k.Features()
	if !f.SCRPerMin.Known || math.Abs(f.SCRPerMin.Value-6) > 1 || math.Abs(f.SCL.Value-4.05) > 0.15 || !f.Contact || f.Quality < 0.9 {
		t.Errorf("%+v", f)
	}
	for i, v := range all[dsp.EDA](h) {
		if !v.Calibrated || i < 55 && v.SCRPerMin.Known {
			t.Fatalf("after %d s: %+v", i+1, v)
		}
	}
}

func TestWhatIsNoConductanceIsRefusedWithItsReason(t *testing.T) {
	tests := []struct {
		name    string
		options dsp.SkinOptions
		volts   float64
		flags   dsp.Flags
		reason  string
	}{
		{"electrodes off", dsp.SkinOptions{}, 1.6495, 0, "electrodes off"},
		{"a board trimmed otherwise", dsp.SkinOptions{}, 2.0, 0, "trim"},
		{"more than 50 µS", dsp.SkinOptions{Circuit: dsp.Divider, DividerOhm: 1e4}, 1.2, 0, "range"},
		{"at the converter's rail", dsp.SkinOptions{}, 1.2, dsp.FlagClip, "range"},
		{"not a number", dsp.SkinOptions{}, math.NaN(), 0, "samples"},
		{"chip does not answer", dsp.SkinOptions{}, 1, dsp.FlagFault, "samples"},
		{"lead off", dsp.SkinOptions{}, 1, dsp.FlagLeadOff, "electrodes off"},
		{"divider with open electrodes", dsp.SkinOptions{Circuit: dsp.Divider, DividerHigh: true, DividerOhm: 1e5}, 3.3, 0, "electrodes off"},
		{"divider with shorted electrodes", dsp.SkinOptions{Circuit: dsp.Divider, DividerHigh: true, DividerOhm: 1e5}, 0, 0, "range"},
		{"divider the other way, open", dsp.SkinOptions{Circuit: dsp.Divider, DividerOhm: 1e5}, 0, 0, "electrodes off"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.options.SupplyVolts, test.options.StepVolts = 3.3, 125e-6
			k := dsp.NewSkin(test.options)
			var samples []dsp.Sample
			for i := range 500 {
				samples = append(samples, dsp.Sample{T: time.Duration(i) * 40 * time.Millisecond, Volts: test.volts, Flags: test.flags})
			}
			h := listen(k, samples)
			f := k.Features()
			if f.Contact || f.SCL.Known || f.SCRPerMin.Known || f.Phasic.Known || f.Quality != 0 || !strings.Contains(f.Reason, test.reason) {
				t.Errorf("%+v", f)
			}
			if s := last[dsp.Signal](h); s.Contact || s.Channel != dsp.ChannelEDA {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestADividerReadsItsResistor(t *testing.T) {
	for _, high := range []bool{true, false} {
		k := dsp.NewSkin(dsp.SkinOptions{Circuit: dsp.Divider, SupplyVolts: 3.3, DividerOhm: 220e3, DividerHigh: high})
		skin, volts := 250e3, 0.0
		if volts = 3.3 * 220e3 / (220e3 + skin); high {
			volts = 3.3 * skin / (220e3 + skin)
		}
		var samples []dsp.Sample
		for i := range 250 {
			samples = append(samples, dsp.Sample{T: time.Duration(i) * 40 * time.Millisecond, Volts: volts})
		}
		listen(k, samples)
		if f := k.Features(); math.Abs(f.SCL.Value-4) > 1e-6 {
			t.Errorf("high %v: %+v, want 4 µS", high, f)
		}
	}
}

func TestASlippedElectrodeSpoilsFiveSecondsAndCountsNothing(t *testing.T) {
	f := finger{hz: 25, seconds: 60, level: 6}
	samples := f.samples()
	for i := range samples {
		if i > 700 && i < 760 {
			samples[i].Volts = dsp.GroveVolts(0.01, 3.3, 0.5)
		}
	}
	k := grove(125e-6)
	h := listen(k, samples)
	if found := all[dsp.SCR](h); len(found) > 0 {
		t.Errorf("%+v", found)
	}
	out := 0
	for _, s := range all[dsp.Signal](h) {
		if !s.Contact {
			out++
		}
	}
	if f := k.Features(); out < 2 || !f.Contact || math.Abs(f.SCL.Value-6) > 0.1 {
		t.Errorf("%d signals without contact; afterwards %+v", out, f)
	}
}

func TestSkinSampleAllocatesNothing(t *testing.T) {
	k := grove(125e-6)
	samples := finger{hz: 25, seconds: 100, level: 4}.samples()
	listen(k, samples[:1000])
	dst := make([]dsp.Value, 0, 8)
	i := 1000
	if n := testing.AllocsPerRun(1000, func() { dst = k.Sample(dst[:0], samples[i]); i++ }); n != 0 {
		t.Errorf("%v allocations a sample", n)
	}
}

func TestSkinWithdrawForgets(t *testing.T) {
	k := grove(125e-6)
	listen(k, finger{hz: 25, seconds: 100, level: 4}.samples())
	k.Withdraw()
	if f := k.Features(); f.Contact || f.SCL.Known || f.Reason == "" || !f.Calibrated {
		t.Errorf("%+v", f)
	}
}

func FuzzSkin(f *testing.F) {
	f.Add(int64(4e7), 1.2, uint8(0), int64(1e9), math.Inf(1), true)
	f.Add(int64(-1), math.NaN(), uint8(255), int64(math.MaxInt64/2), 3.3, false)
	f.Fuzz(func(t *testing.T, dt int64, v float64, flags uint8, dt2 int64, step float64, high bool) {
		for _, c := range []dsp.Circuit{dsp.Grove, dsp.Divider} {
			k := dsp.NewSkin(dsp.SkinOptions{Circuit: c, SupplyVolts: 3.3, StepVolts: math.Abs(step), DividerHigh: high})
			at := time.Duration(0)
			var dst []dsp.Value
			for i := range 2000 {
				dst = k.Sample(dst[:0], dsp.Sample{T: at, Volts: v * math.Sin(float64(i)/9), Flags: dsp.Flags(flags) * dsp.Flags(i&1)})
				at += time.Duration(dt % int64(time.Minute))
				if i%25 == 0 {
					at += time.Duration(dt2 % int64(time.Hour))
					dst = k.Second(dst, at.Truncate(time.Second))
				}
				for _, x := range dst {
					if text := fmt.Sprintf("%+v", x); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
						t.Fatalf("not a number: %T%s", x, text)
					}
				}
			}
		}
	})
}

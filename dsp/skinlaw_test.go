package dsp_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
)

// anyHand draws a skin with some responses well apart.
func anyHand(t *rapid.T) finger {
	f := finger{hz: 25, seconds: 100, level: rapid.Float64Range(1, 12).Draw(t, "level"), amplitude: rapid.Float64Range(0.1, 0.8).Draw(t, "amplitude")}
	for at := rapid.Float64Range(8, 20).Draw(t, "first"); at < 85; at += rapid.Float64Range(12, 30).Draw(t, "apart") {
		f.at = append(f.at, at)
	}
	return f
}

func TestASkinLaterInTimeIsTheSameSkin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyHand(t)
		samples := f.samples()
		shift := time.Duration(rapid.IntRange(1, 100000).Draw(t, "s")) * time.Second
		later := make([]dsp.Sample, len(samples))
		for i, s := range samples {
			s.T += shift
			later[i] = s
		}
		a, b := all[dsp.SCR](listen(grove(stepADS1115), samples)), all[dsp.SCR](listen(grove(stepADS1115), later))
		if len(a) != len(b) {
			t.Fatalf("%d and %d responses", len(a), len(b))
		}
		for i := range a {
			if d := b[i].Onset - a[i].Onset - shift; d.Abs() > time.Microsecond || math.Abs(a[i].Amplitude-b[i].Amplitude) > 1e-9 {
				t.Fatalf("%+v and %+v", a[i], b[i])
			}
		}
	})
}

func TestAmplitudeDoesNotDependOnTheLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyHand(t)
		low, high := f, f
		low.level, high.level = 1, rapid.Float64Range(2, 20).Draw(t, "other level")
		a, b := all[dsp.SCR](listen(grove(0), low.samples())), all[dsp.SCR](listen(grove(0), high.samples()))
		if len(a) != len(b) || len(a) == 0 {
			t.Fatalf("%d responses at %v µS, %d at %v µS", len(a), low.level, len(b), high.level)
		}
		for i := range a {
			if math.Abs(a[i].Amplitude/b[i].Amplitude-1) > 0.01 {
				t.Fatalf("%+v and %+v", a[i], b[i])
			}
		}
	})
}

func TestADividerAndItsInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.Float64Range(0.2, 45).Draw(t, "µS")
		ohm := rapid.Float64Range(2e4, 1e6).Draw(t, "ohm")
		high := rapid.Bool().Draw(t, "high")
		skin := 1e6 / g
		volts := 3.3 * ohm / (ohm + skin)
		if high {
			volts = 3.3 * skin / (ohm + skin)
		}
		k := dsp.NewSkin(dsp.SkinOptions{Circuit: dsp.Divider, DividerOhm: ohm, DividerHigh: high})
		var samples []dsp.Sample
		for i := range 400 {
			samples = append(samples, dsp.Sample{T: time.Duration(i) * 40 * time.Millisecond, Volts: volts})
		}
		listen(k, samples)
		if got := k.Features().SCL; !got.Known || math.Abs(got.Value/g-1) > 1e-6 {
			t.Fatalf("%v µS came back as %+v", g, got)
		}
	})
}

func TestNoResponseSpansAnyGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyHand(t)
		from := time.Duration(rapid.IntRange(5000, 90000).Draw(t, "gap, ms")) * time.Millisecond
		to := from + time.Duration(rapid.IntRange(1300, 20000).Draw(t, "length, ms"))*time.Millisecond
		var samples []dsp.Sample
		for _, s := range f.samples() {
			if s.T <= from || s.T >= to {
				samples = append(samples, s)
			}
		}
		for _, s := range all[dsp.SCR](listen(grove(stepADS1115), samples)) {
			if end := s.Peak + time.Duration(s.HalfRecovery.Or(0)*1e9); s.Onset < from && end > to {
				t.Fatalf("gap %v–%v: %+v", from, to, s)
			}
		}
	})
}

func TestAnySamplesGiveNumbersOrNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := dsp.NewSkin(dsp.SkinOptions{Circuit: rapid.SampledFrom([]dsp.Circuit{dsp.Grove, dsp.Divider}).Draw(t, "circuit"),
			StepVolts: rapid.Float64Range(0, 0.01).Draw(t, "step"), LeastSCR: rapid.Float64Range(-1, 1).Draw(t, "least")})
		at := time.Duration(0)
		var dst []dsp.Value
		for range rapid.IntRange(1, 300).Draw(t, "samples") {
			at += time.Duration(rapid.IntRange(-100, 3000).Draw(t, "ms")) * time.Millisecond
			dst = k.Sample(dst[:0], dsp.Sample{T: at, Volts: rapid.Float64().Draw(t, "V"), Flags: dsp.Flags(rapid.Byte().Draw(t, "flags"))})
			dst = k.Second(dst, at.Truncate(time.Second))
			for _, v := range dst {
				sound(t, v)
			}
			f := k.Features()
			for _, m := range []dsp.Maybe{f.SCL, f.SCRPerMin, f.Phasic, f.LeastSCR, dsp.Some(f.Quality)} {
				if m != dsp.Some(m.Value) && m.Known {
					t.Fatalf("%+v", f)
				}
			}
			if !f.Contact && (f.SCL.Known || f.SCRPerMin.Known || f.Quality != 0 || f.Reason == "") {
				t.Fatalf("a number without contact: %+v", f)
			}
		}
	})
}

// sound fails on a value that no skin can have.
func sound(t *rapid.T, v dsp.Value) {
	switch v := v.(type) {
	case dsp.SCR:
		if !(v.Amplitude >= 0.01 && v.Amplitude <= 50) || v.Rise() < 500*time.Millisecond || v.Rise() > 5*time.Second ||
			v.HalfRecovery.Known && !(v.HalfRecovery.Value > 0 && v.HalfRecovery.Value <= 10.1) {
			t.Fatalf("%+v", v)
		}
	case dsp.EDA:
		if v.SCL.Known && !(v.SCL.Value >= 0 && v.SCL.Value <= 50) || v.SCRPerMin.Known && !(v.SCRPerMin.Value >= 0 && v.SCRPerMin.Value <= 64) {
			t.Fatalf("%+v", v)
		}
	}
}

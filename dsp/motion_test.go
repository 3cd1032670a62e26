package dsp_test

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
)

func TestMovementIsToldFromGravityAndFromDeviationAlike(t *testing.T) {
	tests := []struct {
		name             string
		hz               float64
		g                func(t float64) float64
		stirring, moving bool
	}{
		{"lying still, magnitude", 32, func(t float64) float64 { return 1 + 0.004*math.Sin(40*t) }, false, false},
		{"a hand at work, magnitude", 32, func(t float64) float64 { return 1 + 0.1*math.Sin(9*t) }, true, false},
		{"brisk walking, magnitude", 32, func(t float64) float64 { return 1 + 0.4*math.Sin(9*t) }, true, true},
		{"lying still, deviation", 4, func(float64) float64 { return 0.006 }, false, false},
		{"talking with the hands, deviation", 4, func(float64) float64 { return 0.15 }, true, false},
		{"brisk walking, deviation", 4, func(float64) float64 { return 0.25 }, true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := dsp.NewMotion()
			for i := range int(10 * test.hz) {
				at := float64(i) / test.hz
				m.Sample(dsp.Sample{T: time.Duration(at * 1e9), Volts: test.g(at)})
			}
			m.Second(10 * time.Second)
			if f := m.Features(); !f.Known || f.Stirring != test.stirring || f.Moving != test.moving || !f.Level.Known {
				t.Errorf("%+v", f)
			}
			m.Second(16 * time.Second)
			if f := m.Features(); f.Known || f.Stirring || f.Moving || f.Level.Known {
				t.Errorf("six seconds later %+v, want nothing known", f)
			}
		})
	}
}

func TestStirringHasHysteresis(t *testing.T) {
	m := dsp.NewMotion()
	at := time.Duration(0)
	hold := func(g float64) dsp.MotionFeatures {
		for range 24 {
			m.Sample(dsp.Sample{T: at, Volts: g})
			at += 250 * time.Millisecond
		}
		m.Second(at)
		return m.Features()
	}
	if hold(0.014).Stirring {
		t.Error("stirs at 14 mg")
	}
	if !hold(0.02).Stirring || !hold(0.014).Stirring {
		t.Error("stops stirring at 14 mg")
	}
	if hold(0.01).Stirring {
		t.Error("stirs at 10 mg")
	}
}

func TestMotionIgnoresWhatIsNoNumber(t *testing.T) {
	m := dsp.NewMotion()
	for _, v := range []float64{math.NaN(), math.Inf(1), 1e9} {
		m.Sample(dsp.Sample{T: time.Second, Volts: v})
	}
	m.Sample(dsp.Sample{T: time.Second, Volts: 1, Flags: dsp.FlagFault})
	m.Second(2 * time.Second)
	if f := m.Features(); f.Known {
		t.Errorf("%+v", f)
	}
}

func TestOneSampleIsNoStillness(t *testing.T) {
	m := dsp.NewMotion()
	m.Sample(dsp.Sample{T: 1900 * time.Millisecond, Volts: 1.4})
	if m.Second(2 * time.Second); m.Features().Known {
		t.Errorf("%+v", m.Features())
	}
	for i := range 30 {
		m.Sample(dsp.Sample{T: 2*time.Second + time.Duration(i)*40*time.Millisecond, Volts: 1})
	}
	if m.Second(4 * time.Second); !m.Features().Known {
		t.Errorf("after a second of samples: %+v", m.Features())
	}
}

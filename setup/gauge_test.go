package setup_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/setup"
)

// row gives n samples at a rate: value and flags of each.
func row(n int, rate float64, sample func(i int) (volts float64, flags dsp.Flags)) setup.Figures {
	g := setup.NewGauge(rate)
	for i := range n {
		v, f := sample(i)
		g.Sample(dsp.Sample{T: time.Duration(float64(i) / rate * 1e9), Volts: v, Flags: f})
	}
	return g.Figures()
}

func TestTheNoiseOfAWaveIsWhatIsNotTheWave(t *testing.T) {
	for _, noise := range []float64{0.0005, 0.002, 0.01} {
		r := rand.New(rand.NewPCG(1, 2))
		f := row(2000, 250, func(i int) (float64, dsp.Flags) {
			s := float64(i) / 250
			return 1.6 + 0.5*math.Sin(2*math.Pi*1.2*s) + 0.1*math.Sin(2*math.Pi*2.4*s) + noise*r.NormFloat64(), 0
		})
		if got := f.Noise.Value; got < 0.85*noise || got > 1.15*noise {
			t.Errorf("noise of %g V was taken for %g V", noise, got)
		}
	}
}

func TestFiguresCountWhatIsMissingRepeatedAndAtTheEnds(t *testing.T) {
	f := row(1000, 100, func(i int) (float64, dsp.Flags) {
		switch {
		case i%100 == 50:
			return 3.29, dsp.FlagClip
		case i%10 == 1:
			return float64(i - 1), 0
		}
		return float64(i), 0
	})
	if f.Samples != 1000 || math.Abs(f.Achieved-100) > 0.01 || math.Abs(f.Clipped-0.01) > 1e-9 || math.Abs(f.Repeats-90.0/999) > 1e-9 || f.Skips != 0 {
		t.Errorf("%+v", f)
	}
	g := setup.NewGauge(100)
	for i := range 100 {
		if i >= 40 && i < 50 {
			continue
		}
		flags := dsp.Flags(0)
		if i == 50 {
			flags = dsp.FlagGap
		}
		g.Sample(dsp.Sample{T: time.Duration(i) * 10 * time.Millisecond, Volts: float64(i), Flags: flags})
	}
	if f := g.Figures(); f.Skips != 10 || f.JitterP99 != 0 {
		t.Errorf("ten samples are missing, and no other came late: %+v", f)
	}
}

func TestJitterIsHowFarStepsLieFromTheUsualOne(t *testing.T) {
	g := setup.NewGauge(250)
	for i := range 1000 {
		at := time.Duration(i) * 4 * time.Millisecond
		if i%20 == 10 {
			at += 2 * time.Millisecond
		}
		g.Sample(dsp.Sample{T: at, Volts: float64(i)})
	}
	if f := g.Figures(); f.JitterP50 != 0 || f.JitterP99 != 2*time.Millisecond {
		t.Errorf("one sample in twenty is 2 ms late: %v, %v", f.JitterP50, f.JitterP99)
	}
}

func TestNothingIsSaidOfNoSamples(t *testing.T) {
	if f := setup.NewGauge(250).Figures(); f.Noise.Known || f.Achieved != 0 {
		t.Errorf("%+v", f)
	}
}

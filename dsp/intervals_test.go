package dsp_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hubd/dsp"
)

func near(t *testing.T, name string, got dsp.Maybe, want, relative float64) {
	t.Helper()
	if !got.Known || math.Abs(got.Value-want) > relative*math.Abs(want) {
		t.Errorf("%s: got %+v, want %v", name, got, want)
	}
}

func TestShortVectorAgainstHandComputation(t *testing.T) {
	r := dsp.AnalyseIntervals([]float64{800, 810, 815, 750}, false)
	near(t, "MeanNN", r.MeanNN, 793.75, 1e-12)
	near(t, "SDNN", r.SDNN, math.Sqrt(2668.75/3), 1e-12)
	near(t, "RMSSD", r.RMSSD, math.Sqrt(4350.0/3), 1e-12)
	near(t, "pNN50", r.PNN50, 100.0/3, 1e-12)
	if r.NN50 != 1 || r.HF.Known || r.LF.Known || r.VLF.Known {
		t.Errorf("%+v", r)
	}
}

func TestAnExactDifferenceOfFiftyIsNotAbove(t *testing.T) {
	if r := dsp.AnalyseIntervals([]float64{800, 850, 800.1, 750}, false); r.NN50 != 1 {
		t.Errorf("NN50 %d, want 1 (only 850 to 800.1 would be 49.9, 800.1 to 750 is 50.1)", r.NN50)
	}
}

func TestRawMeasuresEqualPublishedOnes(t *testing.T) {
	// hrv-analysis (Aura-healthcare), tests/test_extract_features_methods.py
	r := dsp.AnalyseIntervals(numbers(t, "rr_hrvanalysis.rr.csv"), false)
	near(t, "mean", r.MeanNN, 718.248, 1e-9)
	near(t, "SDNN", r.SDNN, 43.113074968427306, 1e-9)
	near(t, "SDSD", r.SDSD, 19.519367520775713, 1e-9)
	near(t, "RMSSD", r.RMSSD, 19.519400785039664, 1e-9)
	near(t, "pNN50", r.PNN50, 2.4024024024024024, 1e-9)
	near(t, "pNN20", r.PNN20, 22.52252252252252, 1e-9)
	near(t, "mean HR", r.MeanHR, 83.84733227281252, 1e-9)
	near(t, "SD1", r.SD1, 13.80919037557993, 1e-9)
	near(t, "SD2", r.SD2, 59.38670497373513, 1e-9)
	// Kubios 2.2, by the comments of systole's tests/test_hrv.py; as many digits as published
	r = dsp.AnalyseIntervals(numbers(t, "rr_systole.rr.csv"), false)
	near(t, "Kubios mean", r.MeanNN, 883.24, 1e-5)
	near(t, "Kubios SDNN", r.SDNN, 84.691, 1e-5)
	near(t, "Kubios RMSSD", r.RMSSD, 45.545, 1e-4)
	near(t, "Kubios pNN50", r.PNN50, 26.23, 1e-4)
	near(t, "Kubios SD1", r.SD1, 32.273, 1e-4)
	near(t, "Kubios LF", r.LF, 2393.9, 0.01)
	near(t, "Kubios HF", r.HF, 566.3, 0.01)
	// pyHRV, files/SampleReport.txt
	r = dsp.AnalyseIntervals(numbers(t, "rr_pyhrv_long.rr.csv"), false)
	near(t, "pyHRV mean", r.MeanNN, 768.438, 1e-6)
	near(t, "pyHRV SDNN", r.SDNN, 85.357, 1e-5)
	near(t, "pyHRV RMSSD", r.RMSSD, 60.523, 1e-5)
	near(t, "pyHRV pNN50", r.PNN50, 28.571, 1e-4)
	near(t, "pyHRV pNN20", r.PNN20, 64.232, 1e-4)
}

// resting is a plausible series of n intervals in ms.
func resting(n int, random *rand.Rand) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 850 + 40*math.Sin(2*math.Pi*float64(i)/4.7) + 30*math.Sin(2*math.Pi*float64(i)/13) + 12*random.NormFloat64()
	}
	return out
}

func TestCorrectionFindsWhatWasInjected(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	clean := resting(600, random)
	want := dsp.AnalyseIntervals(clean, false)
	if r := dsp.AnalyseIntervals(clean, true); r.Ectopic+r.Missed+r.Extra > 1 {
		t.Errorf("changed clean intervals: %+v", r)
	}
	tests := []struct {
		name   string
		spoil  func(rr []float64, i int) []float64
		counts func(r dsp.IntervalReport) int
		want   int
	}{
		{"missed beats", func(rr []float64, i int) []float64 {
			rr[i] += rr[i+1]
			return append(rr[:i+1], rr[i+2:]...)
		}, func(r dsp.IntervalReport) int { return r.Missed }, 11},
		{"extra beats", func(rr []float64, i int) []float64 {
			rest := append([]float64{rr[i] * 0.6}, rr[i+1:]...)
			return append(append(rr[:i:i], rr[i]*0.4), rest...)
		}, func(r dsp.IntervalReport) int { return r.Extra }, 11},
		{"premature beats", func(rr []float64, i int) []float64 {
			rr[i], rr[i+1] = rr[i]-250, rr[i+1]+250
			return rr
		}, func(r dsp.IntervalReport) int { return r.Ectopic / 2 }, 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rr := append([]float64(nil), clean...)
			for i := 40; i < 590; i += 50 {
				rr = test.spoil(rr, i)
			}
			r := dsp.AnalyseIntervals(rr, true)
			if got := test.counts(r); got < test.want {
				t.Errorf("found %d, want at least %d: %+v", got, test.want, r)
			}
			near(t, "RMSSD", r.RMSSD, want.RMSSD.Value, 0.06)
		})
	}
}

func TestReportsNeverHoldNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rr := rapid.SliceOfN(rapid.Float64(), 0, 60).Draw(t, "rr")
		for _, correct := range []bool{false, true} {
			r := dsp.AnalyseIntervals(rr, correct)
			for _, m := range []dsp.Maybe{r.MeanNN, r.SDNN, r.RMSSD, r.SDSD, r.PNN50, r.SD1, r.SD2, r.VLF, r.LF, r.HF} {
				if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
					t.Fatalf("%+v", r)
				}
			}
			if r.N+r.Refused < len(rr)/2 {
				t.Fatalf("lost intervals: %+v", r)
			}
		}
	})
}

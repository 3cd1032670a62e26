package dsp_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

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

func TestACorrectionIsToldWithItsPlace(t *testing.T) {
	clean := resting(200, rand.New(rand.NewPCG(1, 2)))
	rr := slices.Clone(clean)
	rr[50] += rr[51]
	rr = slices.Delete(rr, 51, 52) // missed
	rr[100], rr[101] = rr[100]-300, rr[101]+300
	rr = slices.Insert(rr, 150, 0.4*rr[150])
	rr[151] *= 0.6
	r := dsp.AnalyseIntervals(append([]float64{0.5}, rr...), true) // what is no interval keeps its number in the count
	closing := func(i int) time.Duration {
		sum := 0.0
		for _, v := range rr[:i+1] {
			sum += v
		}
		return time.Duration(sum * 1e6)
	}
	want := []dsp.Correction{
		{Index: 51, T: closing(50), Ms: rr[50], Class: dsp.ClassMissed},
		{Index: 101, T: closing(100), Ms: rr[100], Class: dsp.ClassEctopic},
		{Index: 102, T: closing(101), Ms: rr[101], Class: dsp.ClassEctopic},
		{Index: 151, T: closing(150), Ms: rr[150], Class: dsp.ClassExtra},
	}
	if len(r.Corrections) != len(want) {
		t.Fatalf("got %+v\nwant %+v", r.Corrections, want)
	}
	for i, c := range r.Corrections {
		if (c.T - want[i].T).Abs() > time.Microsecond {
			t.Errorf("correction %d at %v, want %v", i, c.T, want[i].T)
		}
		if c.T = want[i].T; c != want[i] {
			t.Errorf("correction %d: %+v, want %+v", i, c, want[i])
		}
	}
	if r.N != len(clean) || r.Refused != 1 || r.Missed != 1 || r.Ectopic != 2 || r.Extra != 1 || r.Marked {
		t.Errorf("%+v", r)
	}
	near(t, "share", r.Share, 100*5.0/float64(len(clean)), 1e-9) // two put in, two drawn, one joined
	near(t, "RMSSD", r.RMSSD, dsp.AnalyseIntervals(clean, false).RMSSD.Value, 0.02)
}

func TestALongHoleIsAGapAndNoBeatIsPutIn(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	before, after := resting(150, random), resting(100, random)
	for _, test := range []struct {
		name string
		hole float64 // normal intervals
		gaps int
	}{
		{"three beats missed are put in", 4, 0},
		{"four are a gap", 5, 1},
		{"a minute without the strap is a gap", 65, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			hole := test.hole * before[len(before)-1]
			r := dsp.AnalyseIntervals(slices.Concat(before, []float64{hole}, after), true)
			if r.Gaps != test.gaps || (r.GapMs > 0) != (test.gaps > 0) {
				t.Errorf("%d gaps, %.0f ms", r.Gaps, r.GapMs)
			}
			if test.gaps > 0 && r.Ectopic+r.Missed+r.Extra == 0 && r.Share.Value != 0 {
				t.Errorf("%v percent: a gap is no correction", r.Share)
			}
			if most := len(before) + len(after) + 4*(1-test.gaps); r.N > most {
				t.Errorf("%d intervals of %d: beats were put in", r.N, most)
			}
			alone := dsp.AnalyseIntervals(before, true)
			if test.gaps > 0 && r.HF != alone.HF {
				t.Errorf("HF %v, want that of the longest stretch %v", r.HF, alone.HF)
			}
		})
	}
	two := dsp.AnalyseIntervals(slices.Concat(before, []float64{30000, 30000}, after), true)
	if two.Gaps != 2 || two.N > len(before)+len(after) {
		t.Errorf("two holes in a row: %d gaps, %d intervals", two.Gaps, two.N)
	}
}

func TestNothingIsComparedAcrossWhatIsNoInterval(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 5))
	before, after := resting(150, random), resting(100, random)
	for i := range after {
		after[i] += 200 // the heart beats slower when the strap is back
	}
	first, second := dsp.AnalyseIntervals(before, false), dsp.AnalyseIntervals(after, false)
	squares := func(r dsp.IntervalReport, n int) float64 { return r.RMSSD.Value * r.RMSSD.Value * float64(n-1) }
	rmssd := math.Sqrt((squares(first, len(before)) + squares(second, len(after))) / float64(len(before)+len(after)-2))
	for _, test := range []struct {
		name string
		hole []float64
		ms   float64 // known to be missing
	}{
		{"a little over a minute", []float64{60001}, 60001},
		{"two hours", []float64{7.2e6}, 7.2e6},
		{"two holes in a row", []float64{61e3, 62e3}, 123e3},
		{"a number that is no time", []float64{1e300}, 0},
		{"infinite", []float64{math.Inf(1)}, 0},
		{"not a number", []float64{math.NaN()}, 0},
		{"nothing, and less", []float64{0, -5}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			rr := slices.Concat(before, test.hole, after)
			for _, r := range []dsp.IntervalReport{dsp.AnalyseIntervals(rr, false), dsp.AnalyseIntervals(rr, true)} {
				near(t, "RMSSD", r.RMSSD, rmssd, 1e-12)
				if r.N != len(before)+len(after) || r.Refused != len(test.hole) || r.NN50 != first.NN50+second.NN50 {
					t.Errorf("corrected %v: %d intervals, %d refused, %d differences above 50 ms", r.Corrected, r.N, r.Refused, r.NN50)
				}
				if r.HF != first.HF {
					t.Errorf("HF %v, want that of the longest stretch %v", r.HF, first.HF)
				}
				if r.Corrected && (r.Gaps != len(test.hole) || r.GapMs != test.ms || len(r.Corrections) > 0) {
					t.Errorf("%d gaps of %.0f ms, corrected %+v", r.Gaps, r.GapMs, r.Corrections)
				}
			}
			whole, stretch := dsp.BandPowers(rr, dsp.HRVSpectrum()), dsp.BandPowers(before, dsp.HRVSpectrum())
			if whole.LF != stretch.LF {
				t.Errorf("LF %v, want that of the longest stretch %v", whole.LF, stretch.LF)
			}
		})
	}
}

func TestAnIntervalOfNoLengthIsABeatCountedTwice(t *testing.T) {
	r := dsp.AnalyseIntervals([]float64{800, 0.5, 830}, false)
	near(t, "RMSSD", r.RMSSD, 30, 1e-12)
	if r.Refused != 1 || r.N != 2 {
		t.Errorf("%+v", r)
	}
}

func TestWhatHasNoNormalNeighbourIsNotDrawn(t *testing.T) {
	for _, test := range []struct {
		name string
		rr   []float64
		n    int
		gaps int
	}{
		{"nothing but half minutes", []float64{30000, 31000}, 0, 2},
		{"heart rates with one interval among them", []float64{70, 800, 71}, 0, 3},
		{"a lone short interval between two holes", slices.Concat(resting(50, rand.New(rand.NewPCG(1, 1))), []float64{70000, 400, 70000}, resting(50, rand.New(rand.NewPCG(1, 2)))), 100, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := dsp.AnalyseIntervals(test.rr, true)
			if r.N != test.n || r.Gaps != test.gaps || r.MeanNN.Known != (test.n > 0) || r.Ectopic != 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestSD2OfFewIntervalsIsAbsentWhereItsFormulaFails(t *testing.T) {
	if r := dsp.AnalyseIntervals([]float64{800, 810, 790, 805}, false); r.SD2.Known || !r.SD1.Known {
		t.Errorf("SD2 %v: 2·SDNN² is below SD1²", r.SD2)
	}
}

func TestManyCorrectionsAreMarkedAndTheListIsBounded(t *testing.T) {
	rr := resting(1200, rand.New(rand.NewPCG(3, 2)))
	for i := 10; i+2 < len(rr); i += 8 {
		rr[i], rr[i+1] = rr[i]-300, rr[i+1]+300
	}
	r := dsp.AnalyseIntervals(rr, true)
	if !r.Marked || len(r.Corrections) != 100 || r.Ectopic < 280 {
		t.Errorf("marked %v, %d listed of %d, %.1f %%", r.Marked, len(r.Corrections), r.Ectopic, r.Share.Value)
	}
}

func TestPowersEqualTheReferencesAtTheirSettings(t *testing.T) {
	tests := []struct {
		like, file  string
		vlf, lf, hf float64 // ms²
		relative    float64
	}{
		// systole/hrv.py: cubic spline at 5 Hz, scipy.signal.welch with segments of 256 s; values of tests/test_hrv.py.
		{"systole", "rr_systole.rr.csv", 4063.17, 2339.54, 551.83, 0.001},
		// pyhrv/frequency_domain.py: 4 Hz, Hamming, 300 samples a segment above 5 min, nfft 4096; values of files/SampleReport.txt.
		{"pyhrv", "rr_pyhrv_long.rr.csv", 2050.74, 2942.54, 1648.1, 1e-4},
		// Kubios 2.2 at its defaults, 4 Hz and windows of 256 s, in the comments of systole's tests/test_hrv.py: hubd's settings but for
		// VLF from 0 Hz.
		{"kubios", "rr_systole.rr.csv", 4504.4, 2393.9, 566.3, 0.01},
	}
	for _, test := range tests {
		t.Run(test.like, func(t *testing.T) {
			settings, _ := dsp.SpectrumLike(test.like)
			b := dsp.BandPowers(numbers(t, test.file), settings)
			near(t, "VLF", b.VLF, test.vlf, test.relative)
			near(t, "LF", b.LF, test.lf, test.relative)
			near(t, "HF", b.HF, test.hf, test.relative)
		})
	}
}

func TestAPowerIsTheVarianceOfItsWave(t *testing.T) {
	for _, test := range []struct {
		name     string
		hz       float64
		power    func(dsp.Bands) dsp.Maybe
		relative float64
	}{
		{"in VLF", 0.02, func(b dsp.Bands) dsp.Maybe { return b.VLF }, 0.03},
		{"in LF", 0.1, func(b dsp.Bands) dsp.Maybe { return b.LF }, 0.03},
		{"in HF", 0.25, func(b dsp.Bands) dsp.Maybe { return b.HF }, 0.15}, // a spline through beats 0.8 s apart loses some
	} {
		t.Run(test.name, func(t *testing.T) {
			var rr []float64
			for at := 0.0; at < 600; {
				ms := 800 + 30*math.Sin(2*math.Pi*test.hz*(at+0.8))
				at += ms / 1000
				rr = append(rr, ms)
			}
			b := dsp.BandPowers(rr, dsp.HRVSpectrum())
			near(t, "power", test.power(b), 450, test.relative)
			if sum := b.VLF.Value + b.LF.Value + b.HF.Value; math.Abs(sum-test.power(b).Value) > 20 {
				t.Errorf("%+v: power outside the wave's band", b)
			}
		})
	}
}

func TestPowersWaitForTheirLength(t *testing.T) {
	for _, test := range []struct {
		seconds     float64
		vlf, lf, hf bool
	}{{50, false, false, false}, {62, false, false, true}, {125, false, true, true}, {305, true, true, true}} {
		r := dsp.AnalyseIntervals(resting(int(test.seconds/0.85)+1, rand.New(rand.NewPCG(2, 2))), false)
		if r.VLF.Known != test.vlf || r.LF.Known != test.lf || r.HF.Known != test.hf {
			t.Errorf("%v s: %+v", test.seconds, r)
		}
	}
}

func TestSenselessSettingsGiveNoPower(t *testing.T) {
	rr := resting(300, rand.New(rand.NewPCG(2, 3)))
	if _, ok := dsp.SpectrumLike("abacus"); ok {
		t.Error("knows the abacus")
	}
	for _, s := range []dsp.SpectralSettings{{}, {Hz: 4}, {Hz: math.NaN(), Segment: 100}, {Hz: -1, Segment: 100}, {Hz: 1e9, Segment: 100}} {
		if b := dsp.BandPowers(rr, s); b.LF.Known {
			t.Errorf("%+v gives %+v", s, b)
		}
	}
}

func FuzzAnalyseIntervals(f *testing.F) {
	f.Add([]byte{80, 81, 79, 160, 40, 40, 80}, 10.0)
	f.Add([]byte{0, 255, 1}, 1e300)
	f.Add([]byte{7}, math.NaN())
	f.Fuzz(func(t *testing.T, steps []byte, scale float64) {
		rr := make([]float64, len(steps))
		for i, s := range steps {
			rr[i] = float64(s) * scale
		}
		for _, correct := range []bool{false, true} {
			r := dsp.AnalyseIntervals(rr, correct)
			if text := fmt.Sprintf("%+v", r); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
				t.Fatal(text)
			}
			if r.Ectopic+r.Missed+r.Extra < len(r.Corrections) || len(r.Corrections) > 100 {
				t.Fatalf("%+v", r)
			}
		}
	})
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
			if r.N+r.Refused+r.Gaps < len(rr)/2 {
				t.Fatalf("lost intervals: %+v", r)
			}
		}
	})
}

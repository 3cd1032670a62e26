package dsp

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// swings is a record of intervals that swing with a breath.
type swings struct {
	perMin  float64
	depth   float64 // ms, half of peak to trough
	bpm     float64
	noise   float64 // ms, SD
	vary    float64 // coefficient of variation of the breaths' lengths
	without float64 // share of intervals that are ectopic
	seconds float64
}

// record gives the intervals, and the mean over the true breaths of the longest minus the shortest normal one.
func (h swings) record(seed uint64) (r *record, reach float64) {
	random := rand.New(rand.NewPCG(seed, 6))
	r = &record{}
	phase, speed := 0.0, h.perMin/60
	low, high, sum, breaths := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for at := 0.0; at < h.seconds; {
		ms := 60000/h.bpm - h.depth*math.Cos(2*math.Pi*phase) + h.noise*random.NormFloat64()
		at += ms / 1000
		phase += speed * ms / 1000
		class := ClassNN
		if random.Float64() < h.without {
			class = ClassEctopic
		} else {
			low, high = min(low, ms), max(high, ms)
		}
		r.add(interval{IBI: IBI{T: seconds(at), Class: class}, ms: ms, follows: true})
		if phase >= 1 {
			phase, speed = phase-1, h.perMin/60*math.Exp(h.vary*random.NormFloat64())
			sum, breaths = sum+high-low, breaths+1
			low, high = math.Inf(1), math.Inf(-1)
		}
	}
	return r, sum / breaths
}

// arrhythmia reads both kinds of RSA from the last window of a record.
func arrhythmia(r *record, span time.Duration, breathing Maybe) HRV {
	end := r.at(r.end - 1).t.Truncate(time.Second)
	w := window{span: span, record: r}
	w.advance(end)
	v := w.measures()
	if s := newSpectra(); span == shortWindow {
		s.short(&v, &w, end, breathing)
	} else {
		s.long(&v, &w, end, breathing)
	}
	return v
}

func TestPeakToTroughIsWhatTheBreathsDid(t *testing.T) {
	for _, perMin := range []float64{4.5, 5, 5.5, 6, 7.5, 9, 12, 15, 18} {
		for _, test := range []struct {
			name  string
			of    swings
			wrong float64 // factor on the rate that is given
			tol   float64
		}{
			{"a clean swing", swings{depth: 40, bpm: 70}, 1, 0.10},
			{"a small one in noise", swings{depth: 15, bpm: 70, noise: 8}, 1, 0.15},
			{"breaths of uneven length", swings{depth: 40, bpm: 80, noise: 5, vary: 0.15}, 1, 0.15},
			{"a breathing rate a tenth off", swings{depth: 40, bpm: 70, noise: 5}, 1.1, 0.12},
			{"one interval in twenty-five left out", swings{depth: 40, bpm: 75, noise: 5, without: 0.04}, 1, 0.15},
		} {
			test.of.perMin, test.of.seconds = perMin, 310
			r, want := test.of.record(uint64(10 * perMin))
			for _, span := range []time.Duration{shortWindow, longWindow} {
				got := arrhythmia(r, span, Some(perMin*test.wrong)).RSA
				tol := test.tol
				if span == shortWindow {
					tol *= 1.6 // fewer breaths than those whose mean is compared
				}
				if !got.Known || math.Abs(got.Value/want-1) > tol {
					t.Errorf("%v per minute, %s, %v: %+v, want %.1f ms", perMin, test.name, span, got, want)
				}
			}
		}
	}
}

func TestPeakToTroughIsAbsentWithoutBreaths(t *testing.T) {
	r, _ := swings{perMin: 15, depth: 30, bpm: 70, seconds: 70}.record(1)
	rates := map[string]Maybe{"unknown": {}, "zero": Some(0), "two a minute": Some(2), "faster than beats can show": Some(50)}
	for name, breathing := range rates {
		if v := arrhythmia(r, shortWindow, breathing); v.RSA.Known {
			t.Errorf("breathing %s: %+v", name, v.RSA)
		}
	}
}

func TestTheFixedBandIsSilentAboutSlowBreathing(t *testing.T) {
	tests := []struct {
		name      string
		perMin    float64
		breathing Maybe
		want      bool
	}{
		{"six per minute, known", 6, Some(6), false},
		{"seven per minute, known", 7, Some(7), false},
		{"eight per minute, known", 8, Some(8), true},
		{"fifteen per minute, known", 15, Some(15), true},
		{"not known", 15, Maybe{}, true},
		{"not known, and nine per minute", 9, Maybe{}, true},
		{"not known, but the intervals sway five times a minute", 5, Maybe{}, false},
		{"not known, but the intervals sway six times a minute", 6, Maybe{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, _ := swings{perMin: test.perMin, depth: 60, bpm: 65, noise: 10, seconds: 310}.record(1)
			for _, span := range []time.Duration{shortWindow, longWindow} {
				v := arrhythmia(r, span, test.breathing)
				if v.RSALn.Known != test.want || !v.HF.Known || v.RSA.Known != test.breathing.Known {
					t.Errorf("%v: %+v", span, v)
				}
			}
		})
	}
}

func TestPorgesBohrerIsTheVarianceOfASineTimesItsFiltersGain(t *testing.T) {
	for _, perMin := range []float64{8, 10, 13, 16, 20} {
		hz := perMin / 60
		trend := rsaPolynomial[0]
		for j, w := range rsaPolynomial[1:] {
			trend += 2 * w * math.Cos(2*math.Pi*hz*float64(j+1)/rsaHz)
		}
		x := (hz*hz - rsaLow*rsaHigh) / (hz * (rsaHigh - rsaLow))
		want := math.Log(30*30/2*math.Pow(1-trend, 2)) - 2*math.Log(1+x*x*x*x)
		r, _ := swings{perMin: perMin, depth: 30, bpm: 100, seconds: 310}.record(1)
		for _, span := range []time.Duration{shortWindow, longWindow} {
			if v := arrhythmia(r, span, Maybe{}).RSALn; !v.Known || math.Abs(v.Value-want) > 0.15 {
				t.Errorf("%v per minute, %v: %+v, want %.2f", perMin, span, v, want)
			}
		}
	}
	r, _ := swings{perMin: 13, bpm: 60, seconds: 70}.record(1)
	if v := arrhythmia(r, shortWindow, Maybe{}); v.RSALn.Known && v.RSALn.Value > -20 {
		t.Errorf("of a metronome: %+v", v.RSALn)
	}
}

// NeuroKit2 0.3.0, neurokit2.hrv.hrv_rsa._hrv_rsa_pb on signal_rate(beats, 1000 Hz, monotone_cubic) of the ECG beats of nk_rest_5min
// between the two times: ln ms², as here (NeuroKit2 up to 0.2 divides the variance by 1000 first: subtract 6.908 there). It
// resamples the heart rate where hubd joins the intervals, and keeps the first and last 5 s, in which its filters run in.
func TestPorgesBohrerEqualsNeuroKit(t *testing.T) {
	dir := os.Getenv("HUBD_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	text, err := os.ReadFile(filepath.Join(dir, "nk_rest_5min.beats.csv"))
	if err != nil {
		t.Skipf("no recordings at %s: set HUBD_DATA to their folder", dir)
	}
	for _, test := range []struct{ from, to, want float64 }{
		{0, 90, 6.5887}, {95, 155, 6.8981}, {155, 215, 6.2537}, {190, 250, 6.0074},
	} {
		r, before := &record{}, math.NaN()
		for _, field := range strings.Fields(string(text))[1:] {
			at, err := strconv.ParseFloat(field, 64)
			if err != nil {
				t.Fatal(err)
			}
			if ms := (at - before) * 1000; before >= test.from && at <= test.to {
				r.add(interval{IBI: IBI{T: seconds(at - test.from)}, ms: ms, follows: true})
			}
			before = at
		}
		curve := make([]float64, int(test.to-test.from)*spectralHz)
		r.resample(curve, 0, 0, time.Second/spectralHz)
		v := newVagal(256)
		v.band.load(halve(curve))
		if got := v.porgesBohrer(); !got.Known || math.Abs(got.Value-test.want) > 0.2 {
			t.Errorf("%v–%v s: %+v, NeuroKit2 %.4f", test.from, test.to, got, test.want)
		}
	}
}

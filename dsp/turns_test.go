package dsp_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hubd/dsp"
)

// rhythm is a pulse whose beats go round in their distances and heights.
type rhythm struct {
	kind     dsp.PulseKind
	distance []float64 // s, to the next beat
	height   []float64 // of each beat; empty: all 1
	vary     float64   // share by which breathing, 15 a minute, moves distances and heights
	noise    float64   // of a beat's height, SD
	hz       float64   // of the samples
	inverted bool
	second   float64 // height of the wave after the beat's own; where it is 0 that of any body
	after    float64 // s, by which it follows
}

func (r rhythm) wave(t float64) float64 {
	if r.second == 0 {
		return body{ecg: r.kind == dsp.ECG}.shape(t)
	}
	return bump(t, 0.15, 0.06) + r.second*bump(t, 0.15+r.after, 0.07)
}

// samples are so many seconds of it.
func (r rhythm) samples(from, seconds float64) (out []dsp.Sample) {
	var at, height []float64
	for t, i := from-1, 0; t < from+seconds+1; i++ {
		breath := r.vary * math.Sin(2*math.Pi*0.25*t)
		h := 1.0
		if len(r.height) > 0 {
			h = r.height[i%len(r.height)]
		}
		at, height = append(at, t), append(height, h*(1+breath))
		t += r.distance[i%len(r.distance)] * (1 + breath)
	}
	random := rand.New(rand.NewPCG(6, 6))
	for i := range int(seconds * r.hz) {
		t, v := from+float64(i)/r.hz, r.noise*random.NormFloat64()
		for j := range at {
			if since := t - at[j]; since > -0.5 && since < 1.5 {
				v += height[j] * r.wave(since)
			}
		}
		if r.inverted {
			v = -v
		}
		out = append(out, dsp.Sample{T: time.Duration(t * 1e9), Volts: 1 + 0.5*v})
	}
	return out
}

// pulseEach is what a pulse chain's features were, second by second.
func pulseEach(p *dsp.Pulse, samples []dsp.Sample) (each []dsp.PulseFeatures) {
	var buf []dsp.Value
	for _, s := range samples {
		for next := time.Duration(len(each)+1) * time.Second; s.T >= next; next += time.Second {
			buf = p.Second(buf[:0], next)
			each = append(each, p.Features())
		}
		buf = p.Sample(buf[:0], s)
	}
	return each
}

var (
	everySecondEarly = []float64{0.54, 1.12}
	everyThirdEarly  = []float64{0.83, 0.54, 1.12}
)

func TestBeatsThatTakeTurnsAreAnUnevenPulse(t *testing.T) {
	tests := []struct {
		name string
		r    rhythm
	}{
		{"every second beat early, as strong as the first", rhythm{distance: everySecondEarly}},
		{"every second beat early, 0.8 as strong", rhythm{distance: everySecondEarly, height: []float64{1, 0.8}}},
		{"every second beat early, 0.6 as strong", rhythm{distance: everySecondEarly, height: []float64{1, 0.6}}},
		{"every second beat early, 0.4 as strong", rhythm{distance: everySecondEarly, height: []float64{1, 0.4}}},
		{"every second beat early, 0.25 as strong", rhythm{distance: everySecondEarly, height: []float64{1, 0.25}}},
		{"the same, noisy", rhythm{distance: everySecondEarly, height: []float64{1, 0.25}, noise: 0.01}},
		{"every third beat early, 0.2 as strong", rhythm{distance: everyThirdEarly, height: []float64{1, 1, 0.2}}},
		{"half as strong, moved by breathing", rhythm{distance: everySecondEarly, height: []float64{1, 0.5}, vary: 0.03}},
		{"half as strong, noisy", rhythm{distance: everySecondEarly, height: []float64{1, 0.5}, vary: 0.02, noise: 0.02}},
		{"half as strong, falling at systole", rhythm{distance: everySecondEarly, height: []float64{1, 0.5}, inverted: true}},
		{"half as strong, by a camera", rhythm{distance: everySecondEarly, height: []float64{1, 0.5}, hz: 30}},
		{"a slower heart", rhythm{distance: []float64{0.6, 1.3}, height: []float64{1, 0.6}}},
		{"a faster heart", rhythm{distance: []float64{0.48, 0.84}, height: []float64{1, 0.6}}},
		{"every third beat early", rhythm{distance: everyThirdEarly}},
		{"every third beat early and weak", rhythm{distance: everyThirdEarly, height: []float64{1, 1, 0.5}}},
		{"every third beat early, moved by breathing", rhythm{distance: everyThirdEarly, height: []float64{1, 1, 0.8}, vary: 0.03}},
		{"every second beat early, by ECG", rhythm{kind: dsp.ECG, distance: everySecondEarly}},
		{"every third beat early, by ECG", rhythm{kind: dsp.ECG, distance: everyThirdEarly}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.r.hz == 0 {
				test.r.hz = 125
			}
			p := dsp.NewPulse(dsp.PulseOptions{Kind: test.r.kind, Leads: 1})
			for s, f := range pulseEach(p, test.r.samples(0, 120)) {
				if f.RMSSD.Known || f.MeanNN.Known || f.HeartRate.Known && f.HeartRate.Value < 60 {
					t.Fatalf("a number after %d s: %+v", s+1, f)
				}
				if s+1 >= 20 && (!f.Uneven || f.Reason != "uneven pulse: not used") {
					t.Fatalf("after %d s: %+v", s+1, f)
				}
			}
			if s := p.Summary(); s.RMSSD.Known || s.MeanNN.Known {
				t.Errorf("summary %+v", s)
			}
		})
	}
}

func TestASecondWaveOrDeepBreathingOrAMissedBeatTakesNoTurns(t *testing.T) {
	tests := []struct {
		name string
		r    rhythm
	}{
		{"a slow heart with a strong second wave", rhythm{distance: []float64{1.4}, second: 0.7, after: 0.35}},
		{"a slow heart with a late second wave", rhythm{distance: []float64{1.5}, second: 0.5, after: 0.40}},
		{"a slow heart with a weak and late second wave", rhythm{distance: []float64{1.4}, second: 0.25, after: 0.42}},
		{"a slow heart with a weaker one, noisy", rhythm{distance: []float64{1.3}, second: 0.2, after: 0.40, noise: 0.02}},
		{"60 a minute with a second wave of the same height", rhythm{distance: []float64{1}, second: 0.9, after: 0.32}},
		{"three beats to a deep breath", rhythm{distance: []float64{0.86, 0.92, 1.0}}},
		{"weak and strong beats at even distances", rhythm{distance: []float64{0.8}, height: []float64{1, 0.6}}},
		{"a beat missed now and then", rhythm{distance: []float64{0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 1.6}}},
		{"a single early beat in twenty", rhythm{distance: append(repeated(0.83, 18), 0.54, 1.12)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.r.hz = 125
			for s, f := range pulseEach(newPPG(), test.r.samples(0, 120)) {
				if f.Uneven || f.Reason == "uneven pulse: not used" {
					t.Fatalf("after %d s: %+v", s+1, f)
				}
			}
		})
	}
}

func repeated(x float64, n int) (out []float64) {
	for range n {
		out = append(out, x)
	}
	return out
}

func TestAPulseIsUsedAgainOnceItsBeatsTakeNoTurns(t *testing.T) {
	samples := rhythm{distance: everySecondEarly, height: []float64{1, 0.5}, hz: 125}.samples(0, 60)
	samples = append(samples, rhythm{distance: []float64{0.83}, vary: 0.02, hz: 125}.samples(60, 90)...)
	each := pulseEach(newPPG(), samples)
	if f := each[55]; !f.Uneven || f.HeartRate.Known {
		t.Errorf("while they do: %+v", f)
	}
	for s, f := range each[84:] {
		if f.Uneven || f.Reason != "" || math.Abs(f.HeartRate.Or(0)-72.3) > 2 {
			t.Fatalf("%d s after: %+v", s+25, f)
		}
	}
}

func TestNoHeartRateIsWithheldForLongWithoutAReason(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	anyOf := func(n int, choices ...float64) (out []float64) {
		for range n {
			out = append(out, choices[random.IntN(len(choices))])
		}
		return out
	}
	tests := []struct {
		name string
		r    rhythm
	}{
		{"an even pulse", rhythm{distance: []float64{0.8}}},
		{"short, long and usual distances without order", rhythm{distance: anyOf(150, 0.54, 0.83, 1.12)}},
		{"short and usual distances without order", rhythm{distance: anyOf(150, 0.54, 0.83)}},
		{"every fourth beat early, and another early after it", rhythm{distance: []float64{0.83, 0.83, 0.52, 0.60, 1.2}}},
		{"two beats early in every five", rhythm{distance: []float64{0.83, 0.5, 1.1, 0.5, 1.1}}},
		{"every fourth beat early", rhythm{distance: []float64{0.83, 0.83, 0.5, 1.15}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.r.hz = 125
			silent := 0
			for s, f := range pulseEach(newPPG(), test.r.samples(0, 120)) {
				if silent++; f.HeartRate.Known || f.Reason != "" {
					silent = 0
				}
				if silent > 11 {
					t.Fatalf("after %d s: %+v", s+1, f)
				}
			}
		})
	}
}

package dsp_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSwingsThatComeLikeAClockAreNoResponses(t *testing.T) {
	sine := func(hz float64) func(float64) float64 {
		return func(t float64) float64 { return math.Sin(2 * math.Pi * hz * t) }
	}
	triangle := func(t float64) float64 { return 2 / math.Pi * math.Asin(math.Sin(2*math.Pi*0.3*t)) }
	breath := func(t float64) float64 { return math.Sin(2*math.Pi*0.25*t + 0.8*math.Sin(2*math.Pi*0.03*t)) }
	tests := []struct {
		name   string
		wave   func(t float64) float64
		height float64 // µS, half of the swing
		hz     float64 // of the samples
		found  int     // s, by which it is told
	}{
		{"a sine of a quarter hertz", sine(0.25), 0.05, 25, 30},
		{"the same at 4 samples a second", sine(0.25), 0.05, 4, 30},
		{"the same, large", sine(0.25), 0.5, 25, 30},
		{"a sine of a tenth hertz", sine(0.1), 0.2, 25, 60},
		{"a triangle", triangle, 0.1, 25, 30},
		{"a swing that quickens and slows by a tenth", breath, 0.1, 25, 60},
		{"mains hum of 50 Hz, sampled 12.45 times a second", sine(50), 0.1, 12.45, 40},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			each, found := told(grove(stepADS1115), reading(test.hz, 180, func(at float64) float64 { return 5 + test.height*test.wave(at) }))
			for s, f := range each[test.found:] {
				if f.Quality >= 0.5 || f.SCRPerMin.Known || f.Watched || !strings.Contains(f.Reason, "clock") {
					t.Fatalf("after %d s: %+v", test.found+s+1, f)
				}
				if !f.SCL.Known || math.Abs(f.SCL.Value-5) > 2*test.height {
					t.Fatalf("after %d s: level %+v", test.found+s+1, f.SCL)
				}
			}
			if len(found) > 4 {
				t.Errorf("%d of them told as responses", len(found))
			}
			sum := 0
			for _, f := range each {
				sum += f.Responses
			}
			if sum != 0 {
				t.Errorf("%d are counted in the end", sum)
			}
		})
	}
}

func TestResponsesInAStormAreNoSwing(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var uneven []float64
	for at := 10.0; at < 290; at += 2.2 + 3*r.Float64() {
		uneven = append(uneven, at)
	}
	for name, skin := range map[string]func(float64) float64{
		"sixteen a minute, as they come":           responding(5, 0.4, uneven...),
		"ten a minute, at every breath of a pacer": responding(5, 0.4, every(10, 290, 6)...),
		"fifteen a minute, like a clock":           responding(5, 0.4, every(10, 290, 4)...),
	} {
		t.Run(name, func(t *testing.T) {
			each, _ := told(grove(stepADS1115), reading(25, 300, skin))
			for s, f := range each[10:] {
				if f.Quality < 0.9 || f.Reason != "" || s > 60 && f.SCRPerMin.Or(0) < 9 {
					t.Fatalf("after %d s: %+v", s+11, f)
				}
			}
		})
	}
}

func TestResponsesCountAgainAfterASwing(t *testing.T) {
	calm := responding(5, 0.4, every(62, 290, 8)...)
	each, _ := told(grove(stepADS1115), reading(25, 300, func(at float64) float64 {
		if at < 60 {
			return 5 + 0.1*math.Sin(2*math.Pi*0.25*at)
		}
		return calm(at)
	}))
	if f := each[40]; f.SCRPerMin.Known || f.Quality >= 0.5 {
		t.Errorf("in the swing: %+v", f)
	}
	for s, f := range each[85:] {
		if f.Quality < 0.9 || f.Reason != "" {
			t.Fatalf("after %d s: %+v", s+86, f)
		}
		if s+86 > 140 && math.Abs(f.SCRPerMin.Or(0)-7.5) > 1 {
			t.Fatalf("after %d s: rate %+v, want 7.5", s+86, f.SCRPerMin)
		}
	}
}

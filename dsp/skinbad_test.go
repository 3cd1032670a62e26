package dsp_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
)

// reading makes samples of a Grove board on an ADS1115 from conductance over time, with half a converter step of noise.
func reading(hz, seconds float64, microsiemens func(t float64) float64) []dsp.Sample {
	r := rand.New(rand.NewPCG(5, 5))
	return board(hz, seconds, func(t float64) float64 {
		return dsp.GroveVolts(microsiemens(t), 3.3, 0.5) + 0.5*stepADS1115*r.NormFloat64()
	})
}

// board makes samples of an ADS1115 from volts over time.
func board(hz, seconds float64, volts func(t float64) float64) []dsp.Sample {
	out := make([]dsp.Sample, int(seconds*hz))
	for i := range out {
		t := float64(i) / hz
		out[i] = dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: time.Duration(math.Round(t * 1e9)),
			Volts: math.Round(volts(t)/stepADS1115) * stepADS1115}
	}
	return out
}

// responding is a skin of that level with a response of amplitude µS at each time.
func responding(level, amplitude float64, at ...float64) func(t float64) float64 {
	return func(t float64) float64 {
		return finger{level: level, amplitude: amplitude, at: at}.microsiemens(t)
	}
}

// told is what a chain said second by second.
func told(k *dsp.Skin, samples []dsp.Sample) (each []dsp.SkinFeatures, responses []dsp.SCR) {
	var buf []dsp.Value
	take := func() {
		for _, v := range buf {
			if s, ok := v.(dsp.SCR); ok {
				responses = append(responses, s)
			}
		}
	}
	for _, s := range samples {
		for s.T >= time.Duration(len(each)+1)*time.Second {
			buf = k.Second(buf[:0], time.Duration(len(each)+1)*time.Second)
			take()
			each = append(each, k.Features())
		}
		buf = k.Sample(buf[:0], s)
		take()
	}
	return each, responses
}

func every(from, to, step float64) (at []float64) {
	for t := from; t < to; t += step {
		at = append(at, t)
	}
	return at
}

func TestBadSkinInputGivesNothingOrTheRightNumber(t *testing.T) {
	steady := responding(5, 0.3, every(10, 300, 15)...)
	volts := func(f func(float64) float64) func(float64) float64 {
		return func(t float64) float64 { return dsp.GroveVolts(f(t), 3.3, 0.5) }
	}
	hum := func(v, hz float64) func(float64) float64 {
		return func(t float64) float64 { return dsp.GroveVolts(steady(t), 3.3, 0.5) + v*math.Sin(2*math.Pi*hz*t) }
	}
	tests := []struct {
		name    string
		samples []dsp.Sample
		from    int     // s, from then on
		contact bool    // wanted
		level   float64 // µS, ±10 %; 0: none may be told
		rate    float64 // per minute, ±1; −1: none may be told
		reason  string
	}{
		{"a converter that always gives the same number", board(25, 200, func(float64) float64 { return 1.3 }), 62, false, 0, -1, "flat"},
		{"saturated high", board(25, 200, func(float64) float64 { return 3.3 }), 1, false, 0, -1, "trim"},
		{"saturated low", board(25, 200, func(float64) float64 { return 0 }), 1, false, 0, -1, "range"},
		{"below the ground", board(25, 200, func(float64) float64 { return -0.2 }), 1, false, 0, -1, "range"},
		{"no number at all", board(25, 200, func(float64) float64 { return math.NaN() }), 1, false, 0, -1, "samples"},
		{"infinite", board(25, 200, func(float64) float64 { return math.Inf(-1) }), 1, false, 0, -1, "samples"},
		{"one sample a second: a level, no responses", reading(1, 300, steady), 30, true, 5.1, -1, "slowly"},
		{"one sample in two seconds", reading(0.5, 300, steady), 10, false, 0, -1, "slowly"},
		{"5000 samples a second", reading(5000, 130, steady), 70, true, 5.05, 4, ""},
		{"mains hum of 50 mV at 250 a second", board(250, 300, hum(0.05, 50)), 70, true, 5.05, 4, ""},
		{"mains hum of 60 Hz at 250 a second", board(250, 300, hum(0.05, 60)), 70, true, 5.05, 4, ""},
		{"above the open circuit all the time", board(25, 200, func(t float64) float64 { return 1.97 + 0.01*math.Sin(t) }), 1, false, 0, -1, "trim"},
		{"quiet and dry", reading(25, 400, func(t float64) float64 { return 0.3 + 0.01*math.Sin(t/40) }), 65, true, 0.3, -1, "dry"},
		{"quiet and well in contact", reading(25, 400, func(t float64) float64 { return 3 + 0.1*math.Sin(t/40) }), 65, true, 3, 0, ""},
		{"through a divider of unknown clip", board(25, 100, volts(responding(60, 0))), 1, false, 0, -1, "range"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			each, _ := told(grove(stepADS1115), test.samples)
			for s, f := range each {
				if s+1 < test.from {
					continue
				}
				if f.Contact != test.contact || !strings.Contains(f.Reason, test.reason) || f.Reason == "" && f.Quality < 0.5 {
					t.Fatalf("after %d s: %+v", s+1, f)
				}
				if test.reason != "" && f.Quality >= 0.5 {
					t.Fatalf("after %d s it is good for all that: %+v", s+1, f)
				}
				if f.SCL.Known != (test.level > 0) || f.SCL.Known && math.Abs(f.SCL.Value/test.level-1) > 0.1 {
					t.Fatalf("after %d s: level %+v, want %v", s+1, f.SCL, test.level)
				}
				if f.SCRPerMin.Known != (test.rate >= 0) || f.SCRPerMin.Known && math.Abs(f.SCRPerMin.Value-test.rate) > 1 {
					t.Fatalf("after %d s: rate %+v, want %v", s+1, f.SCRPerMin, test.rate)
				}
			}
		})
	}
}

func TestAReadingThatStandsStillIsDoubtedBeforeItIsRefused(t *testing.T) {
	alive := responding(5, 0.3, every(10, 60, 15)...)
	each, _ := told(grove(stepADS1115), board(25, 140, func(t float64) float64 {
		return dsp.GroveVolts(alive(min(t, 60)), 3.3, 0.5) // the cable breaks after 60 s, and the input holds its voltage
	}))
	for s, f := range each {
		switch at := s + 1; {
		case at > 3 && at < 60 && (f.Quality < 0.9 || f.Reason != ""):
			t.Errorf("a living skin after %d s: %+v", at, f)
		case at > 77 && at < 120 && (f.Quality >= 0.5 || !strings.Contains(f.Reason, "flat") || !f.Contact):
			t.Errorf("still for %d s: %+v", at-60, f)
		case at > 121 && (f.Contact || f.SCL.Known || !strings.Contains(f.Reason, "flat")):
			t.Errorf("still for %d s: %+v", at-60, f)
		}
	}
}

func TestDriftIsNoResponse(t *testing.T) {
	tests := []struct {
		name string
		skin func(t float64) float64
	}{
		{"from 1 to 8 µS in ten minutes of warming up", func(t float64) float64 { return 1 + 7*t/600 }},
		{"the same, half of it in two minutes", func(t float64) float64 { return 1 + 7/(1+math.Exp(-(t-300)/40)) }},
		{"from 8 down to 1", func(t float64) float64 { return 8 - 7*t/600 }},
		{"with breath and pulse on it", func(t float64) float64 {
			return 2 + t/600 + 0.008*math.Sin(2*math.Pi*t/4) + 0.004*math.Sin(2*math.Pi*t)
		}},
		{"swinging slowly", func(t float64) float64 { return 4 + 0.5*math.Sin(2*math.Pi*t/240) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			each, found := told(grove(stepADS1115), reading(25, 600, test.skin))
			if len(found) > 1 {
				t.Errorf("%d responses invented: %+v", len(found), found)
			}
			for s, f := range each[70:] {
				if !f.Contact || f.SCRPerMin.Or(0) > 1 {
					t.Fatalf("after %d s: %+v", s+71, f)
				}
				now, before := test.skin(float64(s+71)), test.skin(float64(s+71-25)) // the median lies half a window behind
				if math.Abs(f.SCL.Value-now) > math.Abs(now-before)+0.1 {
					t.Fatalf("after %d s: level %.2f, true %.2f, 25 s ago %.2f", s+71, f.SCL.Value, now, before)
				}
			}
		})
	}
}

func TestElectrodesThatMoveAreNoResponses(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	at, size := every(8, 300, 7.3), map[int]float64{}
	for i := range at {
		size[i] = 0.1 + 0.3*r.Float64()
	}
	sum := func(base float64, f func(since, size float64) float64) func(float64) float64 {
		return func(t float64) float64 {
			g := base + 0.02*math.Sin(t/30)
			for i, a := range at {
				if t >= a {
					g += f(t-a, size[i])
				}
			}
			return g
		}
	}
	tests := []struct {
		name string
		skin func(t float64) float64
	}{
		{"pops of 0.1 s", sum(5, func(x, s float64) float64 { return 5 * s * math.Max(0, 1-x/0.1) })},
		{"pops of 0.3 s", sum(5, func(x, s float64) float64 { return s * math.Max(0, 1-x/0.3) })},
		{"a contact that shifts up and down at once", sum(3, func(x, s float64) float64 {
			if x < 3.5 {
				return s
			}
			return 0
		})},
		{"a dry contact that shifts", sum(0.3, func(x, s float64) float64 {
			if x < 2 {
				return -s / 6
			}
			return 0
		})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := told(grove(stepADS1115), reading(25, 300, test.skin))
			if len(found) > 2 {
				t.Errorf("%d responses invented in 5 minutes: %+v", len(found), found)
			}
		})
	}
}

func TestNoResponseSpansAGap(t *testing.T) {
	samples := reading(25, 120, responding(5, 0.5, 20, 50, 59.5, 90))
	var broken []dsp.Sample
	for _, s := range samples {
		if s.T < 60*time.Second || s.T >= 70*time.Second {
			broken = append(broken, s)
		}
	}
	each, found := told(grove(stepADS1115), broken)
	for _, s := range found {
		end := s.Peak + time.Duration(s.HalfRecovery.Or(0)*1e9)
		if s.Onset < 70*time.Second && end > 60*time.Second {
			t.Errorf("across the gap: %+v", s)
		}
	}
	for s, f := range each {
		if s+1 > 63 && s+1 < 70 && (f.Contact || f.SCL.Known || !strings.Contains(f.Reason, "samples")) {
			t.Errorf("after %d s: %+v", s+1, f)
		}
		if s+1 > 70 && s+1 < 130 && f.SCRPerMin.Known {
			t.Fatalf("a rate %d s after the gap: %+v", s+1-70, f)
		}
	}
	if f := each[len(each)-1]; !f.Contact || math.Abs(f.SCL.Value-5) > 0.2 {
		t.Errorf("afterwards %+v", f)
	}
}

func TestALostSampleCostsNoResponseAndNoRate(t *testing.T) {
	skin := responding(5, 0.4, every(10, 290, 10)...)
	whole := reading(25, 300, skin)
	var holed []dsp.Sample
	for i, s := range whole {
		switch {
		case i%250 == 70: // one in 10 s
			continue
		case i%250 == 71:
			s.Flags |= dsp.FlagGap
		}
		holed = append(holed, s)
	}
	want, all := told(grove(stepADS1115), whole)
	each, found := told(grove(stepADS1115), holed)
	if len(found) != len(all) {
		t.Errorf("%d responses, want %d as without the loss", len(found), len(all))
	}
	for i, f := range each {
		if f.SCRPerMin.Known != want[i].SCRPerMin.Known || f.Contact != want[i].Contact {
			t.Fatalf("after %d s: %+v, without the loss %+v", i+1, f, want[i])
		}
	}
}

func TestARateIsOfTheTimeThatWasWatched(t *testing.T) {
	skin := responding(5, 0.4, every(10, 290, 6)...) // ten a minute
	each, _ := told(grove(stepADS1115), reading(25, 300, func(t float64) float64 {
		if t > 100 && t < 160 && math.Mod(t, 4) < 0.3 { // the electrodes are moved for a minute
			return skin(t) + 12
		}
		return skin(t)
	}))
	known := 0
	for i, f := range each {
		if s := i + 1; s < 100 || !f.SCRPerMin.Known {
			continue
		}
		known++
		if math.Abs(f.SCRPerMin.Value-10) > 2 {
			t.Errorf("after %d s: %.1f a minute of ten", i+1, f.SCRPerMin.Value)
		}
	}
	if known < 80 {
		t.Errorf("a rate in %d s only", known)
	}
}

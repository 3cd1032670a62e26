package dsp_test

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
)

func TestAnUnevenPulseIsToldAndItsVariabilityWithheld(t *testing.T) {
	scattered := func(t float64) float64 { // without any order: the fraction of a large sine
		_, part := math.Modf(math.Abs(math.Sin(t*12.9898)) * 43758.5453)
		return 0.55 + 0.5*part
	}
	early := func(t float64) float64 { // every fourth beat a third too early, by the count of beats at 70 a minute
		switch int(t*70/60+0.2) % 4 {
		case 2:
			return 0.58
		case 3:
			return 1.13
		}
		return 60. / 70
	}
	second := func(t float64) float64 { // every second beat early, and a pause after it
		if int(t*2/1.66+0.5)%2 == 0 {
			return 0.54
		}
		return 1.12
	}
	slow := func(t float64) float64 { return 0.85 + 0.15*math.Sin(2*math.Pi*0.08*t) }
	tests := []struct {
		name   string
		rr     func(float64) float64
		kind   dsp.PulseKind
		uneven bool
	}{
		{"no order, by the finger", scattered, dsp.PPG, true},
		{"no order, by ECG", scattered, dsp.ECG, true},
		{"every fourth beat early, by ECG", early, dsp.ECG, true},
		{"every second beat early, by ECG", second, dsp.ECG, true},
		{"slow breathing with swings of 300 ms, by the finger", slow, dsp.PPG, false},
		{"slow breathing with swings of 300 ms, by ECG", slow, dsp.ECG, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := dsp.NewPulse(dsp.PulseOptions{Kind: test.kind, Leads: 1})
			h := listen(p, body{hz: 250, seconds: 120, rr: test.rr, ecg: test.kind == dsp.ECG}.samples())
			f, v := p.Features(), last[dsp.HRV](h)
			if f.Uneven != test.uneven || v.RMSSD.Known == test.uneven || f.RMSSD.Known == test.uneven {
				t.Errorf("uneven %v, want %v: %+v, %+v", f.Uneven, test.uneven, f, v)
			}
			if s := p.Summary(); s.RMSSD.Known == test.uneven || s.MeanNN.Known == test.uneven {
				t.Errorf("summary %+v", s)
			}
			if told := f.Reason == "uneven pulse: not used"; told != test.uneven {
				t.Errorf("reason %q", f.Reason)
			}
		})
	}
}

func TestTheSummaryHoldsNoMeasureOfAnUnevenPulse(t *testing.T) {
	scattered := func(t float64) float64 { // without any order: the fraction of a large sine
		_, part := math.Modf(math.Abs(math.Sin(t*12.9898)) * 43758.5453)
		return 0.55 + 0.5*part
	}
	half := func(t float64) float64 {
		if t > 180 {
			return scattered(t)
		}
		return variable(t)
	}
	tests := []struct {
		name    string
		rr      func(float64) float64
		seconds float64
		bare    time.Duration // afterwards nothing is worn
		known   bool
	}{
		{"uneven for two minutes, then taken off for five", scattered, 120, 5 * time.Minute, false},
		{"even for three minutes and uneven for two", half, 300, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPPG()
			samples := body{hz: 100, seconds: test.seconds, rr: test.rr}.samples()
			for end, at := samples[len(samples)-1], time.Duration(0); at < test.bare; at += 10 * time.Millisecond {
				s := end
				s.T += at + 10*time.Millisecond
				samples = append(samples, s)
			}
			listen(p, samples)
			s := p.Summary()
			if s.RMSSD.Known != test.known || s.MeanNN.Known != test.known || s.SDNN.Known != test.known {
				t.Errorf("%+v", s)
			}
			if test.known && s.RMSSD.Value > 90 {
				t.Errorf("RMSSD %.0f ms holds much of what was uneven", s.RMSSD.Value)
			}
		})
	}
}

func TestAShortRunHasNoSummaryOfItsVariability(t *testing.T) {
	for _, test := range []struct {
		seconds           float64
		mean, rmssd, sdnn bool
	}{{8, false, false, false}, {20, true, false, false}, {40, true, true, false}, {60, true, true, true}} {
		p := newPPG()
		listen(p, body{hz: 100, seconds: test.seconds, rr: variable}.samples())
		if s := p.Summary(); s.MeanNN.Known != test.mean || s.RMSSD.Known != test.rmssd || s.SDNN.Known != test.sdnn || s.PNN50.Known != test.sdnn {
			t.Errorf("%v s: %+v", test.seconds, s)
		}
	}
}

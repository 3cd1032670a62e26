package dsp_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
)

func newPPG() *dsp.Pulse { return dsp.NewPulse(dsp.PulseOptions{Kind: dsp.PPG, Leads: 1}) }

func variable(t float64) float64 { return 0.8 + 0.05*math.Sin(2*math.Pi*0.25*t) }

func TestEveryBeatIsFoundOnceWhateverTheSensor(t *testing.T) {
	tests := []struct {
		name string
		body body
		kind dsp.PulseKind
		ms   float64 // largest error of an interval
	}{
		{"an oximeter at 20 a second", body{hz: 20}, dsp.PPG, 12},
		{"a MAX30102 at 25 a second falls at systole", body{hz: 25, inverted: true}, dsp.PPG, 10},
		{"a camera at 30 a second with uneven frames", body{hz: 30, inverted: true, jitter: 0.8}, dsp.PPG, 12},
		{"a wristband at 64 a second", body{hz: 64}, dsp.PPG, 3},
		{"an analog sensor at 100 a second", body{hz: 100}, dsp.PPG, 2},
		{"an analog sensor at 250 a second", body{hz: 250}, dsp.PPG, 1},
		{"1000 a second", body{hz: 1000}, dsp.PPG, 1},
		{"5000 a second", body{hz: 5000}, dsp.PPG, 1},
		{"mild noise", body{hz: 250, noise: 0.02}, dsp.PPG, 15},
		{"breathing in amplitude and baseline", body{hz: 250, breath: 15}, dsp.PPG, 12},
		{"an ECG at 250 a second", body{hz: 250, ecg: true}, dsp.ECG, 1},
		{"an ECG with exchanged electrodes", body{hz: 360, ecg: true, inverted: true}, dsp.ECG, 1},
		{"an ECG with noise", body{hz: 250, ecg: true, noise: 0.02}, dsp.ECG, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := test.body
			b.seconds, b.rr, b.offset = 60, variable, 1.5
			h := listen(dsp.NewPulse(dsp.PulseOptions{Kind: test.kind, Leads: 1}), b.samples())
			truth, found := b.beats(), beatTimes(h)
			truth = truth[1:] // the first has no foot before it
			for truth[len(truth)-1] > b.seconds-0.8 {
				truth = truth[:len(truth)-1]
			}
			for len(found) > 0 && found[len(found)-1] > b.seconds-0.6 {
				found = found[:len(found)-1]
			}
			lag := bestLag(truth, found)
			if got := f1(truth, found, lag); got < 98.5 {
				t.Errorf("F1 %.2f %%, want every beat (%d of %d)", got, len(found), len(truth))
			}
			checkIntervals(t, truth, h, lag, test.ms)
			checkOrder(t, h)
		})
	}
}

// checkIntervals compares the told normal intervals with the true ones.
func checkIntervals(t *testing.T, truth []float64, h heard, lag, most float64) {
	t.Helper()
	n := 0
	for _, v := range all[dsp.IBI](h) {
		if v.Class != dsp.ClassNN {
			continue
		}
		for i := 1; i < len(truth); i++ {
			if math.Abs(truth[i]+lag-v.T.Seconds()) < 0.1 {
				n++
				if d := float64(v.Dur)/1e6 - 1000*(truth[i]-truth[i-1]); math.Abs(d) > most {
					t.Errorf("interval at %.2f s is off by %.2f ms, want at most %.2f", v.T.Seconds(), d, most)
				}
			}
		}
	}
	if n < len(truth)/2 {
		t.Errorf("%d normal intervals of %d beats", n, len(truth))
	}
}

// checkOrder is the invariant of every run: beats in order, none told before its time, no NaN.
func checkOrder(t *testing.T, h heard) {
	t.Helper()
	before := time.Duration(math.MinInt64)
	for i, v := range h.values {
		if b, ok := v.(dsp.Beat); ok {
			if b.T <= before {
				t.Fatalf("beat at %v told after the beat at %v", b.T, before)
			}
			if h.at[i] < b.T {
				t.Fatalf("beat of %v told at %v, before its time", b.T, h.at[i])
			}
			if !(b.Amplitude > 0) || b.Quality < 0 || b.Quality > 1 {
				t.Fatalf("impossible beat %+v", b)
			}
			before = b.T
		}
		if s := fmt.Sprintf("%+v", v); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Fatalf("not a number in %T%s", v, s)
		}
	}
}

func TestBeatsComeWithinHalfASecondOnceLocked(t *testing.T) {
	h := listen(newPPG(), body{hz: 100, seconds: 60, rr: variable}.samples())
	for i, v := range h.values {
		if b, ok := v.(dsp.Beat); ok && b.T > 10*time.Second && h.at[i]-b.T > 500*time.Millisecond {
			t.Errorf("beat of %v told %v later", b.T, h.at[i]-b.T)
		}
	}
}

func TestScaleShiftAndInversionChangeNoBeat(t *testing.T) {
	base := body{hz: 100, seconds: 20, rr: variable, noise: 0.005}
	want := listen(newPPG(), base.samples())
	rapid.Check(t, func(t *rapid.T) {
		scale := math.Exp(rapid.Float64Range(-5, 5).Draw(t, "ln scale"))
		if rapid.Bool().Draw(t, "inverted") {
			scale = -scale
		}
		offset := rapid.Float64Range(-10, 10).Draw(t, "offset")
		samples := base.samples()
		for i := range samples {
			samples[i].Volts = offset + scale*samples[i].Volts
		}
		got := listen(newPPG(), samples)
		a, b := beatTimes(want), beatTimes(got)
		if len(a) != len(b) {
			t.Fatalf("%d beats, %d when scaled", len(a), len(b))
		}
		for i := range a {
			if math.Abs(a[i]-b[i]) > 1e-4 {
				t.Fatalf("beat at %.5f moved to %.5f", a[i], b[i])
			}
		}
	})
}

func TestTheBetterLeadIsUsed(t *testing.T) {
	good := body{hz: 50, seconds: 60, rr: steady(66)}.samples()
	random := rand.New(rand.NewPCG(5, 6))
	var mixed []dsp.Sample
	for i, s := range good {
		bad := s
		bad.Volts = random.NormFloat64()
		if i > len(good)/2 { // the leads change places half-way
			s.Volts, bad.Volts = bad.Volts, s.Volts
		}
		s.Channel.Lead, bad.Channel.Lead = 1, 0
		mixed = append(mixed, bad, s)
	}
	p := dsp.NewPulse(dsp.PulseOptions{Kind: dsp.PPG, Leads: 2})
	h := listen(p, mixed)
	for _, half := range [][2]float64{{12, 28}, {45, 58}} {
		n := 0
		for _, b := range beatTimes(h) {
			if b > half[0] && b < half[1] {
				n++
			}
		}
		if want := (half[1] - half[0]) * 1.1; math.Abs(float64(n)-want) > 3 {
			t.Errorf("%d beats from %v to %v s, want about %.0f", n, half[0], half[1], want)
		}
	}
	for _, v := range all[dsp.IBI](h) {
		if start := (v.T - v.Dur).Seconds(); start < 30 && v.T.Seconds() > 31 {
			t.Errorf("interval %v spans the change of leads", v)
		}
	}
	checkOrder(t, h)
}

func TestWithdrawForgetsEverythingButTheSummary(t *testing.T) {
	p := newPPG()
	samples := body{hz: 100, seconds: 40, rr: steady(70)}.samples()
	listen(p, samples)
	if f := p.Features(); !f.HeartRate.Known || math.Abs(f.HeartRate.Value-70) > 0.5 {
		t.Fatalf("before: %+v", f)
	}
	beats := p.Summary().Beats
	p.Withdraw()
	if f := p.Features(); f.HeartRate.Known || f.Contact || f.MeanNN.Known || f.Reason == "" {
		t.Errorf("after: %+v", f)
	}
	if p.Summary().Beats != beats {
		t.Error("the summary lost its beats")
	}
	var h heard
	for i, s := range samples { // the same wave again, an hour later: nothing before a fresh lock
		s.T += time.Hour
		h.take(s.T, p.Sample(nil, s))
		if i == 200 && len(h.values) > 0 {
			t.Errorf("told %v within 2 s of a new start", h.values)
		}
	}
	if first := all[dsp.IBI](h)[0]; first.Class != dsp.ClassAfterGap || first.Dur > 2*time.Second {
		t.Errorf("first interval %v", first)
	}
}

// pacedFrom is a chain whose pacer begins at a second and, later, changes its pace.
type pacedFrom struct {
	*dsp.Pulse
	begin, change time.Duration
}

func (p pacedFrom) Second(dst []dsp.Value, t time.Duration) []dsp.Value {
	switch t {
	case p.begin:
		p.SetPace(6, t)
	case p.change:
		p.SetPace(5, t)
	}
	return p.Pulse.Second(dst, t)
}

func TestTheHeartIsComparedWithAPacerThatLedItThroughout(t *testing.T) {
	slow := func(t float64) float64 { return 0.85 + 0.1*math.Sin(2*math.Pi*0.1*t) }
	h := listen(pacedFrom{newPPG(), 70 * time.Second, 160 * time.Second}, body{hz: 100, seconds: 260, rr: slow}.samples())
	first := map[float64]time.Duration{}
	for i, v := range h.values {
		if c, ok := v.(dsp.Coherence); ok && c.Ratio.Known && first[c.Pace] == 0 {
			first[c.Pace] = h.at[i]
		}
	}
	for pace, since := range map[float64]time.Duration{6: 70 * time.Second, 5: 160 * time.Second} {
		if waited := first[pace] - since; waited < 64*time.Second || waited > 75*time.Second {
			t.Errorf("a pace of %v is answered %v after it began", pace, waited)
		}
	}
}

func TestSampleAllocatesNothingWhereItTellsNothing(t *testing.T) {
	p, twin := newPPG(), newPPG()
	samples := body{hz: 250, seconds: 40, rr: steady(70)}.samples()
	listen(p, samples[:9000])
	listen(twin, samples[:9000])
	dst := make([]dsp.Value, 0, 64)
	i, stretches := 9000, 0
	for i < len(samples)-60 {
		quiet := 0
		for quiet < 50 && len(twin.Sample(nil, samples[i+quiet])) == 0 {
			quiet++
		}
		if quiet == 50 {
			stretches++
			j := i
			if n := testing.AllocsPerRun(quiet-1, func() { dst = p.Sample(dst[:0], samples[j]); j++ }); n != 0 {
				t.Errorf("%v allocations a sample", n)
			}
			i += quiet
			continue
		}
		for range quiet + 1 {
			dst = p.Sample(dst[:0], samples[i])
			i++
		}
	}
	if stretches < 5 {
		t.Errorf("only %d quiet stretches", stretches)
	}
}

func FuzzPulse(f *testing.F) {
	f.Add(int64(1e7), 1.0, uint8(0), int64(4e6), 1e300, uint8(4), uint8(3))
	f.Add(int64(-5), math.NaN(), uint8(1), int64(math.MaxInt64/2), math.Inf(-1), uint8(255), uint8(0))
	f.Add(int64(1), 1e-320, uint8(2), int64(0), -1e6, uint8(8), uint8(9))
	f.Fuzz(func(t *testing.T, dt int64, v float64, flags uint8, dt2 int64, v2 float64, flags2 uint8, lead uint8) {
		p := dsp.NewPulse(dsp.PulseOptions{Leads: 2})
		p.SetPace(v, time.Duration(dt))
		at := time.Duration(0)
		var dst []dsp.Value
		for i := range 2000 {
			s := dsp.Sample{T: at, Volts: v * math.Sin(float64(i)/7), Flags: dsp.Flags(flags), Channel: dsp.Channel{Lead: lead}}
			at += time.Duration(dt % int64(time.Minute))
			if i%5 == 0 {
				s.Volts, s.Flags = v2*float64(i%11), dsp.Flags(flags2)
				at += time.Duration(dt2)
			}
			dst = p.Sample(dst[:0], s)
			if i%50 == 0 {
				dst = p.Second(dst, at.Truncate(time.Second))
			}
			for _, x := range dst {
				if text := fmt.Sprintf("%+v", x); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
					t.Fatalf("not a number: %T%s", x, text)
				}
			}
		}
		if text := fmt.Sprintf("%+v%+v", p.Features(), p.Summary()); strings.Contains(text, "NaN") {
			t.Fatal(text)
		}
	})
}

// A busy host loses single samples. Each costs the interval that spans it, and no beat.

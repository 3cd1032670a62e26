package dsp_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
)

// What becomes certain second by second is, summed up, what the intervals say: nothing twice, nothing left out, nothing across a gap.
func TestFreshSecondsAddUpToTheIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		early := rapid.Float64Range(0, 0.08).Draw(t, "share of early beats")
		gapFrom, gap := rapid.Float64Range(5, 30).Draw(t, "gap from"), rapid.Float64Range(0, 6).Draw(t, "gap")
		b := body{hz: 250, seconds: 40, ecg: true, noise: 0.002, rr: func(float64) float64 {
			if random.Float64() < early {
				return 0.5
			}
			return 0.85 + 0.03*random.NormFloat64()
		}}
		p := dsp.NewPulse(dsp.PulseOptions{Kind: dsp.ECG, Leads: 1})
		var told []dsp.IBI
		take := func(values []dsp.Value) {
			for _, v := range values {
				if i, ok := v.(dsp.IBI); ok {
					told = append(told, i)
				}
			}
		}
		var sum dsp.Fresh
		next := time.Second
		for _, s := range b.samples() {
			if at := s.T.Seconds(); at >= gapFrom && at < gapFrom+gap {
				continue
			}
			for ; s.T >= next; next += time.Second {
				take(p.Second(nil, next))
				f := p.Features().Fresh
				sum.Intervals, sum.NN = sum.Intervals+f.Intervals, sum.NN+f.NN
				sum.Differences, sum.Squares = sum.Differences+f.Differences, sum.Squares+f.Squares
			}
			if next <= b.last() {
				take(p.Sample(nil, s)) // what comes after the last whole second is not certain yet
			}
		}
		want := freshOf(told)
		if sum.Intervals != want.Intervals || sum.Differences != want.Differences ||
			math.Abs(sum.NN-want.NN) > 0.01*float64(1+want.Intervals) || math.Abs(sum.Squares-want.Squares) > 0.01*(1+want.Squares) {
			t.Fatalf("second by second %+v, by intervals %+v", sum, want)
		}
		if want.Intervals < 10 {
			t.Fatalf("only %d intervals: this proves nothing", want.Intervals)
		}
	})
}

// last is the last whole second before the samples end.
func (b body) last() time.Duration { return time.Duration(b.seconds-1) * time.Second }

// freshOf sums up intervals of an ECG, whose beats lie exactly an interval apart where nothing lies between.
func freshOf(told []dsp.IBI) (sum dsp.Fresh) {
	for k, i := range told {
		if i.Class != dsp.ClassNN {
			continue
		}
		ms := i.Dur.Seconds() * 1000
		sum.Intervals++
		sum.NN += ms
		if k == 0 || told[k-1].Class != dsp.ClassNN || (i.T-i.Dur-told[k-1].T).Abs() > time.Millisecond {
			continue
		}
		before := told[k-1].Dur.Seconds() * 1000
		relative := 1000 * (ms - before) / ((ms + before) / 2)
		sum.Differences++
		sum.Squares += relative * relative
	}
	return sum
}

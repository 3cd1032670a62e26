package dsp

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// swinging is a series that breathing alone moves: swing ms from the longest to the shortest interval, the breath sampled at the
// time of each beat, and noise ms of white noise.
func swinging(n int, mean, swing, breathsPerMin, noise float64) []float64 {
	random := rand.New(rand.NewPCG(3, 4))
	out := make([]float64, n)
	t := 0.0
	for i := range out {
		out[i] = mean + swing/2*math.Sin(2*math.Pi*breathsPerMin/60*t) + noise*random.NormFloat64()
		t += out[i] / 1000
	}
	return out
}

// ramp is exercise: the interval falls or rises evenly from one length to another.
func ramp(n int, from, to float64) []float64 {
	random := rand.New(rand.NewPCG(5, 6))
	out := make([]float64, n)
	for i := range out {
		out[i] = from + (to-from)*float64(i)/float64(n-1) + 6*random.NormFloat64()
	}
	return out
}

func TestALivelyHeartIsNoArtefact(t *testing.T) {
	tests := []struct {
		name string
		rr   []float64
	}{
		{"paced breathing, 6 a minute, swings of 300 ms at 75 bpm", swinging(300, 800, 300, 6, 10)},
		{"paced breathing, 4.5 a minute, swings of 300 ms at 60 bpm", swinging(300, 1000, 300, 4.5, 10)},
		{"an athlete breathing 12 a minute, swings of 250 ms at 50 bpm", swinging(300, 1200, 250, 12, 20)},
		{"RMSSD above 100 ms", swinging(300, 1100, 150, 14, 50)},
		{"a very steady heart", swinging(300, 600, 4, 16, 1)},
		{"a steady heart in steps of 1/128 s", inSteps(swinging(300, 600, 20, 16, 3), 1000./128)},
		{"a heart without any variability", inSteps(swinging(300, 600, 0, 16, 0), 1)},
		{"from rest into exercise within a minute", append(swinging(120, 900, 60, 15, 8), ramp(90, 900, 420)...)},
		{"from exercise back to rest", append(ramp(20, 430, 420), ramp(150, 420, 900)...)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			live, _ := liveJudge(test.rr)
			centred := judgeAll(test.rr).class
			for i := range test.rr {
				if live[i] != ClassNN && live[i] != ClassAfterGap || centred[i] != ClassNN {
					t.Errorf("interval %d is %v live and %v centred: %.0f", i, live[i], centred[i], test.rr[max(0, i-4):min(len(test.rr), i+5)])
				}
			}
		})
	}
}

// inSteps rounds to a clock's step, ms.
func inSteps(rr []float64, step float64) []float64 {
	for i := range rr {
		rr[i] = step * math.Round(rr[i]/step)
	}
	return rr
}

func TestSingleArtefactsInSpecialPlaces(t *testing.T) {
	quiet := func() []float64 { return breathing(200, 90, 8, 16, rand.New(rand.NewPCG(1, 1))) }
	usual := func() []float64 { return breathing(200, 70, 40, 15, rand.New(rand.NewPCG(2, 1))) }
	tests := []struct {
		name  string
		rr    []float64
		spoil func(rr []float64, i int)
		odd   int // intervals from the place on that are not normal
		allow int // intervals before and after that may go with them, since one short interval looks like a beat out of place
	}{
		{"a beat read 60 ms early on a quiet heart", quiet(), func(rr []float64, i int) { rr[i] -= 60; rr[i+1] += 60 }, 2, 0},
		{"a beat read 100 ms late on a quiet heart", quiet(), func(rr []float64, i int) { rr[i] += 100; rr[i+1] -= 100 }, 2, 0},
		{"a premature beat of the atrium, the rhythm starts anew", usual(), func(rr []float64, i int) { rr[i] *= 0.65 }, 1, 1},
		{"a premature beat and a pause", usual(), func(rr []float64, i int) { rr[i+1] += 0.3 * rr[i]; rr[i] *= 0.7 }, 2, 0},
		{"a premature beat between two normal ones", usual(), func(rr []float64, i int) { rr[i], rr[i+1] = 0.45*rr[i], 0.55*rr[i] }, 2, 0},
		{"a dropped beat", usual(), func(rr []float64, i int) { rr[i] *= 2 }, 1, 0},
		{"two dropped beats", usual(), func(rr []float64, i int) { rr[i] *= 3 }, 1, 0},
	}
	for _, test := range tests {
		for _, at := range []int{5, 12, 30, 100, 190} {
			rr := slices.Clone(test.rr)
			test.spoil(rr, at)
			live, _ := liveJudge(rr)
			centred := judgeAll(rr).class
			early := at < startIntervals && test.name[:10] == "a beat rea" // 10 ms are nothing before the heart's quiet is known
			for i := 1; i < len(rr); i++ {
				odd := i >= at && i < at+test.odd
				if !odd && i >= at-test.allow && i < at+test.odd+test.allow {
					continue
				}
				if (live[i] != ClassNN) != odd && !early || (centred[i] != ClassNN) != odd {
					t.Errorf("%s at %d: interval %d is %v live and %v centred: %.0f", test.name, at, i, live[i], centred[i],
						rr[max(0, i-4):min(len(rr), i+5)])
				}
			}
		}
	}
}

func TestJudgingScalesWithNothingButTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rr := rapid.SliceOfN(rapid.Float64Range(200, 2500), 0, 120).Draw(t, "rr")
		live, _ := liveJudge(rr)
		judged := judgeAll(rr)
		if len(live) != len(rr) || len(judged.class) != len(rr) {
			t.Fatalf("%d and %d judgements of %d intervals", len(live), len(judged.class), len(rr))
		}
		for i, c := range judged.class {
			if judged.extra[i] && (c != ClassExtra || i == 0) {
				t.Fatalf("interval %d opens with an extra beat and is %v", i, c)
			}
			if c == ClassMissed && judged.parts[i] < 2 {
				t.Fatalf("interval %d lacks beats and has %d part", i, judged.parts[i])
			}
		}
	})
}

func TestLiveJudgingWaitsForTwoBeatsAndNoMore(t *testing.T) {
	c := newClassifier()
	at := durationOf(0)
	for i := range 30 {
		at += durationOf(800)
		if n := len(c.push(nil, at, durationOf(800), i == 0)); n != count(i >= 2) {
			t.Errorf("interval %d brought %d judgements", i, n)
		}
	}
}

func durationOf(ms float64) time.Duration { return time.Duration(math.Round(ms * 1e6)) }

func TestJudgingAllocatesNothing(t *testing.T) {
	c := newClassifier()
	dst := make([]interval, 0, 8)
	at, i := time.Duration(0), 0
	if n := testing.AllocsPerRun(1000, func() {
		i++
		dur := durationOf(800 + 40*math.Sin(float64(i)))
		if i%17 == 0 {
			dur /= 2
		}
		at += dur
		dst = c.push(dst[:0], at, dur, i%113 == 0)
	}); n != 0 {
		t.Errorf("%v allocations a beat", n)
	}
}

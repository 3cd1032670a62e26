package dsp

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// unevenTimes feeds a series to the live path and tells at which 5 s steps the pulse counted as uneven, and how many there were.
func unevenTimes(rr []float64) (uneven, steps int, e *evenness) {
	c, r := newClassifier(), &record{}
	w := window{span: shortWindow, record: r}
	e = newEvenness()
	at, next := time.Duration(0), 5*time.Second
	gap := true
	for _, ms := range rr {
		at += durationOf(ms)
		if gap = gap || ms < shortestRR || ms > longestRR; ms >= shortestRR && ms <= longestRR {
			for _, iv := range c.push(nil, at, durationOf(ms), gap) {
				r.add(iv)
			}
			gap = false
		}
		for ; at >= next; next += 5 * time.Second {
			w.advance(next)
			e.update(&w)
			steps++
			uneven += count(e.uneven)
		}
	}
	return uneven, steps, e
}

// fibrillating is a series of independent intervals, as atrial fibrillation gives.
func fibrillating(n int, mean, cv float64, random *rand.Rand) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = max(0.45*mean, mean*(1+cv*random.NormFloat64()))
	}
	return out
}

// premature puts a premature beat with a compensatory pause into every so manyeth beat of a resting heart.
func premature(n, every int) []float64 {
	rr := breathing(n, 70, 30, 15, rand.New(rand.NewPCG(8, 8)))
	for i := every; i+1 < n; i += every {
		early := 0.35 * rr[i]
		rr[i], rr[i+1] = rr[i]-early, rr[i+1]+early
	}
	return rr
}

// sensed is a series as a sensor gives it that times beats with a jitter of so many ms, misses some and sees some too many.
func sensed(rr []float64, jitter, missed, extra float64, random *rand.Rand) []float64 {
	var beats []float64
	t := 0.0
	for _, ms := range rr {
		t += ms
		if random.Float64() < missed {
			continue
		}
		beats = append(beats, t+jitter*random.NormFloat64())
		if random.Float64() < extra {
			beats = append(beats, t+ms*(0.3+0.4*random.Float64()))
		}
	}
	slices.Sort(beats)
	var out []float64
	for i := 1; i < len(beats); i++ {
		out = append(out, beats[i]-beats[i-1])
	}
	return out
}

func TestAnUnevenPulseIsFound(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	tests := []struct {
		name string
		rr   []float64
	}{
		{"fibrillation at 85 a minute", fibrillating(400, 700, 0.20, random)},
		{"fibrillation at 110 a minute, less uneven", fibrillating(400, 545, 0.14, random)},
		{"fibrillation at 60 a minute", fibrillating(300, 1000, 0.22, random)},
		{"no rhythm at all", fibrillating(300, 800, 0.45, random)},
		{"every second beat premature", premature(400, 2)},
		{"every third beat premature", premature(400, 3)},
		{"every tenth beat premature", premature(400, 10)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			uneven, steps, _ := unevenTimes(test.rr)
			if steps-uneven > 9 { // within 45 s
				t.Errorf("uneven in %d of %d steps", uneven, steps)
			}
		})
	}
}

func TestALivelyOrBadlySensedHeartIsNotUneven(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 5))
	calm := func() []float64 { return breathing(400, 70, 35, 15, random) }
	tests := []struct {
		name string
		rr   []float64
	}{
		{"RMSSD of 120 ms at 50 bpm", swinging(300, 1200, 250, 13, 30)},
		{"paced breathing, 4.5 a minute, swings of 300 ms", swinging(400, 850, 300, 4.5, 10)},
		{"paced breathing, 6 a minute, swings of 300 ms", swinging(400, 850, 300, 6, 10)},
		{"into exercise and back", slices.Concat(swinging(80, 900, 60, 15, 8), ramp(90, 900, 420), ramp(150, 420, 900))},
		{"one premature beat a minute", premature(400, 70)},
		{"beats missed by the sensor, one in eight", sensed(calm(), 2, 0.12, 0, random)},
		{"beats missed and beats seen too many, one in twelve each", sensed(calm(), 5, 0.08, 0.08, random)},
		{"beats timed with a jitter of 25 ms", sensed(calm(), 25, 0, 0, random)},
		{"a child at 110 a minute, timed with a jitter of 15 ms", sensed(breathing(500, 110, 30, 20, random), 15, 0.02, 0, random)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if uneven, steps, _ := unevenTimes(test.rr); uneven > 0 {
				t.Errorf("uneven in %d of %d steps", uneven, steps)
			}
		})
	}
}

func TestAnUnevenPulseLastsUntilAMinuteIsEven(t *testing.T) {
	rr := slices.Concat(premature(150, 5), breathing(200, 70, 30, 15, rand.New(rand.NewPCG(8, 9))))
	if uneven, steps, e := unevenTimes(rr); e.uneven || uneven < 24 || uneven > steps-20 {
		t.Errorf("uneven in %d of %d steps, at the end %v", uneven, steps, e.uneven)
	}
}

package dsp

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTheSteadierOfTwoSeriesCountsMore(t *testing.T) {
	tests := []struct {
		name      string
		own, its  float64 // SD of the times' noise, cells
		low, high float64 // weight of the first
	}{
		{"alike", 0.5, 0.5, 0.35, 0.65},
		{"the other is three times as steady", 1.5, 0.5, 0.03, 0.2},
		{"the other wanders", 0.5, 5, 0.95, 1},
		{"both exact", 0, 0, 0.49, 0.51},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(5, 6))
			own, its := newRegularity(), newRegularity()
			if w := own.against(&its); w != 0.5 {
				t.Errorf("before anything is known the weight is %v", w)
			}
			for i := range 60 {
				at := 100*float64(i) + 8*math.Sin(0.3*float64(i)) // slow breathing, which both see
				if test.own == 0 && test.its == 0 {
					at = 100 * float64(i)
				}
				own.add(at + test.own*random.NormFloat64())
				its.add(at + test.its*random.NormFloat64())
			}
			if w := own.against(&its); w < test.low || w > test.high {
				t.Errorf("weight %.2f, want %.2f to %.2f", w, test.low, test.high)
			}
		})
	}
}

func TestARowOfTimesEndsWhereItIsInterrupted(t *testing.T) {
	r := newRegularity()
	for i := range 20 {
		r.add(100 * float64(i))
	}
	r.interrupt()
	for i := range 20 {
		r.add(1e6 + 100*float64(i))
	}
	for _, j := range r.jolts.sorted {
		if j != 0 {
			t.Fatalf("a jolt of %v across the break", j)
		}
	}
}

package dsp

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// tugged runs a skin through a tug and gives how much it bends.
func tugged(us []float64) float64 {
	var g tug
	for _, x := range us {
		g.cell(x)
	}
	return g.square
}

func TestATugIsBentAndNoSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.Float64Range(2, 20).Draw(t, "µS")
		wobble := rapid.SliceOfN(rapid.Float64Range(-1, 1), 40, 300).Draw(t, "wobble")
		share := rapid.Float64Range(0.001, 0.5).Draw(t, "share of the level")
		times := rapid.Float64Range(1, 5).Draw(t, "times")
		var once, scaled, less []float64
		for _, w := range wobble {
			x := level * (1 + share*w)
			once, scaled, less = append(once, x), append(scaled, times*x), append(less, level*(1+share*w/2))
		}
		bends := tugged(once)
		if other := tugged(scaled); math.Abs(other-bends) > 1e-9*(1+bends) {
			t.Fatalf("%v, and %v of a skin that conducts %v times as much", bends, other, times)
		}
		if !(bends >= 0) || math.IsInf(bends, 0) {
			t.Fatalf("bends by %v", bends)
		}
		if flatter := tugged(less); share < 0.1 && flatter > bends {
			t.Fatalf("half of the wobble bends by %v, all of it by %v", flatter, bends)
		}
	})
}

func TestALineIsNoTug(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.Float64Range(0, 50).Draw(t, "from"), rapid.Float64Range(0, 50).Draw(t, "to")
		n := rapid.IntRange(1, 600).Draw(t, "cells")
		var g tug
		for i := range n {
			g.cell(from + (to-from)*float64(i)/float64(n))
		}
		if g.square > 1e-18 || g.moving() {
			t.Fatalf("a straight line bends by %v", g.square)
		}
	})
}

func TestNothingBendsAcrossAGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g tug
		for range rapid.IntRange(1, 5).Draw(t, "pieces") {
			level := rapid.Float64Range(0, 50).Draw(t, "µS")
			for range rapid.IntRange(1, 100).Draw(t, "cells") {
				g.cell(level)
			}
			g.interrupt()
		}
		if g.square != 0 || g.moving() {
			t.Fatalf("a gap between two flat pieces bends by %v", g.square)
		}
	})
}

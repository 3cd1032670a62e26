package dsp

import (
	"math"
	"slices"
)

// breathNoise is the share of a trace's usual swing under which a swing is no breath: 0.2 of the third quartile, Schäfer &
// Kratky 2008 (doi 10.1007/s10439-007-9428-1), count-orig.
const breathNoise = 0.2

// breathCount is what counting the breaths of one trace gives.
type breathCount struct {
	rate float64 // per minute; 0 for none
	cv   float64 // coefficient of variation of the breaths' lengths
}

// breathCounter counts waves between their turning points.
type breathCounter struct {
	at, height [breathPoints]float64
	swings     [breathPoints]float64
	n          int
}

// count finds the turning points of a trace, drops pairs whose swing is small, and gives the mean rate of whole breaths, as a
// person counts them: from the first to the last peak and from the first to the last trough.
func (c *breathCounter) count(trace []float64) breathCount {
	c.turns(trace)
	if c.n < 5 {
		return breathCount{}
	}
	c.prune()
	if c.n < 5 { // fewer are not two breaths of either kind
		return breathCount{}
	}
	var sum, square float64
	for i := 2; i < c.n; i++ {
		d := c.at[i] - c.at[i-2]
		sum, square = sum+d, square+d*d
	}
	n := float64(c.n - 2)
	mean := sum / n
	return breathCount{rate: (c.every(0) + c.every(1)) / 2, cv: math.Sqrt(max(0, square/n-mean*mean)) / mean}
}

// every is the rate per minute between turning points of one kind.
func (c *breathCounter) every(first int) float64 {
	last := first + (c.n-1-first)/2*2
	return 60 * breathHz * float64((last-first)/2) / (c.at[last] - c.at[first])
}

// turns finds the turning points, placed by a parabola.
func (c *breathCounter) turns(trace []float64) {
	c.n = 0
	for i := 1; i < len(trace)-1; i++ {
		if (trace[i]-trace[i-1])*(trace[i+1]-trace[i]) < 0 {
			offset, height := vertex(trace[i-1], trace[i], trace[i+1])
			c.at[c.n], c.height[c.n] = float64(i)+offset, height
			c.n++
		}
	}
}

// prune takes the smallest swing out, and its two turning points with it, as long as it is noise.
func (c *breathCounter) prune() {
	swings := c.swings[:c.n-1]
	for i := range swings {
		swings[i] = math.Abs(c.height[i+1] - c.height[i])
	}
	slices.Sort(swings)
	least := breathNoise * quantile(swings, 0.75)
	for c.n > 3 {
		small, at := math.Inf(1), 0
		for i := 1; i < c.n; i++ {
			if d := math.Abs(c.height[i] - c.height[i-1]); d < small {
				small, at = d, i
			}
		}
		switch {
		case small >= least:
			return
		case at == 1:
			c.drop(0, 1)
		case at == c.n-1:
			c.n--
		default:
			c.drop(at-1, 2)
		}
	}
}

func (c *breathCounter) drop(from, n int) {
	copy(c.at[from:c.n], c.at[from+n:c.n])
	copy(c.height[from:c.n], c.height[from+n:c.n])
	c.n -= n
}

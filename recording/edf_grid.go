package recording

import (
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	edfGapSteps   = 1.5   // a step of so many usual ones has a gap in it
	edfOff        = 0.75  // of a cell: how far a value may stand from its time before the grid gives way
	edfFinest     = 4     // cells for each usual step at most: what is less even than that is for CSV
	edfLongRecord = 9.0   // s of a data record whose rate fits no whole second; below 10, the header has room for six decimals
	edfDrift      = 0.25  // of a cell: what a whole second's grid may be off by the end
	edfFastest    = 10000 // values a second at most; a pulse is sampled at a few hundred
)

// edfDurationOf chooses the length of a record so that every column has a whole number of values in it: whole seconds where the columns' rates
// allow it, else some nine seconds of the fastest.
func edfDurationOf(columns []*Column) time.Duration {
	for _, seconds := range []float64{1, 2, 4, 5, 8, 10} {
		fits := func(c *Column) bool {
			whole := math.Round(c.rate() * seconds)
			off := math.Abs(whole/seconds-c.rate()) * (c.T[len(c.T)-1] - c.T[0]).Seconds()
			return whole >= 1 && off <= edfDrift
		}
		if !slices.ContainsFunc(columns, func(c *Column) bool { return !fits(c) }) {
			return time.Duration(seconds) * time.Second
		}
	}
	fastest := 0.0
	for _, c := range columns {
		fastest = max(fastest, c.rate())
	}
	_, d := edfOutward(max(1, math.Round(fastest*edfLongRecord))/fastest, math.Round)
	return time.Duration(math.Round(d*1e6)) * time.Microsecond
}

// rate is how many values a second come while they come: gaps do not count. A column of a single value has a rate of 1.
func (c *Column) rate() float64 {
	usual := c.usualStep()
	if usual == 0 {
		return 1
	}
	var sum time.Duration
	n := 0
	for i := 1; i < len(c.T); i++ {
		if step := c.T[i] - c.T[i-1]; float64(step) <= edfGapSteps*float64(usual) {
			sum += step
			n++
		}
	}
	return min(float64(n)/sum.Seconds(), edfFastest)
}

// usualStep is the median step, of two in the middle the shorter; 0 with fewer than two values.
func (c *Column) usualStep() time.Duration {
	if len(c.T) < 2 {
		return 0
	}
	steps := make([]time.Duration, 0, len(c.T)-1)
	for i := 1; i < len(c.T); i++ {
		steps = append(steps, c.T[i]-c.T[i-1])
	}
	slices.Sort(steps)
	return steps[(len(steps)-1)/2]
}

// placed says where a column's values stand on a grid.
type placed struct {
	perRecord int
	cells     []int // of each value: its cell, strictly increasing
}

// place finds the coarsest grid, from the column's own rate on, in which no value comes later than edfOff of a cell.
func (c *Column) place(d time.Duration) (placed, error) {
	usual := max(1, int(math.Round(c.rate()*d.Seconds())))
	for n := usual; n <= edfFinest*usual; n += max(1, n/256) {
		if c.T[len(c.T)-1].Seconds()*float64(n)/d.Seconds() > maxRows {
			break
		}
		if cells, ok := c.onGrid(float64(n) / d.Seconds()); ok {
			return placed{n, cells}, nil
		}
	}
	return placed{}, fmt.Errorf("the time steps of %s are too uneven for EDF, which knows even ones only: take the CSV itself", c.FullName())
}

// onGrid gives each value the cell after the one before it, as long as that is no more than edfOff from its time, else the nearest. The grid is
// shifted by less than half a cell so that the first value stands on it. False where a value would come too late.
func (c *Column) onGrid(rate float64) ([]int, bool) {
	first := c.T[0].Seconds() * rate
	shift := first - math.Round(first)
	cells := make([]int, len(c.T))
	next := 0
	for i, t := range c.T {
		at := t.Seconds()*rate - shift
		switch off := at - float64(next); {
		case off < -edfOff:
			return nil, false
		case off > edfOff:
			next = int(math.Round(at))
		}
		cells[i] = next
		next++
	}
	return cells, true
}

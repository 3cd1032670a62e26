package dsp

import "time"

// grid turns unevenly timed samples into means over equal cells of time. A cell's value is the mean of the straight lines
// between neighbouring true samples, so it acts as a low-pass (no alias from mains flicker at 100 or 120 Hz) and needs no
// nominal rate. It never draws a line across a gap: break starts anew, and cells that are only partly covered do not exist.
type grid struct {
	step    time.Duration // length of a cell
	longest time.Duration // two samples farther apart than this have a gap between them

	have   bool
	ta, tb time.Duration // the line not yet spent runs from ta to tb
	va, vb float64
	cell   int64         // index of the cell being filled, kept since finding it takes a division for every sample
	end    time.Duration // of that cell
	area   float64       // of that cell so far, value × ns
	whole  bool          // that cell was covered from its start
}

// interrupt forgets the last sample: the next one starts a new stretch.
func (g *grid) interrupt() { *g = grid{step: g.step, longest: g.longest} }

// add takes one sample. It reports false where the sample does not follow the one before: after a gap, or at the start.
// A sample that is not later than the one before is ignored, since time cannot run backwards.
func (g *grid) add(t time.Duration, v float64) (follows bool) {
	if !g.have || t-g.tb > g.longest {
		g.begin(t, v)
		return false
	}
	if t <= g.tb {
		return true
	}
	g.ta, g.va = g.tb, g.vb
	g.tb, g.vb = t, v
	if t < g.end {
		g.rest()
	}
	return true
}

// begin starts a stretch with its first sample.
func (g *grid) begin(t time.Duration, v float64) {
	g.interrupt()
	g.have, g.ta, g.tb, g.va, g.vb = true, t, t, v, v
	g.cell = floorDiv(int64(t), int64(g.step))
	g.end = time.Duration(g.cell+1) * g.step
	g.whole = t == g.end-g.step
}

// full reports whether a cell is complete: next gives it.
func (g *grid) full() bool { return g.have && g.tb >= g.end }

// next gives the oldest complete cell: its index k covers the time k·step to (k+1)·step. It is not whole where the stretch began within
// it: then it does not exist.
func (g *grid) next() (k int64, v float64, whole bool) {
	vu := g.vb
	if g.end < g.tb {
		vu = g.va + (g.vb-g.va)*float64(g.end-g.ta)/float64(g.tb-g.ta)
	}
	k, v, whole = g.cell, (g.area+float64(g.end-g.ta)*(g.va+vu)/2)/float64(g.step), g.whole
	g.ta, g.va = g.end, vu
	g.cell, g.end, g.area, g.whole = g.cell+1, g.end+g.step, 0, true
	if g.ta < g.tb && g.tb < g.end {
		g.rest()
	}
	return k, v, whole
}

// rest spends what is left of the line, which ends within the cell.
func (g *grid) rest() {
	g.area += float64(g.tb-g.ta) * (g.va + g.vb) / 2
	g.ta, g.va = g.tb, g.vb
}

// middle is the time of the middle of cell k, moved by a fraction of a cell.
func (g *grid) middle(k int64, fraction float64) time.Duration {
	return time.Duration(k)*g.step + g.step/2 + time.Duration(fraction*float64(g.step))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

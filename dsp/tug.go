package dsp

import "time"

// Limits of what a living skin can do between neighbouring moments.
//
// The largest and fastest responses there are, two fifths of the level within a second (Boucsein 2012: rise 0.5–5 s), bend the level by
// less than tugOn of it over the 5 s that are looked at. What bends more is the electrodes: they are pressed, pulled, or slide.
const (
	tugApart = 250 * time.Millisecond // between the three moments compared: as far as the slowest good source samples
	tugTau   = 5.0                    // s
	tugOn    = 0.02                   // of the level
)

// tugCells is tugApart on the grid.
const tugCells = int(tugApart / skinStep)

// tug tells when electrodes are moved on the skin, from how much the conductance bends: the deviation of its second difference,
// relative to the level.
type tug struct {
	recent [2*tugCells + 1]float64 // µS
	n      int
	square float64 // of the second difference over the level, smoothed
}

// cell takes the next cell of the grid, before any filter.
func (g *tug) cell(microsiemens float64) {
	g.recent[g.n%len(g.recent)] = microsiemens
	g.n++
	if g.n < len(g.recent) {
		return
	}
	oldest, middle := g.recent[g.n%len(g.recent)], g.recent[(g.n+tugCells)%len(g.recent)]
	bend := (microsiemens - 2*middle + oldest) / max(middle, skinDry)
	g.square += (bend*bend/6 - g.square) * skinStep.Seconds() / tugTau // 6: a second difference of white noise has six times its variance
}

// interrupt breaks the succession of cells.
func (g *tug) interrupt() { g.n = 0 }

// moving tells whether the electrodes move now.
func (g *tug) moving() bool { return g.square > tugOn*tugOn }

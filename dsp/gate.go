package dsp

import "math"

// Shares of the usual distance of beats.
const (
	lateShare   = 1.6 // since the last beat; above it one was missed
	surelyShare = 2.8 // since the last one beyond doubt, likewise
	steadyBeats = 2   // good beats in a row after a missed one, before the pulse is trusted again
)

// gate tells whether a lead's beats come when they are due. It closes as soon as one was missed and opens when good ones came in a row.
// Places are cells of the grid.
type gate struct {
	steady int   // beats beyond doubt in a row, none missed
	surely int64 // the last beat beyond doubt
	limit  int64 // by which the next beat is due; later, one was missed
}

func (g *gate) clear() { *g = gate{limit: math.MaxInt64} }

// resume begins to expect beats at cell k, where a stretch of wave begins: what was not seen before it is nobody's missed beat. run is
// how many cells the detector needs first.
func (g *gate) resume(k, run int64, usual float64) {
	g.surely, g.limit = k+run, k+run+int64(lateShare*usual)
}

// beat takes a beat and reports whether one was missed before it. usual is the distance of beats, with this one.
func (g *gate) beat(k int64, sure bool, usual float64) (late bool) {
	late = g.missed(k)
	switch {
	case late:
		g.steady = 0
	case sure:
		g.steady++
	}
	if sure {
		g.surely = k
	}
	g.limit = min(k+int64(lateShare*usual), g.surely+int64(surelyShare*usual))
	return late
}

// missed reports whether a beat was missed by cell k, where none came since the last one.
func (g *gate) missed(k int64) bool { return k > g.limit }

// open reports whether the beats are steady.
func (g *gate) open() bool { return g.steady >= steadyBeats }

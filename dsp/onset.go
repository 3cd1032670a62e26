package dsp

import "time"

// Settings of the search for an onset.
const (
	trailCells  = 160 // 8 s of cells: the longest rise, and something before it
	cornerCells = 8   // 0.4 s over which a slope is taken
	cornerShare = 0.1 // of the steepest slope of a rise: below it the rise has not begun
)

// trail holds the newest levels, one a cell.
type trail struct {
	ring [trailCells]float64
	n    int // ever added since clear
}

func (r *trail) clear() { r.n = 0 }

func (r *trail) add(v float64) {
	r.ring[r.n%trailCells] = v
	r.n++
}

// len is the number of levels held.
func (r *trail) len() int { return min(r.n, trailCells) }

// at is the level so many cells ago; 0 is the newest.
func (r *trail) at(ago int) float64 { return r.ring[(r.n-1-ago)%trailCells] }

// rise is what is known of a rise by looking back from its peak. Places are in cells before the newest level.
type rise struct {
	onset  float64 // place
	trough float64 // level there
	steep  float64 // most that the level climbed in one piece of cornerCells
}

// before finds where the rise to the level of `peak` cells ago began, looking back at most `most` cells from there: after the last
// place near its lowest level, at the first piece that climbs by more than drift and noise do. The onset is where the tangent of
// the rise meets the trough: the filter has rounded that corner, the tangent restores it. False where there is nothing but drift.
func (r *trail) before(peak, most int, noise float64) (found rise, ok bool) {
	last := min(r.leaves(peak, min(peak+most, r.len()-1), 2.5*noise)-cornerCells/2, r.len()-1-cornerCells)
	if last < peak {
		return rise{}, false
	}
	steep := r.piece(r.steepest(peak, last))
	least := r.leastClimb(steep, r.piece(last), most, noise)
	if steep <= least {
		return rise{}, false
	}
	begun := last
	for begun > peak && r.piece(begun) <= least {
		begun--
	}
	at := r.steepest(max(peak, begun-2*cornerCells), begun)
	foot := r.lowest(at, min(begun+2*cornerCells, r.len()))
	trough := r.at(foot)
	tangent := float64(at) + (r.at(at)-trough)/r.piece(at)*cornerCells
	return rise{min(float64(foot), tangent), trough, steep}, true
}

// leastClimb is what a piece must climb by to belong to a rise whose steepest piece climbs by steep. What climbs already at the far
// edge of the longest rise there can be is drift, and a rise must be three times as steep.
func (r *trail) leastClimb(steep, edge float64, most int, noise float64) float64 {
	creep := scrCreep * cornerCells * skinStep.Seconds()
	least := min(max(creep, 2*noise, cornerShare*steep), steep/2)
	if edge > least && most == cellsOf(scrLongest) {
		return 3 * edge
	}
	return least
}

// leaves is where the level was last near its lowest, within a margin, from..to cells ago.
func (r *trail) leaves(from, to int, margin float64) int {
	lowest := r.at(to)
	for i := from; i < to; i++ {
		lowest = min(lowest, r.at(i))
	}
	for i := from; i < to; i++ {
		if r.at(i) <= lowest+margin {
			return i
		}
	}
	return to
}

// lowest is the place of the lowest level, from..to cells ago; to is not included.
func (r *trail) lowest(from, to int) int {
	best := from
	for i := from; i < to; i++ {
		if r.at(i) < r.at(best) {
			best = i
		}
	}
	return best
}

// piece is how far the level climbed over cornerCells until so many cells ago.
func (r *trail) piece(ago int) float64 { return r.at(ago) - r.at(ago+cornerCells) }

// steepest is the piece that climbs most, from..to cells ago.
func (r *trail) steepest(from, to int) int {
	best := from
	for i := from; i <= to; i++ {
		if r.piece(i) > r.piece(best) {
			best = i
		}
	}
	return best
}

// cellsOf is a duration in whole cells of the skin's grid.
func cellsOf(d time.Duration) int { return int(d / skinStep) }

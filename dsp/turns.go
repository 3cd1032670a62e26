package dsp

import "slices"

// Premature beats that come after every beat, or after every second one, take turns with the others: a short distance, a long one, and where
// two beats lie between them a usual one. By the finger a premature beat is weak, for the heart had no time to fill (Task Force
// 1996 has no measure for such a series). The detector of beats takes a weak one soon after another for a second wave, and what is left is
// steady at half the rate. Here every wave that looks like a beat counts, also one that was not told.
const (
	turnGaps   = 9    // distances that are looked at, three rounds of three
	turnMost   = 3    // distances in a round
	turnSure   = 8    // of turnGaps are like the one a round before: beats take turns
	turnLeast  = 5    // fewer than that: no more
	turnApart  = 0.12 // of the mean distance: that a distance may differ from the one a round before; breathing moves it by that
	turnSpread = 0.7  // the shortest distance of each round over its longest, at most: the deepest breathing in rounds of three beats has 0.8
	turnShort  = 0.45 // s, the shortest distance: the second wave of one and the same beat follows within 0.4 s
	turnLike   = 0.65 // correlation with the template: beats a quarter as strong have 0.7 where their foot lies in the wave before
	turnWeak   = 0.15 // of the usual height: of a beat a quarter as strong the wave before takes some away
	turnBreak  = 2.5  // s without any such wave: the row begins anew
)

// turns recognises beats that take turns in their distance.
type turns struct {
	on   bool
	gaps [turnGaps + turnMost]float64 // s, newest first
	n    int                          // of them that follow each other
	last int64                        // cell of the newest wave
	any  bool
}

func (r *turns) clear() { *r = turns{} }

// wave takes a wave that looks like a beat, at cell k of so many seconds each.
func (r *turns) wave(k int64, cell float64) {
	gap := float64(k-r.last) * cell
	began := !r.any || gap > turnBreak
	r.last, r.any = k, true
	if began {
		r.n, r.on = 0, false
		return
	}
	copy(r.gaps[1:], r.gaps[:])
	r.gaps[0], r.n = gap, min(r.n+1, len(r.gaps))
	if r.n < len(r.gaps) {
		return
	}
	r.on = r.rounds(2) || r.rounds(3)
}

// rounds reports whether the distances repeat every so many, and differ within each round. One long distance alone is a missed beat.
func (r *turns) rounds(of int) bool {
	same, usual := 0, 0.0
	for _, gap := range r.gaps[:turnGaps] {
		usual += gap / turnGaps
	}
	for i := range turnGaps {
		if abs(r.gaps[i]-r.gaps[i+of]) < turnApart*usual {
			same++
		}
	}
	uneven, all := 0, turnGaps/of
	for i := range all {
		round := r.gaps[i*of : (i+1)*of]
		if least := slices.Min(round); least >= turnShort && least <= turnSpread*slices.Max(round) {
			uneven++
		}
	}
	if r.on {
		return same >= turnLeast && 2*uneven > all
	}
	return same >= turnSure && uneven == all
}

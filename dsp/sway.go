package dsp

import "time"

// A response rises in 0.5 to 5 s and takes 2 to 10 s for half of its recovery (Boucsein 2012), so the steepest part of its rise is far
// steeper than any of its fall; and sweat glands keep no time. Mains hum that sampling has folded to a slow wave, or a limb that is rocked,
// rises as it falls and comes like a clock.
const (
	swayCycles = 4                // such swings in a row are no responses
	swayLean   = 0.3              // sum of the cubed steps over that of their sizes: a rise 1.4 times as steep as the fall; responses have 0.6 to 1
	swayPeriod = 0.12             // of the mean: that a cycle's length may differ from it; those of responses differ by half of it and more
	swayHeight = 0.3              // of the mean: that its height may differ
	swayOdd    = 2                // unlike cycles in a row that end it
	swayMost   = 16 * time.Second // of a cycle: a slower swing has no rise that is short enough for a response
	swayGone   = 24 * time.Second // without a trough: it is over
)

// cycle is one swing from trough to trough.
type cycle struct {
	began     time.Duration
	seconds   float64
	height    float64 // µS
	up, steps float64 // sums of the cubed steps of the level, with their sign and without
}

// sway recognises a level that swings up and down alike, one cycle like the other.
type sway struct {
	on   bool
	now  cycle
	past [swayCycles]cycle // newest first
	n    int               // of them that follow each other
	odd  int
}

func (s *sway) clear() { *s = sway{} }

// step takes one step of the level, which ends at time t.
func (s *sway) step(t time.Duration, d float64) {
	cube := d * d * d
	s.now.up += cube
	s.now.steps += abs(cube)
	if t-s.now.began > swayGone {
		s.on, s.n = false, 0
	}
}

// trough ends a cycle at time t, whose top lay so high above the trough before it; least is the smallest response that counts.
func (s *sway) trough(t time.Duration, height, least float64) {
	c := s.now
	c.seconds, c.height = (t - c.began).Seconds(), height
	s.now = cycle{began: t}
	if height < least || t-c.began > swayMost {
		s.n = 0
	} else {
		copy(s.past[1:], s.past[:])
		s.past[0], s.n = c, min(s.n+1, swayCycles)
	}
	if s.n == swayCycles && s.alike() {
		s.on, s.odd = true, 0
	} else if s.odd++; s.odd >= swayOdd {
		s.on = false
	}
}

// since is when the cycles that are held began.
func (s *sway) since() time.Duration { return s.past[swayCycles-1].began }

// alike reports whether the held cycles are of one length and height, and rise as they fall.
func (s *sway) alike() bool {
	var mean cycle
	for _, c := range s.past {
		mean.seconds += c.seconds / swayCycles
		mean.height += c.height / swayCycles
		mean.up += c.up
		mean.steps += c.steps
	}
	for _, c := range s.past {
		if abs(c.seconds-mean.seconds) > swayPeriod*mean.seconds || abs(c.height-mean.height) > swayHeight*mean.height {
			return false
		}
	}
	return abs(mean.up) < swayLean*mean.steps
}

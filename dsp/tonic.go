package dsp

import (
	"time"
)

// Settings of the tonic level.
const (
	tonicSeconds = 45   // seconds outside responses that the median is taken of
	tonicLeast   = 3    // of them before there is a level
	tonicSlope   = 0.05 // µS per s and per µS of level, that the level may move
	tonicFlat    = 0.05 // µS per s that it may move in any case
)

// tonic is the slow level: the median of the level in the last 45 s that lay outside responses, limited in slope. In a storm of
// responses without a pause it holds still rather than follow the peaks.
type tonic struct {
	recent trailing
	level  float64
	last   time.Duration
	known  bool
}

func newTonic() tonic { return tonic{recent: newTrailing(tonicSeconds)} }

func (c *tonic) clear() { c.recent.clear(); c.known = false }

// second takes the level at the whole second t.
func (c *tonic) second(t time.Duration, level float64, inside bool) {
	if c.recent.len() > 0 && t-c.last > time.Minute {
		c.clear() // what was before a long break says nothing of now
	}
	if !inside || c.recent.len() == 0 || level < c.level {
		c.recent.add(level)
	}
	if c.recent.len() < tonicLeast {
		c.last = t
		return
	}
	m := c.recent.median()
	if !c.known {
		c.level, c.known, c.last = m, true, t
		return
	}
	most := (tonicFlat + tonicSlope*c.level) * (t - c.last).Seconds()
	c.level += max(-most, min(most, m-c.level))
	c.last = t
}

func (c *tonic) value() Maybe {
	if !c.known {
		return Maybe{}
	}
	return Some(c.level)
}

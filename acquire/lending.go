package acquire

import (
	"sync/atomic"
	"time"
)

// Lending is the word between a bus's loop and whoever needs the bus for a while: for setting up, another process talks to the chips, and
// two at once would garble each other. The zero value is a bus that is its loop's own. Any goroutine may use it.
type Lending struct{ asked, given atomic.Bool }

// Ask asks for the bus. The loop gives it between two conversions; a bus that is stuck may take seconds.
func (l *Lending) Ask() { l.asked.Store(true) }

// Given tells whether the loop has let go of the bus.
func (l *Lending) Given() bool { return l.given.Load() }

// Return gives the bus back. The loop looks for its chips anew.
func (l *Lending) Return() { l.asked.Store(false) }

// lent does nothing but deliver empty Blocks while the bus is lent, and tells whether it is.
func (l *Loop) lent() bool {
	g := l.o.Lending
	if g == nil {
		return false
	}
	asked, given := g.asked.Load(), g.given.Load()
	switch {
	case !asked:
		if given {
			g.given.Store(false)
		}
		return false
	case !given:
		for _, s := range l.sources {
			s.putAway(l.o.Pacer.Now())
		}
		g.given.Store(true)
	}
	l.o.Pacer.SleepUntil(l.deliver)
	l.emit()
	return true
}

// putAway lets go of a chip, which then has to be found anew. A conversion under way ends by itself.
func (c *chip) putAway(now time.Duration) {
	for i := range c.lines {
		c.lines[i].lose()
	}
	c.conv, c.pending = nil, nil
	c.health.streak = 0
	c.at = now
}

// putAway puts the light out and lets go of the chip. What a borrower leaves lit is put out when the bus is back.
func (o *optic) putAway(now time.Duration) {
	o.leave()
	o.lose()
	o.dev, o.asleep, o.dark = nil, false, false
	o.health.streak = 0
	o.at = now
}

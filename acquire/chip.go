package acquire

import (
	"errors"
	"fmt"
	"time"

	"hubd/dsp"
)

// Chip is one converter on a Loop's bus.
type Chip struct {
	// Source names the chip in faults, for example ads1115@48 on i2c 1.
	Source string
	// Open finds the chip. It is called for the first time by the loop and again, with back-off, after a fault; it should then
	// also reopen a bus that was lost. It must return within about a second.
	Open     func() (Converter, error)
	Channels []Channel
}

func (c Chip) check() error {
	switch {
	case c.Source == "":
		return errors.New("acquire: a chip without Source")
	case c.Open == nil:
		return fmt.Errorf("acquire: %s: no Open", c.Source)
	case len(c.Channels) == 0:
		return fmt.Errorf("acquire: %s: no channels", c.Source)
	}
	for _, ch := range c.Channels {
		if err := ch.check(); err != nil {
			return fmt.Errorf("acquire: %s: %w", c.Source, err)
		}
		if ch.Rate == 0 {
			return fmt.Errorf("acquire: %s: %s of wearer %d has no rate", c.Source, ch.Channel.Kind, ch.Channel.Wearer)
		}
	}
	return nil
}

// chip is a Chip at work. It is closed (conv is nil), idle (nothing pending), or converting.
type chip struct {
	Chip
	wearer int // of faults
	lines  []line
	conv   Converter
	typ    time.Duration
	max    time.Duration // 0: converts in Finish
	at     time.Duration // of its next action
	health health

	ahead   time.Duration // how much before a grid point its work begins: what comes before a conversion takes time too
	pending *line         // under conversion
	begun   bracket       // of its Begin
	late    bool          // it began late
	polls   int           // times it was found not done
	group   [maxGroup]int // lines to convert at once
}

// maxGroup bounds the inputs converted in one transfer; the drivers queue as many.
const maxGroup = 8

func newChip(c Chip) *chip {
	k := &chip{Chip: c, wearer: int(c.Channels[0].Channel.Wearer)}
	for _, ch := range c.Channels {
		k.lines = append(k.lines, newLine(ch))
		if int(ch.Channel.Wearer) != k.wearer {
			k.wearer = dsp.SharedWearer
		}
	}
	return k
}

// opened takes a converter into use and lays its channels' grids. Channels that the chip converts one after another get
// grids apart, so that none is late by plan; those that it converts in one transfer share theirs.
func (c *chip) opened(conv Converter, now time.Duration) {
	c.conv = conv
	c.typ, c.max = conv.ConversionTime()
	shortest := c.lines[0].period
	for i := range c.lines {
		shortest = min(shortest, c.lines[i].period)
	}
	for i := range c.lines {
		l := &c.lines[i]
		l.phase = 0
		if c.max > 0 {
			l.phase = shortest * time.Duration(i) / time.Duration(len(c.lines))
		}
		l.place(now)
	}
	c.rest()
}

// rest makes the chip idle until its next grid point, or a little before it.
func (c *chip) rest() {
	c.pending = nil
	c.at = c.next() - c.ahead
}

// next is the first grid point to come.
func (c *chip) next() time.Duration {
	next := c.lines[0].due
	for i := range c.lines {
		next = min(next, c.lines[i].due)
	}
	return next
}

// Limits of what a conversion's lateness teaches: a chip that shares its bus begins late by what the others' transfers and the fetching of its own
// last result take, always by about as much. A machine that stands still teaches little by it.
const (
	aheadMost  = time.Millisecond
	aheadShare = 16 // conversions over which it is learnt
)

// learn takes how late a conversion began after its grid point.
func (c *chip) learn(by, period time.Duration) {
	by = min(max(by, -aheadMost), aheadMost)
	c.ahead = min(max(c.ahead+by/aheadShare, 0), aheadMost, period/4)
}

// estimate is the moment that the running conversion stands for: half a typical conversion after its start.
func (c *chip) estimate() time.Duration { return c.begun.middle() + c.typ/2 }

func (c *chip) due() time.Duration { return c.at }

// earliest is what the running conversion stands for.
func (c *chip) earliest() (time.Duration, bool) {
	if c.pending == nil {
		return 0, false
	}
	return c.estimate(), true
}

// leave has nothing to do: a converter that is not asked rests.
func (c *chip) leave() {}

// Limits of a sick chip.
const (
	maxErrors    = 3           // in a row are a fault
	maxSilence   = time.Second // without success, from the first failed attempt on, is one too
	backoffFirst = 250 * time.Millisecond
	backoffLast  = 3500 * time.Millisecond // a stuck bus takes 1 s more to say so, and all must be well 5 s after a fault ended
)

// health decides when failing attempts are a fault, and how long to wait before the next opening.
type health struct {
	streak  int           // errors since the last success or opening
	since   time.Duration // when the first failed attempt since the last success began
	failing bool          // since is set
	faulty  bool          // the fault was told
	backoff time.Duration // before the next opening
}

// failed notes a failed attempt and tells whether it is time to give the chip up for now.
func (h *health) failed(from, to time.Duration) bool {
	if !h.failing {
		h.failing, h.since = true, from
	}
	h.streak++
	return h.streak >= maxErrors || to-h.since >= maxSilence
}

// wait is the time until the next opening: doubled from one to the next, at most backoffLast, of which a random part between
// a half and the whole is taken, so that chips that failed together do not come back together.
func (h *health) wait(random float64) time.Duration {
	h.backoff = min(max(2*h.backoff, backoffFirst), backoffLast)
	return h.backoff/2 + time.Duration(random*float64(h.backoff/2))
}

// answered notes a success and tells whether a fault ends with it.
func (h *health) answered() bool {
	was := h.faulty
	*h = health{}
	return was
}

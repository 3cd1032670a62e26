package acquire

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"hubd/dsp"
)

// BlockPeriod is how often a Loop delivers what it has.
const BlockPeriod = 20 * time.Millisecond

// Options describe one bus and what hangs on it.
type Options struct {
	Bus     string // name, as in dsp.Block
	Chips   []Chip
	Optical []Optical
	Pacer   Pacer
	// Emit takes each Block, which it then owns. It must not wait: it runs between conversions.
	Emit func(dsp.Block)
	// Paused is asked before every conversion whether a wearer is paused; a paused wearer's inputs are not converted, and a
	// chip that serves nobody else is left alone. It may be called from the loop's goroutine at any time. Nil: nobody ever is.
	Paused func(wearer uint8) bool
	// Lending is asked before every step whether somebody else needs the bus. Nil: nobody ever does.
	Lending *Lending
	// Seed makes the random part of back-off repeatable; buses should get different ones.
	Seed uint64
}

func (o Options) check() error {
	if o.Pacer == nil || o.Emit == nil {
		return errors.New("acquire: a Loop needs a Pacer and Emit")
	}
	if len(o.Chips)+len(o.Optical) == 0 {
		return fmt.Errorf("acquire: bus %s: no chips", o.Bus)
	}
	return o.checkChannels()
}

// checkChannels refuses a signal that is measured twice.
func (o Options) checkChannels() error {
	seen := map[dsp.Channel]bool{}
	once := func(ch dsp.Channel) error {
		if seen[ch] {
			return fmt.Errorf("acquire: bus %s: %s %d of wearer %d is configured twice", o.Bus, ch.Kind, ch.Lead, ch.Wearer)
		}
		seen[ch] = true
		return nil
	}
	for _, c := range o.Chips {
		if err := c.check(); err != nil {
			return err
		}
		for _, ch := range c.Channels {
			if err := once(ch.Channel); err != nil {
				return err
			}
		}
	}
	for _, c := range o.Optical {
		if err := c.check(); err != nil {
			return err
		}
		for _, ch := range c.channels() {
			if err := once(ch); err != nil {
				return err
			}
		}
	}
	return nil
}

// source is a chip as the loop serves it: a converter that is asked, or one with a FIFO.
type source interface {
	due() time.Duration
	act(l *Loop)
	// earliest is the earliest moment that a sample still to come stands for; false where none is on its way.
	earliest() (time.Duration, bool)
	// leave is the end of the loop.
	leave()
	// putAway lets go of the chip while the bus is lent.
	putAway(now time.Duration)
}

// Loop reads all chips of one bus. It belongs to one goroutine, but for Counters.
//
// Each channel has an absolute grid. Whatever is due first is done first: begin a conversion, look for its end, open a chip,
// deliver a Block. Chips convert side by side; one chip converts one input at a time, the one whose next grid point comes
// first, so that a slow channel cannot hold up a fast one. A loop that is behind takes the newest grid point at once and skips
// those before it.
type Loop struct {
	o        Options
	sources  []source
	random   *rand.Rand
	counters counters

	deliver time.Duration // when the next Block is due
	until   time.Duration // watermark of the last one
	samples []dsp.Sample  // in order of T, not yet delivered
	faults  []dsp.Fault
}

// NewLoop checks the options; no chip is touched before the first Step.
func NewLoop(o Options) (*Loop, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Paused == nil {
		o.Paused = func(uint8) bool { return false }
	}
	l := &Loop{o: o, random: rand.New(rand.NewPCG(o.Seed, 0x68756264)), deliver: o.Pacer.Now() + BlockPeriod}
	for _, c := range o.Chips {
		l.sources = append(l.sources, newChip(c))
	}
	for _, c := range o.Optical {
		l.sources = append(l.sources, newOptic(c, l.random))
	}
	return l, nil
}

// Run reads until ctx ends, which it notices within one BlockPeriod, or, where the bus is stuck, when the transfer under way
// comes back. It never gives up on a chip.
func (l *Loop) Run(ctx context.Context) {
	var yielded time.Duration
	for ctx.Err() == nil {
		l.Step()
		if now := l.o.Pacer.Now(); now-yielded >= yieldEvery {
			runtime.Gosched()
			yielded = now
		}
	}
	for _, s := range l.sources {
		s.leave()
	}
}

// yieldEvery is how often Run lets other goroutines go first. Go takes the processor from a goroutine that has kept it for 10 ms, also while
// it sleeps in the kernel, and its monitor then looks about for more to take, tens of times a millisecond: that costs more than the reading.
const yieldEvery = 5 * time.Millisecond

// Samples is Counters.Samples alone; it may be called from any goroutine, and often.
func (l *Loop) Samples() uint64 { return l.counters.samples.Load() }

// Counters may be called from any goroutine.
func (l *Loop) Counters() Counters { return l.counters.snapshot() }

// deliverSlack is how long a Block may wait for the next conversion, so that one wake-up serves both.
const deliverSlack = BlockPeriod / 4

// Step waits for what is due next, at most BlockPeriod and a little, and does it.
func (l *Loop) Step() {
	if l.lent() {
		return
	}
	var next source
	at := l.deliver + deliverSlack
	for _, s := range l.sources {
		if due := s.due(); due < at {
			next, at = s, due
		}
	}
	if next == nil {
		at = l.deliver
	}
	l.o.Pacer.SleepUntil(at)
	if next != nil {
		next.act(l)
	}
	if l.o.Pacer.Now() >= l.deliver {
		l.emit()
	}
}

// act does what a chip is due for.
func (c *chip) act(l *Loop) {
	switch {
	case c.pending != nil:
		l.poll(c)
	case l.allPaused(c):
		l.pass(c)
	case c.conv == nil:
		l.open(c)
	default:
		l.convert(c)
	}
}

// emit delivers everything before the watermark: now, or the earliest moment that a running conversion stands for.
func (l *Loop) emit() {
	now := l.o.Pacer.Now()
	until := now
	for _, s := range l.sources {
		if t, waits := s.earliest(); waits {
			until = min(until, t)
		}
	}
	l.until = max(l.until, until)
	until = l.until
	ready := len(l.samples)
	for ready > 0 && l.samples[ready-1].T >= until {
		ready--
	}
	b := dsp.Block{Bus: l.o.Bus, Until: until, SetUp: l.o.Lending != nil && l.o.Lending.Given()}
	b.Samples = append(b.Samples, l.samples[:ready]...)
	b.Faults = append(b.Faults, l.faults...)
	l.samples = l.samples[:copy(l.samples, l.samples[ready:])]
	l.faults = l.faults[:0]
	l.deliver += ((now-l.deliver)/BlockPeriod + 1) * BlockPeriod
	l.o.Emit(b)
}

// allPaused tells whether a chip serves nobody now.
func (l *Loop) allPaused(c *chip) bool {
	for i := range c.lines {
		if !l.o.Paused(c.lines[i].Channel.Channel.Wearer) {
			return false
		}
	}
	return true
}

// pass lets a chip be for a while; its grids go on.
func (l *Loop) pass(c *chip) {
	now := l.o.Pacer.Now()
	if c.conv == nil {
		c.at = now + BlockPeriod
		return
	}
	for i := range c.lines {
		c.lines[i].place(now + BlockPeriod)
	}
	c.rest()
}

// open looks for a chip.
func (l *Loop) open(c *chip) {
	from := l.o.Pacer.Now()
	conv, err := c.Open()
	if err != nil {
		l.failed(c, fmt.Errorf("opening it: %w", err), from)
		return
	}
	c.health.streak = 0
	c.opened(conv, l.o.Pacer.Now())
}

// failed notes an error of a chip since from. After too many the chip is put away and looked for later.
func (l *Loop) failed(c *chip, err error, from time.Duration) {
	now := l.o.Pacer.Now()
	if l.ailed(&c.health, dsp.Fault{Wearer: c.wearer, Source: c.Source}, err, from) || c.conv == nil {
		for i := range c.lines {
			c.lines[i].lose()
		}
		c.conv, c.pending = nil, nil
		c.at = now + c.health.wait(l.random.Float64())
		return
	}
	c.rest()
}

// ailed counts an error since from, tells the fault f where there were too many, and tells whether to give up for now.
func (l *Loop) ailed(h *health, f dsp.Fault, err error, from time.Duration) (giveUp bool) {
	now := l.o.Pacer.Now()
	l.counters.errors.Add(1)
	giveUp = h.failed(from, now)
	if giveUp && !h.faulty {
		h.faulty = true
		f.T, f.Reason = now, reason(err)
		l.fault(f)
	}
	return giveUp
}

// reason says what is wrong and what to look at.
func reason(err error) string {
	return fmt.Sprintf("no reading: %v; check the chip's supply, ground and data wires, that its address or chip select is the one in the config, and that no other program uses it", err)
}

// answered counts a success of a chip.
func (l *Loop) answered(c *chip) {
	l.recovered(&c.health, dsp.Fault{Wearer: c.wearer, Source: c.Source})
}

// recovered counts a success and tells when the fault f is over.
func (l *Loop) recovered(h *health, f dsp.Fault) {
	if h.answered() {
		l.counters.reopens.Add(1)
		f.T = l.o.Pacer.Now()
		l.faults = append(l.faults, f)
	}
}

func (l *Loop) fault(f dsp.Fault) {
	l.counters.faults.Add(1)
	l.faults = append(l.faults, f)
}

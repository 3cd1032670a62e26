package acquire

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"hubd/drivers/max3010x"
	"hubd/dsp"
)

// Optical is one pulse chip on a Loop's bus. It samples by itself, into a FIFO that the loop empties in time. Its infrared light is the
// wearer's lead 0 and its red light lead 1, both as a share of the range (Light.Share), with FlagLeadOff while no skin is there.
type Optical struct {
	// Source names the chip in faults, for example max30102@57 on I2C 1.
	Source string
	// Open finds the chip and leaves it dark; see Chip.Open.
	Open   func() (*max3010x.Dev, error)
	Wearer uint8
	// Frozen is as in Channel.
	Frozen time.Duration
	// Interrupt is the line of its INT pin; nil: none is wired.
	Interrupt *Interrupt
}

func (o Optical) check() error {
	switch {
	case o.Source == "":
		return errors.New("acquire: an optical chip without Source")
	case o.Open == nil:
		return fmt.Errorf("acquire: %s: no Open", o.Source)
	case o.Frozen < 0:
		return fmt.Errorf("acquire: %s: frozen after %s", o.Source, o.Frozen)
	case o.Interrupt != nil && (o.Interrupt.Source == "" || o.Interrupt.Open == nil || o.Interrupt.At == nil):
		return fmt.Errorf("acquire: %s: an interrupt line without Source, Open or At", o.Source)
	}
	return nil
}

// channels are the two leads.
func (o Optical) channels() [2]dsp.Channel {
	return [2]dsp.Channel{
		{Wearer: o.Wearer, Kind: dsp.ChannelPulse, Lead: 0},
		{Wearer: o.Wearer, Kind: dsp.ChannelPulse, Lead: 1},
	}
}

// Emptying the FIFO.
const (
	longestLook   = 40 * time.Millisecond
	shortestLook  = 16 * time.Millisecond
	looksPerDepth = 10
	// silentLooks and silentTime are how often and how long no sample may come before the chip counts as stuck. Time alone would blame
	// it for a machine that was late.
	silentLooks = 12
	silentTime  = 500 * time.Millisecond
)

// optic is an Optical at work. It is closed (dev is nil), broken, asleep, or sampling.
type optic struct {
	Optical
	dev    *max3010x.Dev
	lines  [2]line
	clock  sampleClock
	random *rand.Rand
	health health
	at     time.Duration // of its next action

	broken  bool          // the chip must be started anew before it is believed
	asleep  bool          // its wearer is paused, or it was just found: its LEDs are out
	dark    bool          // they were out when it was last heard of
	holed   bool          // the FIFO must be emptied at a lull before samples are counted again
	looks   int           // since the grid began
	grid    time.Duration // where it began
	every   time.Duration // between two looks
	arrived time.Duration // when samples last came
	empty   int           // looks since then
	mark    time.Duration // no sample before it is to come
	buffer  []max3010x.Reading
	pin     *pin            // nil: none
	edges   []time.Duration // of the last look
}

func newOptic(o Optical, random *rand.Rand) *optic {
	k := &optic{Optical: o, random: random}
	for i, c := range o.channels() {
		k.lines[i] = newLine(Channel{Channel: c, Frozen: o.Frozen})
		k.lines[i].missed = false // the chip says what is missing
	}
	if o.Interrupt != nil {
		k.pin = &pin{Interrupt: *o.Interrupt, random: random}
	}
	return k
}

// opened takes a chip into use that is dark.
func (o *optic) opened(dev *max3010x.Dev, now time.Duration) {
	if o.clock.nominal != dev.Period().Seconds() {
		o.clock = newSampleClock(dev.Period())
	}
	o.dev, o.asleep, o.broken, o.dark = dev, true, false, true
	o.every = min(max(max3010x.Depth/looksPerDepth*dev.Period(), shortestLook), longestLook)
	for i := range o.lines {
		o.lines[i].period = dev.Period()
	}
	o.at = now
}

// started is when the chip began to sample with an empty FIFO.
func (o *optic) started(now time.Duration) {
	o.clock.restart(now)
	o.broken, o.holed = false, false
	o.arrived, o.empty, o.mark = now, 0, now
	o.grid, o.looks = now, 0
	o.rest(now)
}

// rest waits for the next look. Looks fall at random between two samples: were they to keep step with the chip, as those of a fixed grid
// would for some clocks, they would say the same again and again.
func (o *optic) rest(now time.Duration) {
	if passed := int((now - o.grid) / o.every); passed > o.looks {
		o.looks = passed
	}
	o.looks++
	o.at = o.grid + time.Duration(o.looks)*o.every + time.Duration(o.random.Float64()*float64(o.dev.Period()))
}

func (o *optic) due() time.Duration { return o.at }

// earliest is the earliest moment that a sample still to come stands for; false where none is on its way.
func (o *optic) earliest() (time.Duration, bool) {
	return o.mark, o.dev != nil && !o.asleep && !o.broken
}

// act does what the chip is due for.
func (o *optic) act(l *Loop) {
	paused := l.o.Paused(o.Wearer)
	now := l.o.Pacer.Now()
	switch {
	case o.dev == nil && paused && !o.dark:
		o.darken(now)
	case o.dev == nil && paused, o.asleep && paused:
		o.at = now + BlockPeriod
	case o.dev == nil:
		o.open(l)
	case paused:
		o.sleep(l)
	case o.broken || o.asleep:
		o.restart(l)
	case o.holed:
		o.resume(l)
	default:
		o.look(l)
	}
}

func (o *optic) open(l *Loop) {
	from := l.o.Pacer.Now()
	dev, err := o.Open()
	if err != nil {
		o.failed(l, fmt.Errorf("opening it: %w", err), from)
		return
	}
	o.health.streak = 0
	o.opened(dev, l.o.Pacer.Now())
}

// darkenAgain is how long after a vain attempt the next one comes.
const darkenAgain = 2 * time.Second

// darken looks for a chip of a paused wearer, which an earlier run or a fault may have left lit. A chip that is not there shines on
// nobody, and is no fault that anyone must hear of.
func (o *optic) darken(now time.Duration) {
	dev, err := o.Open()
	if err != nil {
		o.at = now + darkenAgain
		return
	}
	o.opened(dev, now)
}

// sleep puts the light out. What is in the FIFO was before the pause or after it: nobody will ask.
func (o *optic) sleep(l *Loop) {
	from := l.o.Pacer.Now()
	o.lose()
	if err := o.dev.Sleep(); err != nil {
		o.failed(l, err, from)
		return
	}
	o.asleep, o.dark = true, true
	o.at = l.o.Pacer.Now() + BlockPeriod
}

// restart writes the chip anew after a fault or a pause.
func (o *optic) restart(l *Loop) {
	from := l.o.Pacer.Now()
	o.lose()
	if err := o.dev.Restart(); err != nil {
		o.failed(l, err, from)
		return
	}
	o.asleep, o.dark = false, false
	o.started(l.o.Pacer.Now())
}

// resume empties the FIFO after an overflow, at a moment when the count of samples can be told from the clock. A moment that came late
// is tried again; where the clock does not know yet, it begins anew.
func (o *optic) resume(l *Loop) {
	from := l.o.Pacer.Now()
	if err := o.dev.Clear(); err != nil {
		o.failed(l, err, from)
		return
	}
	to := l.o.Pacer.Now()
	switch {
	case !o.clock.sure():
		o.clock.restart(to)
	case !o.clock.between(from, to):
		o.at = o.clock.lull(to)
		return
	default:
		o.clock.skipTo(to)
	}
	o.holed = false
	o.mark = max(o.mark, to-2*o.dev.Behind())
	o.rest(to)
}

// look empties the FIFO.
func (o *optic) look(l *Loop) {
	at, readings, overflow, err := o.drain(l.o.Pacer)
	if err != nil {
		o.failed(l, err, at.from)
		return
	}
	// A FIFO that looks empty when it should be half full is full, on a chip that does not say so.
	if len(readings) == 0 && o.clock.expected(at.from) >= max3010x.Depth/2 {
		overflow = 1
	}
	o.clock.count(len(readings))
	if overflow == 0 {
		o.clock.look(at.from, at.to)
		o.listen(l, len(readings))
	}
	if len(readings) > 0 {
		o.answered(l)
		o.take(l, readings)
	}
	o.rest(l.o.Pacer.Now())
	if overflow > 0 {
		o.overflowed(l, overflow)
	}
}

// listen lets the edges of the interrupt line say when samples arrived.
func (o *optic) listen(l *Loop, samples int) {
	if o.pin == nil {
		return
	}
	o.edges = o.pin.edges(l, o.edges[:0])
	fitted := 0
	if len(o.edges) <= mostEdges {
		for _, t := range o.edges {
			if o.clock.edge(t) {
				fitted++
			}
		}
	}
	if o.clock.close() {
		o.pin.judge(l, samples, len(o.edges), fitted)
	}
}

// overflowed waits for a moment to empty the FIFO.
func (o *optic) overflowed(l *Loop, lost int) {
	l.counters.lost.Add(uint64(lost))
	o.lose()
	o.holed = true
	o.at = o.clock.lull(l.o.Pacer.Now())
}

// drain reads what waits and brackets the look at how much that is; the data may take their time.
func (o *optic) drain(clock Pacer) (at bracket, readings []max3010x.Reading, overflow int, err error) {
	at.from = clock.Now()
	level, err := o.dev.Look()
	at.to = clock.Now()
	if err != nil {
		return at, nil, 0, err
	}
	readings, overflow, err = o.dev.Drain(o.buffer[:0], level)
	o.buffer = readings
	if err == nil && o.silent(len(readings), at.from) {
		err = fmt.Errorf("%w: no sample for %s", max3010x.ErrStuck, at.from-o.arrived)
	}
	return at, readings, overflow, err
}

// silent tells whether no sample has come for too long.
func (o *optic) silent(n int, now time.Duration) bool {
	if n > 0 {
		o.arrived, o.empty = now, 0
		return false
	}
	o.empty++
	return o.empty >= silentLooks && now-o.arrived >= silentTime
}

// take makes samples of readings.
func (o *optic) take(l *Loop, readings []max3010x.Reading) {
	behind := o.clock.stretched(o.dev.Behind())
	for i, r := range readings {
		t := max(o.clock.arrived(len(readings)-i)-behind, o.mark)
		o.mark = t + 1 // never two at once
		if r.Mixed {
			o.lose()
			continue
		}
		o.sample(l, 0, r, r.Infrared, t)
		o.sample(l, 1, r, r.Red, t)
	}
	// What the next look says may move the next sample forward, but hardly by half a period.
	o.mark = max(o.mark, o.clock.arrived(0)-behind-o.dev.Period()/2)
}

// sample gives one light of a reading as a sample.
func (o *optic) sample(l *Loop, lead int, r max3010x.Reading, light max3010x.Light, t time.Duration) {
	n := &o.lines[lead]
	flags := dsp.Flags(0)
	if !r.Finger {
		flags |= dsp.FlagLeadOff
	}
	if r.Clip {
		flags |= dsp.FlagClip
	}
	was := n.frozen
	s := n.stamp(light.Code, light.Share, t, flags)
	l.keep(s)
	if n.frozen != was {
		l.froze(fmt.Sprintf("%s, LED %d", o.Source, lead), n, t)
	}
}

// lose notes that samples are missing here.
func (o *optic) lose() {
	for i := range o.lines {
		if o.lines[i].seen { // before the first one nothing is missing
			o.lines[i].lose()
		}
	}
}

// failed puts the chip away after too many errors; before that it is only started anew.
func (o *optic) failed(l *Loop, err error, from time.Duration) {
	o.lose()
	now := l.o.Pacer.Now()
	o.broken, o.mark = true, now
	if !l.ailed(&o.health, dsp.Fault{Wearer: int(o.Wearer), Source: o.Source}, err, from) && o.dev != nil {
		o.at = now + shortestLook
		return
	}
	o.dev, o.asleep = nil, false
	o.at = now + o.health.wait(o.random.Float64())
}

func (o *optic) answered(l *Loop) {
	l.recovered(&o.health, dsp.Fault{Wearer: int(o.Wearer), Source: o.Source})
}

// leave puts the light out for good, as far as the chip still listens.
func (o *optic) leave() {
	if o.pin != nil {
		o.pin.close()
	}
	if o.dev != nil && !o.asleep {
		_ = o.dev.Sleep() // the loop ends, and an error would change nothing
	}
}

package acquire

import (
	"fmt"
	"time"

	"hubd/dsp"
)

// Channel is one signal: an input of a converter, and what is known of it.
type Channel struct {
	Channel dsp.Channel
	Input   int // of the converter
	// Rate is samples per second, 0.1…1000. For a Reader 0 means an uneven grid, on which no gap can be told from T alone.
	Rate float64
	// ClipLow and ClipHigh are volts: at ClipLow and below, at ClipHigh and above, a sample is flagged FlagClip. Both 0: never.
	ClipLow, ClipHigh float64
	// Frozen is how long the same code may come before that is a fault; 0 is never, but where another input of the chip is frozen at it. Meant
	// for a pulse, which always moves by a step or two; an open electrode is rightly constant. A constant value at a rail is FlagClip
	// and no fault.
	Frozen time.Duration
	// Dense is how far two samples may lie apart with nothing of the signal missing between them: when a busy machine passes over a grid point
	// within it, the next sample is no gap. It holds where the converter is asked; a Reader's or a FIFO's lost sample is lost. 0: 1.5 periods.
	Dense time.Duration
	// LeadOff tells that an electrode is off: samples are FlagLeadOff then. It is asked with every sample, from the loop's goroutine. Nil:
	// nobody knows.
	LeadOff func() bool
}

func (c Channel) check() error {
	switch {
	case c.Input < 0:
		return fmt.Errorf("%s of wearer %d: input %d", c.Channel.Kind, c.Channel.Wearer, c.Input)
	case c.Rate != 0 && !(c.Rate >= 0.1 && c.Rate <= 1000):
		return fmt.Errorf("%s of wearer %d: rate %g: 0.1 to 1000 samples per second", c.Channel.Kind, c.Channel.Wearer, c.Rate)
	case c.ClipLow > c.ClipHigh:
		return fmt.Errorf("%s of wearer %d: clips below %g V and above %g V: nothing is left", c.Channel.Kind, c.Channel.Wearer, c.ClipLow, c.ClipHigh)
	case c.Frozen < 0:
		return fmt.Errorf("%s of wearer %d: frozen after %s", c.Channel.Kind, c.Channel.Wearer, c.Frozen)
	}
	return nil
}

// gapPeriods is how many periods may lie between two samples before the later one is flagged FlagGap. In a Loop a grid point
// must have gone by unused besides, and Dense been passed: a sample that is merely late is FlagLate, and nothing is missing before it.
const gapPeriods = 1.5

// lateBracket is how long a transfer may take before its time stamp is called uncertain: FlagLate.
const lateBracket = 2 * time.Millisecond

// line is a Channel at work: it turns codes into samples. Loop and Reader share it.
type line struct {
	Channel
	period time.Duration // 0 on an uneven grid
	due    time.Duration // next grid point
	phase  time.Duration // of the grid

	last    time.Duration // T of the last sample
	seen    bool          // there was one
	gap     bool          // the next sample follows a loss
	missed  bool          // grid points went by unused since the last sample; true for good where only T can tell
	code    int32         // last code
	changed time.Duration // T of the first sample of that code
	frozen  bool          // it has not changed for too long
	limit   time.Duration // what is too long; 0: nothing is
}

func newLine(c Channel) line {
	l := line{Channel: c, missed: true, limit: c.Frozen}
	if c.Rate > 0 {
		l.period = time.Duration(float64(time.Second) / c.Rate)
	}
	return l
}

// passed moves the line to the first grid point after now and tells how many grid points went by unused before the last one
// that is reached: behind means go now, for the newest grid point, and skip those before it.
func (l *line) passed(now time.Duration) (skipped int) {
	n := max((now-l.due)/l.period, 0)
	l.due += (n + 1) * l.period
	l.missed = l.missed || n > 0
	return int(n)
}

// place moves the line to its first grid point after now. The grid counts from the beginning of the run.
func (l *line) place(now time.Duration) {
	l.missed = true
	l.due = l.phase
	if now >= l.phase {
		l.due += ((now-l.phase)/l.period + 1) * l.period
	}
}

// lose notes that a sample is missing here.
func (l *line) lose() { l.gap = true }

// sample is the code measured at t as a sample.
func (l *line) sample(conv Converter, code int32, t time.Duration, late bool) dsp.Sample {
	flags := dsp.Flags(0)
	if late {
		flags = dsp.FlagLate
	}
	return l.stamp(code, conv.Volts(l.Input, code), t, flags)
}

// stamp is the value of a code at t as a sample, with the flags that are known and those that the line knows.
func (l *line) stamp(code int32, volts float64, t time.Duration, flags dsp.Flags) dsp.Sample {
	s := dsp.Sample{Channel: l.Channel.Channel, T: t, Volts: volts, Flags: flags}
	if l.gap || l.missed && l.apart(t) {
		s.Flags |= dsp.FlagGap
	}
	if l.LeadOff != nil && l.LeadOff() {
		s.Flags |= dsp.FlagLeadOff
	}
	if (l.ClipLow != 0 || l.ClipHigh != 0) && (s.Volts <= l.ClipLow || s.Volts >= l.ClipHigh) {
		s.Flags |= dsp.FlagClip
	}
	was := l.frozen
	l.frozen = l.still(code, t, s.Flags)
	switch {
	case l.frozen:
		s.Flags |= dsp.FlagFault
	case was: // what came while it stood still was no measurement
		s.Flags |= dsp.FlagGap
	}
	l.last, l.seen, l.gap = t, true, false
	return s
}

// apart tells whether more than one sample's time has passed since the last one.
func (l *line) apart(t time.Duration) bool {
	return l.seen && l.period > 0 && float64(t-l.last) > max(gapPeriods*float64(l.period), float64(l.Dense))
}

// longHole is how long a gap may be within one standstill.
const longHole = time.Second

// still tells whether the code has not changed for too long. A long gap or a rail begins the count anew; a short one does not, since an
// optical chip whose light is stuck has one with each change of current.
func (l *line) still(code int32, t time.Duration, f dsp.Flags) bool {
	hole := f.Has(dsp.FlagGap) && t-l.last > longHole
	if code != l.code || !l.seen || hole || f.Has(dsp.FlagClip|dsp.FlagLeadOff) {
		l.code, l.changed = code, t
	}
	return l.limit > 0 && t-l.changed >= l.limit
}

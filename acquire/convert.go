package acquire

import (
	"fmt"
	"time"

	"hubd/dsp"
)

// convert begins what is due on an idle chip: one input, or all inputs that it can convert in one transfer.
func (l *Loop) convert(c *chip) {
	if c.max == 0 {
		l.convertGroup(c)
		return
	}
	now := l.o.Pacer.Now()
	n := l.urgent(c, now)
	if n == nil {
		c.rest()
		return
	}
	late := l.leaveGrid(c, n, now)
	b, err := begin(c.conv, l.o.Pacer, n.Input)
	if err != nil {
		n.lose()
		l.failed(c, err, now)
		return
	}
	c.pending, c.begun, c.polls = n, b, 0
	c.late = late || b.width() > lateBracket
	c.at = c.collectAt(b.to + c.max)
}

// collectAt is when to fetch a conversion that is over at the latest at done: at the next grid point where that comes later, so that
// one wake-up both fetches a result and begins the next conversion. A wake-up costs more than the two transfers. Nothing is lost by
// waiting, since T stands since Begin; but a Block must not have to wait for it long.
func (c *chip) collectAt(done time.Duration) time.Duration {
	return max(done, min(c.next()-c.ahead, done+BlockPeriod/2))
}

// urgent is the line that is due and whose next grid point comes first. Lines of paused wearers only move on.
func (l *Loop) urgent(c *chip, now time.Duration) *line {
	var first *line
	for i := range c.lines {
		n := &c.lines[i]
		if n.due > now+c.ahead || l.skipped(n, now) {
			continue
		}
		if first == nil || n.due+n.period < first.due+first.period {
			first = n
		}
	}
	return first
}

// skipped passes over the grid points of a paused wearer.
func (l *Loop) skipped(n *line, now time.Duration) bool {
	if !l.o.Paused(n.Channel.Channel.Wearer) {
		return false
	}
	n.place(now + BlockPeriod)
	return true
}

// leaveGrid moves a line on from the grid point it is due for and tells whether it is late by more than half a period.
func (l *Loop) leaveGrid(c *chip, n *line, now time.Duration) (late bool) {
	by := now - n.due
	c.learn(by, n.period)
	l.counters.begun(by)
	l.counters.skipped.Add(uint64(n.passed(now)))
	return by > n.period/2
}

// poll looks for the end of a conversion: at the longest time the chip may take, at 10 % more, and once again. A chip that
// is still not done then has failed. The time counts from the end of Begin: a thread that was stopped within it may have begun only then.
func (l *Loop) poll(c *chip) {
	code, done, _, err := finish(c.conv, l.o.Pacer) // when it is read does not matter: T stands since Begin
	if err == nil && !done {
		c.polls++
		if c.polls < 3 {
			now := l.o.Pacer.Now()
			c.at = max(c.begun.to+c.max+c.max*time.Duration(c.polls)/10, now)
			return
		}
		err = errNotDone
	}
	n := c.pending
	if err != nil {
		n.lose()
		l.failed(c, err, c.begun.from)
		return
	}
	t := c.estimate()
	c.rest()
	l.answered(c)
	l.take(c, n, code, t, c.late)
}

// convertGroup converts all due inputs of a chip in one transfer.
func (l *Loop) convertGroup(c *chip) {
	now := l.o.Pacer.Now()
	late := [maxGroup]bool{}
	n := 0
	for i := range c.lines {
		if n == maxGroup || c.lines[i].due > now+c.ahead || l.skipped(&c.lines[i], now) {
			continue
		}
		late[n] = l.leaveGrid(c, &c.lines[i], now)
		c.group[n] = i
		n++
	}
	if n == 0 {
		c.rest()
		return
	}
	codes, b, err := c.transfer(l.o.Pacer, n)
	if err != nil {
		for _, i := range c.group[:n] {
			c.lines[i].lose()
		}
		l.failed(c, err, now)
		return
	}
	c.rest()
	l.answered(c)
	for g, i := range c.group[:n] {
		l.take(c, &c.lines[i], codes[g], b.middle(), late[g] || b.width() > lateBracket)
	}
}

// transfer converts the first n lines of the group; the bracket lies around the first Finish, which does the work.
func (c *chip) transfer(clock Pacer, n int) (codes [maxGroup]int32, b bracket, err error) {
	for _, i := range c.group[:n] {
		if _, err = begin(c.conv, clock, c.lines[i].Input); err != nil {
			return codes, b, err
		}
	}
	for g := range n {
		code, done, in, err := finish(c.conv, clock)
		if err == nil && !done {
			err = errNotDone
		}
		if err != nil {
			return codes, b, err
		}
		if g == 0 {
			b = in
		}
		codes[g] = code
	}
	return codes, b, nil
}

// take makes a sample of a code. What was begun before its wearer paused is thrown away.
func (l *Loop) take(c *chip, n *line, code int32, t time.Duration, late bool) {
	if l.o.Paused(n.Channel.Channel.Wearer) {
		n.lose()
		return
	}
	was := n.frozen
	n.limit = c.patience(n, code)
	s := n.sample(c.conv, code, t, late)
	n.missed = false
	l.keep(s)
	if n.frozen != was {
		l.froze(fmt.Sprintf("%s, input %d", c.Source, n.Input), n, t)
	}
}

// patience is how long a line may stand still. Where one that must move does not, another that stands at the very same code is no
// measurement either: it is the chip that is stuck, not a quiet skin.
func (c *chip) patience(n *line, code int32) time.Duration {
	if n.Frozen > 0 {
		return n.Frozen
	}
	for i := range c.lines {
		if c.lines[i].frozen && c.lines[i].code == code {
			return c.lines[i].Frozen
		}
	}
	return 0
}

// keep counts a sample and holds it for the next Block.
func (l *Loop) keep(s dsp.Sample) {
	l.counters.samples.Add(1)
	if s.Flags.Has(dsp.FlagGap) {
		l.counters.gaps.Add(1)
	}
	if s.Flags.Has(dsp.FlagLate) {
		l.counters.late.Add(1)
	}
	l.insert(s)
}

// insert keeps the samples in order of T: chips that convert side by side may finish in another order than they began.
func (l *Loop) insert(s dsp.Sample) {
	l.samples = append(l.samples, s)
	for i := len(l.samples) - 1; i > 0 && l.samples[i].T < l.samples[i-1].T; i-- {
		l.samples[i], l.samples[i-1] = l.samples[i-1], l.samples[i]
	}
}

// froze tells that an input stopped or began to move again. The chip answers, so it is not opened anew.
func (l *Loop) froze(source string, n *line, t time.Duration) {
	f := dsp.Fault{T: t, Wearer: int(n.Channel.Channel.Wearer), Source: source}
	if !n.frozen {
		l.faults = append(l.faults, f)
		return
	}
	f.Reason = fmt.Sprintf("the reading has not changed for %s: check the sensor's supply and its signal wire, and whether it is worn", n.limit)
	l.fault(f)
}

package pipeline

import "time"

// busMark is the watermark of one bus.
type busMark struct {
	bus   string
	until time.Duration
	next  time.Duration // the whole second it has yet to reach
	setUp bool          // lent for setting up
}

// reach moves the watermark on and reports whether it came to another whole second.
func (m *busMark) reach(t time.Duration) bool {
	m.until = max(m.until, t)
	if m.until < m.next {
		return false
	}
	m.next = m.until.Truncate(time.Second) + time.Second
	return true
}

// mark gives the watermark of a bus, made on first use. An empty bus name has none.
func (p *Pipeline) mark(bus string) *busMark {
	if bus == "" {
		return nil
	}
	for i := range p.marks {
		if p.marks[i].bus == bus {
			return &p.marks[i]
		}
	}
	p.marks = append(p.marks, busMark{bus: bus, next: time.Second})
	return &p.marks[len(p.marks)-1]
}

// watermark is the time up to which all of the wearer's buses have delivered.
func (p *Pipeline) watermark(w *Wearer) time.Duration {
	until, any := time.Duration(0), false
	for _, c := range w.chains {
		if c.bus == "" {
			continue
		}
		if m := p.mark(c.bus); !any || m.until < until {
			until, any = m.until, true
		}
	}
	return until
}

// lend notes that a bus is lent for setting up, or back. What its wearers' filters hold from before or meanwhile joins nothing after.
func (p *Pipeline) lend(m *busMark, setUp bool) {
	m.setUp = setUp
	for _, w := range p.wearers {
		if !setUp && w.sensed() && w.uses(m.bus) {
			w.withdraw(p.now)
		}
	}
}

// setUp tells whether any of a wearer's buses is lent for setting up.
func (p *Pipeline) setUp(w *Wearer) bool {
	for i := range p.marks {
		if p.marks[i].setUp && w.uses(p.marks[i].bus) {
			return true
		}
	}
	return false
}

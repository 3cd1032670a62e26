package room

import (
	"time"

	"hubd/dsp"
)

// narrowEach is how often at most the snapshot is told that lamps have arrived: it is written to a card that wears.
const narrowEach = 10 * time.Second

// claim notes that a lamp may be anywhere from where it is to where its fade shall end. What a restart finds elsewhere was moved while
// nobody was there to see it. The whole fade is claimed with its first step, so that its others change nothing on the disk.
func (r *Room) claim(now time.Duration, a *attribute, to float64) {
	span := a.asked.hull(a.now(now).Or(to), to)
	if a.plan == r.plan.number {
		span = span.hull(a.want.to)
	}
	if a.reported.Known {
		span = span.hull(a.reported.Value)
	}
	if span != a.asked {
		a.asked, r.snapshotChanged = span, true
	}
}

// narrow gives up what lies behind lamps that have arrived. A light that breathes has arrived nowhere.
func (r *Room) narrow(now time.Duration) {
	if !r.snapshotOpen || now < r.narrowed+narrowEach || r.plan.pace.BreathsPerMin > 0 {
		return
	}
	for i := range r.lamps {
		for _, a := range []*attribute{&r.lamps[i].brightness, &r.lamps[i].kelvin} {
			if a.narrow(now, r.o.ReportsLate) {
				r.narrowed, r.snapshotChanged = now, true
			}
		}
	}
}

// narrow tells whether less is claimed than before.
func (a *attribute) narrow(t, grace time.Duration) bool {
	over := t > a.sent.end+grace && near(a.sent.to, a.want.to, a.still)
	if !a.asked.Known || !a.commanded || !over || !a.query.near {
		return false
	}
	span := Span{}.hull(a.sent.to, a.reported.Or(a.sent.to))
	if a.like(span.Low, a.asked.Low) && a.like(span.High, a.asked.High) {
		return false
	}
	a.asked = span
	return true
}

// claimed tells whether hubd has put the lamp anywhere: what it never touched it does not put back.
func (l *lamp) claimed() bool { return l.brightness.asked.Known || l.kelvin.asked.Known }

// leftElsewhere tells, at the first word after a crash, whether the lamp is where hubd cannot have put it.
func (a *attribute) leftElsewhere(v float64) bool {
	left := a.left
	a.left = Span{}
	return left.Known && !a.between(left.Low, left.High, v)
}

// takeUp begins with what an ended run had asked of the attribute; where that was nothing, it is as it was before.
func (a *attribute) takeUp(asked Span, before dsp.Maybe) {
	a.asked, a.left = asked, asked
	if !asked.Known && before.Known {
		a.left = Span{}.hull(before.Value)
	}
}

func (a *attribute) forgetAsked() { a.asked, a.left = Span{}, Span{} }

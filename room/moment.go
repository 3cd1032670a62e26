package room

import (
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// When hubd asks by itself. own, all of them: no study says when a body's state is worth a question, so it is asked seldom.
const (
	momentLasts = 3 * time.Minute  // of being wound up, or quiet and low
	momentTurn  = 3.0              // spreads that arousal rose, or the vagal side fell, within momentWithin: a sharp turn
	momentSoon  = 60 * time.Second // within which it turned
	momentCalm  = 90 * time.Second // after a movement or an effort, in which nothing is asked
	momentApart = 20 * time.Minute // between two of them
)

// Reasons of a check-in, for the wearer alone.
const (
	reasonAsked    = "asked"
	reasonWoundUp  = "wound_up"  // activated for some minutes
	reasonQuietLow = "quiet_low" // withdrawn for some minutes
	reasonTurn     = "turn"
)

// moment follows one wearer's State for what may be worth a question.
type moment struct {
	name    regulation.Name
	since   time.Duration // of the name
	moved   bool          // ever
	movedAt time.Duration
	calm    dsp.Maybe // lowest arousal minus vagal of late
	calmAt  time.Duration
}

// step takes this second's State and gives the reason for a question, empty for none.
func (m *moment) step(now time.Duration, s regulation.State, confident float64) string {
	if s.Unknown == regulation.ReasonMoving {
		m.moved, m.movedAt = true, now
	}
	if s.Name != m.name {
		m.name, m.since = s.Name, now
	}
	turned := m.turn(now, s)
	unwell := s.Name == regulation.Activated || s.Name == regulation.Withdrawn
	switch {
	case m.effort(now) || !unwell || s.Confidence < confident:
		return ""
	case turned:
		return reasonTurn
	case now-m.since < momentLasts:
		return ""
	case s.Name == regulation.Activated:
		return reasonWoundUp
	}
	return reasonQuietLow
}

// effort tells whether the wearer moves, or did of late.
func (m *moment) effort(now time.Duration) bool { return m.moved && now-m.movedAt < momentCalm }

// turn tells whether the axes moved apart far and fast. Calm is forgotten once it is too long ago to be a turn.
func (m *moment) turn(now time.Duration, s regulation.State) bool {
	if !s.Arousal.Known || !s.Vagal.Known {
		m.calm = dsp.Maybe{}
		return false
	}
	tension := max(s.Arousal.Value, 0) + max(-s.Vagal.Value, 0)
	if !m.calm.Known || tension <= m.calm.Value || now-m.calmAt > momentSoon {
		m.calm, m.calmAt = dsp.Some(tension), now
	}
	return tension-m.calm.Value >= momentTurn
}

// offer asks where a wearer's body gives reason to, everyone who takes part wants that, and it was not asked of late. Sensors that were
// taken off are an answer: nobody is asked about them.
func (r *Room) offer(dst []dsp.Value, now time.Duration, wearer int, s regulation.State) []dsp.Value {
	why := r.wearers[wearer].moment.step(now, s, r.o.MinConfidence)
	if why == "" || !r.members[wearer] || !r.wanted() || r.effort(now) || r.practice.on || r.withoutContact(now) >= stopsAfter ||
		r.offered && now-r.offeredAt < momentApart {
		return dst
	}
	before := len(dst)
	if dst = r.askCheckIn(dst, now, CheckIn{Reason: why, Of: wearer + 1}); len(dst) > before {
		r.offered, r.offeredAt = true, now
	}
	return dst
}

// wanted tells whether every wearer who takes part wants to be asked by hubd itself.
func (r *Room) wanted() bool {
	for i, w := range r.o.Wearers {
		if r.members[i] && !w.Comfort.Ask {
			return false
		}
	}
	return r.o.AskByItself
}

// effort tells whether anyone who takes part moves, or did of late: what two do together is not interrupted because one lies still.
func (r *Room) effort(now time.Duration) bool {
	for i := range r.wearers {
		if r.members[i] && r.wearers[i].moment.effort(now) {
			return true
		}
	}
	return false
}

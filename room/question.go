package room

import (
	"slices"
	"time"

	"hubd/dsp"
)

// askTimes is how often a lamp is asked after one command. Then its last word counts as the answer.
const askTimes = 3

// askFor is how many times the patience with a report a question may wait for its share of the group's budget.
const askFor = 15

// query is whether the lamp did what the newest command told it. It stays open until a word of the lamp near the command's goal, or its end.
type query struct {
	open    bool
	due     time.Duration // of the next question
	until   time.Duration // then the lamp is taken at its last word; 0: it was never to be asked yet
	times   int           // it was asked
	said    dsp.Maybe     // its last word since the command
	near    bool          // which was near the goal
	strayed bool          // or nowhere near where the fade was
	reached bool          // some word since the command was near the goal
}

// inquiry is the query of a command that ends then.
func (r *Room) inquiry(end time.Duration) query {
	return query{open: true, due: end + 2*r.o.ReportsLate}
}

// hear takes in what the lamp says.
func (q *query) hear(v float64, near, onTheWay bool) {
	q.said, q.near, q.strayed = dsp.Some(v), near, !near && !onTheWay
	q.reached = q.reached || near
}

// forget passes over a word that was not near the goal: whoever said so has asked for the room's light again.
func (q *query) forget() {
	if !q.near {
		q.said, q.strayed = dsp.Maybe{}, false
	}
}

// contrary tells that the lamp last said something else than the goal, and may still say that it arrived.
func (q *query) contrary() bool { return q.open && q.said.Known && !q.near }

// waits tells that the lamp has not said that it did what it was told, and is yet to be asked or to answer.
func (q *query) waits() bool { return q.open && !q.near }

// doubts tells whether the lamp may be in somebody's hand. It is not commanded until that is sure.
func (a *attribute) doubts(t, grace time.Duration) bool {
	q := &a.query
	return q.contrary() && (q.strayed || t > a.sent.end+grace)
}

func (l *lamp) doubts(t, grace time.Duration) bool {
	return l.brightness.doubts(t, grace) || l.kelvin.doubts(t, grace)
}

// Questions gives, once, the lamps that the newest Tick wants to be asked how they are. The slice is valid until the next Tick.
func (r *Room) Questions() []Question {
	q := r.questions
	r.questions = r.questions[:0]
	return q
}

// inquire asks the lamps that have not said that they did what they were told. zigbee2mqtt tells the goal of a fade at once, and a hand
// in the middle of it once: who believed in the fade would never see the hand.
func (r *Room) inquire(dst []dsp.Value, now time.Duration) []dsp.Value {
	r.questions = r.questions[:0]
	for i := range r.lamps {
		l := &r.lamps[i]
		for _, a := range []*attribute{&l.brightness, &l.kelvin} {
			if !l.shut && a.query.open && now >= a.query.due {
				dst = r.inquireOf(dst, now, l, a)
			}
		}
	}
	return dst
}

// inquireOf asks, waits as long as the answer may take, and in the end takes the lamp at its last word.
func (r *Room) inquireOf(dst []dsp.Value, now time.Duration, l *lamp, a *attribute) []dsp.Value {
	q := &a.query
	if q.until == 0 {
		q.until = now + askFor*r.o.ReportsLate
	}
	switch {
	case q.near, l.hand, !l.on.Known:
		q.open = false
	case q.times < askTimes && now < q.until:
		if !r.budgets[l.group].take(now, max(budgetKept, r.kept(l.group, now))) {
			return dst
		}
		q.times++
		q.due = now + 2*r.o.ReportsLate
		r.questions = append(r.questions, Question{Lamp: l.o.ID, White: a == &l.kelvin})
	default:
		q.open = false
		if l.verdict(now, r.o.ReportsLate, a) {
			r.unask(l.o.ID)
			return r.letGo(dst, now, l)
		}
	}
	return dst
}

// unask drops the question to a lamp that is commanded or let go in the same Tick: some begin a fade anew as they answer.
func (r *Room) unask(lamp string) {
	r.questions = slices.DeleteFunc(r.questions, func(q Question) bool { return q.Lamp == lamp })
}

// verdict judges the last word of a lamp that answers no question, as if it said it now.
func (l *lamp) verdict(now, grace time.Duration, a *attribute) (hand bool) {
	switch said := a.query.said; {
	case !said.Known:
		return false
	case a == &l.brightness:
		return l.shines(now, grace, said.Value)
	default:
		return l.shows(now, grace, said.Value)
	}
}

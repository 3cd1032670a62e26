package room

import (
	"time"

	"hubd/dsp"
)

// lamp is one lamp as the room knows it.
type lamp struct {
	o          LampOptions
	group      int // index into Room.budgets
	on         dsp.Maybe
	brightness attribute
	kelvin     attribute
	whites     Whites // bounded
	ranged     bool   // whites were told; otherwise they are a guess, which the lamp may correct
	motion     Motion
	before     LampSnapshot
	known      bool          // before holds how the lamp was
	owed       bool          // by an earlier session, which has not put it back yet: before stays
	hand       bool          // somebody took it
	handAt     time.Duration // when
	taken      bool          // not to be restored
	lastSent   time.Duration
	breathed   int64 // the half breath that was answered
	pausedFrom dsp.Maybe
	gone       bool // it said so; where on is known it is back
	shut       bool // the way to it is
}

const noPlan = -1

func newLamps(options []LampOptions) (lamps []lamp, budgets []budget) {
	groups := map[string]int{}
	for _, o := range options {
		g, ok := groups[o.Group]
		if !ok || o.Group == "" {
			g = len(budgets)
			budgets = append(budgets, newBudget())
			groups[o.Group] = g
		}
		lamps = append(lamps, lamp{
			o: o, group: g, breathed: -1, whites: o.Whites.bounded(), ranged: o.Whites.Known,
			brightness: attribute{plan: noPlan, scale: points, tolerance: brightnessTolerance, still: stillPoints, stepSize: 1},
			kelvin:     attribute{plan: noPlan, scale: mired, tolerance: whiteTolerance, still: 20, stepSize: 50},
		})
	}
	return lamps, budgets
}

// Lamp takes in what a lamp says of itself, or that its newest command was dropped unsent.
func (r *Room) Lamp(dst []dsp.Value, now time.Duration, rep LampReport) []dsp.Value {
	for i := range r.lamps {
		if l := &r.lamps[i]; l.o.ID == rep.Lamp {
			if rep.Shut.Known {
				r.reach(now, l, rep.Shut.Value == 0)
			}
			if l.report(now, r.o.ReportsLate, rep) {
				dst = r.letGo(dst, now, l)
			}
			r.noteBefore(l)
		}
	}
	return dst
}

// letGo leaves a lamp to the hand that took it. After a crash, too, it stays as the hand left it.
func (r *Room) letGo(dst []dsp.Value, now time.Duration, l *lamp) []dsp.Value {
	if r.plan.aim == aimNothing || l.hand {
		return dst
	}
	r.snapshotChanged = r.snapshotChanged || r.snapshotOpen
	return append(dst, l.yield(now))
}

// report remembers what the lamp says, at most grace late, and tells whether a hand has moved it.
func (l *lamp) report(now, grace time.Duration, rep LampReport) bool {
	if rep.Gone {
		l.leave()
		return true
	}
	if rep.Whites.Known {
		l.whites, l.ranged = rep.Whites.bounded(), true
	}
	hand := false
	if rep.On.Known {
		hand = l.switched(now, rep.On)
		l.on = rep.On
	}
	if l.on == dsp.Some(0) {
		rep.Brightness = dsp.Some(0) // what it says is what it would have if it were on
	}
	if rep.Brightness.Known {
		hand = l.shines(now, grace, rep.Brightness.Value) || hand
	}
	if rep.Kelvin.Known && rep.Kelvin.Value > 0 {
		hand = l.shows(now, grace, rep.Kelvin.Value) || hand
	}
	if rep.Coloured {
		hand = l.kelvin.active || hand // the room asks for whites alone
		l.kelvin.reported = dsp.Maybe{}
	}
	if rep.Lost {
		l.brightness.unsent(rep.Planned, grace)
		l.kelvin.unsent(rep.Planned, grace)
	}
	return hand
}

// shines takes in a brightness, and tells whether it is a hand's.
func (l *lamp) shines(now, grace time.Duration, v float64) bool {
	a := &l.brightness
	hand := a.leftElsewhere(v)
	a.reported = dsp.Some(v)
	switch a.judge(now, grace, v) {
	case missed:
		a.lose(now, grace)
	case astray:
		hand = true
	}
	return hand
}

// shows takes in a colour temperature, and tells whether it is a hand's.
func (l *lamp) shows(now, grace time.Duration, v float64) bool {
	a := &l.kelvin
	hand := a.leftElsewhere(v)
	a.reported = dsp.Some(v)
	if !l.ranged && !l.whites.None { // what it shows it can do
		l.whites.Min, l.whites.Max = min(l.whites.Min, max(v, warmestLamp)), max(l.whites.Max, min(v, coldestLamp))
	}
	switch a.judge(now, grace, v) {
	case missed:
		a.lose(now, grace)
	case astray:
		if l.ranged || !a.stoppedShort(v) || !l.endsAt(now, v) {
			return true
		}
	}
	return hand
}

// endsAt notes that a lamp of which no range is known goes no further than to a colour temperature, where lamps may end. It is not asked
// for more again.
func (l *lamp) endsAt(now time.Duration, v float64) bool {
	const warmEnd, coldEnd = 3000, 4000 // no white lamp ends between the two
	switch colder := l.kelvin.sent.to > l.kelvin.sent.from; {
	case !colder && v <= warmEnd:
		l.whites.Min = clamp(v, warmestLamp, l.whites.Max)
	case colder && v >= coldEnd:
		l.whites.Max = clamp(v, l.whites.Min, coldestLamp)
	default:
		return false
	}
	l.kelvin.settle(now, v)
	l.kelvin.want = hold(v, now) // nothing more of this plan is sent
	return true
}

// leave forgets a lamp that cannot be reached. Most often somebody cut it off at the wall; when it comes back it is theirs.
func (l *lamp) leave() {
	l.on, l.gone = dsp.Maybe{}, true
	l.brightness.reported, l.kelvin.reported = dsp.Maybe{}, dsp.Maybe{}
	l.brightness.release()
	l.kelvin.release()
}

// switched tells whether a hand switched the lamp on or off. A lamp dimmed to nothing says that it is off by itself, and
// one that the room lights up says that it is on.
func (l *lamp) switched(now time.Duration, on dsp.Maybe) bool {
	known := l.on.Known
	if l.on != on {
		l.brightness.reported = dsp.Maybe{}
		if on.Value == 0 {
			l.brightness.reported = dsp.Some(0)
		}
	}
	if !known || l.on == on {
		return false
	}
	lit := l.brightness.active && l.brightness.sent.to > 0
	if on.Value == 0 {
		return lit || !l.brightness.active
	}
	return !lit
}

// yield lets go of a lamp that a hand took.
func (l *lamp) yield(now time.Duration) LampCommand {
	l.hand, l.handAt, l.taken = true, now, true
	l.brightness.release()
	l.kelvin.release()
	return LampCommand{
		Lamp: l.o.ID, Owner: OwnerHand, Planned: now, Transition: minTransition,
		Brightness: l.brightness.reported, Kelvin: l.kelvin.reported,
	}
}

// takeBack ends a yield: how the hand left the lamp is what it will be put back to.
func (l *lamp) takeBack() {
	if !l.hand {
		return
	}
	l.hand, l.taken, l.owed = false, false, false
	l.before, l.known = l.snapshot(), l.on.Known
}

func (l *lamp) snapshot() LampSnapshot {
	return LampSnapshot{
		Lamp: l.o.ID, On: l.on == dsp.Some(1),
		Brightness: l.brightness.reported, Kelvin: l.kelvin.reported,
	}
}

// touched tells whether the room has commanded the lamp since it was released.
func (l *lamp) touched() bool { return l.brightness.commanded || l.kelvin.commanded }

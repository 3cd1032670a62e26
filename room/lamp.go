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
			o: o, group: g, breathed: -1, whites: o.Whites.bounded(),
			brightness: attribute{plan: noPlan, still: stillPoints, stepSize: 1},
			kelvin:     attribute{plan: noPlan, still: 20, stepSize: 50},
		})
	}
	return lamps, budgets
}

// Lamp takes in what a lamp says of itself, or that its newest command was dropped unsent.
func (r *Room) Lamp(dst []dsp.Value, now time.Duration, rep LampReport) []dsp.Value {
	for i := range r.lamps {
		if l := &r.lamps[i]; l.o.ID == rep.Lamp {
			if l.report(now, r.o.ReportsLate, rep) && r.plan.aim != aimNothing && !l.hand {
				dst = append(dst, l.yield(now))
				r.snapshotChanged = r.snapshotChanged || r.snapshotOpen // after a crash, too, it stays as the hand left it
			}
			r.noteBefore(l)
		}
	}
	return dst
}

// report remembers what the lamp says, at most grace late, and tells whether a hand has moved it.
func (l *lamp) report(now, grace time.Duration, rep LampReport) bool {
	if rep.Gone {
		l.leave()
		return true
	}
	if rep.Whites.Known {
		l.whites = rep.Whites.bounded()
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
		switch l.brightness.judge(now, grace, rep.Brightness.Value) {
		case missed:
			l.brightness.reported = rep.Brightness
			l.brightness.lose(now)
		case astray:
			hand = true
		}
		l.brightness.reported = rep.Brightness
	}
	if rep.Kelvin.Known {
		hand = hand || l.kelvin.strays(rep.Kelvin.Value)
		l.kelvin.reported = rep.Kelvin
		if l.kelvin.unmoved(now, grace, rep.Kelvin.Value) {
			l.kelvin.lose(now)
		}
	}
	if rep.Lost {
		l.brightness.unsent(rep.Planned)
		l.kelvin.unsent(rep.Planned)
	}
	return hand
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

package room

import (
	"time"

	"hubd/dsp"
)

// A half breath is answered by the Tick that lies nearest to its beginning, half a Tick before it or after; on a busy machine by the next.
const (
	breathEarly = 25 * time.Millisecond
	breathLate  = 50 * time.Millisecond
)

// breathing is how many lamps of a group may swell with the breath inside its budget: one command a lamp and half breath.
func (r *Room) breathing(group int) int {
	within := int(r.plan.pace.shorterHalf().Seconds() * budgetPerSecond)
	return max(1, min(within, int(budgetBurst-budgetKept)))
}

// swells tells whether a lamp takes part in the breathing light: it has arrived at the scene, and its group has room.
func (r *Room) swells(l *lamp, now time.Duration) bool {
	if r.plan.pace.BreathsPerMin == 0 || !r.mayBreathe(l, now) {
		return false
	}
	before := 0
	for i := range r.lamps {
		o := &r.lamps[i]
		if o == l {
			return before < r.breathing(l.group)
		}
		if o.group == l.group && r.mayBreathe(o, now) {
			before++
		}
	}
	return false
}

func (r *Room) mayBreathe(l *lamp, now time.Duration) bool {
	if !r.commandable(l) || !l.brightness.now(now).Known {
		return false
	}
	b, k := r.goal(l)
	if l.breathed >= 0 && l.brightness.plan == r.plan.number {
		return true
	}
	return l.brightness.arrived(now, r.plan.number, b) && l.kelvin.arrived(now, r.plan.number, k)
}

// breathe sends one soft change of brightness for each half breath, at the instant it begins and as long as it lasts. What
// the budget does not allow then is left out: a late one would be out of step with the breath.
func (r *Room) breathe(dst []dsp.Value, now time.Duration) []dsp.Value {
	half := r.plan.pace.half(now + breathEarly)
	if now-half.start >= breathLate || half.end-now < minReversal {
		return dst
	}
	for i := range r.lamps {
		l := &r.lamps[i]
		if l.breathed == half.number || !r.swells(l, now) || r.doubts(l, now) {
			continue
		}
		if !r.budgets[l.group].take(now, budgetKept) {
			continue
		}
		top, _ := r.goal(l)
		to := top.Value
		if !half.rises {
			to = min(to, max(r.comfort.floor, to-swellDepth))
		}
		l.breathed = half.number
		dst = r.release(dst, now, l, LampCommand{
			Lamp: l.o.ID, Planned: now, Brightness: dsp.Some(to), Transition: half.arrives - now,
		})
	}
	return dst
}

package room

import (
	"time"

	"hubd/dsp"
)

// breathLate is how long after its beginning a half breath may still be answered: whoever asks no more often than every 50 ms finds each.
const breathLate = 50 * time.Millisecond

// Next gives the instant of the next Tick that must be on time, as the next half breath of a breathing light begins; false where there is
// none. Whoever ticks then, besides every 50 ms, has light and breath begin together.
func (r *Room) Next(now time.Duration) (time.Duration, bool) {
	if r.plan.aim != aimCue || r.plan.pace.BreathsPerMin == 0 {
		return 0, false
	}
	return r.plan.pace.half(now).end, true
}

// breathing is how many lamps of a group may swell with the breath inside its budget: one command a lamp and half breath.
func (r *Room) breathing(group int) int {
	within := int(r.plan.pace.shorterHalf().Seconds() * budgetPerSecond)
	return max(1, min(within, int(budgetBurst-budgetKept)))
}

// swells tells whether a lamp takes part in the breathing light: it is near the scene, and its group has room.
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

// mayBreathe tells whether a lamp's next breath leads it to the scene as gently as a fade would. A fade that changes no more than a breath
// does is not waited for; one of colour is, since some lamps stop the one when the other begins.
func (r *Room) mayBreathe(l *lamp, now time.Duration) bool {
	is := l.brightness.now(now)
	if !r.commandable(l) || !is.Known {
		return false
	}
	b, k := r.goal(l)
	if l.breathed >= 0 && l.brightness.plan == r.plan.number {
		return true
	}
	low := r.breathedOut(b.Value)
	return is.Value <= b.Value+swellDepth && is.Value >= low-swellDepth && l.kelvin.arrived(now, r.plan.number, k)
}

// breathedOut is how far down a breath goes from the scene's brightness.
func (r *Room) breathedOut(top float64) float64 {
	return min(top, max(r.comfort.floor, top-swellDepth))
}

// breathe sends one soft change of brightness for each half breath, as it begins and for as long as it lasts. What
// the budget does not allow then is left out: a late one would be out of step with the breath.
func (r *Room) breathe(dst []dsp.Value, now time.Duration) []dsp.Value {
	half := r.plan.pace.half(now)
	if now-half.start >= breathLate || half.end-now < minReversal {
		return dst
	}
	for i := range r.lamps {
		l := &r.lamps[i]
		if l.breathed == half.number || !r.swells(l, now) || r.tooSoon(l, now) || r.doubts(l, now) {
			continue
		}
		if !r.budgets[l.group].take(now, budgetKept) {
			continue
		}
		top, _ := r.goal(l)
		to := top.Value
		if !half.rises {
			to = r.breathedOut(to)
		}
		l.breathed = half.number
		l.brightness.plan, l.brightness.want = r.plan.number, hold(top.Value, now)
		dst = r.release(dst, now, l, LampCommand{
			Lamp: l.o.ID, Planned: now, Brightness: dsp.Some(to), Transition: half.arrives - now,
		})
	}
	return dst
}

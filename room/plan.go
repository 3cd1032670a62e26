package room

import (
	"time"

	"hubd/dsp"
)

// aim is what the lamps are commanded for.
type aim uint8

const (
	aimNothing aim = iota
	aimCue
	aimPause
	aimRestore
)

// plan is what the lamps are to do from one change to the next.
type plan struct {
	number int
	aim    aim
	light  Light
	fade   time.Duration
	since  time.Duration
	pace   Pace // the light breathes with it; zero: it does not
}

const swellDepth = 8.0 // points of brightness, downward from the scene's

// replan replaces the plan; every lamp then begins anew from where it is.
func (r *Room) replan(now time.Duration, p plan) {
	p.number, p.since = r.plan.number+1, now
	r.plan = p
	for i := range r.lamps {
		r.lamps[i].breathed = -1
	}
}

// commandable tells whether the room may command a lamp at all.
func (r *Room) commandable(l *lamp) bool {
	if l.hand || !l.on.Known || (l.on.Value == 0 && !r.o.SwitchOn) {
		return false
	}
	if r.plan.aim == aimRestore {
		on := l.on.Value == 1 || l.touched() // switched on a moment ago, and not yet said so
		return on && !l.shut && r.owesBack(l)
	}
	return true
}

// goal is what a lamp is to reach under the plan.
func (r *Room) goal(l *lamp) (brightness, kelvin dsp.Maybe) {
	e := r.envelope()
	brightness, kelvin = dsp.Some(r.plan.light.Brightness), dsp.Some(r.plan.light.Kelvin)
	if r.plan.aim == aimRestore {
		brightness, kelvin = l.before.Brightness, l.before.Kelvin
		if !l.before.On {
			brightness, kelvin = dsp.Some(0), dsp.Maybe{}
		}
	}
	brightness.Value = min(brightness.Value, e.BrightnessCeiling)
	if l.motion.PauseLimit.Known {
		brightness.Value = min(brightness.Value, l.motion.PauseLimit.Value-stillPoints) // so near to a goal nothing more is sent
	}
	if l.whites.None {
		return brightness, dsp.Maybe{}
	}
	kelvin.Value = clamp(min(kelvin.Value, e.KelvinCeiling), l.whites.Min, l.whites.Max)
	return brightness, kelvin
}

// command lets due lamp commands leave, as the budgets allow.
func (r *Room) command(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.plan.aim == aimNothing {
		return dst
	}
	r.limitPause(now)
	if r.plan.pace.BreathsPerMin > 0 {
		dst = r.breathe(dst, now)
	}
	for g := range r.budgets {
		for {
			l, a := r.next(g, now)
			if l == nil || !r.budgets[g].take(now, r.kept(g, now)) {
				break
			}
			dst = r.send(dst, now, l, a)
		}
	}
	return dst
}

// kept is how much of a budget must remain after an ordinary command. A pause may use all of it.
func (r *Room) kept(group int, now time.Duration) float64 {
	if r.plan.aim == aimPause {
		return 0
	}
	if r.plan.pace.BreathsPerMin > 0 {
		return keptFor(r.breathing(group), r.plan.pace.half(now).end-now)
	}
	return budgetKept
}

// limitPause keeps what the pause found each lamp at, for its first minute. Where a hand turned a lamp up before the pause came to it, that is
// what it found: the limit is for what the room does, and must not make darker than the scene.
func (r *Room) limitPause(now time.Duration) {
	paused := r.plan.aim == aimPause
	for i := range r.lamps {
		l := &r.lamps[i]
		l.motion.Paused = paused
		if !paused || now >= r.heldAt+pauseRiseFor {
			l.pausedFrom, l.motion.PauseLimit = dsp.Maybe{}, dsp.Maybe{}
			continue
		}
		found := l.brightness.now(r.heldAt)
		if found.Known && (!l.pausedFrom.Known || !l.brightness.commanded && found.Value > l.pausedFrom.Value) {
			l.pausedFrom = found
		}
		if l.pausedFrom.Known {
			l.motion.PauseLimit = dsp.Some(l.pausedFrom.Value + pauseRise)
		}
	}
}

// next finds the lamp and attribute of a group that has waited longest. The colour of a lamp follows once its brightness has
// arrived, and never cuts into a transition of it: some lamps stop the one when the other begins.
func (r *Room) next(group int, now time.Duration) (*lamp, *attribute) {
	const colourWaits = 20 * time.Second
	var found *lamp
	var which *attribute
	var since time.Duration
	for i := range r.lamps {
		l := &r.lamps[i]
		if l.group != group || !r.commandable(l) || r.swells(l, now) || r.tooSoon(l, now) || r.doubts(l, now) {
			continue
		}
		b, k := r.goal(l)
		waits := l.lastSent
		if l.risesPast(now) {
			waits = -time.Hour
		}
		if r.envelope().mustWait(&l.motion, now, l.brightness.now(now).Value) {
			continue
		}
		if b.Known && l.brightnessDue(now, r.plan.number, b.Value) && (found == nil || waits < since) {
			found, which, since = l, &l.brightness, waits
		}
		if r.settled(l, now) && k.Known && l.kelvin.due(now, r.plan.number, k.Value) && (found == nil || l.lastSent+colourWaits < since) {
			found, which, since = l, &l.kelvin, l.lastSent+colourWaits
		}
	}
	return found, which
}

// settled tells that the brightness of a lamp has arrived and colour may follow: not where the lamp says otherwise, unless in a pause.
func (r *Room) settled(l *lamp, now time.Duration) bool {
	a := &l.brightness
	return !a.active || now >= a.sent.end && (r.plan.aim == aimPause || !a.query.contrary())
}

// risesPast tells whether a pause has to hold a lamp up before all others: it is on its way to be brighter than it may.
func (l *lamp) risesPast(now time.Duration) bool {
	a := &l.brightness
	return l.motion.PauseLimit.Known && a.active && now < a.sent.end && a.sent.to > l.motion.PauseLimit.Value
}

// tooSoon tells that a lamp may still be deaf from its last command. A pause is worth trying.
func (r *Room) tooSoon(l *lamp, now time.Duration) bool {
	return r.plan.aim != aimPause && l.touched() && now < l.lastSent+minTransition
}

// doubts tells that a lamp may be in somebody's hand, and is left alone until that is sure. A pause waits for nothing.
func (r *Room) doubts(l *lamp, now time.Duration) bool {
	return r.plan.aim != aimPause && l.doubts(now, r.o.ReportsLate)
}

// brightnessDue lets a running change of colour end, except where a new plan begins.
func (l *lamp) brightnessDue(now time.Duration, plan int, goal float64) bool {
	busy := l.kelvin.active && now < l.kelvin.sent.end
	if busy && !l.brightness.fresh(plan, goal) {
		return false
	}
	return l.brightness.due(now, plan, goal)
}

// send takes the next step of one attribute.
func (r *Room) send(dst []dsp.Value, now time.Duration, l *lamp, a *attribute) []dsp.Value {
	b, k := r.goal(l)
	c := LampCommand{Lamp: l.o.ID, Planned: now, Waits: r.plan.aim != aimCue}
	var value float64
	if a == &l.brightness {
		value, c.Transition = a.step(now, r.fade(l, now, b.Value), r.plan.number, b.Value, r.envelope().BrightnessCeiling)
		c.Brightness = dsp.Some(value)
	} else {
		value, c.Transition = a.step(now, r.plan.fade, r.plan.number, k.Value, r.envelope().KelvinCeiling)
		c.Kelvin = dsp.Some(value)
	}
	return r.release(dst, now, l, c)
}

// fade is how long a lamp takes to reach a brightness under the plan. It rises so slowly that a pause finds it less than
// pauseRise further up when the budget of its group gets to it.
func (r *Room) fade(l *lamp, now time.Duration, goal float64) time.Duration {
	lamps := 0
	for i := range r.lamps {
		if r.lamps[i].group == l.group {
			lamps++
		}
	}
	reached := time.Duration(lamps) * seconds(1/budgetPerSecond)
	rise := goal - l.brightness.now(now).Value
	return max(r.plan.fade, time.Duration(rise/pauseRise*float64(reached)))
}

// release is the one place where lamp commands leave.
func (r *Room) release(dst []dsp.Value, now time.Duration, l *lamp, c LampCommand) []dsp.Value {
	l.motion.On, l.motion.Brightness, l.motion.Kelvin = l.on, l.brightness.now(now), l.kelvin.now(now)
	l.motion.Warmest = l.whites.Min
	c, ok := r.envelope().Limit(&l.motion, now, c)
	if !ok {
		return dst
	}
	rushed := l.touched() && now < l.lastSent+minTransition
	l.lastSent = now
	r.unask(l.o.ID)
	if c.Brightness.Known {
		l.motion.moved(now, l.motion.Brightness.Value, c.Brightness.Value)
		r.claim(now, &l.brightness, c.Brightness.Value)
		l.brightness.send(now, c.Brightness.Value, c.Transition)
		l.brightness.query = r.inquiry(now + c.Transition)
		l.brightness.rushed = rushed
		l.kelvin.interrupt(now)
	} else {
		r.claim(now, &l.kelvin, c.Kelvin.Value)
		l.kelvin.send(now, c.Kelvin.Value, c.Transition)
		l.kelvin.query = r.inquiry(now + c.Transition)
		l.kelvin.rushed = rushed
	}
	return append(dst, c)
}

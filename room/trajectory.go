package room

import (
	"math"
	"time"

	"hubd/dsp"
)

// How far a report may lie from the expected trajectory before it counts as somebody's hand.
const (
	brightnessTolerance = 3.0   // points: lamps round, and some do not go to the lowest levels
	kelvinTolerance     = 200.0 // lamps round in mired and stop at their own range
	stepLength          = 10 * time.Second
)

// attribute is brightness or colour temperature of one lamp: what it is, where it shall go, and where it is on its way to.
type attribute struct {
	still     float64   // a change too small to be sent
	stepSize  float64   // a fade goes on in commands that change at least so much
	reported  dsp.Maybe // what the lamp said last
	plan      int       // number of the plan that want belongs to
	want      ramp      // the whole fade
	sent      ramp      // the newest command: the expected trajectory
	before    ramp      // the command before that; reports of it may still come in
	active    bool      // it is where the room wants it, or on the way: reports are compared with sent
	commanded bool      // by a command
	moved     bool      // the lamp was seen to leave where the newest command found it
	rushed    bool      // it left so soon after another that the lamp may have been deaf
	repeated  bool      // that command was already given a second time
	low, high float64   // all that was asked for since the plan began
}

// now is the expected value.
func (a *attribute) now(t time.Duration) dsp.Maybe {
	if a.commanded {
		return dsp.Some(a.sent.at(t))
	}
	return a.reported
}

// fresh tells whether a goal is not yet what the attribute is on its way to.
func (a *attribute) fresh(plan int, goal float64) bool {
	return a.plan != plan || !near(a.want.to, goal, a.still)
}

// due tells whether a command is needed for goal.
func (a *attribute) due(t time.Duration, plan int, goal float64) bool {
	if !a.now(t).Known {
		return false
	}
	if !a.fresh(plan, goal) {
		return t >= a.sent.end && !near(a.sent.to, a.want.to, a.still)
	}
	heading := a.reported.Value
	if a.active {
		heading = a.sent.to
	}
	if near(heading, goal, a.still) {
		a.plan, a.want = plan, hold(goal, t)
		a.expect(t)
		return false
	}
	return true
}

// expect makes an attribute that is where it shall be the room's, without a command: from now on a change of it is somebody's hand.
func (a *attribute) expect(t time.Duration) {
	if a.active {
		return
	}
	a.sent, a.before = hold(a.reported.Value, t), hold(a.reported.Value, t)
	a.low, a.high = a.reported.Value, a.reported.Value
	a.active, a.moved = true, false
}

// step gives the next value and its transition on the way to goal, as one piece of a fade. Above a ceiling that has come down
// no piece may end: the first then goes down to it, at the pace of the whole.
func (a *attribute) step(t, fade time.Duration, plan int, goal, ceiling float64) (float64, time.Duration) {
	if a.fresh(plan, goal) {
		a.plan = plan
		a.want = ramp{from: a.now(t).Value, to: goal, start: t, end: t + fade}
		a.low, a.high = min(a.want.from, a.sent.to), max(a.want.from, a.sent.to)
		if !a.active {
			a.low, a.high = a.want.from, a.want.from
		}
		if a.reported.Known { // a lamp may have stopped short, at the end of its own range
			a.low, a.high = min(a.low, a.reported.Value), max(a.high, a.reported.Value)
		}
	}
	end := max(t+minTransition, min(t+a.stepFor(), a.want.end))
	if a.want.end-end < stepLength/2 {
		end = max(end, a.want.end)
	}
	to := min(a.want.at(end), ceiling)
	return to, max(end-t, a.lasts(to-a.now(t).Value))
}

// lasts is how long a change takes at the pace of the whole fade. A fade that was held up goes on late, and never faster.
func (a *attribute) lasts(change float64) time.Duration {
	whole := math.Abs(a.want.to - a.want.from)
	if whole < a.still {
		return 0
	}
	return time.Duration(math.Abs(change) / whole * float64(a.want.end-a.want.start))
}

// stepFor is how long one command of this fade lasts.
func (a *attribute) stepFor() time.Duration {
	change := max(a.want.from-a.want.to, a.want.to-a.want.from)
	whole := a.want.end - a.want.start
	if change <= a.stepSize {
		return max(stepLength, whole)
	}
	return max(stepLength, time.Duration(float64(whole)*a.stepSize/change))
}

// send remembers that a command left.
func (a *attribute) send(t time.Duration, to float64, transition time.Duration) {
	from := a.now(t).Value
	a.before = a.sent
	if !a.active {
		a.before = hold(from, t)
	}
	a.sent = ramp{from: from, to: to, start: t, end: t + transition}
	a.active, a.commanded, a.moved = true, true, false
	a.low, a.high = min(a.low, from, to), max(a.high, from, to)
}

// interrupt notes that another attribute's command may have stopped this one half way, as some lamps do.
func (a *attribute) interrupt(t time.Duration) {
	if !a.active || t >= a.sent.end {
		return
	}
	a.before = a.sent
	a.sent = hold(a.sent.at(t), t)
	a.plan = noPlan
}

// unsent takes the newest command back: it never left the house, so the lamp does as the one before it said, and may still be about to
// say so. What another command lost is nothing to this one.
func (a *attribute) unsent(planned time.Duration) {
	if !a.active || a.sent.start != planned {
		return
	}
	a.sent, a.before = a.before, a.sent
	a.plan = noPlan
}

// lose forgets the newest command, which the lamp has not heard: it is where it says it is.
func (a *attribute) lose(t time.Duration) {
	if !a.active {
		return
	}
	a.before = a.sent
	a.sent = hold(a.reported.Or(a.sent.from), t)
	a.plan = noPlan
}

// release forgets everything but what the lamp says of itself.
func (a *attribute) release() {
	a.active, a.commanded, a.repeated, a.plan = false, false, false, noPlan
	a.sent, a.before, a.want = ramp{}, ramp{}, ramp{}
}

// course is what a report says about the expected trajectory.
type course uint8

const (
	onCourse course = iota
	missed          // the command got lost on the way: the lamp never began to move, or went on as it was told before
	astray          // somebody or something else moved it
)

// judge compares a reported brightness with the expected trajectory. A report may be late by grace.
func (a *attribute) judge(t, grace time.Duration, v float64) course {
	if !a.active {
		return onCourse
	}
	if near(v, a.sent.to, brightnessTolerance) {
		a.repeated = false
	}
	stays := near(v, a.sent.from, brightnessTolerance)
	a.moved = a.moved || !stays
	switch {
	case near(v, a.sent.to, brightnessTolerance),
		t <= a.sent.end+grace && a.sent.holds(v, brightnessTolerance),
		t <= a.sent.start+grace && a.before.holds(v, brightnessTolerance):
		return onCourse
	case (stays && (!a.moved || a.rushed) || a.overheard(v)) && !a.repeated:
		a.repeated = true
		return missed
	}
	return astray
}

// overheard tells that the lamp went on to where the command before the newest sent it: some lamps are deaf for a moment after a
// command, though zigbee2mqtt tells the next one as done.
func (a *attribute) overheard(v float64) bool {
	return a.before.end > a.sent.start && near(v, a.before.to, brightnessTolerance)
}

// strays tells whether a reported colour temperature is outside all that was asked for: a lamp that stops at the end of
// its own range is no hand.
func (a *attribute) strays(v float64) bool {
	return a.active && (v < a.low-kelvinTolerance || v > a.high+kelvinTolerance)
}

// unmoved tells, once, that a colour temperature is still where the newest command found it although that is over. A lamp at the end of
// its own range stays there when it is told again, and is left so.
func (a *attribute) unmoved(t, grace time.Duration, v float64) bool {
	if near(v, a.sent.to, kelvinTolerance) {
		a.repeated = false
		return false
	}
	lost := a.active && t > a.sent.end+grace && near(v, a.sent.from, kelvinTolerance) && !a.repeated
	a.repeated = a.repeated || lost
	return lost
}

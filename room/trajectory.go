package room

import (
	"math"
	"time"

	"hubd/dsp"
)

// How far a report may lie from the expected trajectory before it counts as somebody's hand.
const (
	brightnessTolerance = 3.0  // points: lamps round, and some do not go to the lowest levels
	whiteTolerance      = 10.0 // mired: converters round by one or two, lamps of several whites by a few more; an eye sees five
	stoppedWithin       = 1.0  // mired: of where a change of colour that another command cut into stands, if that stopped it
	stepLength          = 10 * time.Second
)

// scale is the measure in which two values of an attribute look as far apart wherever they are.
type scale func(v float64) float64

func points(percent float64) float64 { return percent }
func mired(kelvin float64) float64   { return 1e6 / kelvin }

// attribute is brightness or colour temperature of one lamp: what it is, where it shall go, and where it is on its way to.
type attribute struct {
	scale     scale     // of tolerance
	tolerance float64   // how far a report may be from what was asked
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
	rushed    bool      // it left so soon after another that the lamp may have been deaf; it is told once more
	repeated  bool      // that command was already given a second time
	cut       bool      // another attribute's command may have stopped before, which may as well have gone on
	stopped   bool      // the lamp has said since that it stands where that stops it
	severed   bool      // it was cut, and nobody knew where it had come to, when the newest command left
	query     query     // whether the lamp did what it was told
	asked     Span      // where hubd may have put it since it was last seen to have arrived
	left      Span      // the same of a run that ended, until the lamp's first word
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
	if a.cut || a.unsure(t) {
		return true // nobody knows where it stopped, or whether it began
	}
	if !a.fresh(plan, goal) {
		return t >= a.sent.end && !near(a.sent.to, a.want.to, a.still)
	}
	heading := a.reported.Value
	if a.active {
		heading = a.sent.to
	}
	if near(heading, goal, a.still) && !a.rushed {
		a.plan, a.want = plan, hold(goal, t)
		a.expect(t)
		return false
	}
	return true
}

// unsure tells that a lamp can hear again, after a command that it may have been deaf for: zigbee2mqtt tells that one as done all the same.
func (a *attribute) unsure(t time.Duration) bool {
	return a.active && a.rushed && t >= a.sent.start+minTransition
}

// expect makes an attribute that is where it shall be the room's, without a command: from now on a change of it is somebody's hand.
func (a *attribute) expect(t time.Duration) {
	if a.active {
		return
	}
	a.settle(t, a.reported.Value)
	a.active, a.moved = true, false
}

// settle makes a value the one that is expected from now on.
func (a *attribute) settle(t time.Duration, v float64) {
	a.sent, a.before = hold(v, t), hold(v, t)
	a.cut, a.severed, a.rushed, a.query = false, false, false, query{}
}

// step gives the next value and its transition on the way to goal, as one piece of a fade. Above a ceiling that has come down
// no piece may end: the first then goes down to it, at the pace of the whole.
func (a *attribute) step(t, fade time.Duration, plan int, goal, ceiling float64) (float64, time.Duration) {
	if a.fresh(plan, goal) {
		a.plan = plan
		a.want = ramp{from: a.now(t).Value, to: goal, start: t, end: t + fade}
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
	switch {
	case !a.commanded: // it is where it says it is, also where that is a little off what was expected of it
		a.before = hold(from, t)
	case !a.cut || a.stopped: // else it may have gone on, and be told late
		a.before = a.sent
	}
	a.severed = a.active && a.cut && !a.stopped
	a.sent = ramp{from: from, to: to, start: t, end: t + transition}
	a.active, a.commanded, a.moved, a.cut = true, true, false, false
}

// interrupt notes that another attribute's command may have stopped this one half way, as some lamps do.
func (a *attribute) interrupt(t time.Duration) {
	if !a.active || t >= a.sent.end {
		return
	}
	a.before = a.sent
	a.sent = hold(a.sent.at(t), t)
	a.plan, a.cut, a.stopped, a.severed, a.query = noPlan, true, false, false, query{}
}

// unsent takes the newest command back: it never left the house, so the lamp does as the one before it said, and may still be about to
// say so. What another command lost is nothing to this one.
func (a *attribute) unsent(planned, grace time.Duration) {
	if !a.active || a.sent.start != planned {
		return
	}
	a.sent, a.before = a.before, a.sent
	a.severed = false
	a.plan, a.cut, a.query = noPlan, false, query{open: true, due: max(a.sent.end, planned) + 2*grace}
}

// lose forgets the newest command, which the lamp has not heard: it is where it says it is. A word within grace may still be of that command,
// or a hand's: that is asked before the lamp is told more.
func (a *attribute) lose(t, grace time.Duration) {
	if !a.active {
		return
	}
	a.before = a.sent
	a.sent = hold(a.reported.Or(a.sent.from), t)
	a.severed = false
	a.plan, a.cut, a.query = noPlan, false, query{open: true, due: t + 2*grace}
}

// release forgets everything but what the lamp says of itself.
func (a *attribute) release() {
	a.active, a.commanded, a.repeated, a.rushed, a.cut, a.severed, a.plan = false, false, false, false, false, false, noPlan
	a.sent, a.before, a.want = ramp{}, ramp{}, ramp{}
	a.query, a.asked, a.left = query{}, Span{}, Span{}
}

// course is what a report says about the expected trajectory.
type course uint8

const (
	onCourse course = iota
	missed          // the command got lost on the way: the lamp never began to move, or went on as it was told before
	astray          // somebody or something else moved it
)

// judge compares what a lamp says with the expected trajectory. A report may be late by grace.
func (a *attribute) judge(t, grace time.Duration, v float64) course {
	if !a.active {
		return onCourse
	}
	there := a.like(v, a.sent.to)
	a.stopped = a.cut && t > a.sent.start+grace && near(a.scale(v), a.scale(a.sent.to), stoppedWithin)
	a.query.hear(v, there, a.onTheWay(t, grace, v))
	if there {
		a.repeated = false
	}
	stays := a.like(v, a.sent.from) || a.severed && !a.query.reached && a.like(v, a.before.to)
	a.moved = a.moved || !stays
	switch {
	case there, t <= a.sent.end+grace && a.during(a.sent.start, a.sent.end, v), a.late(t, grace, v):
		return onCourse
	case (stays && (!a.moved || a.rushed) || a.overheard(v)) && !a.repeated:
		a.repeated = true
		return missed
	}
	return astray
}

// like tells whether two values are the same as far as reports go.
func (a *attribute) like(v, w float64) bool { return near(a.scale(v), a.scale(w), a.tolerance) }

// between tells whether v lies between two values, or is like one of them.
func (a *attribute) between(one, other, v float64) bool {
	from, to := a.scale(one), a.scale(other)
	return a.scale(v) >= min(from, to)-a.tolerance && a.scale(v) <= max(from, to)+a.tolerance
}

// during tells whether v lies where the newest command has the lamp between two moments. One that was cut before may have gone on, and the
// lamp then comes from its goal.
func (a *attribute) during(start, end time.Duration, v float64) bool {
	one, other := a.sent.at(start), a.sent.at(end)
	if !a.severed {
		return a.between(one, other, v)
	}
	elsewhere := ramp{from: a.before.to, to: a.sent.to, start: a.sent.start, end: a.sent.end}
	return a.between(min(one, other, elsewhere.at(start), elsewhere.at(end)), max(one, other, elsewhere.at(start), elsewhere.at(end)), v)
}

// late tells whether a report may still be of the command before the newest. One that was cut off may have come to anywhere on its way, and
// zigbee2mqtt believes in its goal long after.
func (a *attribute) late(t, grace time.Duration, v float64) bool {
	return (a.cut || t <= a.sent.start+grace) && a.between(a.before.from, a.before.to, v)
}

// onTheWay tells whether a report is where the fade is now, or was within grace. A value of the fade at another time is perhaps a hand.
func (a *attribute) onTheWay(t, grace time.Duration, v float64) bool {
	return t <= a.sent.end+grace && a.during(t-grace, t, v) || a.late(t, grace, v)
}

// overheard tells that the lamp went on to where the command before the newest sent it: some lamps are deaf for a moment after a
// command, though zigbee2mqtt tells the next one as done. One that was cut is no excuse long after: what is told there then is a hand's.
func (a *attribute) overheard(v float64) bool {
	return !a.severed && a.before.end > a.sent.start && a.like(v, a.before.to)
}

// stoppedShort tells whether a lamp that is not where it was sent never was there, and lies on the way: it may be at its own end.
func (a *attribute) stoppedShort(v float64) bool {
	return a.commanded && !a.query.reached && a.between(a.sent.from, a.sent.to, v)
}

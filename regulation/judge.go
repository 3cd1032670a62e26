package regulation

import (
	"time"

	"hubd/dsp"
)

// circumstances is all that decides a name, so that the rules of design section 4 can be read, and tested, line by line.
type circumstances struct {
	setUp    bool
	night    bool
	sensed   bool
	contact  bool // any sensor touches skin
	stage    Stage
	moving   bool
	stirred  bool // together, and moved within the last minute and a half
	skinOnly bool // vagal: off, or an uneven pulse
	arousal  dsp.Maybe
	vagal    dsp.Maybe
	high     bool          // arousal after hysteresis
	low      bool          // vagal after hysteresis
	noPulse  UnknownReason // why vagal is absent, where it is
	nothing  UnknownReason // why arousal is absent, where it is
}

// verdict is a name before dwell. Ceiling is the most confidence it may carry.
type verdict struct {
	name    Name
	reason  UnknownReason
	ceiling float64
}

// judge applies the rules of design section 4, the first that holds deciding.
func judge(c circumstances) verdict {
	switch {
	case c.setUp:
		return unknown(ReasonSetUp)
	case c.night:
		return unknown(ReasonNight)
	case !c.sensed || !c.contact:
		return unknown(ReasonNoContact)
	case c.stage == StageNew:
		return unknown(ReasonLearning)
	case c.moving:
		return unknown(ReasonMoving)
	case !c.arousal.Known:
		return unknown(c.nothing)
	case !c.vagal.Known && c.high && c.stirred && !c.skinOnly:
		return unknown(ReasonMoving) // skin alone does not tell effort from alarm, and effort is the likelier here
	case !c.vagal.Known && c.high:
		return verdict{Activated, ReasonNone, confidenceSkin}
	case !c.vagal.Known && c.skinOnly:
		return verdict{Settled, ReasonNone, confidenceSkin}
	case !c.vagal.Known:
		return unknown(c.noPulse)
	case c.high && c.low:
		return verdict{Activated, ReasonNone, 1}
	case c.high:
		return verdict{Engaged, ReasonNone, 1}
	case c.low:
		return verdict{Withdrawn, ReasonNone, 1}
	}
	return verdict{Settled, ReasonNone, 1}
}

// latch is the hysteresis of one axis: on from axisEnter until axisLeave.
type latch struct {
	on bool
}

// step takes the axis, signed so that up means on. An unknown axis is not on.
func (l *latch) step(value dsp.Maybe, sign float64) {
	switch x := sign * value.Value; {
	case !value.Known || x <= axisLeave:
		l.on = false
	case x >= axisEnter:
		l.on = true
	}
}

// unknown is the verdict that names nothing.
func unknown(r UnknownReason) verdict { return verdict{Unknown, r, 0} }

// dwelling holds a name until another one has lasted.
type dwelling struct {
	held    verdict
	next    Name
	since   time.Duration // of next
	left    time.Duration // when the held name was last right
	waiting bool
	named   Name          // the last name held
	namedAt time.Duration // when it was last held
}

// step takes this second's verdict and answers the one to be told. stirred: together and moved lately; fast: the heart is above its rest.
// Unknown comes at once, for a doubt must not wait; and the name
// that a short doubt interrupted comes back at once, for it has lasted already.
func (d *dwelling) step(t time.Duration, v verdict, stirred, fast bool) verdict {
	back := d.held.name == Unknown && v.name == d.named && t-d.namedAt <= dwellDoubt && !(stirred && v.name == Activated)
	if v.name == Unknown || v.name == d.held.name || back {
		return d.hold(t, v)
	}
	if !d.waiting {
		d.left = t
	}
	if !d.waiting || d.next != v.name || fast && d.returns(v.name) {
		d.next, d.since, d.waiting = v.name, t, true
	}
	if d.over(t, stirred) {
		return d.hold(t, v)
	}
	if d.held.reason == ReasonNone && d.held.name == Unknown {
		d.held = unknown(ReasonPoorSignal) // at the very start nothing has lasted yet
	}
	if d.held.name != Unknown {
		d.namedAt = t
	}
	return d.held
}

// over tells whether the next name takes the place of the held one. What must last is that the held name is wrong; of several that came
// meanwhile, as on the way back from activated, the next one must have lasted as long as it takes to be named from unknown.
func (d *dwelling) over(t time.Duration, stirred bool) bool {
	full := dwell(d.held.name, d.next, stirred)
	if d.next == Activated || d.returns(d.next) {
		return t-d.since >= full // what is said sooner than others is said on its own account alone
	}
	return t-d.left >= full && t-d.since >= min(full, dwellUnknown)
}

// returns tells whether to would be said of a body that comes back from high arousal.
func (d *dwelling) returns(to Name) bool {
	return to == Withdrawn && (d.held.name == Activated || d.held.name == Engaged)
}

// hold makes v the verdict to be told.
func (d *dwelling) hold(t time.Duration, v verdict) verdict {
	d.held, d.waiting = v, false
	if v.name != Unknown {
		d.named, d.namedAt = v.name, t
	}
	return v
}

// dwell is how long a new name must last. Activated is said sooner than others, and taken back as soon where the rhythm turns out to be
// free; but after stirring it takes as long as any other, for what is left of an effort must not be read as activated.
func dwell(from, to Name, stirred bool) time.Duration {
	switch {
	case to == Activated && !stirred, from == Activated && to == Engaged:
		return dwellActivated
	case to != Activated && from == Unknown:
		return dwellUnknown
	}
	return dwellNamed
}

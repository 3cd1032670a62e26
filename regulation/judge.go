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

// unknown is the verdict that names nothing.
func unknown(r UnknownReason) verdict { return verdict{Unknown, r, 0} }

// dwelling holds a name until another one has lasted.
type dwelling struct {
	held    verdict
	next    Name
	since   time.Duration // of next
	waiting bool
}

// step takes this second's verdict and answers the one to be told. Unknown comes at once, for a doubt must not wait.
func (d *dwelling) step(t time.Duration, v verdict) verdict {
	if v.name == Unknown || v.name == d.held.name {
		d.held, d.waiting = v, false
		return v
	}
	if !d.waiting || d.next != v.name {
		d.next, d.since, d.waiting = v.name, t, true
	}
	if t-d.since >= dwell(d.held.name, v.name) {
		d.held, d.waiting = v, false
		return v
	}
	if d.held.reason == ReasonNone && d.held.name == Unknown {
		d.held = unknown(ReasonPoorSignal) // at the very start nothing has lasted yet
	}
	return d.held
}

// dwell is how long a new name must last.
func dwell(from, to Name) time.Duration {
	switch {
	case to == Activated:
		return dwellActivated
	case from == Unknown:
		return dwellUnknown
	}
	return dwellNamed
}

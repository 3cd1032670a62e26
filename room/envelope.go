package room

import (
	"math"
	"time"

	"hubd/dsp"
)

// The bounds of design section 5.3. They hold whatever the config says.
const (
	maxSlew       = 20.0             // percentage points of brightness per second
	minReversal   = 2 * time.Second  // between two reversals of one lamp: at most 0.5 Hz
	minTransition = time.Second      // no command without one
	pauseFade     = 10 * time.Second // the least for a change of brightness in a pause
	pauseRise     = 10.0             // points a pause may brighten by
	pauseRiseFor  = time.Minute      // within this
	stillPoints   = 0.5              // a change of brightness too small to count as one
)

// Envelope is what no lamp command may leave.
type Envelope struct {
	BrightnessCeiling float64 // percent
	KelvinCeiling     float64
	SwitchOn          bool // a lamp that is off may be switched on
}

// Motion is what the envelope must know of one lamp.
type Motion struct {
	On         dsp.Maybe // 1 on, 0 off; absent: never reported
	Brightness dsp.Maybe // percent, by the expected trajectory
	Kelvin     dsp.Maybe
	Warmest    float64   // the warmest it can do, kelvin: the ceiling asks no lamp for more; 0: any
	Paused     bool      // slow changes only
	PauseLimit dsp.Maybe // percent: not brighter than this, in the first minute of a pause

	direction int           // of the newest change of brightness: 1, −1, 0 before any
	reversed  time.Duration // when that direction began
}

// Limit pulls one wish for one lamp into the envelope; false where it must not be sent at all. A change of direction that
// comes too soon becomes standing still, so that the plan has to ask again. Every lamp command passes here, and nothing
// that leaves is changed afterwards.
func (e Envelope) Limit(m *Motion, now time.Duration, c LampCommand) (LampCommand, bool) {
	if !m.On.Known || (m.On.Value == 0 && !e.SwitchOn) || c.Brightness.Known == c.Kelvin.Known {
		return LampCommand{}, false
	}
	c.Transition = max(c.Transition, minTransition)
	if c.Kelvin.Known {
		c.Kelvin.Value = max(min(c.Kelvin.Value, e.KelvinCeiling), m.Warmest)
		return c, m.Kelvin.Known
	}
	if !m.Brightness.Known {
		return LampCommand{}, false
	}
	from := m.Brightness.Value
	to := min(clamp(c.Brightness.Value, 0, 100), e.BrightnessCeiling)
	if m.PauseLimit.Known {
		to = min(to, m.PauseLimit.Value)
	}
	if m.reverses(from, to) && now < m.reversed+minReversal {
		to = min(from, e.BrightnessCeiling)
		c.Transition = max(minTransition, m.reversed+minReversal-now)
	}
	if m.Paused && to != from {
		c.Transition = max(c.Transition, pauseFade)
	}
	c.Brightness.Value = to
	c.Transition = max(c.Transition, slewTime(from, to))
	return c, true
}

// slewTime is the least time for a change, rounded up to the tenth of a second that lamps know.
func slewTime(from, to float64) time.Duration {
	tenths := math.Ceil(math.Abs(to-from) / maxSlew * 10)
	return time.Duration(tenths) * 100 * time.Millisecond
}

func (m *Motion) reverses(from, to float64) bool {
	d := directionOf(from, to)
	return d != 0 && m.direction != 0 && d != m.direction
}

// mustWait tells whether a lamp above a ceiling that has just come down cannot be lowered yet without reversing too soon.
func (e Envelope) mustWait(m *Motion, now time.Duration, from float64) bool {
	return from > e.BrightnessCeiling && m.direction > 0 && now < m.reversed+minReversal
}

// moved remembers a command that left.
func (m *Motion) moved(now time.Duration, from float64, to float64) {
	d := directionOf(from, to)
	if d != 0 && d != m.direction {
		m.direction, m.reversed = d, now
	}
}

func directionOf(from, to float64) int {
	switch {
	case to > from+stillPoints:
		return 1
	case to < from-stillPoints:
		return -1
	}
	return 0
}

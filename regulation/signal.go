package regulation

import (
	"time"

	"hubd/dsp"
)

// channel watches the signal of one sensor.
type channel struct {
	good      bool          // was of trusted quality at least once since contact
	lastGood  time.Duration // valid when good
	disturbed bool          // was disturbed at least once
	lastBad   time.Duration // valid when disturbed
	quality   float64       // smoothed, 0…1
	lost      bool          // out of contact now
	lostAt    time.Duration // valid when lost
}

// step takes this second's contact and quality. A channel that never was good is starting, not disturbed.
func (c *channel) step(t time.Duration, contact bool, quality float64) {
	fine := contact && quality >= qualityTrusted
	if !contact {
		quality = 0
		if !c.lost {
			c.lost, c.lostAt = true, t
		}
	} else {
		c.lost = false
	}
	if c.good && !fine && t-c.lastGood <= movingTogether {
		c.disturbed, c.lastBad = true, t
	}
	if fine {
		if !c.good {
			c.quality = quality
		}
		c.good, c.lastGood = true, t
	}
	c.quality += (min(max(quality, 0), 1) - c.quality) / qualityTau
	if c.lost && t-c.lostAt >= movingTogether {
		c.good = false
	}
}

// trusted tells whether the channel's features may be used.
func (c *channel) trusted(t time.Duration) bool {
	return c.good && !c.lost && t-c.lastGood <= qualityGrace
}

// moved tells whether the contact was away long enough that the electrode may sit elsewhere now.
func (c *channel) moved(t time.Duration) bool { return c.lost && t-c.lostAt >= contactLoss }

// movement decides whether the wearer moves or makes an effort (design 4): then nothing is named.
type movement struct {
	moving    bool // body or sensors move
	moved     bool // ever
	lastMoved time.Duration
	effort    bool // heart rate far above own rest
	above     int  // seconds in which it was, since it last was not
	lastRated time.Duration
}

// step takes this second. restRate is the wearer's own resting heart rate in bpm.
func (m *movement) step(t time.Duration, f Features, pulse, skin *channel, heartRate dsp.Maybe, restRate float64) {
	if disturbedNow(t, f, pulse, skin) {
		m.moving, m.moved, m.lastMoved = true, true, t
	} else if t-m.lastMoved >= movingHold {
		m.moving = false
	}
	m.rate(t, heartRate, restRate)
}

// rate looks for an effort. It must last, for one reading of a doubtful pulse is none.
func (m *movement) rate(t time.Duration, heartRate dsp.Maybe, restRate float64) {
	if !heartRate.Known {
		if t-m.lastRated >= effortHold {
			m.effort, m.above = false, 0
		}
		return
	}
	m.lastRated = t
	switch above := heartRate.Value - restRate; {
	case above >= effortEnter:
		m.above++
	case above < effortLeave:
		m.effort, m.above = false, 0
	}
	if m.above >= effortLasts {
		m.effort = true
	}
	if m.effort {
		m.moved, m.lastMoved = true, t
	}
}

// lately tells whether the wearer moved, or made an effort, within the last minute.
func (m *movement) lately(t time.Duration) bool { return m.moved && t-m.lastMoved < movingLately }

// disturbedNow is the accelerometer's word, or both channels disturbed within 10 s, where an accelerometer does not say that the wearer
// lies still. What a chip or a start disturbs is no movement.
func disturbedNow(t time.Duration, f Features, pulse, skin *channel) bool {
	if f.Motion.Known && (f.Motion.Moving || !f.Motion.Stirring) {
		return f.Motion.Moving
	}
	if f.Settling || !f.HasPulse || !f.HasSkin || !pulse.disturbed || !skin.disturbed {
		return false
	}
	newest := max(pulse.lastBad, skin.lastBad)
	apart := newest - min(pulse.lastBad, skin.lastBad)
	return newest == t && apart <= movingTogether
}

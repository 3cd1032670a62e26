package synth

import (
	"math"
	"math/rand/v2"
)

const (
	burstMean   = 9.0  // s, usual length of a movement
	burstLeast  = 1.5  // s
	burstMost   = 30.0 // s
	laughMean   = 3.0  // s
	laughHertz  = 4.5  // of the diaphragm
	stillBelow  = 0.02 // share of movement under which a burst that still lasts soon ends
	moveEdge    = 0.2  // s, how fast a movement sets in and fades
	movingAbove = 0.05 // of the envelope: the truth says moving

	slipLeast = 5.0  // s that a slipped electrode stays off
	slipMost  = 35.0 // s

	gripTau    = 5.0  // s, how long a changed pressure on the pulse sensor lasts
	jumpTau    = 1.0  // s: the sensor's high-pass takes a step of the baseline back
	electrodeT = 12.0 // s until a fresh contact conducts fully

	stillG = 0.008 // g, short-term deviation of a still accelerometer with its noise
	rollG  = 0.22  // g, of turning and moving
	laughG = 0.05  // g
)

// movement is what a bed does to sensors: bursts that shake them, change their pressure, and pull electrodes off.
type movement struct {
	rand     *rand.Rand
	active   bool
	laughing bool
	until    float64 // s, end of the burst
	strength float64 // of this burst, about 1
	envelope float64 // 0…1
	shake    float64 // V of artefact, in standard deviations
	tug      float64 // of the electrodes, likewise
	jump     float64 // V, of the baseline
	grip     float64 // ln factor on the pulse amplitude
	press    float64 // ln factor on the conductance
	slipped  float64 // s until which the electrodes are off
	pulseOn  float64 // 0…1, contact of the pulse sensor
	skinOn   float64 // 0…1, contact of the electrodes
	wet      float64 // 0…1, how far a fresh contact has settled
}

func newMovement(r *rand.Rand) movement {
	return movement{rand: r, pulseOn: 1, skinOn: 1, wet: 1}
}

// control starts and ends bursts, once per control step of dt seconds.
func (m *movement) control(l levels, now, dt float64) {
	if m.active && l.movement < stillBelow {
		m.until = min(m.until, now+burstLeast)
	}
	if m.active && now >= m.until {
		m.active = false
		m.disturb()
	}
	if m.active || l.movement <= 0 {
		return
	}
	laughing := m.rand.Float64() < l.laugh
	mean := burstMean
	if laughing {
		mean = laughMean
	}
	gap := mean * (1 - min(l.movement, 0.98)) / l.movement // so that the share of time is as asked
	if m.rand.Float64() < dt/gap {
		m.begin(laughing, mean, now, l)
	}
}

func (m *movement) begin(laughing bool, mean, now float64, l levels) {
	m.active, m.laughing = true, laughing
	m.until = now + clamp(mean*(0.3+0.7*m.rand.ExpFloat64()), burstLeast, burstMost)
	m.strength = 0.6 + 0.8*m.rand.Float64()
	m.disturb()
	if m.rand.Float64() < l.slip {
		m.slipped = now + slipLeast + (slipMost-slipLeast)*m.rand.Float64()
	}
}

// disturb changes what presses on the sensors, as every beginning and end of a movement does.
func (m *movement) disturb() {
	size := 1.0
	if m.laughing {
		size = 0.25
	}
	m.jump += size * 0.7 * m.rand.NormFloat64()
	m.grip = clamp(m.grip+size*0.5*m.rand.NormFloat64(), -1.2, 0.7)
	m.press = clamp(m.press+size*0.15*m.rand.NormFloat64(), -0.5, 0.4)
}

// step moves on by dt seconds.
func (m *movement) step(l levels, now, dt float64) {
	target := 0.0
	if m.active {
		target = 1
	}
	m.envelope += (target - m.envelope) * dt / moveEdge
	if m.envelope > 0.001 {
		m.shake += -m.shake*dt/0.15 + math.Sqrt(2*dt/0.15)*m.rand.NormFloat64()
		m.tug += -m.tug*dt/0.5 + math.Sqrt(2*dt/0.5)*m.rand.NormFloat64()
	}
	m.jump -= m.jump * dt / jumpTau
	m.grip -= m.grip * dt / gripTau
	m.press -= m.press * dt / gripTau
	m.pulseOn += (on(!l.pulseOff) - m.pulseOn) * dt / 0.12
	m.skinOn += (on(!l.skinOff && now >= m.slipped) - m.skinOn) * dt / 0.15
	if m.skinOn < 0.5 {
		m.wet = 0
	} else {
		m.wet += (1 - m.wet) * dt / electrodeT
	}
}

func on(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// pulseArtefact is what movement adds to the pulse sensor's output, in V.
func (m *movement) pulseArtefact(now float64) float64 {
	v := m.jump
	switch {
	case m.envelope <= 0.001:
	case m.laughing:
		v += m.envelope * (0.15*math.Sin(2*math.Pi*laughHertz*now) + 0.05*m.shake)
	default:
		v += m.envelope * m.strength * 0.45 * m.shake
	}
	return v
}

// skinFactor is what movement makes of the conductance.
func (m *movement) skinFactor() float64 {
	tug := 0.10
	if m.laughing {
		tug = 0.02
	}
	return math.Exp(m.press+tug*m.envelope*m.strength*m.tug) * m.skinOn * (0.55 + 0.45*m.wet)
}

// gravity is the short-term deviation of acceleration, in g.
func (m *movement) gravity(noise float64) float64 {
	g := rollG * m.strength * (0.6 + 0.4*math.Abs(m.shake))
	if m.laughing {
		g = laughG * m.strength
	}
	return stillG*(1+0.15*clamp(noise, -3, 3)) + m.envelope*g
}

// contact tells whether both sensors have living skin to read: on it, not pressed bloodless, not dried out.
func (m *movement) contact(l levels) bool {
	return m.pulseOn > 0.5 && m.skinOn > 0.5 && l.pillow < 0.8 && l.dryness < 0.97
}

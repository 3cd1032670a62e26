package synth

import (
	"math"
	"math/rand/v2"
)

const (
	inhaleShare   = 0.42 // of a breath; at rest breathing in is the shorter part
	breathJitter  = 0.07 // standard deviation of ln cycle length at rest, from breath to breath
	talkJitter    = 0.45 // likewise while speaking
	entrainTau    = 25.0 // s until a body has mostly taken the pacer's rate
	entrainLock   = 0.03 // Hz, how hard the phase is drawn to the pacer's
	slowestBreath = 3.0  // per minute
	fastestBreath = 40.0 // per minute
)

// breath is the breathing of one body: a phase that runs from breathing in (0) to the next breathing in (1).
type breath struct {
	rand     *rand.Rand
	phase    float64
	rate     float64 // per minute, where it is drawn to, smoothed
	cycle    float64 // this breath's rate against rate
	depth    float64 // this breath's depth against the usual
	engaged  float64 // 0…1, how far the pacer is followed
	jitter   float64
	sine     float64 // of the breathing cycle, rising with breathing in; −1…1
	volume   float64 // −1 empty … 1 full
	wrapped  bool    // a breath began in this step
	fraction float64 // of the step that was gone when it began
}

func newBreath(r *rand.Rand, rate float64) breath {
	return breath{rand: r, rate: rate, cycle: 1, depth: 1, phase: r.Float64(), jitter: breathJitter}
}

// control follows the wanted rate (per minute) and, where pace is above 0, the pacer. dt is the control step in s.
func (b *breath) control(wanted, pace, talk, dt float64) {
	follow := 0.0
	if pace > 0 {
		wanted, follow = pace, 1
	}
	wanted = clamp(wanted, slowestBreath, fastestBreath)
	b.engaged += (follow - b.engaged) * dt / entrainTau
	b.rate += (wanted - b.rate) * dt / (entrainTau / 2)
	b.jitter = (breathJitter + talk*(talkJitter-breathJitter)) * (1 - b.engaged)
}

// step moves the phase on by dt seconds; pacerPhase (0…1) counts only while a pacer is followed.
func (b *breath) step(dt, pacerPhase float64) {
	speed := b.rate / 60 * b.cycle
	if b.engaged > 0.01 {
		speed += entrainLock * b.engaged * math.Sin(2*math.Pi*(pacerPhase-b.phase))
	}
	speed = max(speed, slowestBreath/120)
	b.phase += speed * dt
	if b.wrapped = b.phase >= 1; b.wrapped {
		b.phase--
		b.fraction = 1 - b.phase/(speed*dt)
		b.cycle = math.Exp(clamp(b.jitter*b.rand.NormFloat64(), -1, 1))
		b.depth = clamp(1+0.12*b.rand.NormFloat64(), 0.5, 1.5)
	}
	warped := 0.5 * b.phase / inhaleShare
	if b.phase >= inhaleShare {
		warped = 0.5 + 0.5*(b.phase-inhaleShare)/(1-inhaleShare)
	}
	sin, cos := math.Sincos(2 * math.Pi * warped)
	b.sine, b.volume = sin*b.depth, -cos*b.depth
}

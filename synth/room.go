package synth

import (
	"math"
	"time"
)

// Room is what a body meets, in plain numbers: the lamps as they are, not as they were asked to be.
type Room struct {
	BrightnessPercent float64       // 0…100
	Kelvin            float64       // colour temperature
	LevelDB           float64       // of the sound bed against full scale; −60 or less is silence
	BreathsPerMin     float64       // of the pacer; 0: none
	PhaseZero         time.Duration // stream time at which a paced breath in began
}

const (
	sootheTau  = 60.0 // s: a body takes a minute or so to answer a room
	brightness = 70.0 // percent that neither calm nor wake
	whiteness  = 4000 // K, likewise
	silence    = -60.0
)

// calm is where the room draws a body: 1 dark, warm and slow; 0 neither; −0.5 bright, cold and loud. The shape is a plausible
// one, made for demonstrations; no study gives these numbers.
func (r Room) calm() float64 {
	dim := clamp((brightness-r.BrightnessPercent)/50, -0.6, 1)
	warm := clamp((whiteness-r.Kelvin)/1600, -0.5, 1)
	calm := 0.45*dim + 0.25*warm
	switch {
	case r.LevelDB > -10:
		calm -= 0.4
	case r.LevelDB > silence:
		calm += 0.1
	}
	if r.BreathsPerMin > 0 && r.BreathsPerMin <= 8 {
		calm += 0.25
	}
	return clamp(calm, -0.5, 1)
}

// pacerPhase is the pacer's place in its breath at second now, 0…1.
func (r Room) pacerPhase(now float64) float64 {
	turns := (now - r.PhaseZero.Seconds()) * r.BreathsPerMin / 60
	return turns - math.Floor(turns)
}

// soothed gives the levels as a body has them that the room has drawn by s (−0.5…1): less of what is high, and a little less than
// rest. Effort, movement and contact stay as they are.
func (a levels) soothed(s float64) levels {
	if s < 0 {
		a.arousal -= 0.8 * s
		a.vagal += 0.4 * s
		return a
	}
	a.arousal -= s * (0.55*max(a.arousal, 0) + 0.25)
	a.vagal += s * (0.45*max(-a.vagal, 0) + 0.2)
	return a
}

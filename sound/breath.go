package sound

import (
	"math"
	"time"

	"hubd/room"
)

// Swell is how far below its level a sound that breathes is at a stream time, dB, 0 or less: up while people breathe in, level while
// they hold, down while they breathe out, each half as half a cosine. It is depth at most, and never so deep that it would rise faster
// than RiseDB allows.
func Swell(p room.Pace, depth float64, at time.Duration) float64 {
	if p.BreathsPerMin <= 0 || !(depth > 0) {
		return 0
	}
	period := 60 / p.BreathsPerMin
	in := p.InhaleShare * period
	out := period - in - p.Hold.Seconds()
	if in <= 0 || out <= 0 {
		return 0
	}
	depth = min(depth, RiseDB*in*2/math.Pi)
	t := math.Mod((at - p.PhaseZero).Seconds(), period)
	if t < 0 {
		t += period
	}
	switch {
	case t < in:
		return -depth * (1 + math.Cos(math.Pi*t/in)) / 2
	case t < period-out:
		return 0
	}
	return -depth * (1 + math.Cos(math.Pi*(period-t)/out)) / 2
}

package room

import (
	"fmt"
	"time"

	"hubd/dsp"
)

// The range of paced breathing (Shaffer & Meehan 2020, doi 10.3389/fnins.2020.570400), in breaths per minute.
const (
	MinBreathPace = 4.5
	MaxBreathPace = 7.0

	defaultPace   = 6.0
	defaultInhale = 0.4
)

// period is the length of one breath.
func (p Pace) period() time.Duration { return seconds(60 / p.BreathsPerMin) }

// halfBreath is a breath in, with the hold after it, or a breath out.
type halfBreath struct {
	number     int64 // since PhaseZero
	rises      bool
	start, end time.Duration
}

// half gives the half breath that is on at one instant. The pace must not be zero.
func (p Pace) half(now time.Duration) halfBreath {
	period := p.period()
	breath := int64((now - p.PhaseZero) / period)
	start := p.PhaseZero + time.Duration(breath)*period
	turn := start + seconds(p.InhaleShare*period.Seconds()) + p.Hold
	if now < turn {
		return halfBreath{number: 2 * breath, rises: true, start: start, end: turn}
	}
	return halfBreath{number: 2*breath + 1, start: turn, end: start + period}
}

// shorterHalf is the shorter part of a breath.
func (p Pace) shorterHalf() time.Duration {
	in := seconds(p.InhaleShare*p.period().Seconds()) + p.Hold
	return min(in, p.period()-in)
}

// SetBreathPace sets the pace of the next breaths, 4.5…7 per minute. A running practice follows from a new breath in.
func (r *Room) SetBreathPace(dst []dsp.Value, now time.Duration, perMin float64) ([]dsp.Value, error) {
	if !(perMin >= MinBreathPace && perMin <= MaxBreathPace) {
		return dst, fmt.Errorf("breath_pace is %g: wanted are 4.5 to 7 breaths per minute", perMin)
	}
	r.breathPace = perMin
	return r.follow(dst, now), nil
}

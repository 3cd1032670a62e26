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
	arrives    time.Duration // the light is there, and stays where the breath is held
}

// half gives the half breath that is on at one instant. The pace must not be zero.
func (p Pace) half(now time.Duration) halfBreath {
	period := p.period()
	breath := int64((now - p.PhaseZero) / period)
	start := p.PhaseZero + time.Duration(breath)*period
	turn := start + seconds(p.InhaleShare*period.Seconds()) + p.Hold
	if now < turn {
		return halfBreath{number: 2 * breath, rises: true, start: start, end: turn, arrives: turn - p.Hold}
	}
	return halfBreath{number: 2*breath + 1, start: turn, end: start + period, arrives: start + period}
}

// shorterHalf is the shorter part of a breath.
func (p Pace) shorterHalf() time.Duration {
	in := seconds(p.InhaleShare*p.period().Seconds()) + p.Hold
	return min(in, p.period()-in)
}

// pacer is the pacer of the running practice in one of its steps: at the step's own pace, else the one set by hand, else the practice's
// own, else that of those who take part.
func (r *Room) pacer(s StepOptions) Pace {
	p := r.practice.is.Pacer
	switch {
	case s.BreathsPerMin > 0:
		p.BreathsPerMin = s.BreathsPerMin
	case r.paceByHand:
		p.BreathsPerMin = r.breathPace
	case p.BreathsPerMin == 0:
		p.BreathsPerMin = r.ownPace()
	}
	return p.inRange()
}

// ownPace is the resonance pace of those who take part; of two the slower, as the gentler of each value wins everywhere in the room.
// Somebody who takes no part gives none: what the room shows would tell of a body that nobody asked about.
func (r *Room) ownPace() float64 {
	pace := dsp.Maybe{}
	for i, m := range r.members {
		if own := r.wearers[i].pace; m && own.Known && !(pace.Known && pace.Value <= own.Value) {
			pace = own
		}
	}
	return pace.Or(r.breathPace)
}

// SetOwnPace remembers the pace that a wearer's heart answers most, in breaths per minute; absent forgets it.
func (r *Room) SetOwnPace(wearer int, perMin dsp.Maybe) {
	if r.isWearer(wearer) {
		r.wearers[wearer].pace = breathable(perMin)
	}
}

// breathable takes away a pace that nobody can have found: what was stored may be older than its bounds.
func breathable(perMin dsp.Maybe) dsp.Maybe {
	if !perMin.Known || !(perMin.Value >= MinBreathPace && perMin.Value <= MaxBreathPace) {
		return dsp.Maybe{}
	}
	return perMin
}

// SetBreathPace sets the pace of the next breaths, 4.5…7 per minute. A running practice follows from a new breath in.
func (r *Room) SetBreathPace(dst []dsp.Value, now time.Duration, perMin float64) ([]dsp.Value, error) {
	if !(perMin >= MinBreathPace && perMin <= MaxBreathPace) {
		return dst, fmt.Errorf("breath_pace is %g: wanted are 4.5 to 7 breaths per minute", perMin)
	}
	r.breathPace, r.paceByHand = perMin, true
	return r.follow(dst, now), nil
}

package sound

import (
	"math"
	"time"
)

// amplitude is the factor of a power.
func amplitude(power float64) float64 { return math.Sqrt(max(0, power)) }

// fromDB turns decibels into a power.
func fromDB(db float64) float64 { return math.Pow(10, db/10) }

// toward moves a level to a goal by at most rate dB per second.
func toward(level, goal, rate float64, dt time.Duration) float64 {
	most := rate * dt.Seconds()
	return level + max(-most, min(most, goal-level))
}

// budget is the one place where things become louder: bed and tone together never rise by more than RiseDB in a second, counted from
// SilenceDB, and never above the cap. What is granted is a power before its gate; 1 is 0 LUFS.
type budget struct {
	bed, tone float64
	heard     float64 // of both, behind their gates
}

// grant gives what may be of what is wanted after some time; opened is the amplitude that the bed's gate lets through. The tone comes
// first, since it is over soon: where there is no room for both the bed makes some, within a second.
func (b *budget) grant(bed, tone, most, opened float64, dt time.Duration) {
	through := opened * opened
	limit := min(max(b.heard*fromDB(RiseDB*dt.Seconds()), fromDB(SilenceDB)), most)
	free := max(limit-min(bed, b.bed)*through, b.tone+limit*dt.Seconds())
	b.tone = max(0, min(tone, free, limit, most/2))
	if through > 0 {
		bed = min(bed, (limit-b.tone)/through)
	}
	b.bed = bed
}

// gate lets sound begin and end within a fade, as half a cosine. An end that has begun runs out before anything begins again.
type gate struct {
	open    bool // wanted
	closing bool
	ended   bool    // the last pass shut it
	way     float64 // 0 shut, 1 open
}

// ending tells whether what is heard is on its way out.
func (g *gate) ending() bool { return g.closing || (g.way > 0 && !g.open) }

// pass lets time pass.
func (g *gate) pass(dt, fade time.Duration) {
	step := dt.Seconds() / fade.Seconds()
	g.closing, g.ended = g.ending(), false
	switch {
	case g.closing:
		g.way = max(0, g.way-step)
	case g.open:
		g.way = min(1, g.way+step)
	}
	const shut = 1e-9 // rounding
	if g.closing && g.way < shut {
		g.way, g.closing, g.ended = 0, false, true
	}
}

func (g *gate) gain() float64 { return (1 - math.Cos(math.Pi*g.way)) / 2 }

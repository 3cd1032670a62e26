package sound

import "math"

// rain is the hiss of many drops far away, which swells a little as rain does, and single drops near by.
type rain struct {
	white      white
	chance     white // of drops; apart, so that the hiss does not change with them
	high, low  onePole
	gust       onePole
	drops      [12]drop // one more that falls while all of them ring is not heard
	untilDrops int      // frames until the next one
}

const (
	rainLowHz  = 400.0  // below it a roof would roar
	rainHighHz = 2500.0 // above it rain falls by 6 dB per octave: softer than outside, as through a window
	rainUnit   = 2.457
	hissPart   = 1.0

	gustHz    = 0.15
	gustDepth = 25.0 // of noise that gustHz leaves almost nothing of

	dropsPerSecond = 45.0
	dropPart       = 0.7
)

// drop is one short sound: a sine that comes in and dies away.
type drop struct {
	cos, sin     float64 // where it is
	turnC, turnS float64 // one frame's rotation
	rise, fall   float64 // both run to 0; their difference is the shape
	riseBy       float64
	fallBy       float64
	left, right  float64
}

// dropEnds is so far below full scale that nobody hears a drop end.
const dropEnds = 1e-4

func newRain(seed uint64) *rain {
	return &rain{
		white: newWhite(seed, 2), chance: newWhite(seed, 3), high: newOnePole(rainLowHz), low: newOnePole(rainHighHz), gust: newOnePole(gustHz),
	}
}

func (r *rain) next() (left, right float64) {
	wl, wr := r.white.next()
	gust, _ := r.gust.low(wl, 0)
	swell := hissPart * (1 + gustDepth*gust)
	l, rr := r.high.high(r.low.low(wl, wr))
	l, rr = l*swell, rr*swell
	if r.untilDrops--; r.untilDrops < 0 {
		r.fall()
	}
	for i := range r.drops {
		if d := &r.drops[i]; d.fall > dropEnds {
			v := d.next()
			l, rr = l+v*d.left, rr+v*d.right
		}
	}
	return rainUnit * l, rainUnit * rr
}

// fall lets a drop fall where one has died away, and says when the next one will.
func (r *rain) fall() {
	wait, pitch, near, side := r.chance.unit(), r.chance.unit(), r.chance.unit(), r.chance.unit()
	r.untilDrops = int(-math.Log(1-wait) * Rate / dropsPerSecond)
	for i := range r.drops {
		if r.drops[i].fall <= dropEnds {
			r.drops[i] = newDrop(pitch, near, side)
			return
		}
	}
}

// newDrop makes a drop of 700…2800 Hz: higher ones are shorter. near and side, 0…1, are how loud it is and where.
func newDrop(pitch, near, side float64) drop {
	hz := 700 * math.Pow(4, pitch)
	last := 0.025 - 0.017*pitch // s until it has fallen to 1/e
	loud := dropPart * near * near
	sin, cos := math.Sincos(2 * math.Pi * hz / Rate)
	d := drop{cos: 1, turnC: cos, turnS: sin, rise: 1, fall: 1}
	d.fallBy, d.riseBy = math.Exp(-1/(last*Rate)), math.Exp(-4/(last*Rate))
	d.right, d.left = math.Sincos(side * math.Pi / 2)
	d.left, d.right = d.left*loud, d.right*loud
	return d
}

func (d *drop) next() float64 {
	d.cos, d.sin = d.cos*d.turnC-d.sin*d.turnS, d.cos*d.turnS+d.sin*d.turnC
	d.fall *= d.fallBy
	d.rise *= d.riseBy
	return d.sin * (d.fall - d.rise)
}

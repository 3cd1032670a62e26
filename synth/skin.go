package synth

import (
	"math"
	"math/rand/v2"
)

const (
	responseSlots  = 24   // responses that may still be seen at once; the rate's bound and their decay keep the number below
	responseGap    = 2.5  // s, least distance of two responses: nearer ones melt into one
	responseMost   = 20.0 // per minute; 20–25 is the most seen in people
	responseMedian = 0.07 // of the resting level, median size
	responseSpread = 0.5  // standard deviation of ln size
	responseGrowth = 0.12 // share by which responses grow per unit of arousal
	responseLeast  = 0.05 // µS: the classic threshold; smaller ones are made but not told in the truth
	responseLatest = 30.0 // s after which a response has gone

	arousalRate  = 0.55 // ln units of response rate per unit of arousal
	arousalLevel = 0.14 // share of the level added per unit of arousal
	levelUp      = 40.0 // s; the quick part of a rise are the responses themselves
	levelDown    = 80.0 // s
	levelDrift   = 0.04 // standard deviation of ln level
	levelTau     = 200.0
)

// response is one skin conductance response: the difference of two decays that begin together.
type response struct {
	slow, fast         float64 // µS, the two terms now
	keepSlow, keepFast float64 // their factors per step
}

// skin is the conductance between two electrodes on a living hand.
type skin struct {
	rand   *rand.Rand
	body   traits
	size   float64 // of a response against one at rest
	level  float64 // µS, tonic, smoothed
	drift  float64 // in standard deviations
	rate   float64 // responses per minute
	wait   float64 // share of the way to the next response; one falls at 0
	rest   float64 // s until the next may come
	active [responseSlots]response
	sum    float64 // µS, of all active ones
	begun  float64 // µS, size of a response that began in this step; 0: none
}

func newSkin(r *rand.Rand, body traits) skin {
	return skin{rand: r, body: body, level: body.scl, rate: body.scr, wait: r.ExpFloat64(), drift: 0.5 * r.NormFloat64()}
}

// control takes the levels in, once per control step of dt seconds.
func (s *skin) control(l levels, dt float64) {
	s.rate = min(s.body.scr*math.Exp(arousalRate*l.arousal)+l.storm, responseMost)
	s.size = 1 + responseGrowth*max(l.arousal, 0)
	keep := math.Exp(-dt / levelTau)
	s.drift = keep*s.drift + math.Sqrt(1-keep*keep)*s.rand.NormFloat64()
	target := s.body.scl * (1 + arousalLevel*max(l.arousal, -2)) * math.Exp(levelDrift*s.drift)
	tau := levelDown
	if target > s.level {
		tau = levelUp
	}
	s.level += (target - s.level) * dt / tau
}

// step moves on by dt seconds: responses come as a Poisson process with a dead time, at the driven rate.
func (s *skin) step(dt float64) {
	s.begun = 0
	if s.rest -= dt; s.rest <= 0 {
		mean := max(60/s.rate-responseGap, 0.1)
		if s.wait -= dt / mean; s.wait <= 0 {
			s.wait = s.rand.ExpFloat64()
			s.rest = responseGap
			s.begin(dt)
		}
	}
	s.sum = 0
	for i := range s.active {
		a := &s.active[i]
		if a.slow == 0 {
			continue
		}
		a.slow *= a.keepSlow
		a.fast *= a.keepFast
		s.sum += a.slow - a.fast
		if a.slow < 1e-4 {
			*a = response{}
		}
	}
}

// begin starts a response: rise 1–3 s, half recovery 2–10 s (Boucsein 2012).
func (s *skin) begin(dt float64) {
	size := s.body.scl * responseMedian * s.size * math.Exp(clamp(responseSpread*s.rand.NormFloat64(), -1.2, 1.2))
	slow := 3 + 3*s.rand.Float64()     // s
	fast := 0.6 + 0.4*s.rand.Float64() // s
	peak := math.Log(slow/fast) * slow * fast / (slow - fast)
	scale := size / (math.Exp(-peak/slow) - math.Exp(-peak/fast))
	for i := range s.active {
		if s.active[i].slow == 0 {
			s.active[i] = response{slow: scale, fast: scale, keepSlow: math.Exp(-dt / slow), keepFast: math.Exp(-dt / fast)}
			s.begun = size
			return
		}
	}
}

// microsiemens is what ideal electrodes would read.
func (s *skin) microsiemens() float64 { return s.level + s.sum }

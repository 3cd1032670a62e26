package regulation

import (
	"time"

	"hubd/dsp"
)

// leadSeconds is how far back a track looks to see in which direction a 60 s window is moving.
const leadSeconds = 20

// track follows one feature from second to second: it undoes part of the delay of a trailing window, then smooths a little.
//
// A step r of the body makes a trailing 60 s measure ramp for 60 s. Adding its own change over the last 20 s, x + lead·(x − x₋₂₀),
// brings it near the new level in 30 s at the price of more noise, which the smoothing takes back.
type track struct {
	recent [leadSeconds]float64 // ring of the last values
	n      int                  // values so far
	smooth float64
	seen   time.Duration // when a value last came
}

// step takes this second's value; turn tells that a change is under way. It answers the followed value, absent once the feature was absent for longer than its hold.
func (k *track) step(t time.Duration, x dsp.Maybe, p *population, turn bool) dsp.Maybe {
	if !x.Known {
		if k.n == 0 || t-k.seen > p.hold {
			*k = track{}
			return dsp.Maybe{}
		}
		return dsp.Some(k.smooth)
	}
	led, follow := x.Value, p.steady
	if turn {
		follow = p.turn
	}
	slot := &k.recent[k.n%leadSeconds]
	if k.n >= leadSeconds {
		led += follow.lead * (x.Value - *slot)
	}
	*slot = x.Value
	if k.n == 0 {
		k.smooth = led
	} else {
		k.smooth += (led - k.smooth) / max(follow.tau, 1)
	}
	k.n++
	k.seen = t
	return dsp.Some(k.smooth)
}

// anchor is the level that the skin-conductance level is compared with: a slow lower envelope, set anew with each contact.
type anchor struct {
	level float64 // µS
	set   bool
	since time.Duration // of the contact
}

// change gives the relative change of the level against the anchor and lets the anchor follow.
func (a *anchor) change(t time.Duration, scl dsp.Maybe) dsp.Maybe {
	if !scl.Known {
		return dsp.Maybe{}
	}
	if !a.set {
		*a = anchor{level: scl.Value, set: true, since: t}
	}
	tau := anchorTauUp
	switch {
	case t-a.since < anchorSettle:
		tau = anchorTauSettle
	case scl.Value < a.level:
		tau = anchorTauDown
	}
	a.level += (scl.Value - a.level) / tau
	return dsp.Some((scl.Value - a.level) / max(a.level, anchorLeastLevel))
}

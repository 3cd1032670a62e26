package regulation

import (
	"time"

	"hubd/dsp"
)

// level follows the skin-conductance level and tells how far it is from what it was in the last minutes. Its absolute value means
// little: it differs between people, fingers, electrodes and hours, and drifts upwards while electrodes are worn.
type level struct {
	usual float64 // µS
	now   float64 // µS, smoothed
	set   bool
	since time.Duration // of the contact
}

// change gives the relative change; absent where the level is.
func (a *level) change(t time.Duration, scl dsp.Maybe) dsp.Maybe {
	if !scl.Known {
		return dsp.Maybe{}
	}
	if !a.set {
		*a = level{usual: scl.Value, now: scl.Value, set: true, since: t}
	}
	tau := levelTau
	if t-a.since < levelSettle {
		tau = levelTauSettle
	}
	a.usual += (scl.Value - a.usual) / tau
	a.now += (scl.Value - a.now) / levelSmooth
	return dsp.Some((a.now - a.usual) / max(a.usual, levelLeast))
}

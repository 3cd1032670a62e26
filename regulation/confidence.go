package regulation

import "math"

// certainty is all that confidence is made of.
type certainty struct {
	name     Name
	arousal  axis
	vagal    axis
	high     bool    // arousal after hysteresis
	low      bool    // vagal after hysteresis
	quality  float64 // of the channels used, weighted by their share, 0…1
	stage    Stage
	unlike   bool    // own rest far from most people's
	mostZ    float64 // largest z among the arousal features
	ceiling  float64 // from the verdict
	agreeing bool    // this second's axes say the same name as the one held
}

// confidence gives 0…1: how far from the nearest threshold, on how good and how complete a signal, against how well known a rest.
// It is 0 for Unknown.
//
//	c = (0.45 + 0.50·tanh m) · q · (0.6 + 0.4·completeness) [· 0.8 if own rest is unlike people's], then the lowest ceiling
//
// with m the distance in z to the threshold whose crossing would change the name; 0 while the axes already say another name.
func confidence(c certainty) float64 {
	if c.name == Unknown {
		return 0
	}
	margin := marginOf(c.arousal.value.Value, c.high)
	complete := c.arousal.complete
	if c.vagal.value.Known {
		margin = min(margin, marginOf(-c.vagal.value.Value, c.low))
		complete = (complete + c.vagal.complete) / 2
	}
	if !c.agreeing {
		margin = 0
	}
	sure := confidenceEdge + confidenceGain*math.Tanh(margin)
	sure *= min(max(c.quality, 0), 1) * (1 - confidenceMissing*(1-complete))
	if c.unlike {
		sure *= confidenceUnlike
	}
	if c.stage == StageFirst {
		sure = min(sure, confidenceFirst)
	}
	if c.name == Settled && c.mostZ >= axisEnter {
		sure = min(sure, confidenceMixed)
	}
	return min(max(sure, 0), min(c.ceiling, 1))
}

// marginOf is the distance to the threshold that would turn the latch: down to axisLeave while on, up to axisEnter while off.
func marginOf(x float64, on bool) float64 {
	if on {
		return max(x-axisLeave, 0)
	}
	return max(axisEnter-x, 0)
}

package regulation

import "math"

// certainty is all that confidence is made of.
type certainty struct {
	name    Name
	arousal axis
	vagal   axis
	quality float64 // of the channels used, weighted by their share, 0…1
	stage   Stage
	unlike  bool    // own rest far from most people's
	odd     bool    // the arousal features contradict each other
	ceiling float64 // from the verdict
}

// confidence gives 0…1: how probable it is that both axes lie on the side of their thresholds that the name says, given how far
// they lie from them and how well they are seen; then the lowest ceiling. It is 0 for Unknown.
//
//	c = Φ(m/σ)·Φ(m′/σ′) · (0.6 + 0.4·share of arousal's weight that is present) · q [· 0.8 if own rest is unlike people's]
//
// with m, m′ the distances in z to the thresholds whose crossing would change the name, below 0 while the axes already say another.
func confidence(c certainty) float64 {
	if c.name == Unknown {
		return 0
	}
	high := c.name == Activated || c.name == Engaged
	sure := probability(c.arousal.value.Value, c.arousal.se, high)
	if c.vagal.value.Known {
		low := c.name == Activated || c.name == Withdrawn
		sure *= probability(-c.vagal.value.Value, c.vagal.se, low)
	}
	sure *= min(max(c.quality/qualityFull, 0), 1) * (1 - confidenceMissing*(1-c.arousal.complete))
	if c.unlike {
		sure *= confidenceUnlike
	}
	if c.stage == StageFirst {
		sure = min(sure, confidenceFirst)
	}
	if c.name == Settled && c.odd {
		sure = min(sure, confidenceMixed)
	}
	return min(max(sure, 0), min(c.ceiling, 1))
}

// probability is that of an axis being on, or off, by a normal error: beyond the threshold that it would have to cross to change.
func probability(x, se float64, on bool) float64 {
	threshold := axisEnter
	if on {
		threshold = axisLeave
	}
	p := 0.5 * math.Erfc(-(x-threshold)/(math.Hypot(confidenceHeld*se, confidenceModel)*math.Sqrt2))
	if on {
		return p
	}
	return 1 - p
}

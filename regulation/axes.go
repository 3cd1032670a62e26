package regulation

import (
	"math"
	"time"

	"hubd/dsp"
)

// axis is the weighted mean of the z-scores of the features that are present.
type axis struct {
	value    dsp.Maybe
	complete float64 // share of the axis' weight that is present, 0…1
}

// joined forms the axis from features first … last. Where little weight is present the value is pulled to 0, so that one feature
// does not decide alone at +1 of its own.
func joined(people *[featureCount]population, z *[featureCount]dsp.Maybe, first, last feature) axis {
	sum, weight, all := 0.0, 0.0, 0.0
	for f := first; f <= last; f++ {
		all += people[f].weight
		if z[f].Known {
			sum += people[f].weight * z[f].Value
			weight += people[f].weight
		}
	}
	if weight == 0 {
		return axis{}
	}
	return axis{value: dsp.Some(sum / max(weight, axisWeightFull*all)), complete: weight / all}
}

// axes follows the features and joins them to arousal and vagal.
type axes struct {
	tracks  [featureCount]track
	level   anchor
	z       [featureCount]dsp.Maybe // signed in the direction of the axis
	arousal axis
	vagal   axis
}

// usable tells which parts of the Features may be used in this second.
type usable struct {
	pulse  bool // heart rate may be used
	vagal  bool // interval measures may be used
	skin   bool // skin-conductance measures may be used
	turn   bool // arousal became high within the last minute
	moved  bool // the skin electrodes may sit elsewhere now
	slowly bool // breathing is slow by itself: the fixed band misses it and RMSSD rises by mechanics
}

// step forms both axes for this second.
func (a *axes) step(t time.Duration, f Features, u usable, people *[featureCount]population, refs *references) {
	if u.moved {
		a.level = anchor{}
	}
	var x [featureCount]dsp.Maybe
	if u.skin {
		x[featureSCR] = stabiliseCount(f.Skin.SCRPerMin)
		x[featureSCL] = a.level.change(t, f.Skin.SCL)
	}
	if u.pulse {
		x[featureHeartRate] = f.Pulse.HeartRate
	}
	if u.vagal {
		x[featureRMSSD] = correctedLnRMSSD(f.Pulse)
	}
	if u.vagal && !u.slowly {
		x[featureRSA] = f.Pulse.RSALn
	}
	allowed := [featureCount]bool{u.skin, u.skin, u.pulse, u.vagal, u.vagal && !u.slowly}
	for i := range featureCount {
		a.z[i] = dsp.Maybe{}
		if !allowed[i] {
			a.tracks[i] = track{}
			continue
		}
		if v := a.tracks[i].step(t, x[i], &people[i], u.turn); v.Known {
			a.z[i] = dsp.Some(refs.features[i].z(v.Value))
		}
	}
	if u.slowly && a.z[featureRMSSD].Known {
		a.z[featureRMSSD].Value = min(a.z[featureRMSSD].Value, 0)
	}
	a.arousal = joined(people, &a.z, featureSCR, featureHeartRate)
	a.vagal = joined(people, &a.z, featureRMSSD, featureRSA)
}

// clear forgets everything followed, as after sensing stopped.
func (a *axes) clear() { *a = axes{} }

// strongestArousal gives the largest arousal z among the features, 0 where none is known.
func (a *axes) strongestArousal() float64 {
	most := 0.0
	for f := featureSCR; f <= featureHeartRate; f++ {
		if a.z[f].Known {
			most = math.Max(most, a.z[f].Value)
		}
	}
	return most
}

// latch is the hysteresis of one axis: on from axisEnter until axisLeave.
type latch struct {
	on    bool
	since time.Duration // valid when on
}

// step takes the axis, signed so that up means on. An unknown axis is not on.
func (l *latch) step(t time.Duration, value dsp.Maybe, sign float64) {
	switch x := sign * value.Value; {
	case !value.Known || x <= axisLeave:
		l.on = false
	case x >= axisEnter && !l.on:
		l.on, l.since = true, t
	}
}

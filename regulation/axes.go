package regulation

import (
	"math"
	"time"

	"hubd/dsp"
)

// axis is what the features of one side say together, as a z-score.
type axis struct {
	value    dsp.Maybe
	se       float64 // standard deviation of what is not known of value
	complete float64 // share of the axis' weight that is present, 0…1
}

// joined combines the z-scores of features first … last by Stouffer's weighted method, so that the axis has a spread of 1 at rest, as
// each of them: Σ wz / √(Σ w² + 2ρ Σ wᵢwⱼ), ρ their correlation at rest. What the windows leave open draws it to rest: the mean of
// the posterior of a value with prior N(0, 1) seen with that error (Gelman et al., Bayesian Data Analysis, section 2.5). And
// where little weight is present it is drawn to rest as well, so that one feature does not decide alone at +1 of its own.
func joined(people *[featureCount]population, z *[featureCount]score, first, last feature, correlation float64) axis {
	sum, unsure, weight, squares, all := 0.0, 0.0, 0.0, 0.0, 0.0
	for f := first; f <= last; f++ {
		w := people[f].weight
		all += w
		if z[f].Known {
			sum += w * z[f].Value
			unsure += w * w * z[f].se * z[f].se
			weight += w
			squares += w * w
		}
	}
	if weight == 0 {
		return axis{}
	}
	variance := squares + correlation*(weight*weight-squares)
	se := math.Sqrt(unsure / variance)
	present := min(weight/(axisWeightFull*all), 1)
	return axis{
		value: dsp.Some(present * drawn(sum/math.Sqrt(variance), se)),
		se:    se / math.Sqrt(1+se*se), complete: weight / all,
	}
}

// drawn draws a z-score to rest as far as it is not sure.
func drawn(z, se float64) float64 { return z / (1 + se*se) }

// score is the z-score of a feature, signed in the direction of its axis.
type score struct {
	dsp.Maybe
	se float64 // standard error
}

// axes follows the features and joins them to arousal and vagal.
type axes struct {
	windows   windows
	level     level
	rsa       dsp.Maybe // ln ms², smoothed
	heartRate dsp.Maybe // bpm, as settled on
	z         [featureCount]score
	arousal   axis
	vagal     axis
}

// usable tells which parts of the Features may be used in this second.
type usable struct {
	pulse  bool // heart rate may be used
	vagal  bool // interval measures may be used
	skin   bool // skin-conductance measures may be used
	moved  bool // the skin electrodes may sit elsewhere now
	slowly bool // breathing is slow by itself: the fixed band misses it and RMSSD rises by mechanics
}

// step forms both axes for this second.
func (a *axes) step(t time.Duration, f Features, u usable, people *[featureCount]population, refs *references) {
	a.z = [featureCount]score{}
	a.windows.take(f, u)
	seen := a.windows.settle()
	a.skin(t, f.Skin, seen[countedResponses], u, refs)
	a.heart(f.Pulse, seen, u, refs)
	a.arousal = joined(people, &a.z, featureSCR, featureHeartRate, 0)
	a.vagal = joined(people, &a.z, featureRMSSD, featureRSA, vagalCorrelation)
}

// skin takes responses and level.
func (a *axes) skin(t time.Duration, f dsp.SkinFeatures, responses estimate, u usable, refs *references) {
	if u.moved {
		a.level = level{}
	}
	if !u.skin {
		return
	}
	a.z[featureSCR] = refs.features[featureSCR].score(responses)
	if change := a.level.change(t, f.SCL); change.Known {
		a.z[featureSCL] = refs.features[featureSCL].score(estimate{change.Value, levelError, true})
	}
}

// heart takes heart rate and interval measures.
func (a *axes) heart(f dsp.PulseFeatures, seen [countedAll]estimate, u usable, refs *references) {
	a.heartRate = dsp.Maybe{}
	if rate := seen[countedRate]; u.pulse && rate.known {
		a.heartRate = dsp.Some(rate.value)
		a.z[featureHeartRate] = refs.features[featureHeartRate].score(rate)
	}
	if !u.vagal {
		a.rsa = dsp.Maybe{}
		return
	}
	z := refs.features[featureRMSSD].score(seen[countedDifferences])
	if u.slowly && z.Known {
		z.Value = min(z.Value, 0)
	}
	a.z[featureRMSSD] = z
	a.followRSA(f.RSALn)
	// RSA comes from windows of 60 s: it says nothing of a change that has shown within less.
	if a.rsa.Known && a.windows.reach >= rsaSpan && !u.slowly {
		a.z[featureRSA] = refs.features[featureRSA].score(estimate{a.rsa.Value, rsaError, true})
	}
}

// followRSA smooths RSA, which comes every 5 s.
func (a *axes) followRSA(rsa dsp.Maybe) {
	if !rsa.Known || !a.rsa.Known {
		a.rsa = rsa
		return
	}
	a.rsa.Value += (rsa.Value - a.rsa.Value) / rsaTau
}

// clear forgets everything followed, as after sensing stopped.
func (a *axes) clear() { *a = axes{} }

// odd tells whether the arousal features contradict each other, as in freezing: skin up, heart down. What the windows leave open is
// drawn to rest first, as in joined.
func (a *axes) odd() bool {
	most, least := 0.0, 0.0
	for f := featureSCR; f <= featureHeartRate; f++ {
		z := drawn(a.z[f].Value, a.z[f].se)
		most, least = max(most, z), min(least, z)
	}
	return most >= confidenceOdd || most >= axisLeave && least <= -axisLeave
}

// fast tells whether the heart is above its rest.
func (a *axes) fast() bool {
	return a.z[featureHeartRate].Known && a.z[featureHeartRate].Value > axisLeave
}

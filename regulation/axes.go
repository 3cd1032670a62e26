package regulation

import (
	"math"
	"time"

	"hubd/dsp"
)

// axis is what the features of one side say together, as a z-score.
type axis struct {
	value    dsp.Maybe
	error    float64 // standard deviation of what is not known of value
	complete float64 // share of the axis' weight that is present, 0…1
}

// joined combines the z-scores of features first … last by Stouffer's weighted method, so that the axis has a spread of 1 at rest, as
// each of them: Σ wz / √(Σ w² + 2ρ Σ wᵢwⱼ), ρ their correlation at rest. What the windows leave open draws it to rest: the mean of
// the posterior of a value with prior N(0, 1) seen with that error (Gelman et al., Bayesian Data Analysis, section 2.5). And
// where little weight is present it is drawn to rest as well, so that one feature does not decide alone at +1 of its own.
func joined(people *[featureCount]population, z *[featureCount]score, first, last feature, correlation float64) axis {
	sum, error, weight, squares, all := 0.0, 0.0, 0.0, 0.0, 0.0
	for f := first; f <= last; f++ {
		w := people[f].weight
		all += w
		if z[f].Known {
			sum += w * z[f].Value
			error += w * w * z[f].error * z[f].error
			weight += w
			squares += w * w
		}
	}
	if weight == 0 {
		return axis{}
	}
	variance := squares + correlation*(weight*weight-squares)
	error /= variance
	present := min(weight/(axisWeightFull*all), 1)
	return axis{
		value: dsp.Some(present * sum / math.Sqrt(variance) / (1 + error)),
		error: math.Sqrt(error / (1 + error)), complete: weight / all,
	}
}

// score is the z-score of a feature, signed in the direction of its axis.
type score struct {
	dsp.Maybe
	error float64 // standard error
}

// counted are the features that are looked at in windows; the others follow by themselves.
const (
	countedResponses = iota
	countedRate
	countedDifferences
	countedAll
)

// axes follows the features and joins them to arousal and vagal.
type axes struct {
	trails    [countedAll]trail // responses per second watched; bpm; ms² per difference
	reach     int               // s, how far back a window may look: since the last change
	level     level
	led       lead
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
	a.take(t, f, u)
	seen := a.settle()
	a.skin(t, f.Skin, seen[countedResponses], u, refs)
	a.heart(f.Pulse, seen, u, refs)
	a.arousal = joined(people, &a.z, featureSCR, featureHeartRate, 0)
	a.vagal = joined(people, &a.z, featureRMSSD, featureRSA, vagalCorrelation)
}

// take notes what this second showed.
func (a *axes) take(t time.Duration, f Features, u usable) {
	var responses, watched, known, rate float64
	if u.skin {
		responses = float64(f.Skin.Responses) // also where some are taken back while nothing can be seen
	}
	if u.skin && f.Skin.Watched {
		watched = 1
	}
	a.trails[countedResponses].put(responses, watched)
	if !u.pulse {
		a.led = lead{}
	} else if led := a.led.step(f.Pulse.HeartRate); led.Known {
		known, rate = 1, led.Value
	}
	a.trails[countedRate].put(rate, known)
	if u.vagal {
		a.trails[countedDifferences].put(f.Pulse.Fresh.Squares, float64(f.Pulse.Fresh.Differences))
	} else {
		a.trails[countedDifferences].put(0, 0)
	}
}

// settle chooses the window in which the body is looked at, by the intersection of confidence intervals (Goldenshluger & Nemirovski
// 1997; Katkovnik 1999, doi 10.1109/78.782209): the longest one that no shorter one contradicts, in any feature. So a body that
// stays as it is is seen with little noise, and a change soon, in all features at once, for it is one body. What lay before a change
// never comes back into the window.
func (a *axes) settle() (seen [countedAll]estimate) {
	var agreed [countedAll]interval
	a.reach = min(a.reach+1, longestSpan)
	var sums [countedAll]sum
	shorter := 0
	for _, span := range spans() {
		if span > a.reach && shorter > 0 {
			break
		}
		now := a.look(&sums, shorter, span)
		for k, e := range now {
			if e.known && !agreed[k].meet(e, width(k, now), !seen[k].known) {
				a.reach = shorter
				return seen
			}
		}
		for k, e := range now {
			if e.known && (seen[k].known || span <= spanRecent) {
				seen[k] = e
			}
		}
		shorter = span
	}
	return seen
}

// width is the half width of a feature's interval, in standard errors.
func width(k int, now [countedAll]estimate) float64 {
	switch {
	case k == countedDifferences:
		return widthDifferences
	case k == countedResponses && !now[countedRate].known:
		return widthAlone
	}
	return widthOthers
}

// look gives each feature as a window of span seconds shows it, from the sums over a shorter one.
func (a *axes) look(sums *[countedAll]sum, shorter, span int) [countedAll]estimate {
	a.trails[countedResponses].add(&sums[countedResponses], shorter, span)
	a.trails[countedRate].add(&sums[countedRate], shorter/rateShare, span/rateShare)
	a.trails[countedDifferences].add(&sums[countedDifferences], shorter, span)
	return [...]estimate{
		countedResponses:   responseRate(sums[countedResponses], span),
		countedRate:        meanRate(sums[countedRate]),
		countedDifferences: lnRMSSD(sums[countedDifferences], span),
	}
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
	if a.rsa.Known && a.reach >= rsaSpan && !u.slowly {
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

// responseRate is the variance-stabilised rate of skin responses in a window of span seconds, from their number and the seconds watched.
func responseRate(s sum, span int) estimate {
	if s.over < responseWatched*float64(span) {
		return estimate{}
	}
	return estimate{stabilised(60 * max(s.of, 0) / s.over), stabilisedSpread * math.Sqrt(60/s.over), true}
}

// meanRate is the mean heart rate, from the rates of the seconds that had one.
func meanRate(s sum) estimate {
	if s.over == 0 {
		return estimate{}
	}
	return estimate{s.of / s.over, rateNoise, true}
}

// lnRMSSD is ln RMSSD, corrected for the mean interval, of a window of span seconds, from the squares of its differences.
func lnRMSSD(s sum, span int) estimate {
	if s.over < differencesKnown*float64(span) || s.of <= 0 {
		return estimate{}
	}
	return estimate{math.Log(s.of/s.over) / 2, differenceError / math.Sqrt(2*s.over), true}
}

// lead looks ahead of a feature that is late, by its own change: x + (x − x₋₁₀).
type lead struct {
	recent [leadSeconds]dsp.Maybe
	n      int
}

// step takes this second's value.
func (l *lead) step(x dsp.Maybe) dsp.Maybe {
	slot := &l.recent[l.n%leadSeconds]
	before := *slot
	*slot = x
	l.n++
	if x.Known && before.Known {
		x.Value += leadShare * (x.Value - before.Value)
	}
	return x
}

// clear forgets everything followed, as after sensing stopped.
func (a *axes) clear() { *a = axes{} }

// odd tells whether the arousal features contradict each other, as in freezing: skin up, heart down. What the windows leave open is
// drawn to rest first, as in joined.
func (a *axes) odd() bool {
	most, least := 0.0, 0.0
	for f := featureSCR; f <= featureHeartRate; f++ {
		z := a.z[f].Value / (1 + a.z[f].error*a.z[f].error)
		most, least = max(most, z), min(least, z)
	}
	return most >= confidenceOdd || most >= axisLeave && least <= -axisLeave
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

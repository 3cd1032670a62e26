package dsp

import (
	"math"
	"time"
)

// Settings of the noise estimate.
const (
	noiseCells   = 4  // 0.2 s: long against the filter's ringing, short against any response
	noiseSeconds = 30 // seconds whose lower quartile is taken: in a storm of responses few are straight
	noiseLeast   = 5  // of them before there is an estimate
	noisePairs   = 2  // values that a second must have

	noiseQuartile = 0.75 // the lower quartile of a second's mean distance against their mean, of noise alone
)

// roughness estimates the noise of the filtered level from how far it lies off the straight line between its neighbours 0.2 s
// before and after. Skin conductance is nearly straight over 0.4 s; noise of any source that passes the filter is not.
type roughness struct {
	second  int64 // being summed
	sum     float64
	n       int
	seconds trailing
}

func newRoughness() roughness { return roughness{seconds: newTrailing(noiseSeconds)} }

func (r *roughness) clear() { *r = roughness{seconds: r.seconds}; r.seconds.clear() }

// look takes the newest levels, the last of them of time t.
func (r *roughness) look(t time.Duration, level *trail) {
	if level.len() <= 2*noiseCells {
		return
	}
	if s := floorDiv(int64(t), int64(time.Second)); s != r.second {
		if r.n >= noisePairs {
			r.seconds.add(r.sum / float64(r.n))
		}
		r.second, r.sum, r.n = s, 0, 0
	}
	r.sum += math.Abs(level.at(noiseCells) - (level.at(0)+level.at(2*noiseCells))/2)
	r.n++
}

// deviation is the standard deviation of the noise of the level, of samples so many seconds apart; 0 where not yet known.
//
// What is looked at is a share of the whole, for neighbours behind a low-pass are alike: 0.61 of white noise behind 1 Hz, and less
// where straight lines join samples that are far apart (simulated: 0.61 at 25 a second, 0.58 at 10, 0.49 at 5, 0.43 at 4, 0.35 at 3).
func (r *roughness) deviation(apart float64) float64 {
	if r.seconds.len() < noiseLeast {
		return 0
	}
	share := max(0.3, 0.61-2.9*apart*apart)
	quiet := quantile(r.seconds.sorted, 0.25) / noiseQuartile
	return quiet * math.Sqrt(math.Pi/2) / share // a Gaussian's mean distance from 0 is √(2/π) of its deviation
}

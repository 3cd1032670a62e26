package dsp

import (
	"math"
	"time"
)

// Settings of the noise estimate.
const (
	noiseSeconds = 30 // seconds whose median is taken: responses spoil a few of them and not the median
	noiseLeast   = 5  // of them before there is an estimate
	noisePairs   = 2  // samples a second that it needs
)

// roughness estimates the standard deviation of white noise on a slow signal from how far each sample lies off the straight line
// between its neighbours. Skin conductance is nearly straight over three samples; noise, and the converter's steps, are not.
type roughness struct {
	have    int // neighbours known, 0…2
	t       [2]time.Duration
	v       [2]float64
	second  int64 // being summed
	sum     float64
	n       int
	seconds trailing
}

func newRoughness() roughness { return roughness{seconds: newTrailing(noiseSeconds)} }

func (r *roughness) clear() { *r = roughness{seconds: r.seconds}; r.seconds.clear() }

// interrupt forgets the neighbours: the next sample does not follow them.
func (r *roughness) interrupt() { r.have = 0 }

// sample takes a sample; one that is not later than the last is ignored.
func (r *roughness) sample(t time.Duration, v float64) {
	if r.have > 0 && t <= r.t[1] {
		return
	}
	if r.have == 2 {
		w := float64(r.t[1]-r.t[0]) / float64(t-r.t[0])
		off := r.v[1] - r.v[0]*(1-w) - v*w
		r.add(t, math.Abs(off)/math.Sqrt(1+w*w+(1-w)*(1-w)))
	}
	r.have = min(r.have+1, 2)
	r.t[0], r.v[0] = r.t[1], r.v[1]
	r.t[1], r.v[1] = t, v
}

func (r *roughness) add(t time.Duration, off float64) {
	if s := floorDiv(int64(t), int64(time.Second)); s != r.second {
		if r.n >= noisePairs {
			r.seconds.add(r.sum / float64(r.n))
		}
		r.second, r.sum, r.n = s, 0, 0
	}
	r.sum += off
	r.n++
}

// deviation is the standard deviation of the noise of one sample; 0 where not yet known.
func (r *roughness) deviation() float64 {
	if r.seconds.len() < noiseLeast {
		return 0
	}
	return r.seconds.median() * math.Sqrt(math.Pi/2) // a Gaussian's mean distance from 0 is √(2/π) of its deviation
}

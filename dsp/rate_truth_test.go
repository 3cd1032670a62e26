package dsp_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
)

// moved is the body's wave with noise as large as it from one time to another, s.
func (b body) moved(from, to float64) []dsp.Sample {
	random := rand.New(rand.NewPCG(3, 4))
	samples := b.samples()
	for i := range samples {
		if at := samples[i].T.Seconds(); at >= from && at < to {
			samples[i].Volts += 0.7 * random.NormFloat64()
		}
	}
	return samples
}

// medianRate is the rate of the median interval that closed in the 10 s before end, per minute.
func (b body) medianRate(end float64) float64 {
	var inside []float64
	beats := b.beats()
	for i := 1; i < len(beats); i++ {
		if beats[i] > end-10 && beats[i] <= end {
			inside = append(inside, beats[i]-beats[i-1])
		}
	}
	slices.Sort(inside)
	return 60 / ((inside[(len(inside)-1)/2] + inside[len(inside)/2]) / 2)
}

// A rate that changes while the wearer moves is seen before and after, and not between. The median of what was seen is then the old or the
// new one, whichever left more intervals; that is not the rate of these 10 s.
func TestARateThatChangedUnseenIsWithheld(t *testing.T) {
	for lasts := 2.0; lasts <= 7; lasts++ {
		for change := 30.0; change <= 30+lasts; change++ {
			b := body{hz: 100, seconds: 60, rr: func(at float64) float64 {
				if at < change {
					return 0.9
				}
				return 0.65
			}}
			h := listen(newPPG(), b.moved(30, 30+lasts))
			shown, newest := 0, time.Duration(0)
			for _, v := range h.values {
				switch v := v.(type) {
				case dsp.IBI:
					newest = max(newest, v.T)
				case dsp.HeartRate:
					if !v.BPM.Known {
						continue
					}
					shown++
					end := newest.Seconds() - 0.1 // half of the pulse's delay: both see the same newest beat
					if truth := b.medianRate(end); math.Abs(v.BPM.Value-truth) > 3.5 {
						t.Errorf("moved for %v s, changed at %v s: %.1f shown with intervals up to %.1f s, where it was %.1f", lasts, change, v.BPM.Value, end, truth)
					}
				}
			}
			if shown < 30 {
				t.Errorf("moved for %v s: a rate in %d of 60 s only", lasts, shown)
			}
		}
	}
}

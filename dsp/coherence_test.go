package dsp

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// paced is a heart whose rate follows a pacer.
type paced struct {
	perMin  float64 // of the heart's wave
	lag     float64 // degrees by which the heart rate peaks after the pacer's inhale begins
	depth   float64 // beats per minute
	noise   float64 // ms, SD of an interval
	drift   float64 // beats per minute, over the whole
	without float64 // share of intervals that are ectopic
	seconds float64
	hole    float64 // s, without a normal interval, in the middle
}

// record integrates the rate to beats; time 0 is the begin of an inhale.
func (h paced) record(seed uint64) *record {
	random := rand.New(rand.NewPCG(seed, 9))
	r := &record{}
	sum, last := 0.0, 0.0
	const dt = 0.001
	for t := 0.0; t < h.seconds; t += dt {
		rate := 68 + h.drift*t/h.seconds + h.depth*math.Cos(2*math.Pi*h.perMin/60*t-h.lag*math.Pi/180)
		if sum += rate / 60 * dt; sum < 1 {
			continue
		}
		sum--
		class := ClassNN
		if random.Float64() < h.without || math.Abs(t-h.seconds/2) < h.hole/2 {
			class = ClassEctopic
		}
		r.add(interval{IBI: IBI{T: seconds(t), Class: class}, ms: 1000*(t-last) + h.noise*random.NormFloat64(), follows: true})
		last = t
	}
	return r
}

func compare(h paced, pace float64, seed uint64) Coherence {
	p := newPacer()
	p.perMin = pace
	return p.coherence(h.record(seed), 0, seconds(math.Floor(h.seconds)))
}

// apart is the distance of two angles in degrees.
func apart(a, b float64) float64 { return math.Abs(math.Remainder(a-b, 360)) }

func TestCoherenceIsTheShareAtThePaceWithItsPhase(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	tests := []struct {
		name        string
		of          paced
		least, most float64 // of the ratio
	}{
		{"in step", paced{depth: 6}, 0.93, 1},
		{"in step, with noise as large as a tenth of the swing", paced{depth: 6, noise: 10}, 0.85, 1},
		{"on a rate that climbs by ten", paced{depth: 6, drift: 10}, 0.90, 1},
		{"with one beat in thirty left out", paced{depth: 6, noise: 5, without: 0.033}, 0.80, 1},
		{"hardly, within noise", paced{depth: 1, noise: 25}, 0.02, 0.75},
	}
	for _, test := range tests {
		for pace := 4.5; pace <= 7; pace += 0.5 {
			for lag := -180.0; lag < 180; lag += 45 {
				test.of.perMin, test.of.lag, test.of.seconds = pace, lag, 75
				v := compare(test.of, pace, uint64(lag+200))
				if !v.Ratio.Known || v.Ratio.Value < test.least || v.Ratio.Value > test.most || v.Pace != pace {
					t.Errorf("%s, pace %v, lag %v: %+v", test.name, pace, lag, v)
				}
				if test.least > 0.5 && (!v.PhaseDeg.Known || apart(v.PhaseDeg.Value, lag) > 8) {
					t.Errorf("%s, pace %v, lag %v: phase %+v", test.name, pace, lag, v.PhaseDeg)
				}
			}
		}
	}
}

func TestCoherenceIsLowOutOfStepAndAbsentWithoutData(t *testing.T) {
	tests := []struct {
		name  string
		of    paced
		pace  float64
		known bool
	}{
		{"breathing fifteen a minute beside a pacer of six", paced{perMin: 15, depth: 4, seconds: 80}, 6, true},
		{"a hole of eight seconds, over before the 64 s began", paced{perMin: 15, depth: 4, seconds: 200, hole: 8}, 6, true},
		{"a pace above the band, 30 a minute", paced{perMin: 30, depth: 4, seconds: 80}, 30, false},
		{"a pace below the band, 2 a minute", paced{perMin: 2, depth: 4, seconds: 80}, 2, false},
		{"breathing nine beside six", paced{perMin: 9, depth: 4, seconds: 80}, 6, true},
		{"sixty seconds of data", paced{perMin: 6, depth: 4, seconds: 60}, 6, false},
		{"a hole of six seconds", paced{perMin: 6, depth: 4, seconds: 80, hole: 6}, 6, false},
		{"no data", paced{}, 6, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := compare(test.of, test.pace, 1)
			if v.Ratio.Known != test.known || v.Ratio.Value > 0.15 || v.PhaseDeg.Known {
				t.Errorf("%+v", v)
			}
		})
	}
	p := newPacer()
	p.perMin = 6
	if v := p.coherence(paced{perMin: 6, depth: 4, seconds: 80}.record(1), 0, 90*time.Second); v.Ratio.Known {
		t.Errorf("ten seconds after the last beat: %+v", v)
	}
}

func TestCoherenceStaysWithinItsRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &record{}
		at := 0.0
		for at < 70 {
			ms := rapid.Float64Range(300, 2000).Draw(t, "ms")
			at += ms / 1000
			r.add(interval{IBI: IBI{T: seconds(at)}, ms: ms, follows: true})
		}
		p := newPacer()
		p.perMin = rapid.Float64Range(0.1, 60).Draw(t, "pace")
		v := p.coherence(r, 0, seconds(math.Floor(at)+1))
		if v.Ratio.Known && !(v.Ratio.Value >= 0 && v.Ratio.Value <= 1) || v.PhaseDeg.Known && !(math.Abs(v.PhaseDeg.Value) <= 180) {
			t.Fatalf("%+v", v)
		}
	})
}

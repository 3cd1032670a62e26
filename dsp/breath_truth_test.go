package dsp_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/synth"
)

// lungs is a wearer whose breath is known. Depths are what a breath of the usual depth does.
type lungs struct {
	name                string
	perMin, bpm         float64
	amplitude, baseline float64 // share of the pulse's height, each way
	arrhythmia          float64 // ms of interval, each way, at 15 per minute; it grows as breath slows
	mayer               float64 // a wave near 0.1 Hz in all three, against the usual
	climb               float64 // breaths per minute gained from begin to end
	sighs               bool
	seconds             float64
	seed                uint64
}

// breaths gives the begin of each breath in, and breath as a function of time: its phase and its depth.
func (l lungs) breaths(random *rand.Rand) (starts, depths []float64) {
	for at := -10.0; at < l.seconds+10; {
		depth := min(1.5, max(0.5, 1+0.12*random.NormFloat64()))
		if l.sighs && random.Float64() < 0.03 {
			depth = 2.2
		}
		starts, depths = append(starts, at), append(depths, depth)
		at += 60 / (l.perMin + l.climb*(at/l.seconds-0.5)) * math.Exp(0.07*random.NormFloat64())
	}
	return starts, depths
}

// samples are the pulse at 50 Hz and the times of the breaths.
func (l lungs) samples() (samples []dsp.Sample, truth []float64) {
	random := rand.New(rand.NewPCG(l.seed, 77))
	starts, depths := l.breaths(random)
	const hz = 50
	n := int(l.seconds * hz)
	samples = make([]dsp.Sample, n)
	var beats, heights [4]float64
	gain := min(2.4, 15/l.perMin)
	i, count, sum := 0, 0, 0.0
	wave, before := 0.0, 0.0 // AR(2) of unit variance near 0.1 Hz with a memory of 15 s
	r := math.Exp(-1.0 / hz / 15)
	turn := 2 * r * math.Cos(2*math.Pi*0.1/hz)
	kick := math.Sqrt((1 - r*r) * (1 + r*r*r*r - 2*r*r*math.Cos(4*math.Pi*0.1/hz)) / (1 + r*r))
	drift, beatNoise := 0.0, 0.0
	for k := range samples {
		t := float64(k) / hz
		for i+2 < len(starts) && starts[i+1] <= t {
			i++
			if starts[i] > 0 {
				truth = append(truth, starts[i])
			}
		}
		phase := (t - starts[i]) / (starts[i+1] - starts[i])
		warped := 0.5 * phase / 0.42
		if phase > 0.42 {
			warped = 0.5 + 0.5*(phase-0.42)/0.58
		}
		sin, cos := math.Sincos(2 * math.Pi * warped)
		sin, cos = sin*depths[i], cos*depths[i]
		wave, before = turn*wave-r*r*before+kick*random.NormFloat64(), wave
		drift += -drift/hz/60 + math.Sqrt(2.0/hz/60)*random.NormFloat64()
		nn := 60/l.bpm + (-l.arrhythmia*gain*sin+20*l.mayer*wave+20*drift+beatNoise)/1000
		if sum += 1.0 / hz / nn; sum >= 1 {
			sum--
			beats[count%4], heights[count%4] = t-sum*nn, 1-l.amplitude*cos+0.04*l.mayer*wave+0.03*drift+0.015*random.NormFloat64()
			count++
			beatNoise = 8 * random.NormFloat64()
		}
		v := -l.baseline*cos + 0.04*l.mayer*wave + 0.05*drift + 0.006*random.NormFloat64()
		for b := range min(count, 4) {
			x := (t - beats[b]) / math.Sqrt(min(1.2, 60/l.bpm/0.9))
			v += heights[b] * (bump(x, 0.2, 0.06) + 0.4*bump(x, 0.38, 0.09))
		}
		samples[k] = dsp.Sample{T: time.Duration(t * 1e9), Volts: 1.5 + 0.6*v}
	}
	return samples, truth
}

// breathing is how a rate was met, over the seconds that have a truth.
type met struct{ seconds, told, wrong, error float64 }

func (m met) add(o met) met {
	return met{m.seconds + o.seconds, m.told + o.told, m.wrong + o.wrong, m.error + o.error}
}

func (m met) String() string {
	return fmt.Sprintf("told %3.0f %%, mean error %.2f per minute, more than 3 off %4.1f %%", 100*m.told/m.seconds, m.error/max(1, m.told),
		100*m.wrong/max(1, m.told))
}

// meet compares what was told in every second with the mean rate of the true breaths of the 32 s before it.
func meet(h heard, truth []float64) (m met) {
	for i, v := range h.values {
		r, ok := v.(dsp.Respiration)
		now := h.at[i].Seconds()
		if !ok || now < 40 {
			continue
		}
		first, last, n := 0.0, 0.0, 0
		for _, b := range truth {
			if b > now-32 && b <= now {
				if n == 0 {
					first = b
				}
				last = b
				n++
			}
		}
		if n < 3 {
			continue
		}
		m.seconds++
		if !r.Rate.Known {
			continue
		}
		off := math.Abs(r.Rate.Value - 60*float64(n-1)/(last-first))
		m.told, m.error = m.told+1, m.error+off
		if off > 3 {
			m.wrong++
		}
	}
	return m
}

// wearers are people of one breathing rate, from all three modulations to one alone.
func wearers(perMin float64) []lungs {
	kinds := []lungs{
		{name: "all three", amplitude: 0.06, baseline: 0.08, arrhythmia: 25, mayer: 0.6},
		{name: "and sighs, the rate climbing by two", amplitude: 0.06, baseline: 0.08, arrhythmia: 25, mayer: 0.6, climb: 2, sighs: true},
		{name: "no amplitude", baseline: 0.08, arrhythmia: 25, mayer: 0.6},
		{name: "no baseline", amplitude: 0.06, arrhythmia: 25, mayer: 0.6},
		{name: "no arrhythmia", amplitude: 0.06, baseline: 0.08, mayer: 0.6},
		{name: "weak ones", amplitude: 0.03, baseline: 0.03, arrhythmia: 12, mayer: 0.6},
		{name: "large pressure waves", amplitude: 0.06, baseline: 0.08, arrhythmia: 25, mayer: 1.5},
		{name: "arrhythmia alone", arrhythmia: 25, mayer: 0.6},
	}
	var out []lungs
	slowest := max(50, 2.6*perMin) // beats sample the breath: slower ones cannot show it
	for i, k := range kinds {
		for j := range 2 {
			k.perMin, k.seconds, k.seed = perMin, 180, uint64(1000*perMin)+uint64(10*i+j)
			k.bpm = slowest + (110-slowest)*(float64(i)/8+float64(j)/2-math.Floor(float64(i)/8+float64(j)/2))
			out = append(out, k)
		}
	}
	return out
}

func TestBreathingIsToldRightlyOrNotAtAll(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	var all met
	byKind := map[string]met{}
	for _, test := range []struct{ perMin, told, error float64 }{
		{4.5, 0.5, 1}, {5.5, 0.5, 1}, {6, 0.5, 1}, {9, 0.6, 1}, {12, 0.8, 0.8}, {15, 0.8, 0.8}, {18, 0.8, 0.8}, {24, 0.7, 0.8}, {30, 0.6, 1},
	} {
		var of met
		for _, l := range wearers(test.perMin) {
			samples, truth := l.samples()
			m := meet(listen(newPPG(), samples), truth)
			byKind[l.name] = byKind[l.name].add(m)
			of = of.add(m)
		}
		t.Logf("%4.1f per minute: %v", test.perMin, of)
		if of.told < test.told*of.seconds || of.error > test.error*of.told {
			t.Errorf("%v per minute: %v", test.perMin, of)
		}
		all = all.add(of)
	}
	for name, m := range byKind {
		t.Logf("%-40s %v", name, m)
	}
	t.Logf("all: %v", all)
	if all.wrong > 0.02*all.told {
		t.Errorf("all: %v", all)
	}
}

func TestBreathingNearHalfThePulseIsRightOrAbsent(t *testing.T) {
	var all met
	for i, bpm := range []float64{36, 40, 44, 48, 52} { // against 20 breaths per minute
		l := lungs{perMin: 20, bpm: bpm, amplitude: 0.05, baseline: 0.06, arrhythmia: 10, mayer: 0.3, seconds: 240, seed: uint64(i)}
		samples, truth := l.samples()
		m := meet(listen(newPPG(), samples), truth)
		t.Logf("pulse %v: %v", bpm, m)
		all = all.add(m)
	}
	if all.wrong > 0.05*all.told {
		t.Errorf("%v", all)
	}
}

func TestBreathingOfTheSimulatedBodies(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	for _, test := range []struct {
		scenario string
		minutes  float64
		told     float64
	}{{"rest", 8, 0.6}, {"breathing", 8, 0.5}} {
		for seed := range uint64(3) {
			s, err := synth.New(test.scenario, seed)
			if err != nil {
				t.Fatal(err)
			}
			samples := make([]dsp.Sample, int(test.minutes*60*50))
			for i := range samples {
				at := time.Duration(i) * 20 * time.Millisecond
				samples[i] = dsp.Sample{T: at, Volts: s.Pulse(0, at)}
			}
			var truth []float64
			for _, b := range s.Truth(0).Breaths {
				truth = append(truth, b.Seconds())
			}
			m := meet(listen(newPPG(), samples), truth)
			t.Logf("%s %d: %v", test.scenario, seed, m)
			if m.told < test.told*m.seconds || m.wrong > 0.05*m.told {
				t.Errorf("%s %d: %v", test.scenario, seed, m)
			}
		}
	}
}

func TestAPulseThatNothingMovesHasNoBreath(t *testing.T) {
	for _, bpm := range []float64{45, 60, 72, 90} {
		b := body{hz: 100, seconds: 120, rr: steady(bpm)}
		for _, r := range all[dsp.Respiration](listen(newPPG(), b.samples())) {
			if r.Rate.Known {
				t.Fatalf("at %v beats per minute, each like the other, %.1f breaths per minute", bpm, r.Rate.Value)
			}
		}
	}
}

package dsp_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/synth"
)

// wearerLength is longer than the 300 s window, which is full before anything is measured.
const wearerLength = 330 * time.Second

// atRest is what the converters give of somebody at rest: a pulse sensor at 250 Hz and a Grove board at 25 Hz, both through an
// ADS1115 at ±4.096 V, and acceleration at 5 Hz.
func atRest(tb testing.TB) []dsp.Sample {
	tb.Helper()
	scene, err := synth.New("rest", 1)
	if err != nil {
		tb.Fatal(err)
	}
	steps := func(volts float64) float64 { return math.Round(volts/125e-6) * 125e-6 }
	var out []dsp.Sample
	for i := range int(wearerLength / (4 * time.Millisecond)) {
		t := time.Duration(i) * 4 * time.Millisecond
		out = append(out, dsp.Sample{T: t, Volts: steps(scene.Pulse(0, t))})
		if i%10 == 0 {
			volts := steps(dsp.GroveVolts(scene.EDA(0, t), 3.3, 0.5))
			out = append(out, dsp.Sample{T: t, Channel: dsp.Channel{Kind: dsp.ChannelEDA}, Volts: volts})
		}
		if i%50 == 0 {
			out = append(out, dsp.Sample{T: t, Channel: dsp.Channel{Kind: dsp.ChannelMotion}, Volts: scene.Motion(0, t)})
		}
	}
	return out
}

func only(kind dsp.ChannelKind, samples []dsp.Sample) []dsp.Sample {
	return slices.DeleteFunc(slices.Clone(samples), func(s dsp.Sample) bool { return s.Channel.Kind != kind })
}

// threeLeads puts each pulse sample on three optical channels of unlike strength.
func threeLeads(samples []dsp.Sample) []dsp.Sample {
	var out []dsp.Sample
	for _, s := range samples {
		if s.Channel.Kind != dsp.ChannelPulse {
			out = append(out, s)
			continue
		}
		for lead := range uint8(3) {
			s.Channel.Lead, s.Volts = lead, s.Volts/float64(1+lead)
			out = append(out, s)
		}
	}
	return out
}

// noise puts chance in the place of a pulse, so that a lock is tried again and again.
func noise(samples []dsp.Sample) []dsp.Sample {
	random, out := rand.New(rand.NewPCG(3, 4)), slices.Clone(samples)
	for i := range out {
		out[i].Volts = 1.65 + 0.2*random.NormFloat64()
	}
	return out
}

// chains are all chains of one wearer, driven as the pipeline drives them.
type chains struct {
	pulse  *dsp.Pulse
	skin   *dsp.Skin
	motion *dsp.Motion
	dst    []dsp.Value
	next   time.Duration
}

func newChains(o dsp.PulseOptions, perMin float64) *chains {
	c := &chains{pulse: dsp.NewPulse(o), skin: dsp.NewSkin(dsp.SkinOptions{StepVolts: 125e-6}), motion: dsp.NewMotion(),
		dst: make([]dsp.Value, 0, 64), next: time.Second}
	c.pulse.SetPace(perMin, 0)
	return c
}

// second is what belongs to the whole seconds up to t.
func (c *chains) second(t time.Duration, used [3]bool) {
	c.dst = c.dst[:0]
	for ; c.next <= t; c.next += time.Second {
		if used[dsp.ChannelPulse] {
			c.dst = c.pulse.Second(c.dst, c.next)
		}
		if used[dsp.ChannelEDA] {
			c.dst = c.skin.Second(c.dst, c.next)
		}
		if used[dsp.ChannelMotion] {
			c.motion.Second(c.next)
		}
	}
}

func (c *chains) sample(s dsp.Sample) {
	switch s.Channel.Kind {
	case dsp.ChannelPulse:
		c.dst = c.pulse.Sample(c.dst[:0], s)
	case dsp.ChannelEDA:
		c.dst = c.skin.Sample(c.dst[:0], s)
	case dsp.ChannelMotion:
		c.motion.Sample(s)
	}
}

// BenchmarkDSP is the cost of one wearer's chains, an operation being one sample with its share of what every second brings.
func BenchmarkDSP(b *testing.B) {
	rest := atRest(b)
	pulse := only(dsp.ChannelPulse, rest)
	ecg := body{hz: 250, seconds: wearerLength.Seconds(), rr: variable, noise: 0.005, ecg: true, offset: 1.65}.samples()
	one := dsp.PulseOptions{Kind: dsp.PPG, Leads: 1}
	for _, c := range []struct {
		name    string
		options dsp.PulseOptions
		pace    float64
		samples []dsp.Sample
	}{
		{"pulse, skin and motion, paced", one, 6, rest},
		{"pulse, skin and motion", one, 0, rest},
		{"pulse", one, 0, pulse},
		{"paced pulse", one, 6, pulse},
		{"three leads", dsp.PulseOptions{Kind: dsp.PPG, Leads: 3}, 0, threeLeads(pulse)},
		{"ECG", dsp.PulseOptions{Kind: dsp.ECG, Leads: 1}, 0, ecg},
		{"no pulse to be found", one, 0, noise(pulse)},
		{"skin", one, 0, only(dsp.ChannelEDA, rest)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmark(b, newChains(c.options, c.pace), c.samples) })
	}
}

// benchmark plays the samples once unmeasured, so that all windows are full, then again and again.
func benchmark(b *testing.B, c *chains, samples []dsp.Sample) {
	var used [3]bool
	for _, s := range samples {
		used[s.Channel.Kind] = true
	}
	for _, s := range samples {
		c.second(s.T, used)
		c.sample(s)
	}
	i, round := 0, wearerLength
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		s := samples[i]
		s.T += round
		c.second(s.T, used)
		c.sample(s)
		if i++; i == len(samples) {
			i, round = 0, round+wearerLength
		}
	}
	played := round - wearerLength + samples[i].T
	b.ReportMetric(played.Seconds()/b.Elapsed().Seconds(), "×real-time")
}

func TestNothingIsAllocatedButWhatIsTold(t *testing.T) {
	rest := atRest(t)
	for _, test := range []struct {
		name    string
		options dsp.PulseOptions
		pace    float64
		samples []dsp.Sample
	}{
		{"with a paced pulse, skin and motion", dsp.PulseOptions{Kind: dsp.PPG, Leads: 1}, 6, rest},
		{"with three leads", dsp.PulseOptions{Kind: dsp.PPG, Leads: 3}, 0, threeLeads(rest)},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, i, told := newChains(test.options, test.pace), 0, 0
			play := func() { // the next 10 s
				told = 0
				for end := c.next + 9*time.Second; i < len(test.samples) && test.samples[i].T < end; i++ {
					c.second(test.samples[i].T, [3]bool{true, true, true})
					told += len(c.dst)
					c.sample(test.samples[i])
					told += len(c.dst)
				}
			}
			for i < len(test.samples) {
				// Twice, since the first one warms up. A told Value is one allocation: an interface's own copy.
				if got := testing.AllocsPerRun(1, play); got > float64(told) {
					t.Errorf("%v allocations until %v, %d values told", got, c.next, told)
				}
			}
		})
	}
}

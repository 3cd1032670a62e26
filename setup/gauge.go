package setup

import (
	"math"
	"slices"
	"time"

	"hubd/dsp"
)

// maxGauged bounds the memory of a Gauge: two minutes of the fastest channel.
const maxGauged = 120_000

// Gauge gathers the samples of one channel for its Figures.
type Gauge struct {
	asked  float64
	times  []time.Duration
	values []float64
	clips  int
	skips  int
	same   int
}

// NewGauge makes a gauge of a channel that should give so many samples a second.
func NewGauge(asked float64) *Gauge { return &Gauge{asked: asked} }

// Sample takes one sample. Those of a chip that did not answer count as missing.
func (g *Gauge) Sample(s dsp.Sample) {
	if s.Flags.Has(dsp.FlagFault) && !(math.Abs(s.Volts) < math.MaxFloat64) || len(g.times) == maxGauged {
		return
	}
	if n := len(g.times); n > 0 {
		if s.Flags.Has(dsp.FlagGap) {
			g.skips += max(1, int(math.Round((s.T-g.times[n-1]).Seconds()*g.asked))-1)
		}
		if s.Volts == g.values[n-1] {
			g.same++
		}
	}
	if s.Flags.Has(dsp.FlagClip) {
		g.clips++
	}
	g.times, g.values = append(g.times, s.T), append(g.values, s.Volts)
}

// Figures are what was gathered.
func (g *Gauge) Figures() Figures {
	f := Figures{Samples: len(g.times), Asked: g.asked, Skips: g.skips}
	n := len(g.times)
	if n == 0 {
		return f
	}
	f.Clipped = float64(g.clips) / float64(n)
	f.Low, f.High = slices.Min(g.values), slices.Max(g.values)
	if n < 3 {
		return f
	}
	span := (g.times[n-1] - g.times[0]).Seconds()
	f.Achieved, f.Repeats = float64(n-1)/span, float64(g.same)/float64(n-1)
	f.JitterP50, f.JitterP99 = g.jitter()
	f.Noise = dsp.Some(noise(g.values))
	return f
}

// jitter is how far steps lie from the usual one. A step over missing samples is told as those.
func (g *Gauge) jitter() (half, most time.Duration) {
	steps := make([]time.Duration, 0, len(g.times))
	for i := 1; i < len(g.times); i++ {
		steps = append(steps, g.times[i]-g.times[i-1])
	}
	slices.Sort(steps)
	usual := steps[len(steps)/2]
	for i, s := range steps {
		steps[i] = (s - usual).Abs()
	}
	slices.Sort(steps)
	for len(steps) > 1 && float64(steps[len(steps)-1]) > 0.75*float64(usual) {
		steps = steps[:len(steps)-1]
	}
	return steps[len(steps)/2], steps[(len(steps)-1)*99/100]
}

// noise is the standard deviation of what is new with each sample. The third difference is nearly blind to a pulse wave at these
// rates, and of white noise it has √20 times the deviation. The median is blind to a plug that moved.
func noise(v []float64) float64 {
	if len(v) < 4 {
		return 0
	}
	d := make([]float64, 0, len(v))
	for i := 3; i < len(v); i++ {
		d = append(d, math.Abs(v[i]-3*v[i-1]+3*v[i-2]-v[i-3]))
	}
	slices.Sort(d)
	const medianOfNormal = 0.6745
	return d[len(d)/2] / medianOfNormal / math.Sqrt(20)
}

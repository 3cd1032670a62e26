package dsp_test

import (
	"math"
	"math/rand/v2"
	"time"

	"hubd/dsp"
)

// body makes a pulse wave of known beats: a systolic and a dicrotic wave per beat, on a baseline.
type body struct {
	hz       float64
	seconds  float64
	rr       func(t float64) float64 // s, interval that begins at t
	scale    float64                 // V from foot to peak
	offset   float64                 // V
	noise    float64                 // V, SD
	inverted bool
	ecg      bool
	breath   float64 // per minute, modulates amplitude and baseline
	jitter   float64 // share of a sampling interval, uniform
}

func steady(bpm float64) func(float64) float64 { return func(float64) float64 { return 60 / bpm } }

// beats are the true beat times, s.
func (b body) beats() []float64 {
	var out []float64
	for t := 0.3; t < b.seconds+2; t += b.rr(t) {
		out = append(out, t)
	}
	return out
}

func bump(t, middle, width float64) float64 {
	x := (t - middle) / width
	return math.Exp(-x * x / 2)
}

// shape is one beat at a time after its true time, height about 1.
func (b body) shape(t float64) float64 {
	if b.ecg {
		return bump(t, 0, 0.010) - 0.15*bump(t, 0.03, 0.010) + 0.2*bump(t, 0.25, 0.05)
	}
	return bump(t, 0.15, 0.06) + 0.45*bump(t, 0.38, 0.10)
}

// travel is by how much a pulse comes later than usual, s, where an interval of next seconds follows: with the pressure that hastens
// it, the baroreflex lengthens what follows.
func (b body) travel(next float64) float64 {
	if b.ecg {
		return 0
	}
	return -0.05 * next
}

// samples are the converter's samples with their beats' times.
func (b body) samples() []dsp.Sample {
	if b.scale == 0 {
		b.scale = 0.5
	}
	random := rand.New(rand.NewPCG(1, 2))
	beats := b.beats()
	sign := 1.0
	if b.inverted {
		sign = -1
	}
	n := int(b.seconds * b.hz)
	out := make([]dsp.Sample, 0, n)
	first := 0
	for i := range n {
		t := (float64(i) + b.jitter*random.Float64()) / b.hz
		breath := math.Sin(2 * math.Pi * b.breath / 60 * t)
		for first < len(beats) && beats[first] < t-1.5 {
			first++
		}
		v := 0.0
		for j := first; j < len(beats)-1 && beats[j] < t+0.5; j++ {
			v += b.shape(t - beats[j] - b.travel(beats[j+1]-beats[j]))
		}
		v = b.offset + sign*b.scale*(v*(1+0.12*breath)+0.15*breath) + b.noise*random.NormFloat64()
		out = append(out, dsp.Sample{T: time.Duration(t * 1e9), Volts: v})
	}
	return out
}

// heard is everything a chain told, with the time it was told at.
type heard struct {
	at     []time.Duration
	values []dsp.Value
}

func (h *heard) take(at time.Duration, vs []dsp.Value) {
	for _, v := range vs {
		h.at, h.values = append(h.at, at), append(h.values, v)
	}
}

// all are the told values of one type.
func all[T dsp.Value](h heard) []T {
	var out []T
	for _, v := range h.values {
		if x, ok := v.(T); ok {
			out = append(out, x)
		}
	}
	return out
}

// last is the newest told value of one type.
func last[T dsp.Value](h heard) T {
	var out T
	if v := all[T](h); len(v) > 0 {
		out = v[len(v)-1]
	}
	return out
}

// chain is what a pulse and a skin chain have in common.
type chain interface {
	Sample(dst []dsp.Value, s dsp.Sample) []dsp.Value
	Second(dst []dsp.Value, t time.Duration) []dsp.Value
}

// listen runs samples through a chain as the pipeline does, up to one second after the last one.
func listen(c chain, samples []dsp.Sample) heard {
	var h heard
	var buf []dsp.Value
	next := time.Second
	for _, s := range samples {
		for ; s.T >= next && next < s.T+time.Hour; next += time.Second {
			buf = c.Second(buf[:0], next)
			h.take(next, buf)
		}
		buf = c.Sample(buf[:0], s)
		h.take(s.T, buf)
	}
	buf = c.Second(buf[:0], next)
	h.take(next, buf)
	return h
}

// beatTimes are the times of the told beats, s.
func beatTimes(h heard) []float64 {
	var out []float64
	for _, b := range all[dsp.Beat](h) {
		out = append(out, b.T.Seconds())
	}
	return out
}

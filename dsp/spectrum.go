package dsp

import (
	"math"
	"time"

	"gonum.org/v1/gonum/dsp/fourier"
)

// periodogram is a one-sided power density of equally spaced values: linear trend removed, Hann window, zero-padded to size,
// mean over half-overlapping segments (Welch 1967). Its buffers are made once.
type periodogram struct {
	fft    *fourier.FFT
	size   int // of the transform
	in     []float64
	out    []complex128
	power  []float64 // density per Hz, in the square of the values' unit
	hz     float64   // sampling rate
	window []float64
}

func newPeriodogram(segment, size int, hz float64) *periodogram {
	p := &periodogram{fft: fourier.NewFFT(size), size: size, in: make([]float64, size), out: make([]complex128, size/2+1),
		power: make([]float64, size/2+1), hz: hz, window: make([]float64, segment)}
	for i := range p.window {
		p.window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(segment))
	}
	return p
}

// estimate fills power from values; it reports false where they are fewer than a segment.
func (p *periodogram) estimate(values []float64) bool {
	segment := len(p.window)
	if len(values) < segment {
		return false
	}
	clear(p.power)
	segments := 0.0
	for from := 0; from+segment <= len(values); from += segment / 2 {
		p.addSegment(values[from : from+segment])
		segments++
	}
	for i := range p.power {
		p.power[i] /= segments
	}
	return true
}

func (p *periodogram) addSegment(values []float64) {
	level, slope := line(values)
	weight := 0.0
	clear(p.in)
	for i, v := range values {
		p.in[i] = (v - level - slope*float64(i)) * p.window[i]
		weight += p.window[i] * p.window[i]
	}
	p.fft.Coefficients(p.out, p.in)
	for i, c := range p.out {
		density := (real(c)*real(c) + imag(c)*imag(c)) / (p.hz * weight)
		if i > 0 && i < p.size/2 {
			density *= 2
		}
		p.power[i] += density
	}
}

// band integrates the density from low (included) to high (excluded) Hz.
func (p *periodogram) band(low, high float64) float64 {
	width := p.hz / float64(p.size)
	sum := 0.0
	for i := int(math.Ceil(low/width - 1e-9)); i < len(p.power) && float64(i)*width < high-1e-9; i++ {
		sum += p.power[i]
	}
	return sum * width
}

// line is the least-squares straight line through values: level at index 0 and slope per index.
func line(values []float64) (level, slope float64) {
	n := float64(len(values))
	if n < 2 {
		return 0, 0
	}
	var sy, sxy float64
	for i, v := range values {
		sy += v
		sxy += float64(i) * v
	}
	sx := n * (n - 1) / 2
	sxx := (n - 1) * n * (2*n - 1) / 6
	slope = (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return (sy - slope*sx) / n, slope
}

// resample reads the normal intervals from index from on as a curve over time (each interval at the beat that closes it),
// joined by straight lines, at the given step up to time until. It fills dst and gives the part filled. longest is the longest
// distance between two neighbouring normal intervals. The curve exists for spectra alone: no interval is ever made from it.
func (r *record) resample(dst []float64, from int64, start, step time.Duration) (longest time.Duration, ok bool) {
	i := from
	var a, b *entry
	next := func() bool {
		for ; i < r.end; i++ {
			if e := r.at(i); e.class == ClassNN {
				a, b = b, e
				i++
				return true
			}
		}
		return false
	}
	if !next() || !next() {
		return 0, false
	}
	longest = max(0, a.t-start)
	for n := range dst {
		t := start + time.Duration(n)*step
		for t > b.t {
			longest = max(longest, b.t-a.t)
			if !next() {
				return max(longest, start+time.Duration(len(dst))*step-b.t), fill(dst[n:], b.ms)
			}
		}
		f := max(0, float64(t-a.t)/float64(b.t-a.t))
		dst[n] = a.ms + f*(b.ms-a.ms)
	}
	return max(longest, b.t-a.t), true
}

// fill holds the last value up to the end; the caller judges by longest whether that is short enough.
func fill(dst []float64, v float64) bool {
	for i := range dst {
		dst[i] = v
	}
	return true
}

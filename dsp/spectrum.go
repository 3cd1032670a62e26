package dsp

import (
	"math"
	"time"
)

// periodogram is a one-sided power density of equally spaced values: linear trend removed, Hann window, zero-padded to size,
// mean over half-overlapping segments (Welch 1967). Its buffers are made once.
type periodogram struct {
	fft    *powerOfTwo
	size   int // of the transform
	in     []float64
	out    []complex128
	power  []float64 // density per Hz, in the square of the values' unit, to the highest frequency that is asked for
	hz     float64   // sampling rate
	window []float64
	scale  float64 // from the square of a coefficient to a one-sided density
}

// newPeriodogram takes segments of so many values, hz a second, into a transform of a size that is a power of two. No band may reach
// beyond highest Hz, which is less than hz/2.
func newPeriodogram(segment, size int, hz, highest float64) *periodogram {
	bins := int(math.Ceil(highest/hz*float64(size))) + 1
	p := &periodogram{fft: newPowerOfTwo(size), size: size, in: make([]float64, size), out: make([]complex128, bins),
		power: make([]float64, bins), hz: hz, window: make([]float64, segment)}
	for i := range p.window {
		p.window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(segment))
		p.scale += p.window[i] * p.window[i]
	}
	p.scale = 2 / (hz * p.scale)
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
		p.power[i] *= p.scale / segments
	}
	p.power[0] /= 2 // frequency 0 has no mirror image that would count twice
	return true
}

// addSegment adds the squared coefficients of a segment. What lies behind it in p.in stays zero.
func (p *periodogram) addSegment(values []float64) {
	level, slope := line(values)
	in := p.in[:len(p.window)]
	for i, w := range p.window {
		in[i] = (values[i] - level - slope*float64(i)) * w
	}
	p.fft.forward(p.out, p.in)
	power := p.power[:len(p.out)]
	for i, c := range p.out {
		power[i] += real(c)*real(c) + imag(c)*imag(c)
	}
}

// band integrates the density from low (included) to high (excluded) Hz.
func (p *periodogram) band(low, high float64) float64 {
	width := p.hz / float64(p.size)
	sum := 0.0
	for i := max(0, int(math.Ceil(low/width-1e-9))); i < len(p.power) && float64(i)*width < high-1e-9; i++ {
		sum += p.power[i]
	}
	return sum * width
}

// line is the least-squares straight line through values: level at index 0 and slope per index. It takes a value from either end at a
// time: the two lie as far from the middle.
func line(values []float64) (level, slope float64) {
	n := len(values)
	if n < 2 {
		return 0, 0
	}
	middle := float64(n-1) / 2
	var sum, moment float64
	if n%2 == 1 {
		sum = values[n/2]
	}
	early, late, from := values[:n/2], values[n-n/2:], middle
	for i, v := range early {
		w := late[len(late)-1-i]
		sum += w + v
		moment += (w - v) * from
		from--
	}
	slope = moment / (float64(n) * (float64(n)*float64(n) - 1) / 12)
	return sum/float64(n) - slope*middle, slope
}

// tachogram walks the normal intervals of the record from old to new: a and b are neighbours, z comes before and c after them.
type tachogram struct {
	record     *record
	next       int64
	z, a, b, c *entry
	longest    time.Duration // distance of neighbours so far
	slope      float64       // of the curve at b, ms/s
	cubic      [4]float64    // the curve between a and b, in powers of the seconds since a
}

// step moves on by one interval; false at the end.
func (w *tachogram) step() bool {
	if w.c == nil && w.b != nil {
		return false
	}
	w.z, w.a, w.b, w.c = w.a, w.b, w.c, nil
	for ; w.next < w.record.end && w.c == nil; w.next++ {
		if e := w.record.at(w.next); e.class == ClassNN {
			w.c = e
		}
	}
	if w.a != nil && w.b != nil {
		w.longest = max(w.longest, w.b.t-w.a.t)
		w.join()
	}
	return true
}

// join lays the curve between a and b: a cubic whose slopes are those of the neighbours on both sides (Catmull & Rom 1974), which
// keeps 0.25 Hz where straight lines lose a quarter of its power.
func (w *tachogram) join() {
	perSecond := 1 / inSeconds(w.b.t-w.a.t)
	rise := (w.b.ms - w.a.ms) * perSecond
	first, second := w.slope, rise
	if w.z == nil {
		first = rise
	}
	if w.c != nil {
		second = (w.c.ms - w.a.ms) / inSeconds(w.c.t-w.a.t)
	}
	w.slope = second
	w.cubic = [4]float64{w.a.ms, first, (3*rise - 2*first - second) * perSecond, (first + second - 2*rise) * perSecond * perSecond}
}

// at is the curve at time t, level outside a and b.
func (w *tachogram) at(t time.Duration) float64 {
	x := inSeconds(max(0, min(w.b.t, t)-w.a.t))
	return w.cubic[0] + x*(w.cubic[1]+x*(w.cubic[2]+x*w.cubic[3]))
}

// inSeconds is a duration in s, to the last digit but one: Duration.Seconds, which gives that one too, divides twice.
func inSeconds(d time.Duration) float64 { return float64(d) * 1e-9 }

// resample reads the normal intervals from index from on as a curve over time, each interval at the beat that closes it, and
// fills dst with it from start on. longest is the longest distance between two neighbouring normal intervals, or between the
// span and the nearest one; before the first and after the last interval the curve is level. The curve exists for spectra alone:
// no interval is ever made from it.
func (r *record) resample(dst []float64, from int64, start, step time.Duration) (longest time.Duration, ok bool) {
	w := tachogram{record: r, next: from}
	for w.a == nil || w.b == nil {
		if !w.step() {
			return 0, false
		}
		if w.next >= r.end && w.c == nil && w.b == nil {
			return 0, false
		}
	}
	for w.b.t <= start && w.c != nil {
		w.step()
	}
	w.longest = w.b.t - w.a.t // a hole before the span is none of its own
	lead := w.a.t - start
	for i := range dst {
		t := start + time.Duration(i)*step
		for t > w.b.t && w.c != nil {
			w.step()
		}
		dst[i] = w.at(t)
	}
	tail := start + time.Duration(len(dst))*step - w.b.t
	return max(w.longest, lead, tail), true
}

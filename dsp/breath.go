package dsp

import (
	"math"
	"time"
)

// Settings of the breathing rate (RRest v3.0; Karlen et al. 2013, doi 10.1109/TBME.2013.2246160): 32 s window, 4 Hz.
const (
	breathWindow    = 32 * time.Second
	breathHz        = 4
	breathPoints    = 128
	breathTransform = 256   // zero-padded to this
	breathLow       = 0.067 // Hz, 4 per minute
	breathHigh      = 0.70  // Hz, 42 per minute; never above half the pulse rate
	breathHole      = 3 * time.Second
	breathWidth     = 0.08 // Hz, half width of a peak: breaths within 32 s differ
	breathNoise     = 0.25 // share of power that a peak of that width holds by chance
	breathLeast     = 0.50 // share under which nothing is told
	breathFloor     = 1e-4
	breathSmooth    = 4.0 // s
	modulations     = 3
	breathBeats     = 128
	breathMinimum   = 16 // beats in the window
)

// modulated is one beat as breathing shows in it.
type modulated struct {
	t     time.Duration
	value [modulations]float64 // amplitude and foot level in volts, interval before it in ms
	known bool                 // the interval is one
}

// breath reads the breathing rate from what breathing does to the beats: amplitude, baseline and interval.
type breath struct {
	ring     [breathBeats]modulated
	n        int64
	curve    [breathPoints]float64
	weight   []float64 // by which the spectra are tilted: a power of frequency; 0 outside the band
	product  []float64
	fused    []float64
	smoothed bool
	spectrum *periodogram
}

// newBreath: the optical amplitude and baseline carry more slow waves than the ECG's amplitude, so their spectra are tilted
// more.
func newBreath(kind PulseKind) *breath {
	p := newPeriodogram(breathPoints, breathTransform, breathHz)
	n := len(p.power)
	b := &breath{spectrum: p, fused: make([]float64, n), product: make([]float64, n), weight: make([]float64, n)}
	tilt := 2.0
	if kind == ECG {
		tilt = 1
	}
	for i := range b.weight {
		if hz := b.hz(i); hz >= breathLow && hz < breathHigh {
			b.weight[i] = math.Pow(hz, tilt)
		}
	}
	return b
}

func (b *breath) clear() { b.n, b.smoothed = 0, false }

// add takes a beat. Where no interval ends in it, the interval before stands in: the curve needs a value, the rate is read from
// its waves only.
func (b *breath) add(m modulated) {
	if !m.known && b.n > 0 {
		m.value[modulations-1] = b.ring[(b.n-1)%breathBeats].value[modulations-1]
	}
	b.ring[b.n%breathBeats] = m
	b.n++
}

// rate reads the window that ends with the newest beat, if that is not older than the hole allows.
//
// Each modulation's spectrum is weighted by a power of frequency, since blood pressure waves near 0.1 Hz and slower drift rise
// above the breath in all of them, and scaled to a total of 1. They are fused by their geometric mean, so that a peak must be
// in all of them, and smoothed over about 4 s. The rate is the centre of the fused peak; its share of the whole is the quality.
func (b *breath) rate(t time.Duration) Respiration {
	end, from := b.span(t)
	r := Respiration{T: end - breathWindow/2}
	if from < 0 {
		r.T = t - breathWindow/2
		b.smoothed = false
		return r
	}
	clear(b.product)
	nyquist := float64(b.n-from-1) / breathWindow.Seconds() / 2 // of the beats, Hz
	top := min(len(b.product), int(nyquist/b.hz(1)))
	for m := range modulations {
		b.trace(m, from, end)
		b.multiply(top)
	}
	b.smooth(top)
	hz, share := b.peak()
	quality := max(0, min(1, (share-breathNoise)/(1-2*breathNoise)))
	if share < breathLeast {
		return r
	}
	r.Rate, r.Quality = Some(60*hz), quality
	return r
}

// span gives the end of the window and the first beat at or before its start; −1 where the window is not whole.
func (b *breath) span(t time.Duration) (end time.Duration, from int64) {
	if b.n == 0 {
		return t, -1
	}
	end = b.ring[(b.n-1)%breathBeats].t
	if t-end > breathHole {
		return t, -1
	}
	later := end
	for i := b.n - 2; i >= max(0, b.n-breathBeats); i-- {
		at := b.ring[i%breathBeats].t
		if later-at > breathHole {
			return t, -1
		}
		if at <= end-breathWindow {
			if b.n-i < breathMinimum {
				return t, -1
			}
			return end, i
		}
		later = at
	}
	return t, -1
}

// trace fills curve with modulation m at 4 Hz, joined by straight lines between beats.
func (b *breath) trace(m int, from int64, end time.Duration) {
	i := from
	start := end - breathWindow
	for n := range b.curve {
		t := start + time.Duration(n+1)*(time.Second/breathHz)
		for i+2 < b.n && b.ring[(i+1)%breathBeats].t < t {
			i++
		}
		p, q := &b.ring[i%breathBeats], &b.ring[(i+1)%breathBeats]
		f := max(0, min(1, float64(t-p.t)/float64(q.t-p.t)))
		b.curve[n] = p.value[m] + f*(q.value[m]-p.value[m])
	}
}

// multiply takes the curve's weighted spectrum, scaled to a total of 1, into the product. The logarithm's floor keeps one
// modulation without breath in it from vetoing the others.
func (b *breath) multiply(top int) {
	b.spectrum.estimate(b.curve[:])
	power, total := b.spectrum.power, 0.0
	for i := range top {
		power[i] *= b.weight[i]
		total += power[i]
	}
	if !(total > 0) {
		return // a flat modulation says nothing
	}
	for i := range top {
		if b.weight[i] > 0 {
			b.product[i] += math.Log(power[i]/total+breathFloor) / modulations
		}
	}
}

// smooth takes the product into the fused spectrum.
func (b *breath) smooth(top int) {
	total := 0.0
	for i := range b.product {
		if i < top && b.weight[i] > 0 {
			b.product[i] = math.Exp(b.product[i])
		} else {
			b.product[i] = 0
		}
		total += b.product[i]
	}
	gain := 1 / breathSmooth
	if !b.smoothed {
		gain = 1
	}
	for i, p := range b.product {
		b.fused[i] += gain * (p/total - b.fused[i])
	}
	b.smoothed = true
}

func (b *breath) hz(i int) float64 { return float64(i) * breathHz / float64(b.spectrum.size) }

// peak is the centre of power about the highest place of the fused spectrum, and the share of the power that lies there.
func (b *breath) peak() (hz, share float64) {
	best := 0
	for i := range b.fused {
		if b.fused[i] > b.fused[best] {
			best = i
		}
	}
	var moment, near, all float64
	for i, p := range b.fused {
		all += p
		if math.Abs(b.hz(i)-b.hz(best)) <= breathWidth {
			near += p
			moment += p * b.hz(i)
		}
	}
	if near <= 0 {
		return 0, 0
	}
	return moment / near, near / all
}

package dsp

import (
	"math"
	"time"
)

// Settings of the breathing rate (RRest v3.0; Karlen et al. 2013, doi 10.1109/TBME.2013.2246160): 32 s window, 4 Hz.
const (
	breathWindow  = 32 * time.Second
	breathHz      = 4
	breathPoints  = 128
	breathLow     = 0.067 // Hz, 4 per minute
	breathHigh    = 0.70  // Hz, 42 per minute; never above half the pulse rate
	breathHole    = 3 * time.Second
	breathAgree   = 4.0 // per minute: greatest SD of the single modulations (Karlen)
	breathWidth   = 0.04
	breathLeast   = 0.35 // share of power at the peak under which nothing is told
	modulations   = 3
	breathBeats   = 128
	breathMinimum = 16 // beats in the window
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
	single   [modulations]float64 // rate of each, per minute
	fused    []float64
	spectrum *periodogram
}

func newBreath() *breath {
	p := newPeriodogram(breathPoints, 512, breathHz)
	return &breath{spectrum: p, fused: make([]float64, len(p.power))}
}

func (b *breath) clear() { b.n = 0 }

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
func (b *breath) rate(t time.Duration) Respiration {
	end, from := b.span(t)
	r := Respiration{T: end - breathWindow/2}
	if from < 0 {
		r.T = t - breathWindow/2
		return r
	}
	clear(b.fused)
	beats := float64(b.n - from - 1)
	high := min(breathHigh, beats/breathWindow.Seconds()/2)
	for m := range modulations {
		b.trace(m, from, end)
		b.single[m] = b.addTo(high)
	}
	hz, share := b.peak(high)
	quality := max(0, min(1, (share-0.2)/0.5)) * b.agreement(60*hz)
	if share < breathLeast || quality <= 0 {
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

// addTo adds the curve's spectrum, scaled to a total of 1, to the fused one, and gives the rate of its own highest peak.
func (b *breath) addTo(high float64) (perMin float64) {
	b.spectrum.estimate(b.curve[:])
	total := b.spectrum.band(breathLow, high)
	if total <= 0 {
		return 0
	}
	width := float64(breathHz) / float64(b.spectrum.size)
	best := 0
	for i, p := range b.spectrum.power {
		if hz := float64(i) * width; hz < breathLow || hz >= high {
			continue
		}
		b.fused[i] += p / total / modulations
		if p > b.spectrum.power[best] || best == 0 {
			best = i
		}
	}
	return 60 * float64(best) * width
}

// peak is the highest place of the fused spectrum and the share of the power within ±0.04 Hz of it.
func (b *breath) peak(high float64) (hz, share float64) {
	width := float64(breathHz) / float64(b.spectrum.size)
	best := 1
	for i := range b.fused {
		if b.fused[i] > b.fused[best] {
			best = i
		}
	}
	if best+1 >= len(b.fused) {
		return 0, 0
	}
	offset, _ := vertex(b.fused[best-1], b.fused[best], b.fused[best+1])
	hz = (float64(best) + offset) * width
	for i, p := range b.fused {
		if math.Abs(float64(i)*width-hz) <= breathWidth {
			share += p * width
		}
	}
	return hz, share
}

// agreement is 1 where all modulations have their own peak at the fused rate and falls with each that has not.
func (b *breath) agreement(perMin float64) float64 {
	agree := 0.0
	for _, r := range b.single {
		if math.Abs(r-perMin) <= breathAgree {
			agree++
		}
	}
	return agree / modulations
}

package dsp

import (
	"math"
	"time"
)

// Settings of the breathing rate. Window, rate and the three beat-wise series: RRest v3.0 (Charlton et al. 2016, doi
// 10.1088/0967-3334/37/4/610) and Karlen et al. 2013 (doi 10.1109/TBME.2013.2246160).
const (
	breathWindow  = 32 * time.Second
	breathEvery   = 4 * time.Second // between two looks: an eighth of the window; the rate is held between them
	breathHole    = 3 * time.Second // between two beats; a longer one leaves nothing to read
	breathBeats   = 256             // 64 s at 240 beats per minute
	breathMinimum = 16              // beats in the window: under 30 per minute the pulse is too slow to sample a breath
	modulations   = 3
)

// Limits of the decision. Rates are per minute.
const (
	breathBacked  = 0.8  // of the evidence that is wanted, enough where two counts agree
	breathAgree   = 3.0  // a spectrum's bin is 0.94, its main lobe 3.75
	breathAlike   = 1.5  // between the counts of two traces: one turning point in 32 s is 1.9
	breathSteady  = 0.30 // coefficient of variation of eight breaths; references of four people at rest: 0.02–0.39, medians under 0.20
	breathMost    = 0.35 // likewise; noise filtered to the band has 0.3–0.4
	breathLeast   = 60 * breathFast
	stillShare    = 0.002 // quartile deviation of amplitude or foot, as a share of the amplitude, under which nothing moves
	stillMs       = 0.5   // likewise of the intervals
	breathSampled = 0.80  // of half the pulse rate: a breath beyond that half shows as a slower one just below it
)

// modulated is one beat as breathing shows in it.
type modulated struct {
	t     time.Duration
	value [modulations]float64 // amplitude and foot level in volts, interval before it in ms
	known bool                 // the interval is one
}

// breath reads the breathing rate from what breathing does to the beats: amplitude, baseline and interval. Breaths are counted
// in each of the three, and the counts are believed where the spectrum or each other bears them out.
type breath struct {
	ring    [breathBeats]modulated
	n       int64
	timed   bool                  // an interval is known
	usual   [modulations]trailing // of the newest beats
	spectra *breathSpectra
	counter breathCounter
	slow    *slowBreath
	counts  [modulations]breathCount
	held    Respiration
	next    time.Duration // of the next look
}

func newBreath() *breath {
	b := &breath{spectra: newBreathSpectra(), slow: newSlowBreath()}
	for m := range b.usual {
		b.usual[m] = newTrailing(31)
	}
	return b
}

func (b *breath) clear() {
	b.n, b.timed, b.next, b.held = 0, false, 0, Respiration{}
	b.spectra.clear()
	for m := range b.usual {
		b.usual[m].clear()
	}
}

// add takes a beat. Where no interval ends in it, the interval before stands in: the trace needs a value, the rate is read from
// its waves only; before the first interval it is the first one. A beat far from the newest 31 counts as if it were six quartile deviations off (four standard deviations), so
// that one artefact or premature beat is not the tallest wave of the trace.
func (b *breath) add(m modulated) {
	const between = modulations - 1
	switch {
	case m.known && !b.timed:
		b.timed = true
		for i := range min(b.n, breathBeats) {
			b.ring[i].value[between] = m.value[between]
		}
	case !m.known && b.n > 0:
		m.value[between] = b.ring[(b.n-1)%breathBeats].value[between]
	}
	for i := range m.value {
		if i == between && !b.timed {
			continue
		}
		u := &b.usual[i]
		u.add(m.value[i])
		if u.len() >= 8 {
			middle, most := u.median(), 6*u.quartileDeviation()
			m.value[i] = max(middle-most, min(middle+most, m.value[i]))
		}
	}
	b.ring[b.n%breathBeats] = m
	b.n++
}

// rate is the breathing rate of the 32 s that end with the newest beat; of 64 s where breathing is slow. It is read anew every
// 4 s and withdrawn in the second in which the window stops being whole.
func (b *breath) rate(t time.Duration) Respiration {
	end, from := b.span(t, breathWindow)
	if from < 0 {
		b.spectra.clear()
		b.next = t
		return Respiration{T: t - breathWindow/2}
	}
	if t < b.next && t > b.next-breathEvery {
		return b.held
	}
	b.next = t.Truncate(breathEvery) + breathEvery
	b.held = b.read(t, end, from)
	return b.held
}

// read looks at the window that ends at end and begins after beat from.
func (b *breath) read(t, end time.Duration, from int64) Respiration {
	s := b.spectra
	s.top(float64(b.n-from-1) / breathWindow.Seconds() / 2)
	for m := range modulations {
		b.trace(s.trace[:], m, from, end-breathWindow, time.Second/breathHz)
		s.transform(m)
		b.counts[m] = breathCount{}
		if s.heard[m] = s.heard[m] && b.moves(m); s.heard[m] {
			b.counts[m] = b.counter.count(s.breaths(m))
		}
	}
	s.fuse()
	rate, quality := b.decide()
	r := Respiration{T: end - breathWindow/2, Rate: rate, Quality: quality}
	if e, first := b.span(t, slowWindow); first >= 0 {
		b.trace(b.slow.curve[:], modulations-1, first, e-slowWindow, time.Second/slowHz)
		b.slow.look()
		r = b.slow.settle(r, e, s.proves(slowRival))
	}
	return r
}

// moves tells whether a series moves by more than sampling and rounding do: breathing moves pulse and foot by a hundredth of the pulse
// and more, intervals by some ms.
func (b *breath) moves(m int) bool {
	least := stillShare * b.usual[0].median()
	if m == modulations-1 {
		least = stillMs
	}
	return b.usual[m].quartileDeviation() > least
}

// decide fuses the counts. They weigh by how even the counted breaths are, to the fourth power: evenness is what tells a breath
// from noise. They are believed where the spectra agree, or where two of them agree and are even; else nothing is told. The
// spectral rate enters with a third: it averages out where single turning points jitter, but follows the deepest breaths.
func (b *breath) decide() (rate Maybe, quality float64) {
	all, cv := b.fused(func(*breathCount) bool { return true })
	if most := breathSampled * 60 * b.spectra.nyquist; !(all >= breathLeast && all <= most) {
		return Maybe{}, 0
	}
	apart := math.Abs(all - b.spectra.rate)
	if b.spectra.proves(1) && apart <= breathAgree && cv < breathMost {
		return Some(0.7*all + 0.3*b.spectra.rate), steadiness(cv) * (1 - apart/(2*breathAgree))
	}
	if some, cv := b.alike(); some >= breathLeast && b.spectra.proves(breathBacked) {
		return Some(some), 0.7 * steadiness(cv)
	}
	return Maybe{}, 0
}

// steadiness is 1 for even breaths and a half at breathSteady.
func steadiness(cv float64) float64 { return 1 / (1 + (cv/breathSteady)*(cv/breathSteady)) }

// fused is the weighted mean of the chosen counts, and the least variation among them; 0 without one.
func (b *breath) fused(chosen func(*breathCount) bool) (rate, cv float64) {
	var sum, weights float64
	cv = math.Inf(1)
	for m := range b.counts {
		c := &b.counts[m]
		if c.rate <= 0 || !chosen(c) {
			continue
		}
		v := max(c.cv, 0.05) // 32 s cannot tell it better
		w := 1 / (v * v * v * v)
		sum, weights, cv = sum+w*c.rate, weights+w, min(cv, c.cv)
	}
	if weights == 0 {
		return 0, 0
	}
	return sum / weights, cv
}

// alike fuses the largest group of at least two even counts that agree; 0 where there is none.
func (b *breath) alike() (rate, cv float64) {
	most := 1
	for i := range b.counts {
		one := &b.counts[i]
		n := 0
		near := func(c *breathCount) bool {
			return c.cv <= breathSteady && one.cv <= breathSteady && math.Abs(c.rate-one.rate) <= breathAlike
		}
		for j := range b.counts {
			if b.counts[j].rate > 0 && one.rate > 0 && near(&b.counts[j]) {
				n++
			}
		}
		if n > most {
			most = n
			rate, cv = b.fused(near)
		}
	}
	return rate, cv
}

// span gives the end of a window and the first beat at or before its start; −1 where the window is not whole.
func (b *breath) span(t, window time.Duration) (end time.Duration, from int64) {
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
		if at <= end-window {
			if b.n-i < breathMinimum {
				return t, -1
			}
			return end, i
		}
		later = at
	}
	return t, -1
}

// trace fills dst with modulation m from start on, joined by straight lines between beats.
func (b *breath) trace(dst []float64, m int, from int64, start, step time.Duration) {
	i := from
	p, q := &b.ring[i%breathBeats], &b.ring[(i+1)%breathBeats]
	slope := p.slope(q, m)
	for n := range dst {
		t := start + time.Duration(n+1)*step
		for i+2 < b.n && q.t < t {
			i++
			p, q = q, &b.ring[(i+1)%breathBeats]
			slope = p.slope(q, m)
		}
		dst[n] = p.value[m] + slope*float64(max(0, min(q.t, t)-p.t))
	}
}

// slope is how quickly modulation m changes until the beat q, per ns.
func (p *modulated) slope(q *modulated, m int) float64 {
	return (q.value[m] - p.value[m]) / float64(q.t-p.t)
}

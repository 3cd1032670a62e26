package regulation

import (
	"math"
	"math/rand/v2"
	"time"

	"hubd/dsp"
)

// Pair tells how two wearers' signals move together: windowed cross-correlation (Boker et al. 2002) of heart rate and of phasic skin
// conductance, 60 s windows every 10 s, lags up to ±5 s, Fisher z averaged over about two minutes of windows.
//
// A value counts as significant only against 100 surrogates, which pair one wearer's present with the other's past, 70 s and more
// ago (data sliding: Moulder et al. 2018, doi 10.1037/met0000172). They keep each signal's own slowness, which shuffling would not,
// and pass through exactly the same averaging and search over lags. They are computed a tenth each second, so that no step is long.
// Nothing is told before all of them have history, about six minutes.
//
// Two strangers in one room, under one light and sound, move together as well. Nothing may be steered by it.
type Pair struct {
	signals [pairSignals]coupling
	a, b    rate
	now     time.Duration
	started bool
}

// pairSignals are heart rate and phasic skin conductance.
const pairSignals = 2

// NewPair makes a Pair. Its surrogates are drawn from a fixed seed: the same input gives the same output.
func NewPair() *Pair {
	p := &Pair{started: true}
	p.Reset()
	return p
}

// Reset forgets both wearers' signals at once, as when either pauses.
func (p *Pair) Reset() {
	if !p.started {
		return // nothing was gathered since the last time
	}
	p.started, p.a, p.b = false, rate{}, rate{}
	for i, name := range [pairSignals]string{"heart_rate", "eda"} {
		p.signals[i].reset(name, pairSeed+uint64(i))
	}
}

// Second takes both wearers' features of one whole second. Every 10 s, once computable, it appends one Coregulation for each
// signal; R and Lag are absent while either signal has a gap in the window. Where either is not sensed, all is forgotten.
func (p *Pair) Second(dst []dsp.Value, t time.Duration, a, b Features) []dsp.Value {
	if !a.Sensed || !b.Sensed {
		if p.started {
			p.Reset()
		}
		return dst
	}
	if p.started && t-p.now != time.Second {
		p.Reset()
	}
	p.now, p.started = t, true
	dst = p.signals[0].step(dst, p.a.step(a), p.b.step(b))
	return p.signals[1].step(dst, phasicOf(a), phasicOf(b))
}

// rate is the mean heart rate of the last seconds. The median that people are shown stands still and then jumps, and which of two
// people was first could not be told from it to a second.
type rate struct {
	recent [pairRate]dsp.Fresh
	n      int
}

// step takes one more second; absent where the pulse is not to be trusted.
func (r *rate) step(f Features) dsp.Maybe {
	if !f.HasPulse || f.SetUp || !f.Pulse.Contact || f.Pulse.Uneven || f.Pulse.Quality < qualityTrusted {
		*r = rate{}
		return dsp.Maybe{}
	}
	r.recent[r.n%pairRate] = f.Pulse.Fresh
	r.n++
	intervals, sum := 0, 0.0
	for _, s := range r.recent {
		intervals += s.Intervals
		sum += s.NN
	}
	if intervals < pairIntervals {
		return dsp.Maybe{}
	}
	return dsp.Some(60000 * float64(intervals) / sum)
}

// phasicOf is absent where the skin signal is not to be trusted.
func phasicOf(f Features) dsp.Maybe {
	if !f.HasSkin || f.SetUp || !f.Skin.Contact || f.Skin.Quality < qualityTrusted {
		return dsp.Maybe{}
	}
	return f.Skin.Phasic
}

// past is the high-passed history of one signal of one wearer, in a ring of one value a second.
type past struct {
	values [pairHistory]float64
	run    [pairHistory]int32 // how many values up to here came without a gap
	slow   float64            // what the high-pass takes away
	known  int32              // values in a row
}

// pairHistory holds the longest shift with its window, both lags and the seconds over which a step is spread.
const pairHistory = pairShiftLeast + pairShiftStep*pairSurrogates/2 + pairWindow + 3*pairLag + pairStep

// put takes the value of second n. The first ones after a gap are not used: the filter is settling.
func (s *past) put(n int, x dsp.Maybe) {
	i := n % pairHistory
	if !x.Known {
		s.known, s.run[i] = 0, 0
		return
	}
	if s.known == 0 {
		s.slow = x.Value
	}
	s.known++
	s.slow += (x.Value - s.slow) * (1 - math.Exp(-2*math.Pi*pairHighPass))
	s.values[i] = x.Value - s.slow
	s.run[i] = max(s.known-pairSettle, 0)
}

// stretch copies the values that end with second n; false where they are not whole.
func (s *past) stretch(n int, w []float64) bool {
	if n < len(w) || s.run[n%pairHistory] < int32(len(w)) {
		return false
	}
	from := (n - len(w) + 1) % pairHistory
	k := copy(w, s.values[from:])
	copy(w[k:], s.values[:])
	return true
}

// profile is the running mean of Fisher z at each lag.
type profile struct {
	z [pairLags]float64
	n int // windows so far
}

// update takes one window of the two signals: fixed is the standardised window of the second one, which ends with second end in
// the first one's time. It leaves the profile as it was where any lag is not whole, or flat.
func (p *profile) update(first *past, end int, fixed *[pairWindow]float64) bool {
	var wide [pairWindow + 2*pairLag]float64
	var z [pairLags]float64
	if !first.stretch(end+pairLag, wide[:]) {
		return false
	}
	sum, squares := 0.0, 0.0
	for _, x := range wide[:pairWindow] {
		sum += x
		squares += x * x
	}
	for from := range pairLags { // positive lag: the second follows, so the first is read earlier
		spread := squares - sum*sum/pairWindow
		if spread < pairFlat {
			return false
		}
		r := dot((*[pairWindow]float64)(wide[from:]), fixed) / math.Sqrt(spread) // fixed has mean 0, so the mean of the first does not matter
		r = min(max(r, -0.999), 0.999)
		z[pairLags-1-from] = math.Log((1+r)/(1-r)) / 2 // Fisher's; three times as fast as math.Atanh, which is exact where r is tiny
		if from < pairLags-1 {
			out, in := wide[from], wide[from+pairWindow]
			sum += in - out
			squares += in*in - out*out
		}
	}
	p.n++
	share := 1 / min(float64(p.n), pairMemory)
	for k := range z {
		p.z[k] += (z[k] - p.z[k]) * share
	}
	return true
}

// dot is the scalar product. It sums up four at a time: one sum would wait for itself at each step.
func dot(a, b *[pairWindow]float64) float64 {
	var p, q, r, s float64
	for i := 0; i < pairWindow; i += 4 {
		p += a[i] * b[i]
		q += a[i+1] * b[i+1]
		r += a[i+2] * b[i+2]
		s += a[i+3] * b[i+3]
	}
	return p + q + r + s
}

// peak gives the lag index with the largest |z|.
func (p *profile) peak() (int, float64) {
	best := 0
	for k, z := range p.z {
		if math.Abs(z) > math.Abs(p.z[best]) {
			best = k
		}
	}
	return best, p.z[best]
}

// standardise makes the mean 0 and the sum of squares 1; false for a flat window.
func standardise(w *[pairWindow]float64) bool {
	mean := 0.0
	for _, x := range w {
		mean += x / pairWindow
	}
	squares := 0.0
	for i := range w {
		w[i] -= mean
		squares += w[i] * w[i]
	}
	if squares < pairFlat {
		return false
	}
	scale := 1 / math.Sqrt(squares)
	for i := range w {
		w[i] *= scale
	}
	return true
}

// coupling follows one signal of both wearers.
type coupling struct {
	name       string
	a, b       past
	n          int // seconds so far
	end        int // second at which the present step's windows end
	phase      int // which tenth of the surrogates is next; pairStep: no step is under way
	real       profile
	fresh      bool // the present step's window was whole
	surrogates [pairSurrogates]profile
	shifts     [pairSurrogates]int
}

// reset forgets the signals and draws the order of the shifts, so that each second's tenth is a mixture of near and far ones.
func (c *coupling) reset(name string, seed uint64) {
	*c = coupling{name: name, phase: pairStep}
	random := rand.New(rand.NewPCG(seed, seed))
	for i, k := range random.Perm(pairSurrogates) {
		c.shifts[i] = k
	}
}

// step takes one second of both signals.
func (c *coupling) step(dst []dsp.Value, a, b dsp.Maybe) []dsp.Value {
	c.a.put(c.n, a)
	c.b.put(c.n, b)
	c.n++
	if c.phase == pairStep && c.n%pairStep == 0 {
		c.begin()
	}
	if c.phase == pairStep {
		return dst
	}
	c.tenth()
	if c.phase == pairStep && c.ready() {
		return append(dst, c.answer())
	}
	return dst
}

// begin starts a step: the real windows end a lag before now, so that the other may lie up to a lag later.
func (c *coupling) begin() {
	c.end, c.phase, c.fresh = c.n-1-pairLag, 0, false
	var w [pairWindow]float64
	if c.b.stretch(c.end, w[:]) && standardise(&w) {
		c.fresh = c.real.update(&c.a, c.end, &w)
	}
}

// tenth computes the next tenth of the surrogates. Even shifts delay the first wearer, odd ones the second.
func (c *coupling) tenth() {
	const each = pairSurrogates / pairStep
	var now, then [pairWindow]float64
	whole := c.b.stretch(c.end, now[:]) && standardise(&now)
	for i := c.phase * each; i < (c.phase+1)*each; i++ {
		k := c.shifts[i]
		shift := pairShiftLeast + pairShiftStep*(k/2)
		switch past := c.end - shift; {
		case past < 0:
		case k%2 == 0 && whole:
			c.surrogates[i].update(&c.a, past, &now)
		case k%2 == 1 && c.b.stretch(past, then[:]) && standardise(&then):
			c.surrogates[i].update(&c.a, c.end, &then)
		}
	}
	c.phase++
}

// ready tells whether the real windows and all surrogates have as many windows as the running mean remembers.
func (c *coupling) ready() bool {
	if c.real.n < pairFirst {
		return false
	}
	for i := range c.surrogates {
		if c.surrogates[i].n < pairFirst {
			return false
		}
	}
	return true
}

// answer compares the real peak with the surrogates' peaks: p = (1 + those as high) / (1 + all).
func (c *coupling) answer() Coregulation {
	if !c.fresh {
		return Coregulation{Signal: c.name}
	}
	at, z := c.real.peak()
	above := 1
	for i := range c.surrogates {
		if _, s := c.surrogates[i].peak(); math.Abs(s) >= math.Abs(z) {
			above++
		}
	}
	return Coregulation{
		Signal: c.name, R: dsp.Some(math.Tanh(z)), Lag: dsp.Some(c.real.lag(at)),
		Significant: float64(above)/(pairSurrogates+1) <= pairAlpha,
	}
}

// lag gives the peak's lag in seconds, between two lags by a parabola through three.
func (p *profile) lag(at int) float64 {
	lag := float64(at - pairLag)
	if at == 0 || at == pairLags-1 {
		return lag
	}
	before, here, after := p.z[at-1], p.z[at], p.z[at+1]
	bend := before - 2*here + after
	if bend == 0 {
		return lag
	}
	return lag + min(max((before-after)/(2*bend), -0.5), 0.5)
}

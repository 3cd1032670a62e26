package dsp

import (
	"math"
	"time"
)

// Settings of the swing (Lehrer, Vaschillo & Vaschillo 2000, doi 10.1023/A:1009554825745; Shaffer & Meehan 2020, doi
// 10.3389/fnins.2020.570400): each pace is breathed for two minutes, and what the heart does with it is looked at once it has settled.
const (
	pacedSettles = 30 * time.Second // own: of each pace, in which breath and heart still go over to it
	pacedLeast   = 60 * time.Second // own: of each pace, after that; four breaths at the slowest
	pacedCovered = 0.9              // own: least share of that time in normal intervals
	pacedHole    = 4 * time.Second  // own: longest time without any; half a breath would be guessed
	pacedInPhase = 0.1              // own: least share of the rate's spread that goes with the pace: an amplitude under it is of noise
)

// Swing is how far the heart rate goes up and down with the pacer.
type Swing struct {
	Pace float64 // breaths per minute
	BPM  Maybe   // peak to trough of the part in a fixed phase with the pacer; absent where it could not be judged
}

// Swing measures the heart rate's swing with the pace that has led since SetPace, up to the newest interval. Nothing is put in where
// intervals are missing: each normal interval counts as its rate at its middle, as long as it lasts.
func (p *Pulse) Swing() Swing {
	out := Swing{Pace: p.pacer.perMin}
	if !p.pacer.begun || p.features.Quality < usableQuality || p.uneven() {
		return out
	}
	from := p.pacer.since + pacedSettles
	newest := p.record.end - 1
	if newest < 0 || p.record.at(newest).t-from < pacedLeast {
		return out
	}
	fit, ok := p.record.fit(max(p.record.oldest(), p.long.from), from, p.pacer.perMin/60)
	if ok && fit.inPhase() >= pacedInPhase {
		out.BPM = Some(2 * fit.amplitude())
	}
	return out
}

// sineFit is a weighted least-squares fit of rate = a + b·t + c·cos + d·sin: a breath that is no whole number of times in the window, and
// a rate that drifts, put nothing into c and d.
type sineFit struct {
	normal [4][5]float64 // the normal equations, augmented
	square float64       // weighted sum of squared rates
	result [4]float64
}

// fit takes the normal intervals that lie wholly after from; false where too few of the time up to the newest is covered.
func (r *record) fit(first int64, from time.Duration, hz float64) (*sineFit, bool) {
	f, covered, last := &sineFit{}, 0.0, from
	end := from
	for i := first; i < r.end; i++ {
		e := r.at(i)
		began := e.t - time.Duration(e.ms*1e6)
		if began < from {
			continue
		}
		end = e.t
		if e.class != ClassNN {
			continue
		}
		if began-last > pacedHole {
			return nil, false
		}
		last = e.t
		covered += e.ms / 1000
		f.add((began-from).Seconds()+e.ms/2000, 60000/e.ms, e.ms, hz)
	}
	whole := (end - from).Seconds()
	if end-last > pacedHole || covered < pacedCovered*whole || whole < pacedLeast.Seconds() {
		return nil, false
	}
	return f, f.solve()
}

func (f *sineFit) add(t, rate, weight, hz float64) {
	sin, cos := math.Sincos(2 * math.Pi * hz * t)
	x := [4]float64{1, t, cos, sin}
	for i := range x {
		for j := range x {
			f.normal[i][j] += weight * x[i] * x[j]
		}
		f.normal[i][4] += weight * x[i] * rate
	}
	f.square += weight * rate * rate
}

// solve is Gaussian elimination with pivots; false where the intervals do not tell the four apart.
func (f *sineFit) solve() bool {
	m := f.normal
	for i := range 4 {
		best := i
		for j := i; j < 4; j++ {
			if math.Abs(m[j][i]) > math.Abs(m[best][i]) {
				best = j
			}
		}
		m[i], m[best] = m[best], m[i]
		if math.Abs(m[i][i]) < 1e-9 {
			return false
		}
		for j := range 4 {
			if j == i {
				continue
			}
			factor := m[j][i] / m[i][i]
			for k := i; k < 5; k++ {
				m[j][k] -= factor * m[i][k]
			}
		}
	}
	for i := range f.result {
		f.result[i] = m[i][4] / m[i][i]
	}
	return true
}

// amplitude of the sine, in beats per minute.
func (f *sineFit) amplitude() float64 { return math.Hypot(f.result[2], f.result[3]) }

// inPhase is the share of the rate's variance about its mean that the sine has.
func (f *sineFit) inPhase() float64 {
	weight := f.normal[0][0]
	mean := f.normal[0][4] / weight
	variance := f.square/weight - mean*mean
	if variance <= 0 {
		return 0
	}
	return min(1, f.amplitude()*f.amplitude()/2/variance)
}

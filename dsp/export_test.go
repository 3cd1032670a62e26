package dsp

import (
	"math"
	"time"
)

// Fiducials runs one optical channel and gives, for every beat told, the time of each place that could stand for it.
func Fiducials(samples []Sample) (names []string, times [][]time.Duration) {
	names = []string{"foot", "tangent foot", "steepest rise", "half height", "peak", "fit of the bend", "fit and crest (used)"}
	times = make([][]time.Duration, len(names))
	l := newLead(PPG)
	var buf []found
	for _, s := range samples {
		buf = l.sample(buf[:0], s)
		for _, f := range buf {
			for i, at := range l.places(f) {
				times[i] = append(times[i], at)
			}
		}
	}
	return names, times
}

// places are the candidates for the time of a beat, in the order of Fiducials.
func (l *lead) places(f found) [7]time.Duration {
	h := &l.wave
	up := func(k int64) float64 { return l.polarity * h.feature.from(k, 1)[0] }
	level := func(k int64) float64 { return l.polarity * h.level[at(k)] }
	cell := func(k int64, offset float64) time.Duration { return l.grid.middle(k, offset) }
	steep := floorDiv(int64(f.at), int64(l.form.step))
	for k := steep; k > steep-25 && k > h.oldest()+1; k-- {
		if up(k) > up(steep) {
			steep = k
		}
	}
	foot, peak := steep, steep
	for foot > max(h.oldest()+1, steep-l.form.rise) && level(foot-1) < level(foot) {
		foot--
	}
	for peak < min(h.last-1, steep+l.form.rise) && level(peak+1) > level(peak) {
		peak++
	}
	half := foot
	for half < peak && level(half+1) < (level(foot)+level(peak))/2 {
		half++
	}
	over := ((level(foot)+level(peak))/2 - level(half)) / math.Max(1e-12, level(half+1)-level(half))
	footOffset, _ := vertex(-level(foot-1), -level(foot), -level(foot+1))
	peakOffset, _ := vertex(level(peak-1), level(peak), level(peak+1))
	steepOffset, height := vertex(up(steep-1), up(steep), up(steep+1))
	tangent := steepOffset - (level(steep)-level(foot))/math.Max(1e-12, height)
	fit := l.when.bend.fit(h, candidate{k: steep, offset: steepOffset}, l.polarity)
	return [7]time.Duration{cell(foot, footOffset), cell(steep, tangent), cell(steep, steepOffset), cell(half, over),
		cell(peak, peakOffset), cell(steep, fit), f.at}
}

// Bend is what the fit of the bend saw of one beat: the second derivative of its wave, upright, in V per cell², and the wearer's average
// of it where it fits best, at the size of this beat.
type Bend struct {
	Places      [7]time.Duration // the beat's, in the order of Fiducials
	Step        time.Duration
	From        time.Duration // of the wave's first value
	Wave        []float64
	AverageFrom time.Duration // of the average's first value
	Average     []float64
}

// Bends runs one optical channel and gives the bend of every beat; of several that became certain at once, as at a lock, the newest.
func Bends(samples []Sample) []Bend {
	var out []Bend
	l := newLead(PPG)
	var buf []found
	for _, s := range samples {
		if buf = l.sample(buf[:0], s); len(buf) > 0 {
			out = append(out, l.newestBend(buf[len(buf)-1]))
		}
	}
	return out
}

// newestBend is the bend about the beat that was accepted last: its average has learnt that beat and no later one.
func (l *lead) newestBend(f found) Bend {
	k := l.accepted
	slope := func(k int64) float64 { return l.polarity * l.wave.feature.from(k, 1)[0] }
	offset, height := vertex(slope(k-1), slope(k), slope(k+1))
	fit := l.when.bend.fit(&l.wave, candidate{k: k, offset: offset, height: height}, l.polarity)
	b := Bend{Places: l.places(f), Step: l.form.step, From: l.grid.middle(k-bendBefore-bendShift, 0), AverageFrom: l.grid.middle(k-bendBefore, fit)}
	for _, v := range l.when.bend.wave {
		b.Wave = append(b.Wave, l.polarity*v)
	}
	for _, v := range l.when.bend.average.mean[:bendCells] {
		b.Average = append(b.Average, v*height)
	}
	return b
}

// Modulation gives the newest beat as breathing shows in it, and how many beats there were: amplitude and foot in V, interval in ms.
func (p *Pulse) Modulation() (n int, t time.Duration, values [3]float64) {
	if p.breath.n == 0 {
		return 0, 0, values
	}
	m := &p.breath.ring[(p.breath.n-1)%breathBeats]
	return int(p.breath.n), m.t, m.value
}

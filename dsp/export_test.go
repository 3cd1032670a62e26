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
	fit := l.bend.fit(h, candidate{k: steep, offset: steepOffset}, l.polarity)
	return [7]time.Duration{cell(foot, footOffset), cell(steep, tangent), cell(steep, steepOffset), cell(half, over),
		cell(peak, peakOffset), cell(steep, fit), f.at}
}

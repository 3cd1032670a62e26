package dsp

import (
	"math"
	"slices"
	"time"
)

// The heart rate's window, and what a rate needs to be told.
const (
	rateWindow = 10 * time.Second // that end with the newest judged interval
	rateLeast  = 5                // normal intervals in it
	rateOldest = 6 * time.Second  // an older interval tells nothing of now
	rateDoubt  = 3.0              // bpm, by which beats that made no normal interval may move the median: more would be an error worth silence
)

// heartRate is 60000 over the median normal interval of the 10 s that end with the newest judged one. Judging takes two beats, so these
// 10 s end a little before now.
func (p *Pulse) heartRate(t time.Duration) Maybe {
	if p.record.end == 0 || p.features.Quality < usableQuality {
		return Maybe{}
	}
	newest := p.record.at(p.record.end - 1).t
	if t-newest > rateOldest {
		return Maybe{}
	}
	var ms [64]float64
	n := 0
	for i := p.record.end - 1; i >= p.short.from && n < len(ms); i-- {
		e := p.record.at(i)
		if e.t <= newest-rateWindow {
			break
		}
		if e.class == ClassNN {
			ms[n] = e.ms
			n++
		}
	}
	if n < rateLeast {
		return Maybe{}
	}
	return Some(math.Round(60000/medianOf(ms[:n])*1e6) / 1e6)
}

// surely is a rate as it may be told. Where a part of the beats made no normal interval, those that are left may be the slow or the quick
// ones alone; so it is told only where all beats together could not move it far.
func (p *Pulse) surely(rate Maybe) Maybe {
	if !rate.Known {
		return rate
	}
	short, long := p.told.medians(p.record.at(p.record.end-1).t, 60000/rate.Value)
	if 60000/short > rate.Value+rateDoubt || 60000/long < rate.Value-rateDoubt {
		return Maybe{}
	}
	return rate
}

// toldBeat is a beat as it was told. Its time is good enough for a rate even where it is too doubtful for an interval.
type toldBeat struct {
	t      time.Duration
	usable bool // its quality is
}

// toldBeats keeps the latest ones: more than a rate's window and the beats since its newest interval hold at 200 per minute.
type toldBeats struct {
	ring [64]toldBeat
	n    int
}

func (b *toldBeats) clear() { b.n = 0 }

func (b *toldBeats) add(d toldBeat) {
	b.ring[b.n%len(b.ring)] = d
	b.n++
}

// medians is between what the median interval of the window that ends at newest may lie, ms: that of the intervals between usable beats,
// were all that were not seen shorter than those, and were all longer. Where as many were not seen as were, it may be anything (bounds
// of a median with values missing: Manski 2003, doi 10.1007/b97478).
func (b *toldBeats) medians(newest time.Duration, usual float64) (short, long float64) {
	var all [len(b.ring)]float64
	seen, unseen := b.seen(all[:0], newest, lateShare*usual)
	slices.Sort(seen)
	missing := math.Round(float64(unseen) / 1e6 / usual)
	last := float64(len(seen) - 1)
	middle := (last + missing) / 2
	if len(seen) < rateLeast || middle < missing {
		return 0, math.Inf(1)
	}
	return quantile(seen, (middle-missing)/last), quantile(seen, middle/last)
}

// seen appends the intervals between usable beats that close in the window that ends at newest, ms, but for those so long that a beat is
// missing in them, and tells how much of the window they leave. Where the pulse was lost and found again the window begins anew.
func (b *toldBeats) seen(ms []float64, newest time.Duration, longest float64) (_ []float64, unseen time.Duration) {
	from, covered := newest-rateWindow, time.Duration(0)
	before := toldBeat{t: from - lossTime}
	for i := max(0, b.n-len(b.ring)); i < b.n; i++ {
		d := b.ring[i%len(b.ring)]
		between := d.t - before.t
		whole := d.usable && before.usable && float64(between)/1e6 <= longest
		switch {
		case d.t > newest:
			return ms, newest - from - covered
		case between >= lossTime:
			from, covered, ms = max(from, d.t), 0, ms[:0]
		case whole && d.t > from:
			ms = append(ms, float64(between)/1e6)
			covered += d.t - max(from, before.t)
		}
		before = d
	}
	return ms, newest - from - covered
}

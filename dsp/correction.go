package dsp

import (
	"slices"
	"time"
)

// Correction is one artefact that AnalyseIntervals repaired.
type Correction struct {
	Index int           // of the interval in the series given, from 0; of an extra beat the first of the intervals it cut
	T     time.Duration // of the beat that closes it, from the beat that opens the series
	Ms    float64       // its length as given
	Class IBIClass      // ClassEctopic, ClassMissed or ClassExtra
}

// listedCorrections bounds the list in a report; the counts are whole.
const listedCorrections = 100

// mostMissed is how many beats in a row may be put in where they were not seen. A longer hole is a gap: nobody knows what the heart did.
const mostMissed = 3

// repaired is a series after correction.
type repaired struct {
	ms     []float64
	made   []origin // nil where nothing was corrected
	breaks []int    // where in ms a stretch begins that does not touch the one before: a gap lies between
}

// origin tells where a value of a repaired series comes from.
type origin uint8

const (
	measured origin = iota // as given, or the exact sum of what an extra beat cut
	split                  // an equal part of an interval in which beats were missed
	drawn                  // on the line between its neighbours
)

func (s *repaired) add(ms float64, from origin) {
	s.ms, s.made = append(s.ms, ms), append(s.made, from)
}
func (s *repaired) isMade(i int) bool { return s.made != nil && s.made[i] != measured }

// follows tells whether value i touches the one before it.
func (s *repaired) follows(i int) bool {
	_, begins := slices.BinarySearch(s.breaks, i)
	return i > 0 && !begins
}

// longest is the longest stretch without a gap, by its count of values.
func (s *repaired) longest() []float64 {
	from, best := 0, []float64(nil)
	for _, to := range append(slices.Clone(s.breaks), len(s.ms)) {
		if to-from > len(best) {
			best = s.ms[from:to]
		}
		from = to
	}
	return best
}

// correct judges the whole series and repairs it: the intervals that extra beats cut are joined, those with missed beats split
// evenly, and the rest lies on the line between the nearest normal intervals.
func (r *IntervalReport) correct(g given) repaired {
	judged, rr := g.judge(), g.ms
	s := repaired{ms: make([]float64, 0, len(rr)+8), made: make([]origin, 0, len(rr)+8)}
	t, odd := 0.0, 0 // odd values of the result are not as they were given
	for i := 0; i < len(rr); i++ {
		t += rr[i]
		if g.hole[i] {
			r.gap(&s, rr[i])
			continue
		}
		at := Correction{Index: g.index[i], T: time.Duration(t * 1e6), Ms: rr[i], Class: judged.class[i]}
		odd++
		switch at.Class {
		case ClassNN:
			s.add(rr[i], measured)
			odd--
			continue
		case ClassExtra:
			r.Extra++
			whole := rr[i]
			for ; i+1 < len(rr) && judged.extra[i+1] && !g.hole[i+1]; i++ {
				whole += rr[i+1]
				t += rr[i+1]
			}
			s.add(whole, measured)
		case ClassMissed:
			r.Missed++
			odd += judged.parts[i] - 1
			for range judged.parts[i] {
				s.add(rr[i]/float64(judged.parts[i]), split)
			}
		default:
			r.Ectopic++
			s.add(rr[i], drawn)
		}
		if len(r.Corrections) < listedCorrections {
			r.Corrections = append(r.Corrections, at)
		}
	}
	if len(s.ms) > 0 {
		r.Share = Some(100 * float64(odd) / float64(len(s.ms)))
		r.Marked = r.Share.Value > 100*maxUnmarked
	}
	s.straighten()
	return s
}

// gap ends a stretch at a hole of so many ms, which is counted and stands for no beat.
func (r *IntervalReport) gap(s *repaired, ms float64) {
	r.Gaps++
	r.GapMs += ms
	s.cut()
}

// cut ends a stretch: what is added next does not touch what is there.
func (s *repaired) cut() {
	if n := len(s.ms); s.follows(n) {
		s.breaks = append(s.breaks, n)
	}
}

// straighten puts the values to be drawn on the line between their nearest other neighbours of the same stretch; at its ends level
// with the nearest.
func (s *repaired) straighten() {
	from := 0
	for _, to := range append(slices.Clone(s.breaks), len(s.ms)) {
		straighten(s.ms[from:to], s.made[from:to])
		from = to
	}
}

func straighten(ms []float64, made []origin) {
	for i := 0; i < len(ms); i++ {
		j := i
		for j < len(ms) && made[j] == drawn {
			j++
		}
		for k := i; k < j; k++ {
			switch {
			case i > 0 && j < len(ms):
				ms[k] = ms[i-1] + float64(k-i+1)/float64(j-i+1)*(ms[j]-ms[i-1])
			case i > 0:
				ms[k] = ms[i-1]
			case j < len(ms):
				ms[k] = ms[j]
			}
		}
		i = j
	}
}

package dsp

import "time"

// Correction is one artefact that AnalyseIntervals repaired.
type Correction struct {
	Index int           // of the interval in the series given, from 0; of an extra beat the first of the intervals it cut
	T     time.Duration // of the beat that closes it, from the beat that opens the series
	Ms    float64       // its length as given
	Class IBIClass      // ClassEctopic, ClassMissed or ClassExtra
}

// listedCorrections bounds the list in a report; the counts are whole.
const listedCorrections = 100

// repaired is a series after correction.
type repaired struct {
	ms   []float64
	made []origin // nil where nothing was corrected
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

// correct judges the whole series and repairs it: the intervals that extra beats cut are joined, those with missed beats split
// evenly, and the rest lies on the line between the nearest normal intervals.
func (r *IntervalReport) correct(rr []float64, index []int) repaired {
	judged := judgeAll(rr)
	s := repaired{ms: make([]float64, 0, len(rr)+8), made: make([]origin, 0, len(rr)+8)}
	t, odd := 0.0, 0
	for i := 0; i < len(rr); i++ {
		t += rr[i]
		at := Correction{Index: index[i], T: time.Duration(t * 1e6), Ms: rr[i], Class: judged.class[i]}
		odd++
		switch at.Class {
		case ClassNN:
			s.add(rr[i], measured)
			odd--
			continue
		case ClassExtra:
			r.Extra++
			whole := rr[i]
			for ; i+1 < len(rr) && judged.extra[i+1]; i++ {
				whole += rr[i+1]
				t += rr[i+1]
				odd++
			}
			s.add(whole, measured)
		case ClassMissed:
			r.Missed++
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
	if len(rr) > 0 {
		r.Share = Some(100 * float64(odd) / float64(len(rr)))
		r.Marked = r.Share.Value > 100*maxUnmarked
	}
	s.straighten()
	return s
}

// straighten puts the values to be drawn on the line between their nearest other neighbours; at the ends level with the nearest.
func (s *repaired) straighten() {
	for i := 0; i < len(s.ms); i++ {
		j := i
		for j < len(s.ms) && s.made[j] == drawn {
			j++
		}
		for k := i; k < j; k++ {
			switch {
			case i > 0 && j < len(s.ms):
				s.ms[k] = s.ms[i-1] + float64(k-i+1)/float64(j-i+1)*(s.ms[j]-s.ms[i-1])
			case i > 0:
				s.ms[k] = s.ms[i-1]
			case j < len(s.ms):
				s.ms[k] = s.ms[j]
			}
		}
		i = j
	}
}

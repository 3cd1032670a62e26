package dsp

import (
	"math"
	"time"
)

// Which place of the pulse to time was chosen by measurement: median error in ms of the intervals against those of the ECG (nk_rest_5min,
// icu_a103l), the finger-ear consensus (pk_p11_baseline, whose reference is itself a peak) and a chest strap (median over
// welltory 02, 04, 05, 06, 08, 09, 10), with F1 and RMSSD error of icu_a103l, where artefact tells them apart.
//
//	fiducial            nk_rest  icu    pk_p11  welltory  icu F1 %  icu RMSSD, ms (true 4.0)
//	peak                2.5      2.9    0.8     9.8       96.3      22.1
//	foot                8.7      10.9   16.4    11.4      97.7      90.4
//	tangent foot        4.3      6.1    7.9     8.9       97.7      15.1
//	steepest rise       3.4      3.6    7.2     6.6       97.7      8.1
//	half height         3.4      4.1    5.4     6.3       97.7      10.9
//	best fit of a beat  3.3      3.2    4.4     5.5       97.7      9.6
//
// The best fit is taken: where the wearer's own average beat correlates best, found by a parabola between cells. It rests on the
// whole upstroke instead of one point of it. The average is aligned by the steepest rise, so that is the point it stands for.
// The table was measured before doubtful beats were kept out of the intervals, on the recordings that the choice is judged by.

// The crest takes part with half the weight where it comes as long after the fit as it usually does: the two err independently. A
// crest that comes otherwise belongs to a second wave or to noise and says nothing; the fit then stands alone, at the usual distance.
const (
	crestWeight = 0.5
	crestSpread = 12 * time.Millisecond // from the usual delay; twice what breathing does to it
	crestBeats  = 21                    // over which "usual" is the median
)

// fiducial is the offset in cells, from the candidate's cell, of the time that is told. The ECG's R wave is sharp: its own
// parabola is kept.
func (l *lead) fiducial(c candidate) float64 {
	if l.form.sharp {
		return c.offset
	}
	fit := l.bend.fit(&l.wave, c, l.polarity)
	delay, ok := l.crest(c)
	if delay -= fit; ok {
		l.crests.add(delay)
	}
	if l.crests.len() == 0 {
		return fit
	}
	usual := l.crests.median()
	if !ok || math.Abs(delay-usual) > float64(crestSpread)/float64(l.form.step) {
		delay = usual
	}
	return fit + crestWeight*delay
}

// crest is where the level wave first stops rising after the candidate; false where that lies beyond what is held or belongs to a
// beat.
func (l *lead) crest(c candidate) (cells float64, ok bool) {
	h := &l.wave
	last := min(h.last-1, c.k+l.form.rise)
	for k := c.k; k <= last; k++ {
		a, b, d := l.polarity*h.level[at(k-1)], l.polarity*h.level[at(k)], l.polarity*h.level[at(k+1)]
		if d <= b && k > h.oldest() {
			offset, _ := vertex(a, b, d)
			return float64(k-c.k) + offset, true
		}
	}
	return 0, false
}

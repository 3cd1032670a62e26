package dsp

import (
	"math"
	"time"
)

// Which place of the pulse to time was chosen by measurement (go test ./dsp -run ChosenByMeasurement -v prints it anew): median error in
// ms of the intervals against those of the ECG (nk_rest, icu), a consensus of peaks (pk_p11) and chest straps (median of eight camera
// recordings), before the pulse's travel is corrected.
//
//	fiducial              nk_rest  icu    pk_p11  camera
//	foot                  11.4     10.2   15.9    13.5
//	tangent foot          4.8      6.4    8.5     7.4
//	steepest rise         3.4      3.6    7.2     5.4
//	half height           3.4      4.1    5.4     5.6
//	peak                  2.6      3.1    0.8     8.9
//	fit of the bend       3.4      3.4    4.7     5.2
//	fit and crest (used)  2.7      2.7    3.0     4.9
//
// The fit rests on the whole beat instead of one point of it and has the fewest outliers; the crest adds what it sees of its own, as
// much as it has been the steadier of the two with this wearer.

// The crest takes part where it comes as long after the fit as it usually does: the two err independently. A crest that comes otherwise
// belongs to a second wave or to noise and says nothing; the fit then stands alone.
const (
	crestSpread = 12 * time.Millisecond // from the usual delay; twice what breathing does to it
	crestBeats  = 21                    // over which "usual" is the median
	crestShare  = 0.5                   // of the usual delay, at which a beat's time stands between fit and crest
)

// timing is what a lead knows of where in the wave its beats are.
type timing struct {
	bend   bend
	crests trailing   // cells from the fit to the crest
	fits   regularity // of the times that the fit gives
	tops   regularity // of those of the crests
}

func newTiming() timing {
	return timing{bend: newBend(), crests: newTrailing(crestBeats), fits: newRegularity(), tops: newRegularity()}
}

func (w *timing) clear() {
	w.bend.clear()
	w.crests.clear()
	w.fits.clear()
	w.tops.clear()
}

// note takes a beat's fit, and by how much its crest comes later where it has one. alone: no beat touches it from before.
func (w *timing) note(fit, delay float64, crest, alone bool) {
	if alone {
		w.fits.interrupt()
		w.tops.interrupt()
	}
	w.fits.add(fit)
	if !crest {
		w.tops.interrupt()
		return
	}
	w.tops.add(fit + delay)
	w.crests.add(delay)
}

// between is how far after the fit the beat's time lies, cells.
func (w *timing) between(delay float64, crest bool, most float64) float64 {
	if w.crests.len() == 0 {
		return 0
	}
	usual := w.crests.median()
	off := delay - usual
	if !crest || math.Abs(off) > most {
		off = 0
	}
	return crestShare*usual + w.tops.against(&w.fits)*off
}

// fiducial is the offset in cells, from the candidate's cell, of the time that is told. The ECG's R wave is sharp: its own
// parabola is kept.
func (l *lead) fiducial(c candidate) float64 {
	if l.form.sharp {
		return c.offset
	}
	fit := l.when.bend.fit(&l.wave, c, l.polarity)
	delay, crest := l.crest(c)
	delay -= fit
	l.when.note(float64(c.k)+fit, delay, crest, l.alone)
	return fit + l.when.between(delay, crest, float64(crestSpread)/float64(l.form.step))
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

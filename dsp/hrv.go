package dsp

import (
	"math"
	"time"
)

// Minimum content of a window for each measure, as time covered by normal intervals (Munoz 2015, doi
// 10.1371/journal.pone.0138921; Baek 2015; Shaffer & Ginsberg 2017): RMSSD 30 s, MeanNN 10 s, the others most of the window.
const (
	minMeanMs    = 10e3
	minRMSSDMs   = 30e3
	minFilled    = 0.75 // share of the window that SDNN, pNN50 and the spectrum need
	maxExcluded  = 0.10 // more is refused: no measure at all
	maxUnmarked  = 0.05 // more is marked (Kubios accepts a sample with up to 5 % corrected beats)
	minPairs     = 15
	shortWindow  = 60 * time.Second
	longWindow   = 300 * time.Second
	spectralHole = 5 * time.Second // a longer hole between normal intervals leaves no spectrum
)

// time gives the time-domain measures of the window; the spectral ones are added by spectra.
func (w *window) measures() HRV {
	s := &w.s
	v := HRV{Window: w.span, N: s.n}
	all := s.n + s.excluded
	if all == 0 {
		return v
	}
	v.ExcludedPercent = Some(100 * float64(s.excluded) / float64(all))
	if w.refused() || s.n < 2 {
		return v
	}
	n := float64(s.n)
	if s.nnMs >= minMeanMs {
		v.MeanNN = Some(w.centre + s.sum/n)
	}
	if s.nnMs >= minRMSSDMs && s.pairs >= minPairs {
		v.RMSSD = Some(math.Sqrt(max(0, s.diffSquare/float64(s.pairs))))
	}
	if w.filled() && s.pairs >= minPairs {
		v.SDNN = Some(math.Sqrt(max(0, (s.square-s.sum*s.sum/n)/(n-1))))
		v.PNN50 = Some(100 * float64(s.above50) / float64(s.pairs))
	}
	return v
}

// Marked reports whether more than 5 % of the window's intervals are not normal: its measures are less sure. Above 10 % there are
// none.
func (v HRV) Marked() bool {
	return v.ExcludedPercent.Known && v.ExcludedPercent.Value > 100*maxUnmarked
}

// filled reports whether normal intervals cover enough of the window.
func (w *window) filled() bool { return w.s.nnMs >= minFilled*float64(w.span)/1e6 }

// refused reports whether too many intervals of the window are not normal.
func (w *window) refused() bool { return tooManyExcluded(w.s.excluded, w.s.n) }

// tooManyExcluded reports whether so many intervals that are not normal, beside n that are, leave no measure.
func tooManyExcluded(excluded, n int) bool {
	return float64(excluded) > maxExcluded*float64(n+excluded)
}

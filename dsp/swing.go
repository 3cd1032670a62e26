package dsp

import (
	"math"
	"time"
)

// Settings of the swing of the intervals with the breath.
const (
	swingWidth   = 0.35 // of the breathing frequency: breaths of one window differ by a third
	swingShort   = 0.6  // of a breath's usual length, and
	swingLong    = 1.7  // beyond which a wave is none
	swingBeats   = 3    // normal intervals in a breath, at least
	swingCovered = 0.7  // of a breath's time by normal intervals, at least
	swingBreaths = 3    // in the window, at least
	swingFastest = 40.0 // per minute; four beats to the breath are rare above 30
)

// peakToTrough is the mean over the window's breaths of the longest minus the shortest normal interval within one breath, ms
// (Grossman, van Beek & Wientjes 1990, doi 10.1111/j.1469-8986.1990.tb03198.x). Breaths run from trough to trough of the loaded
// intervals, filtered about the breathing frequency; so it follows each breath at any rate, slow ones too. A breath with too few
// normal intervals counts for nothing, it is not a zero. Absent with fewer than three breaths. start is the curve's begin.
func (v *vagal) peakToTrough(w *window, start time.Duration, breathsPerMin float64) Maybe {
	if !(breathsPerMin > 0 && breathsPerMin <= swingFastest) {
		return Maybe{}
	}
	hz := breathsPerMin / 60
	top := min(len(v.near), int(float64(len(v.band.values))*hz*(1+2*swingWidth)/rsaHz)+1)
	for k := range top {
		v.near[k] = about(v.band.hz(k), hz, swingWidth*hz)
	}
	wave := v.band.pass(v.near[:top])
	var sum float64
	breaths, i := 0, w.from
	trough := math.NaN()
	for k := 1; k < len(wave)-1; k++ {
		if wave[k] > wave[k-1] || wave[k] >= wave[k+1] {
			continue
		}
		offset, _ := vertex(wave[k-1], wave[k], wave[k+1])
		from, to := trough, (float64(k)+offset)/rsaHz
		trough = to
		if length := (to - from) * hz; !(length >= swingShort && length <= swingLong) {
			continue
		}
		var reach float64
		var ok bool
		reach, ok, i = w.reach(i, start+time.Duration(from*1e9), start+time.Duration(to*1e9))
		if ok {
			sum, breaths = sum+reach, breaths+1
		}
	}
	if breaths < swingBreaths {
		return Maybe{}
	}
	return Some(sum / float64(breaths))
}

// reach is the longest minus the shortest normal interval from index i on that closes between two times; next is the index after.
func (w *window) reach(i int64, from, to time.Duration) (ms float64, ok bool, next int64) {
	low, high, n, covered := math.Inf(1), math.Inf(-1), 0, 0.0
	for ; i < w.upTo && w.record.at(i).t <= to; i++ {
		e := w.record.at(i)
		if e.t <= from || e.class != ClassNN {
			continue
		}
		low, high, n, covered = min(low, e.ms), max(high, e.ms), n+1, covered+e.ms
	}
	return high - low, n >= swingBeats && covered >= swingCovered*float64(to-from)/1e6, i
}

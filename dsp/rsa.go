package dsp

import "math"

// rsaHz is the rate at which Porges–Bohrer looks at the intervals.
const rsaHz = 2

// rsaPolynomial is half of the symmetric kernel that fits a cubic to 21 points and takes its middle: centre first. Savitzky &
// Golay 1964, (3·m·(m+1)−1−5·i²) times 3/((2m−1)(2m+1)(2m+3)) with m = 10.
var rsaPolynomial = [11]float64{329. / 3059, 324. / 3059, 309. / 3059, 284. / 3059, 249. / 3059, 204. / 3059, 149. / 3059,
	84. / 3059, 9. / 3059, -76. / 3059, -171. / 3059}

// rsaLow and rsaHigh bound the band of spontaneous adult breathing, Hz.
const rsaLow, rsaHigh = 0.12, 0.40

// vagal computes respiratory sinus arrhythmia with its own buffers.
type vagal struct {
	detrended [longPoints / 2]float64
	spectrum  *periodogram
}

func newVagal() *vagal { return &vagal{spectrum: newPeriodogram(60, 128, rsaHz)} }

// porgesBohrer is ln of the variance (ms²) that intervals at 2 Hz have in 0.12–0.40 Hz after a 21-point cubic moving
// polynomial was subtracted (Porges & Bohrer 1990; Lewis et al. 2012, doi 10.1111/j.1469-8986.2011.01329.x). Variance is
// summed from the mean power density of half-overlapping 30 s epochs instead of a filter's output, which needs no run-in.
// The first and last 5 s of the window only feed the polynomial.
func (v *vagal) porgesBohrer(curve []float64) Maybe {
	half := len(rsaPolynomial) - 1
	n := len(curve) - 2*half
	if n < len(v.spectrum.window) || n > len(v.detrended) {
		return Maybe{}
	}
	for i := range n {
		trend := rsaPolynomial[0] * curve[i+half]
		for j := 1; j <= half; j++ {
			trend += rsaPolynomial[j] * (curve[i+half-j] + curve[i+half+j])
		}
		v.detrended[i] = curve[i+half] - trend
	}
	if !v.spectrum.estimate(v.detrended[:n]) {
		return Maybe{}
	}
	variance := v.spectrum.band(rsaLow, rsaHigh)
	if variance <= 0 {
		return Maybe{}
	}
	return Some(math.Log(variance))
}

// peakToTrough is the mean over the window's breaths of the longest minus the shortest normal interval within one breath, ms.
// A breath is one period of the breathing rate; a breath with fewer than three normal intervals counts for nothing, it is not
// a zero. Absent with fewer than three such breaths.
func (w *window) peakToTrough(breathsPerMin float64) Maybe {
	period := 60e9 / breathsPerMin
	var sum float64
	breaths, inBreath, number := 0, 0, int64(-1)
	low, high := math.Inf(1), math.Inf(-1)
	for i := w.from; i < w.upTo; i++ {
		e := w.record.at(i)
		if e.class != ClassNN {
			continue
		}
		if b := int64(float64(e.t) / period); b != number {
			if inBreath >= 3 {
				sum, breaths = sum+high-low, breaths+1
			}
			number, inBreath, low, high = b, 0, math.Inf(1), math.Inf(-1)
		}
		inBreath++
		low, high = min(low, e.ms), max(high, e.ms)
	}
	if breaths < 3 {
		return Maybe{}
	}
	return Some(sum / float64(breaths))
}

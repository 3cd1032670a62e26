package dsp

import (
	"math"
	"time"
)

// waveform holds what differs between the optical pulse and the ECG; lengths are in cells of the grid.
type waveform struct {
	step      time.Duration
	sharp     bool      // the feature's own peak is the best fiducial
	smooth    []float64 // symmetric kernel, sums to 1: the wave that amplitude and foot are read from
	feature   []float64 // kernel whose output peaks once per beat, at the fiducial; see newWaveform
	peakHalf  int64     // half of the short moving average
	beatPast  int64     // the long moving average reaches this far back …
	beatAhead int64     // … and this far ahead of the place that is judged; this is the detector's latency
	before    int64     // the template starts this long before the fiducial
	after     int64     // and ends this long after it
	doubt     int64     // a doubtful candidate waits this long for a better one
	rise      int64     // longest time from foot to fiducial, and from fiducial to peak
}

// newWaveform gives the parameters of a kind of pulse.
//
// Optical pulse: 8 ms cells; the feature is the slope of the wave under a Hann kernel of 104 ms (−3 dB near 8 Hz), so its
// peak is the steepest rise of the systolic upstroke. Being a difference it ignores the baseline: it takes the place of the
// 0.5 Hz high-pass and, being antisymmetric, has a constant group delay, which an IIR high-pass has not.
// ECG: 4 ms cells; the feature is the difference of two Hann kernels of 52 and 180 ms, a linear-phase band-pass with
// −3 dB near 5 and 18 Hz; its peak is the R wave.
// Moving averages: Elgendi 2013 (doi 10.1371/journal.pone.0076585), 111 and 667 ms for the pulse, 97 and 611 ms for the ECG.
func newWaveform(kind PulseKind) waveform {
	if kind == ECG {
		return waveform{step: 4 * time.Millisecond, sharp: true, smooth: hann(5), feature: subtract(hann(13), hann(45)),
			peakHalf: 12, beatPast: 118, beatAhead: 35, before: 25, after: 35, doubt: 75, rise: 15}
	}
	smooth := hann(13)
	return waveform{step: 8 * time.Millisecond, smooth: smooth, feature: slopeOf(smooth),
		peakHalf: 7, beatPast: 58, beatAhead: 25, before: 31, after: 31, doubt: 27, rise: 38}
}

// hann is a Hann kernel of n (odd) cells that sums to 1.
func hann(n int) []float64 {
	w := make([]float64, n)
	sum := 0.0
	for i := range w {
		w[i] = 1 - math.Cos(2*math.Pi*float64(i+1)/float64(n+1))
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// slopeOf is the kernel of the central difference of what kernel k gives, per cell.
func slopeOf(k []float64) []float64 {
	out := make([]float64, len(k)+2)
	for i, v := range k {
		out[i] += v / 2
		out[i+2] -= v / 2
	}
	return out
}

// subtract centres the shorter kernel a on b and gives a − b.
func subtract(a, b []float64) []float64 {
	out := make([]float64, len(b))
	shift := (len(b) - len(a)) / 2
	for i, v := range a {
		out[i+shift] = v
	}
	for i, v := range b {
		out[i] -= v
	}
	return out
}

const historyCells = 1024 // 8.2 s of pulse, 4.1 s of ECG: more than the 3 s that lock reads again

// history keeps the latest cells of one lead and the two waves made of them. Both kernels are centred, so the waves at cell k
// exist once half a kernel has come after it; nothing needs a correction for delay afterwards.
type history struct {
	form    *waveform
	raw     [historyCells]float64
	level   [historyCells]float64 // smoothed wave
	feature [historyCells]float64
	first   int64 // first cell of this stretch whose waves exist
	last    int64 // newest cell whose waves exist; before first: none yet
	cells   int64 // cells in this stretch
	newest  int64
}

func at(k int64) int { return int(k & (historyCells - 1)) }

func (h *history) clear() { h.cells = 0; h.first, h.last = 0, -1 }

// add takes the next cell and reports whether the waves grew by one.
func (h *history) add(k int64, v float64) bool {
	if h.cells > 0 && k != h.newest+1 {
		h.clear()
	}
	h.raw[at(k)], h.newest = v, k
	h.cells++
	half := int64(len(h.form.feature) / 2)
	if h.cells < int64(len(h.form.feature)) {
		return false
	}
	c := k - half
	if h.cells == int64(len(h.form.feature)) {
		h.first = c
	}
	h.last = c
	h.level[at(c)] = h.fold(h.form.smooth, c)
	h.feature[at(c)] = h.fold(h.form.feature, c)
	return true
}

// fold is the convolution of the raw cells with kernel w, centred on c.
func (h *history) fold(w []float64, c int64) float64 {
	top := c + int64(len(w)/2)
	sum := 0.0
	for i, a := range w {
		sum += a * h.raw[at(top-int64(i))]
	}
	return sum
}

// oldest is the first cell that is still held.
func (h *history) oldest() int64 {
	return max(h.first, h.newest-historyCells+int64(len(h.form.feature)))
}

// vertex is the parabola through three neighbouring values: where its extremum lies relative to the middle one, −0.5…0.5 of a
// cell, and its height.
func vertex(a, b, c float64) (offset, height float64) {
	bend := a - 2*b + c
	if bend == 0 {
		return 0, b
	}
	offset = max(-0.5, min(0.5, (a-c)/(2*bend)))
	return offset, b - (a-c)*offset/4
}

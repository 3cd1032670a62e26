package dsp

import (
	"math"
	"time"
)

// waveform holds what differs between the optical pulse and the ECG; lengths are in cells of the grid.
type waveform struct {
	step      time.Duration
	sharp     bool   // the feature's own peak is the best fiducial
	smooth    kernel // sums to 1: the wave that amplitude and foot are read from
	feature   kernel // what it gives peaks once per beat, at the fiducial; none: the slope of the smooth wave, see newWaveform
	reach     int64  // the feature rests on this many cells on either side
	peakHalf  int64  // half of the short moving average
	beatPast  int64  // the long moving average reaches this far back …
	beatAhead int64  // … and this far ahead of the place that is judged; this is the detector's latency
	before    int64  // the template starts this long before the fiducial
	after     int64  // and ends this long after it
	doubt     int64  // a doubtful candidate waits this long for a better one
	rise      int64  // longest time from foot to fiducial, and from fiducial to peak
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
	f := waveform{step: 8 * time.Millisecond, smooth: hann(13),
		peakHalf: 7, beatPast: 58, beatAhead: 25, before: 31, after: 31, doubt: 27, rise: 38}
	if kind == ECG {
		f = waveform{step: 4 * time.Millisecond, sharp: true, smooth: hann(5), feature: subtract(hann(13), hann(45)),
			peakHalf: 12, beatPast: 118, beatAhead: 35, before: 25, after: 35, doubt: 75, rise: 15}
	}
	f.reach = int64(max(len(f.smooth), len(f.feature)-1)) // a slope lies between the neighbours, so it reaches one cell farther
	return f
}

// Dense is how far two samples may lie apart with nothing of the wave missing between them, whatever their rate: one and a half cells of the
// grid on which it is followed, 12 ms for an optical pulse and 6 ms for an ECG.
func (k PulseKind) Dense() time.Duration { return newWaveform(k).step * 3 / 2 }

// kernel is one half of a symmetric kernel: the middle first, then outwards.
type kernel []float64

// hann is a Hann kernel of n (odd) cells that sums to 1.
func hann(n int) kernel {
	w := make(kernel, n/2+1)
	for i := range w {
		w[i] = (1 + math.Cos(2*math.Pi*float64(i)/float64(n+1))) / float64(n+1)
	}
	return w
}

// subtract gives a − b, a being the shorter one.
func subtract(a, b kernel) kernel {
	out := make(kernel, len(b))
	copy(out, a)
	for i, v := range b {
		out[i] -= v
	}
	return out
}

// over is the convolution at the middle of x, which is as long as the kernel.
func (w kernel) over(x []float64) float64 {
	middle, w := w[0], w[1:]
	before, after := x[:len(w)], x[len(w)+1:][:len(w)]
	sum := middle * x[len(w)]
	for i, a := range w {
		sum += a * (before[len(before)-1-i] + after[i])
	}
	return sum
}

const historyCells = 1024 // 8.2 s of pulse, 4.1 s of ECG: more than the 3 s that lock reads again

// history keeps the latest cells of one lead and the two waves made of them. Both kernels are centred, so the waves at cell k
// exist once half a kernel has come after it; nothing needs a correction for delay afterwards.
type history struct {
	form    *waveform
	raw     cells
	level   [historyCells]float64 // smoothed wave
	feature cells                 // 0 before the first cell of the stretch, so that sums may reach back there
	first   int64                 // first cell of this stretch whose waves exist
	last    int64                 // newest cell whose waves exist; before first: none yet
	count   int64                 // cells in this stretch
	newest  int64
}

// cells is a ring that holds each number twice, a turn apart: so any stretch up to a turn lies in one piece.
type cells [2 * historyCells]float64

func (c *cells) set(k int64, v float64) { c[at(k)], c[at(k)+historyCells] = v, v }

// from are n numbers from cell k on.
func (c *cells) from(k int64, n int) []float64 { return c[at(k):][:n] }

func at(k int64) int { return int(k & (historyCells - 1)) }

func (h *history) clear() { h.count, h.first, h.last = 0, 0, -1 }

// add takes the next cell and reports whether the waves grew by one.
func (h *history) add(k int64, v float64) bool {
	if h.count > 0 && k != h.newest+1 {
		h.clear()
	}
	h.raw.set(k, v)
	h.newest = k
	h.count++
	if side := int64(len(h.form.smooth) - 1); h.count > 2*side {
		h.level[at(k-side)] = h.form.smooth.over(h.raw.from(k-2*side, int(2*side+1)))
	}
	reach := h.form.reach
	if h.count <= 2*reach {
		return false
	}
	h.last = k - reach
	if h.count == 2*reach+1 {
		h.first, h.feature = h.last, cells{}
	}
	h.feature.set(h.last, h.shape(h.last))
	return true
}

// shape is the feature at cell c.
func (h *history) shape(c int64) float64 {
	if w := h.form.feature; w != nil {
		return w.over(h.raw.from(c-h.form.reach, 2*len(w)-1))
	}
	return (h.level[at(c+1)] - h.level[at(c-1)]) / 2
}

// oldest is the first cell that is still held.
func (h *history) oldest() int64 {
	return max(h.first, h.newest-historyCells+2*h.form.reach+1)
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

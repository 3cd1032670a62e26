package dsp

import "time"

// Bands of the Task Force 1996, Hz.
const (
	vlfLow = 0.0033
	lfLow  = 0.04
	hfLow  = 0.15
	hfHigh = 0.40
)

// Settings of the live spectra: the normal intervals at 4 Hz joined by cubics, linear trend removed, Hann window. The
// 60 s window is one segment of 240 points, zero-padded to 256; the 300 s window is the mean of half-overlapping segments of
// 512 points (128 s, so that LF holds five cycles of its slowest wave). A hole of more than 5 s leaves no spectrum.
const (
	spectralHz   = 4
	shortSegment = 240
	longSegment  = 512
	longPoints   = 1200
)

// spectra adds the measures of a window that rest on a curve over time.
type spectra struct {
	curve   [longPoints]float64
	oneMin  *periodogram
	fiveMin *periodogram
	vagal   *vagal
}

func newSpectra() *spectra {
	return &spectra{oneMin: newPeriodogram(shortSegment, 256, spectralHz), fiveMin: newPeriodogram(longSegment, 512, spectralHz),
		vagal: newVagal()}
}

// short adds HF and both kinds of RSA to a 60 s window.
func (s *spectra) short(v *HRV, w *window, t time.Duration, breathing Maybe) {
	if !w.filled() || w.refused() {
		return
	}
	if breathing.Known {
		v.RSA = w.peakToTrough(breathing.Value)
	}
	start := t - w.span
	if hole, ok := w.record.resample(s.curve[:shortSegment], w.from, start, time.Second/spectralHz); !ok || hole > spectralHole {
		return
	}
	if s.oneMin.estimate(s.curve[:shortSegment]) {
		v.HF = Some(s.oneMin.band(hfLow, hfHigh))
	}
	v.RSALn = s.vagal.porgesBohrer(halve(s.curve[:shortSegment]))
}

// long adds LF, HF and RSA to a 300 s window.
func (s *spectra) long(v *HRV, w *window, t time.Duration, breathing Maybe) {
	if !w.filled() || w.refused() {
		return
	}
	if breathing.Known {
		v.RSA = w.peakToTrough(breathing.Value)
	}
	hole, ok := w.record.resample(s.curve[:], w.from, t-w.span, time.Second/spectralHz)
	if !ok || hole > spectralHole || !s.fiveMin.estimate(s.curve[:]) {
		return
	}
	v.LF, v.HF = Some(s.fiveMin.band(lfLow, hfLow)), Some(s.fiveMin.band(hfLow, hfHigh))
	v.RSALn = s.vagal.porgesBohrer(halve(s.curve[:]))
}

// halve keeps every second value, in place: from 4 Hz to the 2 Hz of Porges–Bohrer.
func halve(values []float64) []float64 {
	n := len(values) / 2
	for i := range n {
		values[i] = values[2*i]
	}
	return values[:n]
}

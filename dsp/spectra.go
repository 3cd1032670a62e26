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
	minute  *vagal
	minutes *vagal
}

func newSpectra() *spectra {
	return &spectra{oneMin: newPeriodogram(shortSegment, 256, spectralHz, slowCeil), fiveMin: newPeriodogram(longSegment, 512, spectralHz, slowCeil),
		minute: newVagal(256), minutes: newVagal(1024)}
}

// short adds HF and both kinds of RSA to a 60 s window.
func (s *spectra) short(v *HRV, w *window, t time.Duration, breathing Maybe) {
	curve, ok := s.fill(w, t, shortSegment)
	if !ok {
		return
	}
	if s.oneMin.estimate(curve) {
		v.HF = Some(s.oneMin.band(hfLow, hfHigh))
	}
	s.minute.rsa(v, w, curve, t-w.span, breathing, s.oneMin.swaysSlowly())
}

// long adds LF, HF and RSA to a 300 s window.
func (s *spectra) long(v *HRV, w *window, t time.Duration, breathing Maybe) {
	curve, ok := s.fill(w, t, longPoints)
	if !ok {
		return
	}
	if s.fiveMin.estimate(curve) {
		v.LF, v.HF = Some(s.fiveMin.band(lfLow, hfLow)), Some(s.fiveMin.band(hfLow, hfHigh))
	}
	s.minutes.rsa(v, w, curve, t-w.span, breathing, s.fiveMin.swaysSlowly())
}

// fill gives the window's curve where it has one that may be used.
func (s *spectra) fill(w *window, t time.Duration, points int) ([]float64, bool) {
	if !w.filled() || w.refused() {
		return nil, false
	}
	curve := s.curve[:points]
	hole, ok := w.record.resample(curve, w.from, t-w.span, time.Second/spectralHz)
	return curve, ok && hole <= spectralHole
}

// rsa adds the arrhythmia; it uses the curve up. Porges–Bohrer is a measure of its fixed band: of a breath known to lie below it
// the band holds overtones alone, and a low number there would say "little vagal tone" of the very breathing that raises it. Where the
// breath is not known, as for a minute after every gap, intervals that hardly do anything but sway slowly are taken for one. HF keeps
// its fixed band, as its name says; in slow breathing RSA is the one to read.
func (v *vagal) rsa(into *HRV, w *window, curve []float64, start time.Duration, breathing Maybe, slowly bool) {
	v.band.load(halve(curve))
	if breathing.Known && breathing.Value >= 60*rsaLow || !breathing.Known && !slowly {
		into.RSALn = v.porgesBohrer()
	}
	if breathing.Known {
		into.RSA = v.peakToTrough(w, start, breathing.Value)
	}
}

// halve keeps every second value, in place: from 4 Hz to the 2 Hz of Porges–Bohrer.
func halve(values []float64) []float64 {
	n := len(values) / 2
	for i := range n {
		values[i] = values[2*i]
	}
	return values[:n]
}

package dsp

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// SpectralSettings say how the power in a band is read from a finished series of intervals. Powers of different programs are
// comparable at equal settings only: on one series of 216 s, LF is 2340 ms² by one and 2394 ms² by another.
type SpectralSettings struct {
	Hz      float64 // rate to which a natural cubic spline resamples the intervals, each at the beat that closes it
	Trend   Trend   // removed from every segment
	Taper   Taper   // window on every segment
	Segment int     // samples of a Welch segment, half overlapping; a shorter series is one segment
	Points  int     // of the transform; a segment is filled up with zeros to so many
	VLFLow  float64 // Hz, from where VLF counts
	Trapeze bool    // integrate by trapezoids within the band, else sum up the bins
}

// Trend is what is removed from a segment before its spectrum.
type Trend uint8

// The trends.
const (
	LinearTrend Trend = iota // least-squares straight line
	MeanTrend                // the mean alone
)

// Taper is the shape of a Welch window.
type Taper uint8

// The windows, in their periodic form.
const (
	Hann    Taper = iota // 0.5 − 0.5·cos
	Hamming              // 0.54 − 0.46·cos
)

// HRVSpectrum are hubd's settings for a finished series: natural cubic spline at 4 Hz, linear trend removed, Hann segments of
// 256 s, half overlapping, a shorter series filled up with zeros to 256 s, bands of the Task Force 1996 summed over their bins.
// On the one series with values of Kubios 2.2 they differ from it by 0.3 % in LF and 0.1 % in HF.
func HRVSpectrum() SpectralSettings {
	return SpectralSettings{Hz: spectralHz, Segment: 256 * spectralHz, Points: 256 * spectralHz, VLFLow: vlfLow}
}

// Bands are powers of heart-rate variability, ms².
type Bands struct {
	VLF Maybe // from the settings' VLFLow to 0.04 Hz
	LF  Maybe // 0.04–0.15 Hz
	HF  Maybe // 0.15–0.40 Hz

	seconds float64 // covered by the series
}

// BandPowers reads the powers of a series of intervals in ms, whatever its length, from the longest stretch without a value that is no
// interval; absent where no spectrum exists: under four intervals, or senseless settings. How long a series must be to mean anything is AnalyseIntervals' business.
func BandPowers(rrMs []float64, s SpectralSettings) Bands {
	if !(s.Hz > 0 && s.Hz <= 1000) || s.Segment < 2 {
		return Bands{}
	}
	g := takeIn(rrMs)
	stretches := g.asGiven()
	curve := s.resample(stretches.longest())
	b := Bands{seconds: float64(len(curve)) / s.Hz}
	if len(curve) < 8 {
		return b
	}
	w := newWelch(min(s.Segment, len(curve)), s)
	w.estimate(curve)
	b.VLF, b.LF, b.HF = Some(w.band(s.VLFLow, lfLow)), Some(w.band(lfLow, hfLow)), Some(w.band(hfLow, hfHigh))
	return b
}

// mostCurve bounds the curve: ten days at 4 Hz.
const mostCurve = 3_500_000

// resample is the series as a curve over time, from the first interval to the last one.
func (s SpectralSettings) resample(rr []float64) []float64 {
	if len(rr) < 4 {
		return nil
	}
	times := make([]float64, len(rr))
	for i := 1; i < len(rr); i++ {
		times[i] = times[i-1] + rr[i]/1000
	}
	span := times[len(times)-1]
	if !(span*s.Hz < mostCurve) {
		return nil
	}
	return newSpline(times, rr).sample(int(math.Ceil(span*s.Hz)), func(i int) float64 { return float64(i) / s.Hz })
}

// welch is the mean one-sided power density over half-overlapping segments (Welch 1967) of a finished series.
type welch struct {
	settings SpectralSettings
	window   []float64
	fft      *fourier.FFT
	size     int
	power    []float64 // per Hz
}

func newWelch(segment int, s SpectralSettings) *welch {
	size := max(segment, s.Points)
	w := &welch{settings: s, window: make([]float64, segment), fft: fourier.NewFFT(size), size: size, power: make([]float64, size/2+1)}
	floor := 0.5
	if s.Taper == Hamming {
		floor = 0.54
	}
	for i := range w.window {
		w.window[i] = floor - (1-floor)*math.Cos(2*math.Pi*float64(i)/float64(segment))
	}
	return w
}

func (w *welch) estimate(values []float64) {
	n := len(w.window)
	in, out := make([]float64, w.size), make([]complex128, w.size/2+1)
	segments := 0.0
	for from := 0; from+n <= len(values); from += n - n/2 {
		weight := w.shape(in, values[from:from+n])
		w.fft.Coefficients(out, in)
		for i, c := range out {
			density := (real(c)*real(c) + imag(c)*imag(c)) / (w.settings.Hz * weight)
			if i > 0 && 2*i < w.size {
				density *= 2
			}
			w.power[i] += density
		}
		segments++
	}
	for i := range w.power {
		w.power[i] /= segments
	}
}

// shape removes the trend from a segment, weighs it and returns the sum of the squared weights.
func (w *welch) shape(dst, values []float64) (weight float64) {
	level, slope := line(values)
	if w.settings.Trend == MeanTrend {
		level, slope = level+slope*float64(len(values)-1)/2, 0
	}
	for i, v := range values {
		dst[i] = (v - level - slope*float64(i)) * w.window[i]
		weight += w.window[i] * w.window[i]
	}
	return weight
}

// band integrates the density from low (included) to high (excluded) Hz.
func (w *welch) band(low, high float64) float64 {
	width := w.settings.Hz / float64(w.size)
	first := int(math.Ceil(low/width - 1e-9))
	sum, n := 0.0, 0
	for i := first; i < len(w.power) && float64(i)*width < high-1e-9; i++ {
		sum, n = sum+w.power[i], n+1
	}
	if w.settings.Trapeze && n > 0 {
		sum -= (w.power[first] + w.power[first+n-1]) / 2
	}
	return sum * width
}

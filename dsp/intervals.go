package dsp

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/interp"
)

// IntervalReport holds the measures of a finished series of intervals, for `hubd hrv`. Definitions: Task Force 1996, doi
// 10.1161/01.CIR.93.5.1043. A number that the series is too short for is absent.
type IntervalReport struct {
	N       int   // intervals the measures rest on
	MeanNN  Maybe // ms
	SDNN    Maybe // ms, n−1
	RMSSD   Maybe // ms
	SDSD    Maybe // ms, of successive differences, n
	NN50    int   // differences strictly above 50 ms
	PNN50   Maybe // percent of differences strictly above 50 ms
	NN20    int   // differences strictly above 20 ms
	PNN20   Maybe // percent of differences strictly above 20 ms
	MeanHR  Maybe // beats per minute, mean of 60000/interval
	SD1     Maybe // ms, Poincaré plot: SD of the differences (n−1) over √2
	SD2     Maybe // ms, √(2·SDNN² − SD1²)
	VLF     Maybe // ms², 0.0033–0.04 Hz; absent under 300 s
	LF      Maybe // ms², 0.04–0.15 Hz; absent under 120 s
	HF      Maybe // ms², 0.15–0.40 Hz; absent under 60 s
	Refused int   // values that are no intervals at all: not a number, or outside 1 ms to 60 s

	Corrected bool // whether correction was asked for
	Ectopic   int  // intervals replaced by the line between their normal neighbours
	Missed    int  // intervals split in two: a beat was not seen
	Extra     int  // pairs of intervals joined: something that is no beat was seen
}

// AnalyseIntervals gives the measures of a series of intervals in ms. With correct it first corrects artefacts by Lipponen &
// Tarvainen 2019 (doi 10.1080/03091902.2019.1640306), centred windows, and counts what was changed; without, every interval is
// taken as it is. It works on the whole series and allocates; it is not for live use.
//
// Spectrum: natural cubic spline at 4 Hz, linear trend removed, Hann segments of 256 s (or the whole, where shorter),
// half-overlapping, summed over the band.
func AnalyseIntervals(rrMs []float64, correct bool) IntervalReport {
	r := IntervalReport{Corrected: correct}
	rr := make([]float64, 0, len(rrMs))
	for _, v := range rrMs {
		if v >= leastInterval && v <= mostInterval {
			rr = append(rr, v)
		} else {
			r.Refused++
		}
	}
	if correct {
		rr = r.correct(rr)
	}
	r.N = len(rr)
	r.moments(rr)
	r.differences(rr)
	r.bands(rr)
	return r
}

func (r *IntervalReport) moments(rr []float64) {
	if len(rr) == 0 {
		return
	}
	n := float64(len(rr))
	var sum, rate, square float64
	for _, v := range rr {
		sum += v
		rate += 60000 / v
	}
	mean := sum / n
	r.MeanNN, r.MeanHR = Some(mean), Some(rate/n)
	for _, v := range rr {
		square += (v - mean) * (v - mean)
	}
	if n > 1 {
		r.SDNN = Some(math.Sqrt(square / (n - 1)))
	}
}

func (r *IntervalReport) differences(rr []float64) {
	n := float64(len(rr) - 1)
	if n < 1 {
		return
	}
	var sum, square float64
	for i := 1; i < len(rr); i++ {
		d := rr[i] - rr[i-1]
		sum += d
		square += d * d
		if math.Abs(d) > 50+rounding {
			r.NN50++
		}
		if math.Abs(d) > 20+rounding {
			r.NN20++
		}
	}
	r.RMSSD = Some(math.Sqrt(square / n))
	r.PNN50, r.PNN20 = Some(100*float64(r.NN50)/n), Some(100*float64(r.NN20)/n)
	spread := math.Max(0, square-sum*sum/n)
	r.SDSD = Some(math.Sqrt(spread / n))
	if n < 2 {
		return
	}
	sd1 := math.Sqrt(spread / (n - 1) / 2)
	r.SD1 = Some(sd1)
	r.SD2 = Some(math.Sqrt(math.Max(0, 2*r.SDNN.Value*r.SDNN.Value-sd1*sd1)))
}

// Values outside these bounds, ms, are no intervals at all, corrected or not.
const leastInterval, mostInterval = 1, 60000

// Lengths of series that the bands need, s, and the segment, s.
const (
	vlfLeast       = 300
	lfLeast        = 120
	hfLeast        = 60
	offlineSegment = 256
)

func (r *IntervalReport) bands(rr []float64) {
	curve := splined(rr)
	seconds := float64(len(curve)) / spectralHz
	if seconds < hfLeast {
		return
	}
	segment := min(len(curve), offlineSegment*spectralHz)
	p := newPeriodogram(segment, segment, spectralHz)
	if !p.estimate(curve) {
		return
	}
	r.HF = Some(p.band(hfLow, hfHigh))
	if seconds >= lfLeast {
		r.LF = Some(p.band(lfLow, hfLow))
	}
	if seconds >= vlfLeast {
		r.VLF = Some(p.band(vlfLow, lfLow))
	}
}

// splined is the series as a curve at 4 Hz, each interval at the beat that closes it.
func splined(rr []float64) []float64 {
	if len(rr) < 4 {
		return nil
	}
	times := make([]float64, len(rr))
	t := 0.0
	for i, v := range rr {
		t += v / 1000
		times[i] = t
	}
	var spline interp.NaturalCubic
	if spline.Fit(times, rr) != nil {
		return nil
	}
	n := int((t-times[0])*spectralHz) + 1
	curve := make([]float64, n)
	for i := range curve {
		curve[i] = spline.Predict(times[0] + float64(i)/spectralHz)
	}
	return curve
}

// correct judges the whole series and repairs it: extra beats are removed, missed ones split, the rest lies on the line
// between the nearest normal intervals.
func (r *IntervalReport) correct(rr []float64) []float64 {
	classes := classify(rr)
	out := make([]float64, 0, len(rr)+8)
	bent := make([]bool, 0, len(rr)+8)
	for i := 0; i < len(rr); i++ {
		switch classes[i] {
		case ClassNN:
			out, bent = append(out, rr[i]), append(bent, false)
		case ClassExtra:
			r.Extra++
			joined := rr[i]
			if i+1 < len(rr) {
				i++
				joined += rr[i]
			}
			out, bent = append(out, joined), append(bent, false)
		case ClassMissed:
			r.Missed++
			out, bent = append(out, rr[i]/2, rr[i]/2), append(bent, false, false)
		default:
			r.Ectopic++
			out, bent = append(out, rr[i]), append(bent, true)
		}
	}
	straighten(out, bent)
	return out
}

// straighten replaces the marked values by the line between their nearest unmarked neighbours; at the ends by the nearest one.
func straighten(values []float64, bent []bool) {
	for i := 0; i < len(values); i++ {
		if !bent[i] {
			continue
		}
		j := i
		for j < len(values) && bent[j] {
			j++
		}
		for k := i; k < j; k++ {
			switch {
			case i > 0 && j < len(values):
				f := float64(k-i+1) / float64(j-i+1)
				values[k] = values[i-1] + f*(values[j]-values[i-1])
			case i > 0:
				values[k] = values[i-1]
			case j < len(values):
				values[k] = values[j]
			}
		}
		i = j
	}
}

// classify judges every interval on centred windows.
func classify(rr []float64) []IBIClass {
	n := len(rr)
	change, offset, median := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range rr {
		if i > 0 {
			change[i] = rr[i] - rr[i-1]
		}
		median[i] = centred(rr, i, medianWindow, 0.5)
		if offset[i] = rr[i] - median[i]; offset[i] < 0 {
			offset[i] *= 2
		}
	}
	out := make([]IBIClass, n)
	for i := range rr {
		a := around{rr: rr[i], median: median[i], th1: threshold1(change, i), th2: threshold1(offset, i)}
		for j := range a.d {
			if at := i - 1 + j; at >= 1 && at < n {
				a.d[j] = change[at]
			}
		}
		if i+1 < n {
			a.next, a.haveAfter = rr[i+1], true
		}
		switch {
		case n < startIntervals:
			out[i] = byMedian(a.rr, a.next, a.median)
		default:
			out[i] = a.decide()
		}
		if out[i] == ClassNN && (a.rr < shortestRR || a.rr > longestRR) {
			out[i] = ClassEctopic
		}
	}
	return out
}

// threshold1 is alpha quartile deviations over the 91 values centred on i.
func threshold1(values []float64, i int) float64 {
	q := (centred(values, i, artefactWindow, 0.75) - centred(values, i, artefactWindow, 0.25)) / 2
	return max(leastSpread, artefactAlpha*q)
}

// centred is a quantile of the window of n values about i; at the ends the window is cut.
func centred(values []float64, i, n int, q float64) float64 {
	part := slices.Clone(values[max(0, i-n/2):min(len(values), i+n/2+1)])
	slices.Sort(part)
	return quantile(part, q)
}

package dsp

import "math"

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
	Refused int   // values that are no intervals at all: not a number, or outside 1 ms to 60 s; but for the short ones the series is cut there

	Corrected   bool         // whether correction was asked for
	Ectopic     int          // intervals replaced by the line between their normal neighbours
	Missed      int          // intervals split: beats were not seen
	Extra       int          // stretches of intervals joined: what opened them is no beat
	Gaps        int          // intervals that would hold more than 3 missed beats, or have no normal one to be drawn from: the series is cut there, and nothing put in
	GapMs       float64      // how long they are together, ms
	Share       Maybe        // percent of the N intervals that are not as they were given: drawn, joined (1) or split (each part); a gap is none of them
	Marked      bool         // more than 5 % were: Kubios' own limit for a sample that counts
	Corrections []Correction // the first 100 of them
}

// AnalyseIntervals gives the measures of a series of intervals in ms. With correct it first corrects artefacts by Lipponen &
// Tarvainen 2019 (doi 10.1080/03091902.2019.1640306), centred windows, and tells what was changed; without, every interval is
// taken as it is. Differences that touch a value made by the correction are left out of the measures of differences: the line
// through it has hardly any, and with 5 % of ectopic beats RMSSD would come out 6 % too small. It works on the whole series and
// allocates; it is not for live use. A hole of more than three beats is a gap: no difference spans it, and the spectrum is of the longest
// stretch without one. Powers are by HRVSpectrum.
func AnalyseIntervals(rrMs []float64, correct bool) IntervalReport {
	r := IntervalReport{Corrected: correct}
	g := takeIn(rrMs)
	r.Refused = g.refused
	s := g.asGiven()
	if correct {
		s = r.correct(g)
	}
	r.N = len(s.ms)
	r.moments(s.ms)
	r.differences(s)
	r.bands(s.longest())
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

func (r *IntervalReport) differences(s repaired) {
	var n, sum, square float64
	for i := 1; i < len(s.ms); i++ {
		if !s.follows(i) || s.isMade(i) || s.isMade(i-1) {
			continue
		}
		d := s.ms[i] - s.ms[i-1]
		n++
		sum += d
		square += d * d
		if math.Abs(d) > 50+rounding {
			r.NN50++
		}
		if math.Abs(d) > 20+rounding {
			r.NN20++
		}
	}
	if n < 1 {
		return
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
	if square := 2*r.SDNN.Value*r.SDNN.Value - sd1*sd1; square > -rounding { // the identity holds for long series; a few intervals can break it
		r.SD2 = Some(math.Sqrt(math.Max(0, square)))
	}
}

// Lengths of series that the bands need, s (Task Force 1996; Shaffer & Ginsberg 2017).
const (
	vlfLeast = 300
	lfLeast  = 120
	hfLeast  = 60
)

func (r *IntervalReport) bands(rr []float64) {
	b := BandPowers(rr, HRVSpectrum())
	if b.seconds >= hfLeast {
		r.HF = b.HF
	}
	if b.seconds >= lfLeast {
		r.LF = b.LF
	}
	if b.seconds >= vlfLeast {
		r.VLF = b.VLF
	}
}

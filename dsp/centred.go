package dsp

import "slices"

// judgement is what the centred look says of a finished series.
type judgement struct {
	class []IBIClass // of every interval
	extra []bool     // whether the beat that opens an interval is none; false for the first
	parts []int      // normal intervals that one holds; 1 but where beats were missed
}

// judgeAll judges every interval of a series on windows centred on it, as Lipponen & Tarvainen do.
func judgeAll(rr []float64) judgement {
	n := len(rr)
	j := judgement{class: make([]IBIClass, n), extra: make([]bool, n), parts: make([]int, n)}
	at := newCentredWindows(rr)
	opens := ClassNN
	for i := range rr {
		a := at.place(i)
		closes := a.beat(i + 1)
		j.class[i] = a.interval(i, opens, closes)
		j.extra[i] = opens == ClassExtra
		opens, j.parts[i] = closes, a.parts(rr[i])
		if j.class[i] == ClassNN && (rr[i] < shortestRR || rr[i] > longestRR) {
			j.class[i] = ClassEctopic
		}
	}
	return j
}

// centredWindows are the numbers whose spread about a place gives its thresholds.
type centredWindows struct{ rr, median, change, offset, shift []float64 }

func newCentredWindows(rr []float64) *centredWindows {
	n := len(rr)
	w := &centredWindows{rr: rr, median: make([]float64, n), change: make([]float64, n), offset: make([]float64, n), shift: make([]float64, n)}
	for i := range rr {
		if i > 0 {
			w.change[i] = rr[i] - rr[i-1]
		}
		w.median[i] = centred(rr, i, medianWindow, 0.5)
		w.offset[i] = offsetOf(rr[i], w.median[i])
		w.shift[i], _ = shiftOf(rr, i)
	}
	return w
}

func (w *centredWindows) place(i int) around {
	t := thresholds{change: spreadAt(w.change, i), offset: spreadAt(w.offset, i), shift: spreadAt(w.shift, i)}
	return around{rr: w.rr, median: w.median[i], thresholds: t.limited(w.median[i], len(w.rr))}
}

// spreadAt is alpha quartile deviations of the 91 values centred on i, ms.
func spreadAt(values []float64, i int) float64 {
	part := slices.Clone(values[max(0, i-artefactWindow/2):min(len(values), i+artefactWindow/2+1)])
	slices.Sort(part)
	return artefactAlpha * (quantile(part, 0.75) - quantile(part, 0.25)) / 2
}

// centred is a quantile of the window of n values about i; at the ends the window is cut.
func centred(values []float64, i, n int, q float64) float64 {
	part := slices.Clone(values[max(0, i-n/2):min(len(values), i+n/2+1)])
	slices.Sort(part)
	return quantile(part, q)
}

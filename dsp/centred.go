package dsp

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

// centredWindows hold what the windows centred on every interval of a series say.
type centredWindows struct {
	rr, median            []float64 // ms
	change, offset, shift []float64 // alpha quartile deviations, ms
}

func newCentredWindows(rr []float64) *centredWindows {
	n := len(rr)
	w := &centredWindows{rr: rr, median: make([]float64, n)}
	change, offset, shift := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range rr {
		if i > 0 {
			change[i] = rr[i] - rr[i-1]
		}
		w.median[i] = centredMedian(rr, i)
		offset[i] = offsetOf(rr[i], w.median[i])
		shift[i], _ = shiftOf(rr, i)
	}
	w.change, w.offset, w.shift = spreads(change), spreads(offset), spreads(shift)
	return w
}

func (w *centredWindows) place(i int) around {
	t := thresholds{change: w.change[i], offset: w.offset[i], shift: w.shift[i]}
	return around{rr: w.rr, median: w.median[i], thresholds: t.limited(w.median[i], len(w.rr))}
}

// spreads are alpha quartile deviations of the 91 values centred on each; near the ends of the 91 values nearest to the end.
func spreads(values []float64) []float64 {
	out := make([]float64, len(values))
	window := newTrailing(artefactWindow)
	next := 0
	for i := range values {
		for ; next < len(values) && next < max(artefactWindow, i+artefactWindow/2+1); next++ {
			window.add(values[next])
		}
		out[i] = artefactAlpha * window.quartileDeviation()
	}
	return out
}

// centredMedian is the median of the 11 intervals about i; at the ends of those that there are.
func centredMedian(rr []float64, i int) float64 {
	var near [medianWindow]float64
	n := copy(near[:], rr[max(0, i-medianWindow/2):min(len(rr), i+medianWindow/2+1)])
	return medianOf(near[:n])
}

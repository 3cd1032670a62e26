package dsp

import (
	"math"
	"time"
)

const recordLength = 2048 // intervals: more than 300 s hold at 200 beats per minute

// entry is one judged interval in the record.
type entry struct {
	t     time.Duration
	ms    float64
	class IBIClass
	pair  bool    // it and the one before are both normal and touch
	diff  float64 // ms, from the one before, where pair
}

// record keeps the latest judged intervals for all windows.
type record struct {
	ring [recordLength]entry
	end  int64 // one past the newest
}

func (r *record) at(i int64) *entry { return &r.ring[i&(recordLength-1)] }
func (r *record) oldest() int64     { return max(0, r.end-recordLength) }

func (r *record) add(iv interval) *entry {
	e := entry{t: iv.T, ms: iv.ms, class: iv.Class}
	if r.end > 0 {
		if p := r.at(r.end - 1); iv.follows && p.class == ClassNN && iv.Class == ClassNN {
			e.pair, e.diff = true, e.ms-p.ms
		}
	}
	*r.at(r.end) = e
	r.end++
	return r.at(r.end - 1)
}

// rounding is the largest difference in ms that counts as none, so that an exact 50 ms does not pass as more.
const rounding = 1e-6

// sums are the running sums of a window; add and take are each other's inverse up to rounding.
type sums struct {
	n, pairs, above50 int
	excluded          int
	nnMs              float64 // time covered by normal intervals, ms
	sum, square       float64 // of ms − centre
	diffSquare        float64
}

func (s *sums) interval(e *entry, centre float64, sign int) {
	switch e.class {
	case ClassNN:
		d, f := e.ms-centre, float64(sign)
		s.n += sign
		s.nnMs += f * e.ms
		s.sum += f * d
		s.square += f * d * d
	case ClassAfterGap: // a real duration without a judgement: neither counted nor held against the window
	default:
		s.excluded += sign
	}
}

func (s *sums) pair(e *entry, sign int) {
	if !e.pair {
		return
	}
	s.pairs += sign
	s.diffSquare += float64(sign) * e.diff * e.diff
	if math.Abs(e.diff) > 50+rounding {
		s.above50 += sign
	}
}

// window is a trailing window over the record, kept up to date as intervals come and go. The sums are taken anew once per
// turn of the record, so that rounding cannot add up over years.
type window struct {
	span   time.Duration
	record *record
	from   int64
	upTo   int64
	centre float64
	s      sums
}

func (w *window) clear() { w.from, w.upTo, w.s = w.record.end, w.record.end, sums{} }

// advance takes in what is new and lets go what closed at or before t − span.
func (w *window) advance(t time.Duration) {
	if w.from < w.record.oldest() { // nobody asked for so long that the record has moved on
		w.from, w.upTo, w.s = w.record.oldest(), w.record.oldest(), sums{}
	}
	if w.upTo == w.from && w.upTo < w.record.end {
		w.centre = w.record.at(w.upTo).ms
	}
	for ; w.upTo < w.record.end; w.upTo++ {
		e := w.record.at(w.upTo)
		w.s.interval(e, w.centre, 1)
		if w.upTo > w.from {
			w.s.pair(e, 1)
		}
		if w.upTo&(recordLength-1) == 0 {
			w.anew()
		}
	}
	for w.from < w.upTo && w.record.at(w.from).t <= t-w.span {
		w.s.interval(w.record.at(w.from), w.centre, -1)
		w.from++
		if w.from < w.upTo {
			w.s.pair(w.record.at(w.from), -1)
		}
	}
	if w.from == w.upTo {
		w.s = sums{}
	}
}

// anew recomputes the sums up to and including the entry at upTo.
func (w *window) anew() {
	w.s, w.centre = sums{}, w.record.at(w.upTo).ms
	for i := w.from; i <= w.upTo; i++ {
		w.s.interval(w.record.at(i), w.centre, 1)
		if i > w.from {
			w.s.pair(w.record.at(i), 1)
		}
	}
}

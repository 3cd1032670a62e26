package dsp

import "math"

// candidate is a place where the feature wave peaks as it does at a beat; it is not judged yet.
type candidate struct {
	k      int64   // cell of the peak
	offset float64 // of the peak within the cell
	height float64 // of the feature there, in the unit of the wave per cell; positive
}

// detector finds candidates by two moving averages of the squared positive feature (Elgendi 2013): where the short one exceeds
// the long one by a margin there is a block, and the block's highest cell is the candidate. The long average reaches back
// farther than ahead, which is the causal deviation from the paper: it needs beatAhead cells instead of half its length.
type detector struct {
	form     *waveform
	place    int64 // the cell judged last
	due      int64 // the cell by which the next beat is expected
	polarity float64
	shortSum float64
	longSum  float64
	short    float64 // 1 over the cells of each sum
	long     float64
	untilSum int     // cells until the sums are taken anew, so that rounding cannot add up
	floor    float64 // margin, in units of the squared feature
	open     bool    // inside a block
	highest  candidate
}

// nowhere is the place of a detector that has not begun on a stretch of wave.
const nowhere = math.MinInt64

const sumsAnewEvery = 512

// restart begins to judge at cell k with a polarity of +1 or −1.
func (d *detector) restart(k int64, polarity float64) {
	d.place, d.polarity, d.open, d.untilSum = k-1, polarity, false, 0
	d.short, d.long = 1/float64(2*d.form.peakHalf+1), 1/float64(d.form.beatPast+d.form.beatAhead+1)
}

// ready reports whether the next cell can be judged.
func (d *detector) ready(h *history) bool { return h.last >= d.place+1+d.form.beatAhead }

// step judges the next cell. It gives a candidate where a block closes.
func (d *detector) step(h *history) (c candidate, ok bool) {
	d.place++
	d.slide(h)
	if d.shortSum*d.short > d.longSum*d.long+d.margin() {
		if !d.open {
			d.open, d.highest = true, candidate{}
		}
		if v := d.polarity * h.feature[at(d.place)]; v > d.highest.height {
			d.highest.k, d.highest.height = d.place, v
		}
		return candidate{}, false
	}
	if !d.open {
		return candidate{}, false
	}
	d.open = false
	if d.highest.height <= 0 {
		return candidate{}, false
	}
	return d.refine(h, d.highest)
}

// margin is the floor, and a tenth of it where a beat is overdue: amplitude can fall to a third within one interval when the
// vessels close.
func (d *detector) margin() float64 {
	if d.place > d.due {
		return d.floor / 10
	}
	return d.floor
}

// refine moves the candidate to the vertex of the parabola over the feature's peak. A peak at the edge of a block is followed
// to its top.
func (d *detector) refine(h *history, c candidate) (candidate, bool) {
	for range d.form.peakHalf {
		v := d.polarity * h.feature[at(c.k)]
		if c.k < h.last && d.polarity*h.feature[at(c.k+1)] > v {
			c.k++
		} else if c.k > h.oldest() && d.polarity*h.feature[at(c.k-1)] > v {
			c.k--
		}
	}
	if c.k <= h.oldest() || c.k >= h.last {
		return c, false
	}
	c.offset, c.height = vertex(d.polarity*h.feature[at(c.k-1)], d.polarity*h.feature[at(c.k)], d.polarity*h.feature[at(c.k+1)])
	return c, c.height > 0
}

// slide moves both sums to the present place.
func (d *detector) slide(h *history) {
	f := d.form
	if d.untilSum == 0 {
		d.shortSum = d.sum(h, d.place-f.peakHalf, d.place+f.peakHalf)
		d.longSum = d.sum(h, d.place-f.beatPast, d.place+f.beatAhead)
		d.untilSum = sumsAnewEvery
		return
	}
	d.untilSum--
	d.shortSum += d.energy(h, d.place+f.peakHalf) - d.energy(h, d.place-f.peakHalf-1)
	d.longSum += d.energy(h, d.place+f.beatAhead) - d.energy(h, d.place-f.beatPast-1)
}

func (d *detector) sum(h *history, from, to int64) (sum float64) {
	for k := from; k <= to; k++ {
		sum += d.energy(h, k)
	}
	return sum
}

// energy is the square of the feature where it is positive.
func (d *detector) energy(h *history, k int64) float64 {
	if v := d.polarity * h.feature[at(k)]; v > 0 {
		return v * v
	}
	return 0
}

package dsp

import "math"

const templateCells = 80

// template is the wearer's own average beat of the feature wave around the fiducial. Comparing a candidate with it is the
// template rule of Orphanidou et al. 2015 (doi 10.1109/JBHI.2014.2338351), applied beat by beat.
type template struct {
	n    int // cells in use
	seen int
	mean [templateCells]float64
	sum  float64 // of mean
	vary float64 // sum of the squared deviations of mean from its own mean
}

func (t *template) clear() { t.seen = 0 }

// correlate is Pearson's correlation of the template with the beat whose fiducial is at cell k; 0 where the beat's surroundings
// are not held in full or either of them is flat.
func (t *template) correlate(h *history, k int64, polarity float64) float64 {
	from, to := k-h.form.before, k+h.form.after
	if t.seen == 0 || from < h.oldest() || to > h.last {
		return 0
	}
	var sum, square, product float64
	mean := t.mean[:t.n]
	for i, v := range h.feature.from(from, len(mean)) {
		sum += v
		square += v * v
		product += v * mean[i]
	}
	n := float64(t.n)
	vary := square - sum*sum/n
	if vary <= 0 || t.vary <= 0 {
		return 0
	}
	r := polarity * (product - sum*t.sum/n) / math.Sqrt(vary*t.vary)
	if math.IsNaN(r) || math.IsInf(r, 0) {
		return 0
	}
	return max(-1, min(1, r))
}

// learn moves the template towards the beat at cell k, scaled by 1/height so that strong beats count no more than weak ones:
// as the plain mean of the first ten, later with a weight of a tenth.
func (t *template) learn(h *history, k int64, polarity, height float64) {
	from := k - h.form.before
	t.n = int(h.form.before + h.form.after + 1)
	if from < h.oldest() || k+h.form.after > h.last || height <= 0 {
		return
	}
	t.seen++
	weight := 1 / float64(min(t.seen, 10))
	mean := t.mean[:t.n]
	if t.seen == 1 {
		clear(mean)
	}
	var sum, square float64
	for i, v := range h.feature.from(from, len(mean)) {
		mean[i] += weight * (polarity*v/height - mean[i])
		sum += mean[i]
		square += mean[i] * mean[i]
	}
	t.sum, t.vary = sum, square-sum*sum/float64(t.n)
}

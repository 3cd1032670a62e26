package dsp

import "math"

const templateCells = 80

// template is the wearer's own average beat, as one of its waves shows it around the fiducial. Comparing a candidate with it is the
// template rule of Orphanidou et al. 2015 (doi 10.1109/JBHI.2014.2338351), applied beat by beat.
type template struct {
	n    int // cells in use
	seen int
	mean [templateCells]float64
	sum  float64 // of mean
	vary float64 // sum of the squared deviations of mean from its own mean
}

func (t *template) clear() { t.seen = 0 }

// correlate is Pearson's correlation of the template with a stretch of wave of the same length; 0 where either of them is flat.
func (t *template) correlate(wave []float64) float64 {
	if t.seen == 0 {
		return 0
	}
	var sum, square, product float64
	mean := t.mean[:t.n]
	for i, v := range wave[:t.n] {
		sum += v
		square += v * v
		product += v * mean[i]
	}
	return t.pearson(sum, square, product)
}

// slide correlates with every stretch of a longer wave: r[i] with the one from i on. What two neighbouring stretches share is summed
// up once.
func (t *template) slide(r, wave []float64) {
	clear(r)
	if t.seen == 0 {
		return
	}
	var sum, square float64
	mean := t.mean[:t.n]
	for _, v := range wave[:t.n] {
		sum += v
		square += v * v
	}
	for i := range r {
		product := 0.0
		for j, v := range wave[i:][:len(mean)] {
			product += v * mean[j]
		}
		r[i] = t.pearson(sum, square, product)
		if next := i + t.n; next < len(wave) {
			first, last := wave[i], wave[next]
			sum += last - first
			square += last*last - first*first
		}
	}
}

// pearson is the correlation with a stretch that sums up to this, by itself, squared, and times the template.
func (t *template) pearson(sum, square, product float64) float64 {
	n := float64(t.n)
	vary := square - sum*sum/n
	if vary <= 0 || t.vary <= 0 {
		return 0
	}
	r := (product - sum*t.sum/n) / math.Sqrt(vary*t.vary)
	if math.IsNaN(r) || math.IsInf(r, 0) {
		return 0
	}
	return max(-1, min(1, r))
}

// learn moves the template towards a beat's wave times scale, by which strong beats count no more than weak ones: as the plain mean of
// the first ten, later with a weight of a tenth.
func (t *template) learn(wave []float64, scale float64) {
	t.n = len(wave)
	t.seen++
	weight := 1 / float64(min(t.seen, 10))
	mean := t.mean[:t.n]
	if t.seen == 1 {
		clear(mean)
	}
	var sum, square float64
	for i, v := range wave {
		mean[i] += weight * (scale*v - mean[i])
		sum += mean[i]
		square += mean[i] * mean[i]
	}
	t.sum, t.vary = sum, square-sum*sum/float64(t.n)
}

// likeness is how much the beat whose fiducial is at cell k is like the wearer's others, −1…1; 0 where its surroundings are not held
// in full.
func (l *lead) likeness(k int64) float64 {
	f := &l.form
	if k-f.before < l.wave.oldest() || k+f.after > l.wave.last {
		return 0
	}
	return l.polarity * l.tmpl.correlate(l.wave.feature.from(k-f.before, int(f.before+f.after+1)))
}

// learn takes a beat into the wearer's average ones.
func (l *lead) learn(c candidate) {
	f := &l.form
	if c.k-f.before < l.wave.oldest() || c.k+f.after > l.wave.last || c.height <= 0 {
		return
	}
	l.tmpl.learn(l.wave.feature.from(c.k-f.before, int(f.before+f.after+1)), l.polarity/c.height)
	if !f.sharp && l.when.bend.read(&l.wave, c.k) {
		l.when.bend.average.learn(l.when.bend.around(0), l.polarity/c.height)
	}
}

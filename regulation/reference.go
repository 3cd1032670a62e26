package regulation

import (
	"cmp"
	"math"
	"slices"

	"hubd/dsp"
)

// reference is what one feature is compared with.
type reference struct {
	centre float64 // of the wearer's rest, as far as it is known
	spread float64 // of one new minute round the centre; always above 0
	limit  float64 // of z
}

// z is the robust z-score, limited.
func (r reference) z(x float64) float64 {
	return min(max((x-r.centre)/r.spread, -r.limit), r.limit)
}

// score is the z-score of an estimate.
func (r reference) score(e estimate) score {
	if !e.known {
		return score{}
	}
	return score{Maybe: dsp.Some(r.z(e.value)), se: e.se / r.spread}
}

// sample sums up the minutes of one feature.
type sample struct {
	median float64
	mad    float64 // median absolute deviation times 1.4826: the standard deviation of a normal distribution
	count  float64 // how many independent values it is worth; 0: nothing is known
}

// madToSpread makes the MAD of a normal distribution its standard deviation.
const madToSpread = 1.4826

// refer joins what is known of people, of this wearer, and of this session so far, each by its precision: the posterior mean and
// the predictive spread of a normal distribution with normal prior (Gelman et al., Bayesian Data Analysis, section 2.5), with
// medians and MADs in place of means and deviations. So the population fades by itself as own minutes come.
func (p *population) refer(own, session sample) reference {
	if p.between == 0 {
		return reference{centre: p.mean, spread: max(p.within, p.floor), limit: p.limit}
	}
	variance := p.within * p.within
	if own.count > 0 {
		variance = (spreadPriorCount*variance + own.count*own.mad*own.mad) / (spreadPriorCount + own.count)
	}
	variance = max(variance, p.floor*p.floor)
	precision := 1 / (p.between * p.between)
	sum := p.mean * precision
	for _, s := range [...]sample{own, session} {
		precision += s.count / variance
		sum += s.median * s.count / variance
	}
	return reference{centre: sum / precision, spread: math.Sqrt(variance + 1/precision), limit: p.limit}
}

// weighing forms weighted medians without allocating: its room is part of whoever holds it.
type weighing struct {
	items [MaxRestMinutes]weighed
}

type weighed struct{ value, weight float64 }

// sample sums up one feature of the minutes, older days weighing less: half after forgetHalfDays. Minutes without a date weigh
// as today's, since their age is not known.
func (w *weighing) sample(minutes []RestMinute, f feature, today int32) sample {
	n := 0
	total := 0.0
	for _, m := range minutes {
		x := m.value(f)
		if !x.Known || n == len(w.items) {
			continue
		}
		weight := 1.0
		if m.Day != 0 && today > m.Day {
			weight = math.Exp2(-float64(today-m.Day) / forgetHalfDays)
		}
		w.items[n] = weighed{x.Value, weight}
		total += weight
		n++
	}
	if n == 0 || total < 1e-6 {
		return sample{}
	}
	median := quantile(w.items[:n], total, 0.5)
	for i := range w.items[:n] {
		w.items[i].value = math.Abs(w.items[i].value - median)
	}
	return sample{median: median, mad: madToSpread * quantile(w.items[:n], total, 0.5), count: total / minutesPerSample}
}

// quantile sorts the items and gives the weighted quantile q: the mean of the two values round it where it falls between.
func quantile(items []weighed, total, q float64) float64 {
	slices.SortFunc(items, func(a, b weighed) int { return cmp.Compare(a.value, b.value) })
	below := 0.0
	for i, it := range items {
		below += it.weight
		if below > q*total+1e-9 {
			return it.value
		}
		if below >= q*total-1e-9 && i+1 < len(items) {
			return (it.value + items[i+1].value) / 2
		}
	}
	return items[len(items)-1].value
}

// session remembers the minutes of the running session, of any setting and never stored: while nothing is named yet, in stage new, the
// restful side of the session so far stands in for the wearer's own. From then on it counts for nothing.
type session struct {
	minutes [localMinutes]RestMinute
	n       int // minutes so far
}

// add takes one good minute; the oldest gives way.
func (s *session) add(m RestMinute) {
	s.minutes[s.n%localMinutes] = m
	s.n++
}

// sample gives the restful side of one feature: a low quantile of the arousal features, a high one of the vagal features.
func (s *session) sample(w *weighing, f feature, ownMinutes int) sample {
	n := 0
	for _, m := range s.minutes[:min(s.n, localMinutes)] {
		if x := m.value(f); x.Known {
			w.items[n] = weighed{x.Value, 1}
			n++
		}
	}
	if n == 0 || ownMinutes >= minutesFirst {
		return sample{}
	}
	q := localQuantile
	if f == featureRMSSD || f == featureRSA {
		q = 1 - q
	}
	return sample{median: quantile(w.items[:n], float64(n), q), count: min(float64(n)/localPerSample, localMost)}
}

// references holds what each feature is compared with. They are formed anew only when something was learnt or the date changed, one
// feature a second, so that no step is long on a small board.
type references struct {
	features [featureCount]reference
	far      [featureCount]bool // own rest far from most people's
	pending  int                // features that wait to be formed anew
}

// renew asks for all features to be formed anew.
func (r *references) renew() { r.pending = int(featureCount) }

// form computes the next waiting feature; it tells whether there was one.
func (r *references) form(people *[featureCount]population, w *weighing, b *Baseline, s *session, today int32) bool {
	if r.pending == 0 {
		return false
	}
	r.pending--
	f := feature(r.pending)
	p := &people[f]
	own := w.sample(b.Minutes, f, today)
	r.features[f] = p.refer(own, s.sample(w, f, len(b.Minutes)))
	r.far[f] = len(b.Minutes) >= minutesFirst && p.between > 0 && own.count > 0 &&
		math.Abs(own.median-p.mean) > unlikeZ*p.between
	return true
}

// unlike tells whether the own rest lies far from most people's in any feature.
func (r *references) unlike() bool {
	for _, far := range r.far {
		if far {
			return true
		}
	}
	return false
}

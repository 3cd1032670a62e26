package regulation

// trailSeconds is the longest window that a feature is looked at in.
const trailSeconds = 120

// trail holds what one feature showed in each of the last seconds, so that it can be summed over any window up to trailSeconds.
type trail struct {
	sums    [trailSeconds]float64
	weights [trailSeconds]float64
	n       int // seconds so far
}

// put takes one second: a sum, and over how much. A second in which nothing could be seen has the weight 0.
func (r *trail) put(sum, weight float64) {
	r.sums[r.n%trailSeconds], r.weights[r.n%trailSeconds] = sum, weight
	r.n++
}

// last adds up the last seconds.
func (r *trail) last(seconds int) (sum, weight float64) {
	for back := 1; back <= min(seconds, r.n); back++ {
		i := (r.n - back) % trailSeconds
		sum += r.sums[i]
		weight += r.weights[i]
	}
	return sum, weight
}

// estimate is a feature's value as far as one window shows it.
type estimate struct {
	value float64
	error float64 // standard error of value
	known bool
}

// interval is what all windows so far agree on.
type interval struct{ low, high float64 }

// meet narrows the interval by one more estimate; false where nothing is left.
func (v *interval) meet(e estimate, width float64, first bool) bool {
	low, high := e.value-width*e.error, e.value+width*e.error
	if first {
		*v = interval{low, high}
		return true
	}
	v.low, v.high = max(v.low, low), min(v.high, high)
	return v.low <= v.high
}

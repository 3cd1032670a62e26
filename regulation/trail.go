package regulation

// trailSeconds is how many seconds are held: a power of two, and no fewer than the longest window.
const trailSeconds = 128

// trail holds what one feature showed in each of the last seconds, so that it can be summed over any window.
type trail struct {
	seconds [trailSeconds]sum
	n       uint // seconds so far
}

// sum is what was seen, and over how much of it.
type sum struct{ of, over float64 }

// put takes one second. A second in which nothing could be seen is over 0.
func (r *trail) put(of, over float64) {
	r.seconds[r.n%trailSeconds] = sum{of, over}
	r.n++
}

// add extends a sum over the last from seconds to one over the last to.
func (r *trail) add(s *sum, from, to int) {
	for back := uint(from) + 1; back <= min(uint(to), r.n); back++ {
		second := r.seconds[(r.n-back)%trailSeconds]
		s.of += second.of
		s.over += second.over
	}
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

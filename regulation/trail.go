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

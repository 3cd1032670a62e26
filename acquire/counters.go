package acquire

import (
	"sync/atomic"
	"time"
)

// LatenessBuckets is the number of buckets in Counters.Lateness.
const LatenessBuckets = 8

// LatenessBounds are the upper bounds of all buckets of Counters.Lateness but the last, which has none.
func LatenessBounds() [LatenessBuckets - 1]time.Duration {
	return [...]time.Duration{250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2 * time.Millisecond,
		4 * time.Millisecond, 8 * time.Millisecond, 16 * time.Millisecond}
}

// Counters tell how a Loop is doing. All but LatenessMax only grow.
type Counters struct {
	Samples uint64 // delivered or about to be
	Gaps    uint64 // samples flagged FlagGap
	Late    uint64 // samples flagged FlagLate
	Skipped uint64 // grid points that passed while the bus was behind
	Errors  uint64 // failed conversions and failed attempts to open a chip
	Faults  uint64 // chips that stopped answering, inputs that froze
	Reopens uint64 // chips that answered again after a fault
	Lost    uint64 // samples that a chip's own FIFO dropped, at least

	// Lateness counts conversions by how long after their grid point they began, or before it; see LatenessBounds.
	Lateness    [LatenessBuckets]uint64
	LatenessMax time.Duration
}

// counters are written by the loop's goroutine and read by any.
type counters struct {
	samples, gaps, late, skipped, errors, faults, reopens, lost atomic.Uint64

	lateness    [LatenessBuckets]atomic.Uint64
	latenessMax atomic.Int64
}

// begun counts one conversion that began late, or early, by d.
func (c *counters) begun(d time.Duration) {
	d = d.Abs()
	bucket := 0
	for _, bound := range LatenessBounds() {
		if d <= bound {
			break
		}
		bucket++
	}
	c.lateness[bucket].Add(1)
	if int64(d) > c.latenessMax.Load() { // one writer: no race between load and store
		c.latenessMax.Store(int64(d))
	}
}

func (c *counters) snapshot() Counters {
	s := Counters{
		Samples: c.samples.Load(), Gaps: c.gaps.Load(), Late: c.late.Load(), Skipped: c.skipped.Load(),
		Errors: c.errors.Load(), Faults: c.faults.Load(), Reopens: c.reopens.Load(), Lost: c.lost.Load(),
		LatenessMax: time.Duration(c.latenessMax.Load()),
	}
	for i := range c.lateness {
		s.Lateness[i] = c.lateness[i].Load()
	}
	return s
}

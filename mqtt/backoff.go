package mqtt

import (
	"math/rand/v2"
	"time"
)

// backoff spaces attempts to connect: doubled after each one up to max, plus up to a quarter at random so that many hubs do
// not come back to a restarted broker in the same instant.
type backoff struct {
	min, max time.Duration
	step     time.Duration // the wait before the newest attempt, without the random part; 0 before the first
}

// next is how long to wait now. jitter is from [0, 1).
func (b *backoff) next(jitter float64) time.Duration {
	switch {
	case b.step == 0:
		b.step = b.min
	default:
		b.step = min(2*b.step, b.max)
	}
	return b.step + time.Duration(jitter*float64(b.step)/4)
}

// ended tells that a connection lasted so long. After a good one the waits start small again.
func (b *backoff) ended(lasted time.Duration) {
	if lasted >= goodAfter*b.step {
		b.step = 0
	}
}

func jitter() float64 { return rand.Float64() }

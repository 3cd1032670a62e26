package hub

import (
	"math"
	"sync/atomic"
	"time"

	"hubd/acquire"
)

// waitsAfter is how far a patient pacer's time may pass its reader's goal, in stream time: less than a sample of any demo's channel lasts.
const waitsAfter = time.Millisecond

// patientPacer is the clock of simulated sensors, which can wait: its time does not pass the goal of the one loop that sleeps on it by
// more than waitsAfter. Where the machine stands still for a moment, or is too slow for the speed that was asked, the simulated world stands
// still with it and no sample is lost; it catches up as fast as the loop reads. Real sensors do not wait and need a KernelPacer.
type patientPacer struct {
	real *acquire.KernelPacer
	goal atomic.Int64 // ns of stream time; no bound until the loop sleeps for the first time
}

func newPatientPacer(speed float64) *patientPacer {
	p := &patientPacer{real: acquire.NewFastPacer(speed)}
	p.goal.Store(math.MaxInt64)
	return p
}

// Now implements acquire.Pacer. Any goroutine may ask; time never runs backwards.
func (p *patientPacer) Now() time.Duration {
	goal := p.goal.Load()
	if goal == math.MaxInt64 {
		return p.real.Now()
	}
	return min(p.real.Now(), time.Duration(goal)+waitsAfter)
}

// SleepUntil implements acquire.Pacer. Only one goroutine may call it.
func (p *patientPacer) SleepUntil(t time.Duration) {
	if goal := p.goal.Load(); goal == math.MaxInt64 || int64(t) > goal {
		p.goal.Store(int64(max(t, p.Now()-waitsAfter)))
	}
	p.real.SleepUntil(t)
}

var _ acquire.Pacer = (*patientPacer)(nil)

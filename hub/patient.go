package hub

import (
	"math"
	"sync/atomic"
	"time"

	"hubd/acquire"
)

const (
	waitsAfter = time.Millisecond // how far a patient pacer's time may pass its reader's goal: less than a sample of any demo's channel lasts

	// catchesUp is how much of a standstill, in real time, a patient pacer makes up for. More would run simulated time far faster than
	// the broker, and a lamp's answer would come seconds late in it.
	catchesUp = 250 * time.Millisecond
)

// patientPacer is the clock of simulated sensors, which can wait: its time does not pass the goal of the one loop that sleeps on it by
// more than waitsAfter. Where the machine stands still for a moment, or is too slow for the speed that was asked, the simulated world stands
// still with it and no sample is lost. Real sensors do not wait and need a KernelPacer.
type patientPacer struct {
	real  *acquire.KernelPacer
	catch time.Duration // stream time of catchesUp
	goal  atomic.Int64  // ns of stream time; no bound until the loop sleeps for the first time
	lag   atomic.Int64  // ns of stream time that the world has stood still
	left  atomic.Bool   // the loop has ended: nothing bounds time any more
}

func newPatientPacer(speed float64) *patientPacer {
	p := &patientPacer{real: acquire.NewFastPacer(speed), catch: time.Duration(float64(catchesUp) * speed)}
	p.goal.Store(math.MaxInt64)
	return p
}

// Now implements acquire.Pacer. Any goroutine may ask; time never runs backwards.
func (p *patientPacer) Now() time.Duration {
	goal := p.goal.Load()
	if goal == math.MaxInt64 || p.left.Load() {
		return p.running()
	}
	return min(p.running(), time.Duration(goal)+waitsAfter)
}

// running is the time that it would be if the loop were where it should.
func (p *patientPacer) running() time.Duration { return p.real.Now() - time.Duration(p.lag.Load()) }

// SleepUntil implements acquire.Pacer. Only one goroutine may call it.
func (p *patientPacer) SleepUntil(t time.Duration) {
	if goal := p.goal.Load(); goal == math.MaxInt64 || int64(t) > goal {
		p.forget(goal)
		p.goal.Store(int64(max(t, p.Now()-waitsAfter)))
	}
	p.real.SleepUntil(t + time.Duration(p.lag.Load()))
}

// leave is called when the loop has ended: time then passes for those who still work, as a sound that fades out.
func (p *patientPacer) leave() { p.left.Store(true) }

// forget lets go of a standstill that is too long to be made up for.
func (p *patientPacer) forget(goal int64) {
	if goal == math.MaxInt64 {
		return
	}
	if behind := p.running() - time.Duration(goal) - waitsAfter; behind > p.catch {
		p.lag.Add(int64(behind - p.catch))
	}
}

var _ acquire.Pacer = (*patientPacer)(nil)

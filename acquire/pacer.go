package acquire

import "time"

// KernelPacer is the machine's monotonic clock, with absolute sleeps of the kernel (clock_nanosleep), which keep a grid about
// five times better than Go's timers do. It holds no changing state: all buses of a run share one, so that their times are comparable.
type KernelPacer struct {
	start  time.Time     // Go's reading of the monotonic clock when the run began
	kernel time.Duration // the kernel's reading of the same moment
	slack  time.Duration // how late the kernel may wake this process, but for samples
	speed  float64       // stream seconds per real second
}

// NewKernelPacer makes a clock that reads 0 now and goes as fast as time does.
func NewKernelPacer() *KernelPacer { return NewFastPacer(1) }

// NewFastPacer makes a clock that goes speed times as fast as time does, for a demo in a hurry. speed is above 0; real sensors need 1.
func NewFastPacer(speed float64) *KernelPacer {
	return &KernelPacer{start: time.Now(), kernel: kernelNow(), slack: givenSlack(), speed: speed}
}

// Now implements Pacer.
func (p *KernelPacer) Now() time.Duration {
	if p.speed == 1 {
		return time.Since(p.start)
	}
	return time.Duration(float64(time.Since(p.start)) * p.speed)
}

// At is what the clock read at a time of the kernel's monotonic clock, such as that of an edge at a GPIO line.
func (p *KernelPacer) At(monotonic time.Duration) time.Duration {
	return time.Duration(float64(monotonic-p.kernel) * p.speed)
}

// napOver is how long a sleep must be for most of it to be left to Go's timers: Go takes its place from a goroutine that sleeps in the kernel
// for 10 ms, and busies itself for as long again. napEnd is what the kernel then sleeps: Go's timers come a millisecond late or more, and as a service
// by TimerSlackNSec besides, which must stay below it.
const (
	napOver = 8 * time.Millisecond
	napEnd  = 6 * time.Millisecond
)

// SleepUntil implements Pacer. It may return up to some milliseconds late on a busy machine and is never early.
func (p *KernelPacer) SleepUntil(t time.Duration) {
	now := p.Now()
	if long := p.real(t - now); long > napOver {
		time.Sleep(long - napEnd)
		now = p.Now()
	}
	for ; now < t; now = p.Now() {
		kernelSleepUntil(p.kernel+p.real(t), p.real(t-now), p.slack)
	}
}

// real is the real time, since the run began, at which the clock reads t.
func (p *KernelPacer) real(t time.Duration) time.Duration {
	if p.speed == 1 {
		return t
	}
	return time.Duration(float64(t) / p.speed)
}

// VirtualPacer is a clock that stands still until somebody sleeps on it or moves it. The zero value reads 0. It belongs to
// one goroutine.
type VirtualPacer struct{ now time.Duration }

// Now implements Pacer.
func (p *VirtualPacer) Now() time.Duration { return p.now }

// SleepUntil implements Pacer: time is t at once, unless it was later already.
func (p *VirtualPacer) SleepUntil(t time.Duration) { p.now = max(p.now, t) }

// Advance passes time; drivers/sim calls it for each transfer.
func (p *VirtualPacer) Advance(d time.Duration) { p.now += d }

// Set moves time to t, also backwards: rows of a recording are placed exactly, whatever came before.
func (p *VirtualPacer) Set(t time.Duration) { p.now = t }

var (
	_ Pacer = (*KernelPacer)(nil)
	_ Pacer = (*VirtualPacer)(nil)
)

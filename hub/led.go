package hub

import (
	"context"
	"math/rand/v2"
	"time"

	"hubd/acquire"
	"hubd/drivers/gpioline"
	"hubd/dsp"
)

// Timing of the sensing light.
const (
	ledCycle = 8 * time.Millisecond   // of dimming: 125 a second, which no eye sees
	ledLook  = 20 * time.Millisecond  // while nothing changes
	ledHold  = 400 * time.Millisecond // the slowest sensor gives four samples a second
	ledFlash = 50 * time.Microsecond  // the shortest that is worth two calls of the kernel
)

// led is the light that says that somebody is sensed. It tells the truth: it is lit by samples that came, not by what was asked for, and
// a pause puts it out before anything else happens. It belongs to one goroutine, on its own OS thread.
type led struct {
	header header
	line   string
	dim    dimmer
	pacer  acquire.Pacer
	read   func() uint64 // samples so far, of all buses
	paused func() bool   // nobody is to be sensed
	lent   func() bool   // another hubd command has borrowed a bus and may read somebody: its samples come by no loop of this process
	fault  func(dsp.Fault)
	now    func() time.Duration // of the run, for faults
	random *rand.Rand

	open    *gpioline.Line
	back    time.Duration
	next    time.Duration
	failing bool
	lit     bool
	samples uint64
	came    time.Duration // when samples were last seen to come
}

// run shines until ctx ends, and is dark then.
func (l *led) run(ctx context.Context) {
	l.samples, l.came = l.read(), -ledHold
	for ctx.Err() == nil {
		l.step()
	}
	l.put(false)
	if l.open != nil {
		_ = l.open.Close() // hubd ends
	}
}

// step is one cycle.
func (l *led) step() {
	from := l.pacer.Now()
	if !l.ready(from) || !l.sensing(from) {
		l.put(false)
		l.pacer.SleepUntil(from + ledLook)
		return
	}
	on := l.dim.next()
	if on >= ledFlash {
		l.put(true)
	}
	if on >= ledCycle {
		l.pacer.SleepUntil(from + ledLook)
		return
	}
	flash := time.Duration(0)
	if l.lit {
		lit := l.pacer.Now()
		l.pacer.SleepUntil(lit + on)
		l.put(false)
		flash = l.pacer.Now() - lit
	}
	l.pacer.SleepUntil(from + ledCycle)
	l.dim.was(flash, l.pacer.Now()-from)
}

// sensing tells whether samples are being read.
func (l *led) sensing(now time.Duration) bool {
	if n := l.read(); n != l.samples {
		l.samples, l.came = n, now
	}
	if l.lent() {
		return true
	}
	if l.paused() {
		l.came = now - ledHold // nothing of before counts when it ends
		return false
	}
	return now-l.came < ledHold
}

// ready opens the line when it is time to.
func (l *led) ready(now time.Duration) bool {
	if l.open != nil {
		return true
	}
	if now < l.next {
		return false
	}
	line, err := gpioline.Open(l.header.kernel, gpioline.Options{Line: l.line, Consumer: consumer, Output: true})
	if err != nil {
		l.lose(err)
		return false
	}
	l.open, l.lit, l.back = line, false, 0
	l.tell("")
	return true
}

// put switches the light.
func (l *led) put(on bool) {
	if l.open == nil || l.lit == on {
		return
	}
	if err := l.open.Set(on); err != nil {
		l.lose(err)
		return
	}
	l.lit = on
}

func (l *led) lose(err error) {
	if l.open != nil {
		_ = l.open.Close() // what failed may fail to close
		l.open = nil
	}
	l.lit = false
	l.back = min(max(2*l.back, lineBackFirst), lineBackLast)
	l.next = l.pacer.Now() + l.back/2 + time.Duration(l.random.Float64()*float64(l.back/2))
	l.tell(err.Error())
}

func (l *led) tell(reason string) {
	if l.failing == (reason != "") {
		return
	}
	l.failing = reason != ""
	l.fault(dsp.Fault{T: l.now(), Wearer: dsp.NoWearer, Source: ledSource(l.line), Reason: reason})
}

// dimmer decides how long a light is lit in each cycle. A flash that came out too long is made up for by shorter ones after it, so that a
// busy machine does not make the light brighter.
type dimmer struct {
	share float64 // of the time, 0…1
	owed  time.Duration
}

// next is how long the next flash lasts: ledCycle or more is without end.
func (d *dimmer) next() time.Duration {
	if d.share >= 1 {
		return ledCycle
	}
	return min(max(time.Duration(d.share*float64(ledCycle))+d.owed, 0), ledCycle-ledFlash)
}

// was takes how long the light was lit within a cycle that took so long.
func (d *dimmer) was(lit, cycle time.Duration) {
	d.owed += time.Duration(d.share*float64(cycle)) - lit
	d.owed = min(max(d.owed, -ledCycle), ledCycle) // what is long past is not made up for by a blink
}

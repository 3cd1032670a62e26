package acquire

import (
	"fmt"
	"math/rand/v2"
	"time"

	"hubd/drivers/gpioline"
	"hubd/dsp"
)

// Interrupt is the line of an optical chip's INT pin, which falls when a sample is complete after the FIFO was read. Its edges make the
// samples' times exact; that samples are read never depends on it. A line that is stuck, noisy or not there is a fault of its own, and
// the looks go on telling when samples came.
type Interrupt struct {
	// Source names the line in faults, for example interrupt line GPIO4.
	Source string
	// Open takes the line, active low. It is called again, with back-off, while the line is not there.
	Open func() (*gpioline.Line, error)
	// At is the run's time for one of the line's events.
	At func(kernel time.Duration) time.Duration
}

// When edges are not believed.
const (
	silentEdges = 64 // looks with samples and without an edge
	strayEdges  = 32 // edges in a row that fit no sample
	fitsAgain   = 8  // edges in a row that do, after that
	mostEdges   = 8  // in one look: the FIFO is read once in it
)

// pin is an Interrupt at work.
type pin struct {
	Interrupt
	random *rand.Rand
	line   *gpioline.Line
	next   time.Duration // when to try to open it again
	back   time.Duration
	reason string // of the fault that was told; empty: there is none

	events []gpioline.Event
	silent int // looks with samples since the last edge
	stray  int // edges in a row that fitted no sample
	fit    int // that did
}

// edges appends the times at which the chip told of a sample since the last call.
func (p *pin) edges(l *Loop, dst []time.Duration) []time.Duration {
	if !p.ready(l) {
		return dst
	}
	events, err := p.line.Events(p.events[:0])
	p.events = events
	if err != nil {
		p.lose(l, err)
		return dst
	}
	for _, e := range events {
		if e.Active {
			dst = append(dst, p.At(e.T))
		}
	}
	return dst
}

// ready opens the line when it is time to.
func (p *pin) ready(l *Loop) bool {
	now := l.o.Pacer.Now()
	if p.line != nil || now < p.next {
		return p.line != nil
	}
	line, err := p.Open()
	if err != nil {
		p.lose(l, err)
		return false
	}
	p.line, p.back = line, 0
	p.silent, p.stray, p.fit = 0, 0, 0
	p.tell(l, "")
	return true
}

func (p *pin) lose(l *Loop, err error) {
	p.close()
	p.back = min(max(2*p.back, backoffFirst), backoffLast)
	p.next = l.o.Pacer.Now() + p.back/2 + time.Duration(p.random.Float64()*float64(p.back/2))
	p.tell(l, err.Error())
}

func (p *pin) close() {
	if p.line != nil {
		_ = p.line.Close() // it was only read
		p.line = nil
	}
}

// judge takes what one look brought: how many samples, how many edges, and how many of those fitted.
func (p *pin) judge(l *Loop, samples, edges, fitted int) {
	if p.line == nil {
		return
	}
	switch {
	case edges > 0:
		p.silent = 0
	case samples > 0:
		p.silent++
	}
	if fitted == edges {
		p.fit += fitted
	} else {
		p.fit, p.stray = 0, p.stray+edges-fitted
	}
	if p.fit >= fitsAgain {
		p.stray = 0
	}
	switch {
	case p.silent >= silentEdges:
		p.tell(l, "samples come and the line does not move: check the wire from INT and that interrupt_line is the one it is on; samples are read all the same")
	case p.stray >= strayEdges:
		p.tell(l, fmt.Sprintf("its edges fit no samples, %d in a row: another signal is on it, or its wire is too long; samples are read all the same", p.stray))
	case p.fit >= fitsAgain:
		p.tell(l, "")
	}
}

// tell tells a fault that began or ended.
func (p *pin) tell(l *Loop, reason string) {
	if (reason == "") == (p.reason == "") {
		return
	}
	p.reason = reason
	f := dsp.Fault{T: l.o.Pacer.Now(), Wearer: dsp.NoWearer, Source: p.Source, Reason: reason}
	if reason == "" {
		l.faults = append(l.faults, f)
		return
	}
	l.fault(f)
}

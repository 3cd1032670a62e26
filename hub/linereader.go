package hub

import (
	"context"
	"math/rand/v2"
	"time"

	"hubd/drivers/gpioline"
	"hubd/dsp"
)

// lineReader reads the lines of buttons and electrodes. It belongs to one goroutine.
type lineReader struct {
	header header
	all    []*lineInput
	fault  func(dsp.Fault)
	now    func() time.Duration // of the run, for faults
	random *rand.Rand

	events []gpioline.Event
	waits  []*gpioline.Line
}

// lineInput is one line and who listens to it.
type lineInput struct {
	source  string
	wearer  int // of its faults
	options gpioline.Options
	to      lineListener

	line   *gpioline.Line // nil: not open
	next   time.Duration  // by the kernel's clock, when to try again
	back   time.Duration  // what was waited last before a try
	reason string         // of the fault that was told; empty: there is none
}

// lineListener is a button, or an electrode.
type lineListener interface {
	// opened is told how the line is found, or found again.
	opened(active bool)
	// lost is told that the line is not there any more.
	lost()
	// edge is told every edge.
	edge(e gpioline.Event)
	// tick is asked between edges, with the kernel's clock and a way to look at the line. A complaint is told as the line's fault.
	tick(now time.Duration, active func() bool) (complaint string)
}

// inputLook bounds how late a held button is noticed, and the end of hubd.
const inputLook = 50 * time.Millisecond

// Waiting for a line that is not there.
const (
	lineBackFirst = 250 * time.Millisecond
	lineBackLast  = 4 * time.Second
)

// run reads until ctx ends.
func (i *lineReader) run(ctx context.Context) {
	defer i.close()
	for ctx.Err() == nil {
		i.step()
	}
}

// close gives the kernel its lines back.
func (i *lineReader) close() {
	for _, in := range i.all {
		if in.line != nil {
			_ = in.line.Close() // hubd ends
		}
	}
}

// glance opens what is due and hands on what came, without waiting: for a clock that moves only while somebody else works.
func (i *lineReader) glance() {
	for _, in := range i.all {
		i.open(in)
		i.read(in)
	}
}

// step opens what is due, waits a little for edges, and hands on what came.
func (i *lineReader) step() {
	i.waits = i.waits[:0]
	for _, in := range i.all {
		i.open(in)
		if in.line != nil {
			i.waits = append(i.waits, in.line)
		}
	}
	if err := gpioline.Wait(i.header.kernel, i.waits, inputLook); err != nil {
		for _, in := range i.all {
			i.lose(in, err)
		}
	}
	for _, in := range i.all {
		i.read(in)
	}
}

// open takes a line when it is time to.
func (i *lineReader) open(in *lineInput) {
	now := i.header.kernel.Now()
	if in.line != nil || now < in.next {
		return
	}
	line, err := gpioline.Open(i.header.kernel, in.options)
	if err != nil {
		i.lose(in, err)
		return
	}
	active, err := line.Value()
	in.line = line
	if err != nil {
		i.lose(in, err)
		return
	}
	in.to.opened(active)
	in.back = 0
	i.tell(in, "")
}

// read hands on the edges of a line.
func (i *lineReader) read(in *lineInput) {
	if in.line == nil {
		return
	}
	var err error
	i.events, err = in.line.Events(i.events[:0])
	for _, e := range i.events {
		in.to.edge(e)
	}
	if err != nil {
		i.lose(in, err)
		return
	}
	i.tell(in, in.to.tick(i.header.kernel.Now(), func() bool {
		active, err := in.line.Value()
		return err == nil && active
	}))
}

// lose puts a line away after an error, to be opened again later.
func (i *lineReader) lose(in *lineInput, err error) {
	if in.line != nil {
		_ = in.line.Close() // what failed may fail to close
		in.line = nil
		in.to.lost()
	}
	in.back = min(max(2*in.back, lineBackFirst), lineBackLast)
	in.next = i.header.kernel.Now() + in.back/2 + time.Duration(i.random.Float64()*float64(in.back/2))
	i.tell(in, err.Error())
}

// tell tells a fault that began, changed or ended.
func (i *lineReader) tell(in *lineInput, reason string) {
	if (reason == "") == (in.reason == "") {
		return
	}
	in.reason = reason
	i.fault(dsp.Fault{T: i.now(), Wearer: in.wearer, Source: in.source, Reason: reason})
}

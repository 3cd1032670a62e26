package hub

import (
	"errors"
	"slices"
	"sync"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// Sizes of the inbox. 256 blocks are five seconds of one bus.
const (
	maxBlocks   = 256
	maxCommands = 64
	maxReports  = 256
)

// act is a command with the number of pauses seen when it came in, and where the answer goes.
type act struct {
	command pipeline.Command
	pauses  uint64
	reply   chan<- string // receives the refusal; has room for it
	refusal string        // in words, empty when obeyed
}

// inbox is what waits for the processing goroutine. Every part has a size; a full one drops as its comment says and counts it.
type inbox struct {
	wake chan struct{} // has room for one: something is here

	mu      sync.Mutex
	blocks  []dsp.Block          // full: the oldest goes
	gaps    map[dsp.Channel]bool // channels whose next sample comes after some that went so
	faults  []dsp.Fault          // of Blocks that went so, and of sources on no bus: the newest of each source
	acts    []act                // full: refused to whoever asked
	reports []room.LampReport    // full: the oldest of the same lamp goes, which has said more since
	refused []pipeline.Event     // commands that could not be read; full: counted
	unheard int                  // refusals that found no room
	dropped uint64               // blocks
	most    int                  // blocks that ever waited at once
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), gaps: map[dsp.Channel]bool{}}
}

func (b *inbox) ring() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// block takes what a bus delivered. A bus's second one rings, and one that tells of a fault: two are one wake-up's work, and whatever rings before
// takes the first along.
func (b *inbox) block(in dsp.Block) {
	b.mu.Lock()
	if len(b.blocks) == maxBlocks {
		b.drop()
	}
	hurry := len(in.Faults) > 0 || b.waits(in.Bus)
	b.blocks = append(b.blocks, in)
	b.most = max(b.most, len(b.blocks))
	b.mu.Unlock()
	if hurry {
		b.ring()
	}
}

// waits tells whether a block of a bus is here.
func (b *inbox) waits(bus string) bool {
	return slices.ContainsFunc(b.blocks, func(waiting dsp.Block) bool { return waiting.Bus == bus })
}

// drop lets the oldest block go. Its samples leave a gap in each of their channels; its faults are kept, since a source whose
// newest fault is lost would be told wrong for ever.
func (b *inbox) drop() {
	oldest := b.blocks[0]
	b.blocks = append(b.blocks[:0], b.blocks[1:]...)
	b.dropped++
	for i := range oldest.Samples {
		b.gaps[oldest.Samples[i].Channel] = true
	}
	for _, f := range oldest.Faults {
		b.noteFault(f)
	}
}

// fault takes what a source that is on no bus says of itself.
func (b *inbox) fault(f dsp.Fault) {
	b.mu.Lock()
	b.noteFault(f)
	b.mu.Unlock()
	b.ring()
}

// noteFault keeps the newest fault of each source.
func (b *inbox) noteFault(f dsp.Fault) {
	b.faults = slices.DeleteFunc(b.faults, func(old dsp.Fault) bool { return old.Source == f.Source })
	b.faults = append(b.faults, f)
}

var errBusy = errors.New("hubd is busy: try again")

// act takes a command other than a pause, which never waits here.
func (b *inbox) act(a act) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.acts) == maxCommands {
		return errBusy
	}
	b.acts = append(b.acts, a)
	b.ring()
	return nil
}

// report takes what a lamp says. Where there is no room for it, an older word of the same lamp goes: one that floods must not take away what
// another says once, as of a hand at its switch, nor that a command was lost.
func (b *inbox) report(r room.LampReport) {
	b.mu.Lock()
	if len(b.reports) == maxReports {
		older := slices.IndexFunc(b.reports, func(old room.LampReport) bool { return old.Lamp == r.Lamp && !old.Lost })
		b.reports = slices.Delete(b.reports, max(older, 0), max(older, 0)+1)
	}
	b.reports = append(b.reports, r)
	b.mu.Unlock()
	b.ring()
}

// refuse takes the answer to a command that could not be read.
func (b *inbox) refuse(e pipeline.Event) {
	b.mu.Lock()
	if len(b.refused) < maxCommands {
		b.refused = append(b.refused, e)
	} else {
		b.unheard++
	}
	b.mu.Unlock()
	b.ring()
}

// filling is how many blocks wait now, the most that ever did at once, and how many were dropped since hubd began.
func (b *inbox) filling() (now, most int, dropped uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.blocks), b.most, b.dropped
}

// batch is everything that waited.
type batch struct {
	faults  []dsp.Fault // of blocks that were dropped, older than every block, and of sources on no bus
	blocks  []dsp.Block
	acts    []act
	reports []room.LampReport
	refused []pipeline.Event
	unheard int
}

// take empties the inbox into the batch, whose slices are used again.
func (b *inbox) take(out *batch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out.blocks, b.blocks = append(out.blocks[:0], b.blocks...), b.blocks[:0]
	out.acts, b.acts = append(out.acts[:0], b.acts...), b.acts[:0]
	out.reports, b.reports = append(out.reports[:0], b.reports...), b.reports[:0]
	out.refused, b.refused = append(out.refused[:0], b.refused...), b.refused[:0]
	out.unheard, b.unheard = b.unheard, 0
	out.faults, b.faults = append(out.faults[:0], b.faults...), b.faults[:0]
	for i := range out.blocks {
		if len(b.gaps) == 0 {
			return
		}
		b.markGaps(out.blocks[i].Samples)
	}
}

// markGaps flags the first sample of every channel of which samples were dropped.
func (b *inbox) markGaps(samples []dsp.Sample) {
	for i := range samples {
		if c := samples[i].Channel; b.gaps[c] {
			samples[i].Flags |= dsp.FlagGap
			delete(b.gaps, c)
		}
	}
}

package hub

import (
	"sync"
	"sync/atomic"

	"hubd/pipeline"
)

// pauses is the one word that turns sensing off: a bit per wearer, set meaning "not sensed". Any goroutine may set bits; only the
// processing goroutine clears them, after the pipeline has obeyed a wearer's own act. Reading loops look at the word before every
// conversion, so that a pause takes effect without a broker, a disk or a free pipeline (design section 5.2).
type pauses struct {
	word   atomic.Uint64
	joined atomic.Uint64 // a bit per wearer: in a session, as of the processing goroutine's last step

	mu      sync.Mutex
	pending []pipeline.Command // pauses not yet told to the pipeline: one pause, and one sensing off per wearer at most
	number  uint64             // counts pauses: an act that is older than the newest pause is not obeyed
}

// Off tells a reading loop whether a wearer must not be sensed.
func (p *pauses) Off(wearer uint8) bool { return p.word.Load()&(1<<wearer) != 0 }

// idle tells whether a wearer is in no session.
func (p *pauses) idle(wearer uint8) bool { return p.joined.Load()&(1<<wearer) == 0 }

// join notes who is in a session.
func (p *pauses) join(members []bool) {
	var word uint64
	for i, in := range members {
		if in {
			word |= 1 << i
		}
	}
	p.joined.Store(word)
}

// stop sets the bits of mask at once and keeps the command for the pipeline. A repeat changes nothing. It gives the count of pauses with
// this one, as count does.
func (p *pauses) stop(mask uint64, c pipeline.Command) (number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.word.Or(mask)
	p.number++
	for _, have := range p.pending {
		if have.Name == c.Name && have.Wearer == c.Wearer {
			return p.number
		}
	}
	p.pending = append(p.pending, c)
	return p.number
}

// count is the number of pauses so far, to stamp an act with when it comes in.
func (p *pauses) count() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.number
}

// take gives the pauses that the pipeline has not been told yet.
func (p *pauses) take() []pipeline.Command {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.pending
	p.pending = nil
	return c
}

// follow makes the word say what the pipeline says, unless a newer pause is still on its way to it.
func (p *pauses) follow(sensed func(wearer int) bool, wearers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.pending) > 0 {
		return
	}
	var word uint64
	for i := range wearers {
		if !sensed(i) {
			word |= 1 << i
		}
	}
	p.word.Store(word)
}

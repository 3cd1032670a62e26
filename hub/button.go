package hub

import (
	"time"

	"hubd/drivers/gpioline"
)

// Buttons, design section 5.1.
const (
	debounce   = 10 * time.Millisecond
	holdTime   = 3 * time.Second
	stuckAfter = 30 * time.Second // a button that is down for so long is stuck, or wired the wrong way round
)

// button is a button that pauses, and that starts its wearer where it is held. Any press pauses, whatever else it is the beginning of; a
// hold starts somebody only where that wearer was paused or in no session when it began. Where the kernel lost edges a press is assumed,
// and no hold.
type button struct {
	press func() uint64       // pauses everybody, and gives the count of pauses with this one
	may   func() bool         // a hold that begins now may start the wearer
	start func(number uint64) // a hold is complete that began with this count of pauses

	down   bool
	since  time.Duration // by the kernel's clock
	number uint64
	holds  bool // this press may yet start the wearer
	known  bool // an edge was seen: before, since is not known
}

// opened takes a button that is down already for one that is stuck, until it is let go: nobody is to be started by a line that came back.
func (b *button) opened(active bool) {
	b.down, b.holds, b.known = active, false, false
}

func (b *button) lost() { b.down, b.holds = false, false }

func (b *button) edge(e gpioline.Event) {
	if e.Lost > 0 || e.Active {
		b.pressed(e)
	}
	if !e.Active {
		b.down, b.holds = false, false
	}
}

// pressed pauses. Whether it may become a start is looked at first, since the pause changes it.
func (b *button) pressed(e gpioline.Event) {
	may := e.Lost == 0 && b.may()
	b.number = b.press()
	b.down, b.since, b.holds, b.known = true, e.T, may, true
}

// tick completes a hold, where the line is still down: a release may have been lost.
func (b *button) tick(now time.Duration, active func() bool) (complaint string) {
	if !b.down {
		return ""
	}
	if !b.known {
		b.since, b.known = now, true
	}
	if b.holds && now-b.since >= holdTime {
		b.holds = false
		if active() {
			b.start(b.number)
		}
	}
	if now-b.since < stuckAfter {
		return ""
	}
	return "the button is down without end: it is stuck, or the wire touches ground; it cannot pause until it is let go"
}

// electrode is one of the lines of an ECG amplifier that tell that an electrode is off.
type electrode struct{ set func(off bool) }

func (l electrode) opened(active bool)                         { l.set(active) }
func (l electrode) lost()                                      { l.set(false) } // nobody knows: the wave itself tells then
func (l electrode) edge(e gpioline.Event)                      { l.set(e.Active) }
func (l electrode) tick(time.Duration, func() bool) (_ string) { return "" }

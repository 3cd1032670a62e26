package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hubd/acquire"
	"hubd/web"
	"hubd/wire"
)

const (
	// maxLend is the longest that a bus may be away. A command that somebody forgot in some terminal must not keep the hub blind.
	maxLend = 30 * time.Minute
	// givenWithin is how long a bus may take to come free: a transfer under way on one that is stuck takes a second or two.
	givenWithin = 3 * time.Second
	givenLook   = 2 * time.Millisecond
	// freeWithin is how long one waits for a command before that is ending.
	freeWithin = 500 * time.Millisecond
)

// lends are the buses that hubd's own commands have borrowed to set up sensors. Any goroutine may use it.
type lends struct {
	log     *slog.Logger
	pauses  *pauses
	wearers []string
	buses   []lendable
	leads   []*leads    // electrodes that lines tell of
	ended   atomic.Bool // hubd stops

	mu    sync.Mutex
	taken []string // bus names
	read  []string // those of them on which somebody may be read
}

// lendable is a bus, where it is, and the word with its loop.
type lendable struct {
	name, device string
	lending      *acquire.Lending
}

// lend gives a bus to whoever asks: its loop stands aside, until Return. Only those wearers may be read who are sensed now, and the one
// whose own act this is.
func (l *lends) lend(ctx context.Context, q web.LendRequest) (lent web.Lend, refusal string, err error) {
	i := slices.IndexFunc(l.buses, func(b lendable) bool { return b.device == q.Device })
	switch {
	case i < 0:
		return web.Lend{}, "", nil
	case q.Wearer != "" && !slices.Contains(l.wearers, q.Wearer):
		return web.Lend{}, fmt.Sprintf("nobody here is called %q", q.Wearer), nil
	}
	b := l.buses[i]
	if !l.takeSoon(b.name) {
		return web.Lend{}, fmt.Sprintf("the bus %s is lent to another hubd command: wait until that has ended", b.name), nil
	}
	stops, off := l.pauses.count(), l.pauses.word.Load()
	b.lending.Ask()
	back := sync.OnceFunc(func() { l.back(b) })
	if err := given(ctx, b); err != nil {
		back()
		return web.Lend{}, "", err
	}
	l.log.Info("a bus is lent to another hubd command; its wearers' state is unknown meanwhile", "bus", b.name)
	may := l.readable(off, q.Wearer)
	if len(may) > 0 {
		l.readOn(b.name)
	}
	length := min(q.Length, maxLend)
	end := time.Now().Add(length)
	lent = web.Lend{Bus: b.name, Length: length, Return: back, Wearers: may, Over: func() string {
		return l.over(end, stops, off)
	}, LeadsOff: func() []wire.LeadsOff { return l.leadsOff(may) }}
	return lent, "", nil
}

// takeSoon is take, but for a moment in which the command before may end.
func (l *lends) takeSoon(bus string) bool {
	for end := time.Now().Add(freeWithin); ; time.Sleep(givenLook) {
		if l.take(bus) {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

// take marks a bus as taken; false where it is already.
func (l *lends) take(bus string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.taken, bus) {
		return false
	}
	l.taken = append(l.taken, bus)
	return true
}

// back gives a bus to its loop again.
func (l *lends) back(b lendable) {
	b.lending.Return()
	l.free(b.name)
	l.log.Info("the bus is back", "bus", b.name)
}

// readOn notes that somebody may be read on a bus that is taken.
func (l *lends) readOn(bus string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.read = append(l.read, bus)
}

// free is the end of take.
func (l *lends) free(bus string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	same := func(name string) bool { return name == bus }
	l.taken, l.read = slices.DeleteFunc(l.taken, same), slices.DeleteFunc(l.read, same)
}

// away are the buses that are lent.
func (l *lends) away() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.taken)
}

// reading tells whether anybody may be read by a borrower now.
func (l *lends) reading() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.read) > 0
}

// given waits until a bus's loop has let go of it.
func given(ctx context.Context, b lendable) error {
	look := time.NewTicker(givenLook)
	defer look.Stop()
	end := time.NewTimer(givenWithin)
	defer end.Stop()
	for !b.lending.Given() {
		select {
		case <-look.C:
		case <-end.C:
			return errors.New("the bus does not come free: a transfer hangs. Look at the wires of SDA and SCL, and try again")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// readable are those who are sensed, and the one whose own act it is.
func (l *lends) readable(off uint64, own string) []string {
	may := []string{}
	for i, id := range l.wearers {
		if off&(1<<i) == 0 || id == own {
			may = append(may, id)
		}
	}
	return may
}

// leadsOff are those of some wearers who have an electrode off.
func (l *lends) leadsOff(of []string) (off []wire.LeadsOff) {
	for _, e := range l.leads {
		if id := l.wearers[e.wearer]; e.Off() && slices.Contains(of, id) {
			off = append(off, wire.LeadsOff{Wearer: id, Plus: e.off[0].Load(), Minus: e.off[1].Load()})
		}
	}
	return off
}

// over tells why a lend is over. Any stop since it began ends it, whoever is being read: a pause is hub-wide, and to borrow again is a new act.
func (l *lends) over(end time.Time, stops, off uint64) string {
	switch {
	case l.ended.Load():
		return "hubd stops"
	case l.pauses.count() != stops:
		return "somebody paused"
	case l.pauses.word.Load()&^off != 0:
		return "the session ended"
	case time.Now().After(end):
		return "the time is over"
	}
	return ""
}

package web

import (
	"log/slog"
	"net/netip"
	"sync"
	"time"
)

// How wrong tokens are answered.
const (
	freeTries   = 5                // from one address, before it has to wait
	firstWait   = 30 * time.Second // doubled by every further wrong token …
	longestWait = 15 * time.Minute // … up to this
	forgetAfter = time.Hour        // without a wrong token
	maxAsking   = 1024             // addresses remembered; more share one place
)

// door counts wrong tokens by address and makes who sent them wait. A right cookie is let in however many wrong ones came from beside
// it, so that nobody can lock a wearer out of the own page.
type door struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	tries map[netip.Addr]*tries
}

// tries are the wrong tokens of one address.
type tries struct {
	wrong int
	last  time.Time
	until time.Time // nobody is asked before
}

func newDoor(log *slog.Logger, now func() time.Time) *door {
	return &door{log: log, now: now, tries: map[netip.Addr]*tries{}}
}

// wait is how long an address has to wait before the next token is looked at; 0: not at all.
func (d *door) wait(a netip.Addr) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.tries[d.place(a)]; t != nil {
		return max(0, t.until.Sub(d.now()))
	}
	return 0
}

// wrong notes a wrong token. It is logged once for an address, when it first has to wait.
func (d *door) wrong(a netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, place := d.now(), d.place(a)
	t := d.tries[place]
	if t == nil || now.Sub(t.last) > forgetAfter {
		t = &tries{}
		d.tries[place] = t
	}
	t.wrong, t.last = t.wrong+1, now
	over := t.wrong - freeTries
	if over < 0 {
		return
	}
	if over == 0 {
		d.log.Warn("wrong tokens for the page: this address has to wait", "address", a.String())
	}
	t.until = now.Add(longestWait)
	if over < 5 {
		t.until = now.Add(firstWait << over)
	}
}

// right forgets the wrong tokens of an address.
func (d *door) right(a netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.tries, d.place(a))
}

// place is where an address is counted: itself, or for IPv6 its network, of which one machine has all. When too many ask, new ones
// share a place; those that have long been quiet make room first.
func (d *door) place(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is6() && !a.IsLoopback() {
		if p, err := a.Prefix(64); err == nil {
			a = p.Addr()
		}
	}
	if _, known := d.tries[a]; known || len(d.tries) < maxAsking {
		return a
	}
	for old, t := range d.tries {
		if d.now().Sub(t.last) > forgetAfter {
			delete(d.tries, old)
		}
	}
	if len(d.tries) < maxAsking {
		return a
	}
	return netip.Addr{}
}

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
	maxAsking   = 1024             // addresses remembered
	tellEvery   = time.Minute      // at most: who has many addresses does not fill the log
)

// door counts wrong tokens by address and makes who sent them wait. A right cookie is let in however many wrong ones came from beside
// it, so that nobody can lock a wearer out of the own page.
//
// Each address waits for itself, of IPv6 too: everybody at home is in one network there, and a guest must not make the others wait. Whoever
// takes another address for every try finds no token either: see tokenBytes.
type door struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	tries map[netip.Addr]*tries
	told  time.Time // in the log
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
	if t := d.tries[plain(a)]; t != nil {
		return max(0, t.until.Sub(d.now()))
	}
	return 0
}

// wrong notes a wrong token. It is logged once for an address, when it first has to wait. When too many addresses ask, new ones are not
// counted: they do not wait, since a wait that strangers share would shut a wearer out.
func (d *door) wrong(a netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, place := d.now(), plain(a)
	if !d.room(place) {
		return
	}
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
	if over == 0 && (d.told.IsZero() || now.Sub(d.told) >= tellEvery) {
		d.told = now
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
	delete(d.tries, plain(a))
}

// plain is an address as it is counted: the same one whichever way it came.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// room tells whether an address can be counted. Those that have long been quiet make room first.
func (d *door) room(a netip.Addr) bool {
	if _, known := d.tries[a]; known || len(d.tries) < maxAsking {
		return true
	}
	for old, t := range d.tries {
		if d.now().Sub(t.last) > forgetAfter {
			delete(d.tries, old)
		}
	}
	return len(d.tries) < maxAsking
}

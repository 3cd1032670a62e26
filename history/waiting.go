package history

import (
	"errors"
	"fmt"
	"time"

	"hubd/pipeline"
)

// waitingFor is how long a wearer's part of a private session waits after its end.
const waitingFor = 12 * time.Hour

// Waiting holds, in memory alone, each wearer's own part of the last private session, until that wearer keeps it, another session begins,
// or 12 h are over. It is bounded as what waits for the disk is.
type Waiting struct {
	parts map[string]*part
}

// part is one wearer's.
type part struct {
	gatherer
	over bool
	left time.Duration // when it was over, in stream time
}

// NewWaiting makes one that holds nothing.
func NewWaiting() *Waiting { return &Waiting{parts: map[string]*part{}} }

// Add takes an event of a private session: it came through pipeline.Disclose for that wearer.
func (w *Waiting) Add(e pipeline.Event, wall time.Time) {
	if v, ok := e.Value.(pipeline.Part); ok && v.Joined {
		w.join(e.Wearer)
	}
	p := w.parts[e.Wearer]
	if p == nil {
		return // keep was raised from nothing in the session: what was before is not there, and half a part would be none
	}
	p.add(e, wall)
	p.addDetail(e, wall)
	if v, ok := e.Value.(pipeline.Part); ok && !v.Joined {
		p.over, p.left = true, e.At
	}
}

// join begins a wearer's part, or goes on with it where that wearer left the same session before.
func (w *Waiting) join(wearer string) {
	if !w.running() {
		clear(w.parts)
	}
	if p := w.parts[wearer]; p != nil {
		p.over = false
		return
	}
	w.parts[wearer] = &part{gatherer: newGatherer()}
}

// running tells whether the session that is held goes on for somebody.
func (w *Waiting) running() bool {
	for _, p := range w.parts {
		if !p.over {
			return true
		}
	}
	return false
}

// SessionBegan drops what waits of the session before.
func (w *Waiting) SessionBegan() {
	for wearer, p := range w.parts {
		if p.over {
			delete(w.parts, wearer)
		}
	}
}

// Pass lets time pass: what has waited long enough is gone. now is stream time.
func (w *Waiting) Pass(now time.Duration) {
	for wearer, p := range w.parts {
		if p.over && now-p.left >= waitingFor {
			delete(w.parts, wearer)
		}
	}
}

// Forget drops a wearer's part.
func (w *Waiting) Forget(wearer string) { delete(w.parts, wearer) }

// Errors of Keep, in words for people.
var (
	errNoPart    = errors.New("nothing of yours waits: a part of a private session waits until the next session, a restart or 12 h after its end")
	errNoClock   = errors.New("this computer's clock is not set, and what a practice came to needs a date: keep it once the clock is set")
	errPartOn    = errors.New("the session still runs for you: end or leave it first")
	errPartStays = errors.New("your part is in memory still")
)

// Keep writes a wearer's part into the file, at once: who asked is told that it is on the disk, and then nothing waits any more.
func (w *Waiting) Keep(d *DB, wearer string, wall time.Time) error {
	p := w.parts[wearer]
	switch {
	case p == nil:
		return errNoPart
	case !p.over:
		return errPartOn
	}
	if err := d.keep(&p.gatherer, wall); err != nil {
		return fmt.Errorf("%w: %w", errPartStays, err)
	}
	delete(w.parts, wearer)
	return nil
}

// keep writes what a gatherer holds, in one transaction.
func (d *DB) keep(g *gatherer, wall time.Time) error {
	if d.bolt == nil {
		return d.away()
	}
	g.closeMinutes(wall, true)
	if g.epoch.IsZero() {
		g.epoch = d.epoch // the clock was set after the session
	}
	g.dateRows()
	if len(g.undatedResults()) > 0 {
		return errNoClock
	}
	err := guard(func() error {
		return d.change(func(tx txn) error { return d.putAll(tx, g, wall) })
	})
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	d.lost += g.lost
	return nil
}

// putAll writes a gatherer's rows.
func (d *DB) putAll(tx txn, g *gatherer, wall time.Time) error {
	for _, m := range g.minutes {
		if err := d.putMinute(tx, m); err != nil {
			return err
		}
	}
	for _, r := range g.stamped {
		if err := d.putRow(tx, r); err != nil {
			return err
		}
	}
	return putResults(tx, g.results, wall)
}

package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hubd/history"
	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

// backup writes a copy beside history.db. Only its beginning is the keeper's: a large file must not keep a pause from the disk. A snapshot
// that nobody waits for any more is let go at once, for it holds the file's old pages.
func backup(ctx context.Context, k *keeper, db *history.DB) (string, error) {
	type taken struct {
		snapshot *history.Snapshot
		err      error
	}
	reply := make(chan taken)
	err := k.hand(ctx, func() {
		s, err := db.Snapshot()
		select {
		case reply <- taken{s, err}:
		case <-ctx.Done():
			if s != nil {
				_ = s.Close()
			}
		}
	})
	if err != nil {
		return "", err
	}
	select {
	case t := <-reply:
		if t.err != nil {
			return "", t.err
		}
		path, err := t.snapshot.Write(time.Now())
		return path, errors.Join(err, t.snapshot.Close())
	case <-ctx.Done():
		return "", diskSilent(ctx)
	}
}

// lived is what minutesOf found.
type lived struct {
	minutes []history.Minute
	err     error
}

// minutesOf reads some minutes of a wearer.
func minutesOf(db *history.DB, wearer string, s history.Span, undated bool) (l lived) {
	if undated {
		l.minutes, l.err = db.Undated(wearer, s.After, maxMinutes)
	} else {
		l.minutes, l.err = db.Minutes(wearer, s.From, s.To, maxMinutes)
	}
	return l
}

// maxMinutes is how many minutes one answer holds.
const maxMinutes = 5000

// maxNotes is how many notes one answer holds, so that the largest is a few megabytes.
const maxNotes = 100

// history gives the page and the local socket their way to history.db. Every call runs on the keeper's goroutine, which alone touches
// the disk; none waits longer than its context.
func (l *live) history() *web.History {
	if l.store.db == nil {
		return nil
	}
	db := l.store.db
	type kept struct {
		id  uint64
		err error
	}
	type found struct {
		notes []history.Note
		err   error
	}
	return &web.History{
		Add: func(ctx context.Context, n history.Note) (uint64, string, error) {
			if refusal := keepsJournal(l.core.board.read(), n.Wearer); refusal != "" {
				return 0, refusal, nil
			}
			k, err := ask(ctx, l.keeper, func() (k kept) { k.id, k.err = db.AddNote(n, l.keeper.wall()); return k })
			return k.id, words(k.err), err
		},
		Notes: func(ctx context.Context, wearer string, s history.Span) ([]history.Note, string, error) {
			f, err := ask(ctx, l.keeper, func() (f found) { f.notes, f.err = db.Notes(wearer, s, maxNotes); return f })
			return f.notes, words(f.err), err
		},
		Remove: func(ctx context.Context, wearer string, id uint64) (string, error) {
			removed, err := ask(ctx, l.keeper, func() error { return db.RemoveNote(wearer, id) })
			return words(removed), err
		},
		Backup: func(ctx context.Context) (string, error) { return backup(ctx, l.keeper, db) },
		Minutes: func(ctx context.Context, wearer string, s history.Span, undated bool) ([]history.Minute, string, error) {
			m, err := ask(ctx, l.keeper, func() lived { return minutesOf(db, wearer, s, undated) })
			return m.minutes, words(m.err), err
		},
		Kept: func(ctx context.Context, q web.KeptQuery) ([]byte, string, error) {
			p, err := ask(ctx, l.keeper, func() keptPage { return pageOf(db, q) })
			return p.rows, words(p.err), err
		},
		KeepPart: func(ctx context.Context, wearer string) (string, error) {
			if refusal := keepsSomething(l.core.board.read(), wearer); refusal != "" {
				return refusal, nil
			}
			k := l.keeper
			kept, err := ask(ctx, k, func() error {
				k.waiting.Pass(time.Duration(k.now.Load()))
				return k.waiting.Keep(db, wearer, k.wall())
			})
			return words(kept), err
		},
	}
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// keepsJournal says why a wearer's note may not be kept; empty where it may. Before hubd knows what a wearer wants kept, nothing may.
func keepsJournal(s wire.Status, wearer string) string {
	for _, w := range s.Wearers {
		switch {
		case w.ID != wearer:
		case w.Keep == pipeline.KeepJournal:
			return ""
		default:
			return fmt.Sprintf("keep is %s, and notes are kept with keep: journal alone: hubd set keep journal --wearer %s", w.Keep, wearer)
		}
	}
	return "hubd is only starting: try again in a moment"
}

// keepsSomething says why a wearer's part may not be kept; empty where it may.
func keepsSomething(s wire.Status, wearer string) string {
	for _, w := range s.Wearers {
		if w.ID == wearer && w.Keep == pipeline.KeepNothing {
			return "keep is nothing, and nothing is kept: no part waits either"
		}
	}
	return ""
}

var errStopping = errors.New("hubd stops: try again when it runs")

// ask runs f on the keeper's goroutine and waits for what it gives.
func ask[T any](ctx context.Context, k *keeper, f func() T) (none T, err error) {
	reply := make(chan T, 1)
	if err := k.hand(ctx, func() { reply <- f() }); err != nil {
		return none, err
	}
	select {
	case v := <-reply:
		return v, nil
	case <-ctx.Done():
		return none, diskSilent(ctx)
	}
}

// hand gives f to the keeper's goroutine, which runs it when it comes to it.
func (k *keeper) hand(ctx context.Context, f func()) error {
	select {
	case k.asks <- f:
		return nil
	case <-k.done:
		return errStopping
	case <-ctx.Done():
		return errBusy
	}
}

func diskSilent(ctx context.Context) error {
	return fmt.Errorf("the disk did not answer in time: %w", ctx.Err())
}

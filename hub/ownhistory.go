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
		Backup: func(ctx context.Context) (string, error) {
			if !l.copying.TryLock() {
				return "", errors.New(errCopying)
			}
			defer l.copying.Unlock()
			return backup(ctx, l.keeper, db)
		},
		Erase: l.erase, Session: l.session,
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

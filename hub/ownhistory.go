package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hubd/history"
	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

// maxMinutes is how many minutes one answer holds.
const maxMinutes = 5000

// maxNotes is how many notes one answer holds, so that the largest is a few megabytes.
const maxNotes = 100

// ownHistory is the page's and the local socket's way to history.db. Every call runs on the keeper's goroutine, which alone touches
// the disk; none waits longer than its context.
type ownHistory struct {
	*live
	db *history.DB
}

// history gives that way; nil where there is no history.
func (l *live) history() *web.History {
	if l.store.db == nil {
		return nil
	}
	h := ownHistory{l, l.store.db}
	return &web.History{
		Add: h.addNote, Notes: h.notes, Remove: h.removeNote, Backup: h.backup, Erase: l.erase, Session: l.session,
		Minutes: h.minutes, Kept: h.kept, KeepPart: h.keepPart,
	}
}

func (h ownHistory) addNote(ctx context.Context, n history.Note) (uint64, string, error) {
	if refusal := keepsJournal(h.core.board.read(), n.Wearer, h.pipeline.Wearers); refusal != "" {
		return 0, refusal, nil
	}
	type stored struct {
		id  uint64
		err error
	}
	s, err := ask(ctx, h.keeper, func() (s stored) { s.id, s.err = h.db.AddNote(n, h.keeper.wall()); return s })
	return s.id, words(s.err), err
}

func (h ownHistory) notes(ctx context.Context, wearer string, s history.Span) ([]history.Note, string, error) {
	type found struct {
		notes []history.Note
		err   error
	}
	f, err := ask(ctx, h.keeper, func() (f found) { f.notes, f.err = h.db.Notes(wearer, s, maxNotes); return f })
	refusal, err := missing(f.err, err)
	return f.notes, refusal, err
}

func (h ownHistory) removeNote(ctx context.Context, wearer string, id uint64) (string, error) {
	removed, err := ask(ctx, h.keeper, func() error { return h.db.RemoveNote(wearer, id) })
	return words(removed), err
}

func (h ownHistory) backup(ctx context.Context) (string, error) {
	if !h.copying.TryLock() {
		return "", errors.New(errCopying)
	}
	defer h.copying.Unlock()
	return backup(ctx, h.keeper, h.db)
}

func (h ownHistory) minutes(ctx context.Context, wearer string, s history.Span, undated bool) ([]history.Minute, string, error) {
	type lived struct {
		minutes []history.Minute
		err     error
	}
	m, err := ask(ctx, h.keeper, func() (m lived) {
		if undated {
			m.minutes, m.err = h.db.Undated(wearer, s.After, maxMinutes)
		} else {
			m.minutes, m.err = h.db.Minutes(wearer, s.From, s.To, maxMinutes)
		}
		return m
	})
	refusal, err := missing(m.err, err)
	return m.minutes, refusal, err
}

func (h ownHistory) kept(ctx context.Context, q web.KeptQuery) ([]byte, string, error) {
	p, err := ask(ctx, h.keeper, func() keptPage { return pageOf(h.db, q) })
	return p.rows, words(p.err), err
}

func (h ownHistory) keepPart(ctx context.Context, wearer string) (string, error) {
	if refusal := keepsSomething(h.core.board.read(), wearer); refusal != "" {
		return refusal, nil
	}
	kept, err := ask(ctx, h.keeper, func() error {
		h.keeper.waiting.Pass(time.Duration(h.keeper.now.Load()))
		return h.keeper.waiting.Keep(h.db, wearer, h.keeper.wall())
	})
	return words(kept), err
}

// missing parts what a reader found: a refusal in words, or as an error the rows that it could not read beside those that it did.
func missing(found, err error) (refusal string, _ error) {
	var bad history.Unreadable
	if rest := bad.Take(found); rest != nil {
		return words(rest), err
	}
	return "", cmp.Or(err, bad.Err())
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// keepsJournal says why a wearer's note may not be kept; empty where it may. Before hubd knows what a wearer wants kept, nothing may. allowed is what
// the config allows each.
func keepsJournal(s wire.Status, wearer string, allowed []pipeline.WearerOptions) string {
	config := slices.IndexFunc(allowed, func(o pipeline.WearerOptions) bool { return o.ID == wearer })
	for _, w := range s.Wearers {
		switch {
		case w.ID != wearer:
		case w.Keep == pipeline.KeepJournal:
			return ""
		case config >= 0 && allowed[config].Keep < pipeline.KeepJournal:
			return fmt.Sprintf("keep is %s, and notes are kept with keep: journal alone. The config allows %s at most: write keep: journal for %s there, and restart hubd",
				w.Keep, allowed[config].Keep, wearer)
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

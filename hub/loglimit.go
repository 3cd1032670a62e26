package hub

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// How often one message may come: a wire that is loose for a night must not fill a card. What is not told is counted.
const (
	limitLines  = 20
	limitWindow = time.Hour
	limitKinds  = 256 // messages that are counted; there are fewer in the program
)

// limited passes records on, each message limitLines times in a window. Debugging is somebody's own wish and passes whole.
type limited struct {
	next   slog.Handler
	counts *lineCounts // shared by all that WithAttrs made of one
}

// lineCounts is how often each message came of late.
type lineCounts struct {
	mu    sync.Mutex
	kinds map[string]lineCount
}

type lineCount struct {
	began time.Time
	told  int
	more  int
}

func limit(next slog.Handler) slog.Handler {
	return &limited{next, &lineCounts{kinds: map[string]lineCount{}}}
}

// Enabled implements slog.Handler.
func (l *limited) Enabled(ctx context.Context, level slog.Level) bool {
	return l.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (l *limited) Handle(ctx context.Context, r slog.Record) error {
	if r.Level > slog.LevelDebug {
		pass, more, last := l.counts.take(r.Message, r.Time)
		if !pass {
			return nil
		}
		r = r.Clone()
		if more > 0 {
			r.AddAttrs(slog.Int("untold_before", more))
		}
		if last {
			r.AddAttrs(slog.String("note", "more of this within the hour is only counted"))
		}
	}
	return l.next.Handle(ctx, r)
}

// take tells whether a message may pass, how many of it did not since the last that did, and whether it is the last one for now.
func (c *lineCounts) take(message string, at time.Time) (pass bool, more int, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, known := c.kinds[message]
	if !known && len(c.kinds) >= limitKinds {
		clear(c.kinds)
	}
	if !known || at.Sub(n.began) >= limitWindow {
		more, n = n.more, lineCount{began: at}
	}
	if pass = n.told < limitLines; pass {
		n.told++
	} else {
		n.more++
	}
	c.kinds[message] = n
	return pass, more, n.told == limitLines
}

// WithAttrs implements slog.Handler.
func (l *limited) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &limited{l.next.WithAttrs(attrs), l.counts}
}

// WithGroup implements slog.Handler.
func (l *limited) WithGroup(name string) slog.Handler {
	return &limited{l.next.WithGroup(name), l.counts}
}

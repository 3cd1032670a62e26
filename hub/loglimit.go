package hub

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// How often one message may come: a wire that is loose for weeks must not fill a card. limitBurst at once, then one in limitEvery: some twenty a day,
// and what is not told is counted.
const (
	limitBurst = 10
	limitEvery = 2 * time.Hour
	limitKinds = 256 // messages that are counted; there are fewer in the program
)

// limited passes records on, each message as often as limitBurst and limitEvery say. Debugging is somebody's own wish and passes whole.
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
	at   time.Time     // of the newest
	left time.Duration // how much may still be told, at limitEvery a line
	more int           // not told since the last that was
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
		switch {
		case more > 0:
			r.AddAttrs(slog.Int("untold_before", more))
		case last:
			r.AddAttrs(slog.String("note", "more of this is counted, and told once in two hours"))
		}
	}
	return l.next.Handle(ctx, r)
}

// take tells whether a message may pass, how many of it did not since the last that did, and whether the next one may not.
func (c *lineCounts) take(message string, at time.Time) (pass bool, more int, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, known := c.kinds[message]
	if !known && len(c.kinds) >= limitKinds {
		clear(c.kinds)
	}
	if !known {
		n = lineCount{at: at, left: limitBurst * limitEvery}
	}
	n.left, n.at = min(n.left+max(0, at.Sub(n.at)), limitBurst*limitEvery), at
	if pass = n.left >= limitEvery; pass {
		n.left -= limitEvery
		more, n.more = n.more, 0
	} else {
		n.more++
	}
	c.kinds[message] = n
	return pass, more, n.left < limitEvery
}

// WithAttrs implements slog.Handler.
func (l *limited) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &limited{l.next.WithAttrs(attrs), l.counts}
}

// WithGroup implements slog.Handler.
func (l *limited) WithGroup(name string) slog.Handler {
	return &limited{l.next.WithGroup(name), l.counts}
}

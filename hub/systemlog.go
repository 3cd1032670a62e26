package hub

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"github.com/coreos/go-systemd/v22/journal"
)

// LogHandler writes hubd's log: under systemd to the journal, with a field for every attribute, else as text. No message comes
// more often than limitBurst and limitEvery say.
func LogHandler(out io.Writer, level slog.Level) slog.Handler {
	if mine, err := journal.StderrIsJournalStream(); err == nil && mine {
		return limit(&journalHandler{level: level, send: journal.Send, fallback: slog.NewTextHandler(out, &slog.HandlerOptions{Level: level})})
	}
	return limit(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
}

// journalHandler gives records to systemd's journal: the message with its attributes as people read it, and each attribute in a field
// HUBD_NAME of its own, so that `journalctl -u hubd HUBD_PART=mqtt` finds what concerns the broker. Groups are not used here.
type journalHandler struct {
	level    slog.Level
	attrs    []slog.Attr
	send     func(message string, p journal.Priority, fields map[string]string) error
	fallback slog.Handler // where the journal does not take a record
}

// Enabled implements slog.Handler.
func (h *journalHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

// Handle implements slog.Handler.
func (h *journalHandler) Handle(ctx context.Context, r slog.Record) error {
	text := strings.Builder{}
	text.WriteString(r.Message)
	fields := map[string]string{"SYSLOG_IDENTIFIER": "hubd"}
	add := func(a slog.Attr) bool {
		value := a.Value.Resolve().String()
		text.WriteString(", " + a.Key + " " + value)
		fields[fieldName(a.Key)] = value
		return true
	}
	for _, a := range h.attrs {
		add(a)
	}
	r.Attrs(add)
	if err := h.send(text.String(), priority(r.Level), fields); err != nil {
		return h.fallback.WithAttrs(h.attrs).Handle(ctx, r)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (h *journalHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.attrs = append(append([]slog.Attr{}, h.attrs...), attrs...)
	return &with
}

// WithGroup implements slog.Handler. The journal's fields have no groups: their attributes stand among the others.
func (h *journalHandler) WithGroup(string) slog.Handler { return h }

// fieldName is an attribute's name as the journal allows it: capital letters, digits and underscores.
func fieldName(key string) string {
	return "HUBD_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, key)
}

func priority(l slog.Level) journal.Priority {
	switch {
	case l >= slog.LevelError:
		return journal.PriErr
	case l >= slog.LevelWarn:
		return journal.PriWarning
	case l >= slog.LevelInfo:
		return journal.PriInfo
	}
	return journal.PriDebug
}

package hub

import (
	"context"
	"errors"
	"slices"
	"time"

	"hubd/config"
)

// asking says how a workbench comes to its buses where a daemon may have them.
type asking struct {
	never  bool   // simulated buses are nobody's
	socket string // empty: where hubd run listens
	wearer string // whose own act this is; empty: nobody's
	alone  bool   // nobody but the wearer is read, whoever is sensed
}

// held is a bus that this command may use until done.
type held struct {
	ctx      context.Context // ends with the lend too, with the reason as its cause
	off      func(wearer uint8) bool
	borrowed bool
	done     func()
}

// hold gets a bus: from the daemon where one has it, else as it is.
func (b *workbench) hold(ctx context.Context, bus config.Bus, length time.Duration) (*held, error) {
	l, err := (*loan)(nil), errFree
	if !b.ask.never {
		l, err = borrow(ctx, b.ask.socket, bus, b.ask.wearer, length, b.electrodesTold)
	}
	switch {
	case errors.Is(err, errFree):
		return &held{ctx: ctx, off: b.others, done: func() {}}, nil
	case err != nil:
		return nil, err
	}
	return &held{ctx: l.ctx, borrowed: true, done: l.give, off: func(w uint8) bool {
		return b.others(w) || l.ctx.Err() != nil || !l.may[b.wearerID(w)]
	}}, nil
}

// others are those who are not read because this command is about one wearer alone.
func (b *workbench) others(w uint8) bool { return b.ask.alone && b.wearerID(w) != b.ask.wearer }

func (b *workbench) wearerID(w uint8) string {
	if int(w) >= len(b.config.Wearers) {
		return ""
	}
	return b.config.Wearers[w].ID
}

// wearerNumber is the place of a wearer in the config.
func wearerNumber(c *config.Config, id string) (int, bool) {
	i := slices.IndexFunc(c.Wearers, func(w config.Wearer) bool { return w.ID == id })
	return i, i >= 0
}

package hub

import (
	"context"
	"errors"
	"time"

	"hubd/history"
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

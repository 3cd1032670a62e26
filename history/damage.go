package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"syscall"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// ErrDamaged is what a check of a file gives where the file cannot be trusted: what it holds is no history, or looking at it ended or held
// up the process that looked.
var ErrDamaged = errors.New("the history is damaged")

// mostDeaths is how often hubd may end while it opens a file that its check finds whole. A power cut in that moment is no fault of the file's.
const mostDeaths = 5

// mostUnlooked is how often a file that could not be looked at waits for the next attempt.
const mostUnlooked = 3

// Examine opens a history for reading alone and looks at every page and every row. On some damage bbolt ends the process,
// where nothing can catch it: that is for a process of its own to find out (Options.Check).
func Examine(path string) error {
	err := look(path, false, func(tx *bbolt.Tx) error { return examineForm(path, tx) })
	if err == nil { // only then may bbolt walk through it by itself
		err = look(path, true, func(tx *bbolt.Tx) error {
			return tx.ForEach(func(_ []byte, bucket *bbolt.Bucket) error { return examineBucket(bucket) })
		})
	}
	if damaged(err) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if errors.Is(err, berrors.ErrTimeout) {
		return ErrInUse
	}
	return err
}

// look opens a file to read, with bbolt's own walk through all of it or without, and lets something look at it.
func look(path string, walk bool, at func(*bbolt.Tx) error) error {
	return guard(func() error {
		b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: walk, Timeout: lockWait})
		if err != nil {
			return err
		}
		return errors.Join(b.View(at), b.Close())
	})
}

// examineBucket touches every page of every row: a length that leads out of the file, and a page that the disk does not give, show only there.
func examineBucket(b *bbolt.Bucket) error {
	touched := byte(0)
	return b.ForEach(func(key, row []byte) error {
		if row == nil {
			return fmt.Errorf("%w: a row is a bucket", errPanic)
		}
		for _, part := range [][]byte{key, row} {
			for i := 0; i < len(part); i += pageSize {
				touched ^= part[i]
			}
			if len(part) > 0 {
				touched ^= part[len(part)-1]
			}
		}
		return nil
	})
}

// checked looks at the file before this process opens it, and sets it aside where it cannot be trusted. deaths is how often hubd has ended
// while opening it. An error is that it could not be looked at: a machine that is short of processes may have one the next time. Where that
// never succeeds the marker has to do.
func (d *DB) checked(deaths int) error {
	if info, err := os.Stat(d.o.Path); err != nil || info.Size() == 0 {
		return nil // there is nothing to look at
	}
	known := d.o.Check != nil
	if known {
		err := d.o.Check(d.o.Path)
		if errors.Is(err, ErrDamaged) {
			d.setAside(err.Error())
			return nil
		}
		if known = err == nil; !known && deaths == 0 && d.unlooked < mostUnlooked {
			d.unlooked++
			return err
		}
	}
	d.unlooked = 0
	if deaths >= mostDeaths || deaths > 0 && !known {
		d.setAside("hubd ended while opening it")
	}
	return nil
}

// errPanic is a panic of bbolt, which it has for damaged files.
var errPanic = errors.New("the file is damaged")

// guard runs f and turns its panic into an error. The file is mapped into memory: where the disk does not give a page, or the file is shorter
// than it was, that is a fault of the processor, and an error all the same.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	return f()
}

// plainly says in words for people what keeps a disk from taking rows; other errors say it themselves.
func plainly(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the disk is full"
	case errors.Is(err, syscall.EROFS):
		return "the disk is read-only"
	case errors.Is(err, syscall.EIO):
		return "the disk does not answer: a card may be at its end"
	case errors.Is(err, fs.ErrPermission):
		return "hubd's user may not write there"
	}
	return err.Error()
}

package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// Erased is what erasing did.
type Erased struct {
	Rows     int      // that are gone, in history.db and in the backups beside it
	Files    []string // that were overwritten and removed whole: they could not be rewritten without the wearer
	Done     []string // what is erased, in words for people
	Searched int64    // bytes of the folder that were searched afterwards for what was erased
}

// Erasing says what is to be erased: all of a wearer, or what happened from From (inclusive) to To (exclusive).
type Erasing struct {
	Wearer   string
	From, To time.Time // both zero: everything, whenever it was
}

// Everything tells whether no span is named.
func (x Erasing) Everything() bool { return x.From.IsZero() && x.To.IsZero() }

// holds tells whether something that happened at a time is to be erased. What has no date is not part of any span.
func (x Erasing) holds(at time.Time) bool {
	return x.Everything() || !at.IsZero() && !at.Before(x.From) && at.Before(x.To)
}

// holdsRow tells it of a row that is the wearer's.
func (x Erasing) holdsRow(bucket string, key, row []byte) bool {
	switch {
	case x.Everything():
		return true
	case bucket == bucketWearers || bucket == bucketUnplaced || bucket == bucketUndated:
		return false
	case bucket == bucketSessions || bucket == bucketMornings || bucket == bucketMoments || bucket == bucketIntervals:
		at, _, err := readStampKey(key)
		return err == nil && x.holds(at)
	case bucket == bucketFaults:
		f, _, err := decodeFault(row)
		return err == nil && x.holds(f.At)
	}
	return len(key) >= keySize && x.holds(keyTime(key))
}

// Erase removes everything of a wearer: EraseWhat without a span.
func (d *DB) Erase(wearer string) (Erased, error) { return d.EraseWhat(Erasing{Wearer: wearer}, nil) }

// EraseWhat removes a wearer's past from the folder of history.db: the rows, by writing the file anew and overwriting the old one; files
// that were set aside; the backups' rows and settings; captures. Then it searches every byte of the folder for what was there, and for the
// traces that the caller knows of; finding any of it is an error. One part that fails keeps no other from being erased: the error names
// what is not, Erased.Done what is. The settings themselves are the caller's: SettingsFile.Erase.
func (d *DB) EraseWhat(x Erasing, known [][]byte) (e Erased, err error) {
	if d.locked != "" {
		return e, fmt.Errorf("history: erase: nothing was erased: %w", d.away()) // whose a sealed row is nobody can tell
	}
	d.forget(x)
	seal := d.seal
	w, err := d.rewrite(func(fresh string) (rewritten, error) { return rewriteWithout(d.bolt, fresh, seal, x) }, seal)
	traces := w.traces
	if err == nil {
		e.Done = append(e.Done, fmt.Sprintf("%d rows of %s", len(traces), d.o.Path))
	} else {
		err = fmt.Errorf("not erased: the rows of %s: %w", d.o.Path, err)
	}
	dir := filepath.Dir(d.o.Path)
	t, otherErr := e.others(dir, d.o.Path, d.opener(seal), x)
	traces = append(traces, t...)
	e.Rows = len(traces)
	err = errors.Join(err, otherErr)
	searched, searchErr := searchFolder(dir, append(traces, known...))
	e.Searched = searched
	if err = errors.Join(err, searchErr); err != nil {
		return e, fmt.Errorf("history: erase: %w", err)
	}
	return e, nil
}

// forget drops what waits in memory.
func (d *DB) forget(x Erasing) {
	if c := d.collectors[x.Wearer]; c != nil && (x.holds(d.date(c.begin)) || x.holds(d.date(c.newest))) {
		delete(d.collectors, x.Wearer)
	}
	d.minutes = slices.DeleteFunc(d.minutes, func(m Minute) bool { return m.Wearer == x.Wearer && x.holds(d.date(m.Since)) })
	d.stamped = slices.DeleteFunc(d.stamped, func(r stampedRow) bool {
		return r.Wearer == x.Wearer && x.holds(d.dateTo(r.Since, time.Millisecond))
	})
	d.results = slices.DeleteFunc(d.results, func(r result) bool { return r.Wearer == x.Wearer && x.holds(d.date(r.since)) })
	d.faults = slices.DeleteFunc(d.faults, func(f fault) bool { return f.Wearer == x.Wearer && x.holds(d.date(f.since)) })
}

// rewrite puts a file that write made in the place of history.db, and goes on with it and with what its rows are sealed with. No other process
// may open the file meanwhile: it could hold the old one, which is about to be overwritten.
func (d *DB) rewrite(write func(fresh string) (rewritten, error), seal *Seal) (w rewritten, err error) {
	if d.bolt == nil {
		if _, err := os.Lstat(d.o.Path); errors.Is(err, fs.ErrNotExist) {
			return w, nil // nothing was ever kept
		}
		return w, errors.New(d.trouble)
	}
	m, err := lockMarker(d.o.Path + markerSuffix)
	if err != nil {
		return w, err
	}
	fresh := d.o.Path + rewrittenSuffix
	err = guard(func() error { w, err = write(fresh); return err })
	if err != nil {
		m.remove()
		_ = shred(fresh)
		d.begunAnew(err)
		return rewritten{}, err
	}
	taken := false
	if err = d.shut(); err == nil {
		taken, err = replace(d.o.Path, fresh)
	}
	m.remove()
	if taken {
		d.seal, d.sealing = seal, seal != nil
	}
	d.open()
	if d.bolt == nil {
		err = errors.Join(err, errors.New(d.trouble))
	}
	return w, errors.Join(err, syncDir(filepath.Dir(d.o.Path)))
}

// others erases the wearer from what stands beside history.db: backups are rewritten; what was set aside cannot be, and goes whole.
func (e *Erased) others(dir, path string, open opener, x Erasing) (traces [][]byte, err error) {
	aside, err := filepath.Glob(escapeGlob(path) + ".corrupt-*")
	if err != nil {
		return nil, err
	}
	backups, err := backupsIn(dir)
	if err != nil {
		return nil, err
	}
	for _, b := range backups {
		t, err := eraseBackup(b, open, x)
		if err == nil {
			traces = append(traces, t...)
			e.Done = append(e.Done, fmt.Sprintf("%d rows of the backup %s", len(t), b))
			continue
		}
		// It holds somebody who wants to be gone, and nobody can tell where: no part of it may stay.
		for _, name := range []string{backupDB, settingsName, previousName} {
			aside = append(aside, filepath.Join(b, name))
		}
	}
	captured, err := capturesOf(dir, x)
	for _, f := range append(aside, captured...) {
		switch shredErr := shred(f); {
		case shredErr == nil:
			e.Files = append(e.Files, f)
		case !errors.Is(shredErr, fs.ErrNotExist):
			err = errors.Join(err, fmt.Errorf("not erased: %s: %w", f, shredErr))
		}
	}
	return traces, err
}

// capturesFolder stands beside history.db and has a folder for each wearer's own recordings.
const capturesFolder = "captures"

// capturesOf gives the wearer's recordings that were last written to in the span, or up to an hour after: a recording is closed late.
func capturesOf(dir string, x Erasing) (files []string, err error) {
	own := filepath.Join(dir, capturesFolder, x.Wearer)
	err = filepath.WalkDir(own, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if at := info.ModTime(); x.holds(at) || x.holds(at.Add(-time.Hour)) {
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// eraseBackup erases a wearer from one backup.
func eraseBackup(dir string, open opener, x Erasing) (traces [][]byte, err error) {
	w, err := rewriteBackup(dir, func(b *bbolt.DB, fresh string) (rewritten, error) {
		s, err := open(b)
		if err != nil {
			return rewritten{}, err
		}
		return rewriteWithout(b, fresh, s, x)
	})
	if err != nil || !x.Everything() {
		return w.traces, err
	}
	return w.traces, OpenSettings(dir).Erase(x.Wearer)
}

// rewriteBackup puts a history that write made in the place of a backup's.
func rewriteBackup(dir string, write func(b *bbolt.DB, fresh string) (rewritten, error)) (w rewritten, err error) {
	path := filepath.Join(dir, backupDB)
	fresh := path + rewrittenSuffix
	err = guard(func() error {
		if err := finishErasing(path); err != nil {
			return err
		}
		b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait})
		if err != nil {
			return err
		}
		w, err = write(b, fresh)
		return errors.Join(err, b.Close())
	})
	if err == nil {
		_, err = replace(path, fresh)
	}
	if err != nil {
		_ = shred(fresh)
	}
	return w, err
}

// opener gives what opens the rows of a file; nil where they are in the clear.
type opener func(b *bbolt.DB) (*Seal, error)

// opener knows some seals, what they are made of, and the key of this history.
func (d *DB) opener(known ...*Seal) opener {
	return func(b *bbolt.DB) (*Seal, error) {
		var f fileState
		err := b.View(func(tx *bbolt.Tx) (err error) { f, err = lookAtLock(tx); return err })
		if err != nil || f.lock == nil {
			return nil, err
		}
		for _, k := range known {
			if k != nil && k.lock == *f.lock {
				return k, nil
			}
		}
		for _, k := range known {
			if k == nil {
				continue
			}
			if s, err := k.made.Open(*f.lock); err == nil {
				return s, nil
			}
		}
		if d.o.Secret.None() || !d.o.Secret.isKey() {
			return nil, errOtherSecret
		}
		return d.o.Secret.Open(*f.lock)
	}
}

// errOtherSecret is a file that was sealed under a key or passphrase of before.
var errOtherSecret = errors.New("it is sealed under another key or passphrase")

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
	d.forget(x)
	traces, err := d.rewrite(x)
	if err == nil {
		e.Done = append(e.Done, fmt.Sprintf("%d rows of %s", len(traces), d.o.Path))
	} else {
		err = fmt.Errorf("not erased: the rows of %s: %w", d.o.Path, err)
	}
	dir := filepath.Dir(d.o.Path)
	t, otherErr := e.others(dir, d.o.Path, x)
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

// rewrite puts a file without the wearer in the place of history.db, and goes on with it. No other process may open the file meanwhile: it
// could hold the old one, which is about to be overwritten.
func (d *DB) rewrite(x Erasing) (traces [][]byte, err error) {
	if d.bolt == nil {
		if _, err := os.Lstat(d.o.Path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil // nothing was ever kept
		}
		return nil, errors.New(d.trouble)
	}
	m, err := lockMarker(d.o.Path + markerSuffix)
	if err != nil {
		return nil, err
	}
	fresh := d.o.Path + rewrittenSuffix
	err = guard(func() error { traces, err = rewriteWithout(d.bolt, fresh, x); return err })
	if err != nil {
		m.remove()
		_ = shred(fresh)
		d.begunAnew(err)
		return nil, err
	}
	err = d.shut()
	if err == nil {
		err = replace(d.o.Path, fresh)
	}
	m.remove()
	d.open()
	if d.bolt == nil {
		err = errors.Join(err, errors.New(d.trouble))
	}
	return traces, errors.Join(err, syncDir(filepath.Dir(d.o.Path)))
}

// others erases the wearer from what stands beside history.db: backups are rewritten; what was set aside cannot be, and goes whole.
func (e *Erased) others(dir, path string, x Erasing) (traces [][]byte, err error) {
	aside, err := filepath.Glob(escapeGlob(path) + ".corrupt-*")
	if err != nil {
		return nil, err
	}
	backups, err := backupsIn(dir)
	if err != nil {
		return nil, err
	}
	for _, b := range backups {
		t, err := eraseBackup(b, x)
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
func eraseBackup(dir string, x Erasing) (traces [][]byte, err error) {
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
		traces, err = rewriteWithout(b, fresh, x)
		return errors.Join(err, b.Close())
	})
	if err == nil {
		err = replace(path, fresh)
	}
	if err != nil {
		_ = shred(fresh)
		return traces, err
	}
	if !x.Everything() {
		return traces, nil
	}
	return traces, OpenSettings(dir).Erase(x.Wearer)
}

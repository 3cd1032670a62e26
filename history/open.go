package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	pageSize    = 4096            // a Pi 5 has 16 KiB pages, and a commit would write three times as much
	lockWait    = 2 * time.Second // for another hubd that is about to end
	growBy      = 1 << 20
	keepCorrupt = 3 // set aside files; older ones go, or a dying card would fill itself
)

// The buckets. No bucket carries a name of a person.
const (
	bucketWearers  = "wearers"  // id → number
	bucketMinutes  = "minutes"  // timeKey → row
	bucketUnplaced = "unplaced" // unplacedKey → row
	bucketFaults   = "faults"   // sequence → fault
	bucketJournal  = "journal"  // noteKey → note; until erased
)

// open opens the file or says in d.trouble why not. bbolt ends the process on some damaged files, where nothing can catch it; so a
// marker stands beside the file while it is opened. A marker found there means that the last attempt did not end.
func (d *DB) open() {
	d.commits, d.trouble = 0, ""
	if err := os.MkdirAll(filepath.Dir(d.o.Path), 0o700); err != nil {
		d.fail(err)
		return
	}
	m, died, err := setMarker(d.o.Path + ".opening")
	if err != nil {
		d.fail(err)
		return
	}
	defer m.remove()
	if err := finishErasing(d.o.Path); err != nil {
		d.note = fmt.Sprintf("an erased history could not be overwritten: %v", err)
	}
	if died {
		d.setAside("hubd ended while opening it")
	}
	err = d.openBolt()
	if damaged(err) {
		d.setAside(err.Error())
		err = d.openBolt()
	}
	if err != nil {
		d.fail(err)
	}
}

func (d *DB) openBolt() error {
	return guard(func() error {
		b, err := bbolt.Open(d.o.Path, 0o600, &bbolt.Options{
			PageSize: pageSize, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, Timeout: lockWait,
			MaxSize: d.o.MaxBytes,
		})
		if err != nil {
			return err
		}
		b.AllocSize = growBy
		if err := guard(func() error { return d.prepare(b) }); err != nil {
			return errors.Join(err, guard(b.Close))
		}
		d.bolt = b
		return nil
	})
}

// prepare makes the buckets and counts this run.
func (d *DB) prepare(b *bbolt.DB) error {
	return b.Update(func(tx *bbolt.Tx) error {
		for _, name := range []string{
			bucketWearers, bucketMinutes, bucketUnplaced, bucketFaults, bucketJournal,
			bucketSessions, bucketMornings, bucketMoments, bucketIntervals, bucketUndated,
		} {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		if d.run != 0 {
			return nil
		}
		run, err := tx.Bucket([]byte(bucketUnplaced)).NextSequence()
		d.run = run
		return err
	})
}

// damaged tells whether an error is about the file's content. Every other, such as a full disk, leaves the file where it is.
func damaged(err error) bool {
	for _, content := range []error{errPanic, berrors.ErrInvalid, berrors.ErrChecksum, berrors.ErrVersionMismatch, berrors.ErrIncompatibleValue} {
		if errors.Is(err, content) {
			return true
		}
	}
	return err != nil && strings.Contains(err.Error(), "file size too small") // bbolt has no name for it
}

// fail leaves the rows in memory and says why.
func (d *DB) fail(err error) {
	var path *fs.PathError
	switch {
	case errors.Is(err, berrors.ErrTimeout), errors.Is(err, errInUse):
		d.trouble = fmt.Sprintf("history is in memory only: %s is in use by another program", d.o.Path)
	case errors.As(err, &path):
		d.trouble = fmt.Sprintf("history is in memory only: %s: %v", path.Path, path.Err)
	default:
		d.trouble = fmt.Sprintf("history is in memory only: %s: %v", d.o.Path, err)
	}
}

// setAside renames the file, so that a person can look at it and a new one can begin.
func (d *DB) setAside(reason string) {
	name := d.o.Path + ".corrupt-" + time.Now().UTC().Format("20060102T150405.000000000Z")
	if err := os.Rename(d.o.Path, name); err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			d.note = fmt.Sprintf("history could not be set aside (%s): %v", reason, err)
		}
		return
	}
	d.run = 0 // runs are counted in the file
	d.note = fmt.Sprintf("history was set aside as %s and begun anew: %s", filepath.Base(name), reason)
	old, err := filepath.Glob(escapeGlob(d.o.Path) + ".corrupt-*")
	if err != nil {
		return
	}
	slices.Sort(old)
	for _, o := range old[:max(0, len(old)-keepCorrupt)] {
		_ = os.Remove(o)
	}
}

func escapeGlob(path string) string {
	var out []rune
	for _, c := range path {
		if c == '*' || c == '?' || c == '[' || c == '\\' {
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return string(out)
}

// marker is the file that stands beside history.db while it is opened. Its lock ends with the process; its text does not.
type marker struct{ file *os.File }

var errInUse = errors.New("another program opens it")

// setMarker tells whether a marker stood there that nobody holds: the process that set it has died.
func setMarker(path string) (m marker, died bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return marker{}, false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return marker{}, false, errors.Join(errInUse, f.Close())
	}
	info, err := f.Stat()
	if err != nil {
		return marker{}, false, errors.Join(err, f.Close())
	}
	died = info.Size() > 0
	if _, err = f.WriteString("opening\n"); err == nil {
		err = f.Sync()
	}
	if err != nil {
		_ = os.Remove(path) // it was this process that wrote it, and it lives
		return marker{}, false, errors.Join(err, f.Close())
	}
	return marker{f}, died, nil
}

func (m marker) remove() {
	_ = os.Remove(m.file.Name()) // a marker that stays costs one history too many, never a wrong one
	_ = m.file.Close()
}

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

// open opens the file or says in d.trouble why not. bbolt ends the process on some damaged files, where nothing can catch it; so another
// process looks at it first, and a marker stands beside the file while it is opened. A marker found there means that the last attempt did not end.
func (d *DB) open() {
	d.commits, d.trouble, d.locked, d.plain = 0, "", "", false
	if d.o.ReadOnly {
		d.openToRead()
		return
	}
	if err := os.MkdirAll(filepath.Dir(d.o.Path), 0o700); err != nil {
		d.fail(err)
		return
	}
	m, deaths, err := setMarker(d.o.Path + markerSuffix)
	if err != nil {
		d.fail(err)
		return
	}
	defer m.remove()
	if err := finishAllErasing(d.o.Path); err != nil {
		d.note = fmt.Sprintf("an erased history could not be overwritten: %v", err)
	}
	if err = d.checked(deaths); err == nil {
		err = d.openBolt()
	}
	if damaged(err) {
		d.setAside(err.Error())
		err = d.openBolt()
	}
	if err != nil {
		d.fail(err)
	}
}

// openToRead opens a file that is there, or says why not.
func (d *DB) openToRead() {
	_, err := os.Stat(d.o.Path)
	if err == nil && d.o.Check != nil {
		if err = d.o.Check(d.o.Path); !errors.Is(err, ErrDamaged) {
			err = nil // what else is wrong shows at once
		}
	}
	if err == nil {
		err = guard(func() (err error) {
			d.bolt, err = bbolt.Open(d.o.Path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait, OpenFile: d.openFile})
			if err != nil {
				return err
			}
			if err = d.admit(d.bolt); err != nil {
				return errors.Join(err, d.shut())
			}
			return d.bolt.View(func(tx *bbolt.Tx) error { d.learn(tx); return nil })
		})
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.trouble = "nothing is kept: there is no " + d.o.Path
	case err != nil:
		d.fail(err)
	}
}

func (d *DB) openBolt() error {
	return guard(func() error {
		b, err := bbolt.Open(d.o.Path, 0o600, &bbolt.Options{
			PageSize: pageSize, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, Timeout: lockWait,
			MaxSize: d.o.MaxBytes, OpenFile: d.openFile,
		})
		if err != nil {
			return err
		}
		b.AllocSize = growBy
		d.bolt = b
		if err := guard(func() error { return d.admit(b) }); err != nil {
			return errors.Join(err, d.letGo(err))
		}
		if err := guard(func() error { return d.prepare(b) }); err != nil {
			return errors.Join(err, d.letGo(err))
		}
		return nil
	})
}

// openFile opens for bbolt, and remembers what it opened.
func (d *DB) openFile(name string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, flag, mode)
	d.file = f
	return f, err
}

// letGo closes the file after an error. After a panic bbolt may hold its own locks, and closing it would wait for ever: then only the lock on
// the file is given back, and what is mapped of it stays until the process ends.
func (d *DB) letGo(err error) error {
	if !errors.Is(err, errPanic) {
		return d.shut()
	}
	d.bolt = nil
	_ = d.file.Close()
	return nil
}

// begunAnew sets a file aside that made bbolt panic, and opens a new one; of any other error it does nothing and answers false.
func (d *DB) begunAnew(err error) bool {
	if !errors.Is(err, errPanic) || d.bolt == nil {
		return false
	}
	_ = d.letGo(err)
	if d.o.ReadOnly {
		d.fail(err)
		return true
	}
	d.setAside(err.Error())
	d.open()
	return true
}

// prepare makes the buckets and counts this run.
func (d *DB) prepare(b *bbolt.DB) error {
	return b.Update(func(tx *bbolt.Tx) error {
		if err := d.begin(tx); err != nil {
			return err
		}
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
	var locked lockedError
	switch {
	case errors.As(err, &locked):
		d.locked, d.trouble, d.plain = locked.text, locked.text, locked.plain
	case errors.Is(err, berrors.ErrTimeout), errors.Is(err, ErrInUse):
		d.trouble = fmt.Sprintf("history is in memory only: %s is in use by another program", d.o.Path)
	case d.o.ReadOnly && errors.Is(err, fs.ErrPermission):
		d.trouble = d.o.Path + ": this user may not read it: use sudo -u hubd"
	case errors.As(err, &path):
		d.trouble = fmt.Sprintf("history is in memory only: %s: %s", path.Path, plainly(path.Err))
	default:
		d.trouble = fmt.Sprintf("history is in memory only: %s: %s", d.o.Path, plainly(err))
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
	d.run, d.lock = 0, nil // runs are counted in the file
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

// ErrInUse is that another program has the file.
var ErrInUse = errors.New("it is in use by another program")

// markerSuffix makes the marker's name of the file's.
const markerSuffix = ".opening"

const markerLine = "opening\n" // one for each attempt that has begun and not ended

// setMarker tells how many processes that set the marker have died with it.
func setMarker(path string) (m marker, deaths int, err error) {
	if m, err = lockMarker(path); err != nil {
		return m, 0, err
	}
	info, err := m.file.Stat()
	if err != nil {
		return marker{}, 0, errors.Join(err, m.file.Close())
	}
	deaths = int(info.Size()) / len(markerLine)
	if _, err = m.file.WriteString(markerLine); err == nil {
		err = m.file.Sync()
	}
	if err != nil {
		m.remove() // it was this process that wrote it, and it lives
		return marker{}, 0, err
	}
	return m, deaths, nil
}

// lockMarker keeps every other process from opening the file, and says nothing to the next one if this process dies.
func lockMarker(path string) (marker, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return marker{}, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return marker{}, errors.Join(ErrInUse, f.Close())
	}
	return marker{f}, nil
}

// remove makes it last that the opening ended: markers that losses of power brought back would set a history aside that is whole.
func (m marker) remove() {
	_ = os.Remove(m.file.Name()) // a marker that stays costs one history too many, never a wrong one
	_ = syncDir(filepath.Dir(m.file.Name()))
	_ = m.file.Close()
}

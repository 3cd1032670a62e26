package history

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// bucketLock holds the one row of a sealed file that is not sealed.
const (
	bucketLock = "lock" // lockKey → lock
	lockKey    = "lock"
)

// lockedError is why a history that is whole is not opened. The file stays as it is, and nothing is kept until somebody acts.
type lockedError struct {
	text  string
	plain bool // it is not sealed, and should be
}

func (e lockedError) Error() string { return e.text }

// What a person can do about a history that is locked: where a file holds its key, and where it is typed.
const (
	Unlocking = "put in the stick with its key, or hubd history unlock"
	Typing    = "type it, by hubd history unlock or on the page"
)

// away says why there is no file to read.
func (d *DB) away() error {
	if d.locked != "" {
		return errors.New("history: " + d.locked)
	}
	return errMemory
}

// Locked says why nothing is kept although the file is whole: it is sealed and its secret is not known, or it is not what the config says.
// Empty: it is not so.
func (d *DB) Locked() string { return d.locked }

// StillLocked says why there is still no secret.
func (d *DB) StillLocked(why string) {
	if d.locked != "" && !d.plain {
		d.o.Why, d.locked = why, noSecret(why)
		d.trouble = d.locked
	}
}

func noSecret(why string) string { return "locked: nothing is kept until there is its key: " + why }

// Plain tells whether it is locked because it is not sealed, and should be: Rekey is what helps.
func (d *DB) Plain() bool { return d.plain }

// Lock gives the lock of a sealed file; false where the file is not sealed, or there is none yet.
func (d *DB) Lock() (Lock, bool) {
	if d.lock == nil {
		return Lock{}, false
	}
	return *d.lock, true
}

// Sealed tells whether rows are sealed, or will be as soon as there is a secret.
func (d *DB) Sealed() bool { return d.sealing }

// Seal is what the rows are sealed with; nil where they are not, or it is not known.
func (d *DB) Seal() *Seal { return d.seal }

// Unlock goes on with what opens the file. Until then nothing was kept; what was measured is gone.
func (d *DB) Unlock(s *Seal) error {
	if d.bolt != nil {
		return nil
	}
	d.seal, d.sealing = s, true
	d.open()
	if d.bolt == nil {
		d.seal = nil
		return errors.New(d.trouble)
	}
	d.sweep()
	return nil
}

// fileState is what a look at an open file finds.
type fileState struct {
	lock  *Lock
	fresh bool // nothing was ever written
}

func lookAtLock(tx *bbolt.Tx) (f fileState, err error) {
	f.fresh = true
	if err := tx.ForEach(func([]byte, *bbolt.Bucket) error { f.fresh = false; return nil }); err != nil {
		return f, err
	}
	b := tx.Bucket([]byte(bucketLock))
	if b == nil {
		return f, nil
	}
	l, err := decodeLock(b.Get([]byte(lockKey)))
	if err != nil {
		return f, lockedError{text: fmt.Sprintf("locked: its lock cannot be read (%v). Put a backup in its place, or move the file away: another one is then begun", err)}
	}
	f.lock = &l
	return f, nil
}

// admit finds what opens the rows of a file, or says why it stays shut. A file that is sealed and one that is not are never mixed.
func (d *DB) admit(b *bbolt.DB) error {
	var f fileState
	err := b.View(func(tx *bbolt.Tx) (err error) { f, err = lookAtLock(tx); return err })
	if err != nil {
		return err
	}
	d.lock = f.lock
	switch {
	case f.lock != nil:
		d.sealing = true
		return d.fit(*f.lock)
	case !d.sealing:
		return nil
	case !f.fresh:
		return lockedError{text: "not sealed, though history.key_file says so: hubd history rekey seals what is kept. Nothing is added to it until then", plain: true}
	case d.seal != nil:
		return nil // as a file that was set aside was
	case d.o.Secret.None() && d.o.Why != "":
		return lockedError{text: noSecret(d.o.Why)}
	case d.o.Secret.None():
		return lockedError{text: noSecret(Unlocking)}
	}
	d.seal, err = d.o.Secret.Seal()
	return err
}

// fit finds what opens a lock.
func (d *DB) fit(l Lock) (err error) {
	if d.seal != nil && d.seal.lock == l {
		return nil
	}
	d.seal = nil
	switch {
	case d.o.Secret.None() && !d.o.Sealed:
		return lockedError{text: "locked: it is sealed, and history.key_file names no key. Name it there (typed, for a passphrase), or hubd history unlock"}
	case d.o.Secret.None() && l.phrase:
		return lockedError{text: "locked: nothing is kept until its passphrase is typed: hubd history unlock"}
	case d.o.Secret.None() && d.o.Why != "":
		return lockedError{text: noSecret(d.o.Why)}
	case d.o.Secret.None():
		return lockedError{text: noSecret(Unlocking)}
	}
	if d.seal, err = d.o.Secret.Open(l); err != nil {
		return lockedError{text: "locked: " + err.Error()}
	}
	return nil
}

// begin writes the lock of a file that is sealed from its first row on, and learns what slots there are.
func (d *DB) begin(tx *bbolt.Tx) error {
	if d.seal == nil {
		return nil
	}
	if tx.Bucket([]byte(bucketLock)) == nil {
		if err := putLock(tx, d.seal); err != nil {
			return err
		}
	}
	d.learn(tx)
	return nil
}

func putLock(tx *bbolt.Tx, s *Seal) error {
	b, err := tx.CreateBucketIfNotExists([]byte(bucketLock))
	if err != nil {
		return err
	}
	return b.Put([]byte(lockKey), s.lock.encode())
}

// learn learns the slots of a sealed file.
func (d *DB) learn(tx *bbolt.Tx) {
	if d.seal == nil {
		return
	}
	d.slots = learnSlots(tx, d.seal)
	lost, more := 0, ""
	for _, u := range d.slots.lost {
		if lost += len(u.Rows); u.More {
			more = "more than "
		}
	}
	if lost > 0 {
		d.note = fmt.Sprintf("%s%d sealed rows of the history are damaged and cannot be read", more, lost)
	}
}

package history

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// AddNote keeps a note, at once: whoever wrote it is told that it is on the disk. wall is the date now, zero while the Pi's clock is not
// set; a note without a date is about now. Whether this wearer's notes may be kept is for the caller to know.
func (d *DB) AddNote(n Note, wall time.Time) (id uint64, err error) {
	if n.At.IsZero() {
		n.At = wall
	}
	n.At, n.Written = n.At.Round(time.Second).UTC(), wall.Round(time.Second).UTC()
	if wall.IsZero() {
		n.Written = n.At
	}
	if err := n.Check(wall); err != nil {
		return 0, err
	}
	err = d.now(func(tx txn) error { id, err = putNote(tx, n); return err })
	return id, err
}

// putNote writes a note under a number of its own.
func putNote(tx txn, n Note) (id uint64, err error) {
	wearer, err := number(tx, n.Wearer)
	if err != nil {
		return 0, err
	}
	b := tx.shelf(bucketJournal)
	if n.ID, err = b.NextSequence(); err != nil {
		return 0, err
	}
	row, err := encodeNote(n)
	if err != nil {
		return 0, err
	}
	return n.ID, b.Put(noteKey(n.At, wearer, n.ID), row)
}

// Span is which notes are asked for: about From (inclusive) to To (exclusive), and of those about From only the ones after number After.
type Span struct {
	From, To time.Time
	After    uint64 // the last one that is known already; 0: none
}

// Notes gives a wearer's notes of a span, oldest first, at most limit. Rows that cannot be read are told in an Unreadable, and the
// others come all the same.
func (d *DB) Notes(wearer string, s Span, limit int) ([]Note, error) {
	var all []Note
	err := d.rows(bucketJournal, timeKey(s.From, 0), func(key, row []byte, names map[byte]string) (more bool, err error) {
		if len(key) != noteKeySize {
			return true, errors.New("history: a key has a wrong length")
		}
		at := keyTime(key)
		if !at.Before(s.To) || len(all) >= limit {
			return false, nil
		}
		if names[key[8]] != wearer || at.Equal(s.From) && noteID(key) <= s.After {
			return true, nil
		}
		n, err := decodeNote(row, at, wearer)
		if err == nil {
			all = append(all, n)
		}
		return true, err
	})
	return all, err
}

// errNoNote is told where there is nothing to remove.
var errNoNote = errors.New("there is no note of this number")

// RemoveNote removes one note of a wearer. Its bytes stay in the file until it is rewritten: that is erasing.
func (d *DB) RemoveNote(wearer string, id uint64) error {
	return d.now(func(tx txn) error {
		number := tx.shelf(bucketWearers).Get([]byte(wearer))
		if len(number) != 1 {
			return errNoNote
		}
		var key []byte
		tx.shelf(bucketJournal).walk(nil, func(k, _ []byte, err error) bool {
			if err == nil && len(k) == noteKeySize && k[8] == number[0] && noteID(k) == id {
				key = slices.Clone(k)
			}
			return key == nil
		})
		if key == nil {
			return errNoNote
		}
		return tx.shelf(bucketJournal).Delete(key)
	})
}

// now does one transaction that somebody waits for.
func (d *DB) now(f func(tx txn) error) error {
	if d.locked != "" {
		return d.away()
	}
	if d.bolt == nil {
		return errors.New("history is in memory only, and a note must last: " + d.trouble)
	}
	if err := guard(func() error { return d.change(f) }); err != nil {
		if errors.Is(err, errNoNote) {
			return err
		}
		d.begunAnew(err)
		return fmt.Errorf("history: journal: %w", err)
	}
	return nil
}

package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	berrors "go.etcd.io/bbolt/errors"
)

const (
	fillPercent = 0.9 // rows come in the order of their keys, so pages need little room for later ones
)

// store writes what waits, in one transaction.
func (d *DB) store(wall time.Time, last bool) {
	d.dateRows()
	for i := range d.faults {
		if f := &d.faults[i]; f.At.IsZero() {
			f.At = d.date(f.since)
		}
	}
	dated, undated := split(d.minutes, func(m Minute) time.Time { return m.At }, maxUndated, last)
	stamped, unstamped := split(d.stamped, func(r stampedRow) time.Time { return r.At }, maxUndatedRows, last)
	if len(dated)+len(stamped)+len(d.faults) == 0 && len(d.results) == len(d.undatedResults()) {
		return
	}
	err := d.update(wall, dated, stamped)
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		err = guard(func() error { return d.change(makeRoom) })
		if !errors.Is(err, errPanic) {
			err = d.update(wall, dated, stamped)
		}
	}
	if d.begunAnew(err) && d.bolt != nil {
		err = d.update(wall, dated, stamped) // into the new file
	}
	switch {
	case err == nil:
		d.minutes, d.stamped, d.faults, d.results, d.trouble, d.commits = undated, unstamped, nil, d.undatedResults(), "", 0
	case d.bolt != nil:
		d.troubled(err)
	}
}

// troubled keeps the rows in memory, and opens the file anew where the trouble lasts.
func (d *DB) troubled(err error) {
	if d.commits++; d.commits >= reopenAfter {
		_ = d.shut()
		d.open()
	}
	if d.trouble == "" {
		d.trouble = fmt.Sprintf("history waits in memory: %s: %s", d.o.Path, plainly(err))
	}
}

// split parts the rows that go to the disk from those that wait for the Pi's clock. The last ones, and more than may wait, all go.
func split[R any](rows []R, at func(R) time.Time, most int, last bool) (now, wait []R) {
	for _, r := range rows {
		if at(r).IsZero() {
			wait = append(wait, r)
		} else {
			now = append(now, r)
		}
	}
	if last || len(wait) > most {
		return rows, nil
	}
	return now, wait
}

func (d *DB) update(wall time.Time, minutes []Minute, stamped []stampedRow) error {
	return guard(func() error {
		return d.change(func(tx txn) error {
			for _, m := range minutes {
				if err := d.putMinute(tx, m); err != nil {
					return err
				}
			}
			for _, r := range stamped {
				if err := d.putRow(tx, r); err != nil {
					return err
				}
			}
			for _, f := range d.faults {
				if err := putFault(tx, f.Fault); err != nil {
					return err
				}
			}
			if err := putResults(tx, d.results, wall); err != nil {
				return err
			}
			if err := d.place(tx); err != nil {
				return err
			}
			return d.trim(tx, wall)
		})
	})
}

func (d *DB) putMinute(tx txn, m Minute) error {
	wearer, err := number(tx, m.Wearer)
	if err != nil {
		return err
	}
	if m.At.IsZero() {
		return filled(tx, bucketUnplaced).Put(unplacedKey(d.run, m.Since, wearer), encodeMinute(m))
	}
	return putDated(tx, m.At, wearer, encodeMinute(m))
}

// putDated takes the next free second where the clock was set back onto rows that are there: both were measured.
func putDated(tx txn, at time.Time, wearer byte, row []byte) error {
	b := filled(tx, bucketMinutes)
	key := timeKey(at, wearer)
	for b.Get(key) != nil {
		at = at.Add(time.Second)
		key = timeKey(at, wearer)
	}
	return b.Put(key, row)
}

func filled(tx txn, name string) shelf {
	s := tx.shelf(name)
	s.b.FillPercent = tx.fill()
	return s
}

func putFault(tx txn, f Fault) error {
	wearer, err := number(tx, f.Wearer)
	if err != nil {
		return err
	}
	b := filled(tx, bucketFaults)
	n, err := b.NextSequence()
	if err != nil {
		return err
	}
	if n > keepFaults {
		if err := b.Delete(binary.BigEndian.AppendUint64(nil, n-keepFaults)); err != nil {
			return err
		}
	}
	return b.Put(binary.BigEndian.AppendUint64(nil, n), encodeFault(f, wearer))
}

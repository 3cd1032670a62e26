package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	fillPercent = 0.9 // rows come in the order of their keys, so pages need little room for later ones
	trimRows    = 240 // rows that one commit removes at most: a wrong clock cannot empty the file at once
	trimAt      = 0.75
)

// store writes what waits, in one transaction.
func (d *DB) store(wall time.Time, last bool) {
	for i := range d.minutes {
		if m := &d.minutes[i]; m.At.IsZero() {
			m.At = d.date(m.Since)
		}
	}
	for i := range d.faults {
		if f := &d.faults[i]; f.At.IsZero() {
			f.At = d.date(f.since)
		}
	}
	for i := range d.results {
		if r := &d.results[i]; r.At.IsZero() {
			r.At = d.date(r.since)
		}
	}
	dated, undated := d.split(last)
	if len(dated) == 0 && len(d.faults) == 0 && len(d.results) == len(d.undatedResults()) {
		return
	}
	err := d.update(wall, dated)
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		err = guard(func() error {
			return d.bolt.Update(func(tx *bbolt.Tx) error { return trimOldest(tx, bucketMinutes, trimRows) })
		})
		if !errors.Is(err, errPanic) {
			err = d.update(wall, dated)
		}
	}
	switch {
	case err == nil:
		d.minutes, d.faults, d.results, d.trouble, d.commits = undated, nil, d.undatedResults(), "", 0
	case d.begunAnew(err):
	default:
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

// split parts the minutes that go to the disk from those that wait for the Pi's clock.
func (d *DB) split(last bool) (now, wait []Minute) {
	for _, m := range d.minutes {
		if m.At.IsZero() {
			wait = append(wait, m)
		} else {
			now = append(now, m)
		}
	}
	if last || len(wait) > maxUndated {
		return d.minutes, nil
	}
	return now, wait
}

func (d *DB) update(wall time.Time, minutes []Minute) error {
	return guard(func() error {
		return d.bolt.Update(func(tx *bbolt.Tx) error {
			for _, m := range minutes {
				if err := d.putMinute(tx, m); err != nil {
					return err
				}
			}
			for _, f := range d.faults {
				if err := putFault(tx, f.Fault); err != nil {
					return err
				}
			}
			if err := d.putResults(tx, wall); err != nil {
				return err
			}
			if err := d.place(tx); err != nil {
				return err
			}
			return d.trim(tx, wall)
		})
	})
}

func (d *DB) putMinute(tx *bbolt.Tx, m Minute) error {
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
func putDated(tx *bbolt.Tx, at time.Time, wearer byte, row []byte) error {
	b := filled(tx, bucketMinutes)
	key := timeKey(at, wearer)
	for i := 1; i < 60 && b.Get(key) != nil; i++ {
		key = timeKey(at.Add(time.Duration(i)*time.Second), wearer)
	}
	return b.Put(key, row)
}

func filled(tx *bbolt.Tx, name string) *bbolt.Bucket {
	b := tx.Bucket([]byte(name))
	b.FillPercent = fillPercent
	return b
}

// number gives the one byte that stands for a wearer in keys.
func number(tx *bbolt.Tx, wearer string) (byte, error) {
	if wearer == "" {
		return 0, nil
	}
	b := tx.Bucket([]byte(bucketWearers))
	if v := b.Get([]byte(wearer)); len(v) == 1 {
		return v[0], nil
	}
	n, err := b.NextSequence()
	if err != nil {
		return 0, err
	}
	if n > maxWearers {
		return 0, fmt.Errorf("more than %d wearers", maxWearers)
	}
	return byte(n), b.Put([]byte(wearer), []byte{byte(n)})
}

func putFault(tx *bbolt.Tx, f Fault) error {
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

// place gives this run's rows their date once the Pi's clock is set.
func (d *DB) place(tx *bbolt.Tx) error {
	if d.epoch.IsZero() {
		return nil
	}
	b := tx.Bucket([]byte(bucketUnplaced))
	first := binary.BigEndian.AppendUint64(nil, d.run)
	var keys [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(first); len(k) == unplacedSize && slices.Equal(k[:8], first) && len(keys) < trimRows; k, _ = c.Next() {
		keys = append(keys, slices.Clone(k))
	}
	for _, k := range keys {
		since := time.Duration(binary.BigEndian.Uint32(k[8:])) * time.Second
		if err := putDated(tx, d.date(since), k[12], slices.Clone(b.Get(k))); err != nil {
			return err
		}
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// trim removes minutes that are too old, and the oldest where the file is nearly full.
func (d *DB) trim(tx *bbolt.Tx, wall time.Time) error {
	if !wall.IsZero() {
		before := timeKey(wall.AddDate(0, 0, -d.o.Days), 0)
		if err := trimBefore(tx, bucketMinutes, before); err != nil {
			return err
		}
	}
	stats := d.bolt.Stats()
	used := tx.Size() - int64(stats.FreePageN+stats.PendingPageN)*pageSize
	if float64(used) > trimAt*float64(d.o.MaxBytes) {
		if err := trimOldest(tx, bucketUnplaced, trimRows); err != nil {
			return err
		}
		return trimOldest(tx, bucketMinutes, trimRows)
	}
	return nil
}

func trimBefore(tx *bbolt.Tx, bucket string, before []byte) error {
	return trimWhile(tx, bucket, trimRows, func(key []byte) bool { return string(key) < string(before) })
}

func trimOldest(tx *bbolt.Tx, bucket string, rows int) error {
	return trimWhile(tx, bucket, rows, func([]byte) bool { return true })
}

func trimWhile(tx *bbolt.Tx, bucket string, rows int, old func(key []byte) bool) error {
	b := tx.Bucket([]byte(bucket))
	var keys [][]byte
	c := b.Cursor()
	for k, _ := c.First(); k != nil && len(keys) < rows && old(k); k, _ = c.Next() {
		keys = append(keys, slices.Clone(k))
	}
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

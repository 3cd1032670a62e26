package history

import (
	"slices"
	"time"
)

const (
	trimRows = 240 // rows of a bucket that one commit removes at most: a wrong clock cannot empty the file at once
	trimAt   = 0.75
)

// trim removes what is too old, and the oldest where the file is nearly full. Sessions, what happened in them, and the journal stay until
// they are erased.
func (d *DB) trim(tx txn, wall time.Time) error {
	if !wall.IsZero() {
		days := wall.AddDate(0, 0, -d.o.Days)
		if err := trimBefore(tx, bucketMinutes, tx.wholeSlots(bucketMinutes, timeKey(days, 0))); err != nil {
			return err
		}
		if err := trimBefore(tx, bucketMornings, stampKey(days, 0, 0)); err != nil {
			return err
		}
		oldest := stampKey(wall.AddDate(0, 0, -d.o.IntervalDays), 0, 0)
		if err := trimBefore(tx, bucketIntervals, tx.wholeSlots(bucketIntervals, oldest)); err != nil {
			return err
		}
	}
	stats := d.bolt.Stats()
	used := tx.Size() - int64(stats.FreePageN+stats.PendingPageN)*pageSize
	if float64(used) > trimAt*float64(d.o.MaxBytes) {
		return makeRoom(tx)
	}
	return nil
}

// makeRoom removes some of the oldest rows that are not to be kept for ever: as long as there are intervals, no minute goes for them.
func makeRoom(tx txn) error {
	left := trimRows
	for _, bucket := range []string{bucketIntervals, bucketUndated, bucketUnplaced, bucketMinutes} {
		gone, err := trimWhile(tx, bucket, left, func([]byte) bool { return true })
		if err != nil {
			return err
		}
		left -= gone
	}
	return nil
}

func trimBefore(tx txn, bucket string, before []byte) error {
	if !tx.shelf(bucket).startsBefore(before) {
		return nil
	}
	_, err := trimWhile(tx, bucket, trimRows, func(key []byte) bool { return string(key) < string(before) })
	return err
}

func trimWhile(tx txn, bucket string, rows int, old func(key []byte) bool) (gone int, err error) {
	b := tx.shelf(bucket)
	var keys [][]byte
	b.walk(nil, func(k, _ []byte, err error) bool {
		if err != nil {
			return true
		}
		if len(keys) >= rows || !old(k) {
			return false
		}
		keys = append(keys, slices.Clone(k))
		return true
	})
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

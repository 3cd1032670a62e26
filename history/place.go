package history

import (
	"encoding/binary"
	"slices"
	"time"
)

// putRow writes a stamped row. That of a session takes the place of the one that was written as it began.
func (d *DB) putRow(tx txn, r stampedRow) error {
	wearer, err := number(tx, r.Wearer)
	if err != nil {
		return err
	}
	if r.table != tableSessions {
		_, err = putStamped(tx, r.table, d.run, r.Stamp, wearer, r.row)
		return err
	}
	if r.At.IsZero() {
		return filled(tx, bucketUndated).Put(undatedKey(d.run, tableSessions, r.Since, wearer, 0), r.row)
	}
	return filled(tx, bucketSessions).Put(stampKey(r.At, wearer, 0), r.row)
}

// place gives this run's rows their date once the Pi's clock is set.
func (d *DB) place(tx txn) error {
	if d.epoch.IsZero() {
		return nil
	}
	if err := d.placeMinutes(tx); err != nil {
		return err
	}
	return d.placeRows(tx)
}

func (d *DB) placeMinutes(tx txn) error {
	b := tx.shelf(bucketUnplaced)
	first := binary.BigEndian.AppendUint64(nil, d.run)
	var keys [][]byte
	b.walk(first, func(k, _ []byte, err error) bool {
		if err != nil {
			return true
		}
		if len(k) != unplacedSize || !slices.Equal(k[:8], first) || len(keys) >= trimRows {
			return false
		}
		keys = append(keys, slices.Clone(k))
		return true
	})
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

func (d *DB) placeRows(tx txn) error {
	b := tx.shelf(bucketUndated)
	for _, k := range undatedOfRun(tx, d.run, trimRows) {
		s, t, wearer, err := readUndatedKey(k)
		if err != nil || t < tableSessions || t > tableIntervals {
			continue // it stays as it is, and a reader counts it
		}
		s.At = d.placed(t, s.Since)
		if err := d.placeRow(tx, t, s, wearer, slices.Clone(b.Get(k))); err != nil {
			return err
		}
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// placeRow writes a row under its date. A session that is over by now stands there already.
func (d *DB) placeRow(tx txn, t table, s Stamp, wearer byte, row []byte) error {
	if t == tableSessions && tx.shelf(bucketSessions).Get(stampKey(s.At, wearer, 0)) != nil {
		return nil
	}
	_, err := putStamped(tx, t, d.run, s, wearer, row)
	return err
}

// placed is the date of a row that had none. That of a running session is the one that its end will be written under.
func (d *DB) placed(t table, since time.Duration) time.Time {
	at := d.dateTo(since, time.Millisecond)
	if t != tableSessions {
		return at
	}
	for _, c := range d.collectors {
		if c.inSession && c.session.Since == since {
			return c.session.At
		}
	}
	return at
}

package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// errMemory is told to those who ask for rows while there is no file.
var errMemory = errors.New("history: there is no file to read: rows wait in memory")

// Minutes gives the committed minutes that began from from (inclusive) to to (exclusive), of one wearer or, where wearer is empty,
// of all, oldest first. At most limit come; ask again from a second after the last. Rows that cannot be read are told in
// an Unreadable, and the others come all the same.
func (d *DB) Minutes(wearer string, from, to time.Time, limit int) ([]Minute, error) {
	var all []Minute
	err := d.rows(bucketMinutes, timeKey(from, 0), func(key, row []byte, names map[byte]string) (more bool, err error) {
		if len(key) != keySize {
			return true, errors.New("history: a key has a wrong length")
		}
		at := keyTime(key)
		if !at.Before(to) || len(all) >= limit {
			return false, nil
		}
		if wearer != "" && names[key[8]] != wearer {
			return true, nil
		}
		m, err := decodeMinute(row)
		if err == nil {
			m.At, m.Wearer = at, names[key[8]]
			all = append(all, m)
		}
		return true, err
	})
	return all, err
}

// Undated gives at most limit committed minutes of runs in which the Pi's clock was never set, in the order of runs, of one wearer or,
// where wearer is empty, of all; the first skip of them are left out.
func (d *DB) Undated(wearer string, skip uint64, limit int) ([]Minute, error) {
	var all []Minute
	err := d.rows(bucketUnplaced, nil, func(key, row []byte, names map[byte]string) (more bool, err error) {
		if len(key) != unplacedSize {
			return true, errors.New("history: a key has a wrong length")
		}
		if len(all) >= limit {
			return false, nil
		}
		if wearer != "" && names[key[12]] != wearer {
			return true, nil
		}
		m, err := decodeMinute(row)
		if err == nil && skip > 0 { // who asks counts the minutes that came
			skip--
			return true, nil
		}
		if err == nil {
			m.Run, m.Since = binary.BigEndian.Uint64(key), time.Duration(binary.BigEndian.Uint32(key[8:]))*time.Second
			m.Wearer = names[key[12]]
			all = append(all, m)
		}
		return true, err
	})
	return all, err
}

// Faults gives at most limit committed faults in the order in which they happened, from the oldest kept.
func (d *DB) Faults(limit int) ([]Fault, error) {
	var all []Fault
	err := d.rows(bucketFaults, nil, func(_, row []byte, names map[byte]string) (more bool, err error) {
		if len(all) >= limit {
			return false, nil
		}
		f, wearer, err := decodeFault(row)
		if err == nil {
			f.Wearer = names[wearer]
			all = append(all, f)
		}
		return true, err
	})
	return all, err
}

// rows walks a bucket from a key on. Rows that cannot be read are an Unreadable at the end.
func (d *DB) rows(bucket string, from []byte, each func(key, row []byte, names map[byte]string) (more bool, err error)) error {
	if d.bolt == nil {
		return d.away()
	}
	var bad Unreadable
	err := guard(func() error {
		return d.view(func(tx txn) error {
			for _, of := range []string{bucketWearers, bucket} {
				if lost := d.slots.lost[of]; d.seal != nil && lost != nil {
					bad.Add(lost.Rows, lost.More)
				}
			}
			names := wearerNames(tx, &bad)
			tx.shelf(bucket).walk(from, func(k, v []byte, err error) bool {
				if err != nil {
					bad.Add([]string{unreadRow(sealedName(bucket, k), err)}, false)
					return true
				}
				more, err := each(k, v, names)
				if err != nil {
					bad.meet(rowName(bucket, k, names), err)
				}
				return more
			})
			return nil
		})
	})
	if err != nil {
		d.begunAnew(err)
		return fmt.Errorf("history: read: %w", err)
	}
	return bad.Err()
}

// wearerNames gives who has which number. Whoever's cannot be read is in bad: their rows come to nobody.
func wearerNames(tx txn, bad *Unreadable) map[byte]string {
	names := map[byte]string{}
	tx.shelf(bucketWearers).walk(nil, func(id, n []byte, err error) bool {
		switch {
		case err != nil:
			bad.meet(sealedName(bucketWearers, id), err)
		case len(n) != 1:
			bad.meet(rowName(bucketWearers, id, nil), errNumber)
		default:
			names[n[0]] = string(id)
		}
		return true
	})
	return names
}

package history

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"
)

// Stamp says whose a row is and when it began.
type Stamp struct {
	Wearer string
	At     time.Time     // to the millisecond; zero where the Pi's clock was not set in that run
	Run    uint64        // where At is zero: which start of hubd, counted from 1
	Since  time.Duration // where At is zero: since that start, to the millisecond
}

// table is one kind of stamped row. Its number stands in the keys of rows without a date, so it never changes.
type table byte

// The tables.
const (
	tableSessions table = iota + 1
	tableMornings
	tableMoments
	tableIntervals
)

// The buckets of the tables. No bucket carries a name of a person.
const (
	bucketSessions  = "sessions"  // stampKey → session; until erased
	bucketMornings  = "mornings"  // stampKey → morning
	bucketMoments   = "moments"   // stampKey → moment; until erased
	bucketIntervals = "intervals" // stampKey → intervals of a minute
	bucketUndated   = "undated"   // undatedKey → row of any table
)

// bucket is where the dated rows of a table are.
func (t table) bucket() string {
	return [...]string{"", bucketSessions, bucketMornings, bucketMoments, bucketIntervals}[t]
}

// Keys are in the order of time. Dated: 8 bytes of Unix milliseconds with the sign bit turned, 1 for the wearer, 2 that count rows of
// one millisecond. Without a date: 8 bytes of the run, 1 for the table, 8 of milliseconds since the run began, 1 for the wearer, 2 that
// count. Numbers are big-endian.
const (
	stampKeySize   = 11
	undatedKeySize = 20
	undatedWearer  = 17
	maxSameTime    = 64 // rows of one wearer in one millisecond; the next takes the next millisecond
)

func stampKey(at time.Time, wearer byte, n uint16) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, stampKeySize), uint64(at.UnixMilli())^1<<63)
	return binary.BigEndian.AppendUint16(append(key, wearer), n)
}

func undatedKey(run uint64, t table, since time.Duration, wearer byte, n uint16) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, undatedKeySize), run)
	key = binary.BigEndian.AppendUint64(append(key, byte(t)), uint64(max(0, since.Milliseconds())))
	return binary.BigEndian.AppendUint16(append(key, wearer), n)
}

// readStampKey gives the date and the wearer's number of a dated key.
func readStampKey(key []byte) (at time.Time, wearer byte, err error) {
	if len(key) != stampKeySize {
		return time.Time{}, 0, errKeySize
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(key) ^ 1<<63)).UTC(), key[8], nil
}

// readUndatedKey gives what stands in the key of a row without a date.
func readUndatedKey(key []byte) (s Stamp, t table, wearer byte, err error) {
	if len(key) != undatedKeySize {
		return Stamp{}, 0, 0, errKeySize
	}
	since := binary.BigEndian.Uint64(key[9:])
	if since > math.MaxInt64/uint64(time.Millisecond) {
		return Stamp{}, 0, 0, errors.New("history: a key holds a time that is none")
	}
	s.Run, s.Since = binary.BigEndian.Uint64(key), time.Duration(since)*time.Millisecond
	return s, table(key[8]), key[undatedWearer], nil
}

var errKeySize = errors.New("history: a key has a wrong length")

// putStamped writes a row under a key of its own and gives that key: of two rows of one millisecond both were measured.
func putStamped(tx txn, t table, run uint64, s Stamp, wearer byte, row []byte) (key []byte, err error) {
	b := filled(tx, t.bucket())
	if s.At.IsZero() {
		b = filled(tx, bucketUndated)
	}
	for i := range uint16(maxSameTime) {
		if s.At.IsZero() {
			key = undatedKey(run, t, s.Since, wearer, i)
		} else {
			key = stampKey(s.At, wearer, i)
		}
		if b.Get(key) == nil {
			return key, b.Put(key, row)
		}
	}
	s.At, s.Since = later(s.At, time.Millisecond), s.Since+time.Millisecond
	return putStamped(tx, t, run, s, wearer, row)
}

// later moves a date, and leaves none none.
func later(at time.Time, by time.Duration) time.Time {
	if at.IsZero() {
		return at
	}
	return at.Add(by)
}

// stamped gives the committed rows of a table that began from from (inclusive) to to (exclusive), of one wearer or, where wearer is empty,
// of all, oldest first. About limit come, never only some of those of one time; ask again from a millisecond after the last.
func stamped(d *DB, t table, wearer string, from, to time.Time, limit int, each func(s Stamp, row []byte) error) error {
	taken, last := 0, time.Time{}
	return d.rows(t.bucket(), stampKey(from, 0, 0), func(key, row []byte, names map[byte]string) (more bool, err error) {
		at, number, err := readStampKey(key)
		if err != nil {
			return true, err
		}
		if !at.Before(to) || taken >= limit && !at.Equal(last) {
			return false, nil
		}
		if wearer != "" && names[number] != wearer {
			return true, nil
		}
		if err = each(Stamp{Wearer: names[number], At: at}, row); err == nil { // one that cannot be read is no row that came
			taken, last = taken+1, at
		}
		return true, err
	})
}

// unstamped gives at most limit committed rows of a table of runs in which the Pi's clock was never set, in the order of runs, of one
// wearer or, where wearer is empty, of all; the first skip of them are left out.
func unstamped(d *DB, t table, wearer string, skip uint64, limit int, each func(s Stamp, row []byte) error) error {
	taken := 0
	return d.rows(bucketUndated, nil, func(key, row []byte, names map[byte]string) (more bool, err error) {
		s, of, number, err := readUndatedKey(key)
		if err != nil {
			return true, err
		}
		switch {
		case taken >= limit:
			return false, nil
		case of != t || wearer != "" && names[number] != wearer:
			return true, nil
		case skip > 0: // who asks counts the rows that came
			if err = readStamped(t, row); err == nil {
				skip--
			}
			return true, err
		}
		s.Wearer = names[number]
		if err = each(s, row); err == nil {
			taken++
		}
		return true, err
	})
}

// undatedOfRun gives the keys of at most limit rows without a date of one run.
func undatedOfRun(tx txn, run uint64, limit int) (keys [][]byte) {
	first := binary.BigEndian.AppendUint64(nil, run)
	tx.shelf(bucketUndated).walk(first, func(k, _ []byte, err error) bool {
		if err != nil {
			return true
		}
		if len(k) != undatedKeySize || !slices.Equal(k[:8], first) || len(keys) >= limit {
			return false
		}
		keys = append(keys, slices.Clone(k))
		return true
	})
	return keys
}

package history

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// Errors of looking into every row.
var (
	ErrNoSecret = errors.New("its rows are sealed")
	errInClear  = errors.New("it is not sealed: no key is needed")
)

// ReadRows decodes every row of a file that is whole, as its readers do, and gives how many there are; those that cannot be read are an
// Unreadable. The rows of a sealed file need its secret: without one it gives ErrNoSecret, with another ErrWrongSecret.
func ReadRows(path string, s Secret) (rows int, err error) {
	var bad Unreadable
	err = guard(func() error {
		b, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait})
		if err != nil {
			return err
		}
		err = b.View(func(tx *bbolt.Tx) error {
			seal, err := fileSeal(tx, s)
			if err == nil {
				rows, err = readBuckets(txn{Tx: tx, seal: seal}, &bad)
			}
			return err
		})
		return errors.Join(err, b.Close())
	})
	if err != nil {
		return rows, fmt.Errorf("history: %w", err)
	}
	return rows, bad.Err()
}

// fileSeal opens the lock of a file; nil where it has none.
func fileSeal(tx *bbolt.Tx, s Secret) (*Seal, error) {
	f, err := lookAtLock(tx)
	switch {
	case err != nil:
		return nil, err
	case f.lock == nil && !s.None():
		return nil, errInClear
	case f.lock == nil:
		return nil, nil
	case s.None():
		return nil, ErrNoSecret
	}
	return s.Open(*f.lock)
}

// readBuckets reads every row of a file, in the order in which it stands there.
func readBuckets(tx txn, bad *Unreadable) (rows int, err error) {
	names := numbered(tx)
	err = tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
		bucket := string(name)
		if bucket == bucketLock {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			rows++
			key, row, err := tx.unsealed(bucket, k, v)
			if err != nil {
				bad.meet(sealedName(bucket, k), err)
			} else if err := readRow(bucket, key, row, names); err != nil {
				bad.meet(rowName(bucket, key, names), err)
			}
			return nil
		})
	})
	return rows, err
}

// unsealed gives a row as it was before it was sealed, and in a file in the clear as it stands there.
func (tx txn) unsealed(bucket string, k, v []byte) (key, row []byte, err error) {
	if tx.seal == nil {
		return k, v, nil
	}
	return tx.seal.open(bucket, k, v)
}

// numbered gives who has which number, without the slots that a history which is open knows.
func numbered(tx txn) map[byte]string {
	names := map[byte]string{}
	b := tx.Bucket([]byte(bucketWearers))
	if b == nil {
		return names
	}
	_ = b.ForEach(func(k, v []byte) error {
		key, row, err := tx.unsealed(bucketWearers, k, v)
		if err == nil && len(row) == 1 {
			names[row[0]] = string(key)
		}
		return nil
	})
	return names
}

// errNumber is a wearer whose number cannot be told.
var errNumber = errors.New("a wearer's number is none, or another's too")

// errNobody is a row whose wearer cannot be told.
var errNobody = errors.New("it is of nobody whose number is kept")

// readRow decodes a row as its readers do, and says what it lacks.
func readRow(bucket string, key, row []byte, names map[byte]string) error {
	if at := wearerAt(bucket); at >= 0 && at < len(key) && names[key[at]] == "" {
		return errNobody
	}
	size := map[string]int{
		bucketFaults: 8, bucketMinutes: keySize, bucketUnplaced: unplacedSize, bucketJournal: noteKeySize, bucketSessions: stampKeySize,
		bucketMornings: stampKeySize, bucketMoments: stampKeySize, bucketIntervals: stampKeySize, bucketUndated: undatedKeySize,
	}[bucket]
	if size != 0 && len(key) != size {
		return errKeySize
	}
	var err error
	switch bucket {
	case bucketWearers:
		if len(key) == 0 || len(row) != 1 || names[row[0]] != string(key) {
			err = errNumber
		}
	case bucketMinutes, bucketUnplaced:
		_, err = decodeMinute(row)
	case bucketFaults:
		_, _, err = decodeFault(row)
	case bucketJournal:
		_, err = decodeNote(row, keyTime(key), names[key[keySize-1]])
	case bucketUndated:
		var of table
		if _, of, _, err = readUndatedKey(key); err == nil {
			err = readStamped(of, row)
		}
	default:
		for _, t := range []table{tableSessions, tableMornings, tableMoments, tableIntervals} {
			if t.bucket() == bucket {
				err = readStamped(t, row)
			}
		}
	}
	return err
}

// readStamped decodes a row of a table.
func readStamped(t table, row []byte) (err error) {
	switch t {
	case tableSessions:
		_, err = decodeSession(row)
	case tableMornings:
		_, err = decodeMorning(row)
	case tableMoments:
		_, err = decodeMoment(row)
	case tableIntervals:
		_, err = decodeIntervals(row)
	default:
		err = errors.New("history: a row is of no table")
	}
	return err
}

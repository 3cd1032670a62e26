package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mostUnreadable is how many rows that cannot be read are named: a file may have nothing but such.
const mostUnreadable = 1000

// Unreadable is the error of rows that cannot be read, where all others came.
type Unreadable struct {
	Rows []string `json:"rows"`           // which each of them is and what it lacks, in words for people; none twice, at most 1000
	More bool     `json:"more,omitempty"` // there are more than Rows names
}

// Error says how many they are, and what the first lacks.
func (u *Unreadable) Error() string {
	switch n := len(u.Rows); {
	case n == 0:
		return "rows cannot be read"
	case u.More:
		return fmt.Sprintf("more than %d rows cannot be read, the first: %s", n, u.Rows[0])
	case n == 1:
		return "1 row cannot be read: " + u.Rows[0]
	default:
		return fmt.Sprintf("%d rows cannot be read, the first: %s", n, u.Rows[0])
	}
}

// Add takes in what another reader could not read; a row that both met counts once.
func (u *Unreadable) Add(rows []string, more bool) {
	u.More = u.More || more
	for _, r := range rows {
		if len(u.Rows) >= mostUnreadable {
			u.More = true
			return
		}
		if !slices.Contains(u.Rows, r) {
			u.Rows = append(u.Rows, r)
		}
	}
}

// Take takes in what a reader could not read and gives nil; any other error it gives back.
func (u *Unreadable) Take(err error) error {
	var other *Unreadable
	if !errors.As(err, &other) {
		return err
	}
	u.Add(other.Rows, other.More)
	return nil
}

// Err gives u as an error; nil where every row could be read.
func (u *Unreadable) Err() error {
	if len(u.Rows) == 0 && !u.More {
		return nil
	}
	return u
}

// meet takes one row that a walk met. A walk meets none twice.
func (u *Unreadable) meet(row string, lacks error) {
	if len(u.Rows) >= mostUnreadable {
		u.More = true
		return
	}
	u.Rows = append(u.Rows, unreadRow(row, lacks))
}

// unreadRow says of a row what it lacks.
func unreadRow(row string, lacks error) string {
	return row + ": " + strings.TrimPrefix(lacks.Error(), "history: ")
}

// rowName says which row of the file it is.
func rowName(bucket string, key []byte, names map[byte]string) string {
	where := fmt.Sprintf("with the key %x", key)
	switch {
	case bucket == bucketWearers:
		where = fmt.Sprintf("the number of %q", key)
	case bucket == bucketFaults && len(key) == 8:
		where = fmt.Sprintf("number %d", binary.BigEndian.Uint64(key))
	case bucket == bucketMinutes && len(key) == keySize:
		where = keyTime(key).Format(time.DateTime) + " UTC"
	case bucket == bucketJournal && len(key) == noteKeySize:
		where = fmt.Sprintf("%s UTC, note %d", keyTime(key).Format(time.DateTime), noteID(key))
	case bucket == bucketUnplaced && len(key) == unplacedSize:
		where = fmt.Sprintf("%s after start %d", time.Duration(binary.BigEndian.Uint32(key[8:]))*time.Second, binary.BigEndian.Uint64(key))
	case bucket == bucketUndated:
		if s, _, _, err := readUndatedKey(key); err == nil {
			where = fmt.Sprintf("%s after start %d (%x)", s.Since, s.Run, key[8:])
		}
	default:
		if at, _, err := readStampKey(key); err == nil {
			where = fmt.Sprintf("%s UTC (%x)", at.Format(time.DateTime+".000"), key[8:])
		}
	}
	if at := wearerAt(bucket); at >= 0 && at < len(key) && names[key[at]] != "" {
		where += ", of " + names[key[at]]
	}
	return bucket + ", " + where
}

// sealedName says which row of a sealed file it is, of which its name alone can be seen.
func sealedName(bucket string, name []byte) string {
	return fmt.Sprintf("%s, sealed as %x", bucket, name)
}

package history

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// A sealed row stands under a name: 8 bytes that stand for a slot, a stretch of time that only the secret tells, and 8 for the row's key. Both
// are keyed hashes: equal keys have equal names, so that a row is found without opening others, and nothing else shows. Its value is:
//
//	0…23     nonce, random
//	24…      sealed, with the bucket and the name bound to it: 1 byte for the length of the key, 4 for that of the row, key, row, and zeros
//	         up to a length that tells nothing of the row
const (
	slotSize   = 8
	nameSize   = slotSize + 8
	sealedHead = 5
)

// errSealed is a row that the right secret does not open: it was damaged, or put where another stood.
var errSealed = errors.New("history: a sealed row is damaged")

// slotWidth is how much of the first 8 bytes of a bucket's keys one slot holds: an hour of minutes and of intervals, a day of moments, a month of
// what is rare. The rows of a slot stand beside each other in no order; only those of one slot are opened to find an order again.
func slotWidth(bucket string) uint64 {
	const hour = 3600
	switch bucket {
	case bucketMinutes:
		return hour
	case bucketIntervals:
		return 1000 * hour
	case bucketMoments:
		return 24 * 1000 * hour
	case bucketSessions, bucketMornings:
		return 30 * 24 * 1000 * hour
	case bucketJournal:
		return 30 * 24 * hour
	case bucketFaults:
		return 64
	}
	return 1 // a run; all wearers
}

// padTo is the multiple to which the length of a key and a row is filled up, so that the length of a row with as many beats as a heart had in that
// minute tells nothing of them; 1: all rows of the bucket are equally long.
func padTo(bucket string) int {
	switch bucket {
	case bucketIntervals, bucketUndated:
		return 1024
	case bucketJournal:
		return 256
	case bucketFaults, bucketWearers:
		return 64
	}
	return 1
}

// slotOf is the number of the slot that a key lies in. It grows with the key.
func slotOf(bucket string, key []byte) uint64 {
	if bucket == bucketWearers {
		return 0
	}
	var first [8]byte
	copy(first[:], key)
	return binary.BigEndian.Uint64(first[:]) / slotWidth(bucket)
}

// hash8 is 8 bytes of a keyed hash.
func (s *Seal) hash8(what, bucket string, data []byte) []byte {
	h := hmac.New(sha256.New, s.names)
	h.Write([]byte(what))
	h.Write([]byte(bucket))
	h.Write([]byte{0})
	h.Write(data)
	return h.Sum(nil)[:8]
}

func (s *Seal) slotName(bucket string, slot uint64) []byte {
	return s.hash8("slot ", bucket, binary.BigEndian.AppendUint64(nil, slot))
}

// name is what a row's key becomes.
func (s *Seal) name(bucket string, key []byte) []byte {
	return append(s.slotName(bucket, slotOf(bucket, key)), s.hash8("key ", bucket, key)...)
}

// seal makes the value that stands under a name.
func (s *Seal) seal(bucket string, name, key, row []byte) []byte {
	size := sealedHead + len(key) + len(row)
	size += (padTo(bucket) - size%padTo(bucket)) % padTo(bucket)
	plain := make([]byte, 0, size)
	plain = append(plain, byte(len(key)))
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(row)))
	plain = append(append(plain, key...), row...)
	return sealWith(s.rows, plain[:size], bound(bucket, name))
}

// open gives the key and the row of a value that stands under a name.
func (s *Seal) open(bucket string, name, value []byte) (key, row []byte, err error) {
	plain, err := openWith(s.rows, value, bound(bucket, name))
	if err != nil || len(name) != nameSize || len(plain) < sealedHead {
		return nil, nil, errSealed
	}
	k, r := int(plain[0]), int64(binary.BigEndian.Uint32(plain[1:]))
	if int64(sealedHead+k)+r > int64(len(plain)) {
		return nil, nil, errSealed
	}
	plain = plain[sealedHead:]
	return plain[:k:k], plain[k : int64(k)+r : int64(k)+r], nil
}

// bound is what a value is bound to: moved to another place, it does not open.
func bound(bucket string, name []byte) []byte { return append(append([]byte(bucket), 0), name...) }

// sealWith gives a nonce and what it sealed.
func sealWith(a cipher.AEAD, plain, with []byte) []byte {
	out := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	_, _ = rand.Read(out)
	return a.Seal(out, out, plain, with)
}

// openWith opens what sealWith made.
func openWith(a cipher.AEAD, value, with []byte) ([]byte, error) {
	if len(value) < chacha20poly1305.NonceSizeX {
		return nil, errSealed
	}
	return a.Open(nil, value[:chacha20poly1305.NonceSizeX], value[chacha20poly1305.NonceSizeX:], with)
}

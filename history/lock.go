package history

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// Lock is what a sealed file says of itself in the clear: how its secret becomes a key, and a word that only the right one opens.
type Lock struct {
	phrase       bool   // a passphrase opens it; else a key
	time, memory uint32 // of the stretching, memory in KiB; 0 for a key
	salt         [lockSalt]byte
	proof        [lockProof]byte
}

// A lock is versioned and of fixed width, numbers big-endian:
//
//	0        version, 1
//	1        what opens it: 1 a key, 2 a passphrase
//	2…5      argon2id passes; 0 for a key
//	6…9      argon2id memory, KiB; 0 for a key
//	10…41    salt, random
//	42…81    nonce and tag of nothing, sealed with all bytes before: only the right secret opens it
const (
	lockVersion = 1
	lockSalt    = 32
	lockHead    = 10 + lockSalt
	lockProof   = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
	lockSize    = lockHead + lockProof
)

const (
	opensByKey    = 1
	opensByPhrase = 2
)

// Phrase tells whether a passphrase opens it, which only a person can give.
func (l Lock) Phrase() bool { return l.phrase }

func (l Lock) head() []byte {
	head := []byte{lockVersion, opensByKey}
	if l.phrase {
		head[1] = opensByPhrase
	}
	head = binary.BigEndian.AppendUint32(head, l.time)
	head = binary.BigEndian.AppendUint32(head, l.memory)
	return append(head, l.salt[:]...)
}

func (l Lock) encode() []byte { return append(l.head(), l.proof[:]...) }

// decodeLock reads a lock. One that would have hubd compute without end, or use memory it has not, is none.
func decodeLock(row []byte) (Lock, error) {
	if err := checkRow("lock", row, lockVersion, lockSize); err != nil {
		return Lock{}, err
	}
	l := Lock{phrase: row[1] == opensByPhrase, time: binary.BigEndian.Uint32(row[2:]), memory: binary.BigEndian.Uint32(row[6:])}
	copy(l.salt[:], row[10:])
	copy(l.proof[:], row[lockHead:])
	stretched := l.time >= 1 && l.time <= mostStretchTime && l.memory >= 1<<10 && l.memory <= mostStretchMemory
	switch {
	case row[1] != opensByKey && row[1] != opensByPhrase:
		return Lock{}, errors.New("history: a lock is of no kind")
	case l.phrase && !stretched, !l.phrase && l.time+l.memory != 0:
		return Lock{}, errors.New("history: a lock asks for a stretching that hubd does not do")
	}
	return l, nil
}

// Errors of a secret, in words for people.
var (
	ErrWrongSecret = errors.New("that is not the key or passphrase of this history; nothing was changed")
	errWantsKey    = fmt.Errorf("%w: it is sealed under a key, not under a passphrase", ErrWrongSecret)
	errWantsPhrase = fmt.Errorf("%w: it is sealed under a passphrase, not under a key", ErrWrongSecret)
)

// Seal seals and opens rows. It is made of a Secret and a Lock, and lives in memory alone.
type Seal struct {
	lock  Lock
	made  Secret // of which it is made: it opens what was sealed under another lock of it
	rows  cipher.AEAD
	body  cipher.AEAD // of what the settings hold of bodies
	names []byte      // keys the names of rows
}

// Phrase tells whether it is made of a passphrase.
func (s *Seal) Phrase() bool { return s.lock.phrase }

// Seal makes a new lock of a secret, with what opens it. With a passphrase it takes seconds.
func (s Secret) Seal() (*Seal, error) {
	l := Lock{phrase: !s.isKey()}
	if l.phrase {
		l.time, l.memory = stretchTime, stretchMemory
	}
	_, _ = rand.Read(l.salt[:])
	seal, proof, err := s.derive(l)
	if err != nil {
		return nil, err
	}
	_, _ = rand.Read(l.proof[:chacha20poly1305.NonceSizeX])
	proof.Seal(l.proof[:chacha20poly1305.NonceSizeX], l.proof[:chacha20poly1305.NonceSizeX], nil, l.head())
	seal.lock = l
	return seal, nil
}

// Open gives what opens the rows under a lock, or ErrWrongSecret. With a passphrase it takes seconds.
func (s Secret) Open(l Lock) (*Seal, error) {
	switch {
	case l.phrase && s.isKey():
		return nil, errWantsPhrase
	case !l.phrase && !s.isKey():
		return nil, errWantsKey
	}
	seal, proof, err := s.derive(l)
	if err != nil {
		return nil, err
	}
	nonce, tag := l.proof[:chacha20poly1305.NonceSizeX], l.proof[chacha20poly1305.NonceSizeX:]
	if _, err := proof.Open(nil, nonce, tag, l.head()); err != nil {
		return nil, ErrWrongSecret
	}
	return seal, nil
}

// derive makes the keys for each purpose of a secret and a lock's salt.
func (s Secret) derive(l Lock) (seal *Seal, proof cipher.AEAD, err error) {
	root := s.key
	if l.phrase {
		root = s.stretch(l.salt[:], l.time, l.memory)
	}
	seal = &Seal{lock: l, made: s}
	for _, part := range []struct {
		what string
		into *cipher.AEAD
	}{{"proof", &proof}, {"rows", &seal.rows}, {"body", &seal.body}} {
		key, err := purpose(root, l, part.what)
		if err != nil {
			return nil, nil, err
		}
		if *part.into, err = chacha20poly1305.NewX(key); err != nil {
			return nil, nil, fmt.Errorf("history: key: %w", err)
		}
	}
	seal.names, err = purpose(root, l, "names")
	return seal, proof, err
}

func purpose(root []byte, l Lock, what string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, root, l.salt[:], "hubd history "+what, keySize32)
	if err != nil {
		return nil, fmt.Errorf("history: key: %w", err)
	}
	return key, nil
}

// String hides the keys.
func (s *Seal) String() string { return "a seal" }

// Format hides the keys from every verb.
func (s *Seal) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("a seal")) }

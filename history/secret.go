package history

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// A key is text, so that it can be written down and typed: this word, 32 random bytes and the first 4 of their SHA-256, both in hex. The
// last 4 find a letter that was mistyped.
const (
	keyWord     = "hubd-history-key-1:"
	keySize32   = 32
	keySum      = 4
	keyTextSize = len(keyWord) + 2*(keySize32+keySum)
)

// The bounds of a passphrase.
const (
	LeastPhrase = 12   // bytes; a card can be copied, and tried for years
	MostPhrase  = 1024 // bytes
)

// Secret is what a history is sealed with: a key of 32 random bytes, or a passphrase. No form of printing shows it.
type Secret struct {
	key    []byte // keySize32 bytes
	phrase []byte // where there is no key
}

// errSecretSize, errSecretText and errKeyText never repeat what was given.
var (
	errSecretSize = fmt.Errorf("a passphrase has %d to %d bytes: several words are easier to keep than signs", LeastPhrase, MostPhrase)
	errSecretText = errors.New("a passphrase is plain text in one line")
	errKeyText    = fmt.Errorf("this is no key of a history, or a letter of it is wrong: wanted are %d letters and digits after %s", 2*(keySize32+keySum), keyWord)
)

// NewKey makes a key.
func NewKey() Secret {
	key := make([]byte, keySize32)
	_, _ = rand.Read(key) // it ends the process rather than fail
	return Secret{key: key}
}

// KeyText is a key as a key file holds it, with its end of line; empty for a passphrase. It is for writing it there, and nowhere else.
func (s Secret) KeyText() string {
	if !s.isKey() {
		return ""
	}
	sum := sha256.Sum256(s.key)
	text := hex.AppendEncode([]byte(keyWord), s.key)
	return string(append(hex.AppendEncode(text, sum[:keySum]), '\n'))
}

// ParseKey reads a key as a key file holds it. Space around it is no part of it.
func ParseKey(text []byte) (Secret, error) {
	text = bytes.TrimSpace(text)
	if len(text) != keyTextSize || !bytes.HasPrefix(text, []byte(keyWord)) {
		return Secret{}, errKeyText
	}
	raw := make([]byte, keySize32+keySum)
	if _, err := hex.Decode(raw, text[len(keyWord):]); err != nil {
		return Secret{}, errKeyText // hex's own error names the letter
	}
	sum := sha256.Sum256(raw[:keySize32])
	if !bytes.Equal(sum[:keySum], raw[keySize32:]) {
		return Secret{}, errKeyText
	}
	return Secret{key: raw[:keySize32]}, nil
}

// ParseSecret reads what somebody typed: a key where it begins like one, else a passphrase.
func ParseSecret(text string) (Secret, error) {
	if strings.HasPrefix(strings.TrimSpace(text), keyWord) {
		return ParseKey([]byte(text))
	}
	text = strings.TrimRight(text, "\r\n")
	switch {
	case len(text) < LeastPhrase || len(text) > MostPhrase:
		return Secret{}, errSecretSize
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }):
		return Secret{}, errSecretText
	}
	return Secret{phrase: []byte(text)}, nil
}

// None tells whether there is no secret.
func (s Secret) None() bool { return len(s.key)+len(s.phrase) == 0 }

// isKey tells a key from a passphrase.
func (s Secret) isKey() bool { return len(s.key) == keySize32 }

// String hides it.
func (s Secret) String() string { return "a secret" }

// GoString hides it.
func (s Secret) GoString() string { return "a secret" }

// Format hides it from every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("a secret")) }

// LogValue hides it.
func (s Secret) LogValue() slog.Value { return slog.StringValue("a secret") }

// MarshalText hides it.
func (s Secret) MarshalText() ([]byte, error) { return []byte("a secret"), nil }

// How a passphrase is stretched: by argon2id on one core, so that a guess costs what it costs a Pi Zero 2 W in one to two seconds. 32 MiB
// fit beside hubd's own 30 in the 128 that its unit allows.
const (
	stretchTime   = 4
	stretchMemory = 32 << 10 // KiB
	stretchLanes  = 1

	mostStretchTime   = 16
	mostStretchMemory = 64 << 10 // a lock that asks for more is not hubd's, and could end it
)

// stretch makes 32 bytes of a passphrase.
func (s Secret) stretch(salt []byte, time, memory uint32) []byte {
	return argon2.IDKey(s.phrase, salt, time, memory, stretchLanes, keySize32)
}

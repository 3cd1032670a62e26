package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"
)

// tokenBytes are those of a token: 128 bits are found by nobody who guesses.
const tokenBytes = 16

// maxToken bounds what is looked at as a token, in bytes.
const maxToken = 128

// NewToken makes a token: 26 letters and digits that a person can also type.
func NewToken() string {
	var raw [tokenBytes]byte
	_, _ = rand.Read(raw[:]) // never fails: without a source of chance the program ends
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]))
}

// TokenSum is what hubd keeps of a token: enough to know it again, not to use it.
type TokenSum [sha256.Size]byte

// SumOf gives the sum of a token. Case, spaces and dashes do not count, since somebody may have typed it.
func SumOf(token string) TokenSum {
	plain := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, strings.ToLower(token))
	return sha256.Sum256([]byte(plain))
}

// Token is one that opens the page, and whose it is.
type Token struct {
	Wearer string
	Sum    TokenSum
}

// whose gives the wearer whose token this is. It takes as long for every token, whatever it has in common with a right one.
func whose(known []Token, token string) (wearer string, ok bool) {
	if token == "" || len(token) > maxToken {
		return "", false
	}
	sum := SumOf(token)
	for i := range known {
		if subtle.ConstantTimeCompare(sum[:], known[i].Sum[:]) == 1 {
			wearer, ok = known[i].Wearer, true
		}
	}
	return wearer, ok
}

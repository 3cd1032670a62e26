// Package waiting is how tests wait for what goroutines and processes do, and read what these write meanwhile.
package waiting

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long a test waits for what must happen. No result depends on how long it really takes.
const Patience = 60 * time.Second

// Until waits for a condition, and ends the test where it does not come to hold: what says which.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	end := time.After(Patience)
	for !holds() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("still not so: %s", what)
		}
	}
}

// For waits for a channel to give something or to be closed, and ends the test where nothing comes.
func For(t testing.TB, what string, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(Patience):
		t.Fatalf("still not so: %s", what)
	}
}

// Text is what several goroutines write and a test reads: a log, or a command's output. The zero value is empty.
type Text struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write appends to the text.
func (x *Text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.buf.Write(p)
}

// String is all of the text so far.
func (x *Text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.buf.String()
}

// Has is the condition that part stands in the text, for Until.
func (x *Text) Has(part string) func() bool {
	return func() bool { return strings.Contains(x.String(), part) }
}

// Wants checks that part stands n times in the text.
func (x *Text) Wants(t testing.TB, n int, part string) {
	t.Helper()
	if got := strings.Count(x.String(), part); got != n {
		t.Errorf("%q stands %d times, want %d:\n%s", part, got, n, x)
	}
}

package report

import (
	"fmt"
	"strings"
)

// Without says what is left out on the wearer's wish.
type Without struct {
	Journal  bool // notes, tags and results
	Sessions bool // sessions, states, practices, check-ins, recovery, and what goes before what
	Times    bool // dates and times of day
}

// leftOut is one part of a report that can be left out: its word in a command, and what it is.
type leftOut struct {
	word, what string
	out        bool
}

func (w Without) parts() []leftOut {
	return []leftOut{{"journal", "the journal", w.Journal}, {"sessions", "sessions and states", w.Sessions}, {"times", "dates and times of day", w.Times}}
}

// ParseWithout reads words with commas between them; empty is nothing.
func ParseWithout(text string) (w Without, err error) {
	if text == "" {
		return w, nil
	}
	for _, word := range strings.Split(text, ",") {
		switch strings.TrimSpace(word) {
		case "journal":
			w.Journal = true
		case "sessions":
			w.Sessions = true
		case "times":
			w.Times = true
		default:
			return Without{}, fmt.Errorf("%q cannot be left out: wanted is journal, sessions or times, with commas between them", strings.TrimSpace(word))
		}
	}
	return w, nil
}

// String gives what ParseWithout reads.
func (w Without) String() string {
	var words []string
	for _, p := range w.parts() {
		if p.out {
			words = append(words, p.word)
		}
	}
	return strings.Join(words, ",")
}

// words say what was left out; empty where nothing was.
func (w Without) words() string {
	var words []string
	for _, p := range w.parts() {
		if p.out {
			words = append(words, p.what)
		}
	}
	return list(words)
}

package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing to look at in a config file.
type Problem struct {
	File   string
	Line   int // from 1; 0 where the file as a whole is meant
	Column int // from 1, in characters
	Key    string
	Value  string // as it stands in the file, shortened; never one that may be a secret
	Want   string // what is wanted instead, and why
}

// String is file:line:column: key: "value": what is wanted.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, p.Want)
	case p.Key == "":
		return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Want)
	case p.Value == "" || p.Value == shownMapping || p.Value == shownList: // the place says it
		return fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Key, p.Want)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %q: %s", p.File, p.Line, p.Column, p.Key, p.Value, p.Want)
}

// Error holds everything that is wrong with a config file, sorted by line and column.
type Error struct {
	Problems []Problem // never empty
}

// Error is one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func sortProblems(all []Problem) {
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
}

// nearest is the known word most like a misspelt one, empty where none is near.
func nearest(word string, known []string) string {
	best, least := "", 1+max(1, len(word)/3)
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to insert, remove or change between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

package history_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/history"
)

var ever = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// written adds a note of some words about a time.
func written(t *testing.T, d *history.DB, wearer, text string, at time.Time) uint64 {
	t.Helper()
	id, err := d.AddNote(history.Note{Wearer: wearer, At: at, Text: text}, start)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// texts are the words of a wearer's notes.
func texts(t *testing.T, d *history.DB, wearer string, from, to time.Time) string {
	t.Helper()
	notes, err := d.Notes(wearer, history.Span{From: from, To: to}, 100)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, n := range notes {
		if n.Wearer != wearer || n.ID == 0 {
			t.Errorf("note %+v came for wearer %s", n, wearer)
		}
		all = append(all, n.Text)
	}
	return strings.Join(all, " ")
}

func TestNotesComeBackInTheOrderOfWhatTheyAreAbout(t *testing.T) {
	path := file(t)
	d := open(t, path)
	written(t, d, "a", "second", start.Add(-time.Hour))
	written(t, d, "b", "other", start.Add(-time.Hour))
	written(t, d, "a", "third", start.Add(-time.Hour))
	written(t, d, "a", "first", start.AddDate(0, -1, 0))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, path)
	defer d.Close()
	for _, row := range []struct {
		name, wearer string
		from, to     time.Time
		want         string
	}{
		{"all of one wearer", "a", time.Time{}, ever, "first second third"},
		{"of the other, none of the first", "b", time.Time{}, ever, "other"},
		{"from a date on", "a", start.AddDate(0, 0, -1), ever, "second third"},
		{"to a date", "a", time.Time{}, start.AddDate(0, 0, -1), "first"},
		{"dates reversed", "a", ever, time.Time{}, ""},
		{"somebody unknown", "c", time.Time{}, ever, ""},
	} {
		if got := texts(t, d, row.wearer, row.from, row.to); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestOneNoteCanBeTakenBackByItsWearerAlone(t *testing.T) {
	d := open(t, file(t))
	defer d.Close()
	id := written(t, d, "a", "one", start)
	written(t, d, "a", "two", start)
	written(t, d, "b", "three", start)
	for _, wearer := range []string{"b", "nobody"} {
		if err := d.RemoveNote(wearer, id); err == nil || !strings.Contains(err.Error(), "no note of this number") {
			t.Errorf("%s removes a's note: %v", wearer, err)
		}
	}
	if err := d.RemoveNote("a", id); err != nil {
		t.Error(err)
	}
	if got := texts(t, d, "a", time.Time{}, ever); got != "two" {
		t.Errorf("left is %q", got)
	}
	if err := d.RemoveNote("a", id); err == nil {
		t.Error("a note is removed twice")
	}
}

func TestNothingIsHalfWritten(t *testing.T) {
	d := open(t, file(t))
	defer d.Close()
	bad := history.Note{Wearer: "a", At: start, Text: "before", Labs: []history.Lab{{Name: "oxytocin", Value: 1}}}
	if _, err := d.AddNote(bad, start); err == nil || !strings.Contains(err.Error(), "no unit") {
		t.Errorf("a value without unit: %v", err)
	}
	if got := texts(t, d, "a", time.Time{}, ever); got != "" {
		t.Errorf("kept of it: %q", got)
	}
}

func TestANoteThatCannotLastIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	d := opened(history.Options{Path: filepath.Join(dir, "history.db")})
	if _, err := d.AddNote(history.Note{Wearer: "a", Text: "x"}, start); err == nil || !strings.Contains(err.Error(), "a note must last") {
		t.Errorf("got %v", err)
	}
}

func TestTheJournalOutlastsTheRetentionOfMinutes(t *testing.T) {
	d := opened(history.Options{Path: file(t), Days: 2})
	defer d.Close()
	written(t, d, "a", "old", start.AddDate(-3, 0, 0))
	v := &evening{d: d, epoch: start, bpm: 60}
	v.seconds("a", 0, 2*time.Minute)
	d.Commit(start.AddDate(0, 0, 5))
	v.seconds("a", 2*time.Minute, 4*time.Minute)
	d.Commit(start.AddDate(0, 0, 5))
	if got := texts(t, d, "a", time.Time{}, ever); got != "old" {
		t.Errorf("left is %q", got)
	}
}

func TestAFullFileSaysSoAndKeepsWhatItHas(t *testing.T) {
	d := opened(history.Options{Path: file(t), MaxBytes: 2 << 20})
	defer d.Close()
	kept := 0
	for i := range 1000 {
		_, err := d.AddNote(history.Note{Wearer: "a", At: start, Text: fmt.Sprint(i, strings.Repeat(" word", 1500))}, start)
		if err != nil {
			if !strings.Contains(err.Error(), "journal") {
				t.Error(err)
			}
			break
		}
		kept++
	}
	notes, err := d.Notes("a", history.Span{To: ever}, 2000)
	if err != nil || len(notes) != kept || kept == 0 || kept == 1000 {
		t.Errorf("%d notes were kept, %d are there: %v", kept, len(notes), err)
	}
}

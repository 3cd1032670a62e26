package main

import (
	"strings"
	"testing"
	"time"

	"hubd/history"
)

func TestWhatIsTypedBecomesANote(t *testing.T) {
	j := journalFlags(streams{})
	words, err := parse(j.fs, []string{"add", "--tag", "body: chest", "--lab", "vitamin B12 300 ng/l", "--at", "2026-11-20 09:30", "slept well"}, streams{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(words, "|") != "add|slept well" || len(j.tags) != 1 || j.tags[0] != (history.Tag{Kind: "body", Word: "chest"}) {
		t.Errorf("words %q, tags %+v", words, j.tags)
	}
	if len(j.labs) != 1 || j.labs[0] != (history.Lab{Name: "vitamin B12", Value: 300, Unit: "ng/l"}) {
		t.Errorf("labs %+v", j.labs)
	}
	if want := time.Date(2026, 11, 20, 9, 30, 0, 0, time.Local); !j.at.Equal(want) {
		t.Errorf("at %v, want %v", j.at, want)
	}
}

func TestANoteIsShownForReading(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.Local)
	got := noteText(history.Note{ID: 3, At: at, Text: "one\ntwo", Tags: []history.Tag{{Kind: "helped", Word: "humming"}},
		Labs: []history.Lab{{Name: "oxytocin", Value: 12.3, Unit: "pg/ml", About: "saliva"}, {Name: "cortisol", Value: 1e-3, Unit: "mg/l"}}})
	const want = `2026-11-20 09:30  note 3
    one
    two
    helped: humming
    oxytocin 12.3 pg/ml (saliva)
    cortisol 0.001 mg/l
`
	if got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestANoteIsReadFromStandardInput(t *testing.T) {
	longest := strings.Repeat("x", history.MaxNoteText)
	for _, row := range []struct{ name, in, want, refused string }{
		{"its line ends do not count", longest + "\r\n\n", longest, ""},
		{"a megabyte", strings.Repeat("x", 1<<20), "", "more than 8192 bytes"},
		{"a letter too many", longest + "y", "", "more than 8192 bytes"},
	} {
		got, err := readNote(strings.NewReader(row.in))
		if got != row.want || (err != nil) != (row.refused != "") || err != nil && !strings.Contains(err.Error(), row.refused) {
			t.Errorf("%s: %d bytes, %v", row.name, len(got), err)
		}
	}
}

func TestTheJournalsOwnMistakesAreUsage(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"no verb", []string{"journal"}, "journal takes add, list, remove or keep"},
		{"another verb", []string{"journal", "burn"}, `not "burn"`},
		{"a tag without kind", []string{"journal", "add", "--tag", "chest"}, "wanted is KIND:WORD"},
		{"a result without number", []string{"journal", "add", "--lab", "oxytocin high"}, "NAME VALUE UNIT"},
		{"a result of two numbers", []string{"journal", "add", "--lab", "omega 3 index 5 %"}, "which of 3 and 5 is the value"},
		{"a result that is no number", []string{"journal", "add", "--lab", "oxytocin NaN pg/ml"}, "NAME VALUE UNIT"},
		{"a date of no calendar", []string{"journal", "add", "--at", "0001-01-01", "x"}, "too long ago"},
		{"dates reversed", []string{"journal", "list", "--from", "2026-02-01", "--to", "2026-01-01"}, "--from lies after --to"},
		{"a date in words", []string{"journal", "add", "--at", "yesterday", "x"}, "wanted is a date such as"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, _, errs := hubd(t, row.args...)
			if code != exitUsage || !strings.Contains(errs, row.want) {
				t.Errorf("exit %d: %s", code, errs)
			}
		})
	}
}

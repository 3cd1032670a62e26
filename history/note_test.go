package history

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noteDay = time.Date(2026, 11, 20, 22, 15, 0, 0, time.UTC)

// lab is a result as a wearer would have it on paper.
func lab() Lab {
	return Lab{Name: "oxytocin", Value: 12.3, Unit: "pg/ml", About: "saliva, enzyme immunoassay"}
}

func TestWhatIsWrongWithANoteIsSaidInWords(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Note)
		want   string // empty: nothing is wrong
	}{
		{"words alone", func(*Note) {}, ""},
		{"a result alone", func(n *Note) { n.Text, n.Labs = "", []Lab{lab()} }, ""},
		{"a tag alone", func(n *Note) { n.Text, n.Tags = "", []Tag{{TagHelped, "humming"}} }, ""},
		{"words of several lines", func(n *Note) { n.Text = "one\n\ttwo" }, ""},
		{"nothing", func(n *Note) { n.Text = "" }, "the note is empty"},
		{"nobody's", func(n *Note) { n.Wearer = "" }, "belongs to a wearer"},
		{"a megabyte", func(n *Note) { n.Text = strings.Repeat("x", 1<<20) }, "has 1048576 bytes: at most 8192"},
		{"bytes that are no text", func(n *Note) { n.Text = "a\xff" }, "no text"},
		{"an escape for terminals", func(n *Note) { n.Text = "a\x1b[2J" }, "no text"},
		{"a result without unit", func(n *Note) { l := lab(); l.Unit = " "; n.Labs = []Lab{l} }, "the result oxytocin has no unit"},
		{"a result without name", func(n *Note) { l := lab(); l.Name = ""; n.Labs = []Lab{l} }, "the name of a result"},
		{"a unit of two lines", func(n *Note) { l := lab(); l.Unit = "pg\nml"; n.Labs = []Lab{l} }, "the unit of oxytocin"},
		{"a tag of another kind", func(n *Note) { n.Tags = []Tag{{"score", "7"}} }, `tag "score": wanted is happened, body or helped`},
		{"a tag without word", func(n *Note) { n.Tags = []Tag{{TagBody, ""}} }, "tag body"},
		{"too many tags", func(n *Note) { n.Tags = make([]Tag, 17) }, "17 tags"},
		{"too many results", func(n *Note) { n.Labs = make([]Lab, 33) }, "33 results"},
		{"tomorrow", func(n *Note) { n.At = noteDay.AddDate(0, 0, 2) }, "has not come yet"},
		{"another century", func(n *Note) { n.At = time.Date(1066, 1, 1, 0, 0, 0, 0, time.UTC) }, "too long ago"},
		{"no date at all", func(n *Note) { n.At = time.Time{} }, "say when it was"},
	} {
		t.Run(row.name, func(t *testing.T) {
			n := Note{Wearer: "a", At: noteDay, Text: "quiet evening"}
			row.change(&n)
			err := n.Check(noteDay.Add(time.Hour))
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

func anyNote(t *rapid.T) Note {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abé µ☾")), 1, 20, maxWord).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })
	n := Note{
		ID: rapid.Uint64Range(1, 1<<40).Draw(t, "id"), Wearer: "a", At: noteDay.Add(-time.Duration(rapid.IntRange(0, 1e6).Draw(t, "ago")) * time.Second),
		Written: noteDay, Text: rapid.StringOfN(rapid.RuneFrom([]rune("abé\n\t<&>☾\"")), 1, 300, MaxNoteText).Draw(t, "text"),
	}
	for range rapid.IntRange(0, MaxNoteTags).Draw(t, "tags") {
		n.Tags = append(n.Tags, Tag{rapid.SampledFrom([]TagKind{TagHappened, TagBody, TagHelped}).Draw(t, "kind"), word.Draw(t, "word")})
	}
	for range rapid.IntRange(0, 4).Draw(t, "labs") {
		n.Labs = append(n.Labs, Lab{word.Draw(t, "name"), rapid.Float64Range(-1e9, 1e9).Draw(t, "value"), word.Draw(t, "unit"), ""})
	}
	return n
}

func TestEveryNoteComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyNote(t)
		row, err := encodeNote(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeNote(row, want.At, want.Wearer)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%v, note (-encoded +decoded):\n%s", err, diff)
		}
	})
}

// The longest in JSON too: each of these letters becomes two or more there. Erasing searches for it in one piece.
func TestTheLongestNoteComesBackAndCanBeSearchedFor(t *testing.T) {
	for _, letter := range []string{"<", "\"", "x\u2028"} {
		of := func(bytes int) string { return strings.Repeat(letter, bytes/len(letter)) }
		want := Note{ID: 1, Wearer: "a", At: noteDay, Written: noteDay, Text: of(MaxNoteText)}
		for range MaxNoteTags {
			want.Tags = append(want.Tags, Tag{TagBody, of(maxWord)})
		}
		for range MaxNoteLabs {
			want.Labs = append(want.Labs, Lab{of(maxWord), 1, of(maxWord), of(maxLabAbout)})
		}
		if err := want.Check(noteDay); err != nil {
			t.Fatal(err)
		}
		row, err := encodeNote(want)
		if err != nil || len(row)+noteKeySize > searchOverlap {
			t.Errorf("of %q: a row of %d bytes, %v", letter, len(row), err)
		}
		got, err := decodeNote(row, want.At, want.Wearer)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("of %q: %v", letter, err)
		}
	}
}

func FuzzDecodeNote(f *testing.F) {
	row, err := encodeNote(Note{ID: 1, Wearer: "a", At: noteDay, Written: noteDay, Text: "x", Labs: []Lab{lab()}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(row)
	f.Add([]byte{noteVersion})
	f.Add([]byte("\x01{}"))
	f.Fuzz(func(t *testing.T, row []byte) {
		n, err := decodeNote(row, noteDay, "a")
		if err != nil {
			return
		}
		if err := n.Check(time.Time{}); err != nil {
			t.Errorf("a note that was read would not be kept: %v", err)
		}
	})
}

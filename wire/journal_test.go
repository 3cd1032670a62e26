package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/history"
	"hubd/wire"
)

func TestANoteIsRead(t *testing.T) {
	at := time.Date(2026, 11, 26, 22, 15, 0, 0, time.FixedZone("", 3600))
	for _, row := range []struct {
		name, body string
		want       history.Note
	}{
		{"words", `{"text":" calm evening "}`, history.Note{Wearer: "a", Text: "calm evening"}},
		{"a date", `{"at":"2026-11-26T22:15:00+01:00","text":"x"}`, history.Note{Wearer: "a", Text: "x", At: at}},
		{"tags", `{"tags":[{"kind":"body","word":"chest"}]}`, history.Note{Wearer: "a", Tags: []history.Tag{{Kind: "body", Word: "chest"}}}},
		{"a result", `{"labs":[{"name":"cortisol","value":0,"unit":"nmol/l","about":"saliva"}]}`,
			history.Note{Wearer: "a", Labs: []history.Lab{{Name: "cortisol", Unit: "nmol/l", About: "saliva"}}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := wire.ParseNote("a", []byte(row.body))
			if diff := cmp.Diff(row.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestANoteThatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, row := range []struct{ name, body, want string }{
		{"nothing", ``, "not understood"},
		{"half of one", `{"text":"x`, "not understood"},
		{"two", `{"text":"x"}{"text":"y"}`, "wanted is one JSON object"},
		{"a key of somebody else", `{"score":7}`, `unknown field "score"`},
		{"bytes that are no text", "{\"text\":\"a \xff\"}", "no text: wanted is UTF-8"},
		{"a date in words", `{"at":"yesterday"}`, `at is "yesterday": wanted is a date such as`},
		{"a result without value", `{"labs":[{"name":"cortisol","unit":"nmol/l"}]}`, "the result cortisol has no value"},
		{"a value in words", `{"labs":[{"name":"cortisol","value":"high","unit":"nmol/l"}]}`, "not understood"},
		{"a megabyte", `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, "longer than 65536 bytes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if n, err := wire.ParseNote("a", []byte(row.body)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %+v, %v, want %q", n, err, row.want)
			}
		})
	}
}

func TestANoteGoesOutAsItCameIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringN(1, 20, 80)
		want := history.Note{Wearer: "a", Text: strings.TrimSpace(rapid.StringN(0, 100, 400).Draw(t, "text"))}
		if rapid.Bool().Draw(t, "dated") {
			want.At = time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC()
		}
		for range rapid.IntRange(0, 3).Draw(t, "labs") {
			want.Labs = append(want.Labs, history.Lab{Name: word.Draw(t, "name"), Value: rapid.Float64Range(-1e12, 1e12).Draw(t, "value"), Unit: word.Draw(t, "unit")})
		}
		got, err := wire.ParseNote("a", wire.AppendNote(nil, want))
		if err != nil {
			t.Fatal(err)
		}
		want.Tags = []history.Tag{}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-sent +read):\n%s", diff)
		}
	})
}

func TestNotesAreListedWithTheirNumbers(t *testing.T) {
	day := time.Date(2026, 11, 26, 22, 15, 0, 0, time.UTC)
	out := wire.AppendNotes(nil, []history.Note{
		{ID: 3, Wearer: "a", At: day, Written: day, Text: "x", Tags: []history.Tag{{Kind: history.TagHelped, Word: "humming"}}},
		{ID: 4, Wearer: "a", At: day, Written: day, Labs: []history.Lab{{Name: "oxytocin", Value: 12.3, Unit: "pg/ml"}}},
	}, history.Unreadable{})
	const want = `{"notes":[` +
		`{"id":3,"written":"2026-11-26T22:15:00Z","at":"2026-11-26T22:15:00Z","text":"x","tags":[{"kind":"helped","word":"humming"}],"labs":[]},` +
		`{"id":4,"written":"2026-11-26T22:15:00Z","at":"2026-11-26T22:15:00Z","text":"","tags":[],"labs":[{"name":"oxytocin","value":12.3,"unit":"pg/ml","about":""}]}]}`
	if string(out) != want || !json.Valid(out) {
		t.Errorf("got  %s\nwant %s", out, want)
	}
}

func FuzzParseNote(f *testing.F) {
	f.Add([]byte(`{"at":"2026-11-26T22:15:00+01:00","text":"x","tags":[{"kind":"body","word":"chest"}],"labs":[{"name":"n","value":1e3,"unit":"u"}]}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := wire.ParseNote("a", data)
		if err != nil || n.Check(time.Time{}) != nil {
			return
		}
		if _, err := wire.ParseNote("a", wire.AppendNote(nil, n)); err != nil {
			t.Errorf("a note that may be kept does not read back: %v", err)
		}
	})
}

package wire

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/history"
)

func TestWhatCameOfErasingReadsBackAsItWasWritten(t *testing.T) {
	for _, want := range []Erasure{
		{},
		{Erased: history.Erased{Rows: 3, Files: []string{`/var/"x"`}, Done: []string{"3 rows"}, Searched: 1 << 40}, CannotReach: []string{"exports\nelsewhere"}, Failed: "not erased: é"},
	} {
		data := AppendErasure(nil, want)
		got, err := ParseErasure(data)
		if diff := cmp.Diff(want, got, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); err != nil || diff != "" {
			t.Errorf("%v of %s:\n%s", err, data, diff)
		}
	}
	if _, err := ParseErasure([]byte(`{"error":"hubd stops"}`)); err == nil || err.Error() != "hubd stops" {
		t.Errorf("got %v", err)
	}
}

func TestASpanReadsBackToTheSecond(t *testing.T) {
	from := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	gotFrom, gotTo, err := ParseSpan(AppendSpan(nil, from, from.Add(90*time.Minute)))
	if err != nil || !gotFrom.Equal(from) || gotTo.Sub(gotFrom) != 90*time.Minute {
		t.Errorf("%s to %s, %v", gotFrom, gotTo, err)
	}
}

func FuzzParseErasure(f *testing.F) {
	f.Add(AppendErasure(nil, Erasure{Failed: "x"}))
	f.Add([]byte(`{"error":"x"}`))
	f.Add([]byte(`{"rows":-1,"files":[null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseErasure(data)
		if err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Error("an error without words")
		}
		if again, err2 := ParseErasure(AppendErasure(nil, e)); err == nil && (err2 != nil || again.Rows != e.Rows) {
			t.Errorf("%+v became %+v, %v", e, again, err2)
		}
		_, _, _ = ParseSpan(data)
	})
}

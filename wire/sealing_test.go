package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/history"
)

func TestHowItIsWithTheSealReadsBackAsItWasWritten(t *testing.T) {
	for _, want := range []Sealing{{}, {Sealed: true, Locked: "locked: \"x\"", Phrase: true, Begun: true}} {
		data := AppendSealing(nil, want)
		if got, err := ParseSealing(data); err != nil || got != want {
			t.Errorf("%v of %s: %+v", err, data, got)
		}
	}
	for _, bad := range []string{`{"error":"hubd stops"}`, `{}`, `{"sealed":1}`, ``} {
		if _, err := ParseSealing([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestWhatCameOfSealingAnewReadsBackAsItWasWritten(t *testing.T) {
	want := Rekeying{
		Rekeyed: history.Rekeyed{Rows: 3, Damaged: 1, Done: []string{"3 rows"}, Left: []string{"captures"}},
		Next:    []string{"set history.key_file"}, Failed: "nothing: é",
	}
	got, err := ParseRekeying(AppendRekeying(nil, want))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := ParseRekeying([]byte(`{"error":"hubd stops"}`)); err == nil {
		t.Error("an error was taken")
	}
}

func FuzzParseSealing(f *testing.F) {
	f.Add(AppendSealing(nil, Sealing{Locked: "x"}), AppendRekeying(nil, Rekeying{Failed: "x"}))
	f.Add([]byte(`{"sealed":null}`), []byte(`{"rows":-1,"left":[null]}`))
	f.Fuzz(func(t *testing.T, state, came []byte) {
		if s, err := ParseSealing(state); err == nil {
			if again, err := ParseSealing(AppendSealing(nil, s)); err != nil || again != s {
				t.Errorf("%s came back as %+v, %v", state, again, err)
			}
		}
		if r, err := ParseRekeying(came); err == nil && r.Failed == "" && len(AppendRekeying(nil, r)) == 0 {
			t.Errorf("%s", came)
		}
	})
}

package report_test

import (
	"testing"

	"hubd/report"
)

func FuzzParseWithout(f *testing.F) {
	for _, text := range []string{"", "journal", "journal, times", "sessions,sessions", ",", "names"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := report.ParseWithout(text)
		if err != nil {
			if (w != report.Without{}) {
				t.Errorf("refused, and yet %+v", w)
			}
			return
		}
		if again, err := report.ParseWithout(w.String()); err != nil || again != w {
			t.Errorf("%q becomes %+v, then %+v: %v", text, w, again, err)
		}
	})
}

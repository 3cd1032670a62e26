package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubd/report"
)

var update = flag.Bool("update", false, "write the golden files")

func page(t testing.TB, in *report.Input) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.Write(&out, in); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestReportsAreWhatTheyWere(t *testing.T) {
	for _, row := range []struct {
		name string
		in   *report.Input
	}{{"session.html", twoHours()}, {"week.html", aWeek()}} {
		path, got := filepath.Join("testdata", row.name), page(t, row.in)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s (-update writes it anew):\n%s", row.name, diff)
		}
	}
}

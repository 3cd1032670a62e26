package hub

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyAWearersOwnRecordingsAreOffered(t *testing.T) {
	dir := t.TempDir()
	put := func(path, text string) {
		t.Helper()
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("captures/a/evening.csv", "t_s,ppg\n0,1\n1,2\n2,3\n")
	put("captures/a/notes.txt", "not a recording")
	put("captures/a/broken.csv", "not a recording")
	put("captures/a/two.csv", "t_s,b.ppg,c.ppg\n0,1,1\n1,2,2\n")
	put("captures/a/long.csv", strings.Repeat("x", mostCapture+1))
	put("captures/b/theirs.csv", "t_s,ppg\n0,1\n")
	put("secret.csv", "t_s,ppg\n0,1\n")
	if err := os.Symlink(filepath.Join(dir, "secret.csv"), filepath.Join(dir, "captures/a/link.csv")); err != nil {
		t.Fatal(err)
	}
	c := &captures{dir: dir}
	var names []string
	all, err := c.list("a")
	for _, x := range all {
		names = append(names, x.Name)
	}
	if got := strings.Join(names, " "); err != nil || got != "broken.csv evening.csv long.csv two.csv" {
		t.Errorf("%v: %s", err, got)
	}
	if none, err := c.list("nobody"); err != nil || len(none) != 0 {
		t.Errorf("of nobody: %v, %v", none, err)
	}
	for _, row := range []struct{ name, file, want string }{
		{"another's by a path", "../b/theirs.csv", "no such recording"},
		{"a file elsewhere", "../../secret.csv", "no such recording"},
		{"a link that leads out", "link.csv", "no such recording"},
		{"no recording at all", "notes.txt", "no such recording"},
		{"the folder itself", "", "no such recording"},
		{"one that is damaged", "broken.csv", "broken.csv"},
		{"one of other people", "two.csv", "names others"},
		{"one too long for a daemon", "long.csv", "hubd export --capture"},
	} {
		var out bytes.Buffer
		if refusal, err := c.writeEDF(t.Context(), "a", row.file, &out); err != nil || !strings.Contains(refusal, row.want) || out.Len() > 0 {
			t.Errorf("%s: %q, %v, %d bytes", row.name, refusal, err, out.Len())
		}
	}
	var out bytes.Buffer
	if refusal, err := c.writeEDF(t.Context(), "a", "evening.csv", &out); err != nil || refusal != "" || !strings.Contains(out.String(), "EDF+C") {
		t.Errorf("the own one: %q, %v, %d bytes", refusal, err, out.Len())
	}
	if (&captures{}).ways() != nil {
		t.Error("a hub that keeps nothing offers recordings")
	}
}

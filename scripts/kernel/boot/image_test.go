package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// entries reads an archive back, by the lengths in its headers.
func entries(t *testing.T, b []byte) (names []string, contents map[string]string) {
	t.Helper()
	contents = map[string]string{}
	for len(b) > 0 {
		if string(b[:6]) != "070701" {
			t.Fatalf("no header: %q", b[:min(len(b), 16)])
		}
		field := func(i int) int {
			n, err := strconv.ParseInt(string(b[6+8*i:14+8*i]), 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
		size, name := field(6), field(11)
		at := (110 + name + 3) &^ 3
		names = append(names, string(b[110:110+name-1]))
		contents[names[len(names)-1]] = string(b[at : at+size])
		b = b[(at+size+3)&^3:]
	}
	return names, contents
}

func TestAnArchiveHoldsItsFilesInTheKernelsForm(t *testing.T) {
	source := filepath.Join(t.TempDir(), "init")
	for _, text := range []string{"", "x", "four", "five5", "a longer text"} {
		if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		err := writeArchive(&b, []file{{path: "dev", mode: folderMode}, {path: "dev/console", mode: consoleMode, rdev: [2]int{5, 1}}, {path: "init", mode: programMode, source: source}})
		if err != nil {
			t.Fatal(err)
		}
		names, contents := entries(t, b.Bytes())
		if len(names) != 4 || names[1] != "dev/console" || names[3] != "TRAILER!!!" || contents["init"] != text {
			t.Errorf("%q, %q", names, contents)
		}
		if !bytes.Contains(b.Bytes(), []byte("0000000500000001")) {
			t.Error("the console has no device number")
		}
	}
}

func TestAFileThatIsNotThereIsAnError(t *testing.T) {
	if err := writeArchive(&bytes.Buffer{}, []file{{path: "init", mode: programMode, source: "/nowhere/init"}}); err == nil {
		t.Error("an archive without it")
	}
}

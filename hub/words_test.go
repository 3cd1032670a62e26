package hub_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A state is never consent, safety, desire or truth (design section 5.2). hubd says none of these words of a person, so it says none
// of them at all, but for the phrases below.
var saidOfNobody = regexp.MustCompile(`(?i)\b(safe|ready|willing|consent)\b`)

// allowed are whole phrases that hold such a word and yet do not say it of a person, each with the reason. A phrase that is not
// found any more has to go.
var allowed = []struct{ phrase, reason string }{
	{"hubd says when it is ready", "the service, not a person"},
}

// whatHubdCannot is the sentence of the README, the page and every report.
const whatHubdCannot = "hubd cannot tell whether someone wants this. Only they can."

// speakers are the packages whose texts reach people.
var speakers = []string{
	"wire", "web", "report", "room", "regulation", "pipeline", "config", "mqtt", "mqtt/homeassistant", "mqtt/device", "history", "hub", "cmd/hubd",
}

// written are the texts that people read as files.
var written = []string{
	"README.md", "CHANGELOG.md", "config.example.yaml", "docs/*.md", "config/practices.yaml", "report/page.html", "web/page/*.js", "web/page/*.html", "systemd/*", "homeassistant/*.*", "homeassistant/blueprints/*/hubd/*",
}

// said is one text that people may read.
type said struct{ where, text string }

// literals gives the string literals of a package without its tests, imports and struct tags.
func literals(t *testing.T, pkg string) (all []said) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", pkg, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				n.Tag = nil
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					all = append(all, said{set.Position(n.Pos()).String(), s})
				}
			}
			return true
		})
	}
	return all
}

// texts gives everything that people may read.
func texts(t *testing.T) (all []said) {
	t.Helper()
	for _, pkg := range speakers {
		all = append(all, literals(t, pkg)...)
	}
	if len(all) < 1000 {
		t.Errorf("only %d texts found in the sources: the search is broken", len(all))
	}
	for _, pattern := range written {
		paths, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if filepath.Base(path) == "design.md" {
				continue // the contract between parts: it has to name the words in order to forbid them
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, said{path, string(text)})
		}
	}
	return all
}

// withoutAllowed gives a text without the phrases that are allowed.
func withoutAllowed(text string) string {
	for _, a := range allowed {
		text = strings.ReplaceAll(text, a.phrase, "")
	}
	return text
}

func TestNoTextSaysOfAPersonWhatABodyCannotTell(t *testing.T) {
	all := texts(t)
	for _, s := range all {
		for _, line := range strings.Split(withoutAllowed(s.text), "\n") {
			if word := saidOfNobody.FindString(line); word != "" {
				t.Errorf("%s says %q: %s", s.where, word, line)
			}
		}
	}
	for _, a := range allowed {
		if a.reason == "" || !slices.ContainsFunc(all, func(s said) bool { return strings.Contains(s.text, a.phrase) }) {
			t.Errorf("%q is allowed without a reason, or nowhere said any more", a.phrase)
		}
	}
}

func TestTheSearchForWordsFindsWholeWordsOnly(t *testing.T) {
	for text, want := range map[string]bool{
		"she is ready now": true, "Safe?": true, "CONSENT": true, "un-willing": true,
		"already": false, "safety": false, "unsafe": false, "consents_given": false,
	} {
		if got := saidOfNobody.MatchString(text); got != want {
			t.Errorf("%q is found: %v", text, got)
		}
	}
}

func TestTheReadmeSaysWhatHubdCannotTell(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(strings.Fields(string(readme)), " "), whatHubdCannot) {
		t.Errorf("README.md has to say: %s", whatHubdCannot)
	}
}

func TestNoFileNamesAPathOfTheMachineItWasBuiltOn(t *testing.T) {
	var paths [][]byte
	for _, folder := range []string{"root", "home", "work"} {
		paths = append(paths, []byte("/"+folder+"/"))
	}
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch path {
		case "../.git", "../bin", "../dist": // bin and dist are built here and belong to nobody else
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if info, err := d.Info(); err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
			return err // what is larger is no text of this repository
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		for _, p := range paths {
			if i := bytes.Index(text, p); i >= 0 {
				t.Errorf("%s names %s", path, text[i:min(i+40, len(text))])
			}
		}
		return nil
	})
	if err != nil || seen < 100 {
		t.Errorf("%d files read: %v", seen, err)
	}
}

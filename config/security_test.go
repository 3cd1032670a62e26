package config_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// allTests are the names of all tests of this module.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	name, found := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`), map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range name.FindAllSubmatch(text, -1) {
			found[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// installChecks is the text of the checks of make install-test.
func installChecks(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{"install-test.sh", "install_test/inside.sh", "install_test/guest.sh"} {
		text, err := os.ReadFile(filepath.Join("..", "scripts", path))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// claims are the entries of the lists in SECURITY.md that stand under a line that says what is defended, each in one line.
func claims(text string) []string {
	var all []string
	defended := false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "## "):
			defended = line == "## The program itself\n"
		case strings.HasPrefix(line, "Defended"), strings.HasPrefix(line, "What makes it harder"):
			defended = true
		case strings.HasPrefix(line, "Not defended"), strings.HasPrefix(line, "**Not defended"):
			defended = false
		case defended && strings.HasPrefix(line, "- "):
			all = append(all, strings.TrimSpace(line))
		case defended && strings.HasPrefix(line, "  "):
			all[len(all)-1] += " " + strings.TrimSpace(line)
		}
	}
	return all
}

func TestEveryClaimOfSecurityHasItsTest(t *testing.T) {
	text, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	tests, checks := allTests(t), installChecks(t)
	named, quoted := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`"), regexp.MustCompile(`"([^"]+)"`)
	all := claims(string(text))
	if len(all) < 25 {
		t.Fatalf("%d claims: this test no longer understands the page", len(all))
	}
	for _, claim := range all {
		proofs := 0
		for _, m := range named.FindAllStringSubmatch(claim, -1) {
			proofs++
			if !tests[m[1]] {
				t.Errorf("there is no %s:\n%s", m[1], claim)
			}
		}
		if _, after, found := strings.Cut(claim, "install-test "); found {
			for _, m := range quoted.FindAllStringSubmatch(after, -1) {
				proofs++
				if !strings.Contains(checks, m[1]) {
					t.Errorf("make install-test does not check %q:\n%s", m[1], claim)
				}
			}
		}
		if proofs == 0 && !strings.Contains(claim, "`make ") {
			t.Errorf("a claim without a test:\n%s", claim)
		}
	}
}

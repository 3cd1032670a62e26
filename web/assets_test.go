package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// weight is what a browser loads of a folder of files, packed.
func weight(t *testing.T) (packed int) {
	t.Helper()
	h := newHouse(t)
	eachFile(t, func(path string, _ []byte) {
		w := h.from("GET", path, "", "Accept-Encoding", "gzip, br")
		if w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
		packed += w.Body.Len()
	})
	return packed
}

func eachFile(t *testing.T, f func(path string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir("page", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		f(strings.TrimPrefix(name, "page"), data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestThePageWeighsLittle(t *testing.T) {
	const most = 150 << 10
	if got := weight(t); got > most {
		t.Errorf("every file of the page together: %d bytes packed, want %d at most", got, most)
	}
}

func TestAPackedFileIsTheFile(t *testing.T) {
	h := newHouse(t)
	eachFile(t, func(path string, data []byte) {
		w := h.from("GET", path, "", "Accept-Encoding", "gzip")
		body := io.Reader(w.Body)
		if w.Header().Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s comes out another: %v", path, err)
		}
		if again := h.from("GET", path, "", "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s asked again: %d", path, again.Code)
		}
	})
}

var elsewhere = regexp.MustCompile(`(https?:)?//[a-z0-9.-]+\.[a-z]{2,}`)

func TestThePageAsksNothingOfAThirdParty(t *testing.T) {
	eachFile(t, func(path string, data []byte) {
		if strings.Contains(path, "LICENSE") {
			return
		}
		text := strings.ReplaceAll(string(data), "http://www.w3.org/2000/svg", "")
		text = strings.ReplaceAll(text, "/*! https://github.com/leeoniya/uPlot (v1.6.32) */", "")
		if found := elsewhere.FindString(text); found != "" {
			t.Errorf("%s names %s", path, found)
		}
	})
}

var (
	quotedText = regexp.MustCompile(`"[^"\n]*"`)
	sentence   = regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,}`)
	noText     = regexp.MustCompile(`^"(signal |signal$|button |quiet |wide|answer |13px |panel |hint )`)
)

func TestEveryTextStandsInTheOneFileForTranslation(t *testing.T) {
	eachFile(t, func(path string, data []byte) {
		if filepath.Ext(path) != ".js" || path == "/words.js" || strings.HasPrefix(path, "/vendor/") {
			return
		}
		for i, line := range strings.Split(string(data), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "//") {
				continue
			}
			for _, found := range quotedText.FindAllString(line, -1) {
				if sentence.MatchString(found) && !noText.MatchString(found) && !strings.Contains(line, "class: "+found) {
					t.Errorf("%s:%d: %s belongs into words.js", path, i+1, found)
				}
			}
		}
	})
}

func TestTheFirstScreenSaysWhatHubdCannotTell(t *testing.T) {
	text, err := os.ReadFile("page/words.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"hubd cannot tell whether someone wants this. Only they can.", "For adults who each said yes today.", "not on someone asleep or unaware", "no medical device",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("words.js lacks %q", want)
		}
	}
}

package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

var nightfall = time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)

// shelves is a history of two pieces of everything, and asks that break off.
type shelves struct {
	asked   []string
	breaks  string // the table whose second piece is not given
	refusal string
}

func (s *shelves) history() *web.History {
	return &web.History{
		Minutes: func(_ context.Context, wearer string, span history.Span, undated bool) ([]history.Minute, string, error) {
			s.asked = append(s.asked, fmt.Sprint(wearer, " minutes ", undated))
			switch {
			case s.breaks == "minutes" && span.From.After(nightfall):
				return nil, "", errors.New("hubd stops")
			case undated && span.After == 0:
				return []history.Minute{{Wearer: wearer, Run: 1, Since: time.Minute}}, "", nil
			case undated || !span.From.Before(nightfall.Add(2*time.Minute)):
				return nil, s.refusal, nil
			case span.From.After(nightfall):
				return []history.Minute{{Wearer: wearer, At: nightfall.Add(2 * time.Minute)}}, s.refusal, nil
			}
			return []history.Minute{{Wearer: wearer, At: nightfall}}, s.refusal, nil
		},
		Kept: func(_ context.Context, q web.KeptQuery) ([]byte, string, error) {
			s.asked = append(s.asked, fmt.Sprint(q.Wearer, " ", q.Table, " ", q.Undated))
			row, next := `{"n":1,"ibi_ms":800.00,"kind":"after_gap"}`, "from=2026-11-20T23%3A00%3A00Z&after=2"
			if q.Span.From.Hour() == 23 || q.Undated {
				row, next = `{"n":2,"ibi_ms":810.00,"kind":"nn"}`, ""
			}
			return []byte(fmt.Sprintf("{\"next\":%q}\n%s\n", next, row)), s.refusal, nil
		},
		Notes: func(_ context.Context, wearer string, span history.Span) ([]history.Note, string, error) {
			s.asked = append(s.asked, wearer+" notes")
			if span.After > 0 {
				return nil, s.refusal, nil
			}
			return []history.Note{{ID: 7, Wearer: wearer, At: nightfall, Text: "a quiet evening"}}, s.refusal, nil
		},
	}
}

func (s *shelves) handler(captures *web.Captures) http.Handler {
	return web.New(web.Options{
		Wearers: []string{"a", "b"}, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}, History: s.history(), Captures: captures,
		OwnRest: func(string) (wire.OwnRest, bool) { return wire.OwnRest{}, true },
	})
}

func TestWhatIsKeptComesAsAFile(t *testing.T) {
	for _, row := range []struct {
		name, query, file string
		lines             int
		has, hasNot       []string
	}{
		{"minutes", "format=csv&what=minutes", "hubd-a-minutes.csv", 4, []string{"time,run,", "\n2026-11-20T22:00:00Z,", "\n2026-11-20T22:02:00Z,", "\n,1,60"}, nil},
		{"minutes of some days are those with a date", "format=csv&what=minutes&from=2026-11-20T00:00:00Z", "hubd-a-minutes.csv", 3, []string{"22:02:00Z"}, []string{"\n,1,60"}},
		{"sessions", "format=csv&what=sessions", "hubd-a-sessions.csv", 4, []string{"\"n\":1", "\"n\":2"}, nil},
		{"the journal", "format=csv&what=journal", "hubd-a-journal.csv", 2, []string{"time,note,kind", "a quiet evening"}, nil},
		{"all of it", "format=json", "hubd-a.json", 0, []string{`{"wearer":"a","minutes":[`, `"sessions":[`, `"intervals":[`, `"notes":[`, "a quiet evening"}, nil},
		{"the times between heartbeats", "format=rr", "hubd-a-rr.txt", 3, []string{"800.00\n810.00\n"}, []string{"ibi"}},
	} {
		w := ask((&shelves{}).handler(nil), "GET", "/api/export/a?"+row.query, "")
		text := w.Body.String()
		if w.Code != 200 || w.Header().Get("Content-Disposition") != `attachment; filename="`+row.file+`"` {
			t.Errorf("%s: %d, %v\n%s", row.name, w.Code, w.Header(), text)
		}
		if n := strings.Count(text, "\n"); row.lines > 0 && n != row.lines {
			t.Errorf("%s: %d lines, want %d:\n%s", row.name, n, row.lines, text)
		}
		for _, part := range row.has {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q:\n%s", row.name, part, text)
			}
		}
		for _, part := range row.hasNot {
			if strings.Contains(text, part) {
				t.Errorf("%s holds %q:\n%s", row.name, part, text)
			}
		}
	}
}

// A file without a byte in it once came under the name of its address.
func TestAnEmptyFileHasItsName(t *testing.T) {
	all := (&shelves{}).history()
	all.Kept = func(context.Context, web.KeptQuery) ([]byte, string, error) {
		return []byte("{\"next\":\"\"}\n"), "", nil
	}
	h := web.New(web.Options{
		Wearers: []string{"a"}, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}, History: all,
		OwnRest: func(string) (wire.OwnRest, bool) { return wire.OwnRest{}, true },
	})
	w := ask(h, "GET", "/api/export/a?format=rr", "")
	if got := w.Header().Get("Content-Disposition"); w.Code != 200 || w.Body.Len() > 0 || got != `attachment; filename="hubd-a-rr.txt"` {
		t.Errorf("%d, %q, %v", w.Code, w.Body, w.Header())
	}
}

func TestAnExportIsRefusedInWords(t *testing.T) {
	for _, row := range []struct {
		name, path, refusal string
		code                int
		want                string
	}{
		{"of nobody", "/api/export/z?format=json", "", 404, `nobody here is called \"z\"`},
		{"in another form", "/api/export/a?format=xls", "", 400, `wanted is csv, json, rr or edf`},
		{"of a table that there is not", "/api/export/a?format=csv&what=secrets", "", 400, "wanted is minutes, journal, sessions"},
		{"of days that lie the wrong way round", "/api/export/a?format=json&from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "", 400, "the earlier date first"},
		{"of what is locked", "/api/export/a?format=json", "the history is locked", 409, "the history is locked"},
		{"of recordings where there are none", "/api/export/a?format=edf&capture=x.csv", "", 404, "nothing is stored"},
		{"of a list where there is none", "/api/export/a/captures", "", 404, "nothing is stored"},
	} {
		w := ask((&shelves{refusal: row.refusal}).handler(nil), "GET", row.path, "")
		if w.Code != row.code || !strings.Contains(w.Body.String(), row.want) || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s: %d %s", row.name, w.Code, w.Body)
		}
	}
}

// Half a file must not look like a whole one.
func TestAnExportThatBreaksOffIsNoFile(t *testing.T) {
	s := &shelves{breaks: "minutes"}
	if w := ask(s.handler(nil), "GET", "/api/export/a?format=csv&what=minutes", ""); w.Code != 503 || !strings.Contains(w.Body.String(), "hubd stops") {
		t.Errorf("before anything has left: %d %s", w.Code, w.Body)
	}
	captures := &web.Captures{WriteEDF: func(_ context.Context, _, _ string, out io.Writer) (string, error) {
		if _, err := out.Write(make([]byte, 100<<10)); err != nil {
			return "", err
		}
		return "", errors.New("the card is gone")
	}}
	server := httptest.NewServer(s.handler(captures))
	defer server.Close()
	resp, err := server.Client().Get(server.URL + "/api/export/a?format=edf&capture=x.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Errorf("%d bytes, and the end of a file", n)
	}
}

func TestRecordingsAreListedAndWritten(t *testing.T) {
	var asked string
	captures := &web.Captures{
		List: func(wearer string) ([]wire.Capture, error) {
			return []wire.Capture{{Name: "evening.csv.gz", Bytes: 12}}, nil
		},
		WriteEDF: func(_ context.Context, wearer, name string, out io.Writer) (string, error) {
			asked = wearer + " " + name
			if name != "evening.csv.gz" {
				return "there is no such recording of yours", nil
			}
			_, err := io.WriteString(out, "0       EDF")
			return "", err
		},
	}
	h := (&shelves{}).handler(captures)
	if w := ask(h, "GET", "/api/export/a/captures", ""); w.Code != 200 || w.Body.String() != `{"captures":[{"name":"evening.csv.gz","bytes":12}]}`+"\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w := ask(h, "GET", "/api/export/a?format=edf&capture=evening.csv.gz", "")
	if w.Code != 200 || w.Body.String() != "0       EDF" || w.Header().Get("Content-Disposition") != `attachment; filename="hubd-a-evening.edf"` {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if w := ask(h, "GET", "/api/export/a?format=edf&capture=..%2f%22%0d%0ax", ""); w.Code != 409 || asked != "a ../\"\r\nx" || strings.Contains(fmt.Sprint(w.Header()), "\r") {
		t.Errorf("%d %s %v, asked %q", w.Code, w.Body, w.Header(), asked)
	}
}

func TestWithoutAWayOfOnesOwnNothingIsExported(t *testing.T) {
	h := web.New(web.Options{Wearers: []string{"a"}, History: (&shelves{}).history()})
	if w := ask(h, "GET", "/api/export/a?format=json", ""); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

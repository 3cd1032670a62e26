package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/pipeline"
	"hubd/setup"
	"hubd/web"
	"hubd/wire"
)

// asked is whose past somebody's own way in was asked for, by what.
type asked map[string][]string

func (a asked) of(what, wearer string) { a[what] = append(a[what], wearer) }

// ownWay is a way in with everything that a wearer's own has.
func (a asked) ownWay(wearer string) web.Options {
	return web.Options{
		Wearers: []string{"a", "b"}, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: wearer},
		Do: func(_ context.Context, c pipeline.Command) (string, error) {
			a.of("command", c.Origin.Wearer) // whose it is for the pipeline decides, by whose token it came
			return "", nil
		},
		OwnRest: func(id string) (wire.OwnRest, bool) { a.of("rest", id); return wire.OwnRest{Wearer: id}, true },
		Export:  func(r wire.OwnRest) ([]byte, error) { a.of("rest as a file", r.Wearer); return []byte("{}\n"), nil },
		Report: func(_ context.Context, q web.ReportRequest) ([]byte, string, error) {
			a.of("report", q.Wearer)
			return []byte("<p>"), "", nil
		},
		History: &web.History{
			Add: func(_ context.Context, n history.Note) (uint64, string, error) {
				a.of("note", n.Wearer)
				return 1, "", nil
			},
			Notes: func(_ context.Context, wearer string, _ history.Span) ([]history.Note, string, error) {
				a.of("notes", wearer)
				return nil, "", nil
			},
			Remove: func(_ context.Context, wearer string, _ uint64) (string, error) {
				a.of("a note's end", wearer)
				return "", nil
			},
			Backup: func(context.Context) (string, error) { a.of("a copy of all", ""); return "", nil },
			Erase: func(_ context.Context, x history.Erasing) (wire.Erasure, string, error) {
				a.of("erasing", x.Wearer)
				return wire.Erasure{}, "", nil
			},
			Session: func(_ context.Context, wearer string, at time.Time) (time.Time, time.Time, string, error) {
				a.of("session", wearer)
				return at, at, "", nil
			},
			Minutes: func(_ context.Context, wearer string, _ history.Span, _ bool) ([]history.Minute, string, error) {
				a.of("minutes", wearer)
				return nil, "", nil
			},
			Kept: func(_ context.Context, q web.KeptQuery) ([]byte, string, error) {
				a.of("table", q.Wearer)
				return []byte(`{"next":""}` + "\n"), "", nil
			},
			KeepPart: func(_ context.Context, wearer string) (string, error) { a.of("part", wearer); return "", nil },
		},
		Captures: &web.Captures{
			List: func(wearer string) ([]wire.Capture, error) { a.of("recordings", wearer); return nil, nil },
			WriteEDF: func(_ context.Context, wearer, _ string, _ io.Writer) (string, error) {
				a.of("recording", wearer)
				return "", nil
			},
		},
		Calibration: &web.Calibration{
			Measure: func(_ context.Context, wearer string, _ float64, _ func(read, of time.Duration)) (float64, string, error) {
				a.of("board", wearer)
				return 0.5, "", nil
			},
			Keep: func(_ context.Context, wearer string, _ wire.BoardReadings) (setup.SkinCalibration, string, error) {
				a.of("board's end", wearer)
				return setup.SkinCalibration{}, "", nil
			},
		},
	}
}

// page is a page on which a's token asks, and nobody else has one.
func (a asked) page(t testing.TB) (ask func(method, path, query, body string) int) {
	token := web.NewToken()
	h, err := web.NewPage(web.PageOptions{
		Hub: "bed", Anyone: web.Options{}, Own: map[string]web.Options{"a": a.ownWay("a"), "b": a.ownWay("b")},
		Tokens: func() []web.Token { return []web.Token{{Wearer: "a", Sum: web.SumOf(token)}} },
		Me:     func(id string) wire.Me { a.of("me", id); return wire.Me{Wearer: id} },
		System: func(id string) wire.System { a.of("system", id); return wire.System{} },
		Clock:  func() (time.Duration, float64) { return 0, 1 }, Metrics: func(dst []byte) []byte { return dst },
		Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(method, path, query, body string) int {
		r := httptest.NewRequest("GET", "http://192.168.1.2/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
}

// Everything that a wearer's token reaches is asked for in that wearer's name.
func TestATokenReachesEverythingOfItsOwn(t *testing.T) {
	a := asked{}
	ask := a.page(t)
	const days = "from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z"
	for _, row := range []struct{ method, path, query, body string }{
		{"GET", "/api/me", "", ""}, {"GET", "/api/system", "", ""}, {"POST", "/api/command/b/share", "", "none"},
		{"GET", "/api/rest/a", "", ""}, {"GET", "/api/rest/a/export", "", ""}, {"GET", "/api/report/a", "kind=week&form=page&" + days, ""},
		{"POST", "/api/journal/a", "", `{"text":"x"}`}, {"GET", "/api/journal/a", "", ""}, {"DELETE", "/api/journal/a/1", "", ""},
		{"POST", "/api/erase/a", "", "a"}, {"GET", "/api/erase/a", "at=2026-11-20T00:00:00Z", ""}, {"GET", "/api/minutes/a", "", ""},
		{"GET", "/api/kept/a/sessions", "", ""}, {"POST", "/api/part/a", "", ""}, {"GET", "/api/export/a/captures", "", ""},
		{"GET", "/api/export/a", "format=edf&capture=x", ""}, {"POST", "/api/calibration/a/measure", "", ""}, {"POST", "/api/calibration/a", "", `{"open":0.5}`},
	} {
		if code := ask(row.method, row.path, row.query, row.body); code != http.StatusOK {
			t.Errorf("%s %s: %d", row.method, row.path, code)
		}
	}
	if len(a) != 18 {
		t.Errorf("asked for %d things: %v", len(a), a)
	}
	a.areOf(t, "a")
}

func (a asked) areOf(t testing.TB, wearer string) {
	t.Helper()
	for what, whose := range a {
		for _, id := range whose {
			if id != wearer {
				t.Errorf("%s of %q was asked for", what, id)
			}
		}
	}
}

// Whatever is asked with a's token, in whatever spelling, nothing is asked for in another's name.
func FuzzATokenReachesItsOwnAlone(f *testing.F) {
	for _, s := range []string{"GET /api/rest/b", "GET /api/rest/a/../b", "GET /api/rest/a/", "POST /api/erase/b b", "GET /api/export/a/../b/captures", "GET /api/kept/b/sessions", "DELETE /api/journal/b/1",
		"POST /api/command/b/share none", "POST /api/backup", "GET /api/minutes/a;b", "GET /api/report//b", "POST /api/calibration/b/measure", "GET /API/me"} {
		method, rest, _ := strings.Cut(s, " ")
		path, body, _ := strings.Cut(rest, " ")
		f.Add(method, path, "wearer=b&format=json&kind=week&form=page&from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z", body)
	}
	a := asked{}
	ask := a.page(f)
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		if path == "/api/live" || method == "" {
			t.Skip() // it ends with whoever looks
		}
		clear(a)
		ask(method, path, query, body)
		a.areOf(t, "a")
	})
}

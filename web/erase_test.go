package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/web"
	"hubd/wire"
)

// eraser remembers what it was to erase.
type eraser struct {
	asked   []history.Erasing
	refusal string
	err     error
}

func (e *eraser) handler() http.Handler {
	return web.New(web.Options{History: &web.History{
		Erase: func(_ context.Context, x history.Erasing) (wire.Erasure, string, error) {
			e.asked = append(e.asked, x)
			return wire.Erasure{Erased: history.Erased{Rows: 3}}, e.refusal, e.err
		},
		Session: func(_ context.Context, _ string, at time.Time) (time.Time, time.Time, string, error) {
			return at, at.Add(time.Hour), e.refusal, e.err
		},
	}})
}

func TestErasingIsAskedForTwice(t *testing.T) {
	const span = "?from=2026-03-01T20:00:00Z&to=2026-03-01T21:00:00Z"
	for _, row := range []struct {
		name, method, path, body string
		refusal                  string
		err                      error
		code                     int
		says                     string
		erases                   bool
	}{
		{"everything", "POST", "/api/erase/a", "a", "", nil, 200, `"rows":3`, true},
		{"a span", "POST", "/api/erase/a" + span, "a", "", nil, 200, `"rows":3`, true},
		{"without the id in its body", "POST", "/api/erase/a", "", "", nil, 400, "nothing is erased", false},
		{"with another id", "POST", "/api/erase/a", "b", "", nil, 400, "nothing is erased", false},
		{"with a body without end", "POST", "/api/erase/a", strings.Repeat("a", 1<<20), "", nil, 400, "nothing is erased", false},
		{"from alone", "POST", "/api/erase/a?from=2026-03-01T20:00:00Z", "a", "", nil, 400, "both are wanted", false},
		{"a date in words", "POST", "/api/erase/a?from=then&to=now", "a", "", nil, 400, "nothing is erased", false},
		{"refused", "POST", "/api/erase/a", "a", "a copy is being written", nil, 409, "a copy is being written", true},
		{"not known what became of it", "POST", "/api/erase/a", "a", "", errors.New("hubd stops"), 503, "hubd stops", true},
		{"nobody", "POST", "/api/erase/", "", "", nil, 404, "stands in the path", false},
		{"a path within", "POST", "/api/erase/a/b", "a/b", "", nil, 404, "stands in the path", false},
		{"another method", "DELETE", "/api/erase/a", "a", "", nil, 405, "POST only", false},
		{"when a session was", "GET", "/api/erase/a?at=2026-03-01T20:00:00Z", "", "", nil, 200, `"to":"2026-03-01T21:00:00Z"`, false},
		{"when a session was, without a time", "GET", "/api/erase/a", "", "", nil, 400, "at is missing", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := &eraser{refusal: row.refusal, err: row.err}
			answer := httptest.NewRecorder()
			e.handler().ServeHTTP(answer, httptest.NewRequest(row.method, row.path, strings.NewReader(row.body)))
			if answer.Code != row.code || !strings.Contains(answer.Body.String(), row.says) {
				t.Errorf("%d: %s", answer.Code, answer.Body)
			}
			if (len(e.asked) == 1) != row.erases {
				t.Errorf("erased %+v", e.asked)
			}
			if row.erases && strings.Contains(row.path, "from") == e.asked[0].Everything() {
				t.Errorf("%s became %+v", row.path, e.asked[0])
			}
		})
	}
}

// No query may become more than it says.
func FuzzASpanNeverBecomesEverything(f *testing.F) {
	for _, q := range []string{"from=2026-03-01T20:00:00Z&to=2026-03-01T21:00:00Z", "from=0001-01-01T00:00:00Z&to=0001-01-01T00:00:00Z", "from=x", "to=%zz", ""} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("POST", "/api/erase/a", strings.NewReader("a"))
		r.URL.RawQuery = query
		e := &eraser{}
		e.handler().ServeHTTP(httptest.NewRecorder(), r)
		if len(e.asked) == 0 || !e.asked[0].Everything() {
			return
		}
		if q := r.URL.Query(); q.Get("from") != "" || q.Get("to") != "" {
			t.Errorf("%q erased everything", query)
		}
	})
}

package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hubd/web"
)

func TestKeptRowsAndAWearersPartAnswer(t *testing.T) {
	for _, c := range []struct {
		name, method, path string
		refusal            string
		err                error
		code               int
		want               string
	}{
		{"sessions", "GET", "/api/kept/a/sessions?from=2026-11-01T00:00:00Z", "", nil, 200, "{\"next\":\"\"}\na sessions\n"},
		{"moments of no date", "GET", "/api/kept/b/moments?undated=1&after=5", "", nil, 200, "{\"next\":\"\"}\nb moments undated 5\n"},
		{"a table there is not", "GET", "/api/kept/a/secrets", "", nil, 404, `{"error":"there is no table \"secrets\""}`},
		{"a table of nobody", "GET", "/api/kept/c/sessions", "", nil, 404, `{"error":"nobody here is called \"c\""}`},
		{"dates reversed", "GET", "/api/kept/a/sessions?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "", nil, 400, `{"error":"from lies after to`},
		{"rows that cannot be read", "GET", "/api/kept/a/sessions", "history: 2 rows", nil, 409, `{"error":"history: 2 rows"}`},
		{"rows are not sent anything", "POST", "/api/kept/a/sessions", "", nil, 405, `{"error":"this path takes GET only"}`},
		{"the own part", "POST", "/api/part/a", "", nil, 200, `{"done":true}`},
		{"nothing that waits", "POST", "/api/part/a", "nothing of yours waits", nil, 409, `{"error":"nothing of yours waits"}`},
		{"a disk that does not answer", "POST", "/api/part/a", "", errors.New("busy"), 503, `{"error":"busy"}`},
		{"a part of nobody", "POST", "/api/part/c", "", nil, 404, `{"error":"nobody here is called \"c\""}`},
		{"a part that is only looked at", "GET", "/api/part/a", "", nil, 405, `{"error":"this path takes POST only"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := web.New(web.Options{Wearers: []string{"a", "b"}, History: &web.History{
				Kept: func(_ context.Context, q web.KeptQuery) ([]byte, string, error) {
					rows := "{\"next\":\"\"}\n" + q.Wearer + " " + string(q.Table)
					if q.Undated {
						rows += " undated " + string(rune('0'+q.Span.After))
					}
					return []byte(rows + "\n"), c.refusal, c.err
				},
				KeepPart: func(context.Context, string) (string, error) { return c.refusal, c.err },
			}})
			if w := ask(h, c.method, c.path, ""); w.Code != c.code || !strings.HasPrefix(w.Body.String(), c.want) {
				t.Errorf("%d %s, want %d %s", w.Code, w.Body, c.code, c.want)
			}
		})
	}
}

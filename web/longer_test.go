package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hubd/history"
	"hubd/web"
	"hubd/wire"
)

// shortServer is one whose bounds are far shorter than slowly takes.
func shortServer(t *testing.T, o web.Options) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(web.New(o))
	s.Config.ReadTimeout, s.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// slowly is a card that takes four times a server's bounds. Whoever asked is taken to have gone where ctx ends meanwhile.
func slowly(ctx context.Context) error {
	select {
	case <-time.After(400 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return errors.New("the disk did not answer in time: " + ctx.Err().Error())
	}
}

// The server's bounds are for answers that are there. What is read from a slow card outlasts them: years of rows as a file, a
// report, a copy, an erasing.
func TestWhatASlowCardGivesOutlastsTheBoundsOfTheServer(t *testing.T) {
	s := shortServer(t, web.Options{
		Wearers: []string{"a"}, OwnRest: func(string) (wire.OwnRest, bool) { return wire.OwnRest{}, true },
		Report: func(ctx context.Context, _ web.ReportRequest) ([]byte, string, error) {
			return []byte("the week"), "", slowly(ctx)
		},
		History: &web.History{
			Minutes: func(ctx context.Context, _ string, _ history.Span, _ bool) ([]history.Minute, string, error) {
				return nil, "", slowly(ctx)
			},
			Backup: func(ctx context.Context) (string, error) { return "copy.db", slowly(ctx) },
			Erase: func(ctx context.Context, _ history.Erasing) (wire.Erasure, string, error) {
				return wire.Erasure{}, "", slowly(ctx)
			},
		},
		Captures: &web.Captures{WriteEDF: func(ctx context.Context, _, _ string, out io.Writer) (string, error) {
			if err := slowly(ctx); err != nil {
				return "", err
			}
			_, err := io.WriteString(out, "0       EDF")
			return "", err
		}},
	})
	const days = "&from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z"
	for _, row := range []struct{ name, method, path, body, want string }{
		{"a file of minutes", "GET", "/api/export/a?format=csv&what=minutes", "", "time,"},
		{"a recording", "GET", "/api/export/a?format=edf&capture=evening.csv", "", "EDF"},
		{"a report", "GET", "/api/report/a?kind=week&form=page" + days, "", "the week"},
		{"a copy", "POST", "/api/backup", "", "copy.db"},
		{"an erasing", "POST", "/api/erase/a", "a", `"rows":0`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), row.method, s.URL+row.path, strings.NewReader(row.body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := s.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != 200 || !strings.Contains(string(text), row.want) {
				t.Errorf("%d %v\n%s", resp.StatusCode, err, text)
			}
		})
	}
}

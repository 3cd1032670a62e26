package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hubd/web"
)

func TestWhyThereIsNoReportIsToldWhereItWouldBe(t *testing.T) {
	h := web.New(web.Options{Wearers: []string{"a"}, Report: func(context.Context, web.ReportRequest) ([]byte, string, error) {
		return nil, "nothing is kept of these days", nil
	}})
	const page, preview = "/api/report/a?kind=week&form=page&from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z", "/api/report/a?kind=week&form=preview&from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z"
	for _, row := range []struct{ path, accept, want string }{
		{page, "text/html,application/xhtml+xml", "nothing is kept of these days\n"},
		{page, "", `{"error":"nothing is kept of these days"}` + "\n"},
		{preview, "text/html", `{"error":"nothing is kept of these days"}` + "\n"},
	} {
		if w := ask(h, "GET", row.path, "", "Accept", row.accept); w.Code != 409 || w.Body.String() != row.want {
			t.Errorf("%s, for %q: %d %s", row.path, row.accept, w.Code, w.Body)
		}
	}
}

func TestAReportIsAskedForInFull(t *testing.T) {
	var got web.ReportRequest
	h := web.New(web.Options{Wearers: []string{"a"}, Report: func(_ context.Context, q web.ReportRequest) ([]byte, string, error) {
		got = q
		return []byte("<p>"), "", nil
	}})
	const days = "&from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z"
	for _, row := range []struct {
		name, path string
		code       int
		want       string
	}{
		{"a page", "a?kind=week&form=page" + days, 200, "<p>"},
		{"a stranger", "b?kind=week&form=page" + days, 404, "nobody here is called"},
		{"no kind", "a?form=page" + days, 400, "wanted is week, session or span"},
		{"no form", "a?kind=week" + days, 400, "wanted is page, preview or patterns"},
		{"no dates", "a?kind=week&form=page", 400, "from or to is missing"},
		{"dates reversed", "a?kind=week&form=page&to=2026-11-20T00:00:00Z&from=2026-11-27T00:00:00Z", 400, "the earlier date first"},
		{"another part", "a?kind=week&form=page&without=names" + days, 400, "cannot be left out"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/report/"+row.path, nil))
		if w.Code != row.code || !strings.Contains(w.Body.String(), row.want) {
			t.Errorf("%s: %d, %s", row.name, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/report/"+"a?kind=session&form=page&without=times,journal"+days, nil))
	if w.Code != 200 || !got.Without.Times || !got.Without.Journal || got.Without.Sessions || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%d, %+v, %v", w.Code, got, w.Header())
	}
}

func TestWithoutReportsThereIsNothingAtTheirPaths(t *testing.T) {
	w := httptest.NewRecorder()
	web.New(web.Options{Wearers: []string{"a"}}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/report/"+"a?kind=week&form=page", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}

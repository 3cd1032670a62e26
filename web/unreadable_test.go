package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hubd/history"
	"hubd/pipeline"
	"hubd/web"
	"hubd/wire"
)

// torn is a history of which one note, one minute and one session cannot be read.
func torn() *web.History {
	bad := func(row string) error { return &history.Unreadable{Rows: []string{row}} }
	return &web.History{
		Minutes: func(_ context.Context, wearer string, s history.Span, undated bool) ([]history.Minute, string, error) {
			if undated || s.From.After(nightfall) {
				return nil, "", bad("a minute: torn")
			}
			return []history.Minute{{Wearer: wearer, At: nightfall}}, "", bad("a minute: torn")
		},
		Notes: func(_ context.Context, wearer string, s history.Span) ([]history.Note, string, error) {
			if s.After > 0 {
				return nil, "", bad("a note: torn")
			}
			return []history.Note{{ID: 7, Wearer: wearer, At: nightfall, Text: "a quiet evening"}}, "", bad("a note: torn")
		},
		Kept: func(context.Context, web.KeptQuery) ([]byte, string, error) {
			return []byte(`{"next":"","unreadable":{"rows":["a session: torn"]}}` + "\n"), "", nil
		},
	}
}

func TestWhatCannotBeReadIsSaidBesideWhatCan(t *testing.T) {
	h := web.New(web.Options{
		Wearers: []string{"a"}, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}, History: torn(),
		OwnRest: func(string) (wire.OwnRest, bool) { return wire.OwnRest{}, true },
	})
	for _, row := range []struct {
		path string
		code int
		has  []string
	}{
		{"/api/journal/a", http.StatusOK, []string{"a quiet evening", `"unreadable":{"rows":["a note: torn"]}`}},
		{"/api/minutes/a", http.StatusOK, []string{`"time":"2026-11-20T22:00:00Z"`, "\n" + `{"unreadable":{"rows":["a minute: torn"]}}` + "\n"}},
		{"/api/export/a?format=csv&what=journal", http.StatusConflict, []string{"1 row cannot be read: a note: torn. hubd export writes all the others"}},
		{"/api/export/a?format=csv&what=minutes", http.StatusConflict, []string{"1 row cannot be read: a minute: torn"}},
		{"/api/export/a?format=json", http.StatusConflict, []string{"3 rows cannot be read, the first: "}},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", row.path, nil))
		for _, has := range row.has {
			if w.Code != row.code || !strings.Contains(w.Body.String(), has) {
				t.Errorf("%s: %d, %q is not in %s", row.path, w.Code, has, w.Body)
			}
		}
	}
}

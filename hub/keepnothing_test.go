package hub

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hubd/pipeline"
	"hubd/room"
	"hubd/web"
)

// page is the page of a, at work on this household.
func (h *household) page(t *testing.T) func(path, body string) int {
	t.Helper()
	token := web.NewToken()
	own := web.Options{
		Wearers: h.wearers, Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"},
		Do: func(_ context.Context, c pipeline.Command) (string, error) { return h.ask(c), nil },
	}
	handler, err := web.NewPage(web.PageOptions{
		Hub: "bench", Tokens: func() []web.Token { return []web.Token{{Wearer: "a", Sum: web.SumOf(token)}} },
		Own: map[string]web.Options{"a": own}, Feeds: map[string]*web.Feed{"a": {}}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(path, body string) int {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
}

// Whenever in a session it is said, and whatever the session is, no row of that wearer comes afterwards: none of what was gathered before
// either, which would be written with the next commit.
func TestNoRowComesAfterKeepIsLoweredOnThePage(t *testing.T) {
	for _, kind := range []room.SessionKind{room.Alone, room.Together, room.Night} {
		for _, at := range []time.Duration{1, 59, 95} {
			for _, keep := range []string{"nothing", "rest"} {
				t.Run(fmt.Sprintf("%s, %s %d s into it", kind, keep, at), func(t *testing.T) {
					h := newHousehold(t, pipeline.KeepJournal, false)
					before := h.lowered(kind, at*time.Second, keep)
					if after := h.rows("a"); fmt.Sprint(after) != fmt.Sprint(before) {
						t.Errorf("before %v\nafter  %v", before, after)
					}
					if b := h.rows("b"); b["minutes"] == 0 {
						t.Errorf("of b, who keeps a journal: %v", b)
					}
				})
			}
		}
	}
}

// What only a journal holds is gone with it, also of the minute that was begun; the minute itself, and the session, are summaries.
func TestWithSummariesNoRowOfTheJournalComesAfterwards(t *testing.T) {
	h := newHousehold(t, pipeline.KeepJournal, false)
	before := h.lowered(room.Alone, 95*time.Second, "summaries")
	after := h.rows("a")
	for row, n := range after {
		switch {
		case row == "minutes" || row == "sessions" || row == "setting keep":
		case n != before[row]:
			t.Errorf("%d rows of %s, before it was lowered %d", n, row, before[row])
		}
	}
	if after["minutes"] < before["minutes"]+3 || after["sessions"] != 1 || after["setting keep"] != 1 {
		t.Errorf("summaries go on: before %v, after %v", before, after)
	}
}

// lowered is a session of a kind in which a lowers keep on the page, so long after its start; before are a's rows at that moment.
func (h *household) lowered(kind room.SessionKind, at time.Duration, keep string) (before map[string]int) {
	h.t.Helper()
	ask := h.page(h.t)
	h.does(start("a", kind))
	h.does(start("b", kind))
	h.pass(at)
	before = h.rows("a")
	if code := ask("/api/command/a/keep", keep); code != 200 {
		h.t.Fatalf("%d", code)
	}
	if kind != room.Night {
		h.does(pipeline.Command{Name: pipeline.CommandScene, Text: canary, Origin: fromSocket})
	}
	h.pass(2 * time.Minute)
	h.does(pipeline.Command{Name: pipeline.CommandEndSession, Origin: fromSocket})
	h.pass(3 * time.Minute)
	return before
}

package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"hubd/history"
	"hubd/web"
)

// desk is a journal in memory.
type desk struct {
	notes   []history.Note
	span    history.Span
	removed []uint64
	refusal string
	err     error
}

func (d *desk) handler() http.Handler {
	return web.New(web.Options{
		Wearers: []string{"a", "b"},
		History: &web.History{
			Add: func(_ context.Context, n history.Note) (uint64, string, error) {
				d.notes = append(d.notes, n)
				return 7, d.refusal, d.err
			},
			Notes: func(_ context.Context, wearer string, s history.Span) ([]history.Note, string, error) {
				d.span = s
				return []history.Note{{ID: 7, Wearer: wearer, Text: "x", At: s.From, Written: s.From}}, d.refusal, d.err
			},
			Remove: func(_ context.Context, _ string, id uint64) (string, error) {
				d.removed = append(d.removed, id)
				return d.refusal, d.err
			},
		},
	})
}

func TestTheJournalAnswers(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		refusal                  string
		err                      error
		code                     int
		want                     string
	}{
		{"a note that is kept", "POST", "/api/journal/a", `{"text":"x"}`, "", nil, 200, `{"done":true,"id":7}`},
		{"a note that may not be kept", "POST", "/api/journal/a", `{"text":"x"}`, "keep is rest", nil, 409, `{"error":"keep is rest"}`},
		{"a disk that does not answer", "POST", "/api/journal/a", `{"text":"x"}`, "", errors.New("busy"), 503, `{"error":"busy"}`},
		{"a note that is none", "POST", "/api/journal/a", `[]`, "", nil, 400, `{"error":"the note is not understood: `},
		{"a note of a megabyte", "POST", "/api/journal/a", `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, "", nil, 413, `{"error":"the note is longer than 65536 bytes"}`},
		{"a note of nobody", "POST", "/api/journal/c", `{"text":"x"}`, "", nil, 404, `{"error":"nobody here is called \"c\""}`},
		{"the notes", "GET", "/api/journal/a?from=2026-11-01T00:00:00Z", "", "", nil, 200, `{"notes":[{"id":7,`},
		{"notes from no date", "GET", "/api/journal/a?from=monday", "", "", nil, 400, `{"error":"from is \"monday\": wanted is a date`},
		{"notes after no number", "GET", "/api/journal/a?after=x", "", "", nil, 400, `{"error":"after is \"x\": wanted is the number of a note"}`},
		{"dates reversed", "GET", "/api/journal/a?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "", "", nil, 400, `{"error":"from lies after to`},
		{"one that is taken back", "DELETE", "/api/journal/a/7", "", "", nil, 200, `{"done":true}`},
		{"one that is not there", "DELETE", "/api/journal/a/9", "", "there is no note of this number", nil, 409, `{"error":"there is no note`},
		{"one without number", "DELETE", "/api/journal/a/x", "", "", nil, 400, `{"error":"a note has a number`},
		{"all at once", "DELETE", "/api/journal/a", "", "", nil, 405, `{"error":"this path takes GET only"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{refusal: c.refusal, err: c.err}
			w := ask(d.handler(), c.method, c.path, c.body)
			if w.Code != c.code || !strings.HasPrefix(w.Body.String(), c.want) {
				t.Errorf("%d %s, want %d %s", w.Code, w.Body, c.code, c.want)
			}
			if c.code == 400 || c.code == 413 || c.code == 404 {
				if len(d.notes)+len(d.removed) > 0 {
					t.Error("it was taken all the same")
				}
			}
		})
	}
}

func TestWithoutHistoryThereIsNoJournal(t *testing.T) {
	w := ask(web.New(web.Options{Wearers: []string{"a"}}), "GET", "/api/journal/a", "")
	if w.Code != 404 || !strings.Contains(w.Body.String(), "there is no history here") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnotherSiteWritesNoNote(t *testing.T) {
	d := &desk{}
	w := ask(d.handler(), "POST", "/api/journal/a", `{"text":"x"}`, "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site")
	if w.Code != 403 || len(d.notes) > 0 {
		t.Errorf("%d, %d notes", w.Code, len(d.notes))
	}
}

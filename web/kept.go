package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hubd/wire"
)

const (
	keptPath = "/api/kept/"
	partPath = "/api/part/"
)

// kept answers keptPath<wearer>/<table> with some rows of it: first an object {"next":…}, then a line for each row. next is the query that
// gives the rows after these; empty: there are no more.
func (h *handler) kept(w http.ResponseWriter, r *http.Request) {
	wearer, table, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), keptPath), "/")
	switch {
	case !h.known(w, wearer):
		return
	case !slices.Contains(wire.KeptTables(), wire.KeptTable(table)):
		fail(w, http.StatusNotFound, "there is no table "+strconv.Quote(table))
		return
	}
	s, err := spanOf(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	q := KeptQuery{Wearer: wearer, Table: wire.KeptTable(table), Span: s, Undated: r.URL.Query().Get("undated") == "1", Form: keptForm(r.URL.Query().Get("format"))}
	rows, refusal, err := h.o.History.Kept(ctx, q)
	if refusedOrFailed(w, refusal, err) {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(rows) // who asked has gone: there is nobody to tell
}

func keptForm(name string) wire.KeptForm {
	if name == "json" {
		return wire.AsObject
	}
	return wire.AsCells
}

// part keeps what waits of a private session, for the wearer whose way in this is.
func (h *handler) part(w http.ResponseWriter, r *http.Request) {
	wearer := strings.TrimPrefix(r.URL.EscapedPath(), partPath)
	if !h.known(w, wearer) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	refusal, err := h.o.History.KeepPart(ctx, wearer)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, []byte(`{"done":true}`))
	}
}

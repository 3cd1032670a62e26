package web

import (
	"context"
	"net/http"
	"strings"

	"hubd/history"
	"hubd/wire"
)

const minutesPath = "/api/minutes/"

// minutes answers minutesPath<wearer> with a JSON object a line. One answer holds some minutes only; a reader asks on after the last.
// Which could not be read is said after them.
func (h *handler) minutes(w http.ResponseWriter, r *http.Request) {
	wearer := strings.TrimPrefix(r.URL.EscapedPath(), minutesPath)
	if !h.known(w, wearer) {
		return
	}
	s, err := spanOf(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	var bad history.Unreadable
	minutes, refusal, err := h.o.History.Minutes(ctx, wearer, s, r.URL.Query().Get("undated") == "1")
	if refusedOrFailed(w, refusal, bad.Take(err)) {
		return
	}
	var lines []byte
	for _, m := range minutes {
		lines = append(wire.AppendMinute(lines, m), '\n')
	}
	lines = wire.AppendUnreadable(lines, bad)
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	_, _ = w.Write(lines) // who asked has gone: there is nobody to tell
}

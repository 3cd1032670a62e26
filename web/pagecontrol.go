package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"

	"hubd/wire"
)

const (
	pageOpenPath  = "/api/page/open"
	pageClosePath = "/api/page/close"
)

// PageControl makes tokens for the page and takes them back. It is for the local socket alone: who has a login on the machine decides
// who gets a token.
type PageControl struct {
	Open func(ctx context.Context, o wire.PageOpening) (done wire.PageOpened, refusal string, err error)
	// Close takes a wearer's tokens back; of nobody: all of them, and the home network reaches the page no more.
	Close func(ctx context.Context, wearer string) (refusal string, err error)
}

// pageOpen answers pageOpenPath.
func (h *handler) pageOpen(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxPageOpening))
	if err != nil {
		fail(w, http.StatusBadRequest, "the request is too long, or ended too soon")
		return
	}
	o, err := wire.ParsePageOpening(body)
	switch {
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
		return
	case !slices.Contains(h.o.Wearers, o.Wearer):
		fail(w, http.StatusNotFound, "nobody here is called "+strconv.Quote(o.Wearer))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	done, refusal, err := h.o.Page.Open(ctx, o)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendPageOpened(nil, done))
	}
}

// pageClose answers pageClosePath; its body is a wearer's id, or nothing.
func (h *handler) pageClose(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxID))
	if err != nil || len(body) > 0 && !slices.Contains(h.o.Wearers, string(body)) {
		fail(w, http.StatusNotFound, "nobody here is called "+strconv.Quote(string(body)))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	refusal, err := h.o.Page.Close(ctx, string(body))
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendDone(nil))
	}
}

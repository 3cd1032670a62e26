package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hubd/history"
	"hubd/wire"
)

const (
	erasePath = "/api/erase/"
	maxID     = 64 // bytes of what confirms an erasing
)

// erase answers erasePath<wearer>. GET with at says when a session was. POST erases: everything, or what lies between from and to; its body is
// the wearer's id once more, since it is for ever.
func (h *handler) erase(w http.ResponseWriter, r *http.Request) {
	wearer := strings.TrimPrefix(r.URL.EscapedPath(), erasePath)
	switch {
	case h.o.History == nil || h.o.History.Erase == nil:
		fail(w, http.StatusNotFound, noHistory)
	case wearer == "" || strings.ContainsAny(wearer, "/%"):
		fail(w, http.StatusNotFound, "whose past is to be erased stands in the path: "+erasePath+"<wearer>")
	case r.Method == http.MethodGet:
		h.session(w, r, wearer)
	default:
		h.only(w, r, http.MethodPost, func(w http.ResponseWriter, r *http.Request) { h.eraseNow(w, r, wearer) })
	}
}

func (h *handler) session(w http.ResponseWriter, r *http.Request, wearer string) {
	at, err := dateOf(r.URL.Query(), "at", time.Time{})
	if err == nil && at.IsZero() {
		err = errors.New("at is missing: wanted is a date within the session")
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	from, to, refusal, err := h.o.History.Session(ctx, wearer, at)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendSpan(nil, from, to))
	}
}

func (h *handler) eraseNow(w http.ResponseWriter, r *http.Request, wearer string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxID))
	if err != nil || string(body) != wearer {
		fail(w, http.StatusBadRequest, "nothing is erased: the body must be the wearer's id, "+strconv.Quote(wearer)+", once more")
		return
	}
	x, err := erasingOf(r, wearer)
	if err != nil {
		fail(w, http.StatusBadRequest, "nothing is erased: "+err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), backupWithin) // who asked may go: what is begun is done
	defer cancel()
	longer(w, backupWithin)
	e, refusal, err := h.o.History.Erase(ctx, x)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendErasure(nil, e))
	}
}

// erasingOf reads from and to of a query: both, or neither.
func erasingOf(r *http.Request, wearer string) (x history.Erasing, err error) {
	x.Wearer = wearer
	if x.From, err = dateOf(r.URL.Query(), "from", time.Time{}); err != nil {
		return x, err
	}
	if x.To, err = dateOf(r.URL.Query(), "to", time.Time{}); err != nil {
		return x, err
	}
	q := r.URL.Query()
	switch {
	case x.Everything() && (q.Get("from") != "" || q.Get("to") != ""):
		return x, errors.New("that span is no time at all") // the very first moment, which would stand for no bound
	case x.From.IsZero() != x.To.IsZero():
		return x, errors.New("of from and to both are wanted, or neither")
	case !x.Everything() && !x.From.Before(x.To):
		return x, errors.New("from lies after to: wanted is the earlier date first")
	}
	return x, nil
}

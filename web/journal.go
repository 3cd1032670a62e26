package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hubd/history"
	"hubd/wire"
)

const (
	journalPath = "/api/journal/"
	noHistory   = "there is no history here: nothing is stored"
)

// History keeps and gives what lasts of wearers. A refusal is for people; err says that it is not known what became of it. Of Notes and Minutes it
// may be a history.Unreadable beside the rows that could be read.
type History struct {
	Add    func(ctx context.Context, n history.Note) (id uint64, refusal string, err error)
	Notes  func(ctx context.Context, wearer string, s history.Span) (notes []history.Note, refusal string, err error)
	Remove func(ctx context.Context, wearer string, id uint64) (refusal string, err error)
	// Backup writes a copy of everything and gives its path.
	Backup func(ctx context.Context) (path string, err error)
	// Erase erases a wearer's past. It may be nil: then nothing can be erased this way. Session says when a session was that at lies in.
	Erase   func(ctx context.Context, x history.Erasing) (e wire.Erasure, refusal string, err error)
	Session func(ctx context.Context, wearer string, at time.Time) (from, to time.Time, refusal string, err error)
	// Minutes gives some minutes of a span, oldest first; those of runs without a date where undated says so. none left: no minute comes.
	Minutes func(ctx context.Context, wearer string, s history.Span, undated bool) (minutes []history.Minute, refusal string, err error)
	// Kept gives some rows of a table as keptPath answers them.
	Kept func(ctx context.Context, q KeptQuery) (rows []byte, refusal string, err error)
	// KeepPart keeps a wearer's own part of the private session that has ended. Only a way in that is the wearer's own may ask.
	KeepPart func(ctx context.Context, wearer string) (refusal string, err error)
}

// KeptQuery asks for rows of a table, from Span.From on; of runs without a date, where Undated, without the first Span.After of them.
type KeptQuery struct {
	Wearer  string
	Table   wire.KeptTable
	Span    history.Span
	Undated bool
	Form    wire.KeptForm
}

// journal answers journalPath<wearer>, and journalPath<wearer>/<id>.
func (h *handler) journal(w http.ResponseWriter, r *http.Request) {
	wearer, number, one := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), journalPath), "/")
	if !h.known(w, wearer) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Within)
	defer cancel()
	switch {
	case one:
		h.only(w, r, http.MethodDelete, func(w http.ResponseWriter, _ *http.Request) { h.removeNote(ctx, w, wearer, number) })
	case r.Method == http.MethodPost:
		h.addNote(ctx, w, r, wearer)
	default:
		h.only(w, r, http.MethodGet, func(w http.ResponseWriter, r *http.Request) { h.notes(ctx, w, r, wearer) })
	}
}

func (h *handler) addNote(ctx context.Context, w http.ResponseWriter, r *http.Request, wearer string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxNote))
	switch {
	case tooLong(err):
		fail(w, http.StatusRequestEntityTooLarge, "the note is longer than "+strconv.Itoa(wire.MaxNote)+" bytes")
		return
	case err != nil:
		fail(w, http.StatusBadRequest, "the request ended before its note")
		return
	}
	n, err := wire.ParseNote(wearer, body)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	id, refusal, err := h.o.History.Add(ctx, n)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendNoteKept(nil, id))
	}
}

func (h *handler) notes(ctx context.Context, w http.ResponseWriter, r *http.Request, wearer string) {
	s, err := spanOf(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	var bad history.Unreadable
	notes, refusal, err := h.o.History.Notes(ctx, wearer, s)
	if !refusedOrFailed(w, refusal, bad.Take(err)) {
		send(w, http.StatusOK, wire.AppendNotes(nil, notes, bad))
	}
}

func (h *handler) removeNote(ctx context.Context, w http.ResponseWriter, wearer, number string) {
	id, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "a note has a number: "+strconv.Quote(number)+" is none")
		return
	}
	refusal, err := h.o.History.Remove(ctx, wearer, id)
	if !refusedOrFailed(w, refusal, err) {
		send(w, http.StatusOK, wire.AppendDone(nil))
	}
}

func refusedOrFailed(w http.ResponseWriter, refusal string, err error) bool {
	switch {
	case err != nil:
		fail(w, http.StatusServiceUnavailable, err.Error())
	case refusal != "":
		fail(w, http.StatusConflict, refusal)
	default:
		return false
	}
	return true
}

// spanOf reads from, to and after of a query; without them it is everything.
func spanOf(r *http.Request) (history.Span, error) { return spanIn(r.URL.Query()) }

func spanIn(query url.Values) (s history.Span, err error) {
	if s.From, err = dateOf(query, "from", time.Time{}); err != nil {
		return s, err
	}
	if s.To, err = dateOf(query, "to", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		return s, err
	}
	if !s.From.Before(s.To) {
		return s, errors.New("from lies after to: wanted is the earlier date first")
	}
	if after := query.Get("after"); after != "" {
		if s.After, err = strconv.ParseUint(after, 10, 64); err != nil {
			return s, errors.New("after is " + strconv.Quote(after) + ": wanted is the number of a note")
		}
	}
	return s, nil
}

func dateOf(query url.Values, key string, other time.Time) (time.Time, error) {
	text := query.Get(key)
	if text == "" {
		return other, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, wire.NoDate(key, text)
	}
	return at, nil
}

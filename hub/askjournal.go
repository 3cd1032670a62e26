package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hubd/history"
	"hubd/wire"
)

// AddNote gives a note to the daemon and answers the note's number.
func AddNote(ctx context.Context, socket string, n history.Note) (uint64, error) {
	data, err := call(ctx, socket, http.MethodPost, "/api/journal/"+url.PathEscape(n.Wearer), string(wire.AppendNote(nil, n)))
	if err != nil {
		return 0, err
	}
	var answer struct {
		Error string `json:"error"`
		ID    uint64 `json:"id"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return 0, errNotJSON
	}
	if answer.Error != "" {
		return 0, errors.New("refused: " + answer.Error)
	}
	return answer.ID, nil
}

// Notes asks the daemon for a wearer's notes about from (inclusive) to to (exclusive); a zero time is no bound. An answer holds some notes only,
// so it asks on after the last until no more come.
func Notes(ctx context.Context, socket, wearer string, from, to time.Time) ([]history.Note, error) {
	var all []history.Note
	next := history.Span{From: from, To: to}
	for {
		some, err := someNotes(ctx, socket, wearer, next)
		if err != nil || len(some) == 0 {
			return all, err
		}
		all = append(all, some...)
		last := some[len(some)-1]
		next.From, next.After = last.At, last.ID
	}
}

func someNotes(ctx context.Context, socket, wearer string, s history.Span) ([]history.Note, error) {
	query := url.Values{"after": {strconv.FormatUint(s.After, 10)}}
	if !s.From.IsZero() {
		query.Set("from", s.From.Format(time.RFC3339))
	}
	if !s.To.IsZero() {
		query.Set("to", s.To.Format(time.RFC3339))
	}
	data, err := call(ctx, socket, http.MethodGet, "/api/journal/"+url.PathEscape(wearer)+"?"+query.Encode(), "")
	if err != nil {
		return nil, err
	}
	return wire.ParseNotes(wearer, data)
}

// RemoveNote takes one note of a wearer back.
func RemoveNote(ctx context.Context, socket, wearer string, id uint64) error {
	path := "/api/journal/" + url.PathEscape(wearer) + "/" + strconv.FormatUint(id, 10)
	data, err := call(ctx, socket, http.MethodDelete, path, "")
	if err != nil {
		return err
	}
	var answer struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return errNotJSON
	}
	if answer.Error != "" {
		return fmt.Errorf("refused: %s", answer.Error)
	}
	return nil
}

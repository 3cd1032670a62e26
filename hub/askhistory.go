package hub

import (
	"bytes"
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
	if err := n.CheckWords(); err != nil {
		return 0, fmt.Errorf("refused: %w", err)
	}
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
// so it asks on after the last until no more come. Rows that cannot be read are a history.Unreadable beside the notes.
func Notes(ctx context.Context, socket, wearer string, from, to time.Time) ([]history.Note, error) {
	var all []history.Note
	var bad history.Unreadable
	next := history.Span{From: from, To: to}
	for {
		some, err := someNotes(ctx, socket, wearer, next)
		if err := bad.Take(err); err != nil {
			return all, err
		}
		if len(some) == 0 {
			return all, bad.Err()
		}
		all = append(all, some...)
		last := some[len(some)-1]
		next.From, next.After = last.At, last.ID
	}
}

func someNotes(ctx context.Context, socket, wearer string, s history.Span) ([]history.Note, error) {
	data, err := call(ctx, socket, http.MethodGet, "/api/journal/"+url.PathEscape(wearer)+"?"+spanQuery(s).Encode(), "")
	if err != nil {
		return nil, err
	}
	return wire.ParseNotes(wearer, data)
}

func spanQuery(s history.Span) url.Values {
	query := url.Values{"after": {strconv.FormatUint(s.After, 10)}}
	if !s.From.IsZero() {
		query.Set("from", s.From.Format(time.RFC3339))
	}
	if !s.To.IsZero() {
		query.Set("to", s.To.Format(time.RFC3339))
	}
	return query
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

// Minutes asks the daemon for a wearer's minutes from from (inclusive) to to (exclusive), a zero time being no bound, and gives them one after the
// other; those without a date come last, and only where no bound is given. Rows that cannot be read are a history.Unreadable at the end.
func Minutes(ctx context.Context, socket, wearer string, from, to time.Time, each func(history.Minute) error) error {
	var bad history.Unreadable
	next := history.Span{From: from, To: to}
	for {
		n, last, err := someMinutes(ctx, socket, wearer, next, false, each)
		if err := bad.Take(err); err != nil {
			return err
		}
		if n == 0 {
			break
		}
		next.From = last.At.Add(time.Second)
	}
	if !from.IsZero() || !to.IsZero() {
		return bad.Err()
	}
	for undated := (history.Span{}); ; {
		n, _, err := someMinutes(ctx, socket, wearer, undated, true, each)
		if err := bad.Take(err); err != nil {
			return err
		}
		if n == 0 {
			return bad.Err()
		}
		undated.After += uint64(n)
	}
}

func someMinutes(ctx context.Context, socket, wearer string, s history.Span, undated bool, each func(history.Minute) error) (n int, last history.Minute, err error) {
	query := spanQuery(s)
	if undated {
		query.Set("undated", "1")
	}
	data, err := call(ctx, socket, http.MethodGet, "/api/minutes/"+url.PathEscape(wearer)+"?"+query.Encode(), "")
	if err != nil {
		return 0, last, err
	}
	for line := range bytes.Lines(data) {
		if bytes.HasPrefix(line, []byte(`{"error"`)) {
			return n, last, wire.ErrorOf(line)
		}
		if bytes.HasPrefix(line, []byte(`{"unreadable"`)) {
			return n, last, wire.UnreadableOf(line)
		}
		if last, err = wire.ParseMinute(wearer, line); err != nil {
			return n, last, err
		}
		if err := each(last); err != nil {
			return n, last, err
		}
		n++
	}
	return n, last, nil
}

// Backup asks the daemon for a copy of what lasts, and gives its path.
func Backup(ctx context.Context, socket string) (string, error) {
	data, err := callWithin(ctx, backupWithin, socket, http.MethodPost, "/api/backup", "")
	if err != nil {
		return "", err
	}
	if err := wire.ErrorOf(data); err != nil {
		return "", err
	}
	var answer struct {
		Path string `json:"path"`
	}
	if err := json.Unmarshal(data, &answer); err != nil || answer.Path == "" {
		return "", errNotJSON
	}
	return answer.Path, nil
}

// backupWithin is how long a backup may take.
const backupWithin = 10 * time.Minute

// Erase asks for a wearer's past, or a part of it, to be erased, and gives what came of it.
func Erase(ctx context.Context, socket string, x history.Erasing) (wire.Erasure, error) {
	path := "/api/erase/" + url.PathEscape(x.Wearer)
	if !x.Everything() {
		path += "?" + spanQuery(history.Span{From: x.From, To: x.To}).Encode()
	}
	data, err := callWithin(ctx, backupWithin, socket, http.MethodPost, path, x.Wearer)
	if err != nil {
		return wire.Erasure{}, err
	}
	return wire.ParseErasure(data)
}

// Session asks when a session of a wearer was that a time lies in.
func Session(ctx context.Context, socket, wearer string, at time.Time) (from, to time.Time, err error) {
	query := url.Values{"at": {at.Format(time.RFC3339)}}
	data, err := call(ctx, socket, http.MethodGet, "/api/erase/"+url.PathEscape(wearer)+"?"+query.Encode(), "")
	if err != nil {
		return from, to, err
	}
	return wire.ParseSpan(data)
}

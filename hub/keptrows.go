package hub

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hubd/history"
	"hubd/web"
	"hubd/wire"
)

// How many rows one answer holds, so that the largest is a few megabytes.
const (
	maxKept      = 5000
	maxKeptBeats = 100 // minutes of intervals
)

// keptPage is some rows of a table as they are answered.
type keptPage struct {
	rows []byte
	err  error
}

// pageOf reads some rows of a table, and says how to ask for the next.
func pageOf(db *history.DB, q web.KeptQuery) keptPage {
	var rows []byte
	next := keptNext{query: q}
	var bad history.Unreadable
	if err := bad.Take(next.read(db, func(line func(dst []byte) []byte) { rows = line(rows) })); err != nil {
		return keptPage{err: err}
	}
	return keptPage{rows: append(wire.AppendKeptHead(nil, next.after(), bad), rows...)}
}

// keptNext follows how far a page came.
type keptNext struct {
	query web.KeptQuery
	n     int
	last  time.Time
}

func (k *keptNext) take(s history.Stamp) { k.n, k.last = k.n+1, s.At }

// after is the query for the rows after those that were taken; empty: there are no more.
func (k *keptNext) after() string {
	switch {
	case k.n == 0:
		return ""
	case k.query.Undated:
		return url.Values{"undated": {"1"}, "after": {strconv.FormatUint(k.query.Span.After+uint64(k.n), 10)}}.Encode()
	}
	s := history.Span{From: k.last.Add(time.Millisecond), To: k.query.Span.To}
	if s.To.Year() >= 9999 {
		s.To = time.Time{}
	}
	values := spanQuery(s)
	values.Set("from", s.From.Format(time.RFC3339Nano))
	return values.Encode()
}

// read takes the rows that the query asks for.
func (k *keptNext) read(db *history.DB, add func(func([]byte) []byte)) error {
	form := k.query.Form
	switch k.query.Table {
	case wire.KeptSessions:
		return readKept(k, db.Sessions, db.UndatedSessions, maxKept, func(s history.Session) {
			k.take(s.Stamp)
			add(func(dst []byte) []byte { return wire.AppendSession(dst, form, s) })
		})
	case wire.KeptMornings:
		return readKept(k, db.Mornings, db.UndatedMornings, maxKept, func(m history.Morning) {
			k.take(m.Stamp)
			add(func(dst []byte) []byte { return wire.AppendMorning(dst, form, m) })
		})
	case wire.KeptMoments:
		return readKept(k, db.Moments, db.UndatedMoments, maxKept, func(m history.Moment) {
			k.take(m.Stamp)
			add(func(dst []byte) []byte { return wire.AppendMoment(dst, form, m) })
		})
	}
	return readKept(k, db.Intervals, db.UndatedIntervals, maxKeptBeats, func(in history.Intervals) {
		k.take(in.Stamp)
		add(func(dst []byte) []byte { return wire.AppendIntervals(dst, form, in) })
	})
}

// readKept reads rows of one type.
func readKept[T any](k *keptNext, dated func(string, time.Time, time.Time, int) ([]T, error), undated func(string, uint64, int) ([]T, error),
	limit int, each func(T),
) error {
	q := k.query
	var rows []T
	var err error
	if q.Undated {
		rows, err = undated(q.Wearer, q.Span.After, limit)
	} else {
		rows, err = dated(q.Wearer, q.Span.From, q.Span.To, limit)
	}
	for _, r := range rows {
		each(r)
	}
	return err
}

// Kept asks the daemon for a table of what is kept of a wearer from from (inclusive) to to (exclusive), a zero time being no bound, and gives
// its rows line by line, as CSV or as objects; those without a date come last, and only where no bound is given. Rows that cannot be read are a
// history.Unreadable at the end.
func Kept(ctx context.Context, socket, wearer string, table wire.KeptTable, objects bool, from, to time.Time, each func(line []byte) error) error {
	path := "/api/kept/" + url.PathEscape(wearer) + "/" + url.PathEscape(string(table)) + "?"
	if objects {
		path += "format=json&"
	}
	starts := []string{spanQuery(history.Span{From: from, To: to}).Encode()}
	if from.IsZero() && to.IsZero() {
		starts = append(starts, "undated=1")
	}
	var bad history.Unreadable
	for _, query := range starts {
		for query != "" {
			data, err := call(ctx, socket, http.MethodGet, path+query, "")
			if err != nil {
				return err
			}
			query, err = wire.KeptLines(data, each)
			if err := bad.Take(err); err != nil {
				return err
			}
		}
	}
	return bad.Err()
}

// KeepPart asks the daemon to keep a wearer's own part of the private session that has ended.
func KeepPart(ctx context.Context, socket, wearer string) error {
	data, err := call(ctx, socket, http.MethodPost, "/api/part/"+url.PathEscape(wearer), "")
	if err != nil {
		return err
	}
	if err := wire.ErrorOf(data); err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	return nil
}

package hub

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"hubd/history"
	"hubd/report"
	"hubd/web"
	"hubd/wire"
)

// maxReport bounds what one report may be; the longest with a diary beside it stays far below.
const maxReport = maxAnswer / 2

// onHistory runs f where history.db may be used, and returns when it has run.
type onHistory func(ctx context.Context, f func(db *history.DB)) error

// reporting makes reports for the local socket. It reads on the keeper's goroutine, some rows at a time, so that a pause never waits
// for it; the page is made where it was asked for. nil where nothing is stored.
func (l *live) reporting() func(context.Context, web.ReportRequest) ([]byte, string, error) {
	if l.store.db == nil {
		return nil
	}
	db := l.store.db
	on := func(ctx context.Context, f func(db *history.DB)) error {
		_, err := ask(ctx, l.keeper, func() struct{} { f(db); return struct{}{} })
		return err
	}
	return func(ctx context.Context, q web.ReportRequest) ([]byte, string, error) {
		// A report is asked for just after a session, whose last minute still waits for its commit.
		if err := on(ctx, func(db *history.DB) { db.Commit(l.keeper.wall()) }); err != nil {
			return nil, "", err
		}
		return makeReport(ctx, on, q)
	}
}

// makeReport reads the rows and makes what was asked for. A refusal is for people.
func makeReport(ctx context.Context, on onHistory, q web.ReportRequest) (body []byte, refusal string, err error) {
	in := &report.Input{Wearer: q.Wearer, Kind: q.Kind, From: q.Span.From.Local(), To: q.Span.To.Local(), Without: q.Without}
	if q.Kind == report.Session {
		if refusal, err = findSession(ctx, on, in); refusal != "" || err != nil {
			return nil, refusal, err
		}
	}
	if in.TooLong() {
		return nil, fmt.Sprintf("a report covers at most %d days: choose a later --from or an earlier --to", report.LongestDays), nil
	}
	if err := gather(ctx, on, in); err != nil {
		return nil, "", err
	}
	if err := in.Empty(); err != nil {
		return nil, err.Error(), nil
	}
	switch q.Form {
	case web.ReportPreview:
		return []byte(report.Preview(in)), "", nil
	case web.ReportPatterns:
		return []byte(report.PatternsText(in)), "", nil
	}
	var out bytes.Buffer
	if err := report.Write(&out, in); err != nil {
		return nil, "", err
	}
	if out.Len() > maxReport {
		return nil, "the report would be too large: choose fewer days, or --without journal", nil
	}
	return out.Bytes(), "", nil
}

// findSession narrows the time to that of the newest session in it.
func findSession(ctx context.Context, on onHistory, in *report.Input) (refusal string, err error) {
	sessions, trouble, err := every(ctx, on, in.From, in.To, afterSession, func(db *history.DB, from, to time.Time) ([]history.Session, error) {
		return db.Sessions(in.Wearer, from, to, maxMinutes)
	})
	switch {
	case err != nil:
		return "", err
	case len(sessions) == 0 && trouble != "":
		return trouble, nil
	case len(sessions) == 0:
		began := ""
		if in.From.AddDate(1, 0, 0).After(in.To) {
			began = " that began from " + in.From.Format(time.DateOnly) + " to " + in.To.Format(time.DateOnly)
		}
		return "no session of " + in.Wearer + " is kept" + began + ": sessions are kept from keep: summaries on, and private ones only where you kept your part", nil
	}
	s := sessions[len(sessions)-1]
	in.From, in.To = s.At.Local(), s.At.Local().Add(max(s.Lasted, time.Minute))
	if !s.Over {
		if err := endOfSession(ctx, on, in); err != nil {
			return "", err
		}
	}
	return "", beginOfMinute(ctx, on, in)
}

// beginOfMinute takes in the minute in which a session began.
func beginOfMinute(ctx context.Context, on onHistory, in *report.Input) error {
	minutes, _, err := every(ctx, on, in.From.Add(-time.Minute+time.Second), in.From, afterMinute, func(db *history.DB, from, to time.Time) ([]history.Minute, error) {
		return db.Minutes(in.Wearer, from, to, maxMinutes)
	})
	if len(minutes) > 0 {
		in.From = minutes[0].At.Local()
	}
	return err
}

// endOfSession takes the last minute worn for the end of a session whose end is not known.
func endOfSession(ctx context.Context, on onHistory, in *report.Input) error {
	minutes, _, err := every(ctx, on, in.From, in.From.Add(longestSession), afterMinute, func(db *history.DB, from, to time.Time) ([]history.Minute, error) {
		return db.Minutes(in.Wearer, from, to, maxMinutes)
	})
	if len(minutes) > 0 {
		in.To = minutes[len(minutes)-1].At.Local().Add(time.Minute)
	}
	return err
}

// longestSession is when a session ends by itself.
const longestSession = 12 * time.Hour

// gather reads all rows that a report looks at.
func gather(ctx context.Context, on onHistory, in *report.Input) error {
	from, w := in.Since(), in.Wearer
	var r report.Rows
	var trouble [5]string
	var err [5]error
	r.Minutes, trouble[0], err[0] = every(ctx, on, from, in.To, afterMinute, func(db *history.DB, from, to time.Time) ([]history.Minute, error) {
		return db.Minutes(w, from, to, maxMinutes)
	})
	r.Sessions, trouble[1], err[1] = every(ctx, on, from, in.To, afterSession, func(db *history.DB, from, to time.Time) ([]history.Session, error) {
		return db.Sessions(w, from, to, maxMinutes)
	})
	r.Moments, trouble[2], err[2] = every(ctx, on, from, in.To, afterMoment, func(db *history.DB, from, to time.Time) ([]history.Moment, error) {
		return db.Moments(w, from, to, maxMinutes)
	})
	r.Mornings, trouble[3], err[3] = every(ctx, on, from, in.To, afterMorning, func(db *history.DB, from, to time.Time) ([]history.Morning, error) {
		return db.Mornings(w, from, to, maxMinutes)
	})
	r.Notes, trouble[4], err[4] = everyNote(ctx, on, from, in)
	in.Rows, in.Trouble = r, cmp.Or(trouble[:]...)
	return cmp.Or(errors.Join(err[:]...), ctx.Err())
}

// Keys of minutes hold seconds, those of the other rows milliseconds.
func afterMinute(m history.Minute) time.Time   { return m.At.Add(time.Second) }
func afterSession(s history.Session) time.Time { return s.At.Add(time.Millisecond) }
func afterMoment(m history.Moment) time.Time   { return m.At.Add(time.Millisecond) }
func afterMorning(m history.Morning) time.Time { return m.At.Add(time.Millisecond) }

// every reads rows, some at a time. What could not be read is trouble, in words; the others come all the same.
func every[T any](ctx context.Context, on onHistory, from, to time.Time, after func(T) time.Time,
	read func(db *history.DB, from, to time.Time) ([]T, error),
) (all []T, trouble string, err error) {
	for {
		var some []T
		var bad error
		if err := on(ctx, func(db *history.DB) { some, bad = read(db, from, to) }); err != nil {
			return nil, "", err
		}
		all, trouble = append(all, some...), cmp.Or(trouble, words(bad))
		if len(some) < maxMinutes {
			return all, trouble, nil
		}
		from = after(some[len(some)-1])
	}
}

// everyNote is every for notes, which have numbers of their own.
func everyNote(ctx context.Context, on onHistory, from time.Time, in *report.Input) (all []history.Note, trouble string, err error) {
	for s := (history.Span{From: from, To: in.To}); ; {
		var f []history.Note
		var bad error
		if err := on(ctx, func(db *history.DB) { f, bad = db.Notes(in.Wearer, s, maxNotes) }); err != nil {
			return nil, "", err
		}
		all, trouble = append(all, f...), cmp.Or(trouble, words(bad))
		if len(f) < maxNotes {
			return all, trouble, nil
		}
		s.From, s.After = f[len(f)-1].At, f[len(f)-1].ID
	}
}

// Report asks a running daemon for a report, through the local socket: its page, its preview or its counts.
func Report(ctx context.Context, socket string, q web.ReportRequest) ([]byte, error) {
	kinds := map[report.Kind]string{report.Week: "week", report.Session: "session", report.Span: "span"}
	forms := map[web.ReportForm]string{web.ReportPage: "page", web.ReportPreview: "preview", web.ReportPatterns: "patterns"}
	query := spanQuery(q.Span)
	for key, value := range map[string]string{"kind": kinds[q.Kind], "form": forms[q.Form], "without": q.Without.String()} {
		query.Set(key, value)
	}
	data, err := callWithin(ctx, reportWithin, socket, http.MethodGet, "/api/report/"+url.PathEscape(q.Wearer)+"?"+query.Encode(), "")
	if err != nil {
		return nil, err
	}
	if err := wire.ErrorOf(data); err != nil {
		return nil, err
	}
	return data, nil
}

// reportWithin is how long a report may take.
const reportWithin = 90 * time.Second

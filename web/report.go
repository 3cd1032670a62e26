package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/history"
	"hubd/report"
	"hubd/wire"
)

const (
	reportPath = "/api/report/"
	// reportWithin bounds a report: months of rows are read from a slow card.
	reportWithin = time.Minute
)

// ReportForm is what comes of a report.
type ReportForm uint8

// The forms of a report.
const (
	ReportPage     ReportForm = iota // the HTML document
	ReportPreview                    // in words, what it will hold
	ReportPatterns                   // its counts alone, as text
)

// ReportRequest asks for a report of a wearer.
type ReportRequest struct {
	Wearer  string
	Form    ReportForm
	Kind    report.Kind
	Span    history.Span // of a session: the newest that begins in it
	Without report.Without
}

// report answers reportPath<wearer>. What a wearer keeps is that wearer's alone, so only a way in that is their own has this path.
func (h *handler) report(w http.ResponseWriter, r *http.Request) {
	q := ReportRequest{Wearer: strings.TrimPrefix(r.URL.EscapedPath(), reportPath)}
	if !slices.Contains(h.o.Wearers, q.Wearer) {
		fail(w, http.StatusNotFound, "nobody here is called "+strconv.Quote(q.Wearer))
		return
	}
	if err := q.read(r); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	done, ok := h.turn(w, r)
	if !ok {
		return
	}
	defer done()
	ctx, cancel := context.WithTimeout(r.Context(), reportWithin)
	defer cancel()
	longer(w, reportWithin)
	body, refusal, err := h.o.Report(ctx, q)
	if q.Form == ReportPage && refusal != "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		tellInPlace(w, refusal)
		return
	}
	if refusedOrFailed(w, refusal, err) {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if q.Form == ReportPage {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox") // its look stands in it
	}
	_, _ = w.Write(body) // who asked has gone: there is nobody to tell
}

// tellInPlace tells somebody who opened a report in a browser why there is none, where it would be: in words, and not as an answer for programs.
func tellInPlace(w http.ResponseWriter, refusal string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusConflict)
	_, _ = io.WriteString(w, refusal+"\n") // who asked has gone: there is nobody to tell
}

// read takes what a query asks for.
func (q *ReportRequest) read(r *http.Request) (err error) {
	query := r.URL.Query()
	kinds := map[string]report.Kind{"week": report.Week, "session": report.Session, "span": report.Span}
	forms := map[string]ReportForm{"page": ReportPage, "preview": ReportPreview, "patterns": ReportPatterns}
	var known bool
	if q.Kind, known = kinds[query.Get("kind")]; !known {
		return errors.New("kind is " + strconv.Quote(query.Get("kind")) + ": wanted is week, session or span")
	}
	if q.Form, known = forms[query.Get("form")]; !known {
		return errors.New("form is " + strconv.Quote(query.Get("form")) + ": wanted is page, preview or patterns")
	}
	if q.Without, err = report.ParseWithout(query.Get("without")); err != nil {
		return err
	}
	if query.Get("from") == "" || query.Get("to") == "" {
		return errors.New("from or to is missing: " + wire.NoDate("from", "").Error())
	}
	q.Span, err = spanOf(r)
	return err
}

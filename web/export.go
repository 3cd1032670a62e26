package web

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubd/history"
	"hubd/wire"
)

const (
	exportsPath = "/api/export/"
	// downloadRest is how long the other side may take nothing of a file, and hubd add nothing to it.
	downloadRest = 30 * time.Second
)

// Captures are a wearer's own recordings. A refusal is for people.
type Captures struct {
	List func(wearer string) ([]wire.Capture, error)
	// WriteEDF writes one of them as EDF+. Nothing was written where there is a refusal.
	WriteEDF func(ctx context.Context, wearer, name string, out io.Writer) (refusal string, err error)
}

// exports answers exportsPath<wearer> with what is kept as a file, and exportsPath<wearer>/captures with what recordings there are. What a
// wearer keeps is that wearer's alone, so only a way in that is their own has these paths.
func (h *handler) exports(w http.ResponseWriter, r *http.Request) {
	wearer, list := strings.CutSuffix(strings.TrimPrefix(r.URL.EscapedPath(), exportsPath), "/captures")
	edf := r.URL.Query().Get("format") == "edf"
	switch {
	case !slices.Contains(h.o.Wearers, wearer):
		fail(w, http.StatusNotFound, "nobody here is called "+strconv.Quote(wearer))
	case (list || edf) && h.o.Captures == nil:
		fail(w, http.StatusNotFound, noHistory)
	case list:
		h.listCaptures(w, wearer)
	default:
		h.export(w, r, wearer, edf)
	}
}

// export writes a file, in its turn.
func (h *handler) export(w http.ResponseWriter, r *http.Request, wearer string, edf bool) {
	done, ok := h.turn(w, r)
	if !ok {
		return
	}
	defer done()
	if edf {
		h.exportCapture(w, r, wearer)
		return
	}
	h.exportKept(w, r, wearer)
}

func (h *handler) listCaptures(w http.ResponseWriter, wearer string) {
	all, err := h.o.Captures.List(wearer)
	if err != nil {
		fail(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	send(w, http.StatusOK, wire.AppendCaptures(nil, all))
}

// exportKept writes what is kept, as hubd export does.
func (h *handler) exportKept(w http.ResponseWriter, r *http.Request, wearer string) {
	if !h.known(w, wearer) {
		return
	}
	query := r.URL.Query()
	format, what := query.Get("format"), query.Get("what")
	s, err := spanIn(query)
	switch {
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
		return
	case !slices.Contains(wire.ExportFormats(), format):
		fail(w, http.StatusBadRequest, "format is "+strconv.Quote(format)+": wanted is csv, json, rr or edf")
		return
	case format == "csv" && !slices.Contains(wire.ExportTables(), what):
		fail(w, http.StatusBadRequest, "what is "+strconv.Quote(what)+": wanted is "+strings.Join(wire.ExportTables(), ", "))
		return
	}
	rows := &keptRows{h: h, ctx: r.Context(), wearer: wearer, span: s, bounded: query.Get("from") != "" || query.Get("to") != ""}
	x := wire.Export{Wearer: wearer, Format: format, What: what, Minutes: rows.minutes, Kept: rows.table, Notes: rows.notes}
	d := newDownload(w, exportName(wearer, format, what))
	rows.went = d.goOn
	_, err = x.Write(d.out)
	d.end(err)
}

// exportName is how a file is called where it is saved.
func exportName(wearer, format, what string) string {
	switch format {
	case "json":
		return "hubd-" + wearer + ".json"
	case "rr":
		return "hubd-" + wearer + "-rr.txt"
	}
	return "hubd-" + wearer + "-" + what + ".csv"
}

// exportCapture writes a recording as EDF+.
func (h *handler) exportCapture(w http.ResponseWriter, r *http.Request, wearer string) {
	name := r.URL.Query().Get("capture")
	stem, _, _ := strings.Cut(name, ".")
	d := newDownload(w, "hubd-"+wearer+"-"+strings.Map(plainName, stem)+".edf")
	refusal, err := h.o.Captures.WriteEDF(r.Context(), wearer, name, d.out)
	if refusal != "" {
		err = refused(refusal)
	}
	d.end(err)
}

// plainName leaves of a name what may stand in a header.
func plainName(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
		return r
	}
	return '-'
}

// refused is a refusal on its way through something that knows errors alone.
type refused string

func (r refused) Error() string { return string(r) }

// keptRows reads what is kept of a wearer, some rows at a time.
type keptRows struct {
	h       *handler
	ctx     context.Context
	wearer  string
	span    history.Span
	bounded bool   // by dates: what has none is left out then
	went    func() // called for each piece
}

// some asks for one piece within the time that one may take.
func some[T any](k *keptRows, ask func(ctx context.Context) (T, string, error)) (T, error) {
	ctx, cancel := context.WithTimeout(k.ctx, k.h.o.Within)
	defer cancel()
	k.went()
	v, refusal, err := ask(ctx)
	if refusal != "" {
		err = refused(refusal)
	}
	return v, err
}

func (k *keptRows) minutes(each func(history.Minute) error) error {
	next, undated := k.span, false
	var bad history.Unreadable
	for {
		all, err := some(k, func(ctx context.Context) ([]history.Minute, string, error) {
			return k.h.o.History.Minutes(ctx, k.wearer, next, undated)
		})
		if err := bad.Take(err); err != nil {
			return err
		}
		for _, m := range all {
			if err := each(m); err != nil {
				return err
			}
		}
		switch n := len(all); {
		case n > 0 && undated:
			next.After += uint64(n)
		case n > 0:
			next.From = all[n-1].At.Add(time.Second)
		case undated || k.bounded:
			return bad.Err()
		default:
			undated, next = true, history.Span{}
		}
	}
}

func (k *keptRows) notes() (all []history.Note, err error) {
	var bad history.Unreadable
	for next := k.span; ; {
		piece, err := some(k, func(ctx context.Context) ([]history.Note, string, error) {
			return k.h.o.History.Notes(ctx, k.wearer, next)
		})
		if err := bad.Take(err); err != nil {
			return all, err
		}
		if len(piece) == 0 {
			return all, bad.Err()
		}
		all = append(all, piece...)
		last := piece[len(piece)-1]
		next.From, next.After = last.At, last.ID
	}
}

func (k *keptRows) table(t wire.KeptTable, form string, each func(line []byte) error) error {
	var bad history.Unreadable
	err := bad.Take(k.piecesOf(KeptQuery{Wearer: k.wearer, Table: t, Span: k.span, Form: keptForm(form)}, each))
	if err == nil && !k.bounded {
		err = bad.Take(k.piecesOf(KeptQuery{Wearer: k.wearer, Table: t, Span: k.span, Form: keptForm(form), Undated: true}, each))
	}
	return cmp.Or(err, bad.Err())
}

// piecesOf reads a table on, as each piece says how to ask for the next.
func (k *keptRows) piecesOf(q KeptQuery, each func(line []byte) error) error {
	var bad history.Unreadable
	for {
		rows, err := some(k, func(ctx context.Context) ([]byte, string, error) { return k.h.o.History.Kept(ctx, q) })
		if err != nil {
			return err
		}
		next, err := wire.KeptLines(rows, each)
		if err := bad.Take(err); err != nil {
			return err
		}
		if next == "" {
			return bad.Err()
		}
		values, err := url.ParseQuery(next)
		if err != nil {
			return err
		}
		q.Undated = values.Get("undated") == "1"
		if q.Span, err = spanIn(values); err != nil {
			return err
		}
	}
}

// download is a file on its way. Until something of it has left, it can still become an answer that says what is wrong.
type download struct {
	w    http.ResponseWriter
	name string
	out  *bufio.Writer
	left bool
}

func newDownload(w http.ResponseWriter, name string) *download {
	d := &download{w: w, name: name}
	d.out = bufio.NewWriterSize(leaving{d}, 32<<10)
	return d
}

// goOn gives the file its time anew: years of it take longer than any one answer.
func (d *download) goOn() { longer(d.w, downloadRest) }

// leaving is where a download's bytes go.
type leaving struct{ d *download }

func (l leaving) Write(p []byte) (int, error) {
	l.d.leave()
	l.d.goOn()
	return l.d.w.Write(p)
}

// leave makes the answer a file. One without a byte is one too, under its own name.
func (d *download) leave() {
	if d.left {
		return
	}
	d.left = true
	head := d.w.Header()
	head.Set("Content-Type", "application/octet-stream")
	head.Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
}

// end ends the file. One that broke off is no file: the connection goes, so that nobody takes half of it for the whole.
func (d *download) end(err error) {
	if err == nil {
		err = d.out.Flush()
	}
	var why refused
	var bad *history.Unreadable
	switch {
	case err == nil:
		d.leave()
	case d.left:
		panic(http.ErrAbortHandler)
	case errors.As(err, &bad):
		fail(d.w, http.StatusConflict, err.Error()+". hubd export writes all the others")
	case errors.As(err, &why):
		fail(d.w, http.StatusConflict, err.Error())
	default:
		fail(d.w, http.StatusServiceUnavailable, err.Error())
	}
}

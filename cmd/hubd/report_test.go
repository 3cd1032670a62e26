package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/report"
	"hubd/web"
)

func TestReportRefusesWhatMakesNoSense(t *testing.T) {
	for _, row := range []struct{ args, want string }{
		{"--week --session", "wanted is one of them"},
		{"--from 2026-02-01 --to 2026-01-01", "--from lies after --to"},
		{"--to 2026-01-01", "--to needs --from"},
		{"--from 2026-02-01 --week", "leave --week, --session and the date out"},
		{"--week yesterday", `"yesterday" is no date`},
		{"--week 2026-02-01 2026-02-08", `"2026-02-08" is not expected here`},
		{"--week 2999-01-01", "has not come yet"},
		{"--without names", `"names" cannot be left out`},
		{"--patterns --out x.html", "--patterns is for the screen"},
	} {
		code, _, errs := hubd(t, append([]string{"report"}, strings.Fields(row.args)...)...)
		if code != exitUsage || !strings.Contains(errs, row.want) {
			t.Errorf("%s: exit %d, %s", row.args, code, errs)
		}
	}
}

func TestReportSaysWhereNoDaemonAnswers(t *testing.T) {
	code, _, errs := hubd(t, "report", "--socket", filepath.Join(t.TempDir(), "none"))
	if code != exitFailed || !strings.Contains(errs, "no daemon answers: start it with hubd run") {
		t.Errorf("exit %d, %s", code, errs)
	}
}

func TestWhichTimeAReportIsOf(t *testing.T) {
	now := time.Date(2026, 11, 26, 22, 15, 0, 0, time.Local)
	for _, row := range []struct {
		args     string
		kind     report.Kind
		from, to string
	}{
		{"", report.Week, "2026-11-20 00:00", "2026-11-26 22:16"},
		{"--week 2026-11-22", report.Week, "2026-11-16 00:00", "2026-11-23 00:00"},
		{"--week 2026-11-29", report.Week, "2026-11-23 00:00", "2026-11-26 22:16"},
		{"--session", report.Session, "2016-11-26 22:16", "2026-11-26 22:16"},
		{"--session 2026-11-20", report.Session, "2026-11-20 00:00", "2026-11-21 00:00"},
		{"--from 2026-11-01", report.Span, "2026-11-01 00:00", "2026-11-26 22:16"},
		{"--from 2026-11-01 --to 2026-11-05", report.Span, "2026-11-01 00:00", "2026-11-05 00:00"},
		{"--patterns", report.Span, "2026-08-28 00:00", "2026-11-26 22:16"},
	} {
		r := &reportLine{}
		operands, err := parse(r.flags(streams{}), strings.Fields(row.args), streams{err: &bytes.Buffer{}})
		if err == nil {
			err = r.check(operands, now)
		}
		const layout = "2006-01-02 15:04"
		from, to := r.request.Span.From.Format(layout), r.request.Span.To.Format(layout)
		if err != nil || r.request.Kind != row.kind || from != row.from || to != row.to {
			t.Errorf("%q: %v, kind %d, %s to %s", row.args, err, r.request.Kind, from, to)
		}
	}
}

// served is a socket that answers reports with their form.
func served(t *testing.T) (socket string) {
	return answering(t, web.Options{Wearers: []string{"a"}, Report: func(_ context.Context, q web.ReportRequest) ([]byte, string, error) {
		return fmt.Appendf(nil, "form %d\n", q.Form), "", nil
	}})
}

// answering is a socket as the daemon has one.
func answering(t *testing.T, o web.Options) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubd") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: web.New(o)}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return socket
}

func TestNothingIsWrittenBeforeItIsWanted(t *testing.T) {
	socket := served(t)
	path := filepath.Join(t.TempDir(), "week.html")
	for _, row := range []struct {
		name, answer string
		args         []string
		says, holds  string
	}{
		{"without a file", "y\n", nil, "Nothing was written. With --out FILE it is.", ""},
		{"no answer", "", []string{"--out", path}, "nothing was written", ""},
		{"no", "n\n", []string{"--out", path}, "nothing was written", ""},
		{"yes", "y\n", []string{"--out", path}, "written: " + path, "form 0\n"},
		{"it is there already", "y\n", []string{"--out", path, "--yes"}, "", "form 0\n"},
	} {
		var out, errs bytes.Buffer
		code := execute(t.Context(), append([]string{"report", "--socket", socket, "--wearer", "a"}, row.args...), streams{strings.NewReader(row.answer), &out, &errs})
		data, _ := os.ReadFile(path) // absent is empty
		if !strings.HasPrefix(out.String(), "form 1\n") || !strings.Contains(out.String(), row.says) || string(data) != row.holds {
			t.Errorf("%s: exit %d, the file holds %q, it says %s%s", row.name, code, data, &out, &errs)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: others may read it: %v", info.Mode(), err)
	}
}

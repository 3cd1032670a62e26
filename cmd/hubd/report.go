package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"hubd/history"
	"hubd/hub"
	"hubd/report"
	"hubd/web"
)

const reportUsage = `hubd report [--week|--session] [DATE] [flags]

Says what a report of what is kept of you will hold; with --out, asks, and writes it: one HTML file to read, to print, or to hand to
somebody. Nothing is written or sent anywhere before that.

  hubd report                                  the seven days up to today, beside the four weeks before them
  hubd report --session --out evening.html     the last session
  hubd report --session 2026-11-20             the last one that began on that day
  hubd report --from 2026-11-01 --to 2026-12-01 --without journal,times --out november.html
  hubd report --patterns                       what tends to go before, as counts, of the last three months
`

// reportLine is a command line of hubd report.
type reportLine struct {
	reaching
	out, without            string
	week, session, patterns bool
	yes                     bool
	from, to                dateFlag
	request                 web.ReportRequest
}

func runReport(ctx context.Context, args []string, std streams) error {
	r := &reportLine{}
	operands, err := parse(r.flags(std), args, std)
	if err != nil {
		return err
	}
	if err := r.check(operands, time.Now()); err != nil {
		return err
	}
	return r.do(ctx, false, func(socket string) error {
		r.socket = socket
		if r.request.Wearer, err = hub.TheWearer(ctx, socket, r.request.Wearer); err != nil {
			return err
		}
		return r.run(ctx, std)
	})
}

func (r *reportLine) flags(std streams) *flag.FlagSet {
	fs := flag.NewFlagSet("hubd report", flag.ContinueOnError)
	r.reaching.flags(fs)
	fs.StringVar(&r.request.Wearer, "wearer", "", "id of the wearer (not needed where there is only one)")
	fs.BoolVar(&r.week, "week", false, "seven days that end with DATE (default: today)")
	fs.BoolVar(&r.session, "session", false, "the last session, or the last that began on DATE")
	fs.BoolVar(&r.patterns, "patterns", false, "what tends to go before, as counts, on the screen")
	fs.Var(&r.from, "from", "from this `DATE` on")
	fs.Var(&r.to, "to", "before this `DATE` (default: now)")
	fs.StringVar(&r.without, "without", "", "leave out `PARTS`: journal, sessions, times, with commas between them")
	fs.StringVar(&r.out, "out", "", "write it to this `FILE`, which must not be there yet")
	fs.BoolVar(&r.yes, "yes", false, "write it without asking")
	fs.Usage = func() { fmt.Fprint(std.err, reportUsage, "\n"); fs.PrintDefaults() }
	return fs
}

// check finds out which time is meant.
func (r *reportLine) check(operands []string, now time.Time) (err error) {
	var on dateFlag
	if len(operands) > 0 {
		if err := on.Set(operands[0]); err != nil {
			return usageError{fmt.Sprintf("%q is no date: %v", operands[0], err)}
		}
	}
	spanned := !r.from.IsZero() || !r.to.IsZero()
	switch {
	case len(operands) > 1:
		return usageError{fmt.Sprintf("%q is not expected here", operands[1])}
	case r.week && r.session:
		return usageError{"--week and --session: wanted is one of them"}
	case spanned && (r.week || r.session || !on.IsZero()):
		return usageError{"--from and --to are a time of their own: leave --week, --session and the date out"}
	case r.patterns && (r.week || r.session || r.out != "" || !on.IsZero()):
		return usageError{"--patterns is for the screen, and takes --from and --to only"}
	case !r.to.IsZero() && r.from.IsZero() && !r.patterns:
		return usageError{"--to needs --from beside it"}
	}
	if r.request.Without, err = report.ParseWithout(r.without); err != nil {
		return usageError{err.Error()}
	}
	return r.time(on.Time, now, spanned)
}

func (r *reportLine) time(on, now time.Time, spanned bool) error {
	now = now.Truncate(time.Minute).Add(time.Minute) // a note of this second is in it too
	s := history.Span{From: r.from.Time, To: r.to.Time}
	if s.To.IsZero() {
		s.To = now
	}
	switch {
	case r.patterns:
		r.request.Kind, r.request.Form = report.Span, web.ReportPatterns
		if s.From.IsZero() {
			s.From = midnight(s.To.AddDate(0, 0, -90))
		}
	case spanned:
		r.request.Kind = report.Span
	case r.session:
		r.request.Kind = report.Session
		s.From = s.To.AddDate(-10, 0, 0)
		if !on.IsZero() {
			s.From = midnight(on)
			s.To = midnight(on.AddDate(0, 0, 1))
		}
	default:
		if on.IsZero() {
			on = now
		}
		s.From, s.To = report.WeekOf(on)
	}
	if !s.From.Before(now) {
		return usageError{"that time has not come yet"}
	}
	if s.To.After(now) {
		s.To = now // what has not come yet is not missing
	}
	if !s.From.Before(s.To) {
		return usageError{"--from lies after --to: wanted is the earlier date first"}
	}
	r.request.Span = s
	return nil
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// run shows the preview, or the counts, and writes the report where that is wanted.
func (r *reportLine) run(ctx context.Context, std streams) error {
	if r.patterns {
		return r.show(ctx, std.out)
	}
	r.request.Form = web.ReportPreview
	if err := r.show(ctx, std.out); err != nil {
		return err
	}
	if r.out == "" {
		_, err := fmt.Fprintln(std.out, "Nothing was written. With --out FILE it is.")
		return err
	}
	if _, err := os.Lstat(r.out); err == nil {
		return fmt.Errorf("%s is there already, and is not written over: choose another name", r.out)
	}
	if !r.yes {
		if yes, err := asked(std, "Write it to "+r.out+"? [y/N] "); err != nil || !yes {
			fmt.Fprintln(std.out, "nothing was written")
			return err
		}
	}
	return r.write(ctx, std.out)
}

func (r *reportLine) show(ctx context.Context, out io.Writer) error {
	text, err := hub.Report(ctx, r.socket, r.request)
	if err == nil {
		_, err = out.Write(text)
	}
	return err
}

// asked puts a question; only y or yes is one.
func asked(std streams, question string) (bool, error) {
	if _, err := io.WriteString(std.out, question); err != nil {
		return false, err
	}
	answer, err := bufio.NewReader(io.LimitReader(std.in, 64)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}

// write makes the file, whole or not at all, for its owner's eyes only.
func (r *reportLine) write(ctx context.Context, out io.Writer) error {
	r.request.Form = web.ReportPage
	page, err := hub.Report(ctx, r.socket, r.request)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(r.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	_, err = f.Write(page)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write the report: %w", err), os.Remove(r.out))
	}
	_, err = fmt.Fprintf(out, "written: %s, %d kB\n", r.out, (len(page)+999)/1000)
	return err
}

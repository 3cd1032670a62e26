package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"hubd/history"
	"hubd/hub"
	"hubd/wire"
)

const eraseUsage = `hubd erase --wearer ID                      everything that is kept of one wearer, for ever
hubd erase --wearer ID --session AT         of one session: AT is a time within it
hubd erase --wearer ID --session FROM/TO    of a span of time, FROM inclusive, TO exclusive

  hubd erase --wearer a --session "2026-11-20 21:30"
  hubd erase --wearer a --session "2026-11-20 21:00/2026-11-20 22:30"

A session is one that is kept (hubd export --what sessions), from your joining to your leaving; where none is, the time in which a sensor was worn
without a break of a quarter of an hour. hubd export lists the minutes that are kept, hubd journal list the notes. The own rest is no part of a session: hubd rest --forget.
`

// erasing is a command line of hubd erase.
type erasing struct {
	reaching
	wearer, session string
	yes             bool
}

func runErase(ctx context.Context, args []string, std streams) error {
	var e erasing
	fs := flag.NewFlagSet("hubd erase", flag.ContinueOnError)
	e.flags(fs)
	fs.StringVar(&e.wearer, "wearer", "", "id of the wearer whose past goes")
	fs.StringVar(&e.session, "session", "", "only what lies in this time: `AT` or FROM/TO")
	fs.BoolVar(&e.yes, "yes", false, "do not ask")
	fs.Usage = func() { fmt.Fprint(std.err, eraseUsage, "\n"); fs.PrintDefaults() }
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	if e.wearer == "" {
		return usageError{"whose? add --wearer with the id: nothing is erased by guessing"}
	}
	x, at, err := e.what()
	if err != nil {
		return err
	}
	return e.do(ctx, true, func(socket string) error { return e.erase(ctx, socket, x, at, std) })
}

// what reads --session: a span, or a time within a session.
func (e *erasing) what() (x history.Erasing, at time.Time, err error) {
	x.Wearer = e.wearer
	if e.session == "" {
		return x, at, nil
	}
	first, last, span := strings.Cut(e.session, "/")
	var from, to dateFlag
	if err := from.Set(strings.TrimSpace(first)); err != nil {
		return x, at, usageError{fmt.Sprintf("--session: %q: %v", first, err)}
	}
	if !span {
		return x, from.Time, nil
	}
	if err := to.Set(strings.TrimSpace(last)); err != nil {
		return x, at, usageError{fmt.Sprintf("--session: %q: %v", last, err)}
	}
	if !from.Before(to.Time) {
		return x, at, usageError{"--session: the earlier time comes first: FROM/TO"}
	}
	x.From, x.To = from.Time, to.Time
	return x, at, nil
}

func (e *erasing) erase(ctx context.Context, socket string, x history.Erasing, at time.Time, std streams) (err error) {
	if !at.IsZero() {
		if x.From, x.To, err = hub.Session(ctx, socket, x.Wearer, at); err != nil {
			return err
		}
	}
	if !e.yes {
		place, err := hub.PlaceOf(ctx, socket)
		if err != nil {
			return err
		}
		if err := confirm(x, place, std); err != nil {
			return err
		}
	}
	came, err := hub.Erase(ctx, socket, x)
	if err != nil {
		return err
	}
	if err := tellErasure(std.out, x, came); err != nil {
		return err
	}
	if came.Failed != "" {
		return errors.New(came.Failed)
	}
	return nil
}

// confirm lets the person type the id, which no slip of a finger does.
func confirm(x history.Erasing, place hub.Place, std streams) error {
	what := "everything that is kept of " + x.Wearer
	if !x.Everything() {
		const layout = "2006-01-02 15:04"
		what = fmt.Sprintf("the rows, notes and faults of %s from %s to %s", x.Wearer, x.From.Local().Format(layout), x.To.Local().Format(layout))
	}
	fmt.Fprintf(std.err, "This erases %s, of the hub %s, in %s and the backups beside it, for ever. Backups and damaged files that cannot be read go whole.\n"+
		"Type %s to erase it: ", what, place.Hub, place.File, x.Wearer)
	typed, err := bufio.NewReader(io.LimitReader(std.in, 100)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("nothing was erased: %w", err)
	}
	if strings.TrimSpace(typed) != x.Wearer {
		return errors.New("nothing was erased: that is not the id. Without a keyboard: --yes")
	}
	return nil
}

// tellErasure says what is erased, what was searched, and what is out of reach.
func tellErasure(out io.Writer, x history.Erasing, e wire.Erasure) error {
	var b strings.Builder
	for _, d := range e.Done {
		fmt.Fprintf(&b, "erased: %s\n", d)
	}
	for _, f := range e.Files {
		fmt.Fprintf(&b, "overwritten and removed whole: %s\n", f)
	}
	if e.Failed == "" {
		fmt.Fprintf(&b, "Of %s %d rows are gone; %d bytes were searched afterwards, and none of it was found.\n", x.Wearer, e.Rows, e.Searched)
	}
	b.WriteString("\nOut of hubd's reach:\n")
	for _, c := range e.CannotReach {
		fmt.Fprintf(&b, "- %s\n", strings.ReplaceAll(c, "\n", "\n  "))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

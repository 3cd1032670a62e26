package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"hubd/hub"
	"hubd/wire"
)

// restFlags says which of the things hubd rest can do is wanted; none of them: a rest is declared.
type restFlags struct{ show, export, forget, yes bool }

// chosen counts what was asked for.
func (f restFlags) chosen() (n int) {
	for _, is := range []bool{f.show, f.export, f.forget} {
		if is {
			n++
		}
	}
	return n
}

func runRest(ctx context.Context, args []string, std streams) error {
	fs, socket, wearer := controlFlags("rest")
	var f restFlags
	fs.BoolVar(&f.show, "show", false, "print what is known of the own rest")
	fs.BoolVar(&f.export, "export", false, "print it minute by minute, as JSON that hubd replay --baseline reads")
	fs.BoolVar(&f.forget, "forget", false, "forget it for ever; only with --yes")
	fs.BoolVar(&f.yes, "yes", false, "yes, forget")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	switch {
	case f.chosen() > 1:
		return usageError{"one of --show, --export and --forget at a time"}
	case f.yes && !f.forget:
		return usageError{"--yes belongs to --forget"}
	}
	id, err := hub.TheWearer(ctx, *socket, *wearer)
	if err != nil {
		return err
	}
	switch {
	case f.show:
		return showRest(ctx, *socket, id, std.out)
	case f.export:
		return exportRest(ctx, *socket, id, std.out)
	case f.forget:
		return forgetRest(ctx, *socket, id, f.yes, std)
	}
	return newResting(*socket, id, std.out).run(ctx)
}

func showRest(ctx context.Context, socket, id string, out io.Writer) error {
	r, err := hub.AskRest(ctx, socket, id)
	if err != nil {
		return err
	}
	_, err = out.Write(wire.AppendRestTable(nil, r))
	return err
}

func exportRest(ctx context.Context, socket, id string, out io.Writer) error {
	data, err := hub.ExportRest(ctx, socket, id)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return err
}

// forgetRest forgets for ever, and so only where that was said twice.
func forgetRest(ctx context.Context, socket, id string, yes bool, std streams) error {
	if !yes {
		r, err := hub.AskRest(ctx, socket, id)
		if err != nil {
			return err
		}
		return usageError{fmt.Sprintf("this forgets the own rest of %s for ever, %d minutes of it, and hubd names nothing until a new one is learnt. "+
			"If that is wanted, add --yes; hubd rest --export keeps a copy", id, r.Minutes)}
	}
	if _, err := hub.Ask(ctx, hub.Request{Socket: socket, Wearer: id, Name: "rest_forget", Payload: "PRESS"}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.out, "The own rest of %s is forgotten, also on the disk. hubd rest learns a new one in three minutes.\n", id)
	return err
}

// Telling a declared rest.
const (
	restLook    = time.Second     // how often hubd is asked
	restTell    = 15              // good seconds between two lines
	restSoonest = 5               // looks between two lines, whatever changes: a signal on the edge goes to and fro
	restLongest = 6 * time.Minute // hubd gives up after five: longer, and it is not it that answers
	restGoodbye = 5 * time.Second // for stopping the rest after Ctrl-C
)

// resting follows a declared rest of one wearer.
type resting struct {
	out  io.Writer
	id   string
	send func(ctx context.Context, name string) error // a command for this wearer
	look func(ctx context.Context) (wire.RestReport, error)
	wait func(ctx context.Context) error // until it is to be looked at again; an error where ctx ended

	told    int    // good seconds as last told
	missing string // as last told
	since   int    // looks since then
}

func newResting(socket, id string, out io.Writer) *resting {
	return &resting{
		out: out, id: id,
		send: func(ctx context.Context, name string) error {
			_, err := hub.Ask(ctx, hub.Request{Socket: socket, Wearer: id, Name: name, Payload: "PRESS"})
			return err
		},
		look: func(ctx context.Context) (wire.RestReport, error) { return hub.AskRest(ctx, socket, id) },
		wait: func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(restLook):
				return nil
			}
		},
	}
}

// run starts a rest, or joins one that runs, and tells how it goes and went. The error is why nothing was learnt.
func (r *resting) run(ctx context.Context) error {
	now, err := r.look(ctx)
	if err != nil {
		return err
	}
	if now.Running() {
		fmt.Fprintln(r.out, "A rest is being learnt already. This is how it goes:")
	} else if now, err = r.begin(ctx); err != nil {
		return err
	}
	r.told, r.since = -restTell, restSoonest
	for n := 0; now.Running(); n++ {
		if n > int(restLongest/restLook) {
			return errors.New("the rest does not end: ask again with hubd rest --show")
		}
		r.tell(now)
		if err := r.wait(ctx); err != nil {
			return r.interrupt()
		}
		if now, err = r.look(ctx); ctx.Err() != nil {
			return r.interrupt()
		} else if err != nil {
			return err
		}
	}
	return r.end(now)
}

// begin declares the rest and says what to do.
func (r *resting) begin(ctx context.Context) (wire.RestReport, error) {
	if err := r.send(ctx, "rest_start"); err != nil {
		return wire.RestReport{}, err
	}
	fmt.Fprintf(r.out, "Rest of %s. Sit or lie still now, awake, and breathe as you like. It takes three minutes, five at most.\n", r.id)
	fmt.Fprintln(r.out, "You need not watch this. Ctrl-C stops the rest; if the line breaks, it goes on.")
	return r.look(ctx)
}

// tell prints a line when what is missing changes, and every quarter of a minute.
func (r *resting) tell(now wire.RestReport) {
	r.since++
	changed := now.Missing != r.missing || now.Good < r.told || now.Good-r.told >= restTell
	if !changed || r.since < restSoonest {
		return
	}
	r.told, r.missing, r.since = now.Good, now.Missing, 0
	line := fmt.Sprintf("%4d of %d s", now.Good, now.Wanted)
	if now.Missing != "" {
		line += "   " + now.Missing
	}
	fmt.Fprintln(r.out, line)
}

// interrupt stops the rest: who does not want to go on does not want this to be learnt either.
func (r *resting) interrupt() error {
	ctx, cancel := context.WithTimeout(context.Background(), restGoodbye)
	defer cancel()
	if err := r.send(ctx, "rest_stop"); err != nil {
		return fmt.Errorf("the rest could not be stopped and ends by itself in five minutes at most: %w", err)
	}
	now, err := r.look(ctx)
	if err != nil {
		return err
	}
	return r.end(now)
}

// end says how it went.
func (r *resting) end(now wire.RestReport) error {
	if !now.Learnt() {
		return errors.New(now.Says)
	}
	fmt.Fprintf(r.out, "%s.\n", now.Says)
	if words := wire.UnlikeWords(now.Unlike); words != "" {
		fmt.Fprintln(r.out, words)
	}
	if !now.Kept {
		fmt.Fprintln(r.out, "It is not stored, and gone when hubd restarts: keep is nothing.")
	}
	fmt.Fprintln(r.out, "hubd rest --show shows it.")
	return nil
}

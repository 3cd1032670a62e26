package main

import (
	"bufio"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"hubd/history"
	"hubd/hub"
	"hubd/wire"
)

// exporting is a command line of hubd export.
type exporting struct {
	reaching
	wearer, format, what, capture string
	from, to                      dateFlag
	notes                         io.Writer // what a person should know beside the export
}

func runExport(ctx context.Context, args []string, std streams) error {
	x := exporting{notes: std.err}
	fs := flag.NewFlagSet("hubd export", flag.ContinueOnError)
	x.flags(fs)
	fs.StringVar(&x.wearer, "wearer", "", "id of the wearer (not needed where there is only one)")
	fs.StringVar(&x.format, "format", "csv", "csv, a table; json, all in one object; rr, the times between heartbeats alone; or edf, a recording as EDF+")
	fs.StringVar(&x.what, "what", wire.ExportMinutes, "of a table: "+tables())
	fs.StringVar(&x.capture, "capture", "", "of edf: the recording, a `FILE` that hubd replay reads")
	fs.Var(&x.from, "from", "from this `DATE` on (default: from the beginning)")
	fs.Var(&x.to, "to", "before this `DATE` (default: all)")
	if err := parseFlags(fs, args, std); err != nil {
		return err
	}
	if err := x.check(std.out); err != nil {
		return err
	}
	if x.format == "edf" {
		return x.writeEDF(std.out)
	}
	return x.do(ctx, false, func(socket string) (err error) {
		x.socket = socket
		if x.wearer, err = hub.TheWearer(ctx, socket, x.wearer); err != nil {
			return err
		}
		out := bufio.NewWriter(std.out)
		var bad history.Unreadable
		if err := bad.Take(x.write(ctx, out)); err != nil {
			return err
		}
		return cmp.Or(out.Flush(), leftOut(bad))
	})
}

// tables are those of --what, in words.
func tables() string { return strings.Join(wire.ExportTables(), ", ") }

func (x *exporting) check(out io.Writer) error {
	switch {
	case x.format != "edf" && !slices.Contains(wire.ExportFormats(), x.format):
		return usageError{fmt.Sprintf("--format is %q: wanted is csv, json, rr or edf", x.format)}
	case !slices.Contains(wire.ExportTables(), x.what):
		return usageError{fmt.Sprintf("--what is %q: wanted is %s", x.what, tables())}
	case x.format == "edf" || x.capture != "":
		return x.checkEDF(out)
	case x.format == "rr" && x.what != wire.ExportMinutes:
		return usageError{"--format rr is of the times between heartbeats: leave --what out, or take csv"}
	case x.format == "json" && x.what != wire.ExportMinutes:
		return usageError{"--format json holds everything, minutes, journal and sessions: leave --what out, or take csv"}
	}
	return datesInOrder(x.from, x.to)
}

// write writes the file, and tells beside it what its form cannot tell.
func (x *exporting) write(ctx context.Context, out *bufio.Writer) error {
	from, to := x.from.Time, x.to.Time
	e := wire.Export{
		Wearer: x.wearer, Format: x.format, What: x.what,
		Minutes: func(each func(history.Minute) error) error {
			return hub.Minutes(ctx, x.socket, x.wearer, from, to, each)
		},
		Kept: func(t wire.KeptTable, form string, each func(line []byte) error) error {
			return hub.Kept(ctx, x.socket, x.wearer, t, form == "json", from, to, each)
		},
		Notes: func() ([]history.Note, error) { return hub.Notes(ctx, x.socket, x.wearer, from, to) },
	}
	var bad history.Unreadable
	note, err := e.Write(out)
	if err = bad.Take(err); err == nil && note != "" {
		_, err = fmt.Fprintln(x.notes, note)
	}
	return cmp.Or(err, bad.Err())
}

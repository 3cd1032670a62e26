package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"hubd/history"
	"hubd/hub"
	"hubd/wire"
)

// minutesTable is what is exported where nothing else is said.
const minutesTable = "minutes"

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
	fs.StringVar(&x.what, "what", minutesTable, "of a table: minutes, journal, "+keptTables())
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
		if err := x.write(ctx, out); err != nil {
			return err
		}
		return out.Flush()
	})
}

func (x *exporting) check(out io.Writer) error {
	switch {
	case !slices.Contains([]string{"csv", "json", "rr", "edf"}, x.format):
		return usageError{fmt.Sprintf("--format is %q: wanted is csv, json, rr or edf", x.format)}
	case x.what != minutesTable && x.what != "journal" && !isKeptTable(x.what):
		return usageError{fmt.Sprintf("--what is %q: wanted is minutes, journal, %s", x.what, keptTables())}
	case x.format == "edf" || x.capture != "":
		return x.checkEDF(out)
	case x.format == "rr" && x.what != minutesTable:
		return usageError{"--format rr is of the times between heartbeats: leave --what out, or take csv"}
	case x.format == "json" && x.what != minutesTable:
		return usageError{"--format json holds everything, minutes, journal and sessions: leave --what out, or take csv"}
	}
	return datesInOrder(x.from, x.to)
}

func (x *exporting) write(ctx context.Context, out *bufio.Writer) error {
	switch {
	case x.format == "json":
		return x.writeJSON(ctx, out)
	case x.format == "rr":
		return x.writeRR(ctx, out)
	case x.what == "journal":
		notes, err := hub.Notes(ctx, x.socket, x.wearer, x.from.Time, x.to.Time)
		if err != nil {
			return err
		}
		return writeNotes(out, notes)
	case isKeptTable(x.what):
		return x.writeKept(ctx, out)
	}
	if _, err := out.WriteString(wire.MinuteHeader + "\n"); err != nil {
		return err
	}
	var row []byte
	return x.minutes(ctx, func(m history.Minute) error {
		row = append(wire.AppendMinuteRow(row[:0], m), '\n')
		_, err := out.Write(row)
		return err
	})
}

func (x *exporting) minutes(ctx context.Context, each func(history.Minute) error) error {
	return hub.Minutes(ctx, x.socket, x.wearer, x.from.Time, x.to.Time, each)
}

// writeJSON writes {"wearer":…,"minutes":[…],"sessions":[…],…,"notes":[…]}, row by row: years of them need no memory.
func (x *exporting) writeJSON(ctx context.Context, out *bufio.Writer) error {
	notes, err := hub.Notes(ctx, x.socket, x.wearer, x.from.Time, x.to.Time)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "{\"wearer\":%q,\"minutes\":[", x.wearer)
	separator := "\n"
	var object []byte
	err = x.minutes(ctx, func(m history.Minute) error {
		object = wire.AppendMinute(append(object[:0], separator...), m)
		separator = ",\n"
		_, err := out.Write(object)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := out.WriteString("\n]"); err != nil {
		return err
	}
	if err := x.writeKeptJSON(ctx, out); err != nil {
		return err
	}
	list := wire.AppendNotes(nil, notes)
	_, err = fmt.Fprintf(out, ",\n%s\n", list[1:])
	return err
}

// writeNotes writes a row for each note's words, and one for each of its tags and results.
func writeNotes(out io.Writer, notes []history.Note) error {
	table := csv.NewWriter(out)
	rows := [][]string{{"time", "note", "kind", "name", "value", "unit", "text"}}
	for _, n := range notes {
		at, id := n.At.Format(time.RFC3339), strconv.FormatUint(n.ID, 10)
		if n.Text != "" {
			rows = append(rows, []string{at, id, "note", "", "", "", n.Text})
		}
		for _, t := range n.Tags {
			rows = append(rows, []string{at, id, string(t.Kind), t.Word, "", "", ""})
		}
		for _, l := range n.Labs {
			rows = append(rows, []string{at, id, "result", l.Name, strconv.FormatFloat(l.Value, 'g', -1, 64), l.Unit, l.About})
		}
	}
	return table.WriteAll(rows)
}

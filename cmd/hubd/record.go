package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"hubd/hub"
)

// Bounds of a capture.
const (
	captureMinutes = 10
	captureMost    = 12 * 60
	recordTell     = 10 * time.Second
)

func runRecord(ctx context.Context, args []string, std streams) error {
	fs := flag.NewFlagSet("hubd record", flag.ContinueOnError)
	var a attending
	a.flags(fs)
	minutes := fs.Float64("minutes", captureMinutes, "how long at most; Ctrl-C ends it sooner. A running daemon lends its sensors for 30")
	operands, err := parse(fs, args, std)
	switch {
	case err != nil:
		return err
	case len(operands) != 1:
		return usageError{"record takes one file, for example: hubd record evening.csv.gz"}
	case !(*minutes > 0 && *minutes <= captureMost):
		return usageError{fmt.Sprintf("--minutes %g: more than 0, up to %d", *minutes, captureMost)}
	}
	a.seconds = *minutes * 60
	o, err := a.options(std)
	if err != nil {
		return err
	}
	path := operands[0]
	var last hub.Recorded
	if err := hub.Record(ctx, o, path, recordTell, func(r hub.Recorded) error {
		last = r
		_, err := fmt.Fprintf(std.err, "%4.0f s   %s\n", r.Length.Seconds(), r.Screen)
		return err
	}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%s: %.0f s of %s, %d rows, readable by you alone. hubd replay %s reads it.\n%s\n", path, last.Length.Seconds(),
		strings.Join(last.Columns, ", "), last.Rows, path, keeping(path))
	return err
}

// keeping says who takes care of the file: hubd erases only what lies in its own folder of captures.
func keeping(path string) string {
	if filepath.Base(filepath.Dir(filepath.Dir(path))) == "captures" {
		return "hubd erase finds it there, where this folder stands beside history.db."
	}
	return "It is yours to keep and to delete: hubd erase does not know of it."
}

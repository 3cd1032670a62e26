package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"hubd/hub"
	"hubd/wire"
)

// keptTables are the tables of hubd export --what besides minutes and journal, in words.
func keptTables() string {
	var names []string
	for _, t := range wire.KeptTables() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

func isKeptTable(what string) bool { return slices.Contains(wire.KeptTables(), wire.KeptTable(what)) }

// writeKept writes one table of what is kept of sessions, under its header.
func (x *exporting) writeKept(ctx context.Context, out *bufio.Writer) error {
	if _, err := out.WriteString(wire.KeptHeader(wire.KeptTable(x.what)) + "\n"); err != nil {
		return err
	}
	return x.kept(ctx, wire.KeptTable(x.what), false, func(line []byte) error {
		_, err := fmt.Fprintf(out, "%s\n", line)
		return err
	})
}

// writeKeptJSON writes each table as a member of an object: ,"sessions":[…] and so on, row by row.
func (x *exporting) writeKeptJSON(ctx context.Context, out *bufio.Writer) error {
	for _, t := range wire.KeptTables() {
		fmt.Fprintf(out, ",\n%q:[", t)
		separator := "\n"
		err := x.kept(ctx, t, true, func(line []byte) error {
			_, err := fmt.Fprintf(out, "%s%s", separator, line)
			separator = ",\n"
			return err
		})
		if err != nil {
			return err
		}
		if _, err := out.WriteString("\n]"); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporting) kept(ctx context.Context, t wire.KeptTable, objects bool, each func(line []byte) error) error {
	return hub.Kept(ctx, x.socket, x.wearer, t, objects, x.from.Time, x.to.Time, each)
}

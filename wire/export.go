package wire

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"hubd/history"
)

// The tables of an export besides KeptTables.
const (
	ExportMinutes = "minutes"
	ExportJournal = "journal"
)

// Export writes what is kept of one wearer as a file, from whichever side the rows come. Each of its functions gives all rows, in the order
// in which they are written, and ends with the error that each gives, or with a history.Unreadable after those that could be read.
type Export struct {
	Wearer  string
	Format  string // csv, json or rr
	What    string // of csv: a table
	Minutes func(each func(history.Minute) error) error
	Kept    func(t KeptTable, form string, each func(line []byte) error) error // form is csv or json
	Notes   func() ([]history.Note, error)

	bad history.Unreadable
}

// ExportFormats are the forms in which what is kept can be written.
func ExportFormats() []string { return []string{"csv", "json", "rr"} }

// ExportTables are the tables that csv takes.
func ExportTables() []string {
	all := []string{ExportMinutes, ExportJournal}
	for _, t := range KeptTables() {
		all = append(all, string(t))
	}
	return all
}

// Write writes the file. note says what its form cannot tell; empty where there is nothing to say. A history.Unreadable is of rows that are
// left out of a file that is else whole.
func (x *Export) Write(out *bufio.Writer) (note string, err error) {
	note, err = x.write(out)
	return note, cmp.Or(err, x.bad.Err())
}

func (x *Export) write(out *bufio.Writer) (note string, err error) {
	switch {
	case x.Format == "json":
		return "", x.writeJSON(out)
	case x.Format == "rr":
		return x.writeRR(out)
	case x.What == ExportJournal:
		notes, err := x.Notes()
		if err := x.bad.Take(err); err != nil {
			return "", err
		}
		return "", writeNotes(out, notes)
	case slices.Contains(KeptTables(), KeptTable(x.What)):
		return "", x.writeKept(out)
	case x.What == ExportMinutes:
		return "", x.writeMinutes(out)
	}
	return "", fmt.Errorf("there is no table %q", x.What)
}

func (x *Export) writeMinutes(out *bufio.Writer) error {
	if _, err := out.WriteString(MinuteHeader + "\n"); err != nil {
		return err
	}
	var row []byte
	return x.bad.Take(x.Minutes(func(m history.Minute) error {
		row = append(AppendMinuteRow(row[:0], m), '\n')
		_, err := out.Write(row)
		return err
	}))
}

// writeKept writes one table of what is kept of sessions, under its header.
func (x *Export) writeKept(out *bufio.Writer) error {
	t := KeptTable(x.What)
	if _, err := out.WriteString(KeptHeader(t) + "\n"); err != nil {
		return err
	}
	return x.bad.Take(x.Kept(t, "csv", func(line []byte) error {
		_, err := fmt.Fprintf(out, "%s\n", line)
		return err
	}))
}

// writeJSON writes {"wearer":…,"minutes":[…],"sessions":[…],…,"notes":[…]}, row by row: years of them need no memory.
func (x *Export) writeJSON(out *bufio.Writer) error {
	notes, err := x.Notes()
	if err := x.bad.Take(err); err != nil {
		return err
	}
	fmt.Fprintf(out, "{\"wearer\":%q,\"minutes\":[", x.Wearer)
	separator := "\n"
	var object []byte
	err = x.Minutes(func(m history.Minute) error {
		object = AppendMinute(append(object[:0], separator...), m)
		separator = ",\n"
		_, err := out.Write(object)
		return err
	})
	if err := x.bad.Take(err); err != nil {
		return err
	}
	if _, err := out.WriteString("\n]"); err != nil {
		return err
	}
	if err := x.writeKeptJSON(out); err != nil {
		return err
	}
	list := AppendNotes(nil, notes, x.bad)
	_, err = fmt.Fprintf(out, ",\n%s\n", list[1:])
	return err
}

// writeKeptJSON writes each table as a member of an object: ,"sessions":[…] and so on, row by row.
func (x *Export) writeKeptJSON(out *bufio.Writer) error {
	for _, t := range KeptTables() {
		fmt.Fprintf(out, ",\n%q:[", t)
		separator := "\n"
		err := x.Kept(t, "json", func(line []byte) error {
			_, err := fmt.Fprintf(out, "%s%s", separator, line)
			separator = ",\n"
			return err
		})
		if err := x.bad.Take(err); err != nil {
			return err
		}
		if _, err := out.WriteString("\n]"); err != nil {
			return err
		}
	}
	return nil
}

// writeRR writes the times between heartbeats as programs for heart-rate variability read them: milliseconds, one a line, and nothing else. Such a file
// cannot tell what a beat was, nor that some are missing; how often they are is told beside it.
func (x *Export) writeRR(out *bufio.Writer) (note string, err error) {
	all, gaps := 0, 0
	err = x.Kept(KeptIntervals, "json", func(line []byte) error {
		var row struct {
			Interval json.Number `json:"ibi_ms"`
			Kind     string      `json:"kind"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return fmt.Errorf("the daemon's answer is not understood: %w", err)
		}
		if all++; row.Kind == "after_gap" {
			gaps++
		}
		_, err := fmt.Fprintln(out, row.Interval)
		return err
	})
	return fmt.Sprintf("%d times between heartbeats; at %d of them beats are missing before it, which this form cannot tell: csv can", all, gaps), x.bad.Take(err)
}

// writeNotes writes a row for each note's words, and one for each of its tags and results.
func writeNotes(out io.Writer, notes []history.Note) error {
	table := csv.NewWriter(struct{ io.Writer }{out}) // else it would empty out's own buffer, and nothing could be said of rows that are missing
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

// AppendKeptHead appends the first line of an answer of /api/kept: the query for the rows after these, and which could not be read.
func AppendKeptHead(dst []byte, next string, bad history.Unreadable) []byte {
	return append(appendUnreadable(open(dst).text("next", next), bad).close(), '\n')
}

// KeptLines gives the rows of one answer of /api/kept, and the query for those after them; empty: there are none. Rows that could not be read
// are a history.Unreadable beside the query.
func KeptLines(data []byte, each func(line []byte) error) (next string, err error) {
	head, rows, _ := bytes.Cut(data, []byte("\n"))
	var answer struct {
		Error string              `json:"error"`
		Next  *string             `json:"next"`
		Bad   *history.Unreadable `json:"unreadable"`
	}
	switch err := json.Unmarshal(head, &answer); {
	case err != nil:
		return "", errors.New("these are no rows of hubd's")
	case answer.Error != "":
		return "", errors.New(answer.Error)
	case answer.Next == nil:
		return "", errors.New("these are no rows of hubd's")
	}
	for line := range bytes.Lines(rows) {
		if err := each(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			return "", err
		}
	}
	if answer.Bad != nil {
		return *answer.Next, answer.Bad
	}
	return *answer.Next, nil
}

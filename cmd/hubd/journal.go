package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"hubd/history"
	"hubd/hub"
)

const journalUsage = `hubd journal add [flags] WORDS     what happened, in your own words; - reads them from standard input
hubd journal list [flags]          your notes, oldest first
hubd journal remove [flags] NUMBER takes one back
hubd journal keep [flags]          keeps your own part of the private session that has just ended

  hubd journal add --tag body:chest --tag helped:humming "Woke at three, calm again after a while"
  hubd journal add --lab "oxytocin 12.3 pg/ml" --about "saliva, enzyme immunoassay" --at "2026-11-20 09:30"

Results are what a laboratory measured. hubd infers none of them from its sensors.
`

func runJournal(ctx context.Context, args []string, std streams) error {
	j := journalFlags(std)
	operands, err := parse(j.fs, args, std)
	if err != nil {
		return err
	}
	if len(operands) == 0 {
		return usageError{"journal takes add, list, remove or keep; hubd journal --help shows how"}
	}
	if err := datesInOrder(j.from, j.to); err != nil {
		return err
	}
	verb, rest := operands[0], operands[1:]
	run, ok := map[string]func(context.Context, journalLine, []string, streams) error{
		"add": addNote, "list": listNotes, "remove": removeNote, "keep": keepPart,
	}[verb]
	if !ok {
		return usageError{fmt.Sprintf("journal takes add, list, remove or keep, not %q", verb)}
	}
	return j.do(ctx, verb != "list", func(socket string) (err error) {
		j.socket = socket
		if j.wearer, err = hub.TheWearer(ctx, socket, j.wearer); err != nil {
			return err
		}
		return run(ctx, *j, rest, std)
	})
}

// journalLine is a command line of the journal.
type journalLine struct {
	reaching
	fs           *flag.FlagSet
	wearer       string
	at, from, to dateFlag
	tags         []history.Tag
	labs         []history.Lab
	about        string
}

func journalFlags(std streams) *journalLine {
	j := &journalLine{}
	fs := flag.NewFlagSet("hubd journal", flag.ContinueOnError)
	j.flags(fs)
	fs.StringVar(&j.wearer, "wearer", "", "id of the wearer (not needed where there is only one)")
	fs.Var(&j.at, "at", "what `DATE` the note is about, such as \"2026-11-20 09:30\" (default: now)")
	fs.Var(&j.from, "from", "list notes from this `DATE` on")
	fs.Var(&j.to, "to", "list notes before this `DATE`")
	fs.Func("tag", "`KIND:WORD`; the kind is happened, body or helped; may be given several times", j.addTag)
	fs.Func("lab", "a result, `\"NAME VALUE UNIT\"`; may be given several times", j.addLab)
	fs.StringVar(&j.about, "about", "", "of the results: method, specimen, imaging")
	fs.Usage = func() { fmt.Fprint(std.err, journalUsage, "\n"); fs.PrintDefaults() }
	j.fs = fs
	return j
}

func (j *journalLine) addTag(text string) error {
	kind, word, ok := strings.Cut(text, ":")
	if !ok {
		return errors.New("wanted is KIND:WORD, for example body:chest")
	}
	j.tags = append(j.tags, history.Tag{Kind: history.TagKind(kind), Word: strings.TrimSpace(word)})
	return nil
}

// addLab reads the name up to the number, the number, and the rest as its unit. Where two numbers stand, nobody can tell which is the value.
func (j *journalLine) addLab(text string) error {
	fields := strings.Fields(text)
	at := -1
	for i, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		switch {
		case err != nil || i == 0 || math.IsNaN(v) || math.IsInf(v, 0):
		case at >= 0:
			return fmt.Errorf("which of %s and %s is the value? join the other to its word, as in omega-3 or mg/24h", fields[at], f)
		default:
			at = i
			j.labs = append(j.labs, history.Lab{Name: strings.Join(fields[:i], " "), Value: v, Unit: strings.Join(fields[i+1:], " ")})
		}
	}
	if at < 0 {
		return errors.New(`wanted is "NAME VALUE UNIT", for example "oxytocin 12.3 pg/ml"`)
	}
	return nil
}

func addNote(ctx context.Context, j journalLine, words []string, std streams) error {
	n := history.Note{Wearer: j.wearer, At: j.at.Time, Text: strings.Join(words, " "), Tags: j.tags, Labs: j.labs}
	if n.Text == "-" {
		text, err := readNote(std.in)
		if err != nil {
			return err
		}
		n.Text = text
	}
	if j.about != "" && len(n.Labs) == 0 {
		return usageError{"--about is about results: wanted is --lab beside it"}
	}
	for i := range n.Labs {
		n.Labs[i].About = j.about
	}
	id, err := hub.AddNote(ctx, j.socket, n)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "kept as note %d\n", id)
	return err
}

// readNote reads a note's words, and no more of them than can be kept.
func readNote(in io.Reader) (string, error) {
	const lineEnds = 64 // at its end, which do not count
	all, err := io.ReadAll(io.LimitReader(in, history.MaxNoteText+lineEnds))
	if err != nil {
		return "", fmt.Errorf("read the note: %w", err)
	}
	text := strings.TrimSpace(string(all))
	if len(text) > history.MaxNoteText {
		return "", fmt.Errorf("the note has more than %d bytes, and no more can be kept in one: write several", history.MaxNoteText)
	}
	return text, nil
}

func listNotes(ctx context.Context, j journalLine, rest []string, std streams) error {
	if len(rest) > 0 {
		return usageError{fmt.Sprintf("%q is not expected here", rest[0])}
	}
	var bad history.Unreadable
	notes, err := hub.Notes(ctx, j.socket, j.wearer, j.from.Time, j.to.Time)
	if err := bad.Take(err); err != nil {
		return err
	}
	for _, n := range notes {
		if _, err := io.WriteString(std.out, noteText(n)); err != nil {
			return err
		}
	}
	return leftOut(bad)
}

// leftOut says that rows are missing beside those that were given, and where to see which; nil where none is.
func leftOut(bad history.Unreadable) error {
	if err := bad.Err(); err != nil {
		return fmt.Errorf("%w. All others are there; hubd history check names each that is not", err)
	}
	return nil
}

// noteText is a note for reading: its date and number, then its words, tags and results, a line each.
func noteText(n history.Note) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  note %d\n", n.At.Local().Format("2006-01-02 15:04"), n.ID)
	if n.Text != "" {
		fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(n.Text, "\n", "\n    "))
	}
	for _, t := range n.Tags {
		fmt.Fprintf(&b, "    %s: %s\n", t.Kind, t.Word)
	}
	for _, l := range n.Labs {
		fmt.Fprintf(&b, "    %s %s %s", l.Name, strconv.FormatFloat(l.Value, 'g', -1, 64), l.Unit)
		if l.About != "" {
			fmt.Fprintf(&b, " (%s)", strings.ReplaceAll(l.About, "\n", " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func removeNote(ctx context.Context, j journalLine, rest []string, std streams) error {
	if len(rest) != 1 {
		return usageError{"journal remove takes the number of one note; hubd journal list shows them"}
	}
	id, err := strconv.ParseUint(rest[0], 10, 64)
	if err != nil {
		return usageError{fmt.Sprintf("%q is no number of a note", rest[0])}
	}
	if err := hub.RemoveNote(ctx, j.socket, j.wearer, id); err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, "removed")
	return err
}

// keepPart keeps the wearer's own part of the last private session.
func keepPart(ctx context.Context, j journalLine, rest []string, std streams) error {
	if len(rest) > 0 {
		return usageError{fmt.Sprintf("%q is not expected here", rest[0])}
	}
	if err := hub.KeepPart(ctx, j.socket, j.wearer); err != nil {
		return err
	}
	_, err := fmt.Fprintln(std.out, "kept: your own part, and nobody else's")
	return err
}

// dateFlag is a local date, with or without a time of day.
type dateFlag struct{ time.Time }

// Set reads a date.
func (d *dateFlag) Set(text string) error {
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly, time.RFC3339} {
		at, err := time.ParseInLocation(layout, text, time.Local)
		if err != nil {
			continue
		}
		if at.Year() < 1900 {
			return errors.New("that is too long ago") // and the very first moment would stand for no date at all
		}
		d.Time = at
		return nil
	}
	return errors.New(`wanted is a date such as 2026-11-20 or "2026-11-20 09:30"`)
}

// String gives the date; empty for none.
func (d *dateFlag) String() string {
	if d == nil || d.IsZero() {
		return ""
	}
	return d.Format(time.DateTime)
}

// datesInOrder refuses a time that ends before it begins.
func datesInOrder(from, to dateFlag) error {
	if !from.IsZero() && !to.IsZero() && !from.Before(to.Time) {
		return usageError{"--from lies after --to: wanted is the earlier date first"}
	}
	return nil
}

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"hubd/history"
)

// MaxNote is the longest note that is read, in bytes of JSON.
const MaxNote = 64 << 10

// noteBody is a note as it comes in. A value must be there to be read: a missing one is not 0.
type noteBody struct {
	At   string        `json:"at"`
	Text string        `json:"text"`
	Tags []history.Tag `json:"tags"`
	Labs []struct {
		Name  string   `json:"name"`
		Value *float64 `json:"value"`
		Unit  string   `json:"unit"`
		About string   `json:"about"`
	} `json:"labs"`
}

// ParseNote reads a note of a wearer: {"at":…,"text":…,"tags":[{"kind","word"}],"labs":[{"name","value","unit","about"}]}, all optional. at is
// RFC 3339; without it the note is about now. Whether it may be kept is for history to say.
func ParseNote(wearer string, data []byte) (history.Note, error) {
	if len(data) > MaxNote {
		return history.Note{}, fmt.Errorf("the note is longer than %d bytes", MaxNote)
	}
	if !utf8.Valid(data) {
		return history.Note{}, errors.New("the note holds bytes that are no text: wanted is UTF-8") // json would put others in their place
	}
	var in noteBody
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return history.Note{}, fmt.Errorf("the note is not understood: %s", plainJSON(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return history.Note{}, errors.New("the note is not understood: wanted is one JSON object")
	}
	n := history.Note{Wearer: wearer, Text: strings.TrimSpace(in.Text), Tags: in.Tags}
	if in.At != "" {
		at, err := time.Parse(time.RFC3339, in.At)
		if err != nil {
			return history.Note{}, NoDate("at", in.At)
		}
		n.At = at
	}
	for _, l := range in.Labs {
		if l.Value == nil {
			return history.Note{}, fmt.Errorf("the result %s has no value: wanted is a number", l.Name)
		}
		n.Labs = append(n.Labs, history.Lab{Name: l.Name, Value: *l.Value, Unit: l.Unit, About: strings.TrimSpace(l.About)})
	}
	return n, nil
}

// NoDate says that a text is no date.
func NoDate(key, text string) error {
	return fmt.Errorf("%s is %q: wanted is a date such as 2026-11-26T22:15:00+01:00", key, text)
}

func plainJSON(err error) string { return strings.TrimPrefix(err.Error(), "json: ") }

// AppendNote appends a note as it goes in, as one JSON object without a line end; a zero At is left out.
func AppendNote(dst []byte, n history.Note) []byte {
	return noteMembers(open(dst), n).close()
}

func noteMembers(o object, n history.Note) object {
	if !n.At.IsZero() {
		o = o.text("at", n.At.Format(time.RFC3339))
	}
	o = append(o.text("text", n.Text).key("tags"), '[')
	for i, t := range n.Tags {
		o = open(separate(o, i)).text("kind", string(t.Kind)).text("word", t.Word).close()
	}
	o = append(append(o, ']').key("labs"), '[')
	for i, l := range n.Labs {
		entry := open(separate(o, i)).text("name", l.Name)
		o = appendExact(entry.key("value"), l.Value).text("unit", l.Unit).text("about", l.About).close()
	}
	return append(o, ']')
}

// AppendNotes appends notes with their numbers, as {"notes":[…]} without a line end, and where not all could be read
// {"notes":[…],"unreadable":{…}}.
func AppendNotes(dst []byte, notes []history.Note, bad history.Unreadable) []byte {
	o := append(open(dst).key("notes"), '[')
	for i, n := range notes {
		entry := open(separate(o, i)).size("id", int64(n.ID)).text("written", n.Written.Format(time.RFC3339))
		o = noteMembers(entry, n).close()
	}
	return appendUnreadable(append(o, ']'), bad).close()
}

// appendUnreadable adds the member that says which rows could not be read, where there are such.
func appendUnreadable(o object, bad history.Unreadable) object {
	if bad.Err() == nil {
		return o
	}
	data, err := json.Marshal(bad)
	if err != nil {
		data = []byte("{}") // texts and a flag always can
	}
	return append(o.key("unreadable"), data...)
}

// AppendUnreadable appends {"unreadable":{…}} with its line end, after rows that stand a line each; nothing where all could be read.
func AppendUnreadable(dst []byte, bad history.Unreadable) []byte {
	if bad.Err() == nil {
		return dst
	}
	return append(appendUnreadable(open(dst), bad).close(), '\n')
}

// UnreadableOf reads what AppendUnreadable wrote; nil where it is none.
func UnreadableOf(line []byte) error {
	var in struct {
		Bad *history.Unreadable `json:"unreadable"`
	}
	if json.Unmarshal(line, &in) != nil || in.Bad == nil {
		return nil
	}
	return in.Bad
}

// AppendNoteKept appends the answer to a note that is on the disk.
func AppendNoteKept(dst []byte, id uint64) []byte {
	return open(dst).flag("done", true).size("id", int64(id)).close()
}

// AppendBackup appends the answer to a backup that is on the disk.
func AppendBackup(dst []byte, path string) []byte {
	return open(dst).flag("done", true).text("path", path).close()
}

// appendExact writes a number so that it reads back as the same: a result is nobody's to round.
func appendExact(dst object, v float64) object {
	data, err := json.Marshal(v)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, data...)
}

// ErrorOf reads an {"error":…}; nil where it is none.
func ErrorOf(data []byte) error {
	var in struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(data, &in) != nil || in.Error == "" {
		return nil
	}
	if strings.TrimSpace(in.Error) == "" {
		return errors.New("hubd refused it and gave no reason: see its log")
	}
	return errors.New(in.Error)
}

// ParseNotes reads what AppendNotes wrote; an {"error":…} becomes an error, and rows that could not be read one beside the notes.
func ParseNotes(wearer string, data []byte) ([]history.Note, error) {
	if err := ErrorOf(data); err != nil {
		return nil, err
	}
	var in struct {
		Notes []struct {
			ID      uint64        `json:"id"`
			Written time.Time     `json:"written"`
			At      time.Time     `json:"at"`
			Text    string        `json:"text"`
			Tags    []history.Tag `json:"tags"`
			Labs    []history.Lab `json:"labs"`
		} `json:"notes"`
		Bad *history.Unreadable `json:"unreadable"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("the notes are not understood: %s", plainJSON(err))
	}
	var notes []history.Note
	for _, n := range in.Notes {
		notes = append(notes, history.Note{ID: n.ID, Wearer: wearer, At: n.At, Written: n.Written, Text: n.Text, Tags: n.Tags, Labs: n.Labs})
	}
	if in.Bad != nil {
		return notes, in.Bad
	}
	return notes, nil
}

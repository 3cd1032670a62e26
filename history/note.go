package history

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Note is what a wearer wrote down: words, tags, and results of a laboratory or of imaging. hubd keeps it beside the sessions and infers
// nothing of it from sensors.
type Note struct {
	ID      uint64 // given by AddNote, never 0
	Wearer  string
	At      time.Time // what it is about, to the second
	Written time.Time // when it was written down, to the second
	Text    string    // at most MaxNoteText bytes
	Tags    []Tag     // at most MaxNoteTags
	Labs    []Lab     // at most MaxNoteLabs
}

// The bounds of one note.
const (
	MaxNoteText = 8 << 10 // bytes
	MaxNoteTags = 16
	MaxNoteLabs = 32

	maxWord     = 80   // bytes of a tag's word, a lab's name and unit
	maxLabAbout = 1000 // bytes
)

// TagKind is what a tag is about.
type TagKind string

// The kinds of tags.
const (
	TagHappened TagKind = "happened" // what happened
	TagBody     TagKind = "body"     // where in the body
	TagHelped   TagKind = "helped"   // what helped
)

// Tag is one word of the wearer's own.
type Tag struct {
	Kind TagKind `json:"kind"`
	Word string  `json:"word"`
}

// Lab is one result that somebody measured: a hormone or neurotransmitter, a scan, anything with a value and a unit.
type Lab struct {
	Name  string  `json:"name"` // for example oxytocin, cortisol, dopamine, serotonin
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`            // never empty: a value without unit says nothing
	About string  `json:"about,omitempty"` // method, specimen, imaging
}

// Check says in words for people what is wrong with a note that is to be kept at now; nil where nothing is. now zero, while the Pi's clock
// is not set, skips what needs a date.
func (n *Note) Check(now time.Time) error {
	if err := n.CheckWords(); err != nil {
		return err
	}
	return checkDate(n.At, now)
}

// CheckWords is Check for everything but the date. Whoever sends a note somewhere calls it before: on the way bytes that are no text would become
// others, and nobody would know.
func (n *Note) CheckWords() error {
	switch {
	case n.Wearer == "":
		return errors.New("a note belongs to a wearer")
	case n.Text == "" && len(n.Tags) == 0 && len(n.Labs) == 0:
		return errors.New("the note is empty: wanted are words, a tag or a result")
	case len(n.Text) > MaxNoteText:
		return fmt.Errorf("the note has %d bytes: at most %d can be kept", len(n.Text), MaxNoteText)
	case !isText(n.Text, "\n\t"):
		return errors.New("the note holds something that is no text: wanted is UTF-8 without control characters")
	case len(n.Tags) > MaxNoteTags:
		return fmt.Errorf("the note has %d tags: at most %d can be kept", len(n.Tags), MaxNoteTags)
	case len(n.Labs) > MaxNoteLabs:
		return fmt.Errorf("the note has %d results: at most %d can be kept", len(n.Labs), MaxNoteLabs)
	}
	for _, t := range n.Tags {
		if err := t.check(); err != nil {
			return err
		}
	}
	for _, l := range n.Labs {
		if err := l.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkDate takes dates of the last century up to an hour from now: a time zone mistaken, not more.
func checkDate(at, now time.Time) error {
	switch {
	case at.IsZero():
		return errors.New("the date is missing, and this computer's clock is not set: say when it was")
	case at.Year() < 1900:
		return fmt.Errorf("the date %s is too long ago", at.Format(time.DateOnly))
	case !now.IsZero() && at.After(now.Add(time.Hour)):
		return fmt.Errorf("the date %s has not come yet", at.Format("2006-01-02 15:04"))
	}
	return nil
}

func (t Tag) check() error {
	switch t.Kind {
	case TagHappened, TagBody, TagHelped:
	default:
		return fmt.Errorf("tag %q: wanted is %s, %s or %s", t.Kind, TagHappened, TagBody, TagHelped)
	}
	return checkWord("tag "+string(t.Kind), t.Word)
}

func (l Lab) check() error {
	if err := checkWord("the name of a result", l.Name); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(l.Unit) == "":
		return fmt.Errorf("the result %s has no unit: a value without unit says nothing, wanted is for example 12.3 pg/ml", l.Name)
	case math.IsNaN(l.Value) || math.IsInf(l.Value, 0):
		return fmt.Errorf("the result %s has no value: wanted is a number", l.Name)
	case len(l.About) > maxLabAbout || !isText(l.About, "\n\t"):
		return fmt.Errorf("what is said about the result %s is no text of at most %d bytes", l.Name, maxLabAbout)
	}
	return checkWord("the unit of "+l.Name, l.Unit)
}

func checkWord(what, word string) error {
	if strings.TrimSpace(word) == "" || len(word) > maxWord || !isText(word, "") {
		return fmt.Errorf("%s: wanted are 1 to %d bytes of plain text in one line", what, maxWord)
	}
	return nil
}

// isText tells whether s is UTF-8 without control characters but those allowed.
func isText(s, allowed string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) })
}

// A row of the journal is a version byte, then JSON; its wearer and date stand in its key.
const noteVersion = 1

type noteJSON struct {
	ID      uint64 `json:"id"`
	Written int64  `json:"written"` // Unix seconds
	Text    string `json:"text,omitempty"`
	Tags    []Tag  `json:"tags,omitempty"`
	Labs    []Lab  `json:"labs,omitempty"`
}

func encodeNote(n Note) ([]byte, error) {
	row := bytes.NewBuffer([]byte{noteVersion})
	e := json.NewEncoder(row)
	e.SetEscapeHTML(false) // no browser reads it, and a letter would become six
	if err := e.Encode(noteJSON{n.ID, n.Written.Unix(), n.Text, n.Tags, n.Labs}); err != nil {
		return nil, fmt.Errorf("history: note: %w", err)
	}
	return bytes.TrimSuffix(row.Bytes(), []byte("\n")), nil
}

// decodeNote reads a row and checks it as if it were to be kept.
func decodeNote(row []byte, at time.Time, wearer string) (Note, error) {
	const most = 6 * (MaxNoteText + MaxNoteTags*2*maxWord + MaxNoteLabs*(4*maxWord+maxLabAbout)) // with the escapes of an earlier hubd
	switch {
	case len(row) == 0:
		return Note{}, errors.New("history: a note is empty")
	case row[0] != noteVersion:
		return Note{}, fmt.Errorf("history: a note has version %d, this hubd reads %d", row[0], noteVersion)
	case len(row) > most:
		return Note{}, errors.New("history: a note has a wrong length")
	}
	var in noteJSON
	if err := json.Unmarshal(row[1:], &in); err != nil {
		return Note{}, fmt.Errorf("history: note: %w", err)
	}
	n := Note{
		ID: in.ID, Wearer: wearer, At: at, Written: time.Unix(in.Written, 0).UTC(), Text: in.Text, Tags: in.Tags, Labs: in.Labs,
	}
	if err := n.Check(time.Time{}); err != nil {
		return Note{}, fmt.Errorf("history: note: %w", err)
	}
	return n, nil
}

// noteKey is 8 bytes of time, 1 for the wearer, 8 of the note's number, so that notes of one second stand beside each other.
const noteKeySize = keySize + 8

func noteKey(at time.Time, wearer byte, id uint64) []byte {
	return binary.BigEndian.AppendUint64(timeKey(at, wearer), id)
}

func noteID(key []byte) uint64 { return binary.BigEndian.Uint64(key[keySize:]) }

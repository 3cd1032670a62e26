package recording

import (
	"fmt"
	"slices"
	"strings"
)

// Selection is what is replayed of one wearer. The columns belong to the Recording.
type Selection struct {
	Pulse  []*Column // several are optical channels of one sensor; empty where there is none
	EDA    *Column   // nil where there is none
	Motion *Column   // nil where there is none
}

// Select chooses a wearer's columns (design section 6.2). Without a pulse name it takes the first column beginning with ppg, else
// ir, else the first beginning with ecg; without an eda name the first beginning with eda; as motion the first beginning with acc.
// A name may be given with or without the wearer's prefix; names with another wearer's prefix are left to that wearer. A name
// that is asked for and absent is an error that lists the columns there are; so is a wearer without any column, and one pulse column
// asked for twice.
func (r *Recording) Select(wearer string, pulse []string, eda string) (Selection, error) {
	s := Selection{Motion: r.first(wearer, isMotion)}
	for _, name := range r.concerning(wearer, pulse) {
		c, err := r.named(wearer, name)
		if err != nil {
			return Selection{}, err
		}
		if slices.Contains(s.Pulse, c) {
			return Selection{}, fmt.Errorf("recording: %s: pulse column %q is asked for twice; several columns are several channels of one sensor", r.Name, name)
		}
		s.Pulse = append(s.Pulse, c)
	}
	if len(s.Pulse) == 0 {
		s.Pulse = r.defaultPulse(wearer)
	}
	s.EDA = r.first(wearer, isSkin)
	for _, name := range r.concerning(wearer, []string{eda}) {
		c, err := r.named(wearer, name)
		if err != nil {
			return Selection{}, err
		}
		s.EDA = c
	}
	if len(s.Pulse) == 0 && s.EDA == nil {
		return Selection{}, fmt.Errorf("recording: %s: no pulse and no skin conductance column%s; %s",
			r.Name, ofWearer(wearer), r.inventory())
	}
	return s, nil
}

// concerning leaves out empty names and those that carry another wearer's prefix.
func (r *Recording) concerning(wearer string, names []string) []string {
	var mine []string
	for _, name := range names {
		prefix, _, found := strings.Cut(name, ".")
		if name == "" || found && prefix != wearer && r.hasWearer(prefix) {
			continue
		}
		mine = append(mine, name)
	}
	return mine
}

func (r *Recording) hasWearer(id string) bool {
	for i := range r.Columns {
		if r.Columns[i].Wearer == id {
			return true
		}
	}
	return false
}

// defaultPulse gives at most one column: several channels of one sensor must be asked for.
func (r *Recording) defaultPulse(wearer string) []*Column {
	infrared := func(name string) bool { return isLight(name, "ir") }
	for _, is := range []func(string) bool{isPPG, infrared, isECG} {
		if c := r.first(wearer, is); c != nil {
			return []*Column{c}
		}
	}
	return nil
}

// first is the wearer's first column whose name passes; nil where none does.
func (r *Recording) first(wearer string, is func(name string) bool) *Column {
	for i := range r.Columns {
		if c := &r.Columns[i]; c.Wearer == wearer && is(c.Name) {
			return c
		}
	}
	return nil
}

// named finds a column by its name, with or without the wearer's prefix.
func (r *Recording) named(wearer, name string) (*Column, error) {
	for i := range r.Columns {
		c := &r.Columns[i]
		if c.Wearer == wearer && (c.Name == name || c.FullName() == name) {
			return c, nil
		}
	}
	return nil, fmt.Errorf("recording: %s: no column %q%s; %s", r.Name, name, ofWearer(wearer), r.inventory())
}

func ofWearer(id string) string {
	if id == "" {
		return ""
	}
	return " of wearer " + id
}

// inventory lists the columns for an error message.
func (r *Recording) inventory() string {
	names := make([]string, len(r.Columns))
	for i := range r.Columns {
		names[i] = r.Columns[i].FullName()
	}
	text := "there are " + strings.Join(names, ", ")
	if len(r.Ignored) > 0 {
		text += " (ignored or empty: " + strings.Join(r.Ignored, ", ") + ")"
	}
	return text
}

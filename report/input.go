package report

import (
	"errors"
	"fmt"
	"time"

	"hubd/history"
)

// Kind is what a report is about.
type Kind uint8

// The kinds of reports.
const (
	Week    Kind = iota // seven days, beside the four weeks before them
	Session             // one session of the wearer
	Span                // any days
)

// Since is from when on rows are of use: a week is set beside the four before it. Those are weeks of the calendar, and one in which the clocks
// change has an hour more or less.
func (in *Input) Since() time.Time {
	if in.Kind == Week {
		return in.From.AddDate(0, 0, -7*weeksBefore)
	}
	return in.From
}

const (
	day         = 24 * time.Hour
	week        = 7 * day
	weeksBefore = 4
)

// LongestDays is the longest stretch that a report covers: its charts would show less and less.
const LongestDays = 92

// TooLong tells whether it covers more days than that.
func (in *Input) TooLong() bool { return in.From.AddDate(0, 0, LongestDays).Before(in.To) }

// Rows are what is kept of one wearer, each kind oldest first, all with a date.
type Rows struct {
	Minutes  []history.Minute
	Sessions []history.Session
	Moments  []history.Moment
	Mornings []history.Morning
	Notes    []history.Note
}

// Input is everything that a report is made of.
type Input struct {
	Wearer   string // id
	Kind     Kind
	From, To time.Time // To is exclusive; the days are those of From's location
	Rows     Rows      // from Since on
	Without  Without
	Trouble  string // which rows could not be read, in words; empty where all could
}

// Empty says in words that there is nothing to report; nil where there is something.
func (in *Input) Empty() error {
	own := in.own()
	if len(own.Minutes)+len(own.Sessions)+len(own.Moments)+len(own.Mornings)+len(own.Notes) > 0 {
		return nil
	}
	if in.Trouble != "" {
		return errors.New(in.Trouble)
	}
	return fmt.Errorf("nothing is kept of %s %s: minutes are kept from keep: summaries on, and only while a sensor is worn", in.Wearer, in.dates())
}

// dates says which time a report is of.
func (in *Input) dates() string {
	last := in.To.Add(-time.Nanosecond)
	switch {
	case in.Kind == Session:
		return "on " + in.local(in.From).Format("2 January 2006, from 15:04") + " to " + in.local(in.To).Format("15:04")
	}
	return daysWords(in.From, in.local(last))
}

// daysWords tells the year and the month once where they are the same.
func daysWords(from, to time.Time) string {
	layout := "2 January 2006"
	switch {
	case from.Format(layout) == to.Format(layout):
		return "on " + to.Format(layout)
	case from.Format("January 2006") == to.Format("January 2006"):
		layout = "2"
	case from.Year() == to.Year():
		layout = "2 January"
	}
	return "from " + from.Format(layout) + " to " + to.Format("2 January 2006")
}

func (in *Input) local(t time.Time) time.Time { return t.In(in.From.Location()) }

// own gives the rows of the report's own time, without what is left out.
func (in *Input) own() Rows {
	r := Rows{
		Minutes:  within(in.Rows.Minutes, in.From, in.To, minuteAt),
		Sessions: within(in.Rows.Sessions, in.From, in.To, sessionAt),
		Moments:  within(in.Rows.Moments, in.From, in.To, momentAt),
		Mornings: within(in.Rows.Mornings, in.From, in.To, morningAt),
		Notes:    within(in.Rows.Notes, in.From, in.To, noteAt),
	}
	if in.Without.Sessions {
		r.Sessions, r.Moments, r.Mornings = nil, nil, nil
	}
	if in.Without.Journal {
		r.Notes = nil
	}
	return r
}

func minuteAt(m history.Minute) time.Time   { return m.At }
func sessionAt(s history.Session) time.Time { return s.At }
func momentAt(m history.Moment) time.Time   { return m.At }
func morningAt(m history.Morning) time.Time { return m.At }
func noteAt(n history.Note) time.Time       { return n.At }

// within gives the rows from from (inclusive) to to (exclusive).
func within[T any](rows []T, from, to time.Time, at func(T) time.Time) (some []T) {
	for _, r := range rows {
		if t := at(r); !t.Before(from) && t.Before(to) {
			some = append(some, r)
		}
	}
	return some
}

package room

import (
	"errors"
	"fmt"
	"time"

	"hubd/dsp"
)

// ReminderOptions is a quiet word at one time of day.
type ReminderOptions struct {
	At       time.Duration // local time of day
	Practice string        // that the answer start begins
	Days     [7]bool       // by time.Weekday
	Snooze   time.Duration // how much later it comes again when it is put off
}

const (
	reminderWords = "Time for a quiet moment."
	maxSnoozes    = 3
	reminderLasts = time.Hour // an unanswered one is let go
)

// Reminder offers a quiet moment. It names neither a practice nor a wearer: it may light up on a telephone that others see.
type Reminder struct{ Words string }

// Kind is the event name.
func (Reminder) Kind() string { return "reminder" }

// reminding is the reminder that waits for an answer, and what the clock was.
type reminding struct {
	waits   bool
	of      ReminderOptions
	snoozed bool
	snoozes int
	at      time.Duration // when it was told, or is to be told again
	clock   time.Time     // at the last Tick; zero: not set
	told    []int         // by reminder: the date it was last told for, so that a clock put back does not repeat it
}

// remind tells what is due: at its time of day, once a date, and only while the room does nothing. Without a clock nothing is due,
// nor is what lies before the clock was set: a restart repeats nothing.
func (r *Room) remind(dst []dsp.Value, now time.Duration, wall time.Time) []dsp.Value {
	m := &r.reminding
	before := m.clock
	m.clock = wall
	if r.session.stage != stageIdle {
		m.waits = false // whoever is in the room is there already
	}
	if m.waits && now >= m.at {
		if !m.snoozed {
			m.waits = false
		} else {
			m.snoozed, m.at = false, now+reminderLasts
			dst = append(dst, Reminder{Words: reminderWords})
		}
	}
	if before.IsZero() || wall.IsZero() {
		return dst
	}
	for i := range r.o.Reminders {
		if r.o.Reminders[i].due(before, wall) && m.first(i, wall) && r.session.stage == stageIdle {
			m.waits, m.snoozed, m.snoozes = true, false, 0
			m.of, m.at = r.o.Reminders[i], now+reminderLasts
			dst = append(dst, Reminder{Words: reminderWords})
		}
	}
	return dst
}

// due tells whether the clock has just passed the reminder's time on its date. Where the clock leaps over it in spring, that is when
// it has leapt.
func (o *ReminderOptions) due(before, wall time.Time) bool {
	y, month, d := wall.Date()
	at := time.Date(y, month, d, int(o.At/time.Hour), int(o.At/time.Minute)%60, 0, 0, wall.Location())
	return o.Days[wall.Weekday()] && before.Before(at) && !wall.Before(at)
}

// first tells whether this reminder was not told yet on the clock's date, and notes that it is now.
func (m *reminding) first(i int, wall time.Time) bool {
	date := wall.Year()*1000 + wall.YearDay()
	if m.told[i] == date {
		return false
	}
	m.told[i] = date
	return true
}

// AnswerReminder begins the practice of the waiting reminder (start), puts it off (snooze) or lets it go (done). Letting go is never
// refused.
func (r *Room) AnswerReminder(dst []dsp.Value, now time.Duration, word string) ([]dsp.Value, error) {
	m := &r.reminding
	switch {
	case word == "done":
		m.waits = false
	case word != "snooze" && word != "start":
		return dst, fmt.Errorf("there is no answer %q to a reminder: wanted is start, snooze or done", word)
	case !m.waits:
		return dst, errors.New("no reminder waits")
	case word == "start":
		m.waits = false
		return r.Practice(dst, now, m.of.Practice)
	case m.snoozed: // once is enough
	case m.snoozes >= maxSnoozes:
		return dst, fmt.Errorf("it was put off %d times already: it comes again another day", maxSnoozes)
	default:
		m.snoozed, m.snoozes, m.at = true, m.snoozes+1, now+m.of.Snooze
	}
	return dst, nil
}

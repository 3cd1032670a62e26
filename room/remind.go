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
	dateForgotten = 36 * time.Hour
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
	done    []dated       // by reminder
}

// dated is the latest date that a reminder is done with, and when that was. A clock that is put back comes to dates that are done already;
// one that had been far ahead must not keep the reminder away for years, so a date counts for a day and a half.
type dated struct {
	date int // year and day of the year; 0: none
	at   time.Duration
}

// remind tells what is due: at its time of day, once a date, and only while the room does nothing and is not paused. Without a clock
// nothing is due, nor is what lies before the clock was set: a restart repeats nothing.
func (r *Room) remind(dst []dsp.Value, now time.Duration, wall time.Time) []dsp.Value {
	m := &r.reminding
	before := m.clock
	m.clock = wall
	free := r.session.stage == stageIdle && !r.paused()
	if !free {
		m.waits = false // whoever is in the room is there already, and a pause is an answer
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
		if r.o.Reminders[i].due(before, wall) && m.first(i, now, wall) && free {
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

// first tells whether this reminder is not done with the clock's date, and notes that it is now.
func (m *reminding) first(i int, now time.Duration, wall time.Time) bool {
	date, d := wall.Year()*1000+wall.YearDay(), &m.done[i]
	if d.date != 0 && date <= d.date && now < d.at+dateForgotten {
		return false
	}
	*d = dated{date: date, at: now}
	return true
}

// AnswerReminder begins the practice of the waiting reminder (start), puts it off (snooze) or lets it go (done). Where none waits it says so;
// one whose practice is refused goes on waiting.
func (r *Room) AnswerReminder(dst []dsp.Value, now time.Duration, word string) (_ []dsp.Value, err error) {
	m := &r.reminding
	switch {
	case word != "snooze" && word != "start" && word != "done":
		return dst, fmt.Errorf("there is no answer %q to a reminder: wanted is start, snooze or done", word)
	case !m.waits:
		return dst, errors.New("no reminder waits")
	case word == "done":
		m.waits = false
	case word == "start":
		dst, err = r.Practice(dst, now, m.of.Practice)
		m.waits = err != nil
	case m.snoozed: // once is enough
	case m.snoozes >= maxSnoozes:
		return dst, fmt.Errorf("it was put off %d times already: it comes again another day", maxSnoozes)
	default:
		m.snoozed, m.snoozes, m.at = true, m.snoozes+1, now+m.of.Snooze
	}
	return dst, err
}

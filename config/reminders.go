package config

import (
	"slices"
	"time"
)

// Reminder is a quiet word at one time of day, outside sessions.
type Reminder struct {
	At       time.Duration // local time of day
	Practice string        // that its answer start begins
	Days     [7]bool       // by time.Weekday
	Snooze   time.Duration // how much later it comes again when it is put off
}

const remindersMost = 16

// weekdays are the words of the days, by time.Weekday.
func weekdays() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

func (r *reader) reminders(room *object, practices []Practice) []Reminder {
	list := room.list("reminders")
	if len(list) > remindersMost {
		r.problem(room.get("reminders"), "wanted are at most %d reminders", remindersMost)
		list = list[:remindersMost]
	}
	var all []Reminder
	var times []string // the keys of those before
	for _, v := range list {
		o := r.open(v)
		m := Reminder{At: o.clockTime("at"), Days: r.days(o), Snooze: o.seconds("snooze_s", 10*time.Minute, time.Minute, 3*time.Hour)}
		m.Practice = r.remindedOf(o, practices)
		if slices.ContainsFunc(all, func(other Reminder) bool { return other.At == m.At && !o.broken }) {
			r.follows(o.get("at"), times, "another reminder has this time already")
		}
		o.done()
		all, times = append(all, m), append(times, join(o.path, "at"))
	}
	return all
}

// remindedOf reads the practice that a reminder offers. It begins outside a session, in which nobody takes part.
func (r *reader) remindedOf(o *object, practices []Practice) string {
	v := o.need("practice", "the practice that it offers")
	name := r.text(v)
	if name == "" {
		return ""
	}
	var names []string
	for _, p := range practices {
		if p.Members == 0 {
			names = append(names, p.Name)
		} else if p.Name == name {
			r.problem(v, "this practice needs wearers who are in a session: wanted is another")
			return ""
		}
	}
	before := len(r.problems)
	name = pick(r, v, "", names...)
	if len(r.problems) > before {
		r.problems[before].leans = []string{"room.practices"}
	}
	return name
}

func (r *reader) days(o *object) (on [7]bool) {
	if !o.get("days").present() {
		return [7]bool{true, true, true, true, true, true, true}
	}
	words, list := weekdays(), o.list("days")
	for _, v := range list {
		if word := pick(r, v, "", words...); word != "" {
			on[slices.Index(words, word)] = true
		}
	}
	if len(list) == 0 {
		r.problem(o.get("days"), "wanted is at least one of %s", orList(words))
	}
	return on
}

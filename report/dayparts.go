package report

import "time"

// part is a part of the day, from an hour on for six hours.
type part struct {
	from int // o'clock
	one  string
	many string
}

const partHours = 6

func parts() []part {
	return []part{{0, "at night", "nights"}, {6, "in the morning", "mornings"}, {12, "in the afternoon", "afternoons"}, {18, "in the evening", "evenings"}}
}

// partsOfDays counts on how many mornings, evenings and so on of which enough is known the wearer became wound up.
func (in *Input) partsOfDays(wound []onset) (all []pattern) {
	tallies := make([]tally, len(parts()))
	for _, begin := range in.allDays() {
		for i, p := range parts() {
			from, to := hour(begin, p.from), hour(begin, p.from+partHours)
			if in.anyKnown(from, to) {
				tallies[i].add(anyIn(wound, from, to))
			}
		}
	}
	return ofParts(tallies, false)
}

// anyKnown tells whether at least half an hour of a part of a day is known.
func (in *Input) anyKnown(from, to time.Time) bool {
	usable := time.Duration(0)
	for _, m := range between(in.Rows.Minutes, from, to, minuteAt) {
		usable += m.Usable
	}
	return usable >= lookFor
}

// settlingByPart counts after how many onsets in each part of the day the wearer settled.
func (in *Input) settlingByPart(wound, settled []onset) []pattern {
	tallies := make([]tally, len(parts()))
	for _, at := range wound {
		if known(in.Rows.Minutes, at, at.Add(lookFor)) {
			tallies[in.local(at).Hour()/partHours].add(anyIn(settled, at, at.Add(lookFor)))
		}
	}
	return ofParts(tallies, true)
}

// ofParts sets each part beside the others; what is counted are the parts themselves, or times within them.
func ofParts(tallies []tally, times bool) (all []pattern) {
	var sum tally
	for _, t := range tallies {
		sum.hits, sum.of = sum.hits+t.hits, sum.of+t.of
	}
	for i, p := range parts() {
		t, noun := tallies[i], p.many
		if times {
			noun = "times"
		}
		if t.of >= fewest {
			all = append(all, told(p.one, t, tally{sum.hits - t.hits, sum.of - t.of}, noun))
		}
	}
	return all
}

// allDays are the midnights of all rows' days.
func (in *Input) allDays() (all []time.Time) {
	if len(in.Rows.Minutes) == 0 {
		return nil
	}
	y, m, d := in.local(in.Rows.Minutes[0].At).Date()
	for i := 0; ; i++ {
		t := time.Date(y, m, d+i, 0, 0, 0, 0, in.From.Location())
		if t.After(in.Rows.Minutes[len(in.Rows.Minutes)-1].At) {
			return all
		}
		all = append(all, t)
	}
}

// hour is an o'clock of the day that begins at midnight, also where clocks change in it.
func hour(midnight time.Time, h int) time.Time {
	y, m, d := midnight.Date()
	return time.Date(y, m, d, h, 0, 0, 0, midnight.Location())
}

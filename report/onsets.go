package report

import (
	"time"

	"hubd/history"
	"hubd/regulation"
)

// onset is the minute in which something began.
type onset = time.Time

const (
	mostly      = 30 * time.Second // of a minute: from here on a state counts as the minute's
	quietBefore = 15 * time.Minute // without it, before activation begins anew
	settledFor  = 3                // minutes one after the other, before it counts as settling
	nextMinute  = 90 * time.Second // from one minute to the next: a longer step is a gap
)

// activations are the minutes in which the wearer became wound up.
func activations(minutes []history.Minute) (all []onset) {
	var last time.Time
	for _, m := range minutes {
		if m.States[regulation.Activated] < mostly {
			continue
		}
		if last.IsZero() || m.At.Sub(last) > quietBefore {
			all = append(all, m.At)
		}
		last = m.At
	}
	return all
}

// settlings are the minutes from which on the wearer was steady for a while, having been wound up shortly before.
func settlings(minutes []history.Minute) (all []onset) {
	var wound, before, began time.Time
	n := 0
	for _, m := range minutes {
		steady := m.States[regulation.Settled] >= mostly
		if m.States[regulation.Activated] >= mostly {
			wound = m.At
		}
		if !steady || m.At.Sub(before) > nextMinute {
			n = 0
		}
		if steady {
			if n++; n == 1 {
				began = m.At
			}
		}
		if n == settledFor && !wound.IsZero() && began.Sub(wound) <= quietBefore {
			all, wound = append(all, began), time.Time{}
		}
		before = m.At
	}
	return all
}

// anyIn tells whether an onset lies from from (inclusive) to to (exclusive).
func anyIn(onsets []onset, from, to time.Time) bool {
	return len(between(onsets, from, to, func(t onset) time.Time { return t })) > 0
}

// known tells whether enough of a time is known to see an onset in it: half of its minutes, with a usable signal.
func known(minutes []history.Minute, from, to time.Time) bool {
	usable := 0
	for _, m := range between(minutes, from, to, minuteAt) {
		if m.Usable >= mostly {
			usable++
		}
	}
	return 2*time.Duration(usable)*time.Minute >= to.Sub(from)
}

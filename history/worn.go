package history

import (
	"fmt"
	"slices"
	"time"
)

const (
	wornBreak = 15 * time.Minute // so long without anyone's contact ends a session
	wornMost  = 12 * time.Hour   // and so long is the longest
)

// SessionAt gives the time of the session of a wearer that a moment lies in: from joining to leaving, with the minutes that it touched. Where no
// session is kept it is the time in which a sensor was worn.
func (d *DB) SessionAt(wearer string, at time.Time) (from, to time.Time, err error) {
	all, err := d.Sessions(wearer, at.Add(-wornMost-time.Minute), at.Add(time.Second), maxSessions)
	if err != nil {
		return from, to, err
	}
	for _, s := range slices.Backward(all) {
		from, to = s.At, s.At.Add(s.Lasted+time.Second) // how long it lasted is told in whole seconds
		if !s.Over {
			to = d.wornUntil(wearer, s.At)
		}
		if !at.Before(from) && at.Before(to) {
			from, err = d.minuteBefore(wearer, from)
			return from, to, err
		}
	}
	return d.Worn(wearer, at)
}

// maxSessions is how many sessions may have begun within the longest.
const maxSessions = 1000

// wornUntil gives the end of a session whose end is not known, because the power went or less was to be kept: when the sensor was taken off, as
// far as that is known.
func (d *DB) wornUntil(wearer string, began time.Time) time.Time {
	_, to, err := d.Worn(wearer, began.Add(time.Minute))
	if err != nil || to.Sub(began) > wornMost {
		return began.Add(wornMost)
	}
	return to
}

// minuteBefore gives the beginning of the minute in which something began; the moment itself where that minute is not kept.
func (d *DB) minuteBefore(wearer string, at time.Time) (time.Time, error) {
	all, err := d.Minutes(wearer, at.Add(-time.Minute+time.Second), at, 1)
	if err != nil || len(all) == 0 {
		return at, err
	}
	return all[0].At, nil
}

// Worn gives the time around at in which a wearer wore a sensor without a break of a quarter of an hour: from the beginning of its first
// minute to the end of its last.
func (d *DB) Worn(wearer string, at time.Time) (from, to time.Time, err error) {
	all, err := d.Minutes(wearer, at.Add(-2*wornMost), at.Add(2*wornMost), int(5*wornMost/time.Minute))
	if err != nil {
		return from, to, err
	}
	for _, m := range all {
		if !to.IsZero() && m.At.Sub(to) <= wornBreak {
			to = m.At.Add(time.Minute)
			continue
		}
		if !to.IsZero() && at.Before(to) && !at.Before(from) {
			break
		}
		from, to = m.At, m.At.Add(time.Minute)
	}
	const when = "2006-01-02 15:04"
	switch {
	case to.IsZero() || at.Before(from) || !at.Before(to):
		return from, to, fmt.Errorf("no minute of %s is kept of %s: hubd export lists those that are", wearer, at.Local().Format(when))
	case to.Sub(from) > wornMost:
		return from, to, fmt.Errorf("%s wore a sensor without a break for more than 12 h round %s: name the span, FROM/TO", wearer, at.Local().Format(when))
	}
	return from, to, nil
}

// Wearers gives the ids of everybody of whom a row is, or was, kept.
func (d *DB) Wearers() (ids []string, err error) {
	err = d.rows(bucketWearers, nil, func(key, _ []byte, _ map[byte]string) (bool, error) {
		ids = append(ids, string(key))
		return len(ids) < maxWearers, nil
	})
	return ids, err
}

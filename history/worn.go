package history

import (
	"fmt"
	"time"
)

const (
	wornBreak = 15 * time.Minute // so long without anyone's contact ends a session
	wornMost  = 12 * time.Hour   // and so long is the longest
)

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

package history

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

const (
	maxWaiting = 1440 // minutes that wait in memory for a disk that does not take them; the oldest go first
	maxStamped = 4096 // stamped rows that wait, likewise
	maxWearers = 255
)

// gatherer makes rows of events, in memory.
type gatherer struct {
	collectors map[string]*collector
	newest     time.Duration // of the last event of all
	epoch      time.Time     // date at which the run began; zero: the Pi's clock is not set
	followed   time.Duration // when epoch was last looked at

	minutes []Minute // closed, not on the disk
	stamped []stampedRow
	results []result
	lost    uint64
}

// stampedRow is a row of a table that waits.
type stampedRow struct {
	table table
	Stamp
	row []byte
}

func newGatherer() gatherer { return gatherer{collectors: map[string]*collector{}} }

// follow takes the date of the moment. Events come a little late, and by a changing while: the least late one is the nearest to the truth.
// The clock of the Pi may be set, and runs a little faster or slower than the sensors' own.
func (g *gatherer) follow(at time.Duration, wall time.Time) {
	if wall.IsZero() {
		return
	}
	const leap, drift = 2 * time.Second, 1000 // a leap is a clock that was set; NTP turns by at most one in 2000
	epoch := wall.Add(-at)
	switch late := epoch.Sub(g.epoch); {
	case g.epoch.IsZero() || late > leap || late < 0:
		g.epoch = epoch
	default:
		g.epoch = g.epoch.Add(min(late, max(0, at-g.followed)/drift))
	}
	g.followed = max(g.followed, at)
}

// date gives the date of a stream time, to the second; zero while the Pi's clock is not set.
func (g *gatherer) date(t time.Duration) time.Time { return g.dateTo(t, time.Second) }

func (g *gatherer) dateTo(t, unit time.Duration) time.Time {
	if g.epoch.IsZero() {
		return time.Time{}
	}
	return g.epoch.Add(t).Round(unit).UTC()
}

// collector gives a wearer's, at a moment; nil where there are more wearers than numbers for them.
func (g *gatherer) collector(wearer string, at time.Duration) *collector {
	c := g.collectors[wearer]
	if c == nil {
		if len(g.collectors) >= maxWearers {
			g.lost++
			return nil
		}
		c = &collector{begin: at.Truncate(time.Minute), newest: at}
		g.collectors[wearer] = c
	}
	return c
}

// add takes an event that is kept also outside sessions, or is a wearer's own.
func (g *gatherer) add(e pipeline.Event, wall time.Time) {
	g.follow(e.At, wall)
	g.newest = max(g.newest, e.At)
	if e.Wearer == "" {
		return
	}
	c := g.collector(e.Wearer, e.At)
	if c == nil {
		return
	}
	if begin := e.At.Truncate(time.Minute); begin > c.begin {
		g.closeMinute(e.Wearer, c, begin)
	}
	switch v := e.Value.(type) {
	case pipeline.PracticeResult:
		g.addResult(e, v)
	case pipeline.Part:
		g.addPart(e, c, v)
	case regulation.Night:
		g.put(tableMornings, e.Wearer, e.At, encodeMorning(Morning{Night: v}))
	case dsp.IBI:
		g.addInterval(e.Wearer, c, v)
	default:
		if m, ok := ownMoment(v); ok {
			g.put(tableMoments, e.Wearer, e.At, encodeMoment(m))
			return
		}
		c.add(e)
	}
}

// addPart keeps the beginning and the end of a wearer's session. The row is written as it begins, and again as it ends.
func (g *gatherer) addPart(e pipeline.Event, c *collector, v pipeline.Part) {
	c.detail = detail{}
	if v.Joined {
		s := Session{Of: v.Of, Asked: v.Private}
		c.session = stampedRow{tableSessions, g.stamp(e.Wearer, e.At), encodeSession(s)}
		c.inSession = true
		g.queue(c.session)
		return
	}
	if !c.inSession || v.Of == room.NoSession {
		return // keep was raised in the session: when it began is not to be kept
	}
	c.session.row = encodeSession(Session{Of: v.Of, Asked: v.Private, Over: true, Lasted: e.At - c.session.Since})
	g.queue(c.session)
	c.inSession, c.session = false, stampedRow{}
}

func (g *gatherer) addInterval(wearer string, c *collector, v dsp.IBI) {
	if n := len(c.beats.Beats); n > 0 && (n >= maxIntervals || v.T-c.beats.Since >= 2*time.Minute || v.T < c.beats.Since) {
		g.closeIntervals(c)
	}
	if len(c.beats.Beats) == 0 {
		c.beats.Stamp = g.stamp(wearer, v.T.Truncate(time.Millisecond))
	}
	c.beats.Beats = append(c.beats.Beats, Interval{After: v.T - c.beats.Since, Dur: v.Dur, Class: v.Class})
}

func (g *gatherer) closeIntervals(c *collector) {
	if len(c.beats.Beats) > 0 {
		g.queue(stampedRow{tableIntervals, c.beats.Stamp, encodeIntervals(c.beats)})
	}
	c.beats = Intervals{Beats: c.beats.Beats[:0]}
}

func (g *gatherer) stamp(wearer string, at time.Duration) Stamp {
	return Stamp{Wearer: wearer, At: g.dateTo(at, time.Millisecond), Since: at.Truncate(time.Millisecond)}
}

func (g *gatherer) put(t table, wearer string, at time.Duration, row []byte) {
	g.queue(stampedRow{t, g.stamp(wearer, at), row})
}

// queue lets a row wait. Where too many wait the oldest goes, and is counted.
func (g *gatherer) queue(r stampedRow) {
	if len(g.stamped) >= maxStamped {
		g.stamped = append(g.stamped[:0], g.stamped[1:]...)
		g.lost++
	}
	g.stamped = append(g.stamped, r)
}

func (g *gatherer) closeMinute(wearer string, c *collector, next time.Duration) {
	g.closeIntervals(c)
	m, worn := c.close(wearer, next)
	if !worn {
		return
	}
	m.At = g.date(m.Since)
	if len(g.minutes) >= maxWaiting {
		g.minutes = append(g.minutes[:0], g.minutes[1:]...)
		g.lost++
	}
	g.minutes = append(g.minutes, m)
}

// closeMinutes closes the minutes that are over; all of them where last says so.
func (g *gatherer) closeMinutes(wall time.Time, last bool) {
	for _, wearer := range slices.SortedFunc(maps.Keys(g.collectors), cmp.Compare[string]) {
		c := g.collectors[wearer]
		over := c.begin + time.Minute
		passed := !g.epoch.IsZero() && !wall.IsZero() && wall.After(g.epoch.Add(over+overAfter))
		if last || passed || g.newest >= over+overAfter {
			g.closeMinute(wearer, c, over)
		}
	}
}

// dateRows gives what waits its date, once the Pi's clock is set.
func (g *gatherer) dateRows() {
	for i := range g.minutes {
		if m := &g.minutes[i]; m.At.IsZero() {
			m.At = g.date(m.Since)
		}
	}
	for i := range g.stamped {
		if s := &g.stamped[i]; s.At.IsZero() {
			s.At = g.dateTo(s.Since, time.Millisecond)
		}
	}
	for i := range g.results {
		if r := &g.results[i]; r.At.IsZero() {
			r.At = g.date(r.since)
		}
	}
	for _, c := range g.collectors {
		if c.inSession && c.session.At.IsZero() {
			c.session.At = g.dateTo(c.session.Since, time.Millisecond)
		}
	}
}

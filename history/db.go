package history

import (
	"fmt"
	"os"
	"time"

	"go.etcd.io/bbolt"

	"hubd/dsp"
	"hubd/pipeline"
)

// Options say where history.db is and how much it may hold. The zero value of every field but Path means its default.
type Options struct {
	Path     string // of history.db; its folder is made when needed. Required
	Days     int    // minutes older than this go; 400
	MaxBytes int    // the file never grows beyond this; 256 MiB

	// Check looks at a file before it is opened, best in a process of its own, by Examine. ErrDamaged: it is set aside; another error: it
	// could not be looked at. It may be nil.
	Check func(path string) error
	// ReadOnly opens a file that is there and changes nothing of it or beside it. Several may at once, none while a daemon has it.
	ReadOnly bool
}

func (o Options) withDefaults() Options {
	if o.Days <= 0 {
		o.Days = 400
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 256 << 20
	}
	return o
}

const (
	maxWaiting  = 1440 // minutes that wait in memory for a disk that does not take them; the oldest go first
	maxUndated  = 120  // minutes that wait in memory for the Pi's clock; then they are written under the run's own time
	maxWearers  = 255
	reopenAfter = 10 // commits between two attempts to open a file that could not be opened
	overAfter   = 5 * time.Second
)

// DB is history.db. What goes wrong with it is a Status and never more: rows then wait in memory, within bounds.
type DB struct {
	o    Options
	bolt *bbolt.DB // nil: rows wait in memory
	file *os.File  // that bolt has opened
	run  uint64    // of this start of hubd, counted in the file; 0: not counted yet

	trouble string
	note    string // what a person should know though all is well now
	commits int    // that failed since the last attempt to open

	unlooked int // attempts to open at which the file could not be looked at, one after the other

	collectors map[string]*collector
	newest     time.Duration // of the last event of all
	epoch      time.Time     // date at which the run began; zero: the Pi's clock is not set

	minutes []Minute // closed, not on the disk
	faults  []fault
	results []result
	lost    uint64
}

// fault waits with its stream time, in case the Pi's clock is set before it is written.
type fault struct {
	Fault
	since time.Duration
}

// Open opens or makes history.db. A file that cannot be trusted is set aside as history.db.corrupt-<time> and begun anew; a folder
// that cannot be written leaves the rows in memory. Both are told by Status.
func Open(o Options) *DB {
	d := &DB{o: o.withDefaults(), collectors: map[string]*collector{}}
	d.open()
	return d
}

// Status is what is wrong, or what a person should know, in plain words; empty where there is nothing.
func (d *DB) Status() string {
	text := d.trouble
	if text == "" {
		text = d.note
	}
	if d.lost > 0 {
		text += fmt.Sprintf(" (%d rows could not be kept)", d.lost)
	}
	return text
}

// Add takes an event that may be kept: it came through pipeline.Disclose. wall is the date now, zero while the Pi's clock is not
// set. Nothing is written before Commit.
func (d *DB) Add(e pipeline.Event, wall time.Time) {
	if !wall.IsZero() {
		d.epoch = wall.Add(-e.At)
	}
	d.newest = max(d.newest, e.At)
	if f, ok := e.Value.(dsp.Fault); ok {
		d.addFault(e, f)
		return
	}
	if e.Wearer == "" {
		return
	}
	if r, ok := e.Value.(pipeline.PracticeResult); ok {
		d.addResult(e, r)
		return
	}
	c := d.collectors[e.Wearer]
	if c == nil {
		if len(d.collectors) >= maxWearers {
			d.lost++
			return
		}
		c = &collector{begin: e.At.Truncate(time.Minute), newest: e.At}
		d.collectors[e.Wearer] = c
	}
	if begin := e.At.Truncate(time.Minute); begin > c.begin {
		d.closeMinute(e.Wearer, c, begin)
	}
	c.add(e)
}

func (d *DB) addFault(e pipeline.Event, f dsp.Fault) {
	if len(d.faults) >= maxFaults {
		d.lost++
		return
	}
	d.faults = append(d.faults, fault{Fault{Wearer: e.Wearer, At: d.date(e.At), Source: f.Source, Reason: f.Reason}, e.At})
}

func (d *DB) closeMinute(wearer string, c *collector, next time.Duration) {
	m, worn := c.close(wearer, next)
	if !worn {
		return
	}
	m.At = d.date(m.Since)
	if len(d.minutes) >= maxWaiting {
		d.minutes = append(d.minutes[:0], d.minutes[1:]...)
		d.lost++
	}
	d.minutes = append(d.minutes, m)
}

// date gives the date of a stream time, to the second; zero while the Pi's clock is not set.
func (d *DB) date(t time.Duration) time.Time {
	if d.epoch.IsZero() {
		return time.Time{}
	}
	return d.epoch.Add(t).Round(time.Second).UTC()
}

// Commit writes the minutes that are over, about once a minute, in one transaction. wall is the date now, zero while the clock is
// not set. What the disk does not take stays in memory for the next Commit.
func (d *DB) Commit(wall time.Time) { d.commit(wall, false) }

// Close writes everything, the minutes under way too, and closes the file.
func (d *DB) Close() error {
	d.commit(time.Time{}, true)
	return d.shut()
}

func (d *DB) commit(wall time.Time, last bool) {
	for wearer, c := range d.collectors {
		over := c.begin + time.Minute
		passed := !d.epoch.IsZero() && !wall.IsZero() && wall.After(d.epoch.Add(over+overAfter))
		if last || passed || d.newest >= over+overAfter {
			d.closeMinute(wearer, c, over)
		}
	}
	if d.bolt == nil && d.dueToOpen(last) {
		d.open()
	}
	if d.bolt != nil {
		d.store(wall, last)
	}
}

// dueToOpen tells whether to try again to open the file: now and then, and at the end if something waits.
func (d *DB) dueToOpen(last bool) bool {
	d.commits++
	return d.commits >= reopenAfter || last && len(d.minutes)+len(d.faults) > 0
}

// shut closes the file, whatever state it is in.
func (d *DB) shut() error {
	if d.bolt == nil {
		return nil
	}
	err := guard(d.bolt.Close)
	d.bolt = nil
	if err != nil {
		return fmt.Errorf("history: close: %w", err)
	}
	return nil
}

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
	Path         string // of history.db; its folder is made when needed. Required
	Days         int    // minutes and mornings older than this go; 400
	IntervalDays int    // intervals older than this go; 14
	MaxBytes     int    // the file never grows beyond this; 256 MiB
	Sealed       bool   // rows are sealed; a file whose rows are not is left alone
	Secret       Secret // what opens them; none: nothing is kept until Unlock
	Why          string // why there is none, in words for people

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
	if o.IntervalDays <= 0 {
		o.IntervalDays = 14
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 256 << 20
	}
	return o
}

const (
	maxUndatedRows = 512 // other rows, likewise
	maxUndated     = 120 // minutes that wait in memory for the Pi's clock; then they are written under the run's own time
	reopenAfter    = 10  // commits between two attempts to open a file that could not be opened
	overAfter      = 5 * time.Second
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

	gatherer
	faults []fault

	sealing bool   // rows are sealed, or are to be
	seal    *Seal  // nil: they are not, or what opens them is not known
	lock    *Lock  // of the file, as last looked at; nil: it has none
	slots   slots  // where seal is set
	plain   bool   // it is locked because it is not sealed, and should be
	locked  string // why nothing is kept, though the file is whole

	unlooked int // attempts to open at which the file could not be looked at, one after the other
}

// fault waits with its stream time, in case the Pi's clock is set before it is written.
type fault struct {
	Fault
	since time.Duration
}

// Open opens or makes history.db. A file that cannot be trusted is set aside as history.db.corrupt-<time> and begun anew; a folder
// that cannot be written leaves the rows in memory. Both are told by Status.
func Open(o Options) *DB {
	d := &DB{o: o.withDefaults(), gatherer: newGatherer(), sealing: o.Sealed}
	d.open()
	d.sweep()
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
	if d.locked != "" {
		return // as where nothing is to be kept
	}
	if f, ok := e.Value.(dsp.Fault); ok {
		d.follow(e.At, wall)
		d.newest = max(d.newest, e.At)
		d.addFault(e, f)
		return
	}
	d.add(e, wall)
}

// AddDetail takes an event of a wearer's session that may be kept in detail: it came through pipeline.Disclose for that wearer.
func (d *DB) AddDetail(e pipeline.Event, wall time.Time) {
	if d.locked == "" {
		d.addDetail(e, wall)
	}
}

func (d *DB) addFault(e pipeline.Event, f dsp.Fault) {
	if len(d.faults) >= maxFaults {
		d.lost++
		return
	}
	d.faults = append(d.faults, fault{Fault{Wearer: e.Wearer, At: d.date(e.At), Source: f.Source, Reason: f.Reason}, e.At})
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
	if d.locked != "" {
		return
	}
	d.closeMinutes(wall, last)
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
	return d.commits >= reopenAfter || last && len(d.minutes)+len(d.faults)+len(d.stamped) > 0
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

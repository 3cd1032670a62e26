package hub

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"hubd/acquire"
)

// tickEvery is how often the room is told that time passes.
const tickEvery = 50 * time.Millisecond

// tickWaits is how long a tick that may be late waits for two Blocks of a bus, which wake the processing anyway, and for what a Block may be late.
const tickWaits = 2*acquire.BlockPeriod + acquire.BlockPeriod/2

// leastWait is between two looks at the clock: that of simulated sensors may stand still just before a tick.
const leastWait = time.Millisecond

// earliestYear is a year before which no clock of a running hubd can honestly stand: a Pi without a battery-backed clock starts in
// the past.
const earliestYear = 2025

// timesync is the folder that systemd-timesyncd keeps while it runs; synchronised, the file in it that says the clock has been set.
const (
	timesync     = "/run/systemd/timesync"
	synchronised = "synchronized"
)

// wallClock gives the local time, or zero until it can be believed: a plausible year and, where systemd-timesyncd runs, its word.
// It may be asked from any goroutine.
type wallClock struct {
	now     func() time.Time
	folder  string // of systemd-timesyncd
	set     atomic.Bool
	checked atomic.Int64 // real time of the last look at the file, in seconds: one look a second is enough
}

func newWallClock(now func() time.Time, folder string) *wallClock {
	w := &wallClock{now: now, folder: folder}
	_, err := os.Stat(folder)
	w.set.Store(err != nil)
	return w
}

func (w *wallClock) local() time.Time {
	t := w.now()
	if t.Year() < earliestYear {
		return time.Time{}
	}
	if !w.set.Load() {
		if w.checked.Swap(t.Unix()) == t.Unix() {
			return time.Time{}
		}
		if _, err := os.Stat(filepath.Join(w.folder, synchronised)); err != nil {
			return time.Time{}
		}
		w.set.Store(true)
	}
	return t
}

package web

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Bounds of what is told live.
const (
	maxPending = 128 // frames that wait for one viewer
	maxViewers = 12  // of one wearer's page
	maxSeats   = 24  // live streams of one hub
)

// FrameKey says which value a frame brings: the newest of each is what a page shows.
type FrameKey struct {
	Wearer string // whose it is; empty: the room's
	Kind   string // beat, state, hrv 60, signal eda, …
}

// frame is one piece of JSON for a page.
type frame struct {
	key   FrameKey
	lasts bool // it holds until the next one: a page that opens gets it at once
	data  []byte
}

// Feed is what one wearer's page is told. Offering never blocks and never waits for a viewer: one that is slow gets the latest of each
// value, and how many went by is counted.
type Feed struct {
	dropped atomic.Uint64
	waves   atomic.Int32

	mu      sync.Mutex
	latest  []frame
	viewers []*viewer
}

// viewer is one open page.
type viewer struct {
	wake    chan struct{} // has room for one: something waits
	end     chan struct{} // closed: the stream is to end
	waves   bool
	pending []frame // the Feed's lock holds it
}

// Watched tells whether a page is open.
func (f *Feed) Watched() bool { return f.Viewers() > 0 }

// Waves tells whether an open page shows waves.
func (f *Feed) Waves() bool { return f.waves.Load() > 0 }

// Viewers is how many pages are open.
func (f *Feed) Viewers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.viewers)
}

// Dropped is how many frames a slow page missed, over all.
func (f *Feed) Dropped() uint64 { return f.dropped.Load() }

// Offer gives a value that holds until the next of its key. data must not be changed any more.
func (f *Feed) Offer(key FrameKey, data []byte) {
	fr := frame{key: key, lasts: true, data: data}
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := slices.IndexFunc(f.latest, func(old frame) bool { return old.key == key }); i >= 0 {
		f.latest[i] = fr
	} else {
		f.latest = append(f.latest, fr)
	}
	f.tell(fr, false)
}

// Pass gives something that is over at once, such as a beat. wave: it is for pages alone that show waves.
func (f *Feed) Pass(key FrameKey, data []byte, wave bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell(frame{key: key, data: data}, wave)
}

// Forget takes back everything that was told of a wearer, in open pages too: data says so to them.
func (f *Feed) Forget(wearer string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	theirs := func(fr frame) bool { return fr.key.Wearer == wearer }
	f.latest = slices.DeleteFunc(f.latest, theirs)
	for _, v := range f.viewers {
		v.pending = slices.DeleteFunc(v.pending, theirs)
	}
	f.tell(frame{key: FrameKey{Wearer: wearer, Kind: "forget"}, data: data}, false)
}

// End ends every stream: the hub stops, or tokens were taken back. A page that may comes again.
func (f *Feed) End() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, v := range f.viewers {
		close(v.end)
		f.count(v, -1)
	}
	f.viewers = nil
}

func (f *Feed) tell(fr frame, wave bool) {
	for _, v := range f.viewers {
		if !wave || v.waves {
			f.dropped.Add(v.push(fr))
		}
	}
}

// push adds a frame for a viewer and gives how many it dropped for that: never the newest of a value.
func (v *viewer) push(fr frame) (dropped uint64) {
	same := func(old frame) bool { return old.key == fr.key }
	switch i := slices.IndexFunc(v.pending, same); {
	case i >= 0 && fr.lasts:
		v.pending = slices.Delete(v.pending, i, i+1)
	case len(v.pending) < maxPending:
	case i >= 0:
		v.pending = slices.Delete(v.pending, i, i+1)
		dropped = 1
	default:
		v.pending = slices.Delete(v.pending, 0, 1)
		dropped = 1
	}
	v.pending = append(v.pending, fr)
	select {
	case v.wake <- struct{}{}:
	default:
	}
	return dropped
}

// join opens a page; nil: there are too many. What lasts waits for it already.
func (f *Feed) join(waves bool) *viewer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.viewers) >= maxViewers {
		return nil
	}
	v := &viewer{wake: make(chan struct{}, 1), end: make(chan struct{}), waves: waves}
	for _, fr := range f.latest {
		f.dropped.Add(v.push(fr))
	}
	f.viewers = append(f.viewers, v)
	f.count(v, 1)
	return v
}

func (f *Feed) leave(v *viewer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := slices.Index(f.viewers, v); i >= 0 {
		f.viewers = slices.Delete(f.viewers, i, i+1)
		f.count(v, -1)
	}
}

func (f *Feed) count(v *viewer, by int32) {
	if v.waves {
		f.waves.Add(by)
	}
}

// take appends what waits for a viewer as server-sent events.
func (f *Feed) take(dst []byte, v *viewer) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fr := range v.pending {
		dst = append(dst, "data: "...)
		dst = append(dst, fr.data...)
		dst = append(dst, "\n\n"...)
	}
	v.pending = v.pending[:0]
	return dst
}

package hub

import (
	"slices"
	"sync"
	"time"

	"hubd/dsp"
	"hubd/history"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/wire"
)

// boardEvery is how old the board may be.
const boardEvery = 500 * time.Millisecond

// board holds how it is with the hub, for the local socket: written by the processing goroutine, read by any.
type board struct {
	connected func() bool // nil: no broker is configured
	storage   func() (settings, history string)

	mu      sync.Mutex
	status  wire.Status
	faults  []pipeline.Event  // that stand, the newest of each source: whose they are says who may know of them
	rests   []wire.OwnRest    // bodily: never part of status
	spares  []pipeline.Spares // what each wearer wants to be spared: their own page's alone
	shown   time.Duration
	started bool
}

func newBoard(version, hub, file string, sources []string, connected func() bool, storage func() (string, string)) *board {
	b := &board{connected: connected, storage: storage, status: wire.Status{Version: version, Hub: hub}}
	b.status.Storage.File = file
	for _, s := range sources {
		b.status.Sources = append(b.status.Sources, wire.SourceReport{Source: s})
	}
	b.status.Broker.Configured = connected != nil
	return b
}

// fault notes what a source says of itself.
func (b *board) fault(e pipeline.Event, f dsp.Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = slices.DeleteFunc(b.faults, func(old pipeline.Event) bool { return old.Value.(dsp.Fault).Source == f.Source })
	if f.Reason != "" {
		b.faults = append(b.faults, e)
	}
	i := slices.IndexFunc(b.status.Sources, func(s wire.SourceReport) bool { return s.Source == f.Source })
	if i < 0 {
		b.status.Sources = append(b.status.Sources, wire.SourceReport{Source: f.Source})
		i = len(b.status.Sources) - 1
	}
	b.status.Sources[i].Fault = f.Reason
}

// refresh renews the board when it is old, or when something was done.
func (b *board) refresh(now time.Duration, c *core, acted bool) {
	if !acted && b.started && now-b.shown < boardEvery {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.started, b.shown = true, now
	st := c.pipeline.Room()
	b.status.Uptime, b.status.Active, b.status.Session, b.status.Paused = now, st.InUse, st.Session, st.Paused
	b.status.Practice, b.status.Step = st.Practice, st.Step
	if !c.consent.Told() {
		b.status.Session, b.status.Practice, b.status.Step = room.NoSession, "", ""
	}
	b.status.Lamps = c.pipeline.Lamps(b.status.Lamps[:0])
	b.status.Wearers = b.status.Wearers[:0]
	b.rests, b.spares = b.rests[:0], b.spares[:0]
	everybody := true
	for i, w := range c.pipeline.Settings().Wearers {
		status := wire.WearerOnline
		if w.Paused {
			status = wire.WearerPaused
		}
		everybody = everybody && w.Paused
		b.status.Wearers = append(b.status.Wearers, wire.WearerReport{ID: w.Wearer, Status: status, Share: w.Share, Keep: w.Keep, Cues: w.Cues})
		b.rests = append(b.rests, wire.OwnRest{Wearer: w.Wearer, Rest: c.pipeline.Rest(i), Kept: w.Keep >= pipeline.KeepRest, Baseline: w.Baseline})
		b.spares = append(b.spares, w.Spares)
	}
	b.status.Paused = b.status.Paused || everybody
	b.status.Broker.Connected = b.connected != nil && b.connected()
	b.status.Storage.Settings, b.status.Storage.History = b.storage()
	c.watch.tell(len(b.status.Sources), b.silent(), b.status.Paused, b.broker())
}

func (b *board) silent() (n int) {
	for _, s := range b.status.Sources {
		if s.Fault != "" {
			n++
		}
	}
	return n
}

func (b *board) broker() string {
	switch {
	case b.connected == nil:
		return "none configured"
	case b.status.Broker.Connected:
		return "connected"
	}
	return "not reached"
}

// read is a copy of the board.
func (b *board) read() wire.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.status
	s.Wearers, s.Sources, s.Lamps = slices.Clone(s.Wearers), slices.Clone(s.Sources), slices.Clone(s.Lamps)
	return s
}

// standing gives the faults that stand. Each has to pass Disclose.
func (b *board) standing() []pipeline.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.faults)
}

// present gives who is sensed, and the viewer's own settings: those of others are nobody else's.
func (b *board) present(viewer string, sensed func(int) bool) []wire.Present {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]wire.Present, len(b.status.Wearers))
	for i, w := range b.status.Wearers {
		all[i] = wire.Present{ID: w.ID, Sensed: sensed(i)}
		if w.ID == viewer {
			all[i].Own, all[i].Share, all[i].Keep, all[i].Cues = true, w.Share, w.Keep, w.Cues
			all[i].Stage = b.rests[i].Baseline.Stage().String()
			all[i].Spares = b.spares[i]
		}
	}
	return all
}

// ownRest is one wearer's own rest as of the last refresh. Its minutes are never written to again: each refresh brings a copy.
func (b *board) ownRest(wearer string) (wire.OwnRest, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.rests, func(r wire.OwnRest) bool { return r.Wearer == wearer })
	if i < 0 {
		return wire.OwnRest{}, false
	}
	return b.rests[i], true
}

// exportRest is a wearer's own rest as a file that hubd replay --baseline reads.
func exportRest(r wire.OwnRest) ([]byte, error) {
	return history.EncodeBaselines(map[string]regulation.Baseline{r.Wearer: r.Baseline})
}

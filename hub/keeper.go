package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"hubd/history"
	"hubd/pipeline"
)

const (
	maxRows     = 4096        // events that wait for history; a full queue drops the newest and counts it
	commitEvery = time.Minute // where nothing else is said; also at stop

	// freshEvery is how often settings with an open snapshot of the room are written although nothing changed. The file's date is all that a
	// restart knows of when the crash was, and an evening may pass without a change.
	freshEvery = 5 * time.Minute
)

// store is where things last. A nil func keeps nothing.
type store struct {
	save     func(pipeline.Settings) error
	add      func(pipeline.Event, time.Time)
	detail   func(pipeline.Event, time.Time) // of a wearer's session
	commit   func(time.Time)
	trouble  func() string // what is wrong with history.db; empty when nothing is
	note     string        // what was wrong with the settings at the start; empty when nothing was
	close    func() error
	file     string                // history.db, where it lies
	settings *history.SettingsFile // for what is erased of it; the keeper's goroutine alone may use it. nil: settings live elsewhere
	db       *history.DB           // for what somebody waits for; the keeper's goroutine alone may use it. nil: there is none
	every    time.Duration         // between two commits; 0: commitEvery
}

// keeper owns what lasts: the settings file and history.db. Its goroutine alone touches the disk, so that a slow card never delays
// a sample, a lamp or a pause. What cannot be stored is told once and the room goes on.
type keeper struct {
	log     *slog.Logger
	store   store
	wall    func() time.Time
	done    chan struct{}
	wake    chan struct{}
	rows    chan keptEvent
	asks    chan func() // what somebody waits for
	dropped atomic.Uint64
	waiting *history.Waiting // private sessions; the keeper's goroutine alone looks at it
	commits atomic.Uint64    // of history.db, done or refused
	slowest atomic.Int64     // of them, real time
	now     atomic.Int64     // stream time of the last step
	stood   bool             // a wearer was in a session at the last step; the processing goroutine's
	stored  atomic.Uint64    // revision of the settings that are on disk, or that the disk refused
	ring    func()           // wakes whoever waits for that; nil: nobody does

	mu       sync.Mutex
	pending  pipeline.Settings
	revision uint64

	lent      <-chan struct{} // closed when the database comes back; nil: it is here. The keeper's goroutine alone looks at it
	failing   bool            // the newest settings are not on disk; the keeper's goroutine alone looks at it
	trouble   string          // what is wrong with settings.json, empty when nothing is
	dbTrouble string          // what is wrong with history.db
}

func newKeeper(log *slog.Logger, st store, wall func() time.Time) *keeper {
	k := &keeper{
		log: log, store: st, wall: wall,
		done: make(chan struct{}), wake: make(chan struct{}, 1), rows: make(chan keptEvent, maxRows), asks: make(chan func()),
		trouble: st.note, waiting: history.NewWaiting(),
	}
	if st.trouble != nil {
		k.dbTrouble = st.trouble()
	}
	return k
}

// saveSettings hands over the newest settings; an older set that was not written yet is replaced by it.
func (k *keeper) saveSettings(s pipeline.Settings, revision uint64) {
	k.mu.Lock()
	k.pending, k.revision = s, revision
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// saved is the revision of the settings that a restart would find, or that the disk refused: control never waits for a broken disk.
func (k *keeper) saved() uint64 { return k.stored.Load() }

// status says what is wrong with settings and with history; empty where nothing is.
func (k *keeper) status() (settings, history string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.trouble, k.dbTrouble
}

// run writes until ctx ends, then writes what is left.
func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	commit := time.NewTicker(cmp.Or(k.store.every, commitEvery))
	defer commit.Stop()
	fresh := time.NewTicker(freshEvery)
	defer fresh.Stop()
	for {
		rows, asks := k.rows, k.asks
		if k.lent != nil {
			rows, asks = nil, nil // they wait
		}
		select {
		case <-ctx.Done():
			k.drain()
			return
		case <-k.wake:
			k.write()
		case e := <-rows:
			k.add(e)
		case f := <-asks:
			k.take()
			f()
		case <-k.lent:
			k.lent = nil
		case <-commit.C:
			k.write() // again, where the disk refused
			if k.lent == nil {
				k.commit()
			}
		case <-fresh.C:
			k.refresh()
		}
	}
}

// refresh dates the settings anew while a session commands lamps.
func (k *keeper) refresh() {
	k.mu.Lock()
	open := k.pending.Room.Open
	k.mu.Unlock()
	if open {
		k.writeNow()
	}
}

func (k *keeper) drain() {
	k.write()
	if k.lent != nil {
		<-k.lent // half an erasing is finished at the next start; a whole one is better, and how long hubd waits for its keeper is bounded
	}
	k.take()
	k.commit()
	if k.store.close != nil {
		if err := k.store.close(); err != nil {
			k.log.Error("history did not close", "error", err)
		}
	}
}

func (k *keeper) write() {
	k.mu.Lock()
	revision := k.revision
	k.mu.Unlock()
	if revision != k.stored.Load() || k.failing {
		k.writeNow()
	}
}

// writeNow writes the newest settings, changed or not.
func (k *keeper) writeNow() {
	k.mu.Lock()
	s, revision := k.pending, k.revision
	k.mu.Unlock()
	var err error
	if k.store.save != nil {
		err = k.store.save(s)
	}
	k.report(err)
	k.stored.Store(revision)
	if k.ring != nil {
		k.ring()
	}
}

// report tells a storage error once, and once that it is over.
func (k *keeper) report(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err != nil && !k.failing:
		k.failing, k.trouble = true, err.Error()
		k.log.Error("settings are not stored: a restart will not know them", "error", err)
	case err == nil && k.failing:
		k.failing, k.trouble = false, ""
		k.log.Info("settings are stored again")
	}
}

func (k *keeper) commit() {
	k.waiting.Pass(time.Duration(k.now.Load()))
	if k.store.commit != nil {
		began := time.Now()
		k.store.commit(k.wall())
		k.commits.Add(1)
		k.slowest.Store(max(k.slowest.Load(), int64(time.Since(began))))
	}
	if k.store.trouble != nil {
		k.tellHistory(k.store.trouble())
	}
}

// tellHistory tells what is wrong with history.db once, and once that it is over. How many rows are lost changes, and is not told anew.
func (k *keeper) tellHistory(trouble string) {
	k.mu.Lock()
	before := k.dbTrouble
	k.dbTrouble = trouble
	k.mu.Unlock()
	switch {
	case before == "" && trouble != "":
		k.log.Warn("history", "status", trouble)
	case before != "" && trouble == "":
		k.log.Info("history is stored again")
	}
}

var errStopping = errors.New("hubd stops: try again when it runs")

// ask runs f on the keeper's goroutine and waits for what it gives.
func ask[T any](ctx context.Context, k *keeper, f func() T) (none T, err error) {
	reply := make(chan T, 1)
	if err := k.hand(ctx, func() { reply <- f() }); err != nil {
		return none, err
	}
	select {
	case v := <-reply:
		return v, nil
	case <-ctx.Done():
		return none, diskSilent(ctx)
	}
}

// hand gives f to the keeper's goroutine, which runs it when it comes to it.
func (k *keeper) hand(ctx context.Context, f func()) error {
	select {
	case k.asks <- f:
		return nil
	case <-k.done:
		return errStopping
	case <-ctx.Done():
		return errBusy
	}
}

func diskSilent(ctx context.Context) error {
	return fmt.Errorf("the disk did not answer in time: %w", ctx.Err())
}

package hub

import (
	"bytes"
	"log/slog"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"time"

	"hubd/acquire"
	"hubd/mqtt"
	"hubd/pipeline"
)

// tallyEvery is how often hubd writes a line about its own work: once a day of stream time.
const tallyEvery = 24 * time.Hour

// Tally is how hubd itself has worked since it began: numbers of samples, waits and losses. Nothing of a body, of a wearer or of a session is in it.
type Tally struct {
	Buses         acquire.Counters // all buses together
	Broker        mqtt.Counters    // zero where none is configured
	BrokerWaiting int              // messages still to be sent
	BlocksWaiting int              // for processing
	BlocksMost    int              // blocks that ever waited for processing at once
	BlocksDropped uint64           // for a full inbox
	RowsWaiting   int              // events on their way to history
	RowsDropped   uint64           // for a full way to history
	Commits       uint64           // of history.db, done or refused
	CommitSlowest time.Duration
	MemoryBytes   int64  // not backed by a file (RssAnon); 0 where the kernel does not say
	LiveBytes     uint64 // what the last collection found in use
	Goroutines    int
	OpenFiles     int // 0 where the kernel does not say
}

// tally reads all counters. It may be called from any goroutine.
func (l *live) tally() Tally {
	t := Tally{
		RowsWaiting: len(l.keeper.rows), RowsDropped: l.keeper.dropped.Load(), Commits: l.keeper.commits.Load(),
		CommitSlowest: time.Duration(l.keeper.slowest.Load()), MemoryBytes: anonymous(), Goroutines: runtime.NumGoroutine(),
		LiveBytes: liveBytes(), OpenFiles: openFiles(),
	}
	for _, loop := range l.loops {
		t.Buses = addCounters(t.Buses, loop.Counters())
	}
	if l.client != nil {
		t.Broker, t.BrokerWaiting = l.client.Counters(), l.client.Waiting()
	}
	t.BlocksWaiting, t.BlocksMost, t.BlocksDropped = l.core.inbox.filling()
	return t
}

func addCounters(a, b acquire.Counters) acquire.Counters {
	a.Samples += b.Samples
	a.Gaps += b.Gaps
	a.Late += b.Late
	a.Skipped += b.Skipped
	a.Errors += b.Errors
	a.Faults += b.Faults
	a.Reopens += b.Reopens
	a.Lost += b.Lost
	for i := range a.Lateness {
		a.Lateness[i] += b.Lateness[i]
	}
	a.LatenessMax = max(a.LatenessMax, b.LatenessMax)
	return a
}

// anonymous is the memory of this process that no file backs, as the kernel counts it.
func anonymous() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, found := bytes.Cut(status, []byte("RssAnon:"))
	kib, _, _ := bytes.Cut(bytes.TrimLeft(after, " \t"), []byte(" "))
	n, err := strconv.ParseInt(string(kib), 10, 64)
	if !found || err != nil {
		return 0
	}
	return n << 10
}

// openFiles counts this process's open files, without the one that it takes to look.
func openFiles() int {
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	return max(0, len(names)-1)
}

// liveBytes is what the last collection found in use. What comes and goes is not in it.
func liveBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// daily is the sink that writes a line about hubd's own work every day, so that the journal of a year tells when something began to change.
type daily struct {
	log   *slog.Logger
	tally func() Tally
	next  time.Duration
}

func (d *daily) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceMetrics}
}

func (d *daily) event(pipeline.Event) {}

func (d *daily) tick(now time.Duration, _ pipeline.Consent) {
	if d.next == 0 {
		d.next = now + tallyEvery
	}
	if now < d.next {
		return
	}
	d.next += tallyEvery
	t := d.tally()
	d.log.Info("hubd's own work since it began", "samples", t.Buses.Samples, "gaps", t.Buses.Gaps, "late", t.Buses.Late, "skipped", t.Buses.Skipped,
		"errors", t.Buses.Errors, "faults", t.Buses.Faults, "reopens", t.Buses.Reopens, "lateness_max_ms", t.Buses.LatenessMax.Milliseconds(),
		"reconnects", t.Broker.Reconnects(), "sent", t.Broker.Sent, "unsent", t.Broker.Dropped+t.Broker.Expired, "broker_waiting", t.BrokerWaiting,
		"blocks_most", t.BlocksMost, "blocks_dropped", t.BlocksDropped, "rows_waiting", t.RowsWaiting, "rows_dropped", t.RowsDropped,
		"commits", t.Commits, "commit_slowest_ms", t.CommitSlowest.Milliseconds(), "memory_kib", t.MemoryBytes>>10, "goroutines", t.Goroutines, "open_files", t.OpenFiles)
}

// joinTally adds the daily line, and lets the watchdog see whether what is published leaves.
func (l *live) joinTally() {
	l.core.sinks = append(l.core.sinks, &daily{log: l.log.With("part", "work"), tally: l.tally})
	if l.client != nil {
		l.core.watch.out = func() outflow {
			return outflow{connected: l.client.Connected(), waiting: l.client.Waiting(), sent: l.client.Counters().Sent}
		}
	}
}

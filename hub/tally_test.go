package hub

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coreos/go-systemd/v22/journal"

	"hubd/acquire"
	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/pipeline"
	"hubd/room"
)

// A day: an evening session, a night, a chip that drops out six times an hour for an hour. Only the last is worth lines.
func TestADayOfSteadyRunningIsAFewLines(t *testing.T) {
	b := newBench(t, nil)
	b.sinks = append(b.sinks, &healthLog{log: b.core.log}, &daily{log: b.core.log, tally: func() Tally { return Tally{Goroutines: 12} }})
	b.watch = newWatch(b.core.log, []string{"i2c"})
	b.watch.notify = func(string) error { return nil }
	lampIsOn(b)
	b.inbox.block(dsp.Block{Bus: "i2c"})
	b.at(time.Millisecond)
	b.ask(start("a", room.Alone))
	for s := 1; s <= 25*3600; s++ {
		now := time.Duration(s) * time.Second
		switch {
		case s < 900:
			b.inbox.block(pulseBlock(now-time.Second, now))
		case s > 3600 && s < 7200 && s%600 == 0:
			b.inbox.block(dsp.Block{Bus: "i2c", Until: now, Faults: []dsp.Fault{{Source: "ads1115@48", Reason: "no answer"}}})
		case s > 3600 && s < 7200 && s%600 == 5:
			b.inbox.block(dsp.Block{Bus: "i2c", Until: now, Faults: []dsp.Fault{{Source: "ads1115@48"}}})
		default:
			b.inbox.block(dsp.Block{Bus: "i2c", Until: now})
		}
		b.at(now)
	}
	b.core.log.Info("the day is over")
	if n := strings.Count(b.log.String(), "\n"); n > 200 {
		t.Errorf("%d lines in a day:\n%.4000s", n, b.log)
	}
	b.log.Wants(t, 1, "own work since it began")
	b.log.Wants(t, 5, "a source does not answer")
}

// The worst of days in a home: the broker comes and goes every minute, a plug wobbles, the disk is full every ten minutes, somebody's program sends
// nonsense, the clock is set a day on or back every hour. The log's own handler and the journal's fields are the ones that ship; what
// mqtt.Client writes of an outage is written here in its words, since it goes by real connections.
func TestTheWorstOfDaysIsTwoHundredLinesInTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []entry
		log := slog.New(limit(&journalHandler{level: slog.LevelInfo, send: func(m string, p journal.Priority, f map[string]string) error {
			told = append(told, entry{m, p, f})
			return nil
		}}))
		b := newBench(t, nil)
		broker := log.With("part", "mqtt")
		b.core.log, b.refusals.log, b.keeper.log = log, log, log
		b.sinks = append(b.sinks, &healthLog{log: log}, &daily{log: log, tally: func() Tally { return Tally{Goroutines: 12} }})
		b.watch = newWatch(log, []string{"i2c"})
		b.watch.notify = func(string) error { return nil }
		days := 0
		b.core.wall = func() time.Time { return time.Now().AddDate(0, 0, days) }
		b.inbox.block(dsp.Block{Bus: "i2c"})
		b.at(time.Millisecond)
		b.ask(start("a", room.Alone))
		for s := 1; s <= 24*3600; s++ {
			now := time.Duration(s) * time.Second
			time.Sleep(time.Second)
			block := dsp.Block{Bus: "i2c", Until: now}
			switch s % 60 {
			case 0, 40:
				block.Faults = []dsp.Fault{{Source: "ads1115@48", Reason: "no answer"}}
			case 20:
				block.Faults = []dsp.Fault{{Source: "ads1115@48"}}
				broker.Warn("broker lost, retrying", "broker", "mqtt://10.0.0.1:1883", "error", "connection reset")
			case 30:
				broker.Info("broker connected", "broker", "mqtt://10.0.0.1:1883")
			case 50:
				b.inbox.refuse(pipeline.Event{Value: pipeline.Refused{Name: "volume_cap", Reason: "is no number"}})
			}
			switch s % 600 {
			case 100:
				b.keeper.report(errors.New("no space left on device"))
			case 200:
				b.keeper.report(nil)
			}
			if s%3600 == 0 {
				days = 1 - rand.New(rand.NewPCG(uint64(s), 1)).IntN(3)
			}
			b.inbox.block(block)
			b.at(now)
		}
		kinds := map[string]int{}
		for _, e := range told {
			kinds[strings.SplitN(e.Message, ",", 2)[0]]++
		}
		t.Logf("%d lines: %v", len(told), kinds)
		if len(told) > 200 || len(told) < 5*limitBurst {
			t.Errorf("%d lines in a day, want 200 at most", len(told))
		}
		for _, e := range told {
			if word := ofBodies.FindString(e.Message); word != "" {
				t.Errorf("%q tells of %s", e.Message, word)
			}
			if e.Fields["SYSLOG_IDENTIFIER"] != "hubd" {
				t.Errorf("%q has the fields %v", e.Message, e.Fields)
			}
		}
	})
}

// ofBodies are words of a body and of who has it, none of which stands in the log.
var ofBodies = regexp.MustCompile(`(?i)wearer|heart|beat|pulse|bpm|rmssd|scl|scr|arousal|vagal|settled|activated|breath`)

func TestTheDailyLineCarriesEveryNumber(t *testing.T) {
	out := &waiting.Text{}
	d := &daily{log: logTo(out), tally: func() Tally {
		return Tally{
			Buses:  acquire.Counters{Samples: 1, Gaps: 2, Late: 3, Skipped: 4, Errors: 5, Faults: 6, Reopens: 7, LatenessMax: 8 * time.Millisecond},
			Broker: mqtt.Counters{Connects: 10, Sent: 11, Dropped: 6, Expired: 6}, BrokerWaiting: 13, BlocksMost: 14, BlocksDropped: 15,
			RowsWaiting: 16, RowsDropped: 17, Commits: 18, CommitSlowest: 19 * time.Millisecond, MemoryBytes: 20 << 10, Goroutines: 21, OpenFiles: 22,
		}
	}}
	d.tick(time.Second, pipeline.Consent{})
	out.Wants(t, 0, "samples")
	d.tick(tallyEvery+time.Second, pipeline.Consent{})
	d.tick(tallyEvery+2*time.Second, pipeline.Consent{})
	out.Wants(t, 1, "samples=1 gaps=2 late=3 skipped=4 errors=5 faults=6 reopens=7 lateness_max_ms=8 reconnects=9 sent=11 unsent=12 broker_waiting=13 "+
		"blocks_most=14 blocks_dropped=15 rows_waiting=16 rows_dropped=17 commits=18 commit_slowest_ms=19 memory_kib=20 goroutines=21 open_files=22")
}

func TestAllBusesAreCountedTogether(t *testing.T) {
	a := acquire.Counters{Samples: 1, Late: 1, LatenessMax: 3}
	a.Lateness[2] = 4
	sum := addCounters(a, acquire.Counters{Samples: 2, Gaps: 1, LatenessMax: 2})
	want := acquire.Counters{Samples: 3, Gaps: 1, Late: 1, LatenessMax: 3}
	want.Lateness[2] = 4
	if sum != want {
		t.Errorf("%+v, want %+v", sum, want)
	}
}

func TestTheKernelSaysHowMuchMemoryThereIs(t *testing.T) {
	if got := anonymous(); got <= 0 || got > 4<<30 {
		t.Errorf("%d bytes", got)
	}
}

package hub

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/room"
)

// disk is a store in memory that can refuse.
type disk struct {
	mu      sync.Mutex
	refuse  error
	saved   []pipeline.Settings
	rows    []pipeline.Event
	commits int
	closed  int
	trouble string
}

func (d *disk) store() store {
	return store{
		save: func(s pipeline.Settings) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.refuse != nil {
				return d.refuse
			}
			d.saved = append(d.saved, s)
			return nil
		},
		add:    func(e pipeline.Event, _ time.Time) { d.rows = append(d.rows, e) },
		commit: func(time.Time) { d.commits++ },
		trouble: func() string {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.trouble
		},
		close: func() error { d.closed++; return nil },
	}
}

// keep runs a keeper in a bubble: do is called while it runs, after it is asleep.
func keep(t *testing.T, d *disk, do func(k *keeper, log *waiting.Text)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		log := &waiting.Text{}
		k := newKeeper(logTo(log), d.store(), func() time.Time { return time.Time{} })
		ctx, stop := context.WithCancel(t.Context())
		go k.run(ctx)
		synctest.Wait()
		do(k, log)
		stop()
		<-k.done
	})
}

// pass lets time of the bubble pass.
func pass(d time.Duration) { <-time.After(d) }

func paused(yes ...bool) (s pipeline.Settings) {
	for _, p := range yes {
		s.Wearers = append(s.Wearers, pipeline.WearerSettings{Paused: p})
	}
	return s
}

func TestTheNewestSettingsWin(t *testing.T) {
	d := &disk{}
	keep(t, d, func(k *keeper, _ *waiting.Text) {
		k.mu.Lock() // the disk is slow: three changes come before it is free
		k.pending, k.revision = paused(false), 1
		k.mu.Unlock()
		k.saveSettings(paused(true), 2)
		k.saveSettings(paused(false, true), 3)
		synctest.Wait()
		if k.saved() != 3 {
			t.Errorf("revision %d is stored, want 3", k.saved())
		}
	})
	if n := len(d.saved); n == 0 || len(d.saved[n-1].Wearers) != 2 {
		t.Errorf("stored %+v, want the newest last", d.saved)
	}
}

func TestSettingsAreWrittenOncePerRevision(t *testing.T) {
	d := &disk{}
	keep(t, d, func(k *keeper, _ *waiting.Text) {
		k.saveSettings(paused(true), 1)
		synctest.Wait()
		k.saveSettings(paused(true), 1)
		synctest.Wait()
		pass(3 * commitEvery)
	})
	if len(d.saved) != 1 {
		t.Errorf("written %d times, want once", len(d.saved))
	}
}

func TestADiskThatRefusesIsToldOnceAndTriedAgainAndOnceWhenItIsOver(t *testing.T) {
	d := &disk{refuse: errors.New("no space left on device")}
	keep(t, d, func(k *keeper, log *waiting.Text) {
		for revision := range uint64(5) {
			k.saveSettings(paused(true), revision+1)
			synctest.Wait()
			if k.saved() != revision+1 {
				t.Errorf("revision %d holds the lamps up: control must go on when the disk refuses", revision+1)
			}
		}
		if settings, _ := k.status(); settings != "no space left on device" {
			t.Errorf("status %q", settings)
		}
		log.Wants(t, 1, "settings are not stored")
		d.mu.Lock()
		d.refuse = nil
		d.mu.Unlock()
		pass(commitEvery)
		synctest.Wait()
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.saved) != 1 || !d.saved[0].Wearers[0].Paused {
			t.Errorf("stored %+v: a pause that was refused once must still reach the disk", d.saved)
		}
		if settings, _ := k.status(); settings != "" {
			t.Errorf("status %q after it was over", settings)
		}
		log.Wants(t, 1, "settings are stored again")
	})
}

func TestWhatWaitsIsWrittenAtTheEnd(t *testing.T) {
	d := &disk{}
	keep(t, d, func(k *keeper, _ *waiting.Text) {
		for range 10 {
			k.event(pipeline.Event{Wearer: "a", Value: dsp.HeartRate{}})
		}
		k.saveSettings(paused(true), 1)
	})
	if len(d.rows) != 10 || len(d.saved) != 1 || d.commits != 1 || d.closed != 1 {
		t.Errorf("%d rows, %d settings, %d commits, closed %d times; want 10, 1, 1, 1", len(d.rows), len(d.saved), d.commits, d.closed)
	}
}

func TestRowsAreBoundedAndWhatIsDroppedIsCounted(t *testing.T) {
	log := &waiting.Text{}
	k := newKeeper(logTo(log), store{}, nil) // its goroutine does not run: the disk hangs
	for n := range maxRows + 100 {
		k.event(pipeline.Event{At: time.Duration(n)})
	}
	if len(k.rows) != maxRows || k.dropped.Load() != 100 {
		t.Errorf("%d rows wait, %d dropped; want %d and 100", len(k.rows), k.dropped.Load(), maxRows)
	}
	if first := <-k.rows; first.At != 0 {
		t.Errorf("the oldest row is %d, want 0: the newest are dropped", first.At)
	}
}

func TestHistoryIsCommittedInTimeAndItsTroubleIsShown(t *testing.T) {
	d := &disk{trouble: "history.db was damaged and is set aside"}
	keep(t, d, func(k *keeper, _ *waiting.Text) {
		pass(3*commitEvery + time.Second)
		synctest.Wait()
		if d.commits != 3 {
			t.Errorf("%d commits in three minutes", d.commits)
		}
		if _, history := k.status(); history != d.trouble {
			t.Errorf("status %q", history)
		}
	})
}

func TestARoomGoesOnWhileTheDiskRefuses(t *testing.T) {
	b := newBench(t, nil)
	b.keeper.store.save = func(pipeline.Settings) error { return errors.New("read-only file system") }
	b.at(0)
	b.inbox.report(room.LampReport{Lamp: "bed", On: dsp.Some(1.0), Brightness: dsp.Some(80.0), Kelvin: dsp.Some(2700.0)})
	b.ask(start("a", room.Alone))
	for n := range 40 {
		b.keeper.write() // what the keeper's goroutine does when it is woken
		b.at(time.Duration(n+1) * tickEvery)
	}
	if len(b.sent) == 0 {
		t.Error("no lamp is asked for anything")
	}
	b.ask(pauseAll())
	if !slices.Equal(off(b.pauses, 2), []bool{true, true}) {
		t.Error("the pause waits for the disk")
	}
}

// A restart dates a crash by the file: in a session that stands still for an hour it must not grow old.
func TestWhileASessionCommandsLampsTheSettingsStayFresh(t *testing.T) {
	for _, row := range []struct {
		name  string
		open  bool
		least int
	}{{"a session", true, 12}, {"none", false, 1}} {
		t.Run(row.name, func(t *testing.T) {
			d := &disk{}
			keep(t, d, func(k *keeper, _ *waiting.Text) {
				k.saveSettings(pipeline.Settings{Room: room.Snapshot{Open: row.open}}, 1)
				time.Sleep(time.Hour)
				synctest.Wait()
				if n := len(d.saved); n < row.least || n > row.least+1 {
					t.Errorf("written %d times within an hour, want %d", n, row.least)
				}
			})
		})
	}
}

func TestTroubleWithTheHistoryIsToldOnceAndOnceThatItIsOver(t *testing.T) {
	d := &disk{}
	keep(t, d, func(k *keeper, log *waiting.Text) {
		for _, trouble := range []string{"", "the disk is full", "the disk is full (3 rows could not be kept)", "", ""} {
			d.mu.Lock()
			d.trouble = trouble
			d.mu.Unlock()
			time.Sleep(commitEvery)
			synctest.Wait()
			if _, history := k.status(); history != trouble {
				t.Errorf("the status says %q, want %q", history, trouble)
			}
		}
		log.Wants(t, 1, "the disk is full")
		log.Wants(t, 1, "history is stored again")
	})
}

func TestAPauseIsStoredWhileTheHistoryIsErased(t *testing.T) {
	d := &disk{}
	keep(t, d, func(k *keeper, _ *waiting.Text) {
		back, lent := make(chan struct{}), make(chan error)
		go func() { lent <- k.lend(context.Background(), func() { <-back }) }()
		synctest.Wait()
		k.event(pipeline.Event{Wearer: "a", Value: dsp.HeartRate{}})
		k.saveSettings(pipeline.Settings{Wearers: []pipeline.WearerSettings{{Wearer: "a", Paused: true}}}, 7)
		time.Sleep(3 * commitEvery)
		synctest.Wait()
		if k.saved() != 7 || len(d.saved) != 1 {
			t.Errorf("revision %d is stored, %d sets: want the pause", k.saved(), len(d.saved))
		}
		if len(d.rows) != 0 || d.commits != 0 {
			t.Errorf("%d rows and %d commits reached a database that is not here", len(d.rows), d.commits)
		}
		close(back)
		if err := <-lent; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if len(d.rows) != 1 {
			t.Errorf("%d rows afterwards, want the one that waited", len(d.rows))
		}
	})
}

func TestTheEndWaitsForAnErasing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		k := newKeeper(logTo(&waiting.Text{}), d.store(), func() time.Time { return time.Time{} })
		ctx, stop := context.WithCancel(t.Context())
		go k.run(ctx)
		back := make(chan struct{})
		go func() { _ = k.lend(t.Context(), func() { <-back }) }()
		synctest.Wait()
		stop()
		synctest.Wait()
		if d.closed != 0 {
			t.Error("the database was closed under the erasing")
		}
		close(back)
		<-k.done
		if d.closed != 1 {
			t.Errorf("closed %d times", d.closed)
		}
	})
}

package hub

import (
	"errors"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/internal/waiting"

	"github.com/google/go-cmp/cmp"
)

// told is a watch and what systemd heard from it.
func toldWatch(buses ...string) (w *watch, told *[]string, log *waiting.Text) {
	log, told = &waiting.Text{}, new([]string)
	w = newWatch(logTo(log), buses)
	w.every = time.Second
	w.notify = func(state string) error { *told = append(*told, state); return nil }
	return w, told, log
}

func TestTheWatchdogIsFedOnlyWhileEveryBusDelivers(t *testing.T) {
	empty := func(bus string) dsp.Block { return dsp.Block{Bus: bus} }
	faulty := func(bus string) dsp.Block {
		return dsp.Block{Bus: bus, Faults: []dsp.Fault{{Source: "adc", Reason: "no answer"}}}
	}
	tests := []struct {
		name   string
		buses  []string
		blocks func(second int) []dsp.Block
		fed    []int // seconds
	}{
		{"nothing to read: processing is progress enough", nil, func(int) []dsp.Block { return nil }, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"both deliver", []string{"i2c", "spi"}, func(int) []dsp.Block { return []dsp.Block{empty("i2c"), empty("spi")} }, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"a sensor that fails, on a bus that delivers empty blocks, is progress", []string{"i2c"}, func(int) []dsp.Block { return []dsp.Block{faulty("i2c")} }, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"one never delivers", []string{"i2c", "spi"}, func(int) []dsp.Block { return []dsp.Block{empty("i2c")} }, []int{1, 2, 3, 4, 5}},
		{"one stops, and comes back", []string{"i2c"}, func(s int) []dsp.Block {
			if s > 1 && s < 9 {
				return nil
			}
			return []dsp.Block{empty("i2c")}
		}, []int{1, 2, 3, 4, 5, 6, 9, 10}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, told, log := toldWatch(test.buses...)
			var fed []int
			for s := 1; s <= 10; s++ {
				*told = nil
				w.progress(time.Duration(s)*time.Second, &batch{blocks: test.blocks(s)})
				if slices.Contains(*told, "WATCHDOG=1") {
					fed = append(fed, s)
				}
			}
			if diff := cmp.Diff(test.fed, fed); diff != "" {
				t.Errorf("fed at (-want +got):\n%s", diff)
			}
			if len(test.fed) < 10 {
				log.Wants(t, 1, "stands still")
			}
		})
	}
}

// A laptop's lid, a debugger, a card that takes half a minute: then nothing of hubd moved, and the first look afterwards must not call a loop stuck
// whose block is about to come.
func TestAProcessThatGotNoProcessorHasNoStuckLoop(t *testing.T) {
	w, told, log := toldWatch("i2c")
	w.out = func() outflow { return outflow{connected: true, waiting: 1} }
	w.progress(time.Second, &batch{blocks: []dsp.Block{{Bus: "i2c"}}})
	*told = nil
	w.progress(91*time.Second, &batch{})
	if !slices.Contains(*told, "WATCHDOG=1") {
		t.Errorf("the watchdog is not fed: %q", *told)
	}
	log.Wants(t, 0, "stands still")
}

func TestTheWatchdogIsFedOnlyWhileWhatIsPublishedLeaves(t *testing.T) {
	tests := []struct {
		name string
		out  func(second int) outflow
		fed  int // minutes of five
	}{
		{"nothing waits", func(int) outflow { return outflow{connected: true} }, 5},
		{"messages wait and leave", func(s int) outflow { return outflow{true, 3, uint64(s)} }, 5},
		{"the broker is away for days: what waits for it is no fault of hubd's", func(s int) outflow { return outflow{false, 300, 0} }, 5},
		{"messages wait for a broker that is there, and none leaves", func(s int) outflow { return outflow{true, 3, 7} }, 1},
		{"none leaves for fifty seconds, then some do", func(s int) outflow { return outflow{true, 3, uint64(s / 50)} }, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, told, log := toldWatch()
			fed := 0
			for minute := range 5 {
				*told = nil
				for s := minute*60 + 1; s <= minute*60+60; s++ {
					w.out = func() outflow { return test.out(s) }
					w.progress(time.Duration(s)*time.Second, &batch{})
				}
				if slices.Contains(*told, "WATCHDOG=1") {
					fed++
				}
			}
			if fed < test.fed || fed > test.fed+1 {
				t.Errorf("fed in %d minutes of five, want %d:\n%s", fed, test.fed, log)
			}
			if test.fed < 5 {
				log.Wants(t, 1, "loops=broker")
			}
		})
	}
}

func TestTheWatchdogIsFedNoMoreOftenThanAsked(t *testing.T) {
	w, told, _ := toldWatch()
	for ms := range 3001 {
		w.progress(time.Duration(ms)*time.Millisecond, &batch{})
	}
	if len(*told) != 3 {
		t.Errorf("fed %d times in three seconds, want 3", len(*told))
	}
	w.every, *told = 0, nil
	w.progress(time.Hour, &batch{})
	if len(*told) != 0 {
		t.Error("fed although nobody watches")
	}
}

func TestSystemctlShowsALineWhenItChanges(t *testing.T) {
	w, told, _ := toldWatch()
	w.ready()
	for range 3 {
		w.tell(3, 0, true, "connected")
	}
	w.tell(3, 0, false, "connected")
	w.tell(3, 2, false, "not reached")
	w.stopping()
	want := []string{
		"READY=1",
		"STATUS=nobody is sensed, no source is asked; broker: connected",
		"STATUS=3 of 3 sources answer; broker: connected",
		"STATUS=1 of 3 sources answer; broker: not reached",
		"STOPPING=1",
	}
	if diff := cmp.Diff(want, *told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWithoutSystemdNothingIsMissed(t *testing.T) {
	w, _, _ := toldWatch()
	w.notify = func(string) error { return errors.New("no socket") }
	w.ready() // returns
}

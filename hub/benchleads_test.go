package hub

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/draw"
	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/setup"
	"hubd/wire"
)

// onBench is a bench of simulated chips for wearer b of headed, whose time passes at once.
func onBench(t *testing.T) (*workbench, *simulated) {
	t.Helper()
	clock := &acquire.VirtualPacer{}
	c, _, s := simulatedFor(t, quirks{clock: simulatedClock, busy: clock.Advance}, headed, "two-people", 1, clock.Now)
	return &workbench{
		ask: asking{never: true, wearer: "b", alone: true}, config: c, buses: s, pacer: clock, panel: panelOf(c),
		state: func(config.Bus) setup.Standing { return setup.Found }, log: slog.New(slog.DiscardHandler),
	}, s
}

func TestAWatchShowsAnElectrodeThatIsOff(t *testing.T) {
	for _, row := range []struct {
		name, line, says, hint string
	}{
		{"both are on", "", "worn", ""},
		{"LO+ is off", "GPIO23", "electrode off (LO+)", "Press it on again"},
		{"LO- is off", "GPIO24", "electrode off (LO-)", "Press it on again"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, s := onBench(t)
			if row.line != "" {
				s.gpio.Line(row.line).Drive(true)
			}
			scope := setup.NewScope(scopeOf(b, 1, ""))
			last := draw.Screen{}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			seen := 0
			err := b.attend(ctx, 1, 0, func(block dsp.Block) {
				scope.Block(block)
				last = scope.Screen()
				if off := strings.HasPrefix(last.Signals[0].Says, "electrode"); off == (row.line != "") && block.Until > 20*time.Second {
					seen++
				}
				if seen > 100 {
					stop()
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := last.Signals[0].Says; !strings.HasPrefix(got, row.says) || !strings.Contains(last.Hint, row.hint) {
				t.Errorf("it says %q, and the hint is %q", got, last.Hint)
			}
			if n := s.gpio.Descriptors(); n != 0 {
				t.Errorf("%d lines are still held after the end", n)
			}
		})
	}
}

// While a daemon runs it has the lines, and tells whoever borrows the bus.
func TestABorrowerIsToldOfElectrodes(t *testing.T) {
	l, s := onLines(t, headed)
	var off atomic.Pointer[[]wire.LeadsOff]
	told := func(want ...wire.LeadsOff) func() bool {
		return func() bool {
			got := off.Load()
			return got != nil && len(*got) == len(want) && (len(want) == 0 || (*got)[0] == want[0])
		}
	}
	waiting.Until(t, "the lines are taken", func() bool { return s.gpio.Line("GPIO23").Taken() && s.gpio.Line("GPIO24").Taken() })
	lent, err := borrow(t.Context(), l.socket, config.Bus{I2C: "1"}, "b", time.Minute, func(all []wire.LeadsOff) { off.Store(&all) })
	if err != nil {
		t.Fatal(err)
	}
	s.gpio.Line("GPIO24").Drive(true)
	waiting.Until(t, "LO- is told", told(wire.LeadsOff{Wearer: "b", Minus: true}))
	s.gpio.Line("GPIO23").Drive(true)
	waiting.Until(t, "LO+ is told too", told(wire.LeadsOff{Wearer: "b", Plus: true, Minus: true}))
	s.gpio.Line("GPIO23").Drive(false)
	s.gpio.Line("GPIO24").Drive(false)
	waiting.Until(t, "that both are on is told", told())
	lent.give()

	mine, err := borrow(t.Context(), l.socket, config.Bus{I2C: "1"}, "a", time.Minute, func(all []wire.LeadsOff) { t.Errorf("a is told of b: %v", all) })
	if err != nil {
		t.Fatal(err)
	}
	s.gpio.Line("GPIO24").Drive(true)
	waiting.Until(t, "it is seen", l.panel.leadsOf(1).Off)
	mine.give()
}

func TestWhatADaemonTellsOfElectrodesHoldsForTheBench(t *testing.T) {
	b, _ := onBench(t)
	which := b.electrodesOf(1)
	for _, row := range []struct {
		name        string
		told        []wire.LeadsOff
		plus, minus bool
	}{
		{"nobody's is off", nil, false, false},
		{"b's is off", []wire.LeadsOff{{Wearer: "b", Plus: true}}, true, false},
		{"another's is off", []wire.LeadsOff{{Wearer: "z", Plus: true, Minus: true}}, false, false},
		{"b's other one is off", []wire.LeadsOff{{Wearer: "z"}, {Wearer: "b", Minus: true}}, false, true},
	} {
		b.electrodesTold(row.told)
		if plus, minus := which(); plus != row.plus || minus != row.minus || b.panel.leadsOf(1).Off() != (row.plus || row.minus) {
			t.Errorf("%s: %t, %t", row.name, plus, minus)
		}
	}
	if b.electrodesOf(0) != nil {
		t.Error("a, who has an optical sensor, has electrodes")
	}
}

func TestABenchThatReadsElectrodesEndsWhereItsTimeStandsStill(t *testing.T) {
	b, _ := onBench(t)
	b.pacer = newPatientPacer(1) // which stands still once no loop sleeps on it
	c, _, s := simulatedFor(t, quirks{clock: simulatedClock}, headed, "two-people", 1, b.pacer.Now)
	b.config, b.buses, b.panel = c, s, panelOf(c)
	for range 3 {
		if err := b.attend(t.Context(), 1, 100*time.Millisecond, func(dsp.Block) {}); err != nil {
			t.Fatal(err)
		}
	}
}

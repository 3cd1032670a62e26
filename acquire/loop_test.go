package acquire_test

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/sim"
	"hubd/dsp"
)

func TestAnHourAtTwoRatesLosesNothingAtAnyChipClock(t *testing.T) {
	for off, hours := range map[float64]float64{-0.1: 0.1, 0: 1, 0.1: 0.1} {
		if testing.Short() {
			hours = 0.02
		}
		r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}, errors: []float64{off}})
		r.tape.keep = false
		var n [2]int
		var worst float64
		r.tape.check = func(s dsp.Sample) {
			input := int(s.Channel.Kind)
			n[input]++
			worst = max(worst, math.Abs(s.Volts-distinct(input, s.T)))
			if s.Flags != 0 {
				t.Fatalf("clock %+g: %v", off, s)
			}
		}
		r.until(time.Duration(hours * float64(time.Hour)))
		pulse, eda := int(250*3600*hours), int(25*3600*hours)
		if n[0] < pulse-10 || n[0] > pulse || n[1] < eda-2 || n[1] > eda { // up to a Block is still on its way
			t.Errorf("clock %+g: %d pulse and %d EDA samples in %g h, want %d and %d", off, n[0], n[1], hours, pulse, eda)
		}
		// 0.1 V at 1 Hz slews 0.63 V/s: 1 mV would be 1.6 ms of time stamp error, half a step is 63 µV.
		if worst > 250e-6 {
			t.Errorf("clock %+g: worst error %g V: channels or time stamps are off", off, worst)
		}
		if c := r.loop.Counters(); c.Samples < uint64(n[0]+n[1]) || c.Errors+c.Faults+c.Gaps+c.Late+c.Skipped != 0 {
			t.Errorf("clock %+g: %+v", off, c)
		}
	}
}

func TestTwoWearersOnTwoChipsOfOneBusKeepTheirRates(t *testing.T) {
	r := newRig(t, rigOptions{errors: []float64{-0.1, 0.1}, channels: [][]acquire.Channel{pulseAndEDA(),
		{{Channel: pulseB, Input: 2, Rate: 250}, {Channel: edaB, Input: 3, Rate: 25}}}})
	r.until(time.Minute)
	for _, c := range []struct {
		channel dsp.Channel
		input   int
		want    int
	}{{pulseA, 0, 15000}, {edaA, 1, 1500}, {pulseB, 2, 15000}, {edaB, 3, 1500}} {
		got := r.tape.of(c.channel)
		if len(got) < c.want-10 || len(got) > c.want {
			t.Errorf("%v: %d samples, want %d", c.channel, len(got), c.want)
		}
		for _, s := range got {
			if s.Flags != 0 || math.Abs(s.Volts-distinct(c.input, s.T)) > 1e-3 {
				t.Fatalf("%v: want about %g V and no flag", s, distinct(c.input, s.T))
			}
		}
	}
}

func TestTwoPulsesOnOneADS1115AreNeitherLateNorLost(t *testing.T) {
	r := newRig(t, rigOptions{errors: []float64{-0.1}, channels: [][]acquire.Channel{
		{{Channel: pulseA, Input: 0, Rate: 250}, {Channel: pulseB, Input: 1, Rate: 250}}}})
	r.until(10 * time.Second)
	if c := r.loop.Counters(); c.Samples < 4990 || c.Late+c.Gaps+c.Skipped != 0 {
		t.Errorf("%+v", c)
	}
}

// wrongGap tells whether a sample of a 250/s channel lacks FlagGap though more than two periods and what it may begin early after the one
// before, or has it though within one and a half. Between the two lie samples that are late and have lost nothing.
func wrongGap(s, before dsp.Sample) bool {
	spacing := s.T - before.T
	if s.Flags.Has(dsp.FlagGap) {
		return spacing <= 6*time.Millisecond
	}
	return spacing > 9*time.Millisecond
}

// A second body on the same bus, and the fetching of each last result, come before a conversion: they take up to a millisecond, and always the
// same, so the work begins that much earlier.
func TestConversionsBeginAtTheirGridPointsWhateverTheBusHasToDoBefore(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA(),
		{{Channel: pulseB, Input: 2, Rate: 250}, {Channel: edaB, Input: 3, Rate: 25}}}})
	r.until(time.Second)
	settled := r.loop.Counters()
	r.until(time.Minute)
	c := r.loop.Counters()
	all, punctual := uint64(0), c.Lateness[0]-settled.Lateness[0] // within 0.25 ms
	for i, n := range c.Lateness {
		all += n - settled.Lateness[i]
	}
	if all < 32000 || punctual < all*9/10 || c.LatenessMax > 1200*time.Microsecond {
		t.Errorf("%d of %d conversions within 0.25 ms of their grid point, the worst %s from it", punctual, all, c.LatenessMax)
	}
}

// A wave that is followed every 8 ms lacks nothing where a busy machine took a sample at 8 instead of 4 ms.
func TestAPassedGridPointIsAGapOnlyWhereTheSignalLacksSomething(t *testing.T) {
	for _, tt := range []struct {
		name  string
		dense time.Duration
		stall time.Duration
		gap   bool
	}{
		{"one grid point passed over, within what the signal needs", 12 * time.Millisecond, 6 * time.Millisecond, false},
		{"so many that the signal lacks something", 12 * time.Millisecond, 17 * time.Millisecond, true},
		{"a signal of which nothing is known", 0, 6 * time.Millisecond, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, rigOptions{channels: [][]acquire.Channel{{{Channel: pulseA, Rate: 250, Dense: tt.dense}}}})
			r.until(time.Second)
			r.clock.Advance(tt.stall)
			r.until(2 * time.Second)
			gaps := 0
			for _, s := range r.tape.samples {
				if s.Flags.Has(dsp.FlagGap) {
					gaps++
				}
			}
			if c := r.loop.Counters(); (gaps == 1) != tt.gap || c.Skipped == 0 {
				t.Errorf("%d gaps, %d grid points skipped", gaps, c.Skipped)
			}
		})
	}
}

func TestAnOverloadedChipSkipsGridPointsAndSaysSo(t *testing.T) {
	var channels []acquire.Channel
	for i := range 4 {
		channels = append(channels, acquire.Channel{Channel: dsp.Channel{Lead: uint8(i)}, Input: i, Rate: 250})
	}
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{channels}})
	r.until(10 * time.Second)
	c := r.loop.Counters()
	if c.Skipped == 0 || c.Gaps == 0 || c.Late == 0 || c.Errors != 0 {
		t.Errorf("1000 conversions a second asked of a chip for 590: %+v", c)
	}
	for i := range 4 {
		got := r.tape.of(channels[i].Channel)
		if len(got) < 1000 {
			t.Errorf("lead %d: only %d samples in 10 s: one channel starves", i, len(got))
		}
		for k, s := range got[1:] {
			if wrong := wrongGap(s, got[k]); wrong {
				t.Fatalf("lead %d: %s after the last sample, flags %b", i, s.T-got[k].T, s.Flags)
			}
			if math.Abs(s.Volts-distinct(i, s.T)) > 1e-3 {
				t.Fatalf("lead %d: %g V at %s", i, s.Volts, s.T)
			}
		}
	}
}

func TestPauseStopsWithinOneConversionAndForItsWearerOnly(t *testing.T) {
	paused := false
	var converted time.Duration // when input 0 was last measured
	r := newRig(t, rigOptions{
		channels: [][]acquire.Channel{{{Channel: pulseA, Rate: 250}, {Channel: pulseB, Input: 1, Rate: 200}}},
		paused:   func(w uint8) bool { return w == 0 && paused },
		input: func(input int, t time.Duration) float64 {
			if input == 0 {
				converted = t
			}
			return distinct(input, t)
		},
	})
	r.until(time.Second)
	paused = true
	at := r.clock.Now()
	r.until(3 * time.Second)
	if converted > at+2*time.Millisecond {
		t.Errorf("paused at %s, converted at %s", at, converted)
	}
	if last := r.tape.of(pulseA); last[len(last)-1].T > at {
		t.Errorf("paused at %s, sample of %s", at, last[len(last)-1].T)
	}
	if n := len(r.tape.of(pulseB)); n < 590 {
		t.Errorf("the other wearer has %d samples, want about 600", n)
	}
	paused = false
	before := len(r.tape.of(pulseA))
	r.until(3100 * time.Millisecond)
	after := r.tape.of(pulseA)[before:]
	if len(after) < 15 || !after[0].Flags.Has(dsp.FlagGap) || after[1].Flags.Has(dsp.FlagGap) {
		t.Errorf("after the pause: %v", after)
	}
}

func TestAChipThatServesOnlyPausedWearersIsLeftAloneAndBlocksFlow(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}, paused: func(uint8) bool { return true }})
	r.until(10 * time.Second)
	if r.opens != 0 || len(r.tape.samples) != 0 || r.tape.blocks < 499 {
		t.Errorf("%d openings, %d samples, %d blocks", r.opens, len(r.tape.samples), r.tape.blocks)
	}
}

// slow is a pacer whose sleeps oversleep now and then, as on a busy Pi.
type slow struct {
	*acquire.VirtualPacer
	over func() time.Duration
}

func (s slow) SleepUntil(t time.Duration) { s.VirtualPacer.SleepUntil(t + s.over()) }

func TestASleepyMachineGivesMeasuredTimesFlagsAndNoInventedSamples(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		clock := &acquire.VirtualPacer{}
		bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
		chip, err := sim.NewADS1x15(sim.ADSOptions{Input: distinct})
		if err != nil {
			rt.Fatal(err)
		}
		bus.Attach(0x48, chip)
		out := tape{keep: true}
		late := rapid.SliceOfN(rapid.Int64Range(0, int64(12*time.Millisecond)), 1, 20).Draw(rt, "late")
		i := 0
		loop, err := acquire.NewLoop(acquire.Options{
			Chips: []acquire.Chip{{Source: "ads1115", Channels: pulseAndEDA(), Open: func() (acquire.Converter, error) {
				return ads1x15.New(bus, 0x48, ads1x15.Options{})
			}}},
			Emit: out.take,
			Pacer: slow{clock, func() time.Duration {
				i++
				return time.Duration(late[i%len(late)])
			}},
		})
		if err != nil {
			rt.Fatal(err)
		}
		for clock.Now() < 2*time.Second {
			loop.Step()
		}
		if out.wrong != nil {
			rt.Fatal(out.wrong)
		}
		pulse := out.of(pulseA)
		if len(pulse) > 500 || len(pulse) < 50 {
			rt.Fatalf("%d samples of a 250/s channel in 2 s", len(pulse))
		}
		for k, s := range pulse {
			if math.Abs(s.Volts-distinct(0, s.T)) > 1e-3 {
				rt.Fatalf("%v: want %g V at the measured time", s, distinct(0, s.T))
			}
			if k > 0 && wrongGap(s, pulse[k-1]) {
				rt.Fatalf("%s between samples, flags %b", s.T-pulse[k-1].T, s.Flags)
			}
		}
	})
}

func TestSamplesBegunOverHalfAPeriodLateAreFlagged(t *testing.T) {
	for _, c := range []struct {
		over time.Duration
		want bool
	}{{4 * time.Millisecond, false}, {6 * time.Millisecond, true}} {
		clock := &acquire.VirtualPacer{}
		bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
		chip, err := sim.NewADS1x15(sim.ADSOptions{Input: distinct})
		if err != nil {
			t.Fatal(err)
		}
		bus.Attach(0x48, chip)
		out := tape{keep: true}
		loop, err := acquire.NewLoop(acquire.Options{
			Chips: []acquire.Chip{{Source: "ads1115", Channels: []acquire.Channel{{Channel: pulseA, Rate: 100}}, Open: func() (acquire.Converter, error) {
				return ads1x15.New(bus, 0x48, ads1x15.Options{})
			}}},
			Emit:  out.take,
			Pacer: slow{clock, func() time.Duration { return c.over }},
		})
		if err != nil {
			t.Fatal(err)
		}
		for clock.Now() < time.Second {
			loop.Step()
		}
		for _, s := range out.samples[1:] {
			if s.Flags.Has(dsp.FlagLate) != c.want {
				t.Fatalf("begun %s after a grid point 10 ms apart: flags %b", c.over, s.Flags)
			}
		}
		if got := loop.Counters(); got.LatenessMax < c.over || got.Lateness == [acquire.LatenessBuckets]uint64{} {
			t.Errorf("%+v", got)
		}
	}
}

func TestAnMCP3208ConvertsAllDueInputsInOneTransfer(t *testing.T) {
	r, port, chip := mcpRig(t, acquire.Channel{Channel: pulseA, Input: 0, Rate: 500}, acquire.Channel{Channel: edaA, Input: 1, Rate: 25},
		acquire.Channel{Channel: pulseB, Input: 2, Rate: 500})
	r.until(10 * time.Second)
	if n := port.Transfers(); n < 4990 || n > 5001 {
		t.Errorf("%d transfers for 10 s of 500/s", n)
	}
	for input, c := range map[int]dsp.Channel{0: pulseA, 1: edaA, 2: pulseB} {
		for _, s := range r.tape.of(c) {
			if s.Flags != 0 || math.Abs(s.Volts-distinct(input, s.T)) > 1e-3 {
				t.Fatalf("%v, want %g V", s, distinct(input, s.T))
			}
		}
	}
	if err := chip.Set(sim.Floating, true); err != nil {
		t.Fatal(err)
	}
	r.until(12 * time.Second)
	if err := chip.Set(sim.Floating, false); err != nil {
		t.Fatal(err)
	}
	r.until(20 * time.Second)
	if f := r.tape.faults; len(f) != 2 || f[0].Wearer != dsp.SharedWearer || !strings.Contains(f[0].Reason, "MISO") || f[1].Reason != "" {
		t.Errorf("faults %v", f)
	}
}

func TestRunEndsWithItsContextWithinABlock(t *testing.T) {
	for _, f := range []sim.Fault{0, sim.NACK} {
		r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
		if f != 0 {
			r.set(0, f, true)
		}
		r.until(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		before := r.clock.Now()
		r.loop.Run(ctx)
		if got := r.clock.Now() - before; got > acquire.BlockPeriod {
			t.Errorf("%v: went on for %s", f, got)
		}
	}
}

func TestCountersAndFaultsAreForAnyGoroutine(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
	r.tape.keep = false
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { r.loop.Run(ctx) })
	for r.loop.Counters().Samples < 1000 {
		_ = r.chips[0].Set(sim.Frozen, false)
	}
	cancel()
	group.Wait()
	if c := r.loop.Counters(); c.Samples < 1000 {
		t.Errorf("%+v", c)
	}
}

func TestAStepThatDeliversNothingDoesNotAllocate(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
	r.tape.keep = false
	r.until(time.Second)
	blocks := r.tape.blocks
	allocs := testing.AllocsPerRun(20, func() { r.until(r.clock.Now() + time.Second) })
	if perBlock := allocs / (float64(r.tape.blocks-blocks) / 21); perBlock > 1 {
		t.Errorf("%g allocations per Block of about 5 samples, want 1", perBlock)
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	open := func() (acquire.Converter, error) { return nil, nil }
	good := func() acquire.Options {
		return acquire.Options{Pacer: &acquire.VirtualPacer{}, Emit: func(dsp.Block) {},
			Chips: []acquire.Chip{{Source: "ads1115", Open: open, Channels: pulseAndEDA()}}}
	}
	if _, err := acquire.NewLoop(good()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*acquire.Options){
		"no pacer":                func(o *acquire.Options) { o.Pacer = nil },
		"no emit":                 func(o *acquire.Options) { o.Emit = nil },
		"no chips":                func(o *acquire.Options) { o.Chips = nil },
		"a chip without a name":   func(o *acquire.Options) { o.Chips[0].Source = "" },
		"a chip without Open":     func(o *acquire.Options) { o.Chips[0].Open = nil },
		"a chip without channels": func(o *acquire.Options) { o.Chips[0].Channels = nil },
		"no rate":                 func(o *acquire.Options) { o.Chips[0].Channels[0].Rate = 0 },
		"a rate that is NaN":      func(o *acquire.Options) { o.Chips[0].Channels[0].Rate = math.NaN() },
		"a rate of a megahertz":   func(o *acquire.Options) { o.Chips[0].Channels[0].Rate = 1e6 },
		"a negative input":        func(o *acquire.Options) { o.Chips[0].Channels[0].Input = -1 },
		"crossed clip limits":     func(o *acquire.Options) { o.Chips[0].Channels[0].ClipLow = 1 },
		"a negative standstill":   func(o *acquire.Options) { o.Chips[0].Channels[0].Frozen = -1 },
		"one channel twice":       func(o *acquire.Options) { o.Chips[0].Channels[1].Channel = pulseA },
	} {
		o := good()
		spoil(&o)
		if _, err := acquire.NewLoop(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkLoopSecond(b *testing.B) {
	r := newRig(b, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
	r.tape.keep = false
	b.ReportAllocs()
	for b.Loop() {
		r.until(r.clock.Now() + time.Second)
	}
	b.ReportMetric(float64(r.clock.Now())/float64(b.Elapsed()), "times_real_time")
}

// stopped is a clock that stands still for a while just before some transfers reach the chip, as a thread does whose processor others took.
type stopped struct {
	acquire.Converter
	clock *acquire.VirtualPacer
	each  int // Begins between two stops
	n     int
}

func (s *stopped) Begin(ch int) error {
	if s.n++; s.n%s.each == 0 {
		s.clock.Advance(3 * time.Millisecond)
	}
	return s.Converter.Begin(ch)
}

func TestAThreadThatIsStoppedBeforeItsTransferCostsNoConversion(t *testing.T) {
	clock := &acquire.VirtualPacer{}
	bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
	chip, err := sim.NewADS1x15(sim.ADSOptions{Input: distinct, ClockError: -0.1})
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(0x48, chip)
	loop, err := acquire.NewLoop(acquire.Options{
		Chips: []acquire.Chip{{Source: "ads1115", Channels: pulseAndEDA(), Open: func() (acquire.Converter, error) {
			dev, err := ads1x15.New(bus, 0x48, ads1x15.Options{})
			return &stopped{Converter: dev, clock: clock, each: 20}, err
		}}},
		Emit: func(dsp.Block) {}, Pacer: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	for clock.Now() < 10*time.Second {
		loop.Step()
	}
	if c := loop.Counters(); c.Errors > 0 || c.Samples < 2400 {
		t.Errorf("%+v", c)
	}
}

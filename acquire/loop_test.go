package acquire_test

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"hubd/acquire"
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

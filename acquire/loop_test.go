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
	for _, off := range []float64{-0.1, 0, 0.1} {
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
		r.until(time.Hour)
		if n[0] < 250*3600-2 || n[0] > 250*3600 || n[1] < 25*3600-2 || n[1] > 25*3600 {
			t.Errorf("clock %+g: %d pulse and %d EDA samples in an hour, want 900000 and 90000", off, n[0], n[1])
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
			if spacing := s.T - got[k].T; (spacing > 6*time.Millisecond) != s.Flags.Has(dsp.FlagGap) {
				t.Fatalf("lead %d: %s after the last sample, flags %b", i, spacing, s.Flags)
			}
			if math.Abs(s.Volts-distinct(i, s.T)) > 1e-3 {
				t.Fatalf("lead %d: %g V at %s", i, s.Volts, s.T)
			}
		}
	}
}

func TestABrownOutHealsWithinOneSample(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
		at := time.Duration(rapid.Int64Range(int64(100*time.Millisecond), int64(200*time.Millisecond)).Draw(rt, "at"))
		r.until(at)
		r.set(0, sim.BrownOut, true)
		r.until(500 * time.Millisecond)
		for _, s := range r.tape.samples {
			if math.Abs(s.Volts-distinct(int(s.Channel.Kind), s.T)) > 1e-3 {
				rt.Fatalf("%v: a value from the reset state came through", s)
			}
		}
		if c := r.loop.Counters(); c.Errors > 1 || c.Gaps != c.Errors || len(r.tape.faults) != 0 {
			rt.Fatalf("%+v, faults %v", c, r.tape.faults)
		}
	})
}

func TestASingleNACKIsAGapAndNoFault(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()[:1]}})
	r.until(100 * time.Millisecond)
	r.set(0, sim.NACK, true)
	for r.loop.Counters().Errors == 0 {
		r.loop.Step()
	}
	r.set(0, sim.NACK, false)
	r.until(200 * time.Millisecond)
	gaps := 0
	for _, s := range r.tape.samples {
		if s.Flags.Has(dsp.FlagGap) {
			gaps++
		}
	}
	if gaps != 1 || len(r.tape.faults) != 0 {
		t.Errorf("%d gaps, faults %v", gaps, r.tape.faults)
	}
}

func TestAChipThatStopsAnsweringIsOneFaultAndComesBackWithAGap(t *testing.T) {
	for _, f := range []sim.Fault{sim.NACK, sim.Stuck} {
		t.Run(f.String(), func(t *testing.T) {
			r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
			r.until(time.Second)
			r.set(0, f, true)
			r.until(31 * time.Second)
			if len(r.tape.faults) != 1 || r.tape.faults[0].Reason == "" || r.tape.faults[0].T > 3*time.Second {
				t.Fatalf("faults %v, want one that says what to check", r.tape.faults)
			}
			if r.opens < 7 || r.opens > 20 {
				t.Errorf("opened %d times in 30 s: back-off should double up to 5 s", r.opens)
			}
			samples := len(r.tape.samples)
			r.set(0, f, false)
			r.until(38 * time.Second)
			if len(r.tape.faults) != 2 || r.tape.faults[1].Reason != "" || r.tape.faults[1].Source != r.tape.faults[0].Source {
				t.Fatalf("faults %v, want the end of it", r.tape.faults)
			}
			first := map[dsp.Channel]bool{}
			for _, s := range r.tape.samples[samples:] {
				if s.Flags.Has(dsp.FlagGap) == first[s.Channel] {
					t.Fatalf("%v: exactly the first sample of each channel follows the gap", s)
				}
				first[s.Channel] = true
			}
			if c := r.loop.Counters(); len(first) != 2 || c.Faults != 1 || c.Reopens == 0 {
				t.Errorf("%d channels came back, %+v", len(first), c)
			}
		})
	}
}

func TestBlocksFlowWhileAChipIsAway(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
	r.set(0, sim.NACK, true)
	r.until(time.Minute)
	if r.tape.blocks < 2999 || len(r.tape.samples) != 0 {
		t.Errorf("%d blocks and %d samples in a minute", r.tape.blocks, len(r.tape.samples))
	}
	if len(r.tape.faults) != 1 || r.tape.faults[0].T > time.Second {
		t.Errorf("a chip that never was there: faults %v, want one within a second", r.tape.faults)
	}
	r.set(0, sim.NACK, false)
	r.until(66 * time.Second)
	if len(r.tape.faults) != 2 || len(r.tape.samples) == 0 {
		t.Errorf("it was plugged in: faults %v, %d samples", r.tape.faults, len(r.tape.samples))
	}
}

func TestOneSickChipDoesNotDisturbItsNeighbour(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA(), {{Channel: pulseB, Input: 2, Rate: 250}, {Channel: edaB, Input: 3, Rate: 25}}}})
	r.until(time.Second)
	r.set(0, sim.NACK, true)
	r.until(11 * time.Second)
	for _, s := range r.tape.of(pulseB) {
		if s.Flags != 0 {
			t.Fatalf("%v", s)
		}
	}
	if got := len(r.tape.of(pulseB)); got < 2740 {
		t.Errorf("%d samples of the healthy chip in 11 s", got)
	}
	if len(r.tape.faults) != 1 || r.tape.faults[0].Wearer != 0 || r.tape.faults[0].Source != "ads1115@a" {
		t.Errorf("faults %v", r.tape.faults)
	}
}

func TestAFaultOfAChipOfTwoWearersBelongsToNeither(t *testing.T) {
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{{{Channel: pulseA, Rate: 100}, {Channel: pulseB, Input: 1, Rate: 100}}, {{Channel: edaB, Input: 3, Rate: 25}}}})
	r.set(0, sim.NACK, true)
	r.set(1, sim.NACK, true)
	r.until(2 * time.Second)
	want := map[string]int{"ads1115@a": dsp.SharedWearer, "ads1115@b": 1}
	for _, f := range r.tape.faults {
		if f.Wearer != want[f.Source] {
			t.Errorf("%v, want wearer %d", f, want[f.Source])
		}
	}
	if len(r.tape.faults) != 2 {
		t.Errorf("faults %v", r.tape.faults)
	}
}

func TestAFrozenPulseIsAFaultAndAnOpenElectrodeIsNot(t *testing.T) {
	channels := pulseAndEDA()
	channels[0].Frozen = 2 * time.Second
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{channels}, input: func(input int, t time.Duration) float64 {
		if input == 1 || t > 3*time.Second && t < 10*time.Second {
			return 1.65
		}
		return distinct(input, t)
	}})
	r.until(9 * time.Second)
	if len(r.tape.faults) != 1 || r.tape.faults[0].Reason == "" || r.tape.faults[0].Source != "ads1115@a, input 0" || r.tape.faults[0].T.Round(100*time.Millisecond) != 5*time.Second {
		t.Fatalf("faults %v, want input 0 at 5 s", r.tape.faults)
	}
	r.until(12 * time.Second)
	if len(r.tape.faults) != 2 || r.tape.faults[1].Reason != "" {
		t.Fatalf("faults %v", r.tape.faults)
	}
	for i, s := range r.tape.of(pulseA)[1:] {
		before := r.tape.of(pulseA)[i]
		if frozen := s.T > 5100*time.Millisecond && s.T < 9900*time.Millisecond; frozen && !s.Flags.Has(dsp.FlagFault) {
			t.Fatalf("%v lacks the flag", s)
		}
		if before.Flags.Has(dsp.FlagFault) && !s.Flags.Has(dsp.FlagFault|dsp.FlagGap) {
			t.Fatalf("%v follows a standstill without FlagGap", s)
		}
		if i > 1500 {
			break
		}
	}
	for _, s := range r.tape.of(edaA) {
		if s.Flags != 0 {
			t.Fatalf("EDA: %v", s)
		}
	}
}

func TestAFrozenRegisterIsNoticed(t *testing.T) {
	channels := pulseAndEDA()[:1]
	channels[0].Frozen = 2 * time.Second
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{channels}})
	r.until(time.Second)
	r.set(0, sim.Frozen, true)
	r.until(4 * time.Second)
	if len(r.tape.faults) != 1 {
		t.Errorf("faults %v", r.tape.faults)
	}
}

func TestAValueAtARailIsClippedAndNotFrozen(t *testing.T) {
	channels := pulseAndEDA()[:1]
	channels[0].Frozen, channels[0].ClipLow, channels[0].ClipHigh = time.Second, 0.01, 3.29
	for name, volts := range map[string]float64{"at the supply": 4, "at ground": 0} {
		r := newRig(t, rigOptions{channels: [][]acquire.Channel{channels}, input: func(int, time.Duration) float64 { return volts }})
		r.until(5 * time.Second)
		if len(r.tape.faults) != 0 || len(r.tape.samples) == 0 {
			t.Errorf("%s: %d samples, faults %v", name, len(r.tape.samples), r.tape.faults)
		}
		for _, s := range r.tape.samples {
			if s.Flags != dsp.FlagClip {
				t.Fatalf("%s: %v", name, s)
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
			if k > 0 && (s.T-pulse[k-1].T > 6*time.Millisecond) != s.Flags.Has(dsp.FlagGap) {
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

func TestAnAbsentPortIsLookedForAgain(t *testing.T) {
	r, port, _ := mcpRig(t, acquire.Channel{Channel: pulseA, Rate: 250})
	if err := port.Set(sim.Absent, true); err != nil {
		t.Fatal(err)
	}
	r.until(10 * time.Second)
	if err := port.Set(sim.Absent, false); err != nil {
		t.Fatal(err)
	}
	r.until(16 * time.Second)
	if len(r.tape.faults) != 2 || len(r.tape.samples) < 200 {
		t.Errorf("faults %v, %d samples", r.tape.faults, len(r.tape.samples))
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

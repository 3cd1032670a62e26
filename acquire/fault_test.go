package acquire_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/sim"
	"hubd/dsp"
)

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
		switch {
		case input == 1:
			return 1.65
		case t > 3*time.Second && t < 10*time.Second:
			return 1.2
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

func TestAStuckChipTellsNothingOfTheSkinEither(t *testing.T) {
	channels := pulseAndEDA()
	channels[0].Frozen = 2 * time.Second
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{channels}})
	r.until(time.Second)
	r.set(0, sim.Frozen, true)
	r.until(9 * time.Second)
	r.set(0, sim.Frozen, false)
	r.until(12 * time.Second)
	for _, s := range r.tape.of(edaA) {
		switch {
		case s.T > 3200*time.Millisecond && s.T < 9*time.Second && !s.Flags.Has(dsp.FlagFault):
			t.Fatalf("%v lacks the flag", s)
		case s.T > 9200*time.Millisecond && s.Flags != 0:
			t.Fatalf("%v after the chip moved again", s)
		}
	}
	if len(r.tape.faults) != 4 {
		t.Errorf("faults %v: want one of each input, and their ends", r.tape.faults)
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

// endless is a converter whose conversions never end.
type endless struct{ begun, finished int }

func (e *endless) Begin(int) error { e.begun++; return nil }
func (e *endless) ConversionTime() (typ, max time.Duration) {
	return time.Millisecond, 1200 * time.Microsecond
}
func (e *endless) Finish() (code int32, done bool, err error) { e.finished++; return 0, false, nil }
func (e *endless) Volts(int, int32) float64                   { return 0 }

func TestAConversionThatNeverEndsIsAskedThriceAndThenAFault(t *testing.T) {
	clock := &acquire.VirtualPacer{}
	conv, out := &endless{}, tape{}
	loop, err := acquire.NewLoop(acquire.Options{Pacer: clock, Emit: out.take, Chips: []acquire.Chip{{
		Source: "ads1115", Channels: pulseAndEDA()[:1], Open: func() (acquire.Converter, error) { return conv, nil }}}})
	if err != nil {
		t.Fatal(err)
	}
	for loop.Counters().Faults == 0 && clock.Now() < time.Second {
		loop.Step()
	}
	for range 3 { // until the Block that tells
		loop.Step()
	}
	if conv.begun != 3 || conv.finished != 3*conv.begun {
		t.Errorf("%d conversions begun, asked %d times", conv.begun, conv.finished)
	}
	if len(out.faults) != 1 || loop.Counters().Samples != 0 {
		t.Errorf("faults %v, %+v", out.faults, loop.Counters())
	}
}

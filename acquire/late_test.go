package acquire_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/dsp"
)

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

// slow is a pacer whose sleeps oversleep now and then, as on a busy Pi.
type slow struct {
	*acquire.VirtualPacer
	over func() time.Duration
}

func (s slow) SleepUntil(t time.Duration) { s.VirtualPacer.SleepUntil(t + s.over()) }

func TestASleepyMachineGivesMeasuredTimesFlagsAndNoInventedSamples(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		late := rapid.SliceOfN(rapid.Int64Range(0, int64(12*time.Millisecond)), 1, 20).Draw(rt, "late")
		i := 0
		r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}, over: func() time.Duration {
			i++
			return time.Duration(late[i%len(late)])
		}})
		r.until(2 * time.Second)
		pulse := r.tape.of(pulseA)
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
	for over, want := range map[time.Duration]bool{4 * time.Millisecond: false, 6 * time.Millisecond: true} {
		r := newRig(t, rigOptions{channels: [][]acquire.Channel{{{Channel: pulseA, Rate: 100}}}, over: func() time.Duration { return over }})
		r.until(time.Second)
		for _, s := range r.tape.samples[1:] {
			if s.Flags.Has(dsp.FlagLate) != want {
				t.Fatalf("begun %s after a grid point 10 ms apart: flags %b", over, s.Flags)
			}
		}
		if got := r.loop.Counters(); got.LatenessMax < over || got.Lateness == [acquire.LatenessBuckets]uint64{} {
			t.Errorf("%+v", got)
		}
	}
}

// stopped is a converter that some transfers reach late, as they do from a thread whose processor others took.
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
	r := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}, errors: []float64{-0.1}, stops: 20})
	r.until(10 * time.Second)
	if c := r.loop.Counters(); c.Errors > 0 || c.Samples < 2400 {
		t.Errorf("%+v", c)
	}
}

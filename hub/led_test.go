package hub

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/drivers/gpioline"
	"hubd/drivers/sim"
	"hubd/dsp"
)

// shining is a sensing light in virtual time, with sensors that a test turns on and off.
type shining struct {
	led     *led
	gpio    *sim.GPIO
	clock   time.Duration
	every   time.Duration // a sample; 0: none comes
	samples uint64
	off     bool // everybody is paused
	lent    bool // a bus is borrowed, and somebody is read on it
	faults  []dsp.Fault
	late    func() time.Duration // of each wake-up
	lit     time.Duration        // so far
}

func newShining(share float64) *shining {
	s := &shining{late: func() time.Duration { return 0 }}
	now := func() time.Duration { return s.clock }
	s.gpio = sim.NewGPIO(sim.GPIOOptions{Names: sim.HeaderNames(), Persist: true}, now, func(d time.Duration) { s.clock += d })
	s.led = &led{
		header: header{kernel: s.gpio}, line: lamp, dim: dimmer{share: share}, pacer: s, now: now, random: rand.New(rand.NewPCG(1, 2)),
		read: func() uint64 {
			if s.every > 0 && !s.off {
				s.samples = uint64(s.clock / s.every)
			}
			return s.samples
		},
		paused: func() bool { return s.off },
		lent:   func() bool { return s.lent },
		fault:  func(f dsp.Fault) { s.faults = append(s.faults, f) },
	}
	s.led.came = -ledHold
	return s
}

func (s *shining) Now() time.Duration { return s.clock }

func (s *shining) SleepUntil(t time.Duration) {
	before := s.clock
	s.clock = max(s.clock, t+s.late())
	if s.shines() {
		s.lit += s.clock - before
	}
}

func (s *shining) shines() bool { return s.gpio.Line(lamp).Driven() }

// pass gives the share of a while in which it was lit.
func (s *shining) pass(d time.Duration) float64 {
	from, lit := s.clock, s.lit
	for s.clock < from+d {
		s.led.step()
	}
	return float64(s.lit-lit) / float64(s.clock-from)
}

// dark lets time pass until it is dark for good, and gives how long that took.
func (s *shining) dark(within time.Duration) time.Duration {
	from, last := s.clock, s.clock
	for s.clock < from+within {
		s.led.step()
		if s.shines() {
			last = s.clock
		}
	}
	return last - from
}

func TestTheLightTellsTheTruth(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(s *shining)
		most time.Duration // until it is dark
	}{
		{"a pause puts it out", func(s *shining) { s.off = true }, 50 * time.Millisecond},
		{"sensors that stop put it out", func(s *shining) { s.every = 0 }, 450 * time.Millisecond},
		{"its chip is pulled out", func(s *shining) { _ = s.gpio.Set(sim.Unplugged, true) }, 50 * time.Millisecond},
	} {
		for _, share := range []float64{1, 0.2, 0.01} {
			t.Run(row.name, func(t *testing.T) {
				s := newShining(share)
				if s.pass(2*time.Second) > 0 {
					t.Fatal("lit before a sample came")
				}
				s.every = 250 * time.Millisecond // the slowest sensor there can be
				s.pass(time.Second)
				if got := s.pass(10 * time.Second); math.Abs(got-share) > 0.02*share+0.001 {
					t.Fatalf("lit %.4f of the time, want %.4f", got, share)
				}
				row.act(s)
				if took := s.dark(2 * time.Second); took > row.most {
					t.Errorf("dark after %s, want %s", took, row.most)
				}
			})
		}
	}
}

func TestTheLightIsDarkAfterHubdEnded(t *testing.T) {
	s := newShining(1)
	s.every = 4 * time.Millisecond
	s.pass(time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if !s.shines() {
		t.Fatal("not lit")
	}
	s.led.run(ctx)
	if s.shines() || s.gpio.Descriptors() != 0 {
		t.Errorf("lit %v, %d descriptors open", s.shines(), s.gpio.Descriptors())
	}
}

func TestALightThatIsNotThereIsAFaultUntilItIs(t *testing.T) {
	s := newShining(0.2)
	s.every = 4 * time.Millisecond
	_ = s.gpio.Line(lamp).Set(sim.Busy, true)
	s.pass(20 * time.Second)
	if len(s.faults) != 1 || s.faults[0].Wearer != dsp.NoWearer || s.faults[0].Source != "sensing light on "+lamp {
		t.Fatalf("faults %v", s.faults)
	}
	_ = s.gpio.Line(lamp).Set(sim.Busy, false)
	s.pass(5 * time.Second)
	if len(s.faults) != 2 || s.faults[1].Reason != "" || s.pass(time.Second) == 0 {
		t.Errorf("faults %v, then lit %v of the time", s.faults, s.pass(time.Second))
	}
}

func TestABusyMachineMakesTheLightNoBrighter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0.01, 0.9).Draw(t, "share")
		late := time.Duration(rapid.IntRange(0, 1000).Draw(t, "late by up to µs")) * time.Microsecond
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		s := newShining(share)
		s.late = func() time.Duration { return time.Duration(random.Float64() * float64(late)) }
		s.every = 4 * time.Millisecond
		s.pass(time.Second)
		if got := s.pass(10 * time.Second); math.Abs(got-share) > 0.01+0.02*share {
			t.Fatalf("lit %.4f of the time, want %.4f", got, share)
		}
	})
}

func TestALightThatACrashLeftLitIsPutOut(t *testing.T) {
	s := newShining(1)
	s.every = 4 * time.Millisecond
	s.pass(time.Second)
	if err := dark(s.gpio, lamp); !errors.Is(err, gpioline.ErrBusy) {
		t.Errorf("while the daemon runs: %v, want that the line is in use", err)
	}
	s.gpio.Crash()
	if !s.shines() {
		t.Fatal("this kernel lets go of outputs: there is nothing to put out")
	}
	if err := dark(s.gpio, lamp); err != nil || s.shines() || s.gpio.Descriptors() != 0 {
		t.Errorf("%v, lit %v, %d descriptors open", err, s.shines(), s.gpio.Descriptors())
	}
	if err := dark(s.gpio, ""); err != nil {
		t.Errorf("without a light: %v", err)
	}
}

func TestTheLightIsLitWhileABorrowerReadsSomebodyAlsoWhereAllArePaused(t *testing.T) {
	s := newShining(1)
	s.off = true
	if got := s.pass(time.Second); got > 0 {
		t.Fatalf("lit for %g of the time while nobody is sensed", got)
	}
	s.lent = true
	if got := s.pass(time.Second); got < 0.9 {
		t.Errorf("lit for %g of the time while a borrower reads", got)
	}
	s.lent = false
	if got := s.dark(time.Second); got > 300*time.Millisecond {
		t.Errorf("still lit after %v", got)
	}
}

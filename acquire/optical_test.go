package acquire_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/max3010x"
	"hubd/drivers/sim"
	"hubd/dsp"
)

var redA = dsp.Channel{Wearer: 0, Kind: dsp.ChannelPulse, Lead: 1}

// second is the part of a second that a light tells: 0.3…0.7 of the range at 7 mA, in steps of 10 µs.
func second(_ int, t time.Duration) float64 {
	_, part := math.Modf(t.Seconds())
	return (0.3 + 0.4*part) * 4096 / 7
}

// timeError is how far a sample's time is from the time that its light tells, in s.
func timeError(s dsp.Sample) float64 {
	_, part := math.Modf(s.T.Seconds())
	off := part - (s.Volts-0.3)/0.4
	return off - math.Round(off)
}

// glow is a loop on one simulated pulse chip in virtual time, whose machine oversleeps.
type glow struct {
	t      testing.TB
	clock  acquire.VirtualPacer
	bus    *sim.I2C
	chip   *sim.MAX3010x
	tape   tape
	loop   *acquire.Loop
	opens  int
	paused bool
	over   func() time.Duration
}

func newGlow(t testing.TB, rate int, s sim.MAXOptions, over func() time.Duration) *glow {
	t.Helper()
	g := &glow{t: t, tape: tape{keep: true}, over: over}
	if s.Light == nil {
		s.Light = second
	}
	g.bus = sim.NewI2C("i2c 1", g.clock.Now, g.clock.Advance)
	chip, err := sim.NewMAX3010x(s)
	if err != nil {
		t.Fatal(err)
	}
	g.chip = chip
	g.bus.Attach(max3010x.Address, chip)
	g.loop, err = acquire.NewLoop(acquire.Options{
		Bus: "i2c", Emit: g.tape.take, Seed: 1, Paused: func(uint8) bool { return g.paused },
		Pacer: slow{&g.clock, func() time.Duration {
			if g.over == nil {
				return 0
			}
			return g.over()
		}},
		Optical: []acquire.Optical{{Source: "max30102@57 on I2C 1", Frozen: 3 * time.Second, Open: func() (*max3010x.Dev, error) {
			g.opens++
			return max3010x.New(g.bus, max3010x.Options{Rate: rate, InfraredFirst: s.Swapped})
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *glow) until(t time.Duration) {
	g.t.Helper()
	for g.clock.Now() < t {
		g.loop.Step()
	}
	if g.tape.wrong != nil {
		g.t.Fatal(g.tape.wrong)
	}
}

func (g *glow) set(f sim.Fault, on bool) {
	g.t.Helper()
	if err := g.chip.Set(f, on); err != nil {
		g.t.Fatal(err)
	}
}

// lateness is mostly little, and now and then up to a most.
func lateness(seed uint64, most time.Duration) func() time.Duration {
	r := rand.New(rand.NewPCG(seed, 1))
	return func() time.Duration {
		if r.IntN(20) > 0 {
			return time.Duration(r.ExpFloat64() * float64(100*time.Microsecond))
		}
		return time.Duration(r.Float64() * float64(most))
	}
}

// hours is the length of the long run: HUBD_HOURS=24 for the whole day and night.
func hours(t *testing.T) time.Duration {
	h := 0.5
	if text := os.Getenv("HUBD_HOURS"); text != "" {
		var err error
		if h, err = strconv.ParseFloat(text, 64); err != nil {
			t.Fatal(err)
		}
	} else if testing.Short() {
		h = 0.05
	}
	return time.Duration(h * float64(time.Hour))
}

func TestPollsUpToAQuarterSecondLateLoseNothingAndKeepTheTime(t *testing.T) {
	for i, off := range []float64{-0.05, -0.013, 0, 0.00001, 0.05, -0.1, 0.1} {
		t.Run(fmt.Sprintf("clock %+g", off), func(t *testing.T) {
			most := 250 * time.Millisecond
			if off > 0.05 {
				most = 200 * time.Millisecond // 32 samples last no longer
			}
			g := newGlow(t, 100, sim.MAXOptions{ClockError: off, ClockSwing: 1e-4}, lateness(uint64(i), most))
			g.tape.keep = false
			const settled = 30 * time.Second
			var n uint64
			worst, least, first := math.Inf(-1), math.Inf(1), 0.0
			g.tape.check = func(s dsp.Sample) {
				if s.Channel != pulseA {
					return
				}
				n++
				if s.Flags != 0 {
					t.Fatalf("%v", s)
				}
				e := timeError(s)
				if s.T > settled {
					worst, least = max(worst, e), min(least, e)
				} else {
					first = max(first, math.Abs(e))
				}
			}
			g.until(hours(t))
			taken, lost := g.chip.Made()
			if lost != 0 || n > taken || taken-n > 40 {
				t.Errorf("%d samples, %d taken, %d lost", n, taken, lost)
			}
			t.Logf("%d samples, %.2f to %.2f ms, at first %.2f ms", n, 1e3*least, 1e3*worst, 1e3*first)
			if worst > 1e-3 || least < -1e-3 {
				t.Errorf("sample times are %.2f to %.2f ms off, want within 1 ms", 1e3*least, 1e3*worst)
			}
			if first > 5e-3 {
				t.Errorf("at first sample times are %.2f ms off", 1e3*first)
			}
		})
	}
}

// A machine that is late by up to a second loses samples, at any rate; each hole is told, and no sample comes twice.
func TestEveryLossIsAGapAndNoSampleComesTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.SampledFrom([]int{50, 100, 200, 400}).Draw(rt, "rate")
		off := rapid.Float64Range(-0.1, 0.1).Draw(rt, "clock")
		most := time.Duration(rapid.Int64Range(int64(50*time.Millisecond), int64(1200*time.Millisecond)).Draw(rt, "most"))
		s := sim.MAXOptions{ClockError: off, ClockSwing: 1e-4, NoFlags: rapid.Bool().Draw(rt, "no flags"), Swapped: rapid.Bool().Draw(rt, "swapped")}
		late := lateness(rapid.Uint64().Draw(rt, "seed"), most)
		g := newGlow(t, rate, s, nil)
		g.until(20 * time.Second)
		g.over = late
		g.until(80 * time.Second)
		period := 1 / (float64(rate) * (1 + off))
		samples := g.tape.of(pulseA)
		for i, s := range samples {
			if e := timeError(s); math.Abs(e) > max(1.5e-3, 0.15*period) && s.T > 20*time.Second {
				rt.Fatalf("%v is %.2f ms off", s, 1e3*e)
			}
			if i == 0 {
				continue
			}
			steps := (s.T - samples[i-1].T).Seconds() / period
			if whole := math.Round(steps); whole < 1 || s.Flags.Has(dsp.FlagGap) != (whole > 1) && s.T > 20*time.Second {
				rt.Fatalf("%v comes %.2f periods after the last one", s, steps)
			}
		}
		taken, lost := g.chip.Made()
		if lost > 0 && g.loop.Counters().Lost == 0 {
			rt.Fatalf("%d of %d samples lost, and the loop saw none", lost, taken)
		}
		if len(g.tape.faults) != 0 || g.opens != 1 {
			rt.Fatalf("faults %v, opened %d times: an overflow is no fault", g.tape.faults, g.opens)
		}
	})
}

func TestAPulseChipThatAilsIsToldOnceAndComesBack(t *testing.T) {
	for _, f := range []sim.Fault{sim.NACK, sim.Stuck, sim.StuckFIFO, sim.Unplugged} {
		t.Run(f.String(), func(t *testing.T) {
			g := newGlow(t, 100, sim.MAXOptions{ClockError: 0.03}, nil)
			g.until(40 * time.Second)
			g.set(f, true)
			at := g.clock.Now()
			g.until(60 * time.Second)
			faults := g.tape.faults
			if len(faults) != 1 || faults[0].Reason == "" || faults[0].T > at+5*time.Second || faults[0].Wearer != 0 {
				t.Fatalf("faults %v, want one within 5 s of %s", faults, at)
			}
			if before := g.tape.of(pulseA); before[len(before)-1].T > at+time.Second {
				t.Errorf("a sample of %s came from a chip that ailed from %s on", before[len(before)-1].T, at)
			}
			if g.opens > 16 {
				t.Errorf("opened %d times in 20 s", g.opens)
			}
			n := len(g.tape.of(pulseA))
			g.set(f, false)
			back := g.clock.Now()
			g.until(75 * time.Second)
			if f := g.tape.faults; len(f) != 2 || f[1].Reason != "" || f[1].T > back+5*time.Second {
				t.Fatalf("faults %v, want an end soon after %s", f, back)
			}
			after := g.tape.of(pulseA)[n:]
			if !after[0].Flags.Has(dsp.FlagGap) || after[1].Flags != 0 {
				t.Errorf("it came back with %v, %v", after[0], after[1])
			}
			for _, s := range after {
				if e := timeError(s); math.Abs(e) > 6e-3 || math.Abs(e) > 1e-3 && s.T > after[0].T+5*time.Second {
					t.Fatalf("%v is %.2f ms off", s, 1e3*e)
				}
			}
		})
	}
}

func TestABrownOutOfAPulseChipHealsAtOnceAndIsAGap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := newGlow(t, 100, sim.MAXOptions{ClockError: -0.02}, nil)
		at := 5*time.Second + time.Duration(rapid.Int64Range(0, int64(200*time.Millisecond)).Draw(rt, "at"))
		g.until(at)
		g.set(sim.BrownOut, true)
		g.until(10 * time.Second)
		if g.opens != 1 || len(g.tape.faults) != 0 || g.loop.Counters().Errors != 1 {
			rt.Fatalf("opened %d times, faults %v, %+v", g.opens, g.tape.faults, g.loop.Counters())
		}
		gaps := 0
		samples := g.tape.of(pulseA)
		for i, s := range samples[1:] {
			before := samples[i]
			if s.Flags.Has(dsp.FlagGap) {
				gaps++
			} else if s.T-before.T > 15*time.Millisecond {
				rt.Fatalf("%s without a gap", s.T-before.T)
			}
			if math.Abs(timeError(s)) > 6e-3 {
				rt.Fatalf("%v is off by %g s: a value of the reset state came through", s, timeError(s))
			}
		}
		if last := samples[len(samples)-1].T; gaps != 1 || last < 9900*time.Millisecond {
			rt.Fatalf("%d gaps, last sample at %s", gaps, last)
		}
	})
}

// Whatever goes wrong, at whatever moment, for however long: nothing false is told, a lasting fault is told within 5 s, all is well within
// 5 s of its end, and nobody spins meanwhile.
func TestAnyFaultAtAnyMomentIsToldAndHealed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		off := rapid.Float64Range(-0.1, 0.1).Draw(rt, "clock")
		g := newGlow(t, 100, sim.MAXOptions{ClockError: off}, lateness(rapid.Uint64().Draw(rt, "seed"), 50*time.Millisecond))
		f := rapid.SampledFrom([]sim.Fault{sim.NACK, sim.Stuck, sim.StuckFIFO, sim.Unplugged, sim.BrownOut, sim.Absent}).Draw(rt, "fault")
		set := func(on bool) error {
			if f == sim.Absent {
				return g.bus.Set(f, on)
			}
			return g.chip.Set(f, on)
		}
		from := 20*time.Second + time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(rt, "from"))
		lasts := time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(20*time.Second)).Draw(rt, "lasts"))
		g.until(from)
		if err := set(true); err != nil {
			rt.Fatal(err)
		}
		steps := 0
		for from = g.clock.Now(); g.clock.Now() < from+lasts; steps++ {
			g.loop.Step()
		}
		if most := int(lasts/acquire.BlockPeriod)*4 + 20; steps > most {
			rt.Fatalf("%d steps in %s: that is spinning", steps, lasts)
		}
		if err := set(false); err != nil {
			rt.Fatal(err)
		}
		end := g.clock.Now()
		g.until(end + 5*time.Second)
		samples := g.tape.of(pulseA)
		if last := samples[len(samples)-1].T; last < g.clock.Now()-400*time.Millisecond {
			rt.Fatalf("%s from %s for %s: the last sample is of %s", f, from, lasts, last)
		}
		for i, s := range samples {
			if math.Abs(timeError(s)) > 8e-3 {
				rt.Fatalf("%s from %s to %s: %v is %.1f ms off", f, from, end, s, 1e3*timeError(s))
			}
			if i > 0 && (s.T-samples[i-1].T).Seconds() > 0.016/(1+off) && !s.Flags.Has(dsp.FlagGap) {
				rt.Fatalf("%s from %s to %s: %s without a gap at %s", f, from, end, s.T-samples[i-1].T, s.T)
			}
		}
		faults := g.tape.faults
		if len(faults)%2 != 0 || len(faults) > 2 || len(faults) == 2 && (faults[0].Reason == "" || faults[1].Reason != "" || faults[0].T > from+5*time.Second) {
			rt.Fatalf("%s from %s to %s: faults %v", f, from, end, faults)
		}
		if len(faults) == 0 && lasts > 5*time.Second && f != sim.BrownOut {
			rt.Fatalf("%s for %s and no word of it", f, lasts)
		}
	})
}

func TestAPausePutsTheLightOutAndResumingIsAGap(t *testing.T) {
	g := newGlow(t, 100, sim.MAXOptions{}, nil)
	g.until(2 * time.Second)
	g.paused = true
	at := g.clock.Now()
	for lit := true; lit; {
		g.loop.Step()
		red, infrared := g.chip.Lit()
		lit = red+infrared > 0
	}
	if dark := g.clock.Now() - at; dark > 100*time.Millisecond {
		t.Errorf("the light went out %s after the pause", dark)
	}
	g.until(10 * time.Second)
	before := g.tape.of(pulseA)
	if last := before[len(before)-1].T; last > at {
		t.Errorf("paused at %s, sample of %s", at, last)
	}
	if g.tape.blocks < 495 || g.tape.until < 9900*time.Millisecond {
		t.Errorf("%d blocks up to %s: they must flow during a pause", g.tape.blocks, g.tape.until)
	}
	g.paused = false
	g.until(12 * time.Second)
	after := g.tape.of(pulseA)[len(before):]
	if len(after) < 180 || !after[0].Flags.Has(dsp.FlagGap) || after[1].Flags.Has(dsp.FlagGap) || len(g.tape.faults) != 0 {
		t.Errorf("after the pause: %d samples, %v, faults %v", len(after), after[:2], g.tape.faults)
	}
}

func TestAChipThatAnEarlierRunLeftLitIsPutOutThoughItsWearerIsPaused(t *testing.T) {
	for _, absent := range []time.Duration{0, 10 * time.Second} {
		g := newGlow(t, 100, sim.MAXOptions{}, nil)
		before, err := max3010x.New(g.bus, max3010x.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := before.Restart(); err != nil {
			t.Fatal(err)
		}
		g.paused = true
		g.set(sim.NACK, absent > 0)
		g.until(absent)
		g.set(sim.NACK, false)
		g.until(absent + 2500*time.Millisecond)
		if red, infrared := g.chip.Lit(); red != 0 || infrared != 0 {
			t.Errorf("away for %s: lit with %g and %g mA", absent, red, infrared)
		}
		if len(g.tape.faults) != 0 || len(g.tape.samples) != 0 || g.opens > 8 {
			t.Errorf("away for %s: faults %v, %d samples, opened %d times", absent, g.tape.faults, len(g.tape.samples), g.opens)
		}
		g.paused = false
		g.until(absent + 4*time.Second)
		if n := len(g.tape.of(pulseA)); n < 100 {
			t.Errorf("away for %s: %d samples after the pause", absent, n)
		}
	}
}

func TestTheLightGoesOutWhenTheLoopEnds(t *testing.T) {
	g := newGlow(t, 100, sim.MAXOptions{}, nil)
	g.until(time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g.loop.Run(ctx)
	if red, infrared := g.chip.Lit(); red != 0 || infrared != 0 {
		t.Errorf("still lit with %g and %g mA", red, infrared)
	}
}

func TestASensorOnTheTableIsALeadOffAndNoFault(t *testing.T) {
	worn := false
	g := newGlow(t, 100, sim.MAXOptions{Light: func(led int, t time.Duration) float64 {
		if worn {
			return second(led, t)
		}
		return 0
	}}, nil)
	g.until(10 * time.Second)
	for _, s := range g.tape.samples {
		if s.Flags != dsp.FlagLeadOff {
			t.Fatalf("%v on the table", s)
		}
	}
	worn = true
	at := g.clock.Now()
	g.until(12 * time.Second)
	for _, s := range g.tape.samples {
		if off := s.Flags.Has(dsp.FlagLeadOff); off != (s.T < at) && (s.T-at).Abs() > 20*time.Millisecond {
			t.Fatalf("put on at %s: %v", at, s)
		}
	}
	if len(g.tape.faults) != 0 {
		t.Errorf("faults %v", g.tape.faults)
	}
}

func TestAFrozenPulseChipIsTold(t *testing.T) {
	g := newGlow(t, 100, sim.MAXOptions{}, nil)
	g.until(2 * time.Second)
	g.set(sim.Frozen, true)
	g.until(6 * time.Second)
	g.set(sim.Frozen, false)
	g.until(7 * time.Second)
	if f := g.tape.faults; len(f) != 4 || f[0].Reason == "" || f[2].Reason != "" {
		t.Errorf("faults %v, want both LEDs' and their ends", f)
	}
}

func TestASwappedBoardGivesEachLightItsOwnLead(t *testing.T) {
	for _, swapped := range []bool{false, true} {
		g := newGlow(t, 100, sim.MAXOptions{Swapped: swapped, Light: func(led int, _ time.Duration) float64 {
			return []float64{200, 300}[led] // red, infrared
		}}, nil)
		g.until(time.Second)
		for c, want := range map[dsp.Channel]float64{pulseA: 300 * 7.0 / 4096, redA: 200 * 7.0 / 4096} {
			for _, s := range g.tape.of(c) {
				if math.Abs(s.Volts-want) > 1e-4 {
					t.Fatalf("swapped %t: %v, want %g", swapped, s, want)
				}
			}
		}
	}
}

func TestASkinSensorOnTheSameBusKeepsItsTimes(t *testing.T) {
	g := newGlow(t, 100, sim.MAXOptions{}, nil)
	chip, err := sim.NewADS1x15(sim.ADSOptions{Input: distinct})
	if err != nil {
		t.Fatal(err)
	}
	g.bus.Attach(0x48, chip)
	g.loop, err = acquire.NewLoop(acquire.Options{
		Bus: "i2c", Emit: g.tape.take, Pacer: &g.clock,
		Chips: []acquire.Chip{{Source: "ads1115", Channels: []acquire.Channel{{Channel: edaA, Input: 1, Rate: 25}},
			Open: func() (acquire.Converter, error) { return ads1x15.New(g.bus, 0x48, ads1x15.Options{}) }}},
		Optical: []acquire.Optical{{Source: "max30102", Open: func() (*max3010x.Dev, error) { return max3010x.New(g.bus, max3010x.Options{}) }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.until(time.Minute)
	if n := len(g.tape.of(edaA)); n < 1495 {
		t.Errorf("%d samples of skin conductance in a minute", n)
	}
	for _, s := range g.tape.of(edaA) {
		if s.Flags != 0 || math.Abs(s.Volts-distinct(1, s.T)) > 2e-3 {
			t.Fatalf("%v, want %g V", s, distinct(1, s.T))
		}
	}
	if n := len(g.tape.of(pulseA)); n < 5990 {
		t.Errorf("%d samples of the pulse in a minute", n)
	}
}

func TestAnOpticalChipThatCannotWorkIsRefused(t *testing.T) {
	open := func() (*max3010x.Dev, error) { return nil, nil }
	for name, o := range map[string][]acquire.Optical{
		"no name":                  {{Open: open}},
		"no way to open it":        {{Source: "max30102"}},
		"a negative time":          {{Source: "max30102", Open: open, Frozen: -1}},
		"two chips for one wearer": {{Source: "one", Open: open}, {Source: "two", Open: open}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := acquire.NewLoop(acquire.Options{Pacer: &acquire.VirtualPacer{}, Emit: func(dsp.Block) {}, Optical: o}); err == nil {
				t.Error("taken")
			}
		})
	}
}

func TestALightThatIsStuckOutsideTheServosBandIsToldToo(t *testing.T) {
	g := newGlow(t, 100, sim.MAXOptions{Light: func(int, time.Duration) float64 { return 0.9 * 4096 / 7 }}, nil) // 90 % of the range at 7 mA
	g.until(100 * time.Millisecond)
	g.set(sim.Frozen, true) // before the servo has brought it into its band: it goes on trying
	g.until(10 * time.Second)
	if f := g.tape.faults; len(f) != 2 || f[0].Reason == "" || f[1].Reason == "" || f[1].T > 5*time.Second {
		t.Errorf("faults %v, want one of each light within 5 s", f)
	}
}

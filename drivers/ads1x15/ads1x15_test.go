package ads1x15_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"
	"periph.io/x/conn/v3/physic"
	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/sim"
)

var _ acquire.Converter = (*ads1x15.Dev)(nil)

// bench is a driver on a simulated chip in virtual time.
type bench struct {
	clock acquire.VirtualPacer
	bus   *sim.I2C
	chip  *sim.ADS1x15
	dev   *ads1x15.Dev
}

func newBench(t testing.TB, o ads1x15.Options, s sim.ADSOptions) *bench {
	t.Helper()
	b := &bench{}
	b.bus = sim.NewI2C("i2c 1", b.clock.Now, b.clock.Advance)
	s.TwelveBit = o.Chip == ads1x15.ADS1015
	if s.Input == nil {
		s.Input = func(input int, _ time.Duration) float64 { return 0.5 * float64(input+1) }
	}
	chip, err := sim.NewADS1x15(s)
	if err != nil {
		t.Fatal(err)
	}
	b.chip = chip
	b.bus.Attach(0x48, chip)
	if b.dev, err = ads1x15.New(b.bus, 0x48, o); err != nil {
		t.Fatal(err)
	}
	return b
}

// convert is one conversion as a caller makes it: wait the longest time, then read.
func (b *bench) convert(ch int) (int32, bool, error) {
	if err := b.dev.Begin(ch); err != nil {
		return 0, false, err
	}
	_, longest := b.dev.ConversionTime()
	b.clock.Advance(longest)
	return b.dev.Finish()
}

func TestTranscriptOfOneConversion(t *testing.T) {
	const addr = 0x48
	bus := &i2ctest.Playback{DontPanic: true, Ops: []i2ctest.IO{
		{Addr: addr, W: []byte{1, 0x43, 0xE3}},            // New: A0, ±4.096 V, single-shot, 860/s, comparator off, not started
		{Addr: addr, W: []byte{1}, R: []byte{0xC3, 0xE3}}, // idle, and ours
		{Addr: addr, W: []byte{1, 0xDB, 0xE3}},            // Begin(1): start, A1, ±0.256 V, the rest as before
		{Addr: addr, W: []byte{1}, R: []byte{0x5B, 0xE3}}, // converting
		{Addr: addr, W: []byte{1}, R: []byte{0xDB, 0xE3}}, // done
		{Addr: addr, W: []byte{0}, R: []byte{0xFF, 0x38}}, // −200
	}}
	dev, err := ads1x15.New(bus, addr, ads1x15.Options{FullScaleVolts: [4]float64{1: 0.256}})
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Begin(1); err != nil {
		t.Fatal(err)
	}
	if _, done, err := dev.Finish(); done || err != nil {
		t.Fatalf("while converting: done %t, error %v", done, err)
	}
	code, done, err := dev.Finish()
	if code != -200 || !done || err != nil {
		t.Fatalf("Finish = %d, %t, %v; want -200", code, done, err)
	}
	if got, want := dev.Volts(1, code), -200*7.8125e-6; math.Abs(got-want) > 1e-12 {
		t.Errorf("Volts = %g, want %g", got, want)
	}
	if err := bus.Close(); err != nil {
		t.Error(err)
	}
}

func TestOptionsTheChipDoesNotHaveAreRefused(t *testing.T) {
	bus := sim.NewI2C("i2c 1", func() time.Duration { return 0 }, nil)
	for name, c := range map[string]struct {
		addr uint16
		o    ads1x15.Options
	}{
		"an address no strap of ADDR gives": {addr: 0x4C},
		"a full scale between the gains":    {addr: 0x48, o: ads1x15.Options{FullScaleVolts: [4]float64{2: 3.3}}},
		"a negative full scale":             {addr: 0x48, o: ads1x15.Options{FullScaleVolts: [4]float64{-2.048}}},
		"a full scale that is no number":    {addr: 0x48, o: ads1x15.Options{FullScaleVolts: [4]float64{math.NaN()}}},
		"a chip outside the family":         {addr: 0x48, o: ads1x15.Options{Chip: 7}},
		"an address where nothing answers":  {addr: 0x49},
	} {
		t.Run(name, func(t *testing.T) {
			if dev, err := ads1x15.New(bus, c.addr, c.o); err == nil {
				t.Errorf("New = %v without an error", dev)
			}
		})
	}
}

func TestEveryInputAndGainGivesItsOwnVoltage(t *testing.T) {
	for _, kind := range []ads1x15.Chip{ads1x15.ADS1115, ads1x15.ADS1015} {
		rapid.Check(t, func(rt *rapid.T) {
			var scales, volts [4]float64
			for i := range scales {
				scales[i] = rapid.SampledFrom([]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256}).Draw(rt, "scale")
				volts[i] = rapid.Float64Range(0, min(3.3, scales[i]*0.999)).Draw(rt, "volts")
			}
			b := newBench(t, ads1x15.Options{Chip: kind, FullScaleVolts: scales}, sim.ADSOptions{
				Input: func(input int, _ time.Duration) float64 { return volts[input] },
			})
			for range 6 {
				ch := rapid.IntRange(0, 3).Draw(rt, "ch")
				code, done, err := b.convert(ch)
				if err != nil || !done {
					rt.Fatalf("%s A%d: done %t, error %v", kind, ch, done, err)
				}
				if got, step := b.dev.Volts(ch, code), b.dev.StepVolts(ch); math.Abs(got-volts[ch]) > 0.51*step+1e-12 {
					rt.Fatalf("%s A%d at ±%g V: %g V, want %g within half a step of %g", kind, ch, scales[ch], got, volts[ch], step)
				}
			}
		})
	}
}

// oneValue is a bus that answers every read of Config as idle with what was written, and of Conversion with one value.
type oneValue struct {
	config     [2]byte
	conversion uint16
}

func (s *oneValue) String() string                  { return "oneValue" }
func (s *oneValue) SetSpeed(physic.Frequency) error { return nil }
func (s *oneValue) Tx(_ uint16, w, r []byte) error {
	if len(w) == 3 {
		s.config = [2]byte{w[1] | 0x80, w[2]}
	}
	if len(r) == 2 && w[0] == 1 {
		copy(r, s.config[:])
	} else if len(r) == 2 {
		r[0], r[1] = byte(s.conversion>>8), byte(s.conversion)
	}
	return nil
}

var _ i2c.Bus = (*oneValue)(nil)

// Upstream left ADS1015 codes shifted by four (hardware notes 1.6).
func TestWalkingBitsArriveUnshiftedAndSigned(t *testing.T) {
	for bit := range 16 {
		raw := uint16(1) << bit
		for _, c := range []struct {
			kind ads1x15.Chip
			want int32
		}{{ads1x15.ADS1115, int32(int16(raw))}, {ads1x15.ADS1015, int32(int16(raw)) >> 4}} {
			dev, err := ads1x15.New(&oneValue{conversion: raw}, 0x48, ads1x15.Options{Chip: c.kind})
			if err != nil {
				t.Fatal(err)
			}
			if err := dev.Begin(0); err != nil {
				t.Fatal(err)
			}
			if got, done, err := dev.Finish(); got != c.want || !done || err != nil {
				t.Errorf("%s, register %#04x: %d, %t, %v; want %d", c.kind, raw, got, done, err, c.want)
			}
		}
	}
}

// Upstream slept for the nominal period and read whatever was there: the last conversion, on a slow chip (1.6).
func TestASlowChipIsWaitedForAndNeverGivesThePreviousConversion(t *testing.T) {
	for _, clock := range []float64{-0.1, 0, 0.1} {
		b := newBench(t, ads1x15.Options{}, sim.ADSOptions{ClockError: clock})
		if _, _, err := b.convert(0); err != nil {
			t.Fatal(err)
		}
		if err := b.dev.Begin(1); err != nil {
			t.Fatal(err)
		}
		for {
			code, done, err := b.dev.Finish()
			if err != nil {
				t.Fatal(err)
			}
			if done {
				if got := b.dev.Volts(1, code); math.Abs(got-1) > 1e-4 {
					t.Errorf("clock %+g: A1 reads %g V, want 1: the value of A0 is 0.5", clock, got)
				}
				break
			}
			b.clock.Advance(10 * time.Microsecond)
		}
	}
}

func TestTheLongestConversionTimeCoversTheSlowestChipAndLittleMore(t *testing.T) {
	for _, kind := range []ads1x15.Chip{ads1x15.ADS1115, ads1x15.ADS1015} {
		b := newBench(t, ads1x15.Options{Chip: kind}, sim.ADSOptions{ClockError: -0.1})
		typ, longest := b.dev.ConversionTime()
		if _, done, err := b.convert(3); !done || err != nil {
			t.Errorf("%s: after %s: done %t, error %v", kind, longest, done, err)
		}
		if longest > typ*10/9+120*time.Microsecond {
			t.Errorf("%s: longest %s for a typical %s", kind, longest, typ)
		}
	}
}

// A reset chip is back at A0 against A1 (2.1, brown-out); upstream would have read that as the channel asked for.
func TestABrownOutAtAnyMomentNeverGivesAValue(t *testing.T) {
	steps := []string{"before Begin", "while converting", "after the conversion"}
	for i, name := range steps {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
			reset := func(at int) {
				if at == i {
					if err := b.chip.Set(sim.BrownOut, true); err != nil {
						t.Fatal(err)
					}
				}
			}
			_, longest := b.dev.ConversionTime()
			reset(0)
			if err := b.dev.Begin(2); err != nil {
				t.Fatal(err)
			}
			b.clock.Advance(longest / 2)
			reset(1)
			b.clock.Advance(longest / 2)
			reset(2)
			code, done, err := b.dev.Finish()
			if i == 0 {
				if volts := b.dev.Volts(2, code); err != nil || math.Abs(volts-1.5) > 1e-4 {
					t.Fatalf("a reset before Begin heals by itself: got %g V, %v", volts, err)
				}
				return
			}
			if !errors.Is(err, ads1x15.ErrChanged) || done {
				t.Fatalf("Finish = %d, %t, %v; want ErrChanged", code, done, err)
			}
			code, _, err = b.convert(2)
			if volts := b.dev.Volts(2, code); err != nil || math.Abs(volts-1.5) > 1e-4 {
				t.Errorf("the next conversion gives %g V, %v; want 1.5", volts, err)
			}
		})
	}
}

// resetBus resets the chip between the n-th and the next transfer.
type resetBus struct {
	*sim.I2C
	chip *sim.ADS1x15
	left int
}

func (r *resetBus) Tx(addr uint16, w, b []byte) error {
	err := r.I2C.Tx(addr, w, b)
	if r.left--; r.left == 0 {
		err = errors.Join(err, r.chip.Set(sim.BrownOut, true))
	}
	return err
}

func TestABrownOutBetweenTheLookAndTheReadIsSeenByItsZero(t *testing.T) {
	b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
	bus := &resetBus{I2C: b.bus, chip: b.chip}
	dev, err := ads1x15.New(bus, 0x48, ads1x15.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Begin(1); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(2 * time.Millisecond)
	bus.left = 1
	if code, done, err := dev.Finish(); !errors.Is(err, ads1x15.ErrChanged) {
		t.Errorf("Finish = %d, %t, %v; want ErrChanged", code, done, err)
	}
}

// A start written while the chip converts does nothing; the register would then show the new input over the old result.
func TestAConversionLeftUnfinishedCannotBeTakenForTheNextChannel(t *testing.T) {
	b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
	if err := b.dev.Begin(0); err != nil {
		t.Fatal(err)
	}
	if err := b.dev.Begin(1); !errors.Is(err, ads1x15.ErrBusy) {
		t.Fatalf("Begin while converting = %v, want ErrBusy", err)
	}
	b.clock.Advance(2 * time.Millisecond)
	code, done, err := b.convert(1)
	if volts := b.dev.Volts(1, code); err != nil || !done || math.Abs(volts-1) > 1e-4 {
		t.Errorf("afterwards A1 gives %g V, %t, %v; want 1", volts, done, err)
	}
}

// A chip left in continuous mode finishes an old conversion first (2.1); at 8 samples a second that is 125 ms.
func TestAChipLeftConvertingByAnotherProgramIsBusyAndThenFine(t *testing.T) {
	b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
	if err := b.bus.Tx(0x48, []byte{1, 0x42, 0x03}, nil); err != nil { // A0, continuous, 8 samples/s
		t.Fatal(err)
	}
	b.clock.Advance(time.Second + time.Millisecond)
	if _, err := ads1x15.New(b.bus, 0x48, ads1x15.Options{}); !errors.Is(err, ads1x15.ErrBusy) {
		t.Fatalf("New on a converting chip = %v, want ErrBusy", err)
	}
	b.clock.Advance(125 * time.Millisecond)
	if _, err := ads1x15.New(b.bus, 0x48, ads1x15.Options{}); err != nil {
		t.Errorf("New a moment later = %v", err)
	}
}

// Upstream ignored errors of a running conversion (1.6); and the errno is hidden, so all errors count alike (1.5).
func TestEveryBusErrorIsReturned(t *testing.T) {
	for _, f := range []sim.Fault{sim.NACK, sim.Stuck} {
		b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
		must := func(on bool) {
			if err := b.chip.Set(f, on); err != nil {
				t.Fatal(err)
			}
		}
		must(true)
		if err := b.dev.Begin(0); err == nil {
			t.Errorf("%s: Begin without an error", f)
		}
		must(false)
		if err := b.dev.Begin(0); err != nil {
			t.Errorf("%s over: Begin = %v", f, err)
		}
		b.clock.Advance(2 * time.Millisecond)
		must(true)
		if code, done, err := b.dev.Finish(); err == nil {
			t.Errorf("%s: Finish = %d, %t without an error", f, code, done)
		}
		if err := b.dev.Check(); err == nil {
			t.Errorf("%s: Check without an error", f)
		}
	}
}

// Upstream hid a goroutine and a ticker (1.6, 2.1 of the style notes). This driver has neither: a bus that nobody calls is silent.
func TestNothingHappensOnTheBusUnlessCalled(t *testing.T) {
	b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
	before := b.clock.Now()
	b.clock.Advance(time.Hour)
	if got := b.clock.Now() - before; got != time.Hour {
		t.Errorf("the bus was busy for %s by itself", got-time.Hour)
	}
	if _, _, err := b.dev.Finish(); err == nil {
		t.Error("Finish without Begin gave no error")
	}
}

// ram is another part at the address, a memory of which only some bits can be written.
type ram struct {
	oneValue
	mask byte
}

func (r *ram) Tx(addr uint16, w, b []byte) error {
	err := r.oneValue.Tx(addr, w, b)
	r.config[1] &= r.mask
	return err
}

// Upstream never looked whether the chip is one (1.6).
func TestAnotherPartAtTheAddressIsRefused(t *testing.T) {
	for bit := range 8 {
		if mask := byte(1) << bit; 0xE3&mask != 0 {
			if _, err := ads1x15.New(&ram{mask: ^mask}, 0x48, ads1x15.Options{}); err == nil {
				t.Errorf("bit %d of the configuration cannot be written, yet New took it for an ADS1115", bit)
			}
		}
	}
}

func TestInputsThatDoNotExistAreErrors(t *testing.T) {
	b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
	for _, ch := range []int{-1, 4} {
		if err := b.dev.Begin(ch); err == nil {
			t.Errorf("Begin(%d) without an error", ch)
		}
		if v := b.dev.StepVolts(ch); v != 0 {
			t.Errorf("StepVolts(%d) = %g", ch, v)
		}
	}
}

func TestAConversionDoesNotAllocate(t *testing.T) {
	b := newBench(t, ads1x15.Options{}, sim.ADSOptions{})
	if n := testing.AllocsPerRun(100, func() {
		if _, _, err := b.convert(1); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func ExampleDev_Finish() {
	var clock acquire.VirtualPacer
	bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
	chip, _ := sim.NewADS1x15(sim.ADSOptions{Input: func(int, time.Duration) float64 { return 1.65 }})
	bus.Attach(0x48, chip)
	dev, err := ads1x15.New(bus, 0x48, ads1x15.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := dev.Begin(0); err != nil {
		fmt.Println(err)
		return
	}
	_, longest := dev.ConversionTime()
	clock.Advance(longest)
	code, done, err := dev.Finish()
	fmt.Printf("%d %t %v %.4f V\n", code, done, err, dev.Volts(0, code))
	// Output: 13200 true <nil> 1.6500 V
}

func BenchmarkConversion(b *testing.B) {
	x := newBench(b, ads1x15.Options{}, sim.ADSOptions{Instant: true})
	b.ReportAllocs()
	for b.Loop() {
		if err := x.dev.Begin(0); err != nil {
			b.Fatal(err)
		}
		if _, done, err := x.dev.Finish(); !done || err != nil {
			b.Fatal(done, err)
		}
	}
}

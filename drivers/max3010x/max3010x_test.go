package max3010x_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"
	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/max3010x"
	"hubd/drivers/sim"
)

// bench is a driver on a simulated chip in virtual time.
type bench struct {
	clock acquire.VirtualPacer
	bus   *sim.I2C
	chip  *sim.MAX3010x
	dev   *max3010x.Dev
}

// skin is light from a finger: half the range at 7 mA.
func skin(int, time.Duration) float64 { return 0.5 * 4096 / 7 }

// counted tells samples apart: each gives the next of 300 levels.
func counted(period time.Duration) sim.Input {
	return func(_ int, t time.Duration) float64 {
		return (0.3 + 0.001*float64(t/period%300)) * 4096 / 7
	}
}

func newBench(t testing.TB, o max3010x.Options, s sim.MAXOptions) *bench {
	t.Helper()
	b := &bench{}
	b.bus = sim.NewI2C("i2c 1", b.clock.Now, b.clock.Advance)
	if s.Light == nil {
		s.Light = skin
	}
	chip, err := sim.NewMAX3010x(s)
	if err != nil {
		t.Fatal(err)
	}
	b.chip = chip
	b.bus.Attach(max3010x.Address, chip)
	if b.dev, err = max3010x.New(b.bus, o); err != nil {
		t.Fatal(err)
	}
	if err := b.dev.Restart(); err != nil {
		t.Fatal(err)
	}
	return b
}

// drain is a look and what waits.
func (b *bench) drain() ([]max3010x.Reading, int, error) {
	at, err := b.dev.Look()
	if err != nil {
		return nil, 0, err
	}
	return b.dev.Drain(nil, at)
}

func TestTranscriptOfAStartAndTwoSamples(t *testing.T) {
	const a = max3010x.Address
	bus := &i2ctest.Playback{DontPanic: true, Ops: []i2ctest.IO{
		{Addr: a, W: []byte{0xFE}, R: []byte{3, 0x15}},                // revision 3, a MAX3010x
		{Addr: a, W: []byte{0x09, 0x40}},                              // reset
		{Addr: a, W: []byte{0x09}, R: []byte{0x40}},                   // under way
		{Addr: a, W: []byte{0x09}, R: []byte{0x00}},                   // over
		{Addr: a, W: []byte{0x09, 0x83}},                              // asleep while it is set
		{Addr: a, W: []byte{0x02, 0, 0}},                              // no interrupts
		{Addr: a, W: []byte{0x0A, 0x2F}},                              // 4096 nA, 400 conversions a second, 411 µs
		{Addr: a, W: []byte{0x0C, 35, 35}},                            // 7 mA each
		{Addr: a, W: []byte{0x08, 0x40}},                              // the mean of 4, no rollover
		{Addr: a, W: []byte{0x04, 0, 0, 0}},                           // an empty FIFO
		{Addr: a, W: []byte{0x00}, R: []byte{0x01, 0}},                // flags cleared
		{Addr: a, W: []byte{0x09, 0x03}},                              // both LEDs
		{Addr: a, W: []byte{0x00}, R: []byte{0x40, 0, 0, 0, 2, 0, 0}}, // Look: two samples
		{Addr: a, W: []byte{0x07}, R: []byte{0x01, 0x00, 0x00, 0x02, 0x00, 0x00, 0xFD, 0x00, 0x01, 0xFF, 0xFF, 0xFF}},
		{Addr: a, W: []byte{0x04}, R: []byte{2, 0, 2}},                     // the read pointer moved
		{Addr: a, W: []byte{0x08}, R: []byte{0x40, 0x03, 0x2F, 9, 35, 35}}, // ours; 0x0B means nothing
	}}
	dev, err := max3010x.New(bus, max3010x.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Restart(); err != nil {
		t.Fatal(err)
	}
	at, err := dev.Look()
	if err != nil || at.Unread() != 2 {
		t.Fatalf("Look: %d, %v", at.Unread(), err)
	}
	got, overflow, err := dev.Drain(nil, at)
	if err != nil || overflow != 0 || len(got) != 2 {
		t.Fatalf("Drain: %v, %d, %v", got, overflow, err)
	}
	for i, want := range [][2]int32{{0x10000, 0x20000}, {0x10001, max3010x.FullScale}} { // the six bits above 18 are nobody's
		if got[i].Red.Code != want[0] || got[i].Infrared.Code != want[1] || !got[i].Finger {
			t.Errorf("sample %d: %+v, want %x", i, got[i], want)
		}
	}
	if got[0].Clip || !got[1].Clip {
		t.Errorf("at the end of the range: %+v", got)
	}
	if err := bus.Close(); err != nil {
		t.Error(err)
	}
}

func TestOptionsOutsideTheDatasheetsTableAreRefused(t *testing.T) {
	legal := map[int]int{69: 1000, 118: 1000, 215: 800, 411: 400} // µs: the highest of hubd's rates
	for _, width := range []int{0, 69, 118, 215, 300, 411, -1} {
		for _, rate := range []int{0, 50, 60, 100, 200, 400, 800, 1000, 1600, 3200, -50} {
			chip, err := sim.NewMAX3010x(sim.MAXOptions{Light: skin})
			if err != nil {
				t.Fatal(err)
			}
			most := legal[width]
			if width == 0 {
				most = legal[411]
			}
			r := rate
			if r == 0 {
				r = 100
			}
			want := false
			for _, known := range max3010x.Rates() {
				want = want || r == known && r <= most
			}
			clock := &acquire.VirtualPacer{}
			bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
			bus.Attach(max3010x.Address, chip)
			if _, err := max3010x.New(bus, max3010x.Options{Rate: rate, PulseMicros: width}); (err == nil) != want {
				t.Errorf("%d/s with %d µs: %v, want taken: %t", rate, width, err, want)
			}
		}
	}
}

// Boards set to a rate that their pulse width has no time for gave a quarter of it without a word (hardware notes 2.4).
func TestEveryRateIsTheOneThatWasAsked(t *testing.T) {
	for _, width := range max3010x.PulseWidths() {
		for _, rate := range max3010x.Rates() {
			t.Run(fmt.Sprintf("%d per s, %d µs", rate, width), func(t *testing.T) {
				clock := &acquire.VirtualPacer{}
				bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
				chip, err := sim.NewMAX3010x(sim.MAXOptions{Light: skin})
				if err != nil {
					t.Fatal(err)
				}
				bus.Attach(max3010x.Address, chip)
				dev, err := max3010x.New(bus, max3010x.Options{Rate: rate, PulseMicros: width})
				if err != nil {
					t.Skip("not in the table")
				}
				if err := dev.Restart(); err != nil {
					t.Fatal(err)
				}
				began := clock.Now()
				clock.Set(began + 10*time.Second)
				if _, err := dev.Look(); err != nil {
					t.Fatal(err)
				}
				if taken, _ := chip.Made(); math.Abs(float64(taken)-10*float64(rate)) > 1 {
					t.Errorf("%d samples in 10 s", taken)
				}
				if want := time.Second / time.Duration(rate); dev.Period() != want || dev.Behind() < 0 || dev.Behind() > want {
					t.Errorf("period %s, behind %s", dev.Period(), dev.Behind())
				}
			})
		}
	}
}

func TestFullAndEmptyAreToldApart(t *testing.T) {
	for _, row := range []struct {
		name     string
		periods  float64 // since the FIFO was emptied
		noFlags  bool
		want     int
		overflow int
	}{
		{"right after it was emptied", 0.5, false, 0, 0},
		{"one sample", 1.5, false, 1, 0},
		{"one free place", 31.5, false, 31, 0},
		{"full, and nothing lost", 32.5, false, 31, 1}, // one that came just now might be: the 32nd stays behind
		{"full, one lost", 33.5, false, 31, 2},
		{"full for long", 1000.5, false, 31, max3010x.Saturated},
		{"full on a clone without flags looks empty", 32.5, true, 0, 0},
		{"and is found one sample later", 33.5, true, 31, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBench(t, max3010x.Options{}, sim.MAXOptions{NoFlags: row.noFlags})
			b.clock.Set(b.clock.Now() + time.Duration(row.periods*1e7) - 500*time.Microsecond)
			got, overflow, err := b.drain()
			if err != nil || len(got) != row.want || overflow != row.overflow {
				t.Errorf("%d samples, overflow %d, %v; want %d and %d", len(got), overflow, err, row.want, row.overflow)
			}
		})
	}
}

func TestNoSampleComesTwiceOrOutOfOrderWhateverTheReader(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		off := rapid.Float64Range(-0.05, 0.05).Draw(rt, "clock")
		period := time.Duration(1e7 / (1 + off))
		b := newBench(t, max3010x.Options{}, sim.MAXOptions{ClockError: off, Light: counted(period)})
		last := -1
		for range rapid.IntRange(1, 60).Draw(rt, "looks") {
			b.clock.Advance(time.Duration(rapid.Int64Range(0, int64(600*time.Millisecond)).Draw(rt, "wait")))
			got, overflow, err := b.drain()
			if err != nil {
				rt.Fatal(err)
			}
			for _, r := range got {
				n := int(math.Round((r.Infrared.Share - 0.3) / 0.001))
				if last >= 0 && n != (last+1)%300 {
					rt.Fatalf("sample %d after %d", n, last)
				}
				last = n
			}
			if overflow > 0 {
				if err := b.dev.Clear(); err != nil {
					rt.Fatal(err)
				}
				last = -1
			}
		}
	})
}

// tapped is a bus with something that happens before its transfers.
type tapped struct {
	i2c.Bus
	before func(transfer int) error
	n      int
}

func (b *tapped) Tx(addr uint16, w, r []byte) error {
	if b.before != nil {
		b.n++
		if err := b.before(b.n); err != nil {
			return err
		}
	}
	return b.Bus.Tx(addr, w, r)
}

// transfers of a look and a Drain with samples: counters, data, pointers, settings.
const transfers = 4

// newTapped is a bench whose bus can be tapped, 100 ms after its start.
func newTapped(t testing.TB) (*bench, *tapped) {
	t.Helper()
	b := newBench(t, max3010x.Options{}, sim.MAXOptions{})
	bus := &tapped{Bus: b.bus}
	dev, err := max3010x.New(bus, max3010x.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Restart(); err != nil {
		t.Fatal(err)
	}
	b.dev = dev
	b.clock.Advance(100 * time.Millisecond)
	return b, bus
}

func TestABrownOutAtAnyMomentNeverGivesAValue(t *testing.T) {
	for at := 1; at <= transfers; at++ {
		t.Run(fmt.Sprintf("before transfer %d", at), func(t *testing.T) {
			b, bus := newTapped(t)
			bus.before = func(n int) error {
				if n != at {
					return nil
				}
				return b.chip.Set(sim.BrownOut, true)
			}
			if got, _, err := b.drain(); !errors.Is(err, max3010x.ErrChanged) && !errors.Is(err, max3010x.ErrStuck) || len(got) != 0 {
				t.Fatalf("%v, %v", got, err)
			}
			bus.before = nil
			if err := b.dev.Restart(); err != nil {
				t.Fatal(err)
			}
			b.clock.Advance(55 * time.Millisecond)
			if got, _, err := b.drain(); err != nil || len(got) != 5 {
				t.Errorf("after Restart: %d samples, %v", len(got), err)
			}
		})
	}
}

func TestEveryBusErrorIsReturnedAndGivesNoSample(t *testing.T) {
	broken := errors.New("remote I/O error")
	for at := 1; at <= transfers; at++ {
		b, bus := newTapped(t)
		bus.before = func(n int) error {
			if n == at {
				return broken
			}
			return nil
		}
		if got, _, err := b.drain(); !errors.Is(err, broken) || len(got) != 0 {
			t.Errorf("transfer %d: %v, %v", at, got, err)
		}
	}
	for at := 1; at <= 14; at++ { // identity, reset, and the settings
		b, _ := newTapped(t)
		bus := &tapped{Bus: b.bus, before: func(n int) error {
			if n >= at {
				return broken
			}
			return nil
		}}
		dev, err := max3010x.New(bus, max3010x.Options{})
		if err == nil {
			err = dev.Restart()
		}
		if err == nil && bus.n >= at {
			t.Errorf("no error, though every transfer from the %dth on failed", at)
		}
	}
}

func TestAPointerThatDoesNotMoveIsSeenWhateverWaits(t *testing.T) {
	for _, waits := range []time.Duration{15 * time.Millisecond, 155 * time.Millisecond, 400 * time.Millisecond} {
		b := newBench(t, max3010x.Options{}, sim.MAXOptions{})
		b.clock.Advance(waits)
		if _, err := b.dev.Look(); err != nil { // the model takes its samples
			t.Fatal(err)
		}
		if err := b.chip.Set(sim.StuckFIFO, true); err != nil {
			t.Fatal(err)
		}
		if got, _, err := b.drain(); !errors.Is(err, max3010x.ErrStuck) || len(got) != 0 {
			t.Errorf("after %s: %d samples, %v", waits, len(got), err)
		}
	}
}

func TestAFIFOThatFillsDuringTheReadIsAnOverflow(t *testing.T) {
	b, bus := newTapped(t)
	bus.before = func(n int) error {
		if n == 2 { // between the look and the data somebody else had the processor
			b.clock.Advance(time.Second)
		}
		return nil
	}
	if got, overflow, err := b.drain(); err != nil || len(got) == 0 || overflow == 0 {
		t.Errorf("%d samples, overflow %d, %v", len(got), overflow, err)
	}
}

func TestAnotherChipAtTheAddressIsRefused(t *testing.T) {
	clock := &acquire.VirtualPacer{}
	bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
	if _, err := max3010x.New(bus, max3010x.Options{}); err == nil {
		t.Error("found where nothing is")
	}
	chip, err := sim.NewMAX3010x(sim.MAXOptions{Light: skin, PartID: 0x11}) // a MAX30100
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(max3010x.Address, chip)
	if _, err := max3010x.New(bus, max3010x.Options{}); err == nil {
		t.Error("a MAX30100 was taken for a MAX3010x")
	}
}

// settleLight lets the servo work and gives the last reading.
func (b *bench) settleLight(t testing.TB, length time.Duration) max3010x.Reading {
	t.Helper()
	var last max3010x.Reading
	for end := b.clock.Now() + length; b.clock.Now() < end; {
		b.clock.Advance(40 * time.Millisecond)
		got, _, err := b.drain()
		if err != nil {
			t.Fatal(err)
		}
		if len(got) > 0 {
			last = got[len(got)-1]
		}
	}
	return last
}

func TestTheLightComesIntoItsBandOnEverySkin(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		long := rapid.Bool().Draw(rt, "long wear")
		red, infrared := rapid.Float64Range(60, 4000).Draw(rt, "red"), rapid.Float64Range(60, 4000).Draw(rt, "infrared") // nA per mA
		swapped := rapid.Bool().Draw(rt, "swapped")
		b := newBench(t, max3010x.Options{LongWear: long, InfraredFirst: swapped}, sim.MAXOptions{Swapped: swapped, Light: func(led int, _ time.Duration) float64 {
			return []float64{red, infrared}[led]
		}})
		last := b.settleLight(t, 8*time.Second)
		high := 0.70
		if long {
			high = 0.45
		}
		for name, l := range map[string]max3010x.Light{"red": last.Red, "infrared": last.Infrared} {
			if level := float64(l.Code) / max3010x.FullScale; level < 0.295 || level > high+0.005 {
				rt.Fatalf("%s at %.2f of the range", name, level)
			}
		}
		gotRed, gotInfrared := b.dev.Currents()
		shinesRed, shinesInfrared := b.chip.Lit()
		if math.Abs(float64(gotRed)*max3010x.StepMilliamps-shinesRed) > 1e-9 || math.Abs(float64(gotInfrared)*max3010x.StepMilliamps-shinesInfrared) > 1e-9 {
			rt.Fatalf("currents %d and %d, lit %g and %g mA", gotRed, gotInfrared, shinesRed, shinesInfrared)
		}
		if math.Abs(last.Infrared.Share-infrared*7/4096) > 0.02*infrared*7/4096 {
			rt.Fatalf("share %g, want %g: it must not depend on the current", last.Infrared.Share, infrared*7/4096)
		}
	})
}

func TestSamplesMadeAcrossAChangeOfCurrentAreMarked(t *testing.T) {
	b := newBench(t, max3010x.Options{}, sim.MAXOptions{Light: func(int, time.Duration) float64 { return 2000 }})
	mixed := 0
	for range 200 {
		b.clock.Advance(40 * time.Millisecond)
		got, _, err := b.drain()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got {
			if r.Mixed {
				mixed++
				continue
			}
			if want := 2000 * 7.0 / 4096; !r.Clip && math.Abs(r.Infrared.Share-want) > 0.01*want {
				t.Fatalf("%+v, want a share of %g", r, want)
			}
		}
	}
	if mixed == 0 || mixed > 20 {
		t.Errorf("%d samples of 800 are marked", mixed)
	}
}

func TestNoSkinMeansLittleLightAndNoFinger(t *testing.T) {
	light := 4000.0
	b := newBench(t, max3010x.Options{}, sim.MAXOptions{Light: func(int, time.Duration) float64 { return light }})
	if last := b.settleLight(t, 5*time.Second); !last.Finger {
		t.Fatalf("%+v on skin", last)
	}
	light = 5 // a cloth
	if last := b.settleLight(t, 100*time.Millisecond); last.Finger {
		t.Errorf("%+v a tenth of a second after the finger left", last)
	}
	b.settleLight(t, 5*time.Second)
	if red, infrared := b.chip.Lit(); red != 7 || infrared != 7 {
		t.Errorf("shines with %g and %g mA at nobody", red, infrared)
	}
}

func TestAChipThatAnEarlierRunLeftLitIsDarkAfterNew(t *testing.T) {
	b := newBench(t, max3010x.Options{}, sim.MAXOptions{})
	if red, infrared := b.chip.Lit(); red == 0 || infrared == 0 {
		t.Fatalf("lit with %g and %g mA", red, infrared)
	}
	if _, err := max3010x.New(b.bus, max3010x.Options{}); err != nil {
		t.Fatal(err)
	}
	if red, infrared := b.chip.Lit(); red != 0 || infrared != 0 {
		t.Errorf("lit with %g and %g mA", red, infrared)
	}
}

func TestASleepingChipIsDarkUntilRestart(t *testing.T) {
	b := newBench(t, max3010x.Options{}, sim.MAXOptions{})
	if err := b.dev.Sleep(); err != nil {
		t.Fatal(err)
	}
	if red, infrared := b.chip.Lit(); red != 0 || infrared != 0 {
		t.Errorf("lit with %g and %g mA", red, infrared)
	}
	b.clock.Advance(time.Second)
	if err := b.dev.Restart(); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(25 * time.Millisecond)
	if got, _, err := b.drain(); len(got) != 2 || err != nil {
		t.Errorf("%d samples 25 ms after Restart, %v", len(got), err)
	}
}

func TestALookAndADrainDoNotAllocate(t *testing.T) {
	b := newBench(t, max3010x.Options{}, sim.MAXOptions{})
	buffer := make([]max3010x.Reading, 0, max3010x.Depth)
	if n := testing.AllocsPerRun(500, func() {
		b.clock.Advance(40 * time.Millisecond)
		at, err := b.dev.Look()
		if err == nil {
			_, _, err = b.dev.Drain(buffer, at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

// Whatever a disturbed bus answers, nothing panics and no more comes than a FIFO holds.
func FuzzDrain(f *testing.F) {
	f.Add([]byte{0x40, 0, 0, 0, 2, 0, 0}, []byte{2, 0, 2}, []byte{0x40, 3, 0x2F, 0, 35, 35})
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, status, pointers, settings []byte) {
		bus := &scripted{}
		dev, err := max3010x.New(bus, max3010x.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := dev.Restart(); err != nil {
			t.Fatal(err)
		}
		bus.answer = map[byte][]byte{0x00: status, 0x04: pointers, 0x08: settings}
		at, err := dev.Look()
		if err != nil {
			return
		}
		got, overflow, err := dev.Drain(nil, at)
		if len(got) > max3010x.Depth || overflow < 0 || overflow > max3010x.Saturated || err != nil && len(got) != 0 {
			t.Errorf("%d samples, overflow %d, %v", len(got), overflow, err)
		}
	})
}

// scripted answers every register with what a test says.
type scripted struct {
	i2ctest.Record
	answer map[byte][]byte
}

func (s *scripted) Tx(_ uint16, w, r []byte) error {
	clear(r)
	if w[0] == 0xFE && len(r) == 2 {
		r[1] = 0x15
	}
	copy(r, s.answer[w[0]])
	return nil
}

package mcp3x0x_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/mcp3x0x"
	"hubd/drivers/sim"
)

var _ acquire.Converter = (*mcp3x0x.Dev)(nil)

var family = []mcp3x0x.Chip{mcp3x0x.MCP3004, mcp3x0x.MCP3008, mcp3x0x.MCP3204, mcp3x0x.MCP3208}

type bench struct {
	clock acquire.VirtualPacer
	chip  *sim.MCP3x0x
	port  *sim.SPI
	dev   *mcp3x0x.Dev
}

func newBench(t testing.TB, kind mcp3x0x.Chip, in sim.Input) *bench {
	t.Helper()
	b := &bench{}
	var err error
	if b.chip, err = sim.NewMCP3x0x(sim.MCPOptions{Bits: kind.Bits(), Inputs: kind.Inputs(), Input: in}); err != nil {
		t.Fatal(err)
	}
	b.port = sim.NewSPI("spi 0.0", b.clock.Now, b.clock.Advance, b.chip)
	limit, err := mcp3x0x.MaxClock(kind, 3.3)
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.port.Connect(limit, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	if b.dev, err = mcp3x0x.New(c, mcp3x0x.Options{Chip: kind}); err != nil {
		t.Fatal(err)
	}
	return b
}

// wire is a connection that answers every frame with the same bytes and keeps what it was sent.
type wire struct {
	answer [5]byte
	err    error
	sent   [][5]byte
	kept   int // packets after which chip select stays low
}

// answered is what a chip sends whose first three bytes are these: the result again, backwards, after them.
func answered(kind mcp3x0x.Chip, first, second, third byte) [5]byte {
	code := uint16(second)<<8 | uint16(third)
	tail := uint16(0)
	for bit := 1; bit < kind.Bits(); bit++ {
		tail = tail<<1 | code>>bit&1
	}
	tail <<= 17 - kind.Bits()
	return [5]byte{first, second, third, byte(tail >> 8), byte(tail)}
}

func (w *wire) String() string      { return "wire" }
func (w *wire) Duplex() conn.Duplex { return conn.Full }
func (w *wire) Tx(_, _ []byte) error {
	return errors.New("wire: Tx holds one frame; several need TxPackets")
}
func (w *wire) TxPackets(p []spi.Packet) error {
	for _, p := range p {
		w.sent = append(w.sent, [5]byte(p.W))
		copy(p.R, w.answer[:])
		if p.KeepCS {
			w.kept++
		}
	}
	return w.err
}

func TestFramesAreThoseOfTheDatasheet(t *testing.T) {
	for name, c := range map[string]struct {
		kind mcp3x0x.Chip
		ch   int
		want [5]byte
	}{
		"10 bit, first input":    {mcp3x0x.MCP3008, 0, [5]byte{0x01, 0x80, 0}},
		"10 bit, last input":     {mcp3x0x.MCP3008, 7, [5]byte{0x01, 0xF0, 0}},
		"10 bit, four inputs":    {mcp3x0x.MCP3004, 3, [5]byte{0x01, 0xB0, 0}},
		"12 bit, first input":    {mcp3x0x.MCP3208, 0, [5]byte{0x06, 0x00, 0}},
		"12 bit, input 3":        {mcp3x0x.MCP3208, 3, [5]byte{0x06, 0xC0, 0}},
		"12 bit, D2 in byte 0":   {mcp3x0x.MCP3208, 4, [5]byte{0x07, 0x00, 0}},
		"12 bit, last input":     {mcp3x0x.MCP3208, 7, [5]byte{0x07, 0xC0, 0}},
		"12 bit, of four inputs": {mcp3x0x.MCP3204, 2, [5]byte{0x06, 0x80, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &wire{}
			dev, err := mcp3x0x.New(w, mcp3x0x.Options{Chip: c.kind})
			if err != nil {
				t.Fatal(err)
			}
			if err := dev.Begin(c.ch); err != nil {
				t.Fatal(err)
			}
			if _, _, err := dev.Finish(); err != nil {
				t.Fatal(err)
			}
			if got := w.sent[len(w.sent)-1]; got != c.want {
				t.Errorf("sent % x, want % x", got, c.want)
			}
		})
	}
}

func TestWalkingBitsOfTheAnswer(t *testing.T) {
	for _, kind := range family {
		for bit := range 24 {
			v := uint32(1) << bit
			w := &wire{}
			dev, err := mcp3x0x.New(w, mcp3x0x.Options{Chip: kind})
			if err != nil {
				t.Fatal(err)
			}
			w.answer = answered(kind, byte(v>>16), byte(v>>8), byte(v))
			if err := dev.Begin(1); err != nil {
				t.Fatal(err)
			}
			code, done, err := dev.Finish()
			switch {
			case bit < kind.Bits(): // the result
				if code != int32(v) || !done || err != nil {
					t.Errorf("%s, bit %d: %d, %t, %v", kind, bit, code, done, err)
				}
			case bit == kind.Bits():
				if !errors.Is(err, mcp3x0x.ErrNoChip) || done {
					t.Errorf("%s, null bit 1: %d, %t, %v; want ErrNoChip", kind, code, done, err)
				}
			default: // high-impedance: means nothing
				if code != 0 || !done || err != nil {
					t.Errorf("%s, bit %d before the null bit: %d, %t, %v; want 0", kind, bit, code, done, err)
				}
			}
		}
	}
}

func TestAllOnesAreNoChipAndAllZerosAreZeroVolts(t *testing.T) {
	for _, kind := range family {
		w := &wire{answer: [5]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}
		dev, err := mcp3x0x.New(w, mcp3x0x.Options{Chip: kind})
		if err != nil {
			t.Fatal(err)
		}
		if err := dev.Check(); !errors.Is(err, mcp3x0x.ErrNoChip) {
			t.Errorf("%s: on a floating MISO %v, want ErrNoChip", kind, err)
		}
		w.answer = [5]byte{}
		if err := dev.Check(); err != nil {
			t.Fatalf("%s: all zeros cannot be told from an input at ground, yet %v", kind, err)
		}
		if err := dev.Begin(0); err != nil {
			t.Fatal(err)
		}
		if code, _, err := dev.Finish(); code != 0 || err != nil {
			t.Errorf("%s: all zeros = %d, %v", kind, code, err)
		}
	}
}

func TestAllInputsBegunAreConvertedInOneTransferInOrder(t *testing.T) {
	for _, kind := range family {
		rapid.Check(t, func(rt *rapid.T) {
			volts := func(input int, _ time.Duration) float64 { return 0.1 + 0.4*float64(input) }
			b := newBench(t, kind, volts)
			inputs := rapid.SliceOfN(rapid.IntRange(0, kind.Inputs()-1), 1, mcp3x0x.MaxQueue).Draw(rt, "inputs")
			before := b.port.Transfers()
			for _, ch := range inputs {
				if err := b.dev.Begin(ch); err != nil {
					rt.Fatal(err)
				}
			}
			for _, ch := range inputs {
				code, done, err := b.dev.Finish()
				if !done || err != nil {
					rt.Fatal(done, err)
				}
				if got, want := b.dev.Volts(ch, code), volts(ch, 0); math.Abs(got-want) > 0.51*b.dev.StepVolts(ch) {
					rt.Fatalf("%s input %d of %v: %g V, want %g", kind, ch, inputs, got, want)
				}
			}
			if n := b.port.Transfers() - before; n != 1 {
				rt.Fatalf("%d transfers for %v", n, inputs)
			}
		})
	}
}

// Reading on without a pause gave identical values (hardware notes 2.2): a conversion starts at a falling chip select only.
func TestChipSelectIsReleasedAfterEveryFrame(t *testing.T) {
	w := &wire{}
	dev, err := mcp3x0x.New(w, mcp3x0x.Options{Chip: mcp3x0x.MCP3008})
	if err != nil {
		t.Fatal(err)
	}
	for ch := range 8 {
		if err := dev.Begin(ch); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := dev.Finish(); err != nil {
		t.Fatal(err)
	}
	if w.kept != 0 {
		t.Errorf("chip select kept low after %d frames", w.kept)
	}
}

func TestTheQueueIsBoundedAndKeepsItsOrder(t *testing.T) {
	b := newBench(t, mcp3x0x.MCP3208, func(int, time.Duration) float64 { return 1 })
	for range mcp3x0x.MaxQueue {
		if err := b.dev.Begin(0); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.dev.Begin(0); err == nil {
		t.Error("the ninth Begin gave no error")
	}
	if _, _, err := b.dev.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := b.dev.Begin(1); err == nil {
		t.Error("Begin between two Finish gave no error")
	}
	for range mcp3x0x.MaxQueue - 1 {
		if _, _, err := b.dev.Finish(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := b.dev.Finish(); err == nil {
		t.Error("Finish without Begin gave no error")
	}
	if err := b.dev.Begin(8); err == nil {
		t.Error("input 8 gave no error")
	}
	if err := newBench(t, mcp3x0x.MCP3004, func(int, time.Duration) float64 { return 1 }).dev.Begin(4); err == nil {
		t.Error("input 4 of four gave no error")
	}
}

// A well-known driver ignores the transfer's error and returns the old buffer (7).
func TestATransferErrorIsReturnedAndLosesEverythingBegun(t *testing.T) {
	w := &wire{}
	dev, err := mcp3x0x.New(w, mcp3x0x.Options{Chip: mcp3x0x.MCP3208})
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []struct {
		name   string
		answer [5]byte
		err    error
	}{
		{"the bus fails", [5]byte{}, errors.New("input/output error")},
		{"MISO floats", [5]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, nil},
		{"a bit of the result is disturbed", [5]byte{0, 0x0A, 0xBC, 0x7A, 0x80}, nil},
	} {
		for ch := range 3 {
			if err := dev.Begin(ch); err != nil {
				t.Fatal(err)
			}
		}
		w.answer, w.err = broken.answer, broken.err
		if code, done, err := dev.Finish(); err == nil || done {
			t.Errorf("%s: Finish = %d, %t, %v", broken.name, code, done, err)
		}
		w.answer, w.err = answered(mcp3x0x.MCP3208, 0, 0x0A, 0xBC), nil
		if _, _, err := dev.Finish(); err == nil {
			t.Errorf("%s: a second result came out of a lost transfer", broken.name)
		}
		if err := dev.Begin(0); err != nil {
			t.Fatal(err)
		}
		if code, _, err := dev.Finish(); code != 0xABC || err != nil {
			t.Errorf("%s: afterwards %#x, %v", broken.name, code, err)
		}
	}
}

func TestOneDisturbedBitIsNeverTakenForAResult(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom(family).Draw(rt, "kind")
		w := &wire{}
		dev, err := mcp3x0x.New(w, mcp3x0x.Options{Chip: kind})
		if err != nil {
			rt.Fatal(err)
		}
		code := rapid.Int32Range(0, 1<<kind.Bits()-1).Draw(rt, "code")
		w.answer = answered(kind, 0, byte(code>>8), byte(code))
		first := 24 - kind.Bits() - 1                    // the null bit
		bit := rapid.IntRange(first, 39).Draw(rt, "bit") // counted from the first one of the frame
		again := 24 + kind.Bits() - 1                    // after the repetition come zeros
		w.answer[bit/8] ^= 0x80 >> (bit % 8)
		if err := dev.Begin(0); err != nil {
			rt.Fatal(err)
		}
		got, _, err := dev.Finish()
		want := mcp3x0x.ErrDisturbed
		if bit == first {
			want = mcp3x0x.ErrNoChip
		}
		switch {
		case bit == 23: // the lowest bit is sent once
			if err != nil || got != code^1 {
				rt.Fatalf("%d, %v", got, err)
			}
		case !errors.Is(err, want):
			rt.Fatalf("bit %d (repeated until %d): %d, %v", bit, again, got, err)
		}
	})
}

func TestADisturbedLineGivesNoWrongResultOnTheModel(t *testing.T) {
	for _, kind := range family {
		b := newBench(t, kind, func(int, time.Duration) float64 { return 1.2345 })
		if err := b.chip.Set(sim.Disturbed, true); err != nil {
			t.Fatal(err)
		}
		wrong, results := 0, 0
		for range 200 {
			if err := b.dev.Begin(2); err != nil {
				t.Fatal(err)
			}
			code, _, err := b.dev.Finish()
			if err != nil {
				continue
			}
			results++
			if math.Abs(b.dev.Volts(2, code)-1.2345) > 1.6*b.dev.StepVolts(2) { // the lowest bit is sent once
				wrong++
			}
		}
		if wrong > 0 || results > 20 {
			t.Errorf("%s: %d results of 200 transfers, %d of them wrong", kind, results, wrong)
		}
	}
}

// What a clock beyond the limit does is seen by nothing: it must not be asked for.
func TestAClockBeyondTheLimitGivesAWrongNumberThatLooksRight(t *testing.T) {
	for _, kind := range family {
		limit, err := mcp3x0x.MaxClock(kind, 3.3)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			clock physic.Frequency
			right bool
		}{{limit, true}, {2 * limit, false}} {
			chip, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: kind.Bits(), Inputs: kind.Inputs(), Input: func(input int, _ time.Duration) float64 { return float64(input) }})
			if err != nil {
				t.Fatal(err)
			}
			clock := acquire.VirtualPacer{}
			c, err := sim.NewSPI("spi 0.0", clock.Now, clock.Advance, chip).Connect(row.clock, spi.Mode0, 8)
			if err != nil {
				t.Fatal(err)
			}
			dev, err := mcp3x0x.New(c, mcp3x0x.Options{Chip: kind})
			if err != nil {
				t.Fatal(err)
			}
			if err := dev.Begin(2); err != nil {
				t.Fatal(err)
			}
			code, _, err := dev.Finish()
			if err != nil {
				t.Fatalf("%s at %s: %v", kind, row.clock, err)
			}
			if right := math.Abs(dev.Volts(2, code)-2) <= dev.StepVolts(2); right != row.right {
				t.Errorf("%s at %s: %g V of 2 V", kind, row.clock, dev.Volts(2, code))
			}
		}
	}
}

// Another scales codes to 16 bit (7): a code here is the chip's own, and a step is known.
func TestVoltsAreCodesOfTheReference(t *testing.T) {
	for _, kind := range family {
		dev, err := mcp3x0x.New(&wire{}, mcp3x0x.Options{Chip: kind, VrefVolts: 2.5})
		if err != nil {
			t.Fatal(err)
		}
		half := int32(1) << (kind.Bits() - 1)
		if got := dev.Volts(0, half); got != 1.25 {
			t.Errorf("%s: half scale = %g V", kind, got)
		}
		if got := dev.StepVolts(0); got != 1.25/float64(half) {
			t.Errorf("%s: step = %g V", kind, got)
		}
	}
}

// Over-clocking works and gives wrong numbers (2.2).
func TestTheClockLimitIsTheOneForTheSupplyBelow(t *testing.T) {
	for name, c := range map[string]struct {
		kind   mcp3x0x.Chip
		supply float64
		want   physic.Frequency // 0: an error
	}{
		"10 bit on a Pi":       {mcp3x0x.MCP3008, 3.3, 1350 * physic.KiloHertz},
		"10 bit at 5 V":        {mcp3x0x.MCP3004, 5, 3600 * physic.KiloHertz},
		"12 bit on a Pi":       {mcp3x0x.MCP3208, 3.3, physic.MegaHertz},
		"12 bit just below 5":  {mcp3x0x.MCP3208, 4.9, physic.MegaHertz},
		"12 bit at 5 V":        {mcp3x0x.MCP3204, 5, 2 * physic.MegaHertz},
		"below the range":      {mcp3x0x.MCP3204, 2.6, 0},
		"above the range":      {mcp3x0x.MCP3204, 6, 0},
		"a supply that is NaN": {mcp3x0x.MCP3204, math.NaN(), 0},
		"no chip of these":     {mcp3x0x.Chip(9), 3.3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := mcp3x0x.MaxClock(c.kind, c.supply)
			if got != c.want || (err != nil) != (c.want == 0) {
				t.Errorf("MaxClock = %s, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestOptionsTheChipDoesNotHaveAreRefused(t *testing.T) {
	for name, o := range map[string]mcp3x0x.Options{
		"a chip outside the family": {Chip: 9},
		"a reference of 12 V":       {VrefVolts: 12},
		"a negative reference":      {VrefVolts: -1},
		"a reference that is NaN":   {VrefVolts: math.NaN()},
	} {
		if _, err := mcp3x0x.New(&wire{}, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAConversionDoesNotAllocate(t *testing.T) {
	b := newBench(t, mcp3x0x.MCP3208, func(int, time.Duration) float64 { return 1 })
	if n := testing.AllocsPerRun(100, func() {
		for ch := range 4 {
			if err := b.dev.Begin(ch); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			if _, _, err := b.dev.Finish(); err != nil {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkConversion(b *testing.B) {
	x := newBench(b, mcp3x0x.MCP3208, func(int, time.Duration) float64 { return 1 })
	b.ReportAllocs()
	for b.Loop() {
		if err := x.dev.Begin(0); err != nil {
			b.Fatal(err)
		}
		if _, _, err := x.dev.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}

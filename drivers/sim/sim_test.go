package sim_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"hubd/acquire"
	"hubd/drivers/sim"
)

func constant(v float64) sim.Input { return func(int, time.Duration) float64 { return v } }

// ads puts one chip at 0x48 of a bus in virtual time.
func ads(t *testing.T, o sim.ADSOptions) (*sim.I2C, *sim.ADS1x15, *acquire.VirtualPacer) {
	t.Helper()
	clock := &acquire.VirtualPacer{}
	bus := sim.NewI2C("i2c 1", clock.Now, clock.Advance)
	c, err := sim.NewADS1x15(o)
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(0x48, c)
	return bus, c, clock
}

func write(t *testing.T, bus *sim.I2C, register byte, v uint16) {
	t.Helper()
	if err := bus.Tx(0x48, []byte{register, byte(v >> 8), byte(v)}, nil); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, bus *sim.I2C, register byte) uint16 {
	t.Helper()
	var r [2]byte
	if err := bus.Tx(0x48, []byte{register}, r[:]); err != nil {
		t.Fatal(err)
	}
	return uint16(r[0])<<8 | uint16(r[1])
}

func set(t *testing.T, c interface {
	Set(sim.Fault, bool) error
}, f sim.Fault, on bool) {
	t.Helper()
	if err := c.Set(f, on); err != nil {
		t.Fatal(err)
	}
}

func TestRegistersAfterPowerUpAreThoseOfTheDatasheet(t *testing.T) {
	bus, _, _ := ads(t, sim.ADSOptions{Input: constant(1)})
	for register, want := range []uint16{0, 0x8583, 0x8000, 0x7FFF} {
		if got := read(t, bus, byte(register)); got != want {
			t.Errorf("register %d = %#04x, want %#04x", register, got, want)
		}
	}
}

func TestAnADSHonoursMuxAndGainAndClipsAtBoth(t *testing.T) {
	volts := [4]float64{1, 0.25, 3.5, -0.5} // A2 is over the 3.3 V supply, A3 under ground
	in := func(input int, _ time.Duration) float64 { return volts[input] }
	for name, c := range map[string]struct {
		config uint16
		twelve bool
		want   int16
	}{
		"A0 at ±4.096 V":                  {0xC3E3, false, 8000},
		"A1 at ±4.096 V":                  {0xD3E3, false, 2000},
		"A0 minus A1, the reset MUX":      {0x83E3, false, 6000},
		"A1 minus A3":                     {0xA3E3, false, 2000},
		"A0 at ±0.256 V is at full scale": {0xCBE3, false, 32767},
		"A2 at ±6.144 V is at the supply": {0xE1E3, false, 17600},
		"A3 is at ground":                 {0xF3E3, false, 0},
		"12 bit is left-aligned":          {0xC3E3, true, 500 << 4},
		"12 bit at full scale":            {0xCBE3, true, 2047 << 4},
		"A0 minus A1 at ±0.256 V clips":   {0x8BE3, false, 32767},
	} {
		t.Run(name, func(t *testing.T) {
			bus, _, clock := ads(t, sim.ADSOptions{Input: in, TwelveBit: c.twelve})
			write(t, bus, 1, c.config)
			clock.Advance(2 * time.Millisecond)
			if got := int16(read(t, bus, 0)); got != c.want {
				t.Errorf("code %d, want %d", got, c.want)
			}
		})
	}
}

func TestAConversionTakesItsTimeAndSamplesItsMiddle(t *testing.T) {
	for _, off := range []float64{-0.1, 0, 0.1} {
		var at time.Duration
		bus, _, clock := ads(t, sim.ADSOptions{ClockError: off, Input: func(_ int, t time.Duration) float64 { at = t; return 1 }})
		write(t, bus, 1, 0xC3E3)
		begun := clock.Now()
		nominal := time.Second/860 + 25*time.Microsecond
		took := time.Duration(float64(nominal) / (1 + off))
		clock.Set(begun + took - 60*time.Microsecond) // the register is latched 50 µs into the transfer
		if v := read(t, bus, 1); v&0x8000 != 0 {
			t.Errorf("clock %+g: done too early", off)
		}
		clock.Set(begun + took)
		if v := read(t, bus, 1); v != 0xC3E3 {
			t.Errorf("clock %+g: config %#04x after %s", off, v, took)
		}
		if want := begun + took/2; at != want {
			t.Errorf("clock %+g: sampled %s after the start, want %s", off, at-begun, want-begun)
		}
	}
}

func TestAnInstantChipStandsStillAndSamplesWhatTheHostWorksOut(t *testing.T) {
	var at time.Duration
	bus, _, clock := ads(t, sim.ADSOptions{Instant: true, Input: func(_ int, t time.Duration) float64 { at = t; return 1 }})
	clock.Set(time.Second)
	write(t, bus, 1, 0xC3E3)
	if v := read(t, bus, 1); v != 0xC3E3 {
		t.Errorf("config %#04x right after the start", v)
	}
	if got := read(t, bus, 0); got != 8000 {
		t.Errorf("code %d", got)
	}
	if clock.Now() != time.Second {
		t.Errorf("time moved to %s", clock.Now())
	}
	if want := time.Second + (time.Second/860+25*time.Microsecond)/2; at != want {
		t.Errorf("sampled at %s, want %s", at, want)
	}
}

func TestAStartWhileConvertingHasNoEffectAndTheOldSettingsFinish(t *testing.T) {
	bus, _, clock := ads(t, sim.ADSOptions{Input: func(input int, _ time.Duration) float64 { return float64(input + 1) }})
	write(t, bus, 1, 0xC3E3)
	write(t, bus, 1, 0xD3E3)
	clock.Advance(2 * time.Millisecond)
	if got := read(t, bus, 0); got != 8000 {
		t.Errorf("code %d, want that of A0, 8000", got)
	}
	if got := read(t, bus, 1); got != 0xD3E3 {
		t.Errorf("config %#04x", got)
	}
}

func TestContinuousModeGoesOnAndAChangeFollowsTheRunningConversion(t *testing.T) {
	bus, _, clock := ads(t, sim.ADSOptions{Input: func(input int, t time.Duration) float64 {
		return float64(input) + t.Seconds()/100
	}})
	write(t, bus, 1, 0x42E3) // A0, ±4.096 V
	clock.Advance(time.Minute)
	if got := float64(read(t, bus, 0)) * 125e-6; math.Abs(got-0.6) > 1e-3 {
		t.Errorf("after a minute %g V, want 0.6", got)
	}
	write(t, bus, 1, 0x52E3)
	clock.Advance(3 * time.Millisecond)
	if got := float64(read(t, bus, 0)) * 125e-6; math.Abs(got-1.6) > 1e-3 {
		t.Errorf("after the change %g V, want 1.6", got)
	}
}

func TestFaultsOfAnADS(t *testing.T) {
	bus, c, clock := ads(t, sim.ADSOptions{Input: func(_ int, t time.Duration) float64 { return t.Seconds() }})
	convert := func() uint16 {
		write(t, bus, 1, 0xC3E3)
		clock.Advance(2 * time.Millisecond)
		return read(t, bus, 0)
	}
	clock.Set(time.Second)
	first := convert()
	set(t, c, sim.Frozen, true)
	clock.Set(2 * time.Second)
	if got := convert(); got != first {
		t.Errorf("frozen: %d after %d", got, first)
	}
	set(t, c, sim.Frozen, false)
	if got := convert(); got == first {
		t.Error("frozen after the fault is over")
	}
	write(t, bus, 1, 0xC3E3)
	set(t, c, sim.BrownOut, true)
	clock.Advance(2 * time.Millisecond)
	if conversion, config := read(t, bus, 0), read(t, bus, 1); conversion != 0 || config != 0x8583 {
		t.Errorf("brown-out: conversion %d, config %#04x", conversion, config)
	}
	set(t, c, sim.NACK, true)
	before := clock.Now()
	if err := bus.Tx(0x48, []byte{1}, nil); err == nil || clock.Now() != before {
		t.Errorf("NACK: %v after %s", err, clock.Now()-before)
	}
	set(t, c, sim.NACK, false)
	if err := c.Set(sim.Floating, true); err == nil {
		t.Error("an I2C chip took the fault floating")
	}
}

func TestAStuckChipHoldsItsBusForAllAndTheWaitIsVirtual(t *testing.T) {
	bus, c, clock := ads(t, sim.ADSOptions{Input: constant(1)})
	other, err := sim.NewADS1x15(sim.ADSOptions{Input: constant(2)})
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(0x49, other)
	set(t, c, sim.Stuck, true)
	if err := bus.Tx(0x49, []byte{1}, nil); err == nil || clock.Now() != sim.StuckTime {
		t.Errorf("other chip: %v after %s", err, clock.Now())
	}
	set(t, c, sim.Stuck, false)
	set(t, bus, sim.Stuck, true)
	if err := bus.Tx(0x48, []byte{1}, nil); err == nil {
		t.Error("a stuck bus gave no error")
	}
	set(t, bus, sim.Stuck, false)
	if err := bus.Tx(0x49, []byte{1}, nil); err != nil {
		t.Error(err)
	}
	real := sim.NewI2C("real time", clock.Now, nil)
	real.Attach(0x48, c)
	set(t, real, sim.Stuck, true)
	if err := real.Tx(0x48, []byte{1}, nil); err == nil { // returns at once: busy is nil
		t.Error("a stuck bus in real time gave no error")
	}
}

func TestAnAbsentBusCannotBeUsedOrOpened(t *testing.T) {
	bus, _, _ := ads(t, sim.ADSOptions{Input: constant(1)})
	set(t, bus, sim.Absent, true)
	if bus.Tx(0x48, []byte{1}, nil) == nil || bus.Open() == nil {
		t.Error("an absent bus worked")
	}
	set(t, bus, sim.Absent, false)
	if err := bus.Close(); err != nil {
		t.Fatal(err)
	}
	if bus.Tx(0x48, []byte{1}, nil) == nil {
		t.Error("a closed bus worked")
	}
	if err := bus.Open(); err != nil {
		t.Fatal(err)
	}
	if err := bus.Tx(0x48, []byte{1}, nil); err != nil {
		t.Error(err)
	}
	if err := bus.Tx(0x4A, []byte{1}, nil); err == nil {
		t.Error("an address without a chip answered")
	}
	if bus.Set(sim.NACK, true) == nil {
		t.Error("a bus took the fault nack")
	}
}

func TestTransfersTakeTheTimeOfTheirBits(t *testing.T) {
	bus, _, clock := ads(t, sim.ADSOptions{Input: constant(1)})
	write(t, bus, 1, 0x43E3)
	if got := clock.Now(); got != 95*time.Microsecond {
		t.Errorf("a config write at 400 kHz took %s, want 95 µs", got)
	}
	if err := bus.SetSpeed(100 * physic.KiloHertz); err != nil {
		t.Fatal(err)
	}
	before := clock.Now()
	read(t, bus, 0)
	if got := clock.Now() - before; got != 490*time.Microsecond {
		t.Errorf("pointer and read at 100 kHz took %s, want 490 µs", got)
	}
}

func mcp(t *testing.T, o sim.MCPOptions) (*sim.SPI, spi.Conn, *sim.MCP3x0x, *acquire.VirtualPacer) {
	t.Helper()
	c, err := sim.NewMCP3x0x(o)
	if err != nil {
		t.Fatal(err)
	}
	clock := &acquire.VirtualPacer{}
	p := sim.NewSPI("spi 0.0", clock.Now, clock.Advance, c)
	conn, err := p.Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	return p, conn, c, clock
}

func TestAnMCPRepeatsItsBitsBackwardsAndThenZeros(t *testing.T) {
	_, conn, _, _ := mcp(t, sim.MCPOptions{Bits: 12, Inputs: 8, Input: constant(3.3 * 0xABC / 4096)})
	var r [6]byte
	if err := conn.Tx([]byte{0x06, 0, 0, 0, 0, 0}, r[:]); err != nil {
		t.Fatal(err)
	}
	// 0xABC = 1010 1011 1100; backwards from bit 1: 0111 1010 101.
	if want := [6]byte{0xFF, 0xEA, 0xBC, 0b01111010, 0b10100000, 0}; r != want {
		t.Errorf("read % x, want % x", r, want)
	}
}

func TestAFrameGoesOnWhileChipSelectIsKept(t *testing.T) {
	_, conn, _, clock := mcp(t, sim.MCPOptions{Bits: 10, Inputs: 8, Input: func(input int, _ time.Duration) float64 { return 0.4 * float64(input) }})
	var a, b, c, d, e, f [1]byte
	frame := []spi.Packet{{W: []byte{1}, R: a[:], KeepCS: true}, {W: []byte{0xA0}, R: b[:], KeepCS: true}, {W: []byte{0}, R: c[:]},
		{W: []byte{1}, R: d[:]}, {W: []byte{0}, R: e[:]}, {W: []byte{0}, R: f[:]}}
	if err := conn.TxPackets(frame); err != nil {
		t.Fatal(err)
	}
	if got := int(b[0]&3)<<8 | int(c[0]); got != 248 { // 0.8 V of 3.3
		t.Errorf("kept: %d, want 248", got)
	}
	if e[0] != 0xFF || f[0] != 0xFF {
		t.Errorf("released: % x % x, want high-impedance", e, f)
	}
	if clock.Now() != 48*time.Microsecond {
		t.Errorf("48 clocks took %s", clock.Now())
	}
}

func TestAnMCPSelectsPairsAndIgnoresD2WithFourInputs(t *testing.T) {
	in := func(input int, _ time.Duration) float64 { return []float64{1, 0.5, 2, 3}[input] }
	for name, c := range map[string]struct {
		frame [3]byte
		want  float64
	}{
		"input 2":            {[3]byte{0x06, 0x80, 0}, 2},
		"input 2 with D2":    {[3]byte{0x07, 0x80, 0}, 2},
		"0 minus 1":          {[3]byte{0x04, 0x00, 0}, 0.5},
		"1 minus 0 is below": {[3]byte{0x04, 0x40, 0}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, conn, _, _ := mcp(t, sim.MCPOptions{Bits: 12, Inputs: 4, Input: in})
			var r [3]byte
			if err := conn.Tx(c.frame[:], r[:]); err != nil {
				t.Fatal(err)
			}
			if got := float64(int(r[1]&15)<<8|int(r[2])) * 3.3 / 4096; math.Abs(got-c.want) > 1e-3 {
				t.Errorf("%g V, want %g", got, c.want)
			}
		})
	}
}

func TestFaultsOfAnMCPAndItsPort(t *testing.T) {
	p, conn, c, clock := mcp(t, sim.MCPOptions{Bits: 12, Inputs: 8, Input: func(_ int, t time.Duration) float64 { return 1 + t.Seconds() }})
	convert := func() (r [3]byte, err error) { return r, conn.Tx([]byte{6, 0, 0}, r[:]) }
	first, _ := convert()
	clock.Advance(time.Second)
	set(t, c, sim.Frozen, true)
	if got, _ := convert(); got != first {
		t.Errorf("frozen: % x after % x", got, first)
	}
	set(t, c, sim.Frozen, false)
	set(t, c, sim.Floating, true)
	if got, _ := convert(); got != [3]byte{0xFF, 0xFF, 0xFF} {
		t.Errorf("floating: % x", got)
	}
	set(t, c, sim.Floating, false)
	before := clock.Now()
	set(t, p, sim.Stuck, true)
	if _, err := convert(); err == nil || clock.Now()-before != sim.StuckTime {
		t.Errorf("stuck: %v after %s", err, clock.Now()-before)
	}
	set(t, p, sim.Stuck, false)
	set(t, p, sim.Absent, true)
	if _, err := convert(); err == nil || p.Open() == nil {
		t.Error("an absent port worked")
	}
	if c.Set(sim.NACK, true) == nil || p.Set(sim.NACK, true) == nil {
		t.Error("SPI took the fault nack")
	}
}

func TestAPortConnectsOnceAndAsTheChipAllows(t *testing.T) {
	p, _, _, _ := mcp(t, sim.MCPOptions{Bits: 10, Inputs: 4, Input: constant(1)})
	if _, err := p.Connect(physic.MegaHertz, spi.Mode0, 8); err == nil {
		t.Error("connected twice")
	}
	for name, connect := range map[string]func() (spi.Conn, error){
		"mode 1":    func() (spi.Conn, error) { return p.Connect(physic.MegaHertz, spi.Mode1, 8) },
		"9 bits":    func() (spi.Conn, error) { return p.Connect(physic.MegaHertz, spi.Mode0, 9) },
		"no clock":  func() (spi.Conn, error) { return p.Connect(0, spi.Mode0, 8) },
		"is closed": func() (spi.Conn, error) { _ = p.Close(); return p.Connect(physic.MegaHertz, spi.Mode0, 8) },
	} {
		if err := p.Open(); err != nil {
			t.Fatal(err)
		}
		if _, err := connect(); err == nil {
			t.Errorf("%s: connected", name)
		}
	}
	if err := p.Open(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Connect(physic.MegaHertz, spi.Mode3, 8); err != nil {
		t.Error(err)
	}
}

func TestFaultNamesRoundTrip(t *testing.T) {
	for f := sim.NACK; f <= sim.Absent; f++ {
		if got, err := sim.ParseFault(f.String()); got != f || err != nil {
			t.Errorf("%s = %s, %v", f, got, err)
		}
	}
	for _, name := range []string{"", "smoke", "unknown fault"} {
		if _, err := sim.ParseFault(name); err == nil {
			t.Errorf("%q is a fault", name)
		}
	}
}

func TestModelsThatCannotBeBuiltAreRefused(t *testing.T) {
	for name, o := range map[string]sim.ADSOptions{
		"no input":            {},
		"a clock 20 % off":    {Input: constant(1), ClockError: 0.2},
		"a clock that is NaN": {Input: constant(1), ClockError: math.NaN()},
	} {
		if _, err := sim.NewADS1x15(o); err == nil {
			t.Errorf("ADS with %s", name)
		}
	}
	for name, o := range map[string]sim.MCPOptions{
		"no input": {Bits: 12, Inputs: 8},
		"11 bits":  {Bits: 11, Inputs: 8, Input: constant(1)},
		"5 inputs": {Bits: 12, Inputs: 5, Input: constant(1)},
	} {
		if _, err := sim.NewMCP3x0x(o); err == nil {
			t.Errorf("MCP with %s", name)
		}
	}
}

func TestAnOpenInputReadsAsGround(t *testing.T) {
	bus, _, clock := ads(t, sim.ADSOptions{Input: constant(math.NaN())})
	write(t, bus, 1, 0xC3E3)
	clock.Advance(2 * time.Millisecond)
	if got := read(t, bus, 0); got != 0 {
		t.Errorf("code %d", got)
	}
}

func TestFaultsMayBeSwitchedWhileAnotherGoroutineReads(t *testing.T) {
	bus, c, _ := ads(t, sim.ADSOptions{Input: constant(1), Instant: true})
	var group sync.WaitGroup
	group.Go(func() {
		for range 2000 {
			for _, f := range []sim.Fault{sim.NACK, sim.Stuck, sim.Frozen, sim.BrownOut} {
				_ = c.Set(f, true)
				_ = c.Set(f, false)
			}
		}
	})
	var r [2]byte
	answered := 0
	for range 2000 {
		if bus.Tx(0x48, []byte{1}, r[:]) == nil {
			answered++
		}
	}
	group.Wait()
	if err := bus.Tx(0x48, []byte{1}, r[:]); err != nil {
		t.Errorf("after %d answers and all faults off: %v", answered, err)
	}
}

package sim_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/drivers/sim"
)

const pulseChip = 0x57

// maxChip puts one pulse chip on a bus in virtual time.
func maxChip(t *testing.T, o sim.MAXOptions) (*sim.I2C, *sim.MAX3010x, *acquire.VirtualPacer) {
	t.Helper()
	clock := &acquire.VirtualPacer{}
	bus := sim.NewI2C("i2c 1", clock.Now, nil)
	if o.Light == nil {
		o.Light = func(led int, _ time.Duration) float64 { return 100 * float64(led+1) }
	}
	c, err := sim.NewMAX3010x(o)
	if err != nil {
		t.Fatal(err)
	}
	bus.Attach(pulseChip, c)
	return bus, c, clock
}

func put(t *testing.T, bus *sim.I2C, w ...byte) {
	t.Helper()
	if err := bus.Tx(pulseChip, w, nil); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, bus *sim.I2C, from byte, n int) []byte {
	t.Helper()
	r := make([]byte, n)
	if err := bus.Tx(pulseChip, []byte{from}, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// begin sets 100 samples a second, the mean of four, both LEDs at 10 mA, at a range of 4096 nA.
func begin(t *testing.T, bus *sim.I2C, fifo byte) {
	t.Helper()
	put(t, bus, 0x08, fifo, 0x83, 0x2F)
	put(t, bus, 0x0C, 50, 50)
	put(t, bus, 0x04, 0, 0, 0)
	get(t, bus, 0, 2)
	put(t, bus, 0x09, 3)
}

func TestAPulseChipAfterPowerUpTellsItsSupplyAndSleeps(t *testing.T) {
	bus, c, clock := maxChip(t, sim.MAXOptions{})
	clock.Advance(time.Second)
	if got := get(t, bus, 0, 11); !bytes.Equal(got[:7], []byte{1, 0, 0, 0, 0, 0, 0}) {
		t.Errorf("registers % x", got)
	}
	if got := get(t, bus, 0, 1); got[0] != 0 {
		t.Errorf("status %#x: reading clears it", got[0])
	}
	if got := get(t, bus, 0xFE, 2); got[1] != 0x15 {
		t.Errorf("part ID %#x", got[1])
	}
	if taken, _ := c.Made(); taken != 0 {
		t.Errorf("%d samples without a mode", taken)
	}
}

func TestASampleHoldsBothLightsByTheirCurrents(t *testing.T) {
	for _, swapped := range []bool{false, true} {
		bus, _, clock := maxChip(t, sim.MAXOptions{Swapped: swapped})
		begin(t, bus, 0x40)
		clock.Advance(15 * time.Millisecond)
		r := get(t, bus, 0x07, 6)
		red, infrared := int(r[0])<<16|int(r[1])<<8|int(r[2]), int(r[3])<<16|int(r[4])<<8|int(r[5])
		if swapped {
			red, infrared = infrared, red
		}
		full := float64(1<<18 - 1)
		if want := full * 100 * 10 / 4096; math.Abs(float64(red)-want) > 1 || math.Abs(float64(infrared)-2*want) > 1 {
			t.Errorf("swapped %t: red %d, infrared %d, want %.0f and its double", swapped, red, infrared, want)
		}
	}
}

func TestAFullFIFOKeepsTheOldOrTheNewAsItIsSet(t *testing.T) {
	for _, row := range []struct {
		name        string
		fifo        byte
		oldest, wrt int // sample at the read pointer, write pointer
	}{
		{"without rollover it keeps the oldest and drops the rest", 0x40, 0, 0},
		{"with rollover the newest lie over the oldest", 0x50, 32, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			n := 0
			bus, c, clock := maxChip(t, sim.MAXOptions{Light: func(led int, _ time.Duration) float64 {
				n += led
				return float64(n-led) * 4096 / 10 / 100
			}})
			begin(t, bus, row.fifo)
			clock.Advance(355 * time.Millisecond) // 35 samples
			if r := get(t, bus, 4, 3); int(r[0]) != row.wrt || r[1] != 3 || r[2] != 0 {
				t.Errorf("write %d, lost %d, read %d", r[0], r[1], r[2])
			}
			if taken, lost := c.Made(); taken != 35 || lost != 3 {
				t.Errorf("%d taken, %d lost", taken, lost)
			}
			r := get(t, bus, 7, 6)
			code := int(r[0])<<16 | int(r[1])<<8 | int(r[2])
			if got := math.Round(float64(code) / (1<<18 - 1) * 100); int(got) != row.oldest {
				t.Errorf("sample %g stands at the read pointer, want %d", got, row.oldest)
			}
			if r := get(t, bus, 4, 3); r[1] != 0 || r[2] != 1 {
				t.Errorf("lost %d and read %d after a pop: want 0 and 1", r[1], r[2])
			}
		})
	}
}

// SparkFun_MAX3010x#2: what the pulse width leaves no time for comes slower, without a word.
func TestARateWithoutTimeForItsPulsesIsSilentlySlower(t *testing.T) {
	bus, c, clock := maxChip(t, sim.MAXOptions{})
	put(t, bus, 0x08, 0x00, 0x83, 1<<5|4<<2|3) // 800 a second with 411 µs
	put(t, bus, 0x09, 3)
	clock.Advance(time.Second)
	get(t, bus, 0, 1)
	if taken, _ := c.Made(); taken != 400 {
		t.Errorf("%d samples in a second", taken)
	}
}

func TestFaultsOfAPulseChip(t *testing.T) {
	t.Run("a brown-out puts every register back", func(t *testing.T) {
		bus, c, clock := maxChip(t, sim.MAXOptions{})
		begin(t, bus, 0x40)
		clock.Advance(time.Second)
		set(t, c, sim.BrownOut, true)
		if got := get(t, bus, 0x08, 6); !bytes.Equal(got, make([]byte, 6)) {
			t.Errorf("% x", got)
		}
	})
	t.Run("unplugged it is silent, and fresh afterwards", func(t *testing.T) {
		bus, c, _ := maxChip(t, sim.MAXOptions{})
		begin(t, bus, 0x40)
		set(t, c, sim.Unplugged, true)
		if err := bus.Tx(pulseChip, []byte{0}, nil); err == nil {
			t.Error("it answers")
		}
		set(t, c, sim.Unplugged, false)
		if got := get(t, bus, 0, 1); got[0] != 1 {
			t.Errorf("status %#x, want the flag of the supply", got[0])
		}
	})
	t.Run("a stuck FIFO gives the same again", func(t *testing.T) {
		bus, c, clock := maxChip(t, sim.MAXOptions{})
		begin(t, bus, 0x40)
		clock.Advance(55 * time.Millisecond)
		before := get(t, bus, 4, 3)
		set(t, c, sim.StuckFIFO, true)
		clock.Advance(time.Second)
		get(t, bus, 7, 12)
		if after := get(t, bus, 4, 3); after[0] != before[0] || after[2] != before[2] {
			t.Errorf("pointers % x, then % x", before, after)
		}
	})
	t.Run("it has no MISO to float", func(t *testing.T) {
		_, c, _ := maxChip(t, sim.MAXOptions{})
		if err := c.Set(sim.Floating, true); err == nil {
			t.Error("taken")
		}
	})
	t.Run("a clock beyond its tolerance is refused", func(t *testing.T) {
		light := func(int, time.Duration) float64 { return 0 }
		for _, o := range []sim.MAXOptions{{}, {Light: light, ClockError: 0.2}, {Light: light, ClockError: math.NaN()}, {Light: light, ClockSwing: -1}} {
			if _, err := sim.NewMAX3010x(o); err == nil {
				t.Errorf("%+v was taken", o)
			}
		}
	})
}

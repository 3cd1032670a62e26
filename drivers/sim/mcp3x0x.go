package sim

import (
	"fmt"
	"sync"
	"time"
)

// MCPOptions describe a simulated MCP3004, MCP3008, MCP3204 or MCP3208.
type MCPOptions struct {
	Bits      int     // 10 or 12
	Inputs    int     // 4 or 8
	Input     Input   // what is wired to CH0…
	VrefVolts float64 // reference and supply; 0 is DefaultSupplyVolts
	// Instant is for replay: transfers take no time.
	Instant bool
}

// MCP3x0x models a chip clock by clock, DS21295 and DS21298 "Serial Communications": a start bit, SGL/DIFF, D2, D1, D0, one
// and a half clocks of sampling, a null bit, the code from its most significant bit, then the same bits backwards, then zeros.
// Until the null bit its output is high-impedance, which this model reads as ones, so that a driver that looks there is found.
// Set may be called from any goroutine.
type MCP3x0x struct {
	o MCPOptions

	mu     sync.Mutex
	faults faults
	last   int32   // the last code, for Frozen
	frames int     // so far, for Disturbed
	held   float64 // V, in the sample capacitor
	hasty  bool    // it is clocked faster than the capacitor can follow

	clocks  int   // since the start bit; 0 = it has not come
	command uint8 // SGL/DIFF, D2, D1, D0 as they came
	code    int32
}

// NewMCP3x0x makes a chip.
func NewMCP3x0x(o MCPOptions) (*MCP3x0x, error) {
	switch {
	case o.Input == nil:
		return nil, fmt.Errorf("sim: an MCP3x0x needs an Input")
	case o.Bits != 10 && o.Bits != 12:
		return nil, fmt.Errorf("sim: an MCP3x0x has 10 or 12 bits, not %d", o.Bits)
	case o.Inputs != 4 && o.Inputs != 8:
		return nil, fmt.Errorf("sim: an MCP3x0x has 4 or 8 inputs, not %d", o.Inputs)
	}
	if o.VrefVolts == 0 {
		o.VrefVolts = DefaultSupplyVolts
	}
	return &MCP3x0x{o: o}, nil
}

// Set switches a fault of the chip: Floating, Stuck, Frozen or Disturbed. The chip holds no settings that a BrownOut could lose.
func (c *MCP3x0x) Set(f Fault, on bool) error {
	if f != Floating && f != Stuck && f != Frozen && f != Disturbed {
		return fmt.Errorf("sim: an MCP3x0x has no fault %s", f)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults.set(f, on)
	return nil
}

func (c *MCP3x0x) stuck() bool { return c.faults.has(Stuck) }

// deselect is chip select rising: the next frame begins anew.
func (c *MCP3x0x) deselect() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clocks = 0
}

// clock passes whole bytes, from start on, each bit taking bit.
func (c *MCP3x0x) clock(w, r []byte, start, bit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hasty = bit < c.shortest()
	if c.o.Instant {
		bit = 0
	}
	for i, out := range w {
		var in byte
		for b := range 8 {
			in = in<<1 | c.edge(out>>(7-b)&1, start+bit*time.Duration(8*i+b))
		}
		if c.faults.has(Floating) {
			in = 0xFF
		}
		r[i] = in
	}
	if c.frames++; c.faults.has(Disturbed) && len(r) > 2 {
		at := 8*len(r) - 1 - c.frames%(8*len(r)-13) // not before the null bit, where nothing is driven
		r[at/8] ^= 0x80 >> (at % 8)
	}
}

// shortest is the shortest clock at which the sample capacitor follows its input: DS21295 and DS21298 "Electrical Characteristics".
func (c *MCP3x0x) shortest() time.Duration {
	kilohertz := 1000
	switch {
	case c.o.Bits == 10 && c.o.VrefVolts >= 5:
		kilohertz = 3600
	case c.o.Bits == 10:
		kilohertz = 1350
	case c.o.VrefVolts >= 5:
		kilohertz = 2000
	}
	return time.Millisecond / time.Duration(kilohertz)
}

// Clocks counted from the start bit, which is the first.
const (
	mcpLastCommand = 5 // D0
	mcpSampled     = 6
	mcpNull        = 7
)

// edge is one clock: a bit in, at t, and the bit out.
func (c *MCP3x0x) edge(in byte, t time.Duration) byte {
	if c.clocks == 0 {
		if in == 1 {
			c.clocks, c.command = 1, 0
		}
		return 1
	}
	c.clocks++
	switch {
	case c.clocks <= mcpLastCommand:
		c.command = c.command<<1 | in
		return 1
	case c.clocks == mcpSampled:
		c.sample(t)
		return 1
	case c.clocks == mcpNull:
		return 0
	}
	return c.bit(c.clocks - mcpNull)
}

// bit is the n-th bit after the null bit, from 1: down to bit 0, up again from bit 1, then zeros.
func (c *MCP3x0x) bit(n int) byte {
	at := c.o.Bits - n
	if at < 0 {
		at = -at
	}
	if at >= c.o.Bits {
		return 0
	}
	return byte(c.code >> at & 1)
}

// sample takes the voltage that the command selects: one input against GND, or a pair when SGL/DIFF is 0.
func (c *MCP3x0x) sample(t time.Duration) {
	if c.faults.has(Frozen) {
		c.code = c.last
		return
	}
	at := func(input int) float64 { return railed(c.o.Input(input, t), c.o.VrefVolts) }
	input := int(c.command&7) % c.o.Inputs // the chips with four inputs do not look at D2
	v := at(input)
	if c.command&8 == 0 {
		v -= at(input ^ 1)
	}
	if c.hasty { // the capacitor comes nine tenths of the way, and the chip tells that as it tells anything
		v = c.held + 0.9*(v-c.held)
	}
	c.held = v
	c.code = converted(v, c.o.VrefVolts/float64(int(1)<<c.o.Bits), 0, int32(1)<<c.o.Bits-1)
	c.last = c.code
}

package acquire_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/mcp3x0x"
	"hubd/drivers/sim"
	"hubd/dsp"
)

var (
	pulseA = dsp.Channel{Wearer: 0, Kind: dsp.ChannelPulse}
	edaA   = dsp.Channel{Wearer: 0, Kind: dsp.ChannelEDA}
	pulseB = dsp.Channel{Wearer: 1, Kind: dsp.ChannelPulse}
	edaB   = dsp.Channel{Wearer: 1, Kind: dsp.ChannelEDA}
)

// pulseAndEDA is the default wiring: pulse 250/s on A0, EDA 25/s on A1.
func pulseAndEDA() []acquire.Channel {
	return []acquire.Channel{{Channel: pulseA, Input: 0, Rate: 250}, {Channel: edaA, Input: 1, Rate: 25}}
}

// distinct gives each input its own range of volts, 0.5 V apart, which moves within 0.2 V: no two channels can be mixed up.
func distinct(input int, t time.Duration) float64 {
	return 0.5*float64(input+1) + 0.1*math.Sin(2*math.Pi*t.Seconds())
}

// tape is what a loop delivered.
type tape struct {
	blocks  int
	until   time.Duration
	samples []dsp.Sample
	faults  []dsp.Fault
	keep    bool // samples
	check   func(dsp.Sample)
	wrong   error
}

// take checks what holds for every Block, whatever happens.
func (r *tape) take(b dsp.Block) {
	r.blocks++
	for _, s := range b.Samples {
		if s.T < r.until && r.wrong == nil {
			r.wrong = errors.New("a sample lies before the watermark of an earlier Block")
		}
	}
	for i := range b.Samples[min(1, len(b.Samples)):] {
		if b.Samples[i+1].T < b.Samples[i].T {
			r.wrong = errors.New("samples out of order")
		}
	}
	if b.Until < r.until || len(b.Samples) > 0 && b.Samples[len(b.Samples)-1].T >= b.Until {
		r.wrong = errors.New("the watermark is wrong")
	}
	r.until = b.Until
	r.faults = append(r.faults, b.Faults...)
	if r.keep {
		r.samples = append(r.samples, b.Samples...)
	}
	if r.check != nil {
		for _, s := range b.Samples {
			r.check(s)
		}
	}
}

func (r *tape) of(c dsp.Channel) (out []dsp.Sample) {
	for _, s := range r.samples {
		if s.Channel == c {
			out = append(out, s)
		}
	}
	return out
}

// rig is a loop on one simulated I²C bus in virtual time.
type rig struct {
	t     testing.TB
	clock acquire.VirtualPacer
	bus   *sim.I2C
	chips []*sim.ADS1x15
	tape  tape
	loop  *acquire.Loop
	opens int
}

// rigOptions describe a rig: chip i has channels[i] and clock error errors[i], or 0.
type rigOptions struct {
	channels [][]acquire.Channel
	errors   []float64
	input    sim.Input
	kind     ads1x15.Chip
	paused   func(uint8) bool
	over     func() time.Duration // how much too long each sleep is; nil: none is
	stops    int                  // Begins between two before which the thread is stopped; 0: it never is
}

func newRig(t testing.TB, o rigOptions) *rig {
	t.Helper()
	r := &rig{t: t, tape: tape{keep: true}}
	r.bus = sim.NewI2C("i2c 1", r.clock.Now, r.clock.Advance)
	if o.input == nil {
		o.input = distinct
	}
	var chips []acquire.Chip
	for i, channels := range o.channels {
		s := sim.ADSOptions{Input: o.input, TwelveBit: o.kind == ads1x15.ADS1015}
		if i < len(o.errors) {
			s.ClockError = o.errors[i]
		}
		c, err := sim.NewADS1x15(s)
		if err != nil {
			t.Fatal(err)
		}
		addr := uint16(0x48 + i)
		r.bus.Attach(addr, c)
		r.chips = append(r.chips, c)
		chips = append(chips, acquire.Chip{Source: "ads1115@" + string(rune('a'+i)), Channels: channels, Open: func() (acquire.Converter, error) {
			r.opens++
			dev, err := ads1x15.New(r.bus, addr, ads1x15.Options{Chip: o.kind})
			if o.stops > 0 && err == nil {
				return &stopped{Converter: dev, clock: &r.clock, each: o.stops}, nil
			}
			return dev, err
		}})
	}
	pacer := acquire.Pacer(&r.clock)
	if o.over != nil {
		pacer = slow{&r.clock, o.over}
	}
	loop, err := acquire.NewLoop(acquire.Options{Bus: "i2c", Chips: chips, Pacer: pacer, Emit: r.tape.take, Paused: o.paused, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	r.loop = loop
	return r
}

// until steps the loop until its clock is t.
func (r *rig) until(t time.Duration) {
	r.t.Helper()
	for r.clock.Now() < t {
		r.loop.Step()
	}
	if r.tape.wrong != nil {
		r.t.Fatal(r.tape.wrong)
	}
}

func (r *rig) set(chip int, f sim.Fault, on bool) {
	r.t.Helper()
	if err := r.chips[chip].Set(f, on); err != nil {
		r.t.Fatal(err)
	}
}

// mcpRig is a loop on a simulated MCP3208.
func mcpRig(t testing.TB, channels ...acquire.Channel) (*rig, *sim.SPI, *sim.MCP3x0x) {
	t.Helper()
	r := &rig{t: t, tape: tape{keep: true}}
	c, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: 12, Inputs: 8, Input: distinct})
	if err != nil {
		t.Fatal(err)
	}
	port := sim.NewSPI("spi 0.0", r.clock.Now, r.clock.Advance, c)
	open := func() (acquire.Converter, error) {
		r.opens++
		if err := port.Open(); err != nil {
			return nil, err
		}
		conn, err := port.Connect(physic.MegaHertz, spi.Mode0, 8)
		if err != nil {
			return nil, err
		}
		return mcp3x0x.New(conn, mcp3x0x.Options{Chip: mcp3x0x.MCP3208})
	}
	loop, err := acquire.NewLoop(acquire.Options{
		Bus: "spi", Pacer: &r.clock, Emit: r.tape.take,
		Chips: []acquire.Chip{{Source: "mcp3208", Open: open, Channels: channels}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.loop = loop
	return r, port, c
}

package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"periph.io/x/conn/v3/spi"

	"hubd/config"
	"hubd/drivers/ads1x15"
	"hubd/drivers/max3010x"
	"hubd/drivers/mcp3x0x"
	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/setup"
)

// SetupOptions are what the commands that set up sensors have in common.
type SetupOptions struct {
	Config   *config.Config
	Simulate string        // a scenario of synth; empty: the machine's own buses
	Fault    string        // CHIP=FAULT, what ails a simulated chip or bus in a probe; empty: nothing
	Socket   string        // of a daemon that may have the buses; empty: where hubd run listens, and none is asked for simulated ones
	Wearer   string        // whose own act this is; empty: nobody's
	Speed    float64       // of simulated time where somebody watches; 0 is 1
	Length   time.Duration // of what is read of each bus; 0: as long as nobody ends it, where that is possible
	Log      *slog.Logger
}

// asTheDaemon takes simulated chips where a running daemon has them: who started it so need not say it again with every command. It tells
// whether it did.
func (o *SetupOptions) asTheDaemon(ctx context.Context) bool {
	if o.Simulate != "" {
		return false
	}
	socket := cmp.Or(o.Socket, findSocket())
	if o.Simulate = simulatedBy(ctx, socket); o.Simulate == "" {
		return false
	}
	o.Socket = socket // they are the daemon's all the same, and are borrowed
	return true
}

// Probe looks at every bus and chip of a config.
func Probe(ctx context.Context, o SetupOptions) (setup.Report, error) {
	if o.asTheDaemon(ctx) {
		o.Log.Warn(daemonSimulates, "scenario", o.Simulate)
	}
	if _, known := wearerNumber(o.Config, o.Wearer); !known && o.Wearer != "" {
		return setup.Report{}, fmt.Errorf("this config has no wearer %q", o.Wearer)
	}
	b, err := newWorkbench(o.Config, o.Simulate, atOnceSpeed, asking{socket: o.Socket, wearer: o.Wearer}, o.Log)
	if err != nil {
		return setup.Report{}, err
	}
	if err := b.fail(o.Fault); err != nil {
		return setup.Report{}, err
	}
	return b.probe(ctx, o.Length)
}

// fail lets a simulated chip or bus fail, so that people can read what a probe says then.
func (b *workbench) fail(fault string) error {
	if fault == "" {
		return nil
	}
	s, ok := b.buses.(*simulated)
	if !ok {
		return errors.New("--fault goes with --simulate: real chips fail by themselves")
	}
	name, kind, _ := strings.Cut(fault, "=")
	f, err := sim.ParseFault(kind)
	if err == nil {
		_, err = s.fail(name, f)
	}
	if err != nil {
		return fmt.Errorf("--fault %q: wanted is CHIP=FAULT, such as adc=unplugged: %w", fault, err)
	}
	return nil
}

func (b *workbench) probe(ctx context.Context, length time.Duration) (setup.Report, error) {
	var r setup.Report
	for _, bus := range b.config.Buses {
		p := &prober{workbench: b, bus: bus, length: length, left: map[string]bool{}, failed: map[string]string{}}
		found, err := p.probe(ctx)
		if err != nil {
			return r, err
		}
		r.Buses, r.Paused = append(r.Buses, found), r.Paused || p.paused
	}
	r.Lines = b.headerLines()
	return r, nil
}

// prober looks at one bus.
type prober struct {
	*workbench
	bus    config.Bus
	length time.Duration
	left   map[string]bool // chips that are not read
	held   *held
	paused bool              // somebody's signals were not read
	failed map[string]string // why a chip's readings failed to the end, by source
}

// lookingTakes is more than it takes to find the chips of a bus, beside reading them.
const lookingTakes = 30 * time.Second

func (p *prober) probe(ctx context.Context) (setup.Bus, error) {
	out := setup.Bus{Name: p.bus.Name, Place: placeOf(p.bus), SPI: p.bus.SPI != "", AskedHz: 400e3}
	if out.SPI {
		out.AskedHz = float64(p.bus.ClockHz)
	}
	if out.Standing = p.state(p.bus); out.Standing != setup.Found {
		out.Advice = busAdvice(p.bus, out.Standing)
		return out, nil
	}
	var err error
	if p.held, err = p.hold(ctx, p.bus, p.length+lookingTakes); err != nil {
		out.Standing, out.Advice = setup.Lent, err.Error()
		return out, nil
	}
	defer p.held.done()
	for _, ch := range p.config.Chips {
		if ch.Bus == p.bus.Name {
			out.Chips = append(out.Chips, p.chip(ch, &out))
		}
	}
	if out.Standing != setup.Found {
		out.Advice = busAdvice(p.bus, out.Standing)
		return out, nil
	}
	out.Advice = setup.ClockAdvice(out.AskedHz, out.Hz, out.SPI)
	return out, p.channels(&out)
}

// chip finds one chip, and measures the clock by the first that answers.
func (p *prober) chip(ch config.Chip, out *setup.Bus) setup.Chip {
	c := setup.Chip{Name: ch.Name, Kind: string(ch.Kind), Place: chipPlace(ch, p.bus)}
	if out.Standing != setup.Found {
		c.Standing = out.Standing
		p.left[ch.Name] = true
		return c
	}
	switch {
	case p.bus.SPI != "" && p.nobodyMay(ch.Name):
		c.Standing = setup.NotRead // there is no asking this chip without reading it
	case p.bus.SPI != "":
		p.spiChip(ch, &c, out)
	default:
		p.i2cChip(ch, &c, out)
	}
	p.left[ch.Name] = c.Standing != setup.Found
	c.Advice = chipAdvice(ch, c)
	return c
}

// nobodyMay tells whether any wearer of a chip must not be read.
func (p *prober) nobodyMay(name string) bool {
	for i, w := range p.config.Wearers {
		on := w.Pulse != nil && w.Pulse.Chip == name || w.EDA != nil && w.EDA.Chip == name
		if on && p.held.off(uint8(i)) {
			p.paused = true
			return true
		}
	}
	return false
}

func chipPlace(ch config.Chip, bus config.Bus) string {
	if bus.SPI != "" {
		return "chip select " + bus.SPI
	}
	return fmt.Sprintf("%#x", ch.Address)
}

func (p *prober) i2cChip(ch config.Chip, c *setup.Chip, out *setup.Bus) {
	port, err := p.buses.i2c(p.bus, ch.Address)
	var owned claimedError
	switch {
	case errors.As(err, &owned):
		c.Standing, c.Detail = setup.KernelOwned, owned.driver
		return
	case err != nil:
		out.Standing, c.Standing, c.Detail = setup.NoBus, setup.NoBus, err.Error()
		return
	}
	found, err := identifyI2C(port, ch.Address, p.pacer)
	switch {
	case stuck(err):
		out.Standing, c.Standing = setup.Stuck, setup.Stuck
		return
	case err != nil:
		c.Standing = setup.NotAnswering
		return
	case !sameFamily(ch.Kind, found.kind):
		c.Standing, c.Detail = setup.WrongChip, found.words
		return
	}
	if !out.Hz.Known {
		out.Hz = i2cClock(port, ch.Address, clockRegister(ch), p.pacer.Now)
	}
}

// sameFamily tells whether a kind is what was found, as far as that can be told.
func sameFamily(want, found config.ChipKind) bool {
	return want == found || want.Optical() && found.Optical()
}

// clockRegister is where a chip may be read on and on: an ADS1x15 repeats the register, a MAX3010x goes on through settings.
func clockRegister(ch config.Chip) byte {
	if ch.Kind.Optical() {
		return max3010x.PlainRegister
	}
	return ads1x15.PlainRegister
}

func (p *prober) spiChip(ch config.Chip, c *setup.Chip, out *setup.Bus) {
	conn, err := p.buses.spi(p.bus)
	if err != nil {
		out.Standing, c.Standing, c.Detail = setup.NoBus, setup.NoBus, err.Error()
		return
	}
	bits, err := mcp3x0x.Identify(conn)
	switch {
	case err != nil && stuck(err):
		out.Standing, c.Standing = setup.Stuck, setup.Stuck
		return
	case err != nil:
		c.Standing = setup.NotAnswering
		return
	case bits == 0:
		// All inputs may read as nothing, where the widths look alike: the driver finds its chip then.
		if err := findSPI(conn, ch); err != nil {
			c.Standing = setup.NotAnswering
			if errors.Is(err, mcp3x0x.ErrDisturbed) {
				c.Detail = disturbed
			}
			return
		}
	case bits != 0 && bits != mcpBits(ch.Kind):
		c.Standing, c.Detail = setup.WrongChip, fmt.Sprintf("a chip of %d bits", bits)
		return
	}
	if !out.Hz.Known {
		out.Hz = spiClock(conn, p.pacer.Now)
	}
}

// findSPI tells why a driver does not find its chip.
func findSPI(conn spi.Conn, ch config.Chip) error {
	dev, err := mcp3x0x.New(conn, mcp3x0x.Options{Chip: mcpChip(ch.Kind), VrefVolts: ch.SupplyVolts})
	if err != nil {
		return err
	}
	return dev.Check()
}

func mcpChip(k config.ChipKind) mcp3x0x.Chip {
	switch k {
	case config.MCP3004:
		return mcp3x0x.MCP3004
	case config.MCP3008:
		return mcp3x0x.MCP3008
	case config.MCP3204:
		return mcp3x0x.MCP3204
	}
	return mcp3x0x.MCP3208
}

func mcpBits(k config.ChipKind) int { return mcpChip(k).Bits() }

// channels reads the chips that were found.
func (p *prober) channels(out *setup.Bus) error {
	o := p.options(p.bus, p.left)
	if len(o.Chips)+len(o.Optical) == 0 {
		return nil
	}
	m := setup.NewMeter(p.worn(), p.rate)
	var values []dsp.Value
	if !p.anybodyMay() {
		return p.tell(out, m)
	}
	err := p.read(p.held, o, p.length, func(b dsp.Block) {
		values = m.Block(values[:0], b)
		for _, f := range b.Faults {
			p.failed[f.Source] = f.Reason
		}
	})
	if err != nil {
		return err
	}
	return p.tell(out, m)
}

// anybodyMay tells whether there is anything to read.
func (p *prober) anybodyMay() bool {
	for i := range p.config.Wearers {
		if !p.held.off(uint8(i)) {
			return true
		}
	}
	return false
}

// tell gives the chips their channels.
func (p *prober) tell(out *setup.Bus, m *setup.Meter) error {
	for i := range out.Chips {
		c := &out.Chips[i]
		if c.Standing != setup.Found {
			continue
		}
		c.Channels = p.figures(c.Name, m)
		if why := p.failed[sourceName(chip(p.config, c.Name), p.bus)]; why != "" {
			c.Advice = "it is there, and its readings fail: " + why
		}
	}
	return context.Cause(p.held.ctx)
}

// figures are those of one chip's channels.
func (p *prober) figures(name string, m *setup.Meter) []setup.Channel {
	ch := chip(p.config, name)
	var all []setup.Channel
	add := func(wearer int, kind dsp.ChannelKind, lead uint8, input string) {
		c := setup.Channel{Wearer: p.config.Wearers[wearer].ID, Kind: kind, Input: input, Light: ch.Kind.Optical(), Read: !p.held.off(uint8(wearer))}
		if c.Read {
			c.Figures = m.Figures(dsp.Channel{Wearer: uint8(wearer), Kind: kind, Lead: lead})
			c.Advice = setup.Advise(kind, c.Light, c.Figures)
		}
		p.paused = p.paused || !c.Read
		all = append(all, c)
	}
	for i, w := range p.config.Wearers {
		if w.Pulse != nil && w.Pulse.Chip == name {
			if ch.Kind.Optical() {
				add(i, dsp.ChannelPulse, 0, "infrared")
				add(i, dsp.ChannelPulse, 1, "red")
			} else {
				add(i, dsp.ChannelPulse, 0, inputName(ch, w.Pulse.Channel))
			}
		}
		if w.EDA != nil && w.EDA.Chip == name {
			add(i, dsp.ChannelEDA, 0, inputName(ch, w.EDA.Channel))
		}
	}
	return all
}

// inputName is what is printed beside an input on the boards.
func inputName(ch config.Chip, input int) string {
	if ch.Kind == config.ADS1115 || ch.Kind == config.ADS1015 {
		return fmt.Sprintf("A%d", input)
	}
	return fmt.Sprintf("CH%d", input)
}

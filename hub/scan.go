package hub

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/conn/v3/spi/spireg"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/ads1x15"
	"hubd/drivers/max3010x"
	"hubd/drivers/mcp3x0x"
	"hubd/dsp"
	"hubd/setup"
	"hubd/synth"
)

// ScanOptions are the flags of a probe without a config.
type ScanOptions struct {
	Simulate string
	Socket   string        // as in SetupOptions
	Length   time.Duration // of what is read of each converter to tell its inputs apart
	Log      *slog.Logger
}

// scanClockHz is the SPI clock of a scan: what the slowest chip of the family takes at 3.3 V.
const scanClockHz = 1_000_000

// scanAddresses are where hubd's chips can be. Nothing else is asked: a look at every address, as other tools take it, can upset a chip.
func scanAddresses() []uint16 {
	var all []uint16
	for a := uint16(ads1x15.AddressMin); a <= ads1x15.AddressMax; a++ {
		all = append(all, a)
	}
	return append(all, max3010x.Address)
}

// Scan looks for chips on every bus of the machine.
func Scan(ctx context.Context, o ScanOptions) ([]setup.FoundChip, []setup.Passed, error) {
	like := SetupOptions{Simulate: o.Simulate, Socket: o.Socket}
	if like.asTheDaemon(ctx) {
		o.Log.Warn(daemonSimulates, "scenario", like.Simulate)
	}
	o.Simulate, o.Socket = like.Simulate, like.Socket
	c, err := simulatedBoards(o.Simulate)
	if err != nil {
		return nil, nil, err
	}
	b, err := newWorkbench(c, o.Simulate, atOnceSpeed, asking{socket: o.Socket}, o.Log)
	if err != nil {
		return nil, nil, err
	}
	list := c.Buses
	if o.Simulate == "" {
		list = machineBuses()
	}
	s := &scanner{workbench: b, length: o.Length}
	for _, bus := range list {
		if err := s.scan(ctx, bus); err != nil {
			return nil, nil, err
		}
	}
	if len(list) == 0 {
		s.pass("this machine", "no I2C bus and no SPI port: set dtparam=i2c_arm=on (or dtparam=spi=on) in /boot/firmware/config.txt, reboot, and load i2c-dev")
	}
	return s.found, s.passed, nil
}

// simulatedBoards is what a simulated scan finds: for each body of a scenario an ADS1115 with a pulse sensor on A0 and a Grove board on A1. Without
// a scenario nothing is there.
func simulatedBoards(scenario string) (*config.Config, error) {
	if scenario == "" {
		return &config.Config{}, nil
	}
	scene, err := synth.New(scenario, 1)
	if err != nil {
		return nil, err
	}
	c := &config.Config{Buses: []config.Bus{{Name: "i2c1", I2C: "1"}}}
	for i := range scene.Wearers() {
		chip := fmt.Sprintf("adc%d", i+1)
		c.Chips = append(c.Chips, config.Chip{Name: chip, Kind: config.ADS1115, Bus: "i2c1", Address: ads1x15.AddressMin + uint16(i), SupplyVolts: 3.3})
		c.Wearers = append(c.Wearers, config.Wearer{
			ID:    string(rune('a' + i)),
			Pulse: &config.Pulse{Chip: chip, Channel: 0, Kind: config.PPG, RateHz: 250, FullScaleVolts: 4.096},
			EDA:   &config.EDA{Chip: chip, Channel: 1, Kind: config.Grove, RateHz: 25, FullScaleVolts: 4.096},
		})
	}
	return c, nil
}

// machineBuses are all buses that the kernel shows.
func machineBuses() []config.Bus {
	var all []config.Bus
	for _, r := range i2creg.All() {
		if n, ok := strings.CutPrefix(r.Name, "/dev/i2c-"); ok {
			all = append(all, config.Bus{Name: "i2c" + n, I2C: n})
		}
	}
	for _, r := range spireg.All() {
		if n, ok := strings.CutPrefix(r.Name, "/dev/spidev"); ok {
			all = append(all, config.Bus{Name: "spi" + strings.ReplaceAll(n, ".", "-"), SPI: n, ClockHz: scanClockHz})
		}
	}
	return all
}

// scanner gathers what it finds.
type scanner struct {
	*workbench
	length time.Duration
	found  []setup.FoundChip
	passed []setup.Passed
}

func (s *scanner) pass(place, format string, args ...any) {
	s.passed = append(s.passed, setup.Passed{Place: place, Words: fmt.Sprintf(format, args...)})
}

func (s *scanner) scan(ctx context.Context, bus config.Bus) error {
	if st := s.state(bus); st != setup.Found {
		s.pass(placeOf(bus), "%s", busAdvice(bus, st))
		return nil
	}
	h, err := s.hold(ctx, bus, s.length+lookingTakes)
	if err != nil {
		s.pass(placeOf(bus), "%v", err)
		return nil
	}
	defer h.done()
	from := len(s.found)
	switch {
	case bus.SPI != "" && h.borrowed:
		s.pass(placeOf(bus), "hubd runs and uses it; its chip cannot be asked without reading what is worn. hubd probe --config looks at it")
	case bus.SPI != "":
		s.spi(bus)
	default:
		s.i2c(bus)
	}
	for i := from; i < len(s.found); i++ {
		if h.borrowed { // what is on the inputs of a bus in use was told in its config
			s.found[i].Unread = true
			continue
		}
		if err := s.inputs(h, bus, &s.found[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) i2c(bus config.Bus) {
	for _, address := range scanAddresses() {
		place := fmt.Sprintf("%s, address %#x", placeOf(bus), address)
		port, err := s.buses.i2c(bus, address)
		if err != nil {
			s.pass(place, "%v", err)
			continue
		}
		found, err := identifyI2C(port, address, s.pacer)
		switch {
		case stuck(err):
			s.pass(placeOf(bus), "%s", busAdvice(bus, setup.Stuck))
			return
		case err != nil: // nobody there
		case found.kind == "":
			s.pass(place, "%s", found.words)
		default:
			c := setup.FoundChip{Kind: string(found.kind), I2C: bus.I2C, Address: address, Pulse: setup.Nowhere, EDA: setup.Nowhere}
			if found.kind.Optical() {
				c.Hint = "or max30101, max30105: they answer alike"
			}
			s.found = append(s.found, c)
		}
	}
}

func (s *scanner) spi(bus config.Bus) {
	conn, err := s.buses.spi(bus)
	if err != nil {
		s.pass(placeOf(bus), "%v", err)
		return
	}
	bits, err := mcp3x0x.Identify(conn)
	switch {
	case err != nil:
		s.pass(placeOf(bus), "%v", err)
	case bits == 0:
		s.pass(placeOf(bus), "nothing of the MCP3x0x family (or every input of it at ground)")
	default:
		c := setup.FoundChip{Kind: string(config.MCP3208), SPI: bus.SPI, Pulse: setup.Nowhere, EDA: setup.Nowhere, Hint: "or mcp3204 with its four inputs: they answer alike"}
		if bits == 10 {
			c.Kind, c.Hint = string(config.MCP3008), "or mcp3004 with its four inputs: they answer alike"
		}
		s.found = append(s.found, c)
	}
}

// Reading the inputs of a converter whose wiring nobody told.
const (
	guessedInputs = 4
	guessRate     = 100 // a second, each
)

// inputs looks which input a sensor seems to be on.
func (s *scanner) inputs(h *held, bus config.Bus, c *setup.FoundChip) error {
	kind := config.ChipKind(c.Kind)
	if kind.Optical() {
		return nil
	}
	ch := config.Chip{Name: "guess", Kind: kind, Bus: bus.Name, Address: c.Address, SupplyVolts: 3.3}
	o := acquire.Options{Bus: bus.Name, Chips: []acquire.Chip{{Source: sourceName(ch, bus), Open: opener(&config.Config{}, ch, bus, s.buses)}}}
	worn := make([]setup.Worn, guessedInputs)
	for i := range guessedInputs {
		worn[i].PulseBus = bus.Name
		o.Chips[0].Channels = append(o.Chips[0].Channels, acquire.Channel{
			Channel: dsp.Channel{Wearer: uint8(i), Kind: dsp.ChannelPulse}, Input: i, Rate: guessRate,
		})
	}
	m := setup.NewMeter(worn, func(dsp.Channel) float64 { return guessRate })
	var all [guessedInputs][]float64
	err := s.read(h, o, s.length, func(b dsp.Block) {
		m.Block(nil, b)
		for _, x := range b.Samples {
			all[x.Channel.Wearer] = append(all[x.Channel.Wearer], x.Volts/ch.SupplyVolts)
		}
	})
	if err != nil {
		return err
	}
	figures := make([]setup.InputFigures, guessedInputs)
	for i, v := range all {
		figures[i].Pulse = m.Pulse(i)
		if len(v) > 0 {
			slices.Sort(v)
			figures[i].Mean, figures[i].Spread = v[len(v)/2], v[len(v)-1]-v[0]
		}
	}
	c.Pulse, c.EDA = setup.Guess(figures)
	return nil
}

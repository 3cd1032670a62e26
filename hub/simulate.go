package hub

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"hubd/config"
	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/room"
	"hubd/synth"
)

// simulatedClock is how far the simulated chips' oscillators are off: within the 10 % that datasheets allow, so that nothing can
// come to rely on the nominal rate.
const simulatedClock = -0.04

// faultable is a part of a simulated bus that can be made to fail: a chip or the bus itself.
type faultable interface {
	Set(f sim.Fault, on bool) error
}

// simulated gives the buses of a config as register models, worn by synthetic bodies.
type simulated struct {
	scene  *synth.Scene
	config *config.Config
	now    func() time.Duration
	quirks

	across atomic.Pointer[float64] // µS across every pair of electrodes, in place of a body; nil: the body

	mu    sync.Mutex
	gpio  *sim.GPIO
	i2cs  map[string]*sim.I2C
	ports map[string]*sim.SPI
	parts map[string]faultable // by chip and by bus name
}

func newSimulated(c *config.Config, scene *synth.Scene, now func() time.Duration) (*simulated, error) {
	return newSimulatedWith(quirks{clock: simulatedClock}, c, scene, now)
}

// quirks are how far simulated converters are from ideal ones.
type quirks struct {
	clock float64             // how far their oscillators are off; the optical chips' are off by as much the other way
	busy  func(time.Duration) // told how long each transfer takes; nil: it takes no time
}

// newSimulatedWith is newSimulated with converters that have other quirks.
func newSimulatedWith(q quirks, c *config.Config, scene *synth.Scene, now func() time.Duration) (*simulated, error) {
	s := &simulated{
		scene: scene, config: c, now: now, quirks: q, gpio: simulatedHeader(now),
		i2cs: map[string]*sim.I2C{}, ports: map[string]*sim.SPI{}, parts: map[string]faultable{},
	}
	for _, name := range sim.HeaderNames() {
		s.parts[name] = s.gpio.Line(name)
	}
	s.parts["gpio"] = s.gpio
	for _, b := range c.Buses {
		if b.I2C != "" {
			s.i2cs[b.Name] = sim.NewI2C(b.I2C, now, s.busy)
			s.parts[b.Name] = s.i2cs[b.Name]
		}
	}
	for _, ch := range c.Chips {
		if err := s.attach(ch); err != nil {
			return nil, err
		}
	}
	s.wearElectrodes()
	return s, nil
}

// wearElectrodes puts the electrodes of an ECG amplifier on every body there is. Those of a wearer beyond the scenario's lie on the table.
func (s *simulated) wearElectrodes() {
	for i, w := range s.config.Wearers {
		if w.Pulse == nil || w.Pulse.LeadsOff == nil || i >= len(s.scene.Wearers()) {
			continue
		}
		for _, name := range []string{w.Pulse.LeadsOff.Plus, w.Pulse.LeadsOff.Minus} {
			if line := s.gpio.Line(name); line != nil {
				line.Drive(false)
			}
		}
	}
}

// simulatedHeader is the header of a Raspberry Pi 4 with nothing on it.
func simulatedHeader(now func() time.Duration) *sim.GPIO {
	return sim.NewGPIO(sim.GPIOOptions{Names: sim.HeaderNames(), Persist: true}, now, time.Sleep)
}

func (s *simulated) header() (header, error) {
	return header{kernel: s.gpio, at: func(t time.Duration) time.Duration { return t }}, nil
}

func (s *simulated) attach(ch config.Chip) error {
	if ch.Kind.Optical() {
		return s.attachOptical(ch)
	}
	if bus := s.i2cs[ch.Bus]; bus != nil {
		model, err := sim.NewADS1x15(sim.ADSOptions{
			TwelveBit: ch.Kind == config.ADS1015, Input: s.input(ch), SupplyVolts: ch.SupplyVolts, ClockError: s.clock,
		})
		if err != nil {
			return err
		}
		bus.Attach(ch.Address, model)
		s.parts[ch.Name] = model
		return nil
	}
	bits, inputs := 12, 8
	if ch.Kind == config.MCP3004 || ch.Kind == config.MCP3008 {
		bits = 10
	}
	if ch.Kind == config.MCP3004 || ch.Kind == config.MCP3204 {
		inputs = 4
	}
	model, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: bits, Inputs: inputs, Input: s.input(ch), VrefVolts: ch.SupplyVolts})
	if err != nil {
		return err
	}
	s.ports[ch.Bus] = sim.NewSPI(ch.Bus, s.now, s.busy, model)
	s.parts[ch.Name], s.parts[ch.Bus] = model, s.ports[ch.Bus]
	return nil
}

// input is what the bodies put on a chip's inputs. A wearer beyond the scenario's is nobody: the sensors lie on the table.
func (s *simulated) input(ch config.Chip) sim.Input {
	var sensors [maxInputs]func(t time.Duration) (volts float64) // nil: nothing is wired there
	for i, w := range s.config.Wearers {
		if w.EDA != nil && w.EDA.Chip == ch.Name {
			sensors[w.EDA.Channel] = s.skin(i, ch)
		}
		if w.Pulse != nil && w.Pulse.Chip == ch.Name {
			sensors[w.Pulse.Channel] = s.pulse(i, ch)
		}
	}
	return func(input int, t time.Duration) float64 {
		if sensor := sensors[input]; sensor != nil {
			return sensor(t)
		}
		return 0
	}
}

// maxInputs is how many a converter has at most.
const maxInputs = 8

// pulse is the output of a wearer's pulse sensor.
func (s *simulated) pulse(wearer int, ch config.Chip) func(time.Duration) float64 {
	if wearer >= len(s.scene.Wearers()) {
		return func(time.Duration) float64 { return ch.SupplyVolts / 2 }
	}
	return func(t time.Duration) float64 { return s.scene.Pulse(wearer, t) * ch.SupplyVolts / replaySupply }
}

// skin is the output of a wearer's skin-conductance circuit.
func (s *simulated) skin(wearer int, ch config.Chip) func(time.Duration) float64 {
	worn, circuit := wearer < len(s.scene.Wearers()), *s.config.Wearers[wearer].EDA
	return func(t time.Duration) float64 {
		conductance := 0.0
		if lies := s.across.Load(); lies != nil {
			conductance = *lies
		} else if worn {
			conductance = s.scene.EDA(wearer, t)
		}
		return skinVolts(circuit, ch, conductance)
	}
}

// skinVolts is what a skin-conductance circuit puts out.
func skinVolts(e config.EDA, ch config.Chip, microsiemens float64) float64 {
	if e.Kind == config.Grove {
		return dsp.GroveVolts(microsiemens, ch.SupplyVolts, openCircuit)
	}
	share := microsiemens * e.DividerOhm / 1e6 // of the fixed resistor's conductance
	if e.DividerHigh {
		return ch.SupplyVolts / (1 + share)
	}
	return ch.SupplyVolts * share / (1 + share)
}

func (s *simulated) i2c(b config.Bus, _ uint16) (i2c.Bus, error) {
	bus := s.i2cs[b.Name]
	if err := bus.Open(); err != nil {
		return nil, err
	}
	return bus, nil
}

func (s *simulated) spi(b config.Bus) (spi.Conn, error) {
	port := s.ports[b.Name]
	if port == nil {
		return nil, errors.New("nothing is on this port")
	}
	if err := port.Open(); err != nil {
		return nil, err
	}
	return port.Connect(physic.Frequency(b.ClockHz)*physic.Hertz, spi.Mode0, 8)
}

// fault lets a chip or a bus fail for some seconds.
func (s *simulated) fault(name string, f sim.Fault, seconds float64) error {
	part, err := s.fail(name, f)
	if err != nil {
		return err
	}
	time.AfterFunc(time.Duration(seconds*float64(time.Second)), func() {
		_ = part.Set(f, false) // it was known when it was switched on
	})
	return nil
}

// fail lets a chip or a bus fail from now on.
func (s *simulated) fail(name string, f sim.Fault) (faultable, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	part, ok := s.parts[name]
	if !ok {
		names := ""
		for _, c := range s.config.Chips {
			names += " " + c.Name
		}
		return nil, fmt.Errorf("no simulated chip %q; there are:%s", name, names)
	}
	return part, part.Set(f, true)
}

// feel lets the bodies feel what the room does.
func (s *simulated) feel(c room.Cue) {
	s.scene.SetRoom(synth.Room{
		BrightnessPercent: c.Light.Brightness, Kelvin: c.Light.Kelvin, LevelDB: c.Sound.LevelDB.Or(-60),
		BreathsPerMin: c.Pace.BreathsPerMin, PhaseZero: c.Pace.PhaseZero,
	})
}

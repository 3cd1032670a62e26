package hub

import (
	"time"

	"hubd/config"
	"hubd/drivers/sim"
)

// airLight is what comes back to an optical chip that lies on the table, in nA for each mA of its LEDs.
const airLight = 2

// attachOptical puts the model of an optical chip on its bus. Its clock is off the other way than the converters' are.
func (s *simulated) attachOptical(ch config.Chip) error {
	o := sim.MAXOptions{Light: s.light(ch), Swapped: ch.LEDs.InfraredFirst, ClockError: -s.clock}
	if line := s.gpio.Line(ch.InterruptLine); line != nil {
		o.Interrupt = line.DriveAt
	}
	model, err := sim.NewMAX3010x(o)
	if err != nil {
		return err
	}
	s.i2cs[ch.Bus].Attach(ch.Address, model)
	s.parts[ch.Name] = model
	return nil
}

// light is what the wearer's finger gives back to a chip; see input.
func (s *simulated) light(ch config.Chip) sim.Input {
	worn := len(s.scene.Wearers())
	for i, w := range s.config.Wearers {
		if w.Pulse != nil && w.Pulse.Chip == ch.Name && i < worn {
			return func(led int, t time.Duration) float64 { return s.scene.Light(i, led, t) }
		}
	}
	return func(int, time.Duration) float64 { return airLight }
}

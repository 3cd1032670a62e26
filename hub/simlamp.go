package hub

import (
	"hubd/dsp"
	"hubd/room"
)

// simLamp is a lamp that is on and does what it is asked. Like zigbee2mqtt it reports the goal of a fade at once.
type simLamp struct {
	id         string
	on         bool
	brightness float64 // percent
	kelvin     float64
}

// obey takes one command and says how the lamp is then; false where the command is for another lamp or for nobody.
func (l *simLamp) obey(c room.LampCommand) (room.LampReport, bool) {
	if c.Lamp != l.id || c.Owner != room.OwnerHubd {
		return room.LampReport{}, false
	}
	l.brightness, l.kelvin = c.Brightness.Or(l.brightness), c.Kelvin.Or(l.kelvin)
	l.on = l.on || c.Brightness.Or(0) > 0
	return l.report(), true
}

func (l *simLamp) report() room.LampReport {
	on := 0.0
	if l.on {
		on = 1
	}
	return room.LampReport{Lamp: l.id, On: dsp.Some(on), Brightness: dsp.Some(l.brightness), Kelvin: dsp.Some(l.kelvin)}
}

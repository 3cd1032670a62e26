package room

import "hubd/dsp"

// LampStatus is how it is with one lamp, for whoever shows it.
type LampStatus struct {
	Lamp       string
	Gone       bool      // it said that it cannot be reached, or its bridge did
	On         dsp.Maybe // 1 or 0; absent: it has said nothing, or is gone
	Brightness AttributeStatus
	Kelvin     AttributeStatus
}

// AttributeStatus is how it is with a lamp's brightness, percent, or its colour temperature, kelvin.
type AttributeStatus struct {
	Asked    dsp.Maybe // where its newest command leads, or where it shall stay; absent: the room leaves it alone
	Reported dsp.Maybe // what the lamp said last
	Hand     bool      // somebody took it: the room has let go
}

// Lamps appends how it is with each lamp, in the order of the options.
func (r *Room) Lamps(dst []LampStatus) []LampStatus {
	for i := range r.lamps {
		l := &r.lamps[i]
		dst = append(dst, LampStatus{
			Lamp: l.o.ID, Gone: l.gone && !l.on.Known, On: l.on, Brightness: l.brightness.status(l.hand), Kelvin: l.kelvin.status(l.hand),
		})
	}
	return dst
}

func (a *attribute) status(hand bool) AttributeStatus {
	s := AttributeStatus{Reported: a.reported, Hand: hand}
	if a.active && !hand {
		s.Asked = dsp.Some(a.sent.to)
	}
	return s
}

// Package device speaks with lamps: it turns room's lamp commands into MQTT messages, and what lamps say into lamp reports.
//
// It is pure: no queue, timer or clock, and nothing of a lamp's state is remembered. Each command becomes one message with one
// attribute, since some Zigbee lamps stop one transition when a second command arrives.
//
// No dialect can be trusted to leave a lamp off when its brightness is set: most lamps light up by that. Package room never
// commands a lamp that is off, unless it may switch it on; each dialect says what would happen where a hand was faster.
package device

import (
	"errors"
	"fmt"
	"math"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/room"
)

// The dialects.
const (
	Zigbee2MQTT = "zigbee2mqtt" // zigbee2mqtt 2.x, lamps and groups alike
	WLED        = "wled"        // WLED from 0.13 on
	Tasmota     = "tasmota"     // Tasmota from 12 on
	JSON        = "json"        // the JSON light schema of Home Assistant, which ESPHome speaks
	Templated   = "template"    // anything that takes a payload and tells its state as JSON
)

// Options describes one lamp. Dialect and Lamp are required.
type Options struct {
	Lamp       string   // id, as in room.LampOptions
	Dialect    string   // one of the dialects above
	Topic      string   // what it means is said at each dialect; for Templated see Template
	MinPercent float64  // what the room's least light is on the lamp's own scale, 0…100; 0 % is off
	MaxPercent float64  // what the room's 100 % is; 0: 100
	SwitchOn   bool     // the room may switch the lamp on: JSON and Tasmota then say so in each command of brightness
	Template   Template // for Templated

	StateTopic        string // for JSON: where the lamp tells its state; required
	AvailabilityTopic string // for JSON: where it tells whether it is there; empty: nowhere
}

// Lamp is the codec of one lamp. It may be used by several goroutines.
type Lamp struct {
	o Options
	d dialect
}

// New checks the options. Its errors name the option and say what is wanted.
func New(o Options) (*Lamp, error) {
	if o.Lamp == "" {
		return nil, errors.New("device: a lamp needs an id")
	}
	if o.MaxPercent == 0 {
		o.MaxPercent = 100
	}
	if !(o.MinPercent >= 0 && o.MinPercent < o.MaxPercent && o.MaxPercent <= 100) {
		return nil, fmt.Errorf("device: lamp %s: min_percent %g and max_percent %g: wanted is 0 <= min < max <= 100",
			o.Lamp, o.MinPercent, o.MaxPercent)
	}
	d, err := newDialect(o)
	if err != nil {
		return nil, fmt.Errorf("device: lamp %s: %w", o.Lamp, err)
	}
	return &Lamp{o: o, d: d}, nil
}

// ID is the lamp's, as in room.LampOptions.
func (l *Lamp) ID() string { return l.o.Lamp }

// Whites is what every lamp of this kind can do in colour temperature, before this one has said more.
func (l *Lamp) Whites() room.Whites { return l.d.whites() }

// Encode appends the message for one command. A command that says a hand took the lamp gives none. A command for another
// lamp, without a transition, or with any but exactly one attribute is an error.
func (l *Lamp) Encode(dst []mqtt.Message, c room.LampCommand) ([]mqtt.Message, error) {
	switch {
	case c.Lamp != l.o.Lamp:
		return dst, fmt.Errorf("device: lamp %s was given a command for lamp %q", l.o.Lamp, c.Lamp)
	case c.Owner != room.OwnerHubd:
		return dst, nil
	case c.Brightness.Known == c.Kelvin.Known:
		return dst, fmt.Errorf("device: lamp %s: a command has exactly one of brightness and kelvin", l.o.Lamp)
	case c.Transition <= 0:
		return dst, fmt.Errorf("device: lamp %s: a command without a transition would jump", l.o.Lamp)
	case c.Kelvin.Known && !(c.Kelvin.Value > 0):
		return dst, fmt.Errorf("device: lamp %s: %g K is no colour temperature", l.o.Lamp, c.Kelvin.Value)
	}
	m, err := l.d.encode(l.scale(c))
	if err != nil {
		return dst, fmt.Errorf("device: lamp %s: %w", l.o.Lamp, err)
	}
	return append(dst, m), nil
}

// Decode reads what a lamp says; false where the message is not about this lamp or tells nothing of it.
func (l *Lamp) Decode(topic string, payload []byte) (room.LampReport, bool, error) {
	if len(payload) == 0 { // a retained message was cleared
		return room.LampReport{}, false, nil
	}
	rep, err := l.d.decode(topic, payload)
	if err != nil {
		return room.LampReport{}, false, fmt.Errorf("device: lamp %s: %s: %w", l.o.Lamp, topic, err)
	}
	if rep == (room.LampReport{}) {
		return rep, false, nil
	}
	rep.Lamp = l.o.Lamp
	rep.Brightness = l.unscale(rep.Brightness)
	return rep, true, nil
}

// Topics lists what to subscribe to.
func (l *Lamp) Topics() []string { return l.d.topics() }

// Ask appends the message that makes the lamp tell its state, where the lamp knows one. white asks for its colour temperature, too, which
// a lamp that has none takes for a mistake.
func (l *Lamp) Ask(dst []mqtt.Message, white bool) []mqtt.Message {
	if m, ok := l.d.ask(white); ok {
		dst = append(dst, m)
	}
	return dst
}

// scale takes the room's percent to the lamp's own. Nothing is off on any scale: a lamp that hubd switched on goes off again.
func (l *Lamp) scale(c room.LampCommand) room.LampCommand {
	if c.Brightness.Known && c.Brightness.Value > 0 {
		c.Brightness.Value = l.o.MinPercent + math.Min(100, c.Brightness.Value)*(l.o.MaxPercent-l.o.MinPercent)/100
	}
	return c
}

// faint is the room's word for a light below the lamp's own range, percent: it is not off, and must not be put out to be put back.
const faint = 0.1

// unscale takes the lamp's own percent to the room's.
func (l *Lamp) unscale(b dsp.Maybe) dsp.Maybe {
	if !b.Known || b.Value == 0 {
		return b
	}
	v := (b.Value - l.o.MinPercent) / (l.o.MaxPercent - l.o.MinPercent) * 100
	return dsp.Some(math.Max(faint, math.Min(100, v)))
}

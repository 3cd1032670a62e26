// Package device speaks with lamps: it turns room's lamp commands into MQTT messages, and what lamps say into lamp reports.
//
// It is pure: no queue, timer or clock, and nothing of a lamp is remembered. Each command becomes one message with one
// attribute, since some Zigbee lamps stop one transition when a second command arrives.
package device

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/room"
)

// The dialects.
const (
	Zigbee2MQTT = "zigbee2mqtt" // zigbee2mqtt 2.x, lamps and groups alike
	Templated   = "template"    // anything that takes a payload and tells its state as JSON
)

// Options describes one lamp. Dialect and Lamp are required.
type Options struct {
	Lamp       string   // id, as in room.LampOptions
	Dialect    string   // Zigbee2MQTT or Templated
	Topic      string   // of the lamp or group, for example zigbee2mqtt/bed; for Templated see Template
	MinPercent float64  // what the room's 0 % is on the lamp's own scale, 0…100
	MaxPercent float64  // what the room's 100 % is; 0: 100
	Template   Template // for Templated
}

// Lamp is the codec of one lamp. It may be used by several goroutines.
type Lamp struct {
	o        Options
	template *templated // nil for Zigbee2MQTT
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
	l := &Lamp{o: o}
	switch o.Dialect {
	case Zigbee2MQTT:
		if err := checkTopic("topic", o.Topic); err != nil {
			return nil, fmt.Errorf("device: lamp %s: %w", o.Lamp, err)
		}
	case Templated:
		t, err := newTemplated(o)
		if err != nil {
			return nil, fmt.Errorf("device: lamp %s: %w", o.Lamp, err)
		}
		l.template = t
	default:
		return nil, fmt.Errorf("device: lamp %s: dialect %q: wanted is %s or %s", o.Lamp, o.Dialect, Zigbee2MQTT, Templated)
	}
	return l, nil
}

// checkTopic refuses what a message cannot be published to.
func checkTopic(name, topic string) error {
	switch {
	case topic == "":
		return fmt.Errorf("%s is missing", name)
	case strings.ContainsAny(topic, "+#\x00"):
		return fmt.Errorf("%s %q: wildcards cannot be published to", name, topic)
	}
	return nil
}

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
	if l.template != nil {
		m, err := l.template.encode(l.scale(c), c.Transition)
		if err != nil {
			return dst, fmt.Errorf("device: lamp %s: %w", l.o.Lamp, err)
		}
		return append(dst, m), nil
	}
	return append(dst, l.zigbeeSet(l.scale(c))), nil
}

// Decode reads what a lamp says; false where the message is not about this lamp or tells nothing of it.
func (l *Lamp) Decode(topic string, payload []byte) (room.LampReport, bool, error) {
	var rep room.LampReport
	var err error
	if l.template != nil {
		rep, err = l.template.decode(topic, payload)
	} else {
		rep, err = l.zigbeeState(topic, payload)
	}
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
func (l *Lamp) Topics() []string {
	if l.template != nil {
		return l.template.topics()
	}
	return []string{l.o.Topic, l.o.Topic + "/availability"}
}

// Ask appends the message that makes the lamp tell its state, where the lamp knows one.
func (l *Lamp) Ask(dst []mqtt.Message) []mqtt.Message {
	if l.template != nil {
		return l.template.ask(dst)
	}
	return append(dst, mqtt.Message{Topic: l.o.Topic + "/get", Payload: []byte(`{"state":"","brightness":""}`), QoS: 1})
}

// scale takes the room's percent to the lamp's own.
func (l *Lamp) scale(c room.LampCommand) room.LampCommand {
	if c.Brightness.Known {
		v := math.Max(0, math.Min(100, c.Brightness.Value))
		c.Brightness.Value = l.o.MinPercent + v*(l.o.MaxPercent-l.o.MinPercent)/100
	}
	return c
}

// unscale takes the lamp's own percent to the room's.
func (l *Lamp) unscale(b dsp.Maybe) dsp.Maybe {
	if !b.Known {
		return b
	}
	v := (b.Value - l.o.MinPercent) / (l.o.MaxPercent - l.o.MinPercent) * 100
	return dsp.Some(math.Max(0, math.Min(100, v)))
}

// level turns percent into whole steps of a lamp's scale; only 0 % becomes step 0, which lamps take as off.
func level(percent, top float64) float64 {
	v := math.Round(percent / 100 * top)
	if percent > 0 {
		v = math.Max(v, 1)
	}
	return v
}

// mired turns kelvin into mired, or mired into kelvin.
func mired(v float64) float64 { return 1e6 / v }

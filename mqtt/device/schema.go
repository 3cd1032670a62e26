package device

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"hubd/mqtt"
	"hubd/room"
)

const schemaTop = 255.0

// schema is a lamp that speaks Home Assistant's JSON light schema, such as one with ESPHome; topic is its command topic.
//
// Only "state":"ON" is sure to light a lamp that is off, so it is left out: ESPHome then keeps the brightness for later and stays off.
// Lamps by other makers may light up by a brightness alone. ESPHome tells where a fade goes, not how far it has come.
type schema struct {
	topic, state, availability string
	switchOn                   bool
}

func newSchema(o Options) (schema, error) {
	s := schema{o.Topic, o.StateTopic, o.AvailabilityTopic, o.SwitchOn}
	if err := checkTopic("topic", s.topic); err != nil {
		return s, err
	}
	if s.availability != "" {
		if err := checkTopic("availability_topic", s.availability); err != nil {
			return s, err
		}
	}
	return s, checkTopic("state_topic", s.state)
}

func (s schema) topics() []string {
	if s.availability == "" {
		return []string{s.state}
	}
	return []string{s.state, s.availability}
}

// ask: the schema has no question. ESPHome's state is kept by the broker.
func (schema) ask(bool) (mqtt.Message, bool) { return mqtt.Message{}, false }

func (schema) whites() room.Whites { return room.Whites{} }

// encode builds {"brightness":1…255,"transition":s}, {"state":"OFF","transition":s} or {"color_temp":mired,"transition":s}.
func (s schema) encode(c room.LampCommand) (mqtt.Message, error) {
	b := []byte("{")
	switch {
	case c.Kelvin.Known:
		b = append(b, `"color_temp":`...)
		b = strconv.AppendInt(b, int64(math.Round(mired(c.Kelvin.Value))), 10)
	case c.Brightness.Value > 0:
		if s.switchOn {
			b = append(b, `"state":"ON",`...)
		}
		b = append(b, `"brightness":`...)
		b = strconv.AppendInt(b, int64(level(c.Brightness.Value, schemaTop)), 10)
	default:
		b = append(b, `"state":"OFF"`...)
	}
	b = append(b, `,"transition":`...)
	b = strconv.AppendFloat(b, tenths(c.Transition)/10, 'f', -1, 64)
	return mqtt.Message{Topic: s.topic, Payload: append(b, '}'), QoS: 1}, nil
}

// decode reads the state and the availability.
func (s schema) decode(topic string, payload []byte) (rep room.LampReport, err error) {
	switch topic {
	case s.state:
	case s.availability:
		return gone(payload)
	default:
		return room.LampReport{}, nil
	}
	var in lightJSON
	if err := json.Unmarshal(payload, &in); err != nil {
		return room.LampReport{}, fmt.Errorf("state is no light's JSON: %w", err)
	}
	if rep.On, err = onOff("state", in.State); err != nil {
		return room.LampReport{}, err
	}
	if rep.Brightness, err = percentOf("brightness", in.Brightness, schemaTop); err != nil {
		return room.LampReport{}, err
	}
	if in.ColorMode != nil && *in.ColorMode != "color_temp" {
		rep.Coloured = true // or it mixes its two whites by itself
		return rep, nil
	}
	if rep.Kelvin, err = kelvinOf("color_temp", in.ColorTemp); err != nil {
		return room.LampReport{}, fmt.Errorf("%w; a lamp that speaks kelvin needs dialect template", err)
	}
	return rep, nil
}

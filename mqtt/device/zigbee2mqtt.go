package device

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"hubd/mqtt"
	"hubd/room"
)

// Brightness in the ZCL level control cluster, as zigbee2mqtt uses it.
const (
	zigbeeTop   = 254.0
	zigbeeLeast = 2.0 // many lamps go out at 1
)

// zigbee is a lamp or a group behind zigbee2mqtt; topic is <base>/<friendly name>.
//
// A brightness above 0 becomes "move to level with on/off" and lights a lamp that is off, in a group every member that is. A colour
// temperature does not: a lamp that is off ignores it.
type zigbee struct{ topic string }

func (z zigbee) topics() []string { return []string{z.topic, z.topic + "/availability"} }

// ask reads what it names from the lamp itself; everything else comes as zigbee2mqtt believes it.
func (z zigbee) ask(white bool) (mqtt.Message, bool) {
	payload := `{"state":"","brightness":""}`
	if white {
		payload = `{"state":"","brightness":"","color_temp":""}`
	}
	return mqtt.Message{Topic: z.topic + "/get", Payload: []byte(payload), QoS: 1}, true
}

// whites: the lamp's own range is in zigbee2mqtt's list of devices; see Bridge.
func (zigbee) whites() room.Whites { return room.Whites{} }

// encode builds {"brightness":0…254,"transition":s} or {"color_temp":mired,"transition":s} for <topic>/set. Its transition is in
// tenths of a second on the air.
func (z zigbee) encode(c room.LampCommand) (mqtt.Message, error) {
	key, value := "brightness", level(c.Brightness.Value, zigbeeTop)
	if value > 0 {
		value = max(value, zigbeeLeast)
	}
	if c.Kelvin.Known {
		key, value = "color_temp", math.Round(mired(c.Kelvin.Value))
	}
	b := append([]byte(`{"`), key...)
	b = append(b, `":`...)
	b = strconv.AppendInt(b, int64(value), 10)
	b = append(b, `,"transition":`...)
	b = strconv.AppendFloat(b, tenths(c.Transition)/10, 'f', -1, 64)
	return mqtt.Message{Topic: z.topic + "/set", Payload: append(b, '}'), QoS: 1}, nil
}

// decode reads <topic> and <topic>/availability.
func (z zigbee) decode(topic string, payload []byte) (room.LampReport, error) {
	switch topic {
	case z.topic + "/availability":
		return gone(payload)
	case z.topic:
	default:
		return room.LampReport{}, nil
	}
	var s lightJSON
	if err := json.Unmarshal(payload, &s); err != nil {
		return room.LampReport{}, fmt.Errorf("state is no light's JSON: %w", err)
	}
	return s.report()
}

func (s lightJSON) report() (rep room.LampReport, err error) {
	if rep.On, err = onOff("state", s.State); err != nil {
		return room.LampReport{}, err
	}
	if s.Brightness != nil && *s.Brightness == 255 {
		*s.Brightness = zigbeeTop // some lamps report the level that means "none", at full brightness
	}
	if rep.Brightness, err = percentOf("brightness", s.Brightness, zigbeeTop); err != nil {
		return room.LampReport{}, err
	}
	if s.ColorMode != nil && *s.ColorMode != "color_temp" {
		rep.Coloured = true
		return rep, nil // its color_temp is a leftover
	}
	if rep.Kelvin, err = kelvinOf("color_temp", s.ColorTemp); err != nil {
		return room.LampReport{}, err
	}
	return rep, nil
}

package device

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/room"
)

// zigbeeTop is full brightness of the ZCL level control cluster, as zigbee2mqtt uses it.
const zigbeeTop = 254.0

// zigbeeSet builds {"brightness":0…254,"transition":s} or {"color_temp":mired,"transition":s} for <topic>/set.
func (l *Lamp) zigbeeSet(c room.LampCommand) mqtt.Message {
	key, value := "brightness", 0.0
	if c.Brightness.Known {
		value = level(c.Brightness.Value, zigbeeTop)
	} else {
		key, value = "color_temp", math.Round(mired(c.Kelvin.Value))
	}
	b := append([]byte(`{"`), key...)
	b = append(b, `":`...)
	b = strconv.AppendInt(b, int64(value), 10)
	b = append(b, `,"transition":`...)
	b = strconv.AppendFloat(b, math.Round(c.Transition.Seconds()*10)/10, 'f', -1, 64)
	return mqtt.Message{Topic: l.o.Topic + "/set", Payload: append(b, '}'), QoS: 1}
}

// zigbeeJSON is the part of a state that concerns light. Keys may be absent or null.
type zigbeeJSON struct {
	State      *string  `json:"state"`
	Brightness *float64 `json:"brightness"`
	ColorTemp  *float64 `json:"color_temp"`
	ColorMode  *string  `json:"color_mode"`
}

// zigbeeState reads <topic> and <topic>/availability.
func (l *Lamp) zigbeeState(topic string, payload []byte) (room.LampReport, error) {
	switch {
	case len(payload) == 0: // a retained message was cleared
		return room.LampReport{}, nil
	case topic == l.o.Topic+"/availability":
		gone, err := zigbeeGone(payload)
		return room.LampReport{Gone: gone}, err
	case topic != l.o.Topic:
		return room.LampReport{}, nil
	}
	var s zigbeeJSON
	if err := json.Unmarshal(payload, &s); err != nil {
		return room.LampReport{}, fmt.Errorf("state is no light's JSON: %w", err)
	}
	return s.report()
}

func (s zigbeeJSON) report() (room.LampReport, error) {
	var rep room.LampReport
	if s.State != nil {
		switch *s.State {
		case "ON":
			rep.On = dsp.Some(1)
		case "OFF":
			rep.On = dsp.Some(0)
		default:
			return room.LampReport{}, fmt.Errorf("state %q is neither ON nor OFF", *s.State)
		}
	}
	if s.Brightness != nil {
		if !(*s.Brightness >= 0 && *s.Brightness <= 255) {
			return room.LampReport{}, fmt.Errorf("brightness %g is outside 0 to 254", *s.Brightness)
		}
		rep.Brightness = dsp.Some(math.Min(100, *s.Brightness/zigbeeTop*100))
	}
	coloured := s.ColorMode != nil && *s.ColorMode != "color_temp" // color_temp is then a leftover
	if s.ColorTemp != nil && !coloured {
		if !(*s.ColorTemp >= 1 && *s.ColorTemp <= 2000) {
			return room.LampReport{}, fmt.Errorf("color_temp %g is outside 1 to 2000 mired", *s.ColorTemp)
		}
		rep.Kelvin = dsp.Some(mired(*s.ColorTemp))
	}
	return rep, nil
}

// zigbeeGone reads an availability, {"state":"offline"} or, from older versions, the bare word.
func zigbeeGone(payload []byte) (bool, error) {
	word := string(payload)
	if bytes.HasPrefix(payload, []byte("{")) {
		var s struct {
			State string `json:"state"`
		}
		if err := json.Unmarshal(payload, &s); err != nil {
			return false, fmt.Errorf("availability is no JSON: %w", err)
		}
		word = s.State
	}
	switch word {
	case "online":
		return false, nil
	case "offline":
		return true, nil
	}
	return false, errors.New("availability is neither online nor offline")
}

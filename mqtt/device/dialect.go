package device

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/room"
)

// dialect is how one kind of lamp is spoken to. Brightness is in percent of the lamp's own scale here.
type dialect interface {
	topics() []string
	encode(c room.LampCommand) (mqtt.Message, error)
	decode(topic string, payload []byte) (room.LampReport, error) // the zero report: nothing of this lamp's light
	ask(white bool) (mqtt.Message, bool)                          // false: it cannot be asked
	whites() room.Whites                                          // what is known of every lamp of this kind
}

// newDialect is the closed list of the dialects. A new one gets a case here.
func newDialect(o Options) (dialect, error) {
	switch o.Dialect {
	case Zigbee2MQTT:
		return zigbee{o.Topic}, checkTopic("topic", o.Topic)
	case WLED:
		return wled{o.Topic}, checkTopic("topic", o.Topic)
	case Tasmota:
		return newTasmota(o)
	case JSON:
		return newSchema(o)
	case Templated:
		return newTemplated(o)
	}
	return nil, fmt.Errorf("dialect %q: wanted is %s, %s, %s, %s or %s", o.Dialect, Zigbee2MQTT, WLED, Tasmota, JSON, Templated)
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

// lightJSON is the part of a state that concerns light, as zigbee2mqtt and the JSON light schema tell it. Keys may be absent or null.
type lightJSON struct {
	State      *string  `json:"state"`
	Brightness *float64 `json:"brightness"`
	ColorTemp  *float64 `json:"color_temp"`
	ColorMode  *string  `json:"color_mode"`
}

// gone reads an availability: online or offline in any case of letters, bare or as {"state":"offline"}.
func gone(payload []byte) (room.LampReport, error) {
	word := string(payload)
	if strings.HasPrefix(word, "{") {
		var s struct {
			State string `json:"state"`
		}
		if err := json.Unmarshal(payload, &s); err != nil {
			return room.LampReport{}, fmt.Errorf("availability is no JSON: %w", err)
		}
		word = s.State
	}
	switch strings.ToLower(word) {
	case "online":
		return room.LampReport{}, nil
	case "offline":
		return room.LampReport{Gone: true}, nil
	}
	return room.LampReport{}, errors.New("availability is neither online nor offline")
}

// onOff reads ON or OFF; absent where word is.
func onOff(key string, word *string) (dsp.Maybe, error) {
	switch {
	case word == nil:
		return dsp.Maybe{}, nil
	case *word == "ON":
		return dsp.Some(1), nil
	case *word == "OFF":
		return dsp.Some(0), nil
	}
	return dsp.Maybe{}, fmt.Errorf("%s %q is neither ON nor OFF", key, *word)
}

// percentOf reads a brightness of 0…top as percent; absent where v is.
func percentOf(key string, v *float64, top float64) (dsp.Maybe, error) {
	if v == nil {
		return dsp.Maybe{}, nil
	}
	if !(*v >= 0 && *v <= top) {
		return dsp.Maybe{}, fmt.Errorf("%s %g is outside 0 to %g", key, *v, top)
	}
	return dsp.Some(*v / top * 100), nil
}

// kelvinOf reads a colour temperature in mired as kelvin; absent where v is.
func kelvinOf(key string, v *float64) (dsp.Maybe, error) {
	const least, most = 1, 1000 // 1000 mired are 1000 K: what is above is told in kelvin
	if v == nil {
		return dsp.Maybe{}, nil
	}
	if !(*v >= least && *v <= most) {
		return dsp.Maybe{}, fmt.Errorf("%s %g is outside %d to %d mired", key, *v, least, most)
	}
	return dsp.Some(mired(*v)), nil
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

// tenths rounds a transition to tenths of a second, of which there is at least one.
func tenths(d time.Duration) float64 { return math.Max(1, math.Round(d.Seconds()*10)) }

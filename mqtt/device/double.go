package device

import (
	"encoding/json"
	"fmt"
	"math"

	"hubd/mqtt"
)

// Double is a Zigbee lamp as zigbee2mqtt shows one: it takes /set, answers /get, and tells the goal of a fade at once. The demo has
// one, so that a newcomer without lamps can see what would be asked of theirs; so have tests.
type Double struct {
	topic      string
	on         bool
	brightness float64 // 0…254
	mired      float64
}

// NewDouble makes a lamp that is on at a brightness (percent) and a colour temperature.
func NewDouble(topic string, percent, kelvin float64) *Double {
	return &Double{topic: topic, on: true, brightness: math.Round(percent / 100 * 254), mired: math.Round(1e6 / kelvin)}
}

// Topics are what it listens to.
func (d *Double) Topics() []string { return []string{d.topic + "/set", d.topic + "/get"} }

// State is what it says of itself, unasked when it starts.
func (d *Double) State() mqtt.Message {
	state := "OFF"
	if d.on {
		state = "ON"
	}
	payload := fmt.Sprintf(`{"state":%q,"brightness":%.0f,"color_temp":%.0f,"color_mode":"color_temp"}`, state, d.brightness, d.mired)
	return mqtt.Message{Topic: d.topic, Payload: []byte(payload)}
}

// Hear takes a message and gives what the lamp says to it. What it does not understand it ignores, as the real one does.
func (d *Double) Hear(topic string, payload []byte) []mqtt.Message {
	switch topic {
	case d.topic + "/get":
		return []mqtt.Message{d.State()}
	case d.topic + "/set":
	default:
		return nil
	}
	var set struct {
		State      string   `json:"state"`
		Brightness *float64 `json:"brightness"`
		ColorTemp  *float64 `json:"color_temp"`
	}
	if json.Unmarshal(payload, &set) != nil {
		return nil
	}
	if set.Brightness != nil {
		d.brightness = min(max(math.Round(*set.Brightness), 0), 254)
		d.on = d.brightness > 0
	}
	if set.ColorTemp != nil {
		d.mired = min(max(math.Round(*set.ColorTemp), 150), 500)
	}
	switch set.State {
	case "ON":
		d.on = true
	case "OFF":
		d.on = false
	}
	return []mqtt.Message{d.State()}
}

package sim

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"hubd/mqtt"
)

// ESPHomeOptions describe a lamp with ESPHome and a colour temperature.
type ESPHomeOptions struct {
	Device string // its topic prefix
	Name   string // of the light
	Light  Light
}

// ESPHome tells its goal at once, and the broker keeps it. A brightness alone leaves a lamp that is off as it is.
type ESPHome struct {
	o    ESPHomeOptions
	bulb bulb
	goal Light
}

// What the model can do, in mired, and its own fade.
const (
	espCold, espWarm = 153.0, 454.0
	espFade          = time.Second
)

// NewESPHome makes a lamp.
func NewESPHome(o ESPHomeOptions) *ESPHome {
	return &ESPHome{o: o, bulb: newBulb(o.Light), goal: o.Light}
}

func (e *ESPHome) at(leaf string) string { return e.o.Device + "/light/" + e.o.Name + "/" + leaf }

// Topics implements Lamp.
func (e *ESPHome) Topics() []string { return []string{e.at("command")} }

// Light implements Lamp.
func (e *ESPHome) Light(now time.Duration) Light { return e.bulb.light(now) }

// State is what it says of itself.
func (e *ESPHome) State() mqtt.Message {
	mode, white := "rgb", `"color":{"r":255,"g":0,"b":0}`
	if e.goal.Kelvin > 0 {
		mode, white = "color_temp", fmt.Sprintf(`"color":{},"color_temp":%d`, int(1e6/e.goal.Kelvin))
	}
	return kept(e.at("state"), fmt.Sprintf(`{"color_mode":%q,"state":%q,"brightness":%d,%s}`, mode, onOff(e.goal.On), int(e.goal.Percent/100*255), white))
}

// Hear implements Lamp.
func (e *ESPHome) Hear(now time.Duration, topic string, payload []byte) []mqtt.Message {
	var c struct {
		State      string   `json:"state"`
		Brightness *float64 `json:"brightness"`
		ColorTemp  *float64 `json:"color_temp"`
		Transition *float64 `json:"transition"`
	}
	if topic != e.at("command") || e.bulb.dark || json.Unmarshal(payload, &c) != nil {
		return nil
	}
	switch {
	case c.State == "ON":
		e.goal.On = true
	case c.State == "OFF", c.Brightness != nil && *c.Brightness == 0:
		e.goal.On = false
	}
	if c.Brightness != nil && *c.Brightness > 0 {
		e.goal.Percent = math.Min(*c.Brightness, 255) / 255 * 100
	}
	if c.ColorTemp != nil {
		e.goal.Kelvin = 1e6 / min(max(*c.ColorTemp, espCold), espWarm)
	}
	fade := espFade
	if c.Transition != nil {
		fade = duration(*c.Transition)
	}
	e.move(now, fade)
	return []mqtt.Message{e.State()}
}

func (e *ESPHome) move(now, fade time.Duration) {
	to := 0.0
	if e.goal.On {
		to = e.goal.Percent
	}
	from := e.bulb.percent.at(now)
	if !e.bulb.on {
		from = 0
	}
	e.bulb.percent, e.bulb.kelvin = still(from).turn(now, to, fade), e.bulb.kelvin.turn(now, e.goal.Kelvin, fade)
	e.bulb.on = e.goal.On
}

// Tick implements Lamp: it has nothing to say by itself.
func (e *ESPHome) Tick(time.Duration) []mqtt.Message { return nil }

// Hand implements Lamp: a button wired to it, or its own page.
func (e *ESPHome) Hand(now time.Duration, to Light) []mqtt.Message {
	e.goal = to
	e.move(now, espFade)
	return []mqtt.Message{e.State()}
}

// Cut implements Lamp: the broker tells its last will.
func (e *ESPHome) Cut(time.Duration) []mqtt.Message {
	e.bulb.dark = true
	return []mqtt.Message{kept(e.o.Device+"/status", "offline")}
}

// Back implements Lamp: as restore_mode ALWAYS_ON makes it.
func (e *ESPHome) Back(time.Duration) []mqtt.Message {
	e.goal = Light{On: true, Percent: 100, Kelvin: e.goal.Kelvin}
	e.bulb = newBulb(e.goal)
	return []mqtt.Message{kept(e.o.Device+"/status", "online"), e.State()}
}

package sim

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"hubd/mqtt"
)

// ZigbeeOptions describe a Zigbee lamp behind zigbee2mqtt.
type ZigbeeOptions struct {
	Topic    string // <base>/<friendly name>
	Light    Light
	MiredMin float64 // its range; both 0: it has one white
	MiredMax float64

	// Busy is how long the lamp is deaf after a command: what comes sooner is lost, though zigbee2mqtt tells it as done.
	Busy time.Duration

	// Cuts is a lamp that stops a running transition where it is when a command for the other attribute comes.
	Cuts bool
}

// Zigbee is a lamp as zigbee2mqtt shows one: it tells the goal of a fade at once, and is told by the lamp itself, later, where that
// was wrong.
type Zigbee struct {
	o     ZigbeeOptions
	bulb  bulb
	said  Light // what zigbee2mqtt believes
	heard time.Duration
	ever  bool          // heard is set
	look  time.Duration // when the lamp reports by itself; 0: not again
	lost  int
}

// NewZigbee makes a lamp.
func NewZigbee(o ZigbeeOptions) *Zigbee { return &Zigbee{o: o, bulb: newBulb(o.Light), said: o.Light} }

// Lost is how many commands found the lamp busy.
func (z *Zigbee) Lost() int { return z.lost }

// Topics implements Lamp.
func (z *Zigbee) Topics() []string { return []string{z.o.Topic + "/set", z.o.Topic + "/get"} }

// Light implements Lamp.
func (z *Zigbee) Light(now time.Duration) Light { return z.bulb.light(now) }

// State is what zigbee2mqtt says of the lamp.
func (z *Zigbee) State() mqtt.Message {
	state, white := "OFF", ""
	if z.said.On {
		state = "ON"
	}
	switch {
	case z.o.MiredMax == 0:
	case z.said.Kelvin == 0:
		white = `,"color_mode":"xy","color":{"x":0.7,"y":0.3}`
	default:
		white = fmt.Sprintf(`,"color_mode":"color_temp","color_temp":%.0f`, 1e6/z.said.Kelvin)
	}
	return text(z.o.Topic, fmt.Sprintf(`{"state":%q,"brightness":%.0f%s,"linkquality":90}`, state, z.said.Percent/100*254, white))
}

// Devices is zigbee2mqtt's list with this lamp in it.
func (z *Zigbee) Devices(base, name string) mqtt.Message {
	white := ""
	if z.o.MiredMax > 0 {
		white = fmt.Sprintf(`,{"name":"color_temp","property":"color_temp","type":"numeric","unit":"mired","value_min":%.0f,"value_max":%.0f}`, z.o.MiredMin, z.o.MiredMax)
	}
	return kept(base+"/bridge/devices", fmt.Sprintf(`[{"ieee_address":"0x1","type":"Router","friendly_name":%q,"definition":{"exposes":[{"type":"light","features":[`+
		`{"name":"state","property":"state","type":"binary"},{"name":"brightness","property":"brightness","type":"numeric","value_min":0,"value_max":254}%s]}]}}]`, name, white))
}

// Hear implements Lamp.
func (z *Zigbee) Hear(now time.Duration, topic string, payload []byte) []mqtt.Message {
	switch topic {
	case z.o.Topic + "/get":
		z.read(now, payload)
		return []mqtt.Message{z.State()}
	case z.o.Topic + "/set":
	default:
		return nil
	}
	var set zigbeeSet
	if json.Unmarshal(payload, &set) != nil {
		return nil
	}
	busy := z.ever && now-z.heard < z.o.Busy
	if busy {
		z.lost++
	} else if !z.bulb.dark {
		z.obey(now, set)
	}
	z.heard, z.ever = now, true
	z.believe(set)
	return []mqtt.Message{z.State()}
}

// read asks the lamp for what a get names. Everything else stays as zigbee2mqtt believes it.
func (z *Zigbee) read(now time.Duration, payload []byte) {
	var get map[string]string
	if z.bulb.dark || json.Unmarshal(payload, &get) != nil {
		return
	}
	is := z.bulb.light(now)
	if _, ok := get["state"]; ok {
		z.said.On = is.On
	}
	if _, ok := get["brightness"]; ok {
		z.said.Percent = is.Percent
	}
	if _, ok := get["color_temp"]; ok && z.o.MiredMax > 0 {
		z.said.Kelvin = is.Kelvin
	}
}

type zigbeeSet struct {
	State      string   `json:"state"`
	Brightness *float64 `json:"brightness"`
	ColorTemp  *float64 `json:"color_temp"`
	Transition float64  `json:"transition"`
}

// obey is the lamp.
func (z *Zigbee) obey(now time.Duration, set zigbeeSet) {
	fade := duration(set.Transition)
	if set.Brightness != nil {
		v := level254(*set.Brightness)
		z.bulb.percent = z.bulb.percent.turn(now, v, fade)
		z.bulb.on = v > 0 // move to level with on/off
		if z.o.Cuts {
			z.bulb.kelvin = z.bulb.kelvin.stop(now)
		}
		z.look = now + fade + time.Second
	}
	if set.ColorTemp != nil && z.o.MiredMax > 0 && z.bulb.on {
		z.bulb.kelvin = z.bulb.kelvin.turn(now, z.white(*set.ColorTemp), fade)
		if z.o.Cuts {
			z.bulb.percent = z.bulb.percent.stop(now)
		}
		z.look = now + fade + time.Second
	}
	switch set.State {
	case "ON":
		z.bulb.on = true
	case "OFF":
		z.bulb.on = false
	}
}

// believe is zigbee2mqtt: optimistic.
func (z *Zigbee) believe(set zigbeeSet) {
	if set.Brightness != nil {
		z.said.Percent = level254(*set.Brightness)
		z.said.On = z.said.Percent > 0
	}
	if set.ColorTemp != nil && z.o.MiredMax > 0 {
		z.said.Kelvin = z.white(*set.ColorTemp)
	}
	switch set.State {
	case "ON":
		z.said.On = true
	case "OFF":
		z.said.On = false
	}
}

func level254(v float64) float64 { return min(max(math.Round(v), 0), 254) / 254 * 100 }

func (z *Zigbee) white(mired float64) float64 {
	return 1e6 / min(max(math.Round(mired), z.o.MiredMin), z.o.MiredMax)
}

// Tick implements Lamp: a second after a fade the lamp reports where it has come to.
func (z *Zigbee) Tick(now time.Duration) []mqtt.Message {
	if z.look == 0 || now < z.look || z.bulb.dark {
		return nil
	}
	z.look, z.said = 0, z.bulb.light(now)
	return []mqtt.Message{z.State()}
}

// Hand implements Lamp: a remote control bound to the lamp, which reports the change.
func (z *Zigbee) Hand(now time.Duration, to Light) []mqtt.Message {
	z.bulb.set(to)
	z.said = to
	return []mqtt.Message{z.State()}
}

// Cut implements Lamp. zigbee2mqtt finds out by itself; really that takes ten minutes.
func (z *Zigbee) Cut(time.Duration) []mqtt.Message {
	z.bulb.dark = true
	return []mqtt.Message{kept(z.o.Topic+"/availability", `{"state":"offline"}`)}
}

// Back implements Lamp: it comes back at full brightness, and zigbee2mqtt reads it.
func (z *Zigbee) Back(now time.Duration) []mqtt.Message {
	z.bulb = newBulb(Light{On: true, Percent: 100, Kelvin: z.bulb.kelvin.at(now)})
	z.said = z.bulb.light(now)
	return []mqtt.Message{kept(z.o.Topic+"/availability", `{"state":"online"}`), z.State()}
}

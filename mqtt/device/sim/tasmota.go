package sim

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hubd/mqtt"
)

// TasmotaOptions describe a lamp with Tasmota and two whites, under the default FullTopic.
type TasmotaOptions struct {
	Topic       string
	Light       Light
	SetOption20 bool // a change does not switch it on
	SlewRate    bool // SetOption117 is 0: Speed2 is the time of a change by 100 points
}

// Tasmota answers each command in RESULT with its goal, and tells everything every five minutes.
type Tasmota struct {
	o     TasmotaOptions
	bulb  bulb
	goal  Light
	fade  bool
	once  float64 // Speed2, for the next change
	state time.Duration
}

const (
	tasmotaEvery = 5 * time.Minute // TelePeriod
	tasmotaSpeed = 1.0             // the stored Speed
)

// NewTasmota makes a lamp.
func NewTasmota(o TasmotaOptions) *Tasmota {
	return &Tasmota{o: o, bulb: newBulb(o.Light), goal: o.Light, state: tasmotaEvery}
}

// Topics implements Lamp.
func (t *Tasmota) Topics() []string { return []string{"cmnd/" + t.o.Topic + "/#"} }

// Light implements Lamp.
func (t *Tasmota) Light(now time.Duration) Light { return t.bulb.light(now) }

// Hear implements Lamp.
func (t *Tasmota) Hear(now time.Duration, topic string, payload []byte) []mqtt.Message {
	command, ok := strings.CutPrefix(topic, "cmnd/"+t.o.Topic+"/")
	if !ok || t.bulb.dark {
		return nil
	}
	if !strings.EqualFold(command, "Backlog0") {
		return []mqtt.Message{t.result(t.run(now, command, string(payload)))}
	}
	var out []mqtt.Message
	for one := range strings.SplitSeq(string(payload), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(one), " ")
		out = append(out, t.result(t.run(now, name, value)))
	}
	return out
}

func (t *Tasmota) result(json string) mqtt.Message { return text("stat/"+t.o.Topic+"/RESULT", json) }

// run does one command and gives its answer.
func (t *Tasmota) run(now time.Duration, name, value string) string {
	v, err := strconv.ParseFloat(value, 64)
	switch strings.ToUpper(name) {
	case "STATE":
		return t.whole()
	case "POWER":
		t.power(now, value == "ON" || value == "1")
		return fmt.Sprintf(`{"POWER":%q}`, onOff(t.goal.On))
	case "FADE":
		t.fade = v == 1
		return fmt.Sprintf(`{"Fade":%q}`, onOff(t.fade))
	case "SPEED2":
		if err == nil && v >= 1 && v <= 40 {
			t.once = v
		}
		return fmt.Sprintf(`{"Speed2":%g}`, t.once)
	case "DIMMER":
		if err == nil && v >= 0 && v <= 100 {
			t.dim(now, math.Round(v))
		}
		return t.whole()
	case "CT":
		if err == nil && v >= 153 && v <= 500 {
			t.goal.Kelvin = 1e6 / math.Round(v)
			t.goal.On = t.goal.On || !t.o.SetOption20
			t.move(now)
		}
		return t.whole()
	}
	return `{"Command":"Unknown"}`
}

func (t *Tasmota) dim(now time.Duration, v float64) {
	switch {
	case v == 0:
		t.goal.On = false
	default:
		t.goal.Percent = v
		t.goal.On = t.goal.On || !t.o.SetOption20
	}
	t.move(now)
}

func (t *Tasmota) power(now time.Duration, on bool) {
	t.goal.On = on
	t.move(now)
}

// move fades, where fading is on, as fast as Speed2 or Speed says, which holds for one change.
func (t *Tasmota) move(now time.Duration) {
	speed := tasmotaSpeed
	if t.once > 0 {
		speed, t.once = t.once, 0
	}
	to := 0.0
	if t.goal.On {
		to = t.goal.Percent
	}
	from := t.bulb.percent.at(now)
	if !t.bulb.on {
		from = 0
	}
	fade := duration(speed / 2)
	if t.o.SlewRate {
		fade = time.Duration(float64(fade) * math.Abs(to-from) / 100)
	}
	if !t.fade {
		fade = 0
	}
	t.bulb.percent, t.bulb.kelvin = still(from).turn(now, to, fade), t.bulb.kelvin.turn(now, t.goal.Kelvin, fade)
	t.bulb.on = t.goal.On
}

func (t *Tasmota) whole() string {
	white, ct := t.goal.Percent, 0.0
	if t.goal.Kelvin > 0 {
		ct = 1e6 / t.goal.Kelvin
	} else {
		white, ct = 0, 153
	}
	return fmt.Sprintf(`{"POWER":%q,"Dimmer":%.0f,"Color":"0000000000","White":%.0f,"CT":%.0f,"Channel":[0,0,0,0,0]}`, onOff(t.goal.On), t.goal.Percent, white, ct)
}

func onOff(on bool) string {
	if on {
		return "ON"
	}
	return "OFF"
}

// Tick implements Lamp.
func (t *Tasmota) Tick(now time.Duration) []mqtt.Message {
	if now < t.state || t.bulb.dark {
		return nil
	}
	t.state = now + tasmotaEvery
	return []mqtt.Message{text("tele/"+t.o.Topic+"/STATE", t.whole())}
}

// Hand implements Lamp: a button on the lamp, or its own page.
func (t *Tasmota) Hand(now time.Duration, to Light) []mqtt.Message {
	switched := t.goal.On != to.On
	t.goal = to
	t.move(now)
	if switched {
		return []mqtt.Message{t.result(fmt.Sprintf(`{"POWER":%q}`, onOff(to.On)))}
	}
	return []mqtt.Message{t.result(t.whole())}
}

// Cut implements Lamp: the broker tells its last will.
func (t *Tasmota) Cut(time.Duration) []mqtt.Message {
	t.bulb.dark = true
	return []mqtt.Message{kept("tele/"+t.o.Topic+"/LWT", "Offline")}
}

// Back implements Lamp: at full brightness, as one whose PowerOnState is 1 and whose dimmer was left there.
func (t *Tasmota) Back(now time.Duration) []mqtt.Message {
	t.goal = Light{On: true, Percent: 100, Kelvin: t.goal.Kelvin}
	t.bulb, t.state = newBulb(t.goal), now+tasmotaEvery
	return []mqtt.Message{kept("tele/"+t.o.Topic+"/LWT", "Online"), text("tele/"+t.o.Topic+"/STATE", t.whole())}
}

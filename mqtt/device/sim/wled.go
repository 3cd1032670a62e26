package sim

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"hubd/mqtt"
)

// WLEDOptions describe a strip with WLED.
type WLEDOptions struct {
	Topic string // the device topic
	Light Light
	Fade  time.Duration // its own, where a command names none; 0: 0.7 s

	// Mix gives red, green and blue, each 0…255, of a white.
	Mix func(kelvin float64) (r, g, b float64)
}

// WLED is a strip: it tells its goal, at most once a second, and forgets a command that comes while its JSON buffer is in use.
type WLED struct {
	o      WLEDOptions
	bulb   bulb
	goal   Light
	told   time.Duration
	due    bool // a change is to be told
	locked time.Duration
}

const wledQuiet = time.Second // between two tellings

// NewWLED makes a strip.
func NewWLED(o WLEDOptions) *WLED {
	if o.Fade == 0 {
		o.Fade = 700 * time.Millisecond
	}
	return &WLED{o: o, bulb: newBulb(o.Light), goal: o.Light, told: -wledQuiet}
}

// Lock takes the JSON buffer until then.
func (w *WLED) Lock(until time.Duration) { w.locked = until }

// Topics implements Lamp.
func (w *WLED) Topics() []string { return []string{w.o.Topic, w.o.Topic + "/col", w.o.Topic + "/api"} }

// Light implements Lamp.
func (w *WLED) Light(now time.Duration) Light { return w.bulb.light(now) }

// State is everything it says after a change.
func (w *WLED) State() []mqtt.Message {
	bri := 0.0
	if w.goal.On {
		bri = max(1, math.Round(w.goal.Percent/100*255))
	}
	r, g, b := 255.0, 0.0, 0.0
	if w.goal.Kelvin > 0 {
		r, g, b = w.o.Mix(w.goal.Kelvin)
	}
	colour := fmt.Sprintf("#%02X%02X%02X", uint8(math.Round(r)), uint8(math.Round(g)), uint8(math.Round(b)))
	xml := fmt.Sprintf(`<?xml version="1.0" ?><vs><ac>%.0f</ac><cl>%.0f</cl><cl>%.0f</cl><cl>%.0f</cl><fx>0</fx><wv>-1</wv><ds>Tom & Jerry</ds></vs>`, bri, r, g, b)
	return []mqtt.Message{
		text(w.o.Topic+"/g", fmt.Sprintf("%.0f", bri)), text(w.o.Topic+"/c", colour),
		kept(w.o.Topic+"/status", "online"), text(w.o.Topic+"/v", xml),
	}
}

type wledState struct {
	On  *bool    `json:"on"`
	Bri *float64 `json:"bri"`
	TT  *float64 `json:"tt"`
	Seg *struct {
		Col []float64 `json:"col"` // kelvin alone; the model knows no other colours
	} `json:"seg"`
	Nightlight *struct{} `json:"nl"`
}

// Hear implements Lamp. It answers in Tick.
func (w *WLED) Hear(now time.Duration, topic string, payload []byte) []mqtt.Message {
	var s wledState
	if topic != w.o.Topic+"/api" || w.bulb.dark || now < w.locked || json.Unmarshal(payload, &s) != nil {
		return nil
	}
	fade := w.o.Fade
	if s.TT != nil {
		fade = time.Duration(uint16(*s.TT*100)) * time.Millisecond // 16 bits
	}
	before := w.goal
	on := w.goal.On
	if s.Bri != nil {
		on = *s.Bri > 0
		if on {
			w.goal.Percent = min(*s.Bri, 255) / 255 * 100
		}
	}
	if s.On != nil {
		on = *s.On
	}
	w.goal.On = on
	if s.Seg != nil && len(s.Seg.Col) > 0 && s.Seg.Col[0] > 0 {
		w.goal.Kelvin = s.Seg.Col[0]
	}
	w.due = w.due || w.goal != before || s.Nightlight != nil
	w.move(now, fade)
	return nil
}

func (w *WLED) move(now, fade time.Duration) {
	to := 0.0
	if w.goal.On {
		to = w.goal.Percent
	}
	from := w.bulb.percent.at(now)
	if !w.bulb.on {
		from = 0
	}
	w.bulb.percent = still(from).turn(now, to, fade)
	w.bulb.kelvin = w.bulb.kelvin.turn(now, w.goal.Kelvin, fade)
	w.bulb.on = w.goal.On
}

// Tick implements Lamp.
func (w *WLED) Tick(now time.Duration) []mqtt.Message {
	if !w.due || now-w.told < wledQuiet || w.bulb.dark {
		return nil
	}
	w.due, w.told = false, now
	return w.State()
}

// Hand implements Lamp: the strip's own page or button.
func (w *WLED) Hand(now time.Duration, to Light) []mqtt.Message {
	w.goal, w.due = to, true
	w.move(now, w.o.Fade)
	return nil
}

// Cut implements Lamp: the broker tells its last will.
func (w *WLED) Cut(time.Duration) []mqtt.Message {
	w.bulb.dark = true
	return []mqtt.Message{kept(w.o.Topic+"/status", "offline")}
}

// Back implements Lamp: it comes back as "apply at boot" says, here full.
func (w *WLED) Back(now time.Duration) []mqtt.Message {
	w.goal = Light{On: true, Percent: 100, Kelvin: w.goal.Kelvin}
	w.bulb, w.due, w.told = newBulb(w.goal), false, now
	return w.State()
}

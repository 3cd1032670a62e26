package device

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/room"
)

// What WLED takes (wled00/json.cpp, led.cpp, mqtt.cpp).
const (
	wledTop       = 255.0
	wledMostTenth = 655.0 // tt is kept in 16 bits of milliseconds: a longer one would come out short
)

// wled is a strip with WLED; topic is its MQTT device topic, such as wled/bed. The group topic takes commands too, but tells nothing.
//
// bri above 0 lights a strip that is off. A colour does not. tt is the transition of this one command, in tenths of a second, while
// transition would be kept. WLED tells where a fade goes, not how far it has come, up to a second later. A command that finds WLED's
// JSON buffer in use is dropped without a word.
type wled struct{ topic string }

func (w wled) topics() []string {
	return []string{w.topic + "/g", w.topic + "/c", w.topic + "/status"}
}

// ask makes WLED tell its state: an empty nightlight changes nothing and counts as a change; udpn keeps it from other strips.
func (w wled) ask(bool) (mqtt.Message, bool) {
	return mqtt.Message{Topic: w.topic + "/api", Payload: []byte(`{"udpn":{"nn":true},"nl":{}}`), QoS: 1}, true
}

// whites: any white that red, green and blue can mix, as far as wledWhite tells it back.
func (wled) whites() room.Whites { return room.Whites{Known: true, Min: wledWarmest, Max: wledColdest} }

// encode builds {"bri":1…255,"tt":tenths} or {"seg":{"col":[kelvin]},"tt":tenths} for <topic>/api.
func (w wled) encode(c room.LampCommand) (mqtt.Message, error) {
	var b []byte
	switch {
	case c.Kelvin.Known:
		b = append(b, `{"seg":{"col":[`...)
		b = strconv.AppendInt(b, int64(math.Round(c.Kelvin.Value)), 10)
		b = append(b, `]}`...)
	case c.Brightness.Value > 0:
		b = append(b, `{"bri":`...)
		b = strconv.AppendInt(b, int64(level(c.Brightness.Value, wledTop)), 10)
	default:
		b = append(b, `{"on":false`...)
	}
	b = append(b, `,"tt":`...)
	b = strconv.AppendInt(b, int64(min(tenths(c.Transition), wledMostTenth)), 10)
	return mqtt.Message{Topic: w.topic + "/api", Payload: append(b, '}'), QoS: 1}, nil
}

// decode reads <topic>/g, the brightness; /c, the first colour; /status. /v has both in XML, with the strip's name unescaped.
func (w wled) decode(topic string, payload []byte) (room.LampReport, error) {
	switch topic {
	case w.topic + "/status":
		return gone(payload)
	case w.topic + "/g":
		return wledBrightness(string(payload))
	case w.topic + "/c":
		return wledColour(string(payload))
	}
	return room.LampReport{}, nil
}

func wledBrightness(text string) (room.LampReport, error) {
	v, err := strconv.ParseUint(text, 10, 8)
	switch {
	case err != nil:
		return room.LampReport{}, errors.New("brightness is no number of 0 to 255")
	case v == 0:
		return room.LampReport{On: dsp.Some(0), Brightness: dsp.Some(0)}, nil
	}
	return room.LampReport{On: dsp.Some(1), Brightness: dsp.Some(float64(v) / wledTop * 100)}, nil
}

// wledColour reads #RRGGBB, or #WRRGGBB and #WWRRGGBB where the white channel is lit. Only a mixed white has a colour temperature: a
// strip that shows a colour, or its white channel, is left with it.
func wledColour(text string) (room.LampReport, error) {
	if len(text) < 7 || len(text) > 9 || text[0] != '#' {
		return room.LampReport{}, errors.New("colour is not #RRGGBB or #WWRRGGBB")
	}
	v, err := strconv.ParseUint(text[1:], 16, 32)
	if err != nil {
		return room.LampReport{}, fmt.Errorf("colour %q is not #RRGGBB or #WWRRGGBB", text)
	}
	if v>>24 != 0 {
		return room.LampReport{Coloured: true}, nil
	}
	white := wledKelvin(float64(v>>16&0xff), float64(v>>8&0xff), float64(v&0xff))
	return room.LampReport{Kelvin: white, Coloured: !white.Known}, nil
}

package device

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"hubd/mqtt"
	"hubd/room"
)

// What Tasmota takes (docs/Commands.md, Light).
const (
	tasmotaCold, tasmotaWarm = 153.0, 500.0 // CT, in mired
	tasmotaSlowest           = 40.0         // Speed2, in half seconds
	// tasmotaFastest keeps a lamp at 20 points a second whatever its SetOption117 is. Without that option Speed2 is the time from 0 to
	// 100 %, so that a shorter way takes less than it was given.
	tasmotaFastest = 10.0
)

// tasmota is a lamp with Tasmota; topic is its Topic, such as bedlamp, or with another FullTopic than %prefix%/%topic%/ that one, with
// %prefix% left in it: home/bedlamp/%prefix%.
//
// Dimmer and CT light a lamp that is off, unless its SetOption20 is 1. Fade has to be on or the light jumps, so each command says so;
// Speed2 holds for the next change alone. With SetOption117 1 it is the time of the whole change, at most 20 s. Tasmota tells where a fade
// goes, not how far it has come.
type tasmota struct {
	topic    string
	switchOn bool
}

const tasmotaPrefix = "%prefix%"

func newTasmota(o Options) (tasmota, error) {
	t := tasmota{strings.TrimSuffix(o.Topic, "/"), o.SwitchOn}
	if strings.Count(t.topic, tasmotaPrefix) > 1 || strings.Contains(strings.ReplaceAll(t.topic, tasmotaPrefix, ""), "%") {
		return t, fmt.Errorf("topic %q: wanted is the lamp's Topic, or its FullTopic with %s once and everything else filled in", o.Topic, tasmotaPrefix)
	}
	return t, checkTopic("topic", t.topic)
}

// at is a whole topic: prefix is cmnd, stat or tele.
func (t tasmota) at(prefix, leaf string) string {
	if !strings.Contains(t.topic, tasmotaPrefix) {
		return prefix + "/" + t.topic + "/" + leaf
	}
	return strings.Replace(t.topic, tasmotaPrefix, prefix, 1) + "/" + leaf
}

func (t tasmota) topics() []string {
	return []string{t.at("stat", "RESULT"), t.at("tele", "STATE"), t.at("tele", "LWT")}
}

func (t tasmota) ask(bool) (mqtt.Message, bool) {
	return mqtt.Message{Topic: t.at("cmnd", "State"), QoS: 1}, true
}

func (tasmota) whites() room.Whites {
	return room.Whites{Known: true, Min: mired(tasmotaWarm), Max: mired(tasmotaCold)}
}

// encode builds "Fade 1;Speed2 20;Dimmer 40" or the same with CT for cmnd/<topic>/Backlog0, which runs it without a pause.
func (t tasmota) encode(c room.LampCommand) (mqtt.Message, error) {
	speed := min(max(math.Round(c.Transition.Seconds()*2), tasmotaFastest), tasmotaSlowest)
	change := fmt.Sprintf("Dimmer %.0f", level(c.Brightness.Value, 100))
	switch {
	case c.Kelvin.Known:
		change = fmt.Sprintf("CT %.0f", min(max(math.Round(mired(c.Kelvin.Value)), tasmotaCold), tasmotaWarm))
	case t.switchOn && c.Brightness.Value > 0:
		change += ";Power ON" // SetOption20 may be 1
	}
	payload := fmt.Sprintf("Fade 1;Speed2 %.0f;%s", speed, change)
	return mqtt.Message{Topic: t.at("cmnd", "Backlog0"), Payload: []byte(payload), QoS: 1}, nil
}

// tasmotaJSON is the part of RESULT and STATE that concerns light. Every command answers in RESULT, most of them with none of it.
type tasmotaJSON struct {
	Power  *string  `json:"POWER"`
	Power1 *string  `json:"POWER1"` // with SetOption26, or where the device has more outputs
	Dimmer *float64 `json:"Dimmer"`
	CT     *float64 `json:"CT"`
	White  *float64 `json:"White"`
}

// decode reads stat/<topic>/RESULT, tele/<topic>/STATE and tele/<topic>/LWT.
func (t tasmota) decode(topic string, payload []byte) (rep room.LampReport, err error) {
	switch topic {
	case t.at("tele", "LWT"):
		return gone(payload)
	case t.at("stat", "RESULT"), t.at("tele", "STATE"):
	default:
		return room.LampReport{}, nil
	}
	var s tasmotaJSON
	if err := json.Unmarshal(payload, &s); err != nil {
		return room.LampReport{}, fmt.Errorf("state is no light's JSON: %w", err)
	}
	if s.Power == nil {
		s.Power = s.Power1
	}
	if rep.On, err = onOff("POWER", s.Power); err != nil {
		return room.LampReport{}, err
	}
	if rep.Brightness, err = percentOf("Dimmer", s.Dimmer, 100); err != nil {
		return room.LampReport{}, err
	}
	if s.White != nil && *s.White == 0 {
		rep.Coloured = true
		return rep, nil // CT is a leftover
	}
	if rep.Kelvin, err = kelvinOf("CT", s.CT); err != nil {
		return room.LampReport{}, err
	}
	return rep, nil
}

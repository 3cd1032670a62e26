package device

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/room"
)

// Template describes a lamp in the user's own words. Payloads are Go text/templates over SetValues; those of a lamp that
// can fade should use .Seconds or .Milliseconds, or have the lamp fade by itself.
type Template struct {
	BrightnessTopic string  // required
	Brightness      string  // payload, for example {"bri":{{.Level}},"tt":{{.Seconds}}}; required
	KelvinTopic     string  // empty with Kelvin empty: the lamp has no colour temperature
	Kelvin          string  // payload, for example {"ct":{{.Mired}}}
	Top             float64 // the lamp's own full brightness, for .Level and BrightnessKey; 0: 100

	StateTopic    string // required: without a state no hand can be seen
	OnKey         string // JSON key, dots go deeper; on is ON, on, true or 1. Empty: on is a brightness above 0
	BrightnessKey string // required
	KelvinKey     string // empty: not told
	KelvinMired   bool   // KelvinKey holds mired

	AskTopic   string // empty: the lamp cannot be asked
	AskPayload string
}

// SetValues is what a payload template may use.
type SetValues struct {
	Percent      float64 // brightness, 0…100 on the lamp's own range
	Level        float64 // brightness in whole steps of 0…Top
	Kelvin       float64 // whole kelvin
	Mired        float64 // whole mired
	Seconds      float64 // transition, to the tenth
	Milliseconds int64   // transition
}

type templated struct {
	o                  Template
	brightness, kelvin *payloadOf[SetValues] // kelvin is nil without a colour temperature
}

func newTemplated(o Options) (*templated, error) {
	t := &templated{o: o.Template}
	if t.o.Top == 0 {
		t.o.Top = 100
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	var err error
	if t.brightness, err = parsePayload("brightness", t.o.Brightness, sampleSet()); err != nil {
		return nil, err
	}
	if t.o.Kelvin != "" {
		t.kelvin, err = parsePayload("kelvin", t.o.Kelvin, sampleSet())
	}
	return t, err
}

func (t *templated) check() error {
	errs := []error{checkTopic("brightness_topic", t.o.BrightnessTopic), checkTopic("state_topic", t.o.StateTopic)}
	if (t.o.Kelvin == "") != (t.o.KelvinTopic == "") {
		errs = append(errs, errors.New("kelvin and kelvin_topic go together"))
	} else if t.o.KelvinTopic != "" {
		errs = append(errs, checkTopic("kelvin_topic", t.o.KelvinTopic))
	}
	if t.o.AskTopic != "" {
		errs = append(errs, checkTopic("ask_topic", t.o.AskTopic))
	}
	if t.o.BrightnessKey == "" {
		errs = append(errs, errors.New("brightness_key is missing"))
	}
	if !(t.o.Top > 0) || math.IsInf(t.o.Top, 0) {
		errs = append(errs, fmt.Errorf("top %g: wanted is the lamp's full brightness, above 0", t.o.Top))
	}
	return errors.Join(errs...)
}

// sampleSet is a command that every payload must be able to say.
func sampleSet() SetValues {
	return SetValues{Percent: 50, Level: 50, Kelvin: 2700, Mired: 370, Seconds: 1, Milliseconds: 1000}
}

func (t *templated) encode(c room.LampCommand) (mqtt.Message, error) {
	v := SetValues{Seconds: tenths(c.Transition) / 10, Milliseconds: c.Transition.Milliseconds()}
	use, topic := t.brightness, t.o.BrightnessTopic
	if c.Kelvin.Known {
		use, topic = t.kelvin, t.o.KelvinTopic
		v.Kelvin, v.Mired = math.Round(c.Kelvin.Value), math.Round(mired(c.Kelvin.Value))
	} else {
		v.Percent = math.Round(c.Brightness.Value*10) / 10
		v.Level = level(c.Brightness.Value, t.o.Top)
	}
	if use == nil {
		return mqtt.Message{}, errors.New("the template has no kelvin payload")
	}
	b, err := use.fill(v)
	if err != nil {
		return mqtt.Message{}, err
	}
	return mqtt.Message{Topic: topic, Payload: b, QoS: 1}, nil
}

func (t *templated) topics() []string { return []string{t.o.StateTopic} }

func (t *templated) ask(bool) (mqtt.Message, bool) {
	return mqtt.Message{Topic: t.o.AskTopic, Payload: []byte(t.o.AskPayload), QoS: 1}, t.o.AskTopic != ""
}

// whites: without a payload for it the lamp is never asked for a colour temperature.
func (t *templated) whites() room.Whites {
	none := t.kelvin == nil
	return room.Whites{Known: none, None: none}
}

func (t *templated) decode(topic string, payload []byte) (room.LampReport, error) {
	if topic != t.o.StateTopic {
		return room.LampReport{}, nil
	}
	var state map[string]json.RawMessage
	if err := json.Unmarshal(payload, &state); err != nil {
		return room.LampReport{}, fmt.Errorf("state is no JSON object: %w", err)
	}
	var rep room.LampReport
	var err error
	if rep.Brightness, err = number(state, t.o.BrightnessKey, t.o.Top); err != nil {
		return room.LampReport{}, err
	}
	if rep.Brightness.Known {
		rep.Brightness.Value *= 100 / t.o.Top
	}
	if rep.On, err = t.on(state, rep.Brightness); err != nil {
		return room.LampReport{}, err
	}
	const most = 20000 // kelvin, or mired
	if rep.Kelvin, err = number(state, t.o.KelvinKey, most); err != nil {
		return room.LampReport{}, err
	}
	if rep.Kelvin.Known && rep.Kelvin.Value < 1 {
		return room.LampReport{}, fmt.Errorf("%s %g is no colour temperature", t.o.KelvinKey, rep.Kelvin.Value)
	}
	if rep.Kelvin.Known && t.o.KelvinMired {
		rep.Kelvin.Value = mired(rep.Kelvin.Value)
	}
	return rep, nil
}

// on reads the switch, or, where the lamp tells none, takes it from the brightness.
func (t *templated) on(state map[string]json.RawMessage, brightness dsp.Maybe) (dsp.Maybe, error) {
	if t.o.OnKey == "" {
		switch {
		case !brightness.Known:
			return dsp.Maybe{}, nil
		case brightness.Value > 0:
			return dsp.Some(1), nil
		}
		return dsp.Some(0), nil
	}
	raw, ok, err := find(state, t.o.OnKey)
	if err != nil || !ok {
		return dsp.Maybe{}, err
	}
	switch strings.ToLower(strings.Trim(string(raw), `"`)) {
	case "on", "true", "1":
		return dsp.Some(1), nil
	case "off", "false", "0":
		return dsp.Some(0), nil
	}
	return dsp.Maybe{}, fmt.Errorf("%s %s is neither on nor off", t.o.OnKey, raw)
}

// number reads a key as a number of 0…top; absent where the key is, or is null.
func number(state map[string]json.RawMessage, key string, top float64) (dsp.Maybe, error) {
	if key == "" {
		return dsp.Maybe{}, nil
	}
	raw, ok, err := find(state, key)
	if err != nil || !ok {
		return dsp.Maybe{}, err
	}
	var v float64
	if err := json.Unmarshal(raw, &v); err != nil {
		return dsp.Maybe{}, fmt.Errorf("%s is no number", key)
	}
	if !(v >= 0 && v <= top) {
		return dsp.Maybe{}, fmt.Errorf("%s %g is outside 0 to %g", key, v, top)
	}
	return dsp.Some(v), nil
}

// find follows a key with dots into nested objects; false where it is absent or null.
func find(state map[string]json.RawMessage, key string) (json.RawMessage, bool, error) {
	first, rest, deeper := strings.Cut(key, ".")
	raw, ok := state[first]
	if !ok || string(raw) == "null" {
		return nil, false, nil
	}
	if !deeper {
		return raw, true, nil
	}
	var inner map[string]json.RawMessage
	if err := json.Unmarshal(raw, &inner); err != nil {
		return nil, false, fmt.Errorf("%s is no JSON object", first)
	}
	return find(inner, rest)
}

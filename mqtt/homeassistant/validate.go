package homeassistant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"hubd/mqtt"
)

// Validate tells what Home Assistant would refuse or complain of in a discovery message, all at once. Home Assistant itself
// says so only in its log, and drops a misspelt key without a word. Rules: home-assistant.io, MQTT integration; core's
// mqtt/sensor.py and the unit lists of its sensor component.
func Validate(m mqtt.Message) error {
	if len(m.Payload) == 0 {
		return checkTopic(m) // removes the device
	}
	var b bundle
	read := json.NewDecoder(bytes.NewReader(m.Payload))
	read.DisallowUnknownFields()
	if err := read.Decode(&b); err != nil {
		return fmt.Errorf("homeassistant: %s: %w", m.Topic, err)
	}
	problems := []error{checkTopic(m), checkRoot(b)}
	taken := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(b.Components)) {
		c := b.Components[key]
		for _, err := range c.check(m.Topic, b.Device.Name) {
			problems = append(problems, fmt.Errorf("homeassistant: %s: component %s: %w", m.Topic, key, err))
		}
		if !objectID.MatchString(key) {
			problems = append(problems, fmt.Errorf("homeassistant: %s: component key %q: want %s", m.Topic, key, objectID))
		}
		for _, identity := range []string{c.UniqueID, c.DefaultEntityID} {
			if other, twice := taken[identity]; twice && identity != "" {
				problems = append(problems, fmt.Errorf("homeassistant: %s: components %s and %s are both %s", m.Topic, other, key, identity))
			}
			taken[identity] = key
		}
	}
	return errors.Join(problems...)
}

var (
	objectID  = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)
	entityID  = regexp.MustCompile(`^[a-z_]+\.[a-z0-9_]+$`)
	discovery = regexp.MustCompile(`^[^+#]+/device/([^/]+)/config$`)
)

func checkTopic(m mqtt.Message) error {
	part := discovery.FindStringSubmatch(m.Topic)
	switch {
	case part == nil || !objectID.MatchString(part[1]):
		return fmt.Errorf("homeassistant: topic %q: want <prefix>/device/<id>/config, id of letters, digits, _ and -", m.Topic)
	case !m.Retain || m.QoS != 1:
		return fmt.Errorf("homeassistant: %s: discovery is retained with QoS 1", m.Topic)
	}
	return nil
}

func checkRoot(b bundle) error {
	var problems []error
	if len(b.Device.IDs) == 0 || slices.Contains(b.Device.IDs, "") {
		problems = append(problems, errors.New("homeassistant: a device needs identifiers"))
	}
	if b.Device.Name == "" {
		problems = append(problems, errors.New("homeassistant: a device needs a name"))
	}
	if b.Origin.Name == "" {
		problems = append(problems, errors.New("homeassistant: the origin needs a name"))
	}
	if len(b.Components) == 0 {
		problems = append(problems, errors.New("homeassistant: a bundle needs components"))
	}
	return errors.Join(problems...)
}

// check lists what is wrong with one component. One reduced to its platform is right: it takes the entity away.
func (c component) check(topic, deviceName string) []error {
	r, known := platforms()[c.Platform]
	switch {
	case c.Platform == triggerPlatform && !c.isReduced():
		return c.checkTrigger(topic)
	case !known && c.Platform != triggerPlatform:
		names := append(slices.Sorted(maps.Keys(platforms())), triggerPlatform)
		return []error{fmt.Errorf("platform %q: want one of %s", c.Platform, strings.Join(names, ", "))}
	case c.isReduced():
		return nil
	}
	var problems []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	wrong(c.UniqueID == "", "unique_id is missing")
	wrong(!entityID.MatchString(c.DefaultEntityID) || !strings.HasPrefix(c.DefaultEntityID, c.Platform+"."),
		"default_entity_id %q: want %s.<letters, digits and _>", c.DefaultEntityID, c.Platform)
	wrong(c.Name == "", "name is missing")
	wrong(repeats(c.Name, deviceName), "name %q repeats the device's name %q", c.Name, deviceName)
	wrong(r.state && c.StateTopic == "", "state_topic is missing")
	wrong(r.command && c.CommandTopic == "", "command_topic is missing")
	wrong(!r.state && c.StateTopic != "", "a %s has no state_topic", c.Platform)
	wrong(!r.command && c.CommandTopic != "", "a %s has no command_topic", c.Platform)
	wrong(c.Category != "" && !slices.Contains(r.categories, c.Category), "entity_category %q is not for a %s", c.Category, c.Platform)
	wrong(c.Mode != "" && len(c.Availability) == 0, "availability_mode without availability")
	problems = append(problems, c.checkTopics(topic)...)
	problems = append(problems, c.checkUnit(r)...)
	return append(problems, c.checkChoices()...)
}

// checkTrigger lists what is wrong with a trigger, which is no entity: it has neither identity nor state.
func (c component) checkTrigger(topic string) []error {
	problems := c.checkTopics(topic)
	if c.AutomationType != "trigger" || c.Topic == "" || c.Type == "" || c.Subtype == "" {
		problems = append(problems, errors.New("a trigger needs automation_type trigger, topic, type and subtype"))
	}
	entity := c
	entity.Platform, entity.AutomationType, entity.Topic, entity.Type, entity.Subtype = "", "", "", "", ""
	entity.Payload, entity.ValueTemplate, entity.QoS = "", "", 0
	if !entity.isEmpty() {
		problems = append(problems, errors.New("a trigger has automation_type, topic, payload, value_template, type, subtype and qos, nothing else"))
	}
	return problems
}

// repeats tells whether an entity's name begins with its device's: Home Assistant shows both, one behind the other.
func repeats(name, device string) bool {
	return device != "" && (strings.EqualFold(name, device) || strings.HasPrefix(strings.ToLower(name), strings.ToLower(device)+" "))
}

func (c component) checkTopics(config string) []error {
	tree := config[:strings.Index(config+"/device/", "/device/")+1]
	var problems []error
	topics := []string{c.StateTopic, c.CommandTopic, c.Topic}
	for _, a := range c.Availability {
		if a.Topic == "" {
			problems = append(problems, errors.New("an availability topic is empty"))
		}
		topics = append(topics, a.Topic)
	}
	for _, t := range topics {
		if strings.ContainsAny(t, "+#") {
			problems = append(problems, fmt.Errorf("topic %q: neither + nor # may stand in it", t))
		}
		if t != "" && strings.HasPrefix(t, tree) {
			problems = append(problems, fmt.Errorf("topic %q lies inside the discovery tree", t))
		}
	}
	return problems
}

func (c component) checkUnit(r rules) []error {
	var problems []error
	units, known := r.classes[c.DeviceClass]
	switch {
	case c.DeviceClass == "":
	case !known:
		problems = append(problems, fmt.Errorf("device_class %q is not among those checked for a %s", c.DeviceClass, c.Platform))
	case len(units) == 0 && c.Unit != "":
		problems = append(problems, fmt.Errorf("device_class %s has no unit, not %q", c.DeviceClass, c.Unit))
	case len(units) > 0 && !slices.Contains(units, c.Unit):
		problems = append(problems, fmt.Errorf("device_class %s with unit %q: want one of %q", c.DeviceClass, c.Unit, units))
	}
	if c.Unit != "" && !r.unit {
		problems = append(problems, fmt.Errorf("a %s has no unit", c.Platform))
	}
	if strings.ContainsRune(c.Unit, '\u00b5') {
		problems = append(problems, errors.New("the unit is written with the micro sign: want the Greek letter mu, U+03BC"))
	}
	if c.StateClass != "" && (c.Platform != "sensor" || !slices.Contains([]string{"measurement", "total", "total_increasing"}, c.StateClass)) {
		problems = append(problems, fmt.Errorf("state_class %q is not for a %s", c.StateClass, c.Platform))
	}
	return problems
}

func (c component) checkChoices() []error {
	var problems []error
	wrong := func(bad bool, text string) {
		if bad {
			problems = append(problems, errors.New(text))
		}
	}
	enum := c.Platform == "sensor" && c.DeviceClass == "enum"
	wrong(enum && len(c.Options) == 0, "an enum needs options")
	wrong(enum && (c.StateClass != "" || c.Unit != ""), "an enum has neither state_class nor unit")
	wrong(c.Platform == "select" && len(c.Options) == 0, "a select needs options")
	wrong(len(c.Options) > 0 && !enum && c.Platform != "select", "only an enum and a select have options")
	wrong(hasTwice(c.Options), "an option stands twice")
	wrong(c.Platform == "event" && len(c.EventTypes) == 0, "an event needs event_types")
	wrong(len(c.EventTypes) > 0 && c.Platform != "event", "only an event has event_types")
	if c.Platform == "number" {
		wrong(c.Min == nil || c.Max == nil || *c.Min >= *c.Max, "a number needs min below max")
		wrong(c.Step < 0.001, "a number needs a step of at least 0.001")
	}
	return problems
}

func hasTwice(words []string) bool {
	sorted := slices.Sorted(slices.Values(words))
	return len(slices.Compact(sorted)) != len(words)
}

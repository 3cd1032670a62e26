package homeassistant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"hubd/mqtt"
)

// bundle is one device discovery payload. The short names at the root are the ones Home Assistant documents for it.
type bundle struct {
	Device     device               `json:"dev"`
	Origin     origin               `json:"o"`
	Components map[string]component `json:"cmps"` // encoding/json sorts the keys
}

// device is what Home Assistant shows as one device.
type device struct {
	IDs          []string `json:"ids"`
	Name         string   `json:"name"`
	Manufacturer string   `json:"mf"`
	Model        string   `json:"mdl"`
	Software     string   `json:"sw,omitempty"`
	Serial       string   `json:"sn,omitempty"`
	Via          string   `json:"via_device,omitempty"`
}

// origin tells who publishes the bundle. It is mandatory.
type origin struct {
	Name     string `json:"name"`
	Software string `json:"sw,omitempty"`
	URL      string `json:"url,omitempty"`
}

// component is one entity, or one trigger of the device. Which fields belong to which platform is checked by Validate.
type component struct {
	Platform        string         `json:"p"`
	UniqueID        string         `json:"unique_id,omitempty"`
	DefaultEntityID string         `json:"default_entity_id,omitempty"`
	Name            string         `json:"name,omitempty"`
	Icon            string         `json:"icon,omitempty"`
	Category        string         `json:"entity_category,omitempty"`
	Enabled         *bool          `json:"enabled_by_default,omitempty"`
	Availability    []availability `json:"availability,omitempty"`
	Mode            string         `json:"availability_mode,omitempty"`
	QoS             int            `json:"qos,omitempty"`

	StateTopic    string   `json:"state_topic,omitempty"`
	ValueTemplate string   `json:"value_template,omitempty"`
	DeviceClass   string   `json:"device_class,omitempty"`
	StateClass    string   `json:"state_class,omitempty"`
	Unit          string   `json:"unit_of_measurement,omitempty"`
	Precision     *int     `json:"suggested_display_precision,omitempty"`
	Options       []string `json:"options,omitempty"`
	EventTypes    []string `json:"event_types,omitempty"`

	CommandTopic   string `json:"command_topic,omitempty"`
	PayloadPress   string `json:"payload_press,omitempty"`
	PayloadOn      string `json:"payload_on,omitempty"`
	PayloadOff     string `json:"payload_off,omitempty"`
	StateOn        string `json:"state_on,omitempty"`
	StateOff       string `json:"state_off,omitempty"`
	AutomationType string `json:"automation_type,omitempty"`
	Topic          string `json:"topic,omitempty"`
	Type           string `json:"type,omitempty"`
	Subtype        string `json:"subtype,omitempty"`
	Payload        string `json:"payload,omitempty"`

	Min       *float64 `json:"min,omitempty"`
	Max       *float64 `json:"max,omitempty"`
	Step      float64  `json:"step,omitempty"`
	InputMode string   `json:"mode,omitempty"`
}

// availability is one topic that says online while the entity can be used.
type availability struct {
	Topic         string `json:"topic"`
	ValueTemplate string `json:"value_template,omitempty"`
}

// sensed is the condition that a wearer is sensed at this moment. Home Assistant ignores a word that is neither online nor
// offline, so paused must be translated, or the measurements would stay as they were.
func sensed(status string) availability {
	return availability{status, "{{ 'online' if value == 'online' else 'offline' }}"}
}

// deviceName is the name people chose, with a word before it where one of the entities begins with it: somebody called Heart must
// not cost the room its entities.
func deviceName(chosen, kind string, components map[string]component) string {
	for _, c := range components {
		if repeats(c.Name, chosen) {
			return kind + " " + chosen
		}
	}
	return chosen
}

// reduced is a component as Home Assistant wants it to be taken away.
func (c component) reduced() component { return component{Platform: c.Platform} }

func (c component) isReduced() bool {
	return c.UniqueID == "" && c.StateTopic == "" && c.CommandTopic == "" && c.AutomationType == ""
}

// isEmpty compares by what is sent: a component has slices.
func (c component) isEmpty() bool {
	empty, _ := json.Marshal(component{})
	have, err := json.Marshal(c)
	return err == nil && bytes.Equal(have, empty)
}

// Bundles gives the discovery messages, the room's first, then the wearers' in their order: retained, QoS 1. Every bundle
// has passed Validate.
func Bundles(o Options) ([]mqtt.Message, error) {
	messages, err := Unchecked(o)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if err := Validate(m); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

// Unchecked gives the same messages without a look at whether Home Assistant would take them: to show what it would refuse, never to send.
func Unchecked(o Options) ([]mqtt.Message, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	messages := make([]mqtt.Message, 0, 1+len(o.Wearers))
	for _, b := range append([]bundle{roomBundle(o)}, wearerBundles(o)...) {
		m, err := b.message(o.prefix())
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

func (b bundle) message(prefix string) (mqtt.Message, error) {
	payload, err := json.Marshal(b)
	if err != nil {
		return mqtt.Message{}, fmt.Errorf("homeassistant: encode the bundle of %s: %w", b.Device.Name, err)
	}
	return mqtt.Message{Topic: prefix + "/device/" + b.Device.IDs[0] + "/config", Payload: payload, QoS: 1, Retain: true}, nil
}

// maker builds the components of one device.
type maker struct {
	owner string // beginning of every unique id
	hub   string // status topic of the hub
	made  map[string]component
}

func newMaker(owner, hubStatus string) *maker {
	return &maker{owner: owner, hub: hubStatus, made: map[string]component{}}
}

// add completes a component: its identity, and the hub's status as the least it needs to be available. Identities must
// never change from one version to the next: Home Assistant would make a second entity with _2 behind its name.
func (m *maker) add(key, platform string, c component) {
	c.Platform = platform
	c.UniqueID = m.owner + "_" + key
	c.DefaultEntityID = platform + "." + strings.ReplaceAll(c.UniqueID, "-", "_")
	c.QoS = 1
	c.Availability = append([]availability{{Topic: m.hub}}, c.Availability...)
	c.Mode = "all"
	m.made[key] = c
}

// always lifts the condition that the hub is online, for the entity that tells just that.
func (m *maker) always(key string) {
	c := m.made[key]
	c.Availability, c.Mode = nil, ""
	m.made[key] = c
}

func (m *maker) button(key, name, icon, topic, payload string) {
	m.add(key, "button", component{Name: name, Icon: icon, CommandTopic: topic, PayloadPress: payload})
}

func disabled() *bool { off := false; return &off }

func decimals(n int) *int { return &n }

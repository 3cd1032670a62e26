package homeassistant

import (
	"encoding/json"
	"strings"
	"testing"

	"hubd/mqtt"
	"hubd/pipeline"
)

func TestValidate(t *testing.T) {
	change := func(key string, f func(*component)) func(*bundle) {
		return func(b *bundle) { c := b.Components[key]; f(&c); b.Components[key] = c }
	}
	for _, row := range []struct {
		name   string
		change func(*bundle)
		want   string
	}{
		{"no device identifiers", func(b *bundle) { b.Device.IDs = nil }, "identifiers"},
		{"no device name", func(b *bundle) { b.Device.Name = "" }, "needs a name"},
		{"no origin name", func(b *bundle) { b.Origin.Name = "" }, "origin"},
		{"no components", func(b *bundle) { b.Components = nil }, "needs components"},
		{"a key with a space", func(b *bundle) { b.Components["a b"] = component{Platform: "sensor"} }, "component key"},
		{"an unknown platform", change("state", func(c *component) { c.Platform = "sensors" }), "platform"},
		{"no unique id", change("state", func(c *component) { c.UniqueID = "" }), "unique_id"},
		{"two of one unique id", change("state", func(c *component) { c.UniqueID = "hubd_bed-room_a_rmssd" }), "are both"},
		{"an entity id of another domain", change("state", func(c *component) { c.DefaultEntityID = "switch.x" }), "want sensor."},
		{"no name", change("state", func(c *component) { c.Name = "" }), "name is missing"},
		{"the device's name again", change("state", func(c *component) { c.Name = "Wearer a state" }), "repeats"},
		{"a sensor without state topic", change("state", func(c *component) { c.StateTopic = ""; c.CommandTopic = "x" }), "state_topic is missing"},
		{"a button without command", change("share_nothing", func(c *component) { c.CommandTopic = ""; c.StateTopic = "x" }), "command_topic is missing"},
		{"a sensor as config", change("state", func(c *component) { c.Category = "config" }), "entity_category"},
		{"an empty availability topic", change("state", func(c *component) { c.Availability[0].Topic = "" }), "availability topic is empty"},
		{"a wildcard in a topic", change("state", func(c *component) { c.StateTopic = "hubd/+/state" }), "neither + nor #"},
		{"an enum without options", change("state", func(c *component) { c.Options = nil }), "an enum needs options"},
		{"an enum with a unit", change("state", func(c *component) { c.Unit = "%" }), "neither state_class nor unit"},
		{"an enum with a state class", change("state", func(c *component) { c.StateClass = "measurement" }), "neither state_class nor unit"},
		{"an option twice", change("state", func(c *component) { c.Options = []string{"a", "a"} }), "stands twice"},
		{"options on a plain sensor", change("rmssd", func(c *component) { c.Options = []string{"a"} }), "only an enum"},
		{"conductivity in microsiemens", change("scl", func(c *component) { c.DeviceClass = "conductivity" }), "want one of"},
		{"a duration in beats per minute", change("heart_rate", func(c *component) { c.DeviceClass = "duration" }), "want one of"},
		{"a device class nobody checked", change("heart_rate", func(c *component) { c.DeviceClass = "heart_rate" }), "not among those"},
		{"the micro sign", change("scl", func(c *component) { c.Unit = "\u00b5S" }), "U+03BC"},
		{"a unit on a binary sensor", change("problem", func(c *component) { c.Unit = "%" }), "has no unit"},
		{"a state class on a binary sensor", change("problem", func(c *component) { c.StateClass = "measurement" }), "state_class"},
		{"an event without types", change("event", func(c *component) { c.EventTypes = nil }), "event_types"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := bundles(t, Wearer{ID: "a", Share: pipeline.ShareFull})[1]
			b := decode(t, m)
			row.change(&b)
			m.Payload, _ = json.Marshal(b)
			if err := Validate(m); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one about %q", err, row.want)
			}
		})
	}
}

func TestValidateTheRoom(t *testing.T) {
	for _, row := range []struct{ name, from, to, want string }{
		{"a number whose ends are exchanged", `"min":4.5`, `"min":45`, "min below max"},
		{"a number without step", `"step":0.1`, `"step":0`, "step of at least"},
		{"a trigger of another kind", `"automation_type":"trigger"`, `"automation_type":"action"`, "automation_type trigger"},
		{"a trigger without a topic", `"topic":"hubd/bed-room/room/event","type":"asked"`, `"type":"asked"`, "automation_type trigger"},
		{"a trigger with a name", `"type":"asked"`, `"type":"asked","name":"Asked"`, "nothing else"},
		{"a wildcard in a trigger's topic", `"topic":"hubd/bed-room/room/event","type":"asked"`, `"topic":"hubd/#","type":"asked"`, "neither + nor #"},
		{"a misspelt key", `"state_topic"`, `"state_topics"`, "unknown field"},
		{"no JSON", `{"dev"`, `"dev"`, "homeassistant"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := bundles(t, Wearer{ID: "a"})[0]
			m.Payload = []byte(strings.Replace(string(m.Payload), row.from, row.to, 1))
			if err := Validate(m); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one about %q", err, row.want)
			}
		})
	}
	m := bundles(t)[0]
	m.Retain = false
	if Validate(m) == nil {
		t.Error("a bundle that is not retained is taken")
	}
	if err := Validate(mqtt.Message{Topic: m.Topic, QoS: 1, Retain: true}); err != nil {
		t.Errorf("an empty message takes a device away, but: %v", err)
	}
}

func FuzzValidate(f *testing.F) {
	f.Add(`{"dev":{"ids":["x"],"name":"X"},"o":{"name":"hubd"},"cmps":{"a":{"p":"sensor"}}}`)
	f.Add(`{"cmps":{"a":{"p":"number","command_topic":"x","state_topic":"y"}}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		Validate(mqtt.Message{Topic: "homeassistant/device/x/config", Payload: []byte(payload), QoS: 1, Retain: true})
	})
}

func TestWithdraw(t *testing.T) {
	full := Wearer{ID: "a", Share: pipeline.ShareFull}
	none := Wearer{ID: "a", Share: pipeline.ShareNone}
	b := Wearer{ID: "b", Share: pipeline.ShareNone}
	before, after := bundles(t, full, b), bundles(t, none, b)

	steps, err := Withdraw(before, after)
	if err != nil {
		t.Fatal(err)
	}
	// The room loses nothing: events that are no longer told are no entity.
	if len(steps) != 2 || steps[0].Topic != before[1].Topic || string(steps[1].Payload) != string(after[1].Payload) {
		t.Fatalf("%d steps, want the parting bundle and then the new one", len(steps))
	}
	if err := Validate(steps[0]); err != nil {
		t.Error(err)
	}
	parting := decode(t, steps[0])
	for key, c := range decode(t, before[1]).Components {
		got := parting.Components[key]
		_, stays := decode(t, after[1]).Components[key]
		if got.isReduced() == stays || got.Platform != c.Platform {
			t.Errorf("%s: %+v, stays %v", key, got, stays)
		}
	}
	if !strings.Contains(string(steps[0].Payload), `"heart_rate":{"p":"sensor"}`) {
		t.Errorf("not reduced to its platform: %s", steps[0].Payload)
	}

	for name, row := range map[string]struct {
		before, after []mqtt.Message
		steps         int
	}{
		"nothing changes":          {before, before, 0},
		"more is shared":           {after, before, 0},
		"a wearer is gone":         {before, bundles(t, full), 1},
		"withdrawn before already": {[]mqtt.Message{steps[0]}, after, 0},
	} {
		got, err := Withdraw(row.before, row.after)
		if err != nil || len(got) != row.steps {
			t.Errorf("%s: %d steps, %v; want %d", name, len(got), err, row.steps)
		}
		for _, m := range got {
			if len(m.Payload) != 0 || !m.Retain || m.Topic != before[2].Topic {
				t.Errorf("%s: %s %q", name, m.Topic, m.Payload)
			}
		}
	}
	if _, err := Withdraw([]mqtt.Message{{Topic: before[0].Topic, Payload: []byte("x")}}, before); err == nil {
		t.Error("a bundle that cannot be read is no error")
	}
}

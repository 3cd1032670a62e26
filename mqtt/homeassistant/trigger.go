package homeassistant

import (
	"errors"
	"fmt"
)

// triggerPlatform is how Home Assistant calls what its automation editor offers under "Device". It is no entity: it has neither a name
// nor a state, and stands under two words, shown as "subtype" type.
const triggerPlatform = "device_automation"

// triggers lists the moments of the room that an automation may begin with. Those that tell of people are bounded as the room's events are.
func (m *maker) triggers(o Options) {
	for _, t := range []struct {
		event         string
		subtype, does string
		ofPeople      bool // only where everybody shares their state
	}{
		{"check_in", "check-in", "asked", false},
		{"session_started", "session", "started", false},
		{"session_ended", "session", "ended", false},
		{"settled", "everyone", "settled", true},
		{"practice_done", "practice", "done", true},
	} {
		if t.ofPeople && !o.allShareState() {
			continue
		}
		m.made["when_"+t.event] = component{Platform: triggerPlatform, AutomationType: "trigger", Type: t.does, Subtype: t.subtype,
			Topic: o.Topics.RoomEvent, ValueTemplate: "{{ value_json.event_type }}", Payload: t.event, QoS: 1}
	}
}

// checkTrigger lists what is wrong with a device trigger: it needs what the others may not have, and may have hardly anything of theirs.
func (c component) checkTrigger(config string) []error {
	var problems []error
	if c.AutomationType != "trigger" {
		problems = append(problems, fmt.Errorf("automation_type %q: want trigger", c.AutomationType))
	}
	if c.Type == "" || c.Subtype == "" {
		problems = append(problems, errors.New("a device trigger needs type and subtype"))
	}
	if c.Topic == "" {
		problems = append(problems, errors.New("a device trigger needs its topic"))
	}
	if c.UniqueID != "" || c.DefaultEntityID != "" || c.Name != "" || c.StateTopic != "" || c.CommandTopic != "" || len(c.Availability) > 0 {
		problems = append(problems, errors.New("a device trigger is no entity: it has no id, name, availability, state_topic or command_topic"))
	}
	return append(problems, c.checkTopics(config)...)
}

// identities are what no other component of the device may have too.
func (c component) identities() []string {
	if c.Platform == triggerPlatform {
		return []string{"the trigger " + c.Subtype + " " + c.Type}
	}
	return []string{c.UniqueID, c.DefaultEntityID}
}

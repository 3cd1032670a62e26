package hub

import (
	"testing"

	"hubd/mqtt"
	"hubd/wire"
)

func TestWhatStopsSomethingIsUrgentOnTheWayFromTheBroker(t *testing.T) {
	p := built(t, couple("", "", "  stop_buttons: [{topic: zigbee2mqtt/button, json_key: action}]"))
	topics := wire.Topics{Hub: p.id}
	o := p.connection(topics, p.ears(knowledge{wearers: []string{"a", "b"}, inbox: newInbox()}, func() {}), func() []mqtt.Message { return nil })
	for topic, want := range map[string]bool{
		"zigbee2mqtt/button":                   true,
		"hubd/bedroom/room/set/pause":          true,
		"hubd/bedroom/room/set/end_session":    true,
		"hubd/bedroom/room/set/stop_practice":  true,
		"hubd/bedroom/a/set/sensing":           true,
		"hubd/bedroom/room/set/scene":          false,
		"hubd/bedroom/a/set/start_session":     false,
		"hubd/attic/room/set/pause":            false,
		"zigbee2mqtt/bed":                      false,
		"homeassistant/device/x/config":        false,
		"hubd/bedroom/room/set/pause/anything": false,
	} {
		if o.Urgent == nil || o.Urgent(topic) != want {
			t.Errorf("%s: urgent %t is not what it is", topic, want)
		}
	}
	if o.Will.Topic != topics.Status() || string(o.Will.Payload) != "offline" || !o.Will.Retain {
		t.Errorf("the will is %q on %s", o.Will.Payload, o.Will.Topic)
	}
}

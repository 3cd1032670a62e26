package homeassistant

import (
	"encoding/json"
	"slices"
	"strings"

	"hubd/mqtt"
)

// DiscoveryFilter matches the description of every device there is, so that those left behind by this hub can be found.
func (o Options) DiscoveryFilter() string { return o.prefix() + "/device/+/config" }

// Leftover gives what takes away a description that this hub left at the broker and does not send any more: that of a wearer who
// is no longer in the config, or everything under an id that the hub had before. The messages are empty and retained: for the
// description itself, and for the availability that stood beside it.
//
// Only what is certainly this hub's own is touched. A description under its id is; one under another id only where it carries
// this hub's Mark. It is nil for all others.
func Leftover(o Options, found mqtt.Message) []mqtt.Message {
	if len(found.Payload) == 0 || !strings.HasPrefix(found.Topic, o.prefix()+"/device/hubd_") {
		return nil
	}
	var b bundle
	if json.Unmarshal(found.Payload, &b) != nil || b.Origin.Name != "hubd" || len(b.Device.IDs) != 1 {
		return nil
	}
	own := o.ownIDs()
	id := b.Device.IDs[0]
	mine := strings.HasPrefix(id, own[0]+"_") || o.Mark != "" && b.Device.Serial == o.Mark
	if !mine || slices.Contains(own, id) || found.Topic != o.prefix()+"/device/"+id+"/config" {
		return nil
	}
	clear := []mqtt.Message{{Topic: found.Topic, QoS: 1, Retain: true}}
	for _, topic := range b.statusTopics() {
		if topic != o.Topics.HubStatus && strings.HasPrefix(topic, "hubd/") {
			clear = append(clear, mqtt.Message{Topic: topic, QoS: 1, Retain: true})
		}
	}
	return clear
}

// ownIDs are the devices of this hub, the room's first.
func (o Options) ownIDs() []string {
	ids := []string{"hubd_" + o.HubID}
	for _, w := range o.Wearers {
		ids = append(ids, ids[0]+"_"+w.ID)
	}
	return ids
}

// statusTopics are the topics of availability that a bundle names, each once.
func (b bundle) statusTopics() []string {
	var topics []string
	for _, c := range b.Components {
		for _, a := range append([]availability{{Topic: c.StateTopic}}, c.Availability...) {
			if strings.HasSuffix(a.Topic, "/status") && !slices.Contains(topics, a.Topic) {
				topics = append(topics, a.Topic)
			}
		}
	}
	slices.Sort(topics)
	return topics
}

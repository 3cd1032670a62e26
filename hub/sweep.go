package hub

import (
	"slices"

	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
)

// maxLeavers bounds how many are swept in one step. More than that were never wearers of one hub; the next connect tells of the rest.
const maxLeavers = 32

// hasLeft takes note of somebody whose status the broker keeps and who is no wearer of this hub any more: the config has changed since.
// Any goroutine may tell.
func (t *teller) hasLeft(wearer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.leavers) < maxLeavers && !slices.Contains(t.leavers, wearer) {
		t.leavers = append(t.leavers, wearer)
	}
}

// sweep takes back what an earlier config left on the broker: the device first, so that Home Assistant never sees it without its status,
// then the status. All of it lies under this hub's own id; nothing else is touched.
func (t *teller) sweep() {
	t.mu.Lock()
	gone := t.leavers
	t.leavers = nil
	t.mu.Unlock()
	for _, w := range gone {
		t.log.Info("the broker still kept a device of somebody who is no wearer any more: it is taken back", "topic", t.topics.WearerStatus(w))
		t.publish(homeassistant.TakenBack(t.ha, w))
		t.publish(mqtt.Message{Topic: t.topics.WearerStatus(w), QoS: 1, Retain: true})
	}
}

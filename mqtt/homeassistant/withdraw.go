package homeassistant

import (
	"encoding/json"
	"fmt"
	"slices"

	"hubd/mqtt"
)

// Withdraw gives what has to be sent, in this order, so that Home Assistant forgets what before had and after has not: for a
// device that is gone an empty message, for an entity that is gone first the bundle in which it is reduced to its platform.
// The new bundle is part of it where an entity goes; bundles without loss are not.
//
// Two messages under one topic both count: send them with mqtt.Client.Send, because Publish keeps only the newest.
func Withdraw(before, after []mqtt.Message) ([]mqtt.Message, error) {
	var steps []mqtt.Message
	for _, old := range before {
		at := slices.IndexFunc(after, func(m mqtt.Message) bool { return m.Topic == old.Topic })
		if at < 0 {
			steps = append(steps, mqtt.Message{Topic: old.Topic, QoS: 1, Retain: true})
			continue
		}
		parting, loses, err := part(old, after[at])
		if err != nil {
			return nil, err
		}
		if loses {
			steps = append(steps, parting, after[at])
		}
	}
	return steps, nil
}

// part makes the bundle that takes entities away: all of the new one, and what is gone reduced to its platform.
func part(before, after mqtt.Message) (m mqtt.Message, loses bool, err error) {
	var old, now bundle
	if err := json.Unmarshal(before.Payload, &old); err != nil {
		return m, false, fmt.Errorf("homeassistant: %s: read the former bundle: %w", before.Topic, err)
	}
	if err := json.Unmarshal(after.Payload, &now); err != nil {
		return m, false, fmt.Errorf("homeassistant: %s: read the new bundle: %w", after.Topic, err)
	}
	for key, c := range old.Components {
		if _, stays := now.Components[key]; !stays && !c.isReduced() {
			now.Components[key] = c.reduced()
			loses = true
		}
	}
	payload, err := json.Marshal(now)
	if err != nil {
		return m, false, fmt.Errorf("homeassistant: %s: %w", after.Topic, err)
	}
	return mqtt.Message{Topic: after.Topic, Payload: payload, QoS: 1, Retain: true}, loses, nil
}

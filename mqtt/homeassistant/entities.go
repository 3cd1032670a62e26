package homeassistant

import (
	"encoding/json"
	"fmt"
	"slices"

	"hubd/mqtt"
)

// Entities gives the names that Home Assistant gives the entities of a discovery message at first, in alphabetical order. Somebody may
// have renamed them since.
func Entities(m mqtt.Message) (ids []string, err error) {
	var b bundle
	if err := json.Unmarshal(m.Payload, &b); err != nil {
		return nil, fmt.Errorf("homeassistant: %s: %w", m.Topic, err)
	}
	for _, c := range b.Components {
		if c.DefaultEntityID != "" {
			ids = append(ids, c.DefaultEntityID)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

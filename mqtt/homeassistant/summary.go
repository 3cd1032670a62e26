package homeassistant

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hubd/mqtt"
)

// AppendSummary appends a discovery message in lines for people: the device, then each of its entities and triggers with what it is
// called, what it shows, and where it reads and sends. The message may be one that Validate refuses, if it is JSON at all.
func AppendSummary(dst []byte, m mqtt.Message) ([]byte, error) {
	var b bundle
	if err := json.Unmarshal(m.Payload, &b); err != nil {
		return dst, fmt.Errorf("homeassistant: %s: %w", m.Topic, err)
	}
	dst = fmt.Appendf(dst, "%s\n%s, a device of %d\n", m.Topic, b.Device.Name, len(b.Components))
	for _, key := range slices.SortedFunc(maps.Keys(b.Components), byPlatform(b.Components)) {
		dst = b.Components[key].appendLine(dst)
	}
	return dst, nil
}

func byPlatform(components map[string]component) func(a, b string) int {
	return func(a, b string) int {
		if order := strings.Compare(components[a].Platform, components[b].Platform); order != 0 {
			return order
		}
		return strings.Compare(a, b)
	}
}

func (c component) appendLine(dst []byte) []byte {
	called, shown := c.DefaultEntityID, c.Name
	if c.Platform == triggerPlatform {
		called, shown = "device trigger", c.Subtype+" "+c.Type
	}
	dst = fmt.Appendf(dst, "  %-52s %s", called, shown)
	if is := c.qualities(); len(is) > 0 {
		dst = fmt.Appendf(dst, " (%s)", strings.Join(is, ", "))
	}
	for _, t := range []string{c.StateTopic, c.Topic} {
		if t != "" {
			dst = fmt.Appendf(dst, ", reads %s", t)
		}
	}
	if c.CommandTopic != "" {
		dst = fmt.Appendf(dst, ", sends to %s", c.CommandTopic)
	}
	return append(dst, '\n')
}

// qualities are what a value is and how it is shown, in words.
func (c component) qualities() []string {
	is := []string{c.DeviceClass, c.Unit, c.Category}
	if c.Enabled != nil && !*c.Enabled {
		is = append(is, "disabled by default")
	}
	is = append(is, strings.Join(c.Options, " "), strings.Join(c.EventTypes, " "))
	return slices.DeleteFunc(is, func(s string) bool { return s == "" })
}

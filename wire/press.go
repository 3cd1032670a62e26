package wire

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Pressed tells whether a message of a button's topic is a press. With an empty key every message is one. Otherwise it is a JSON
// object in which the key (dots go deeper) has a value that is neither empty nor null: buttons send such a message of their own
// when their battery or link quality changes, with an empty action. A payload that cannot be read is no press.
func Pressed(payload []byte, key string) bool {
	if key == "" {
		return true
	}
	if len(payload) > MaxPayload {
		return false
	}
	value := json.RawMessage(payload)
	for part := range strings.SplitSeq(key, ".") {
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) != nil {
			return false
		}
		value = object[part]
	}
	value = bytes.TrimSpace(value)
	return len(value) > 0 && string(value) != "null" && string(value) != `""`
}

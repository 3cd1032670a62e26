package wire_test

import (
	"strings"
	"testing"

	"hubd/wire"
)

func TestPressed(t *testing.T) {
	for _, c := range []struct {
		name, payload, key string
		want               bool
	}{
		{"any message where no key is named", "", "", true},
		{"a single press", `{"action":"single","battery":90}`, "action", true},
		{"a deeper key", `{"button":{"action":"hold"}}`, "button.action", true},
		{"a value that is no text", `{"pressed":1}`, "pressed", true},
		{"the button's battery report", `{"action":"","battery":89}`, "action", false},
		{"a null action", `{"action":null}`, "action", false},
		{"no action", `{"battery":89}`, "action", false},
		{"no object", `"single"`, "action", false},
		{"broken JSON", `{"action":"sin`, "action", false},
		{"nothing", "", "action", false},
		{"more than any button says", `{"action":"` + strings.Repeat("x", wire.MaxPayload) + `"}`, "action", false},
	} {
		if got := wire.Pressed([]byte(c.payload), c.key); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func FuzzPressed(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1}}`), "a.b")
	f.Fuzz(func(t *testing.T, payload []byte, key string) { wire.Pressed(payload, key) })
}

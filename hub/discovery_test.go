package hub

import (
	"bytes"
	"strings"
	"testing"

	"hubd/config"
	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
)

// described is what hubd discovery prints of a config, and its error.
func described(t *testing.T, text string, o DiscoveryOptions) (string, error) {
	t.Helper()
	c, err := config.Parse("config.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o.Config, o.Version, o.Out = c, "1.2.3", &out
	err = Discovery(o)
	return out.String(), err
}

const described1 = `
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips: {adc: {kind: ads1115, bus: main}}
wearers:
  - {id: a, share: %SHARE, pulse: {chip: adc, channel: 0, kind: ppg}}
room: {scenes: {reading: {light: {brightness_percent: 40}}}}
`

func TestDiscoveryPrintsWhatAConfigDescribes(t *testing.T) {
	for share, row := range map[string]struct{ has, hasNot []string }{
		"none": {[]string{"binary_sensor.hubd_bedroom_room_in_use ", "button.hubd_bedroom_a_share_nothing "},
			[]string{"sensor.hubd_bedroom_a_state ", "practice_done"}},
		"state": {[]string{"sensor.hubd_bedroom_a_state ", "device trigger", "everyone settled", "practice_done", " reading "}, []string{"heart_rate"}},
		"full":  {[]string{"sensor.hubd_bedroom_a_heart_rate ", "(bpm)", "disabled by default", "reads hubd/bedroom/a/state"}, []string{"button.hubd_bedroom_a_resume"}},
	} {
		out, err := described(t, strings.Replace(described1, "%SHARE", share, 1), DiscoveryOptions{Check: true})
		if err != nil || !strings.Contains(out, "refuse nothing") {
			t.Errorf("share %s: %v\n%s", share, err, out)
		}
		for _, want := range row.has {
			if !strings.Contains(out, want) {
				t.Errorf("share %s: no %q in\n%s", share, want, out)
			}
		}
		for _, not := range row.hasNot {
			if strings.Contains(out, not) {
				t.Errorf("share %s: %q in\n%s", share, not, out)
			}
		}
	}
}

func TestDiscoverySaysWhatHomeAssistantWouldRefuse(t *testing.T) {
	text := strings.Replace(described1, "%SHARE", "state", 1) + "mqtt: {url: \"mqtt://127.0.0.1\", discovery_prefix: hubd}\n"
	out, err := described(t, text, DiscoveryOptions{Check: true})
	if err == nil || !strings.Contains(err.Error(), "discovery tree") || !strings.Contains(out, "hubd/device/hubd_bedroom_a/config") {
		t.Errorf("error %v, printed\n%s", err, out)
	}
	if _, err := described(t, text, DiscoveryOptions{}); err != nil {
		t.Errorf("without a check: %v", err)
	}
}

func TestDiscoveryPrintsTheMessagesThemselves(t *testing.T) {
	out, err := described(t, strings.Replace(described1, "%SHARE", "full", 1), DiscoveryOptions{JSON: true, Check: true})
	if err != nil {
		t.Fatal(err)
	}
	messages := strings.Split(out, "\n\n")
	if len(messages) != 2 {
		t.Fatalf("%d messages, want the room's and the wearer's", len(messages))
	}
	for _, text := range messages {
		topic, payload, _ := strings.Cut(text, "\n")
		if err := homeassistant.Validate(mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1, Retain: true}); err != nil {
			t.Error(err)
		}
	}
}

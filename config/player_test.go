package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/config"
)

// withSound is a config with this under room.sound.
func withSound(text string) string {
	return strings.Replace(base, "room: {}", "room: {sound: "+text+"}", 1)
}

const mediaTemplate = `{volume_topic: s/v, volume: '{{.Share}}', play_topic: s/p, play: '{"f":"{{.Bed}}"}', stop_topic: s/s, stop: STOP}`

func TestEachPlayerIsReadWithTheDelayItIsKnownFor(t *testing.T) {
	rows := []struct {
		name, text string
		want       config.Player
	}{
		{"nothing said is no player", "{}", config.Player{Kind: config.NoPlayer}},
		{"aplay keeps what it is asked to", "{player: aplay}", config.Player{Kind: config.Aplay, Latency: 200 * time.Millisecond}},
		{"a sound card of ALSA", "{player: aplay, device: 'hw:CARD=Headphones'}",
			config.Player{Kind: config.Aplay, Device: "hw:CARD=Headphones", Latency: 200 * time.Millisecond}},
		{"PipeWire, with a delay that was measured", "{player: pw-cat, latency_ms: 45.5}",
			config.Player{Kind: config.PwCat, Latency: 45500 * time.Microsecond}},
		{"a pipe for Snapcast, which keeps a second", "{player: pipe, device: /run/snapserver/hubd}",
			config.Player{Kind: config.NamedPipe, Device: "/run/snapserver/hubd", Latency: time.Second}},
		{"a media player", "{player: mqtt, template: " + mediaTemplate + "}",
			config.Player{Kind: config.MQTTPlayer, MQTT: &config.MQTTMedia{
				VolumeTopic: "s/v", Volume: "{{.Share}}", PlayTopic: "s/p", Play: `{"f":"{{.Bed}}"}`, StopTopic: "s/s", Stop: "STOP",
				VolumeMax: 100, TopPercent: 30,
			}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, err := config.Parse("c.yaml", []byte(withSound(row.text)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, c.Room.Player); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPlayerThatCannotBeIsRefused(t *testing.T) {
	template := func(old, new string) string {
		return "{player: mqtt, template: " + strings.Replace(mediaTemplate, old, new, 1) + "}"
	}
	rows := []struct{ name, text, key, want string }{
		{"an unknown one", "{player: mpd}", "room.sound.player", "wanted is none, aplay, pw-cat, pipe or mqtt"},
		{"a pipe without its path", "{player: pipe}", "room.sound.device", "path of the named pipe"},
		{"a pipe that is a folder", "{player: pipe, device: /run/}", "room.sound.device", "not of a folder"},
		{"a device for no player", "{device: default}", "room.sound.device", "belongs to player"},
		{"a device for a player over MQTT", "{player: mqtt, device: x, template: " + mediaTemplate + "}", "room.sound.device", "belongs to player"},
		{"a delay with which a pause would not be silent in time", "{player: aplay, latency_ms: 1600}", "room.sound.latency_ms", "from 0 to 1500"},
		{"a delay for no player", "{latency_ms: 10}", "room.sound.latency_ms", "belongs to player"},
		{"a media player without its words", "{player: mqtt}", "room.sound.template", "this key is required"},
		{"words without a media player", "{player: aplay, template: " + mediaTemplate + "}", "room.sound.template", "belongs to player: mqtt"},
		{"no topic to stop on", template("stop_topic: s/s, ", ""), "room.sound.template.stop_topic", "this key is required"},
		{"no payload that stops", template(", stop: STOP", ""), "room.sound.template.stop", "this key is required"},
		{"a volume with a name of lamps", template("{{.Share}}", "{{.Kelvin}}"), "room.sound.template.volume", "{{.Percent}}, {{.Level}} or {{.Share}}"},
		{"a stop with a loop", template("STOP", "'{{range .}}{{end}}'"), "room.sound.template.stop", "plain text"},
		{"a volume above full", template("stop_topic", "top_percent: 101, stop_topic"), "room.sound.template.top_percent", "from 1 to 100"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := problems(t, withSound(row.text))
			if len(got) != 1 || got[0].Key != row.key || !strings.Contains(got[0].Want, row.want) {
				t.Errorf("problems %v: want one, of %s, with %q", got, row.key, row.want)
			}
		})
	}
}

func TestAPlayerOverMQTTNeedsABroker(t *testing.T) {
	text := withSound("{player: mqtt, template: " + mediaTemplate + "}")
	text = strings.NewReplacer("mqtt: {url: \"mqtt://127.0.0.1:1883\"}\n", "", "    start_from: [mqtt]\n", "").Replace(text)
	if got := problems(t, text); len(got) != 1 || got[0].Key != "room.sound.player" || !strings.Contains(got[0].Want, "broker") {
		t.Errorf("problems %v: want one, of room.sound.player", got)
	}
}

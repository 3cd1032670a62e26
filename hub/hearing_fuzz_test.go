package hub

import (
	"log/slog"
	"testing"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/pipeline"
	"hubd/room"
)

// FuzzHear hands whatever a broker may send to everything that hears it: commands, lamps, bridges, stop buttons, what a hub left behind.
func FuzzHear(f *testing.F) {
	for _, m := range [][2]string{
		{"hubd/demo/room/set/pause", "PRESS"}, {"hubd/demo/a/set/share", "none"}, {"hubd/demo/room/set/answer", "space"}, {"hubd/demo/sim/set/fault", `{"chip":"x"}`},
		{"hubd/demo/b/set/start_session", "together"}, {"hubd/attic/status", "online"}, {"hubd/demo/c/status", "paused"}, {"homeassistant/status", "online"},
		{"homeassistant/device/hubd_demo_c/config", `{"origin":{"name":"hubd"},"device":{"ids":["hubd_demo_c"]}}`},
		{"zigbee2mqtt/bed", `{"state":"ON","brightness":120,"color_temp":370}`}, {"zigbee2mqtt/bed/availability", `{"state":"online"}`},
		{"zigbee2mqtt/bridge/devices", `[{"friendly_name":"bed","definition":{"exposes":[{"type":"light"}]}}]`}, {"zigbee2mqtt/bridge/groups", `[]`}, {"", ""},
	} {
		f.Add(m[0], []byte(m[1]), false)
		f.Add(m[0], []byte(m[1]), true)
	}
	w, err := newEveningWorld(1)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, topic string, payload []byte, retained bool) {
		k := knowledge{
			wearers: []string{"a", "b"}, room: func() room.Status { return room.Status{} }, sensed: func(int) bool { return true }, inbox: newInbox(),
			request: func(c pipeline.Command, _ chan<- string) error {
				if retained {
					t.Errorf("a kept message on %q became the command %s", topic, c.Name)
				}
				return nil
			},
		}
		p := w.parts
		p.log = slog.New(slog.DiscardHandler)
		p.lamps = []*device.Lamp{device1(t)}
		ears := p.ears(k, func() {})
		ears.sweeper.send = func(mqtt.Message, time.Time, func()) error { return nil }
		for range 2 {
			ears.hear(mqtt.Inbound{Topic: topic, Payload: payload, Retained: retained})
		}
		var b batch
		k.inbox.take(&b)
		for _, r := range b.reports {
			if r.Brightness.Known && !(r.Brightness.Value >= 0 && r.Brightness.Value <= 100) {
				t.Errorf("a lamp at %v %%", r.Brightness.Value)
			}
		}
	})
}

func device1(t *testing.T) *device.Lamp {
	t.Helper()
	l, err := device.New(device.Options{Lamp: demoLamp, Dialect: "zigbee2mqtt", Topic: demoTopic, MaxPercent: 100})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

package homeassistant

import (
	"slices"
	"strings"
	"testing"

	"hubd/mqtt"
	"hubd/pipeline"
)

func TestOnlyWhatThisHubLeftBehindIsSwept(t *testing.T) {
	now := options(Wearer{ID: "a", Share: pipeline.ShareFull})
	now.Mark = "mine"
	describe := func(hub, mark string, wearers ...Wearer) []mqtt.Message {
		o := options(wearers...)
		o.HubID, o.Mark = hub, mark
		o.Topics.HubStatus = "hubd/" + hub + "/status"
		o.Topics.WearerStatus = func(w string) string { return "hubd/" + hub + "/" + w + "/status" }
		m, err := Bundles(o)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b := Wearer{ID: "a", Share: pipeline.ShareFull}, Wearer{ID: "b"}
	changed := func(m mqtt.Message, from, to string) mqtt.Message {
		m.Payload = []byte(strings.Replace(string(m.Payload), from, to, 1))
		return m
	}
	for _, row := range []struct {
		name  string
		found mqtt.Message
		want  []string
	}{
		{"the room as it is", describe("bed-room", "mine", a)[0], nil},
		{"a wearer as described now", describe("bed-room", "mine", a)[1], nil},
		{"a wearer who is not in the config any more", describe("bed-room", "mine", a, b)[2],
			[]string{"homeassistant/device/hubd_bed-room_b/config", "hubd/bed-room/b/status"}},
		{"the same, described before there were marks", describe("bed-room", "", a, b)[2],
			[]string{"homeassistant/device/hubd_bed-room_b/config", "hubd/bed-room/b/status"}},
		{"the room under this hub's former id", describe("attic", "mine", a)[0],
			[]string{"homeassistant/device/hubd_attic/config", "hubd/attic/status"}},
		{"a wearer under this hub's former id", describe("attic", "mine", a)[1],
			[]string{"homeassistant/device/hubd_attic_a/config", "hubd/attic/a/status", "hubd/attic/status"}},
		{"another hub", describe("attic", "other", a)[0], nil},
		{"another hub without a mark", describe("attic", "", a)[0], nil},
		{"a hub whose id begins like this one's", describe("bed-room-2", "other", a)[1], nil},
		{"another program under such an id", changed(describe("bed-room", "mine", a, b)[2], `"o":{"name":"hubd"`, `"o":{"name":"other"`), nil},
		{"an id that is not the topic's", changed(describe("bed-room", "mine", a, b)[2], `hubd_bed-room_b"]`, `hubd_bed-room_c"]`), nil},
		{"no JSON", mqtt.Message{Topic: "homeassistant/device/hubd_bed-room_b/config", Payload: []byte("x")}, nil},
		{"an empty message", mqtt.Message{Topic: "homeassistant/device/hubd_bed-room_b/config"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			for _, m := range Leftover(now, row.found) {
				got = append(got, m.Topic)
				if len(m.Payload) > 0 || !m.Retain || m.QoS != 1 {
					t.Errorf("%+v does not clear its topic", m)
				}
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("cleared %q, want %q", got, row.want)
			}
		})
	}
}

func TestWithoutAMarkOnlyTheOwnIDIsSwept(t *testing.T) {
	o := options(Wearer{ID: "a"})
	o.HubID = "attic"
	left, err := Bundles(o)
	if err != nil {
		t.Fatal(err)
	}
	if got := Leftover(options(), left[0]); got != nil {
		t.Errorf("two hubs without a mark sweep each other: %v", got)
	}
}

func FuzzLeftover(f *testing.F) {
	f.Add(`{"dev":{"ids":["hubd_bed-room_b"],"name":"X","sn":"m"},"o":{"name":"hubd"},"cmps":{"a":{"p":"sensor","state_topic":"hubd/bed-room/b/status"}}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		o := options(Wearer{ID: "a"})
		o.Mark = "m"
		for _, m := range Leftover(o, mqtt.Message{Topic: "homeassistant/device/hubd_bed-room_b/config", Payload: []byte(payload), Retain: true}) {
			if m.Topic == o.Topics.HubStatus || strings.HasPrefix(m.Topic, "hubd/bed-room/a/") {
				t.Errorf("its own topic %s would be cleared", m.Topic)
			}
		}
	})
}

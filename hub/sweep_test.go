package hub

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"hubd/config"
	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
	"hubd/wire"
)

func TestAHubSweepsItsOwn(t *testing.T) {
	var sent []string
	s := newSweeper(slog.New(slog.DiscardHandler), wire.Topics{Hub: "bed"}, homeassistant.Options{HubID: "bed", Mark: "m"}, []string{"a"})
	s.send = func(m mqtt.Message, _ time.Time, _ func()) error {
		if len(m.Payload) > 0 || !m.Retain {
			t.Errorf("%+v does not clear its topic", m)
		}
		sent = append(sent, m.Topic)
		return nil
	}
	const description = "homeassistant/device/hubd_bed_b/config"
	const left = `{"dev":{"ids":["hubd_bed_b"]},"o":{"name":"hubd"},"cmps":{"sensing":{"p":"switch","state_topic":"hubd/bed/b/status"}}}`
	for _, row := range []struct {
		name string
		in   mqtt.Inbound
		want []string
	}{
		{"a wearer who is here", kept("hubd/bed/a/status", "online"), nil},
		{"a wearer who is gone", kept("hubd/bed/b/status", "online"), []string{"hubd/bed/b/status"}},
		{"the hub itself", kept("hubd/bed/status", "online"), nil},
		{"another hub's wearer", kept("hubd/attic/b/status", "online"), nil},
		{"said this moment, by whomever", mqtt.Inbound{Topic: "hubd/bed/b/status", Payload: []byte("online")}, nil},
		{"cleared already", kept("hubd/bed/b/status", ""), nil},
		{"the description of a wearer who is gone", kept(description, left),
			[]string{description, "hubd/bed/b/status"}},
		{"another hub that is there", kept("hubd/attic/status", "online"), nil},
		{"what that one describes, though this one's card was copied to it", kept("homeassistant/device/hubd_attic/config", former("attic")), nil},
		{"another hub that is there no more", kept("hubd/cellar/status", "offline"), nil},
		{"what this one described when it was called so", kept("homeassistant/device/hubd_cellar/config", former("cellar")),
			[]string{"homeassistant/device/hubd_cellar/config", "hubd/cellar/status"}},
		{"one that is too long to be hubd's", mqtt.Inbound{Topic: description, Payload: []byte(left), Oversize: true, Retained: true}, nil},
	} {
		sent = nil
		if taken := s.hear(row.in); taken != (row.want != nil) || !slices.Equal(sent, row.want) {
			t.Errorf("%s: taken %v, cleared %q, want %q", row.name, taken, sent, row.want)
		}
	}
	if want := []string{"hubd/+/status", "homeassistant/device/+/config", "hubd/bed/+/status"}; !slices.Equal(s.filters(), want) {
		t.Errorf("listens to %q, want %q", s.filters(), want)
	}
}

// former is the description of a room with the mark of these tests.
func former(hub string) string {
	return fmt.Sprintf(`{"dev":{"ids":["hubd_%[1]s"],"sn":"m"},"o":{"name":"hubd"},"cmps":{"online":{"p":"binary_sensor","state_topic":"hubd/%[1]s/status"}}}`, hub)
}

func kept(topic, payload string) mqtt.Inbound {
	return mqtt.Inbound{Topic: topic, Payload: []byte(payload), Retained: true}
}

func TestTheMarkIsOfTheInstallationNotOfItsName(t *testing.T) {
	at := func(id, path, dir string) string {
		return mark(&config.Config{Hub: config.Hub{ID: id}, History: config.History{Path: path}, Dir: dir})
	}
	one := at("bed", "/var/lib/hubd/history.db", "/etc/hubd")
	if len(one) != 12 || one != at("attic", "/var/lib/hubd/history.db", "/home") {
		t.Errorf("mark %q changes with the id or the config's folder", one)
	}
	if one == at("bed", "/srv/hubd/history.db", "/etc/hubd") || at("bed", "history.db", "/a") == at("bed", "history.db", "/b") {
		t.Error("two installations have one mark: they would sweep each other")
	}
	if at("demo", "", "") != "" {
		t.Error("a hub that stores nothing has a mark")
	}
}

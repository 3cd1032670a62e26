package hub_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hubd/mqtt"
	"hubd/wire"
)

const aclExample = "../homeassistant/mosquitto.acl.example"

// aclUsers are the users of the example.
func aclUsers(t *testing.T) (users []string) {
	t.Helper()
	text, err := os.ReadFile(aclExample)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(line, "user "); is {
			users = append(users, strings.TrimSpace(name))
		}
	}
	return users
}

// guarded is a mosquitto with the example as it is shipped.
func guarded(t *testing.T) *mosquitto {
	t.Helper()
	b := &mosquitto{life: t, dir: t.TempDir(), port: freePort(t)}
	passwords, acl := filepath.Join(b.dir, "passwords"), filepath.Join(b.dir, "acl")
	write(t, passwords, "")
	for _, name := range append(aclUsers(t), "stranger") {
		if out, err := exec.Command("mosquitto_passwd", "-b", passwords, name, watcherPassword).CombinedOutput(); err != nil {
			t.Fatalf("mosquitto_passwd: %v\n%s", err, out)
		}
	}
	text, err := os.ReadFile(aclExample)
	if err != nil {
		t.Fatal(err)
	}
	write(t, acl, string(text))
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(b.dir, "mosquitto.conf"), fmt.Sprintf(
		"user %s\nlistener %d 127.0.0.1\nallow_anonymous false\npassword_file %s\nacl_file %s\npersistence false\nlog_dest stderr\n",
		me.Username, b.port, passwords, acl))
	b.start(t)
	return b
}

// as is a client of one user that listens to everything it gets.
func (b *mosquitto) as(t *testing.T, name string) *watcher {
	t.Helper()
	w := &watcher{}
	w.client = b.client(t, name, mqtt.Options{Username: name, OnInbound: w.hear}, "#")
	return w
}

// hubTopics are what hubd itself sends, by the names of the contract.
func hubTopics(wearers ...string) []string {
	h := wire.Topics{Hub: "bedroom"}
	all := []string{h.Status(), h.RoomCue(), h.RoomSession(), h.RoomState(), h.RoomEvent(), h.Discovery("homeassistant", "")}
	for _, w := range wearers {
		all = append(all, h.WearerStatus(w), h.WearerState(w), h.WearerEvent(w), h.Discovery("homeassistant", w))
	}
	return all
}

// TestMosquittoKeepsAWearersTopicsFromOthers sends every topic of the hub and hears who gets what.
func TestMosquittoKeepsAWearersTopicsFromOthers(t *testing.T) {
	needMosquitto(t)
	b := guarded(t)
	h := wire.Topics{Hub: "bedroom"}
	hub := b.as(t, "hubd")
	everything := hubTopics("a", "b")
	for _, row := range []struct {
		user  string
		fence string // sent after them: what has not come by then does not come
		gets  []string
	}{
		{"hubd", h.Status(), everything},
		{"homeassistant", h.Status(), slices.DeleteFunc(slices.Clone(everything), func(topic string) bool { return topic == h.WearerState("b") || topic == h.WearerEvent("b") })},
		{"panel", h.Status(), []string{h.Status(), h.RoomSession()}},
		{"zigbee2mqtt", "zigbee2mqtt/bed/set", nil},
		{"stranger", "", nil},
	} {
		t.Run(row.user, func(t *testing.T) {
			ears := hub
			if row.user != "hubd" {
				ears = b.as(t, row.user)
			}
			hubMark, mark := hub.mark(), ears.mark()
			for _, topic := range everything {
				hub.send(t, topic, "x")
			}
			hub.await(t, hubMark, everything[len(everything)-1], "the last of all topics", nil)
			if row.fence != "" {
				hub.send(t, row.fence, "fence")
				ears.await(t, mark, row.fence, "the fence", func(payload string) bool { return payload == "fence" })
			}
			var got []string
			for _, in := range ears.since(mark, "") {
				if string(in.Payload) != "fence" {
					got = append(got, in.Topic)
				}
			}
			if !slices.Equal(got, row.gets) {
				t.Errorf("gets\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(row.gets, "\n"))
			}
		})
	}
}

// TestMosquittoKeepsOtherRoomsFromAHub sends what another hub on the same broker tells: its descriptions hold the names of its wearers.
func TestMosquittoKeepsOtherRoomsFromAHub(t *testing.T) {
	needMosquitto(t)
	b := guarded(t)
	hub, neighbour := b.as(t, "hubd"), b.as(t, "homeassistant") // who may write all descriptions there
	mark, other := hub.mark(), wire.Topics{Hub: "attic"}
	for _, topic := range []string{other.Discovery("homeassistant", ""), other.Discovery("homeassistant", "c"), "homeassistant/status"} {
		neighbour.send(t, topic, "x")
	}
	hub.await(t, mark, "homeassistant/status", "what may be heard, sent last", nil)
	for _, in := range hub.since(mark, "") {
		if in.Topic != "homeassistant/status" {
			t.Errorf("a hub reads %s of another room", in.Topic)
		}
	}
}

// TestMosquittoLetsOnlyNamedClientsCommand sends commands as each user and hears which of them reach hubd.
func TestMosquittoLetsOnlyNamedClientsCommand(t *testing.T) {
	needMosquitto(t)
	b := guarded(t)
	h := wire.Topics{Hub: "bedroom"}
	hub := b.as(t, "hubd")
	commands := []string{
		h.RoomSet("scene"), h.WearerSet("a", "resume"), h.WearerSet("b", "resume"), h.WearerSet("b", "keep"), h.WearerSet("b", "sensing"),
		h.WearerSet("b", "share"), h.RoomSet("end_session"), h.RoomSet("pause"), h.Status(), h.WearerState("a"), h.Discovery("homeassistant", "b"),
	}
	const fence = "hubd/bedroom/fence" // hubd's own, sent when the broker has answered every command
	for _, row := range []struct {
		user    string
		reaches []string
	}{
		{"homeassistant", []string{h.RoomSet("scene"), h.WearerSet("a", "resume"), h.WearerSet("b", "sensing"), h.WearerSet("b", "share"), h.RoomSet("end_session"),
			h.RoomSet("pause"), h.Discovery("homeassistant", "b")}},
		{"panel", []string{h.RoomSet("end_session"), h.RoomSet("pause")}},
		{"zigbee2mqtt", nil},
		{"stranger", nil},
	} {
		t.Run(row.user, func(t *testing.T) {
			who := b.as(t, row.user)
			mark := hub.mark()
			for _, topic := range commands {
				who.send(t, topic, "x")
			}
			await(t, "all commands are with the broker", soon, func() bool { return who.client.Counters().Sent >= uint64(len(commands)) })
			hub.send(t, fence, row.user)
			hub.await(t, mark, fence, "the fence", nil)
			var got []string
			for _, in := range hub.since(mark, "") {
				if in.Topic != fence {
					got = append(got, in.Topic)
				}
			}
			if !slices.Equal(got, row.reaches) {
				t.Errorf("reaches hubd\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(row.reaches, "\n"))
			}
		})
	}
}

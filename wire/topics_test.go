package wire_test

import (
	"testing"

	"hubd/wire"
)

func TestTopicsAreThoseOfTheDesign(t *testing.T) {
	h := wire.Topics{Hub: "bed-1"}
	for want, got := range map[string]string{
		"hubd/bed-1/status":                        h.Status(),
		"hubd/bed-1/a/status":                      h.WearerStatus("a"),
		"hubd/bed-1/a/state":                       h.WearerState("a"),
		"hubd/bed-1/a/event":                       h.WearerEvent("a"),
		"hubd/bed-1/a/set/share":                   h.WearerSet("a", "share"),
		"hubd/bed-1/room/cue":                      h.RoomCue(),
		"hubd/bed-1/room/session":                  h.RoomSession(),
		"hubd/bed-1/room/state":                    h.RoomState(),
		"hubd/bed-1/room/event":                    h.RoomEvent(),
		"hubd/bed-1/room/set/pause":                h.RoomSet("pause"),
		"hubd/bed-1/sim/set/fault":                 h.SimSet("fault"),
		"hubd/bed-1/+/set/+":                       h.Commands(),
		"homeassistant/device/hubd_bed-1/config":   h.Discovery("homeassistant", ""),
		"homeassistant/device/hubd_bed-1_a/config": h.Discovery("homeassistant", "a"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCommandTopicsReadBack(t *testing.T) {
	h := wire.Topics{Hub: "bed"}
	for _, c := range []struct {
		topic, target, name string
		ok                  bool
	}{
		{h.RoomSet("pause"), "room", "pause", true},
		{h.WearerSet("a", "share"), "a", "share", true},
		{h.SimSet("fault"), "sim", "fault", true},
		{"hubd/other/room/set/pause", "", "", false},
		{"hubd/bed/room/pause", "", "", false},
		{"hubd/bed/room/set/pause/now", "", "", false},
		{"hubd/bed/room/get/pause", "", "", false},
		{"hubd/bed//set/pause", "", "", false},
		{"hubd/bed/room/set/", "", "", false},
		{"hubd/bedroom/set/pause", "", "", false},
		{h.Status(), "", "", false},
		{"", "", "", false},
	} {
		if target, name, ok := h.ParseCommand(c.topic); target != c.target || name != c.name || ok != c.ok {
			t.Errorf("%q: got %q, %q, %v", c.topic, target, name, ok)
		}
	}
}

func TestStatusTopicsReadBack(t *testing.T) {
	h := wire.Topics{Hub: "bed"}
	for topic, want := range map[string]string{
		h.WearerStatus("a"): "a", h.Status(): "", h.WearerState("a"): "", "hubd/other/a/status": "", "hubd/bed//status": "",
		"hubd/bed/a/status/now": "", h.WearerSet("a", "status"): "",
	} {
		wearer, ok := h.ParseStatus(topic)
		if ok != (want != "") || ok && wearer != want {
			t.Errorf("%q: got %q, %v", topic, wearer, ok)
		}
	}
}

func TestOnlyAvailabilityIsKeptByTheBroker(t *testing.T) {
	h := wire.Topics{Hub: "bed"}
	if m := h.HubStatus(false); string(m.Payload) != "offline" || !m.Retain || m.QoS != 1 {
		t.Errorf("last will: %+v", m)
	}
	if m := h.HubStatus(true); string(m.Payload) != "online" || m.Topic != "hubd/bed/status" {
		t.Errorf("birth: %+v", m)
	}
	for s, want := range map[wire.WearerStatus]string{wire.WearerOffline: "offline", wire.WearerOnline: "online", wire.WearerPaused: "paused"} {
		if m := h.StatusOf("a", s); string(m.Payload) != want || !m.Retain || m.Topic != "hubd/bed/a/status" {
			t.Errorf("%s: %+v", want, m)
		}
	}
	if m := wire.Telling(h.WearerState("a"), []byte("{}")); m.Retain {
		t.Error("a state is retained")
	}
}

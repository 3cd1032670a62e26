package hub_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"hubd/config"
	"hubd/hub"
	"hubd/mqtt"
	"hubd/mqtt/broker"
)

func TestAWearerWhoIsGoneFromTheConfigIsSweptFromTheBroker(t *testing.T) {
	b, err := broker.Start("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	h := &heard{}
	before := listen(t, b.Addr(), h)
	const gone, others = "homeassistant/device/hubd_bedroom_old/config", "homeassistant/device/hubd_attic_old/config"
	for topic, payload := range map[string]string{gone: "{}", "hubd/bedroom/old/status": "paused", others: "{}", "hubd/attic/old/status": "paused"} {
		if err := before.Send(mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1, Retain: true}, time.Time{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the broker keeps them", func() bool { return before.Counters().Sent >= 4 })
	d := run(t, home(fmt.Sprintf("mqtt: {url: \"mqtt://%s\"}", b.Addr()), "99"), "")
	until(t, "the device of old is taken back", h.some(0, gone, "^$"))
	until(t, "so is its status", h.some(0, "hubd/bedroom/old/status", "^$"))
	until(t, "a is described", h.some(0, "homeassistant/device/hubd_bedroom_a/config", "hubd_bedroom_a"))
	d.stop()
	until(t, "hubd has said its last word", h.some(0, "hubd/bedroom/status", "offline"))
	for _, topic := range []string{others, "hubd/attic/old/status", "hubd/bedroom/a/status", "homeassistant/device/hubd_bedroom_a/config"} {
		if h.some(0, topic, "^$")() {
			t.Errorf("%s is taken back too", topic)
		}
	}
}

func TestAHubThatHasAnotherIDNowIsForgotten(t *testing.T) {
	b, err := broker.Start("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	h := &heard{}
	before := listen(t, b.Addr(), h)
	gone := []string{"homeassistant/device/hubd_old/config", "homeassistant/device/hubd_old_a/config", "hubd/old/status", "hubd/old/a/status"}
	stay := []string{"homeassistant/device/hubd_older/config", "hubd/older/status", "hubd/busy/status", "homeassistant/device/hubd_busy/config"}
	for _, topic := range append(gone, stay...) {
		payload := "offline"
		if strings.Contains(topic, "busy") {
			payload = "online"
		}
		if err := before.Send(mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1, Retain: true}, time.Time{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the broker keeps them", func() bool { return before.Counters().Sent >= 8 })
	cfg, err := config.Parse("config.yaml", []byte(home(fmt.Sprintf("mqtt: {url: \"mqtt://%s\"}", b.Addr()), "99")))
	if err != nil {
		t.Fatal(err)
	}
	forget := func(id string) (string, error) {
		var out bytes.Buffer
		err := hub.Forget(t.Context(), hub.ForgetOptions{Config: cfg, Hub: id, Out: &out, Log: slog.New(slog.DiscardHandler)})
		return out.String(), err
	}
	for id, want := range map[string]string{"busy": "at work", "bedroom": "hub of this config", "a/b": "hub id"} {
		if out, err := forget(id); err == nil || !strings.Contains(err.Error(), want) || out != "" {
			t.Errorf("%s: error %v, want one about %q; %s", id, err, want, out)
		}
	}
	out, err := forget("old")
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range gone {
		until(t, topic+" is taken back", h.some(0, topic, "^$"))
		if !strings.Contains(out, topic+"\n") {
			t.Errorf("%s is not told:\n%s", topic, out)
		}
	}
	for _, topic := range stay {
		if h.some(0, topic, "^$")() {
			t.Errorf("%s is taken back too", topic)
		}
	}
}

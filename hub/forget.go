package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"hubd/config"
	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
	"hubd/wire"
)

// forgetWithin bounds how long the broker may take to say what it has kept.
const forgetWithin = 15 * time.Second

// ForgetOptions say which hub the broker is to forget.
type ForgetOptions struct {
	Config *config.Config // whose broker, and whose discovery prefix
	Hub    string         // the id that this hub, or another one, had
	Out    io.Writer
	Log    *slog.Logger
}

// Forget takes back all that a hub left on the broker under an id it has no longer: its status, its wearers' and their devices in Home
// Assistant. A hub that is there, and the one of the config, are left alone. Nothing under another id is touched.
func Forget(ctx context.Context, o ForgetOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	f := &forgotten{topics: wire.Topics{Hub: o.Hub}, heard: make(chan struct{})}
	options := *mqttOptions(o.Config, o.Log)
	options.ClientID, options.OnInbound = clientID("forgets "+o.Hub), f.hear // not the daemon's: it would be thrown out
	client, err := mqtt.New(options)
	if err != nil {
		return err
	}
	if err := client.Subscribe(f.topics.Everything()); err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	err = f.sweep(ctx, client, o)
	return errors.Join(err, client.Close(closeWithin))
}

func (o ForgetOptions) check() error {
	switch {
	case o.Config.MQTT.URL == "":
		return errors.New("the config has no broker: wanted is the section mqtt")
	case o.Hub == o.Config.Hub.ID:
		return fmt.Errorf("%s is the hub of this config: only an id that it has no longer can be forgotten", o.Hub)
	}
	return homeassistant.Options{HubID: o.Hub}.CheckID()
}

// forgotten gathers what the broker has kept under one hub's id. A message of its own, which comes after all that was kept, closes heard.
type forgotten struct {
	topics wire.Topics
	heard  chan struct{}
	end    sync.Once

	mu   sync.Mutex
	kept []string
	here bool // the hub says that it is online
}

func (f *forgotten) hear(in mqtt.Inbound) {
	if in.Topic == f.topics.Forget() {
		f.end.Do(func() { close(f.heard) })
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !in.Retained || len(in.Payload) == 0 || slices.Contains(f.kept, in.Topic) {
		return
	}
	f.kept = append(f.kept, in.Topic)
	f.here = f.here || in.Topic == f.topics.Status() && string(in.Payload) == "online"
}

func (f *forgotten) sweep(ctx context.Context, client *mqtt.Client, o ForgetOptions) error {
	if err := client.Send(wire.Telling(f.topics.Forget(), nil), time.Time{}, nil); err != nil {
		return err
	}
	late := time.NewTimer(forgetWithin)
	defer late.Stop()
	select {
	case <-f.heard:
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return fmt.Errorf("the broker at %s did not answer within %s: is it there, and may this user read %s?", o.Config.MQTT.URL, forgetWithin, f.topics.Everything())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.here {
		return fmt.Errorf("hub %s is at work: stop it first", o.Hub)
	}
	for _, topic := range f.takenBack(o.Config.MQTT.DiscoveryPrefix) {
		fmt.Fprintln(o.Out, "taken back:", topic)
		if err := client.Publish(mqtt.Message{Topic: topic, QoS: 1, Retain: true}); err != nil {
			return err
		}
	}
	return nil
}

// takenBack lists what to empty: devices first, so that Home Assistant never sees one without its status.
func (f *forgotten) takenBack(prefix string) []string {
	all := []string{f.topics.Discovery(prefix, "")}
	for _, topic := range f.kept {
		if wearer, ok := f.topics.ParseStatus(topic); ok {
			all = append(all, f.topics.Discovery(prefix, wearer))
		}
	}
	return append(all, f.kept...)
}

package main

import (
	"context"
	"fmt"
	"time"

	"hubd/mqtt"
)

// watcher listens to everything.
type watcher struct {
	client *mqtt.Client
	log    notes
}

func (w *watcher) do(a ask) (answer, error) {
	switch a.Do {
	case "begin":
		return answer{}, w.begin(*a.Begin)
	case "report":
		c := w.client.Counters()
		return answer{Connected: one(w.client.Connected()), Dropped: c.InboundCut + c.Oversize, Reconnect: c.Reconnects()}, nil
	case "tellings":
		return answer{}, writeTellings(a.File, w.log.take())
	}
	return answer{}, fmt.Errorf("no such request: %s", a.Do)
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (w *watcher) begin(c crowd) (err error) {
	o := clientOptions(c.URL, "watch", c.Username)
	o.OnInbound = func(in mqtt.Inbound) {
		if !in.Retained {
			w.log.add(mqtt.Message{Topic: in.Topic, Payload: in.Payload})
		}
	}
	w.client, err = connect(o, c.Watch...)
	return err
}

// clientOptions are of a client that takes whatever comes.
func clientOptions(url, id, user string) mqtt.Options {
	return mqtt.Options{
		URL: url, ClientID: "load-" + id, Username: user, Password: func() (string, error) { return password, nil },
		RetryMin: 200 * time.Millisecond, RetryMax: time.Second, InboundQueue: 1 << 17, MaxInbound: 1 << 20, MaxQueue: 1 << 14,
	}
}

// connectWithin is how long a client of load may take to be at a broker.
const connectWithin = 60 * time.Second

// connect starts a client and waits until it has its subscriptions. They have QoS 0, as most listeners' have.
func connect(o mqtt.Options, filters ...string) (*mqtt.Client, error) {
	c, err := mqtt.New(o)
	if err != nil {
		return nil, err
	}
	for _, f := range filters {
		if err := c.Follow(f); err != nil {
			return nil, err
		}
	}
	if err := c.Start(context.Background()); err != nil {
		return nil, err
	}
	return c, await(connectWithin, o.ClientID+" at "+o.URL, c.Connected)
}

// await looks ten times a second whether something is so.
func await(within time.Duration, what string, so func() bool) error {
	for end := time.Now().Add(within); !so(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("not within %s: %s", within, what)
		}
	}
	return nil
}

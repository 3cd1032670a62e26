package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"hubd/mqtt"
)

// ears hears what hubd tells the broker.
type ears struct {
	client *mqtt.Client

	mu       sync.Mutex
	states   map[string]state  // by wearer
	statuses map[string]string // the same
	messages int
}

// state is of a wearer's state what this test looks at.
type state struct {
	HeartRate   *float64 `json:"heart_rate_bpm"`
	Conductance *float64 `json:"scl_microsiemens"`
	Quality     *float64 `json:"pulse_quality"`
}

func newEars(ctx context.Context) (*ears, error) {
	e := &ears{states: map[string]state{}, statuses: map[string]string{}}
	client, err := mqtt.New(mqtt.Options{URL: "mqtt://" + brokerAddress, ClientID: "ears", OnInbound: e.hear})
	if err != nil {
		return nil, err
	}
	e.client = client
	if err := errors.Join(client.Subscribe("hubd/kernel/+/state"), client.Subscribe("hubd/kernel/+/status")); err != nil {
		return nil, err
	}
	return e, client.Start(ctx)
}

func (e *ears) hear(m mqtt.Inbound) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.messages++
	place := strings.Split(m.Topic, "/")
	wearer, what := place[2], place[len(place)-1]
	if what == "status" {
		e.statuses[wearer] = string(m.Payload)
		return
	}
	var s state
	if json.Unmarshal(m.Payload, &s) == nil {
		e.states[wearer] = s
	}
}

// forget drops what was heard of an earlier program.
func (e *ears) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.states)
	clear(e.statuses)
	e.messages = 0
}

func (e *ears) state(wearer string) state {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.states[wearer]
}

func (e *ears) status(wearer string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.statuses[wearer]
}

func (e *ears) heard() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.messages
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

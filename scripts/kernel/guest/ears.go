package main

import (
	"encoding/json"
	"slices"
	"sync"

	"hubd/mqtt"
)

// ears hears what hubd tells the broker.
type ears struct {
	client *mqtt.Client

	mu       sync.Mutex
	states   map[string]state // by wearer
	statuses map[string]string
	count    int
}

// state is of a wearer's state what this test looks at.
type state struct {
	State        string   `json:"state"`
	Reason       *string  `json:"unknown_reason"`
	Contact      *bool    `json:"contact"`
	HeartRate    *float64 `json:"heart_rate_bpm"`
	Conductance  *float64 `json:"scl_microsiemens"`
	PulseQuality *float64 `json:"pulse_quality"`
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func newEars(broker string) (*ears, error) {
	e := &ears{states: map[string]state{}, statuses: map[string]string{}}
	client, err := mqtt.New(mqtt.Options{URL: "mqtt://" + broker, ClientID: "ears", Insecure: true, OnInbound: e.hear})
	if err != nil {
		return nil, err
	}
	e.client = client
	return e, client.Subscribe("hubd/kernel/+/state")
}

func (e *ears) hear(m mqtt.Inbound) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var s state
	if err := json.Unmarshal(m.Payload, &s); err != nil {
		return
	}
	e.count++
	switch m.Topic {
	case "hubd/kernel/a/state":
		e.states["a"] = s
	case "hubd/kernel/b/state":
		e.states["b"] = s
	}
}

func (e *ears) state(wearer string) state {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.states[wearer]
}

func (e *ears) messages() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.count
}

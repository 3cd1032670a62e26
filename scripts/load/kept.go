package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"hubd/mqtt"
)

// keptPatience is how long a node may take to show what it keeps.
const keptPatience = 20 * time.Second

// readKept gives what a node keeps, as whoever comes now gets it. It waits until all that is wanted has come, at most keptPatience.
func readKept(url string, wanted map[string]string, filters ...string) (map[string]string, error) {
	var mu sync.Mutex
	got := map[string]string{}
	o := clientOptions(url, "reader", "watch")
	o.OnInbound = func(in mqtt.Inbound) {
		if !in.Retained {
			return
		}
		mu.Lock()
		got[in.Topic] = string(in.Payload)
		mu.Unlock()
	}
	c, err := connect(o, filters...)
	if err != nil {
		return nil, err
	}
	whole := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(differing(wanted, got)) == 0
	}
	_ = await(keptPatience, "what is kept", whole) // what has not come by then is what the caller asks for
	if err := c.Close(5 * time.Second); err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	return maps.Clone(got), nil
}

// differing are the wanted topics that are not there or hold something else.
func differing(wanted, got map[string]string) (topics []string) {
	for topic, payload := range wanted {
		if have, ok := got[topic]; !ok || have != payload {
			topics = append(topics, topic)
		}
	}
	slices.Sort(topics)
	return topics
}

// checkKept reads every node, and says what each lacks.
func checkKept(nodes []string, wanted map[string]string) (lost []string, err error) {
	for _, url := range nodes {
		got, err := readKept(url, wanted, "hubd/#", "homes/#", "homeassistant/#")
		if err != nil {
			return nil, err
		}
		for _, topic := range differing(wanted, got) {
			lost = append(lost, fmt.Sprintf("%s at %s: %s, want %s", topic, url, shown(got, topic), shown(wanted, topic)))
		}
	}
	return lost, nil
}

func shown(all map[string]string, topic string) string {
	payload, ok := all[topic]
	switch {
	case !ok:
		return "nothing"
	case len(payload) > 20:
		return fmt.Sprintf("%d bytes", len(payload))
	}
	return fmt.Sprintf("%q", payload)
}

// wills is what is to be kept once every hub has been cut off: each offline, everything else as it was.
func wills(kept map[string]string) map[string]string {
	after := maps.Clone(kept)
	for topic := range after {
		if strings.HasPrefix(topic, "hubd/") && strings.Count(topic, "/") == 2 {
			after[topic] = "offline"
		}
	}
	return after
}

package main

import (
	"errors"
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
	if refused := c.Counters().Refused; refused > 0 {
		return nil, errors.Join(errRefused, c.Close(5*time.Second))
	}
	if err := c.Close(5 * time.Second); err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	return maps.Clone(got), nil
}

// errRefused says that a node did not take a reader's subscriptions: a cluster that has just lost a node does so for a while.
var errRefused = errors.New("a node refuses a subscription")

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

// hubsARead is how many hubs are read by one client: a broker drops messages for a reader that gets a thousand at once.
const hubsARead = 20

// checkKept reads every node, and says what each lacks.
func checkKept(nodes []string, c crowd, wanted map[string]string) (lost []string, err error) {
	for _, url := range nodes {
		got := map[string]string{}
		for first := 0; first < c.Hubs; first += hubsARead {
			part, err := readPart(url, c, first, wanted)
			if err != nil {
				return nil, err
			}
			maps.Copy(got, part)
		}
		for _, topic := range differing(wanted, got) {
			lost = append(lost, fmt.Sprintf("%s at %s: %s, want %s", topic, url, shown(got, topic), shown(wanted, topic)))
		}
	}
	return lost, nil
}

// readPart reads what is kept of some hubs.
func readPart(url string, c crowd, first int, wanted map[string]string) (got map[string]string, err error) {
	part, filters := map[string]string{}, []string{}
	for i := first; i < min(first+hubsARead, c.Hubs); i++ {
		for _, o := range []string{"hubd/" + hubID(i), c.prefixOf(i)} {
			filters = append(filters, o+"/#")
			for topic, payload := range wanted {
				if strings.HasPrefix(topic, o+"/") {
					part[topic] = payload
				}
			}
		}
	}
	slices.Sort(filters)
	got, err = readKept(url, part, slices.Compact(filters)...)
	for again := 0; errors.Is(err, errRefused) && again < 5; again++ {
		got, err = readKept(url, part, slices.Compact(filters)...)
	}
	return got, err
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

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
const keptPatience = time.Second

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

// hubsARead is how many hubs are read by one client: a broker drops messages for a reader that gets a thousand at once.
const hubsARead = 20

// keptTries is how often a node is asked that lacks something: it may be catching up. Between two is a second.
const keptTries = 15

// checkKept reads every node, and says what each lacks even so, and how often one had to be asked.
func checkKept(nodes []string, c crowd, wanted map[string]string) (lost []string, most int, err error) {
	for _, url := range nodes {
		for first := 0; first < c.Hubs; first += hubsARead {
			part, filters := c.part(first, wanted)
			var got map[string]string
			tries := 0
			for ; tries == 0 || tries < keptTries && len(differing(part, got)) > 0; tries++ {
				if got, err = readKept(url, part, filters...); err != nil {
					return nil, 0, err
				}
			}
			most = max(most, tries)
			for _, topic := range differing(part, got) {
				lost = append(lost, fmt.Sprintf("%s at %s: %s, want %s", topic, url, shown(got, topic), shown(part, topic)))
			}
		}
	}
	return lost, most, nil
}

// part gives what is wanted of some hubs, and the filters to read it with.
func (c crowd) part(first int, wanted map[string]string) (part map[string]string, filters []string) {
	part = map[string]string{}
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
	return part, slices.Compact(filters)
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

package main

import (
	"encoding/gob"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"time"

	"hubd/mqtt"
)

// telling is one message as it was handed to a client, or as it came out at the other end.
type telling struct {
	Topic   uint64 // hash
	Payload uint64 // hash
	At      int64  // ns, of this machine's clock: sender and watcher share it
	Bytes   int    // of the packet that carries it to the broker
}

func tellingOf(m mqtt.Message, at time.Time) telling {
	return telling{Topic: hash([]byte(m.Topic)), Payload: hash(m.Payload), At: at.UnixNano(), Bytes: packetBytes(m)}
}

func hash(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// packetBytes is the length of a PUBLISH packet (MQTT 3.1.1, 3.3): fixed header, topic with its length, a packet id at QoS 1, payload.
func packetBytes(m mqtt.Message) int {
	body := 2 + len(m.Topic) + len(m.Payload)
	if m.QoS > 0 {
		body += 2
	}
	header := 2
	for rest := body >> 7; rest > 0; rest >>= 7 {
		header++
	}
	return header + body
}

// outcome is what became of the messages that were told in a stretch of time.
type outcome struct {
	told    int
	bytes   int
	seen    int             // of those told
	strange int             // seen in that stretch and never told, or once more
	took    []time.Duration // from telling to seeing, of those seen; sorted
}

// match follows each message from its telling to its seeing. On one topic messages keep their order, and equal ones follow each other; one that
// is passed over was not seen.
func match(told, seen []telling, from, to time.Time) outcome {
	var out outcome
	byTopic := map[uint64][]telling{}
	for _, t := range told {
		byTopic[t.Topic] = append(byTopic[t.Topic], t)
		if within(t, from, to) {
			out.told++
			out.bytes += t.Bytes
		}
	}
	for _, s := range seen {
		waiting := byTopic[s.Topic]
		i := slices.IndexFunc(waiting, func(t telling) bool { return t.Payload == s.Payload && t.At <= s.At })
		if i < 0 {
			if within(s, from, to) {
				out.strange++
			}
			continue
		}
		if within(waiting[i], from, to) {
			out.seen++
			out.took = append(out.took, time.Duration(s.At-waiting[i].At))
		}
		byTopic[s.Topic] = waiting[i+1:]
	}
	slices.Sort(out.took)
	return out
}

func within(t telling, from, to time.Time) bool {
	return t.At >= from.UnixNano() && t.At < to.UnixNano()
}

// percentile is the value under which that share of the sorted values lies; 0 of none.
func percentile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

func writeTellings(file string, all []telling) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := gob.NewEncoder(f).Encode(all); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", file, err)
	}
	return f.Close()
}

func readTellings(file string) ([]telling, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []telling
	if err := gob.NewDecoder(f).Decode(&all); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return all, nil
}

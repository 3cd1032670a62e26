package mqtt

import (
	"errors"
	"fmt"
	"slices"
)

// ErrFull is returned where a bounded queue has no room left. The message was not taken.
var ErrFull = errors.New("mqtt: too much is waiting for the broker")

// ErrClosed is returned after Close. The message was not taken.
var ErrClosed = errors.New("mqtt: client is closed")

// outbox keeps the newest message of every topic until the broker has it. Only the newest counts: after an outage nobody
// wants to see an hour of old heart rates arrive at once. It stands in for paho's own store, which loses what was published
// before the first connect and grows without bound during an outage.
type outbox struct {
	order   []string // topics in the order in which they became due
	waiting map[string]entry
	bytes   int    // sum of the payloads
	seq     uint64 // of the newest entry

	maxTopics, maxBytes int
}

// entry is one message and when it came in, relative to the others.
type entry struct {
	Message
	seq uint64
}

func newOutbox(maxTopics, maxBytes int) *outbox {
	return &outbox{waiting: map[string]entry{}, maxTopics: maxTopics, maxBytes: maxBytes}
}

// put takes a message; it replaces the one waiting under the same topic, in that one's place in the order.
func (b *outbox) put(m Message) (replaced bool, err error) {
	old, replaced := b.waiting[m.Topic]
	if !replaced && len(b.waiting) >= b.maxTopics {
		return false, fmt.Errorf("%w: %d topics", ErrFull, b.maxTopics)
	}
	if b.bytes-len(old.Payload)+len(m.Payload) > b.maxBytes {
		return false, fmt.Errorf("%w: %d bytes", ErrFull, b.maxBytes)
	}
	if !replaced {
		b.order = append(b.order, m.Topic)
	}
	b.seq++
	b.bytes += len(m.Payload) - len(old.Payload)
	b.waiting[m.Topic] = entry{m, b.seq}
	return replaced, nil
}

// pop takes out the message that has been due longest.
func (b *outbox) pop() (entry, bool) {
	if len(b.order) == 0 {
		return entry{}, false
	}
	topic := b.order[0]
	b.order = slices.Delete(b.order, 0, 1)
	e := b.waiting[topic]
	delete(b.waiting, topic)
	b.bytes -= len(e.Payload)
	return e, true
}

// restore puts a popped message that did not reach the broker back to the front, unless a newer one has come meanwhile.
// It may exceed maxBytes by that one message.
func (b *outbox) restore(e entry) {
	if _, newer := b.waiting[e.Topic]; newer {
		return
	}
	b.order = slices.Insert(b.order, 0, e.Topic)
	b.waiting[e.Topic] = e
	b.bytes += len(e.Payload)
}

// announce puts messages to the front in their order. A message that came in after mark is newer than the announcement and
// keeps its content. It returns how many lead the order now, and how many found no room.
func (b *outbox) announce(messages []Message, mark uint64) (leading, dropped int) {
	for _, m := range messages {
		if e, waits := b.waiting[m.Topic]; !waits || e.seq <= mark {
			if _, err := b.put(m); err != nil {
				dropped++
				continue
			}
		}
		at := slices.Index(b.order, m.Topic)
		if at < leading {
			continue // announced twice: the first place holds
		}
		b.order = slices.Insert(slices.Delete(b.order, at, at+1), leading, m.Topic)
		leading++
	}
	return leading, dropped
}

func (b *outbox) len() int { return len(b.order) }

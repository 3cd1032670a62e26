package mqtt

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func msg(topic, payload string) Message { return Message{Topic: topic, Payload: []byte(payload)} }

func drain(b *outbox) []string {
	var got []string
	for e, ok := b.pop(); ok; e, ok = b.pop() {
		got = append(got, e.Topic+"="+string(e.Payload))
	}
	return got
}

func TestOutbox(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(b *outbox)
		want []string
	}{
		{"only the newest message of a topic leaves, in the place of the first",
			func(b *outbox) { b.put(msg("a", "1")); b.put(msg("b", "1")); b.put(msg("a", "2")) },
			[]string{"a=2", "b=1"}},
		{"a message that did not reach the broker leaves first next time",
			func(b *outbox) { b.put(msg("a", "1")); b.put(msg("b", "1")); e, _ := b.pop(); b.restore(e) },
			[]string{"a=1", "b=1"}},
		{"a message that did not reach the broker gives way to a newer one",
			func(b *outbox) { b.put(msg("a", "1")); e, _ := b.pop(); b.put(msg("a", "2")); b.restore(e) },
			[]string{"a=2"}},
		{"announcements lead in their own order",
			func(b *outbox) {
				b.put(msg("state", "old"))
				b.put(msg("other", "1"))
				b.announce([]Message{msg("status", "online"), msg("config", "c"), msg("state", "new")}, b.seq)
			},
			[]string{"status=online", "config=c", "state=new", "other=1"}},
		{"what came in while the announcements were gathered is newer than they are",
			func(b *outbox) {
				mark := b.seq
				b.put(msg("state", "newest"))
				b.announce([]Message{msg("status", "online"), msg("state", "gathered")}, mark)
			},
			[]string{"status=online", "state=newest"}},
		{"an announcement given twice leaves once, with the later content",
			func(b *outbox) {
				b.announce([]Message{msg("a", "1"), msg("b", "1"), msg("a", "2")}, b.seq)
			},
			[]string{"a=1", "b=1"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newOutbox(8, 1000)
			row.do(b)
			if got := drain(b); !slices.Equal(got, row.want) {
				t.Errorf("left %q, want %q", got, row.want)
			}
			if b.bytes != 0 || b.len() != 0 {
				t.Errorf("empty outbox counts %d bytes and %d topics", b.bytes, b.len())
			}
		})
	}
}

func TestOutboxIsBounded(t *testing.T) {
	b := newOutbox(2, 10)
	for i := range 2 {
		if _, err := b.put(msg(fmt.Sprint(i), "1234")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.put(msg("third topic", "")); !errors.Is(err, ErrFull) {
		t.Errorf("a third topic of two: %v, want ErrFull", err)
	}
	if _, err := b.put(msg("0", "1234567")); !errors.Is(err, ErrFull) {
		t.Errorf("11 bytes of 10: %v, want ErrFull", err)
	}
	if got := drain(b); !slices.Equal(got, []string{"0=1234", "1=1234"}) {
		t.Errorf("left %q: a refused message must not disturb the one before it", got)
	}
}

func TestOutboxAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newOutbox(4, 40)
		newest := map[string]string{}
		for i := range rapid.IntRange(0, 60).Draw(t, "steps") {
			topic := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "topic")
			payload := fmt.Sprint(i)
			switch rapid.IntRange(0, 3).Draw(t, "act") {
			case 0, 1:
				if _, err := b.put(msg(topic, payload)); err == nil {
					newest[topic] = payload
				}
			case 2:
				if e, ok := b.pop(); ok {
					if newest[e.Topic] != string(e.Payload) {
						t.Fatalf("popped %s of %s, want %s", e.Payload, e.Topic, newest[e.Topic])
					}
					delete(newest, e.Topic)
				}
			case 3:
				if e, ok := b.pop(); ok {
					b.restore(e)
				}
			}
			sum := 0
			for _, e := range b.waiting {
				sum += len(e.Payload)
			}
			if sum != b.bytes || len(b.order) != len(b.waiting) || len(b.order) != len(newest) || len(b.order) > 4 {
				t.Fatalf("%d bytes counted as %d; %d ordered, %d waiting, %d expected", sum, b.bytes, len(b.order), len(b.waiting), len(newest))
			}
		}
	})
}

package mqtt

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func topics(items []item) []string {
	var got []string
	for _, i := range items {
		got = append(got, i.Topic)
	}
	return got
}

func TestQueue(t *testing.T) {
	now := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
	in := func(topic string, d time.Duration) item {
		return item{Message: Message{Topic: topic}, deadline: now.Add(d)}
	}
	waits := func(topic string) item { return item{Message: Message{Topic: topic}} }
	for _, row := range []struct {
		name       string
		have       []item
		add        item
		gone, want []string
		full       bool
	}{
		{"there is room", []item{waits("a")}, waits("b"), nil, []string{"a", "b"}, false},
		{"what is late gives way first", []item{in("a", time.Second), in("b", -time.Second), waits("c")}, waits("d"),
			[]string{"b"}, []string{"a", "c", "d"}, false},
		{"then the oldest with a deadline", []item{waits("a"), in("b", time.Second), in("c", time.Second)}, waits("d"),
			[]string{"b"}, []string{"a", "c", "d"}, false},
		{"a deadline is over at its own instant", []item{waits("a"), waits("b"), in("c", 0)}, waits("d"),
			[]string{"c"}, []string{"a", "b", "d"}, false},
		{"messages that wait for the broker never give way", []item{waits("a"), waits("b"), waits("c")}, in("d", time.Second),
			nil, []string{"a", "b", "c"}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			q := newQueue(3)
			q.items = slices.Clone(row.have)
			gone, err := q.add(row.add, now)
			if errors.Is(err, ErrFull) != row.full {
				t.Errorf("error %v, want full %v", err, row.full)
			}
			if got := topics(gone); !slices.Equal(got, row.gone) {
				t.Errorf("gave way %q, want %q", got, row.gone)
			}
			if got := topics(q.items); !slices.Equal(got, row.want) {
				t.Errorf("waiting %q, want %q", got, row.want)
			}
		})
	}
}

func TestQueueKnowsItsEarliestDeadline(t *testing.T) {
	now := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
	q := newQueue(8)
	if _, some := q.next(); some {
		t.Error("an empty queue has a deadline")
	}
	q.add(item{}, now)
	if _, some := q.next(); some {
		t.Error("a message that waits however long has a deadline")
	}
	q.add(item{deadline: now.Add(3 * time.Second)}, now)
	q.add(item{deadline: now.Add(2 * time.Second)}, now)
	if next, _ := q.next(); !next.Equal(now.Add(2 * time.Second)) {
		t.Errorf("next deadline in %s, want 2s", next.Sub(now))
	}
}

func TestBackoff(t *testing.T) {
	b := backoff{min: time.Second, max: 30 * time.Second}
	var got []time.Duration
	for range 7 {
		got = append(got, b.next(0))
	}
	s := time.Second
	if want := []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s, 30 * s}; !slices.Equal(got, want) {
		t.Errorf("waits %v, want %v", got, want)
	}
	if most := b.next(0.999999); most <= 37*s || most > 38*s {
		t.Errorf("longest wait with jitter %s, want a quarter more than 30s", most)
	}
	b.ended(59 * s)
	if d := b.next(0); d != 30*s {
		t.Errorf("after a connection of 59s the wait is %s, want 30s still: two clients of one id must not fight fast", d)
	}
	b.ended(60 * s)
	if d := b.next(0); d != s {
		t.Errorf("after a good connection the wait is %s, want 1s", d)
	}
}

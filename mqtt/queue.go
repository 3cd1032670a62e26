package mqtt

import (
	"slices"
	"time"
)

// queue keeps messages of which each one counts, in order. A message with a deadline that has passed is worth nothing any
// more: a lamp must not do now what was right a minute ago.
type queue struct {
	items []item
	max   int
}

// item is one message in the queue.
type item struct {
	Message
	deadline time.Time // zero: waits however long
	lost     func()    // may be nil
}

// late tells whether the item must not be sent any more.
func (i item) late(now time.Time) bool { return !i.deadline.IsZero() && !now.Before(i.deadline) }

func newQueue(max int) *queue { return &queue{max: max} }

// add appends an item. Where there is no room the oldest message with a deadline gives way, so that one that waits for the
// broker is not lost to some that would not have waited. It returns those that gave way; ErrFull where none could.
func (q *queue) add(it item, now time.Time) (gone []item, err error) {
	if len(q.items) >= q.max {
		gone = q.expired(now)
	}
	if len(q.items) >= q.max {
		oldest := slices.IndexFunc(q.items, func(i item) bool { return !i.deadline.IsZero() })
		if oldest < 0 {
			return gone, ErrFull
		}
		gone = append(gone, q.items[oldest])
		q.items = slices.Delete(q.items, oldest, oldest+1)
	}
	q.items = append(q.items, it)
	return gone, nil
}

// pop takes out the oldest item. It may be late: that is for the caller to see.
func (q *queue) pop() (item, bool) {
	if len(q.items) == 0 {
		return item{}, false
	}
	it := q.items[0]
	q.items = slices.Delete(q.items, 0, 1)
	return it, true
}

// restore puts a popped item that did not reach the broker back to the front. It may exceed max by that one.
func (q *queue) restore(it item) { q.items = slices.Insert(q.items, 0, it) }

// expired takes out everything that is late.
func (q *queue) expired(now time.Time) []item {
	var gone []item
	q.items = slices.DeleteFunc(q.items, func(i item) bool {
		if i.late(now) {
			gone = append(gone, i)
			return true
		}
		return false
	})
	return gone
}

// next is the earliest deadline; false where nothing has one.
func (q *queue) next() (time.Time, bool) {
	var first time.Time
	for _, i := range q.items {
		if !i.deadline.IsZero() && (first.IsZero() || i.deadline.Before(first)) {
			first = i.deadline
		}
	}
	return first, !first.IsZero()
}

// clear takes out everything.
func (q *queue) clear() []item {
	gone := q.items
	q.items = nil
	return gone
}

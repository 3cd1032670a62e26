package mqtt

import "time"

// callbacks hands received messages on, one after another, and reports what has become too late, connected or not. It ends
// when the link has.
func (c *Client) callbacks() {
	defer close(c.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var late lateness
	for {
		if in, ok := late.due(c.urgent); ok {
			c.hand(in)
			continue
		}
		now := time.Now()
		c.mu.Lock()
		gone := c.queue.expired(now)
		next, some := c.queue.next()
		c.mu.Unlock()
		c.lose(gone, now)
		timer.Reset(time.Hour)
		if some {
			timer.Reset(next.Sub(now))
		}
		select {
		case in := <-c.inbox:
			c.hand(in)
			late.handed++
		case <-timer.C:
		case <-c.alarm:
		case <-c.linked:
			return
		}
	}
}

// lateness keeps urgent messages in the broker's order: none overtakes what was accepted before it, for a pause that came after a resume must
// also count after it.
type lateness struct {
	handed uint64 // messages of the queue
	next   urgent
	some   bool
}

// due gives an urgent message once all that was accepted before it has been handed on.
func (l *lateness) due(from <-chan urgent) (in Inbound, ok bool) {
	if !l.some {
		select {
		case l.next = <-from:
			l.some = true
		default:
			return Inbound{}, false
		}
	}
	if l.handed < l.next.behind {
		return Inbound{}, false
	}
	l.some = false
	return l.next.in, true
}

func (c *Client) hand(in Inbound) {
	c.count.received.Add(1)
	if c.o.OnInbound != nil {
		c.o.OnInbound(in)
	}
	c.dropLarge(in)
}

// lose reports messages of Send that will not be sent. No lock may be held.
func (c *Client) lose(gone []item, now time.Time) {
	for _, it := range gone {
		if it.late(now) {
			c.count.expired.Add(1)
		} else {
			c.count.dropped.Add(1)
		}
		if it.lost != nil {
			it.lost()
		}
	}
}

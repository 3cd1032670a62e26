package mqtt

import "time"

// callbacks hands received messages on, one after another, and reports what has become too late, connected or not. It ends
// when the link has.
func (c *Client) callbacks() {
	defer close(c.ended)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
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
		case <-timer.C:
		case <-c.alarm:
		case <-c.linked:
			return
		}
	}
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

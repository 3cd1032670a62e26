package mqtt

import "sync/atomic"

// Counters are how often things happened since Start. They may be read at any time.
type Counters struct {
	Attempts   uint64 // to connect
	Connects   uint64 // that led to a connection
	Sent       uint64 // messages the broker has: acknowledged at QoS 1, written at QoS 0
	Replaced   uint64 // messages that a newer one of the same topic overtook before they were sent
	Dropped    uint64 // messages that found no room, came after Close, or were still unsent then
	Expired    uint64 // messages of Send whose deadline passed
	Received   uint64 // messages handed to OnInbound
	InboundCut uint64 // messages that found no room on the way to OnInbound
	Oversize   uint64 // received messages whose payload was longer than MaxInbound
	Refused    uint64 // subscriptions the broker refused
}

// Reconnects is how often a connection was made after the first.
func (c Counters) Reconnects() uint64 {
	if c.Connects == 0 {
		return 0
	}
	return c.Connects - 1
}

// counting is Counters while they change.
type counting struct {
	attempts, connects, sent, replaced, dropped, expired, received, inboundCut, oversize, refused atomic.Uint64
}

func (c *counting) read() Counters {
	return Counters{
		Attempts: c.attempts.Load(), Connects: c.connects.Load(),
		Sent: c.sent.Load(), Replaced: c.replaced.Load(), Dropped: c.dropped.Load(), Expired: c.expired.Load(),
		Received: c.received.Load(), InboundCut: c.inboundCut.Load(), Oversize: c.oversize.Load(),
		Refused: c.refused.Load(),
	}
}

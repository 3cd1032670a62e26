package mqtt

import paho "github.com/eclipse/paho.mqtt.golang"

// Inbound is one received message.
type Inbound struct {
	Topic    string
	Payload  []byte // the receiver's own; nil where Oversize
	Retained bool   // kept by the broker from before the subscription: not an act of this moment
	Oversize bool   // the payload was longer than MaxInbound, or than Large allows, and has been thrown away
	large    bool   // longer than MaxInbound, and allowed to be
}

// arrived runs on paho's reading goroutine, message by message in the broker's order. It must never wait nor publish: paho
// would deadlock. With paho's OrderMatters off every message would get a goroutine of its own and a pause could overtake a
// resume; so it stays on, and this function stays short.
func (c *Client) arrived(_ paho.Client, m paho.Message) {
	in := Inbound{Topic: m.Topic(), Payload: m.Payload(), Retained: m.Retained()}
	if len(in.Payload) > c.o.MaxInbound {
		in.large = c.takeLarge(in)
	}
	if len(in.Payload) > c.o.MaxInbound && !in.large {
		c.count.oversize.Add(1)
		in.Payload, in.Oversize = nil, true
	}
	select {
	case c.inbox <- in:
		c.accepted.Add(1)
	default:
		c.overflow(in)
	}
}

// urgent is a message that must not be lost: it found the queue full, and is handed on behind those that stood there then.
type urgent struct {
	in     Inbound
	behind uint64 // messages accepted before it
}

// maxUrgent bounds the urgent messages that wait beside a full queue. Each is a stop, and one of them is enough.
const maxUrgent = 64

// overflow keeps an urgent message that found the queue full, and counts any other as cut.
func (c *Client) overflow(in Inbound) {
	if c.o.Urgent != nil && c.o.Urgent(in.Topic) {
		select {
		case c.urgent <- urgent{in, c.accepted.Load()}:
			select {
			case c.alarm <- struct{}{}: // the queue may have become empty just now
			default:
			}
			return
		default:
		}
	}
	c.count.inboundCut.Add(1)
	c.dropLarge(in)
}

// longest is how long a payload of a topic may be, in bytes.
func (c *Client) longest(topic string) int { return max(c.o.MaxInbound, c.o.Large[topic]) }

// takeLarge tells whether a long payload may be handed on: its topic is one of Large, and few others wait.
func (c *Client) takeLarge(in Inbound) bool {
	if len(in.Payload) > c.o.Large[in.Topic] {
		return false
	}
	if c.large.Add(1) > maxLarge {
		c.large.Add(-1)
		return false
	}
	return true
}

// dropLarge makes room for the next long payload, after this one was handed on or lost.
func (c *Client) dropLarge(in Inbound) {
	if in.large {
		c.large.Add(-1)
	}
}

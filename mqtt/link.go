package mqtt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// link connects, announces, subscribes and sends, again and again, until the end.
func (c *Client) link() {
	defer close(c.linked)
	defer c.giveUp()
	stop := context.AfterFunc(c.soft, func() { time.AfterFunc(closeGrace, c.endHard) })
	defer stop()
	wait := backoff{min: c.o.RetryMin, max: c.o.RetryMax}
	var told outage
	for c.soft.Err() == nil {
		s, err := c.open(c.soft)
		if err == nil {
			began := time.Now()
			err = c.serve(s, &told)
			c.up.Store(false)
			if err == nil {
				return
			}
			s.cut(c.hard)
			wait.ended(time.Since(began))
			c.note(err)
		}
		if c.soft.Err() == nil {
			c.tell(&told, err)
			c.pause(wait.next(jitter()))
		}
	}
}

// explained says what an end without a reason can mean. Two clients of one id throw each other out for as long as both run, and only the broker's
// own log would tell.
func explained(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the broker closed the connection (it ended, or a second hubd with this hub.id runs on this machine): %w", err)
	}
	return err
}

// note keeps for Close why a connection that stood when the end came did not take everything.
func (c *Client) note(err error) {
	if c.soft.Err() == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.farewell = fmt.Errorf("mqtt: close: the broker does not have everything: %w", err)
}

// pause waits for d or the end.
func (c *Client) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.soft.Done():
	}
}

// serve uses one connection until it is lost; nil after an orderly end.
func (c *Client) serve(s *session, told *outage) error {
	c.count.connects.Add(1)
	if err := c.announce(s); err != nil {
		return err
	}
	wait := backoff{min: c.o.RefusedAgain, max: 60 * c.o.RefusedAgain}
	again := time.NewTimer(wait.next(jitter()))
	defer again.Stop()
	for {
		if c.soft.Err() != nil {
			c.sayGoodbye(s)
			return nil
		}
		if err := c.subscribe(s); err != nil {
			return err
		}
		if !c.up.Swap(true) {
			c.o.Log.Info("broker connected", "broker", c.at.String())
			*told = outage{been: true}
		}
		sent, err := c.sendNext(s)
		if err != nil {
			return err
		}
		if sent {
			continue
		}
		select {
		case <-c.wake:
		case <-again.C:
			c.forgetRefusals()
			again.Reset(wait.next(jitter()))
		case <-c.soft.Done():
		case <-s.down:
			return s.why
		}
	}
}

// announce sends what OnUp gives, in its order and before anything else.
func (c *Client) announce(s *session) error {
	c.mu.Lock()
	for i := range c.filters {
		c.filters[i].current = false
	}
	mark := c.out.seq
	c.mu.Unlock()
	if c.o.OnUp == nil {
		return nil
	}
	var messages []Message
	for _, m := range c.o.OnUp() {
		if err := checkMessage(m); err != nil {
			c.count.dropped.Add(1)
			c.o.Log.Error("announcement cannot be sent", "error", err)
			continue
		}
		m.Payload = bytes.Clone(m.Payload)
		messages = append(messages, m)
	}
	c.mu.Lock()
	leading, dropped := c.out.announce(messages, mark)
	c.mu.Unlock()
	c.count.dropped.Add(uint64(dropped))
	for range leading {
		if _, err := c.sendNewest(s); err != nil {
			return err
		}
	}
	return nil
}

// subscribeAgain is how often a refused filter is asked for once more. A broker that means it refuses again; mochi 2.7.9 refuses
// where the request's packet id is one that it uses itself at that moment, and takes the next.
const subscribeAgain = 2

// subscribe asks for the filters that this connection has not been asked for, one by one.
func (c *Client) subscribe(s *session) error {
	for {
		f, ok := c.nextFilter()
		if !ok {
			return nil
		}
		err := s.subscribe(c.hard, f)
		for again := 0; errors.Is(err, errRefused) && again < subscribeAgain; again++ {
			err = s.subscribe(c.hard, f)
		}
		if err != nil && !errors.Is(err, errRefused) {
			return err
		}
		c.answered(f.name, err != nil)
	}
}

// forgetRefusals lets refused subscriptions with QoS 1 be asked for anew: a broker of several machines that has just lost one refuses what it
// will grant a moment later, and a hub must not stay deaf to a pause because of that. The log hears nothing of it.
func (c *Client) forgetRefusals() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.filters {
		if f := &c.filters[i]; f.refused && f.qos == 1 {
			f.current = false
		}
	}
}

func (c *Client) nextFilter() (filter, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.filters {
		if !f.current {
			return f, true
		}
	}
	return filter{}, false
}

// answered notes the broker's answer; a refusal is told once until it is granted.
func (c *Client) answered(name string, refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.filters {
		f := &c.filters[i]
		if f.name != name {
			continue
		}
		if refused {
			c.count.refused.Add(1)
		}
		if refused && !f.refused {
			c.o.Log.Warn("broker refuses a subscription: give this user the right to read it", "filter", name)
		}
		f.current, f.refused = true, refused
	}
}

// sendNext sends the next message, those of Send first; false where nothing waits.
func (c *Client) sendNext(s *session) (bool, error) {
	c.mu.Lock()
	it, ok := c.queue.pop()
	c.mu.Unlock()
	if !ok {
		return c.sendNewest(s)
	}
	if now := time.Now(); it.late(now) {
		c.lose([]item{it}, now)
		return true, nil
	}
	if err := s.publish(c.hard, it.Message); err != nil {
		c.mu.Lock()
		c.queue.restore(it)
		c.mu.Unlock()
		signal(c.alarm)
		return false, err
	}
	c.count.sent.Add(1)
	return true, nil
}

// sendNewest sends the next message of the outbox.
func (c *Client) sendNewest(s *session) (bool, error) {
	c.mu.Lock()
	e, ok := c.out.pop()
	c.mu.Unlock()
	if !ok {
		return false, nil
	}
	if err := s.publish(c.hard, e.Message); err != nil {
		c.mu.Lock()
		c.out.restore(e)
		c.mu.Unlock()
		return false, err
	}
	c.count.sent.Add(1)
	return true, nil
}

// sayGoodbye sends what waits, then the will, and disconnects.
func (c *Client) sayGoodbye(s *session) {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	sent, err := true, error(nil)
	for sent && err == nil {
		sent, err = c.sendNext(s)
	}
	if err == nil && c.o.Will.Topic != "" {
		err = s.publish(c.hard, c.o.Will)
	}
	if err != nil {
		c.note(err)
		s.cut(c.hard)
		return
	}
	s.leave()
	c.o.Log.Info("broker left", "broker", c.at.String())
}

// giveUp reports everything that is still unsent when the link ends.
func (c *Client) giveUp() {
	c.mu.Lock()
	c.closed = true
	gone := c.queue.clear()
	unsent := c.out.len()
	c.mu.Unlock()
	c.count.dropped.Add(uint64(unsent))
	c.lose(gone, time.Now())
}

// outage is what the log knows of the present lack of a connection.
type outage struct {
	been bool // there has been a connection before
	told [obstacles]bool
}

// tell logs an obstacle once per outage, never per attempt.
func (c *Client) tell(o *outage, err error) {
	kind := obstacleLost
	var t *trouble
	if errors.As(err, &t) {
		kind = t.kind
	}
	first := o.told == [obstacles]bool{}
	if o.told[kind] {
		return
	}
	o.told[kind] = true
	if kind == obstacleLost {
		o.told[obstacleNetwork] = true // that nobody answers then is no news
	}
	switch {
	case !first:
		c.o.Log.Warn("still no broker, now for another reason", "broker", c.at.String(), "error", err)
	case o.been:
		c.o.Log.Warn("broker lost, retrying", "broker", c.at.String(), "error", err)
	default:
		c.o.Log.Warn("no broker yet, retrying", "broker", c.at.String(), "error", err)
	}
}

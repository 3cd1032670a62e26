package mqtt

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Client keeps a connection to one broker for years, and what is to be sent meanwhile. No method waits for the broker
// except Close.
//
// It uses a fresh paho client for every attempt. paho's own reconnecting sleeps where nobody can wake it, keeps message ids
// of lost connections for ever, and leaves tokens open; here every wait ends with Close and every token with its connection.
type Client struct {
	o        Options
	at       address
	count    counting
	up       atomic.Bool
	large    atomic.Int32 // long payloads that wait for OnInbound
	inbox    chan Inbound
	urgent   chan urgent   // beside a full inbox
	accepted atomic.Uint64 // messages that found room in the inbox
	wake     chan struct{} // something to send or to subscribe
	alarm    chan struct{} // a deadline that may be earlier than the one waited for

	soft, hard       context.Context // soft: no new attempts, say goodbye; hard: give up now
	endSoft, endHard context.CancelFunc
	linked, ended    chan struct{} // closed when the link, and when everything, has ended

	mu       sync.Mutex
	started  bool
	closed   bool
	out      *outbox
	queue    *queue
	filters  []filter
	farewell error // what Close has to tell
}

// filter is one subscription that is to exist.
type filter struct {
	name    string
	qos     byte
	current bool // asked for on the present connection, granted or not
	refused bool // the last answer was no, and the log has it
}

// New checks the options, all at once, and prepares a Client. Nothing is opened yet.
func New(o Options) (*Client, error) {
	at, err := o.check()
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	return &Client{
		o: o, at: at,
		inbox: make(chan Inbound, o.InboundQueue), urgent: make(chan urgent, maxUrgent),
		wake: make(chan struct{}, 1), alarm: make(chan struct{}, 1),
		linked: make(chan struct{}), ended: make(chan struct{}),
		out: newOutbox(o.MaxTopics, o.MaxBytes), queue: newQueue(o.MaxQueue),
	}, nil
}

// Start begins to connect, and returns at once. Whether there is a broker is no error: it is tried until Close, or until ctx
// ends, which closes with 5 s of grace. Start is called once.
func (c *Client) Start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	if c.started {
		return fmt.Errorf("mqtt: already started")
	}
	c.started = true
	c.soft, c.endSoft = context.WithCancel(ctx)
	c.hard, c.endHard = context.WithCancel(context.Background())
	go c.link()
	go c.callbacks()
	return nil
}

// Close sends what waits, then the will in the broker's stead, disconnects, and returns within timeout whatever the broker
// does. An error says what did not leave although there was a connection, or that something has not ended in time. A second
// Close waits for the first.
func (c *Client) Close(timeout time.Duration) error {
	c.mu.Lock()
	c.closed = true
	started := c.started
	c.mu.Unlock()
	if !started {
		return nil
	}
	give := time.AfterFunc(timeout, c.endHard)
	defer give.Stop()
	c.endSoft()
	select {
	case <-c.ended:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.farewell
	case <-c.hard.Done():
	}
	return c.closeLate()
}

// closeLate gives the goroutines, which all know by now that they must end, a moment to do so.
func (c *Client) closeLate() error {
	late := time.NewTimer(100 * time.Millisecond)
	defer late.Stop()
	select {
	case <-c.ended:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.farewell
	case <-late.C:
		return fmt.Errorf("mqtt: close: connection or OnInbound has not ended in time")
	}
}

// Publish hands over the newest message of a topic, retained or not. An older one of the same topic that still waits is
// replaced. The payload is copied. ErrFull and ErrClosed say that it was not taken.
func (c *Client) Publish(m Message) error {
	if err := checkMessage(m); err != nil {
		return err
	}
	m.Payload = bytes.Clone(m.Payload)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		c.count.dropped.Add(1)
		return ErrClosed
	}
	replaced, err := c.out.put(m)
	if err != nil {
		c.count.dropped.Add(1)
		return err
	}
	if replaced {
		c.count.replaced.Add(1)
	}
	signal(c.wake)
	return nil
}

// Send hands over a message that counts by itself, such as an event or a command to a lamp. Messages of Send leave in order
// and before those of Publish. After deadline it is not sent any more; the zero deadline waits for the broker however long.
// The payload is copied. A nil error promises that the message is sent, or lost is called once. lost may be nil; it is
// called from any goroutine, must return soon, and may call the Client except Close. A message whose acknowledgement was
// lost with the connection is sent again while its deadline allows: a receiver may see it twice.
func (c *Client) Send(m Message, deadline time.Time, lost func()) error {
	if err := checkMessage(m); err != nil {
		return err
	}
	m.Payload = bytes.Clone(m.Payload)
	now := time.Now()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		c.count.dropped.Add(1)
		return ErrClosed
	}
	gone, err := c.queue.add(item{m, deadline, lost}, now)
	c.mu.Unlock()
	c.lose(gone, now)
	if err != nil {
		c.count.dropped.Add(1)
		return err
	}
	signal(c.wake)
	signal(c.alarm)
	return nil
}

// Subscribe asks for the messages of a filter, QoS 1, now and after every reconnect. Asking again changes nothing.
func (c *Client) Subscribe(name string) error { return c.subscribeTo(filter{name: name, qos: 1}) }

// Follow is Subscribe with QoS 0, for what is kept, said again, or sent without QoS anyway, such as lamps' states. A broker of several machines
// keeps a record of every subscription with QoS 1 on each of them, which is most of what a hub costs it.
func (c *Client) Follow(name string) error { return c.subscribeTo(filter{name: name}) }

func (c *Client) subscribeTo(f filter) error {
	if err := checkFilter(f.name); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.filters, func(old filter) bool { return old.name == f.name }) {
		return nil
	}
	if len(c.filters) >= maxFilters {
		return fmt.Errorf("mqtt: more than %d subscriptions", maxFilters)
	}
	c.filters = append(c.filters, f)
	signal(c.wake)
	return nil
}

// Connected tells whether the broker is there and everything has been announced and subscribed.
func (c *Client) Connected() bool { return c.up.Load() }

// Waiting is how many messages are still to be sent.
func (c *Client) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.len() + len(c.queue.items)
}

// Counters tells what happened so far.
func (c *Client) Counters() Counters { return c.count.read() }

// signal wakes the receiver of a channel of one; it is enough that one signal waits.
func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

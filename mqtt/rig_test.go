package mqtt_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/mqtt/broker"
)

// serve starts a broker; where addr was in use a moment ago it waits until it is free.
func serve(t *testing.T, addr string, g broker.Guard) *broker.Broker {
	t.Helper()
	var b *broker.Broker
	waiting.Until(t, "the broker listens", func() bool {
		var err error
		b, err = broker.StartGuarded(addr, nil, g)
		return err == nil
	})
	t.Cleanup(func() { b.Close() })
	return b
}

// begin runs a client with short waits against addr.
func begin(t *testing.T, addr string, o mqtt.Options) (*mqtt.Client, *waiting.Text) {
	t.Helper()
	log := &waiting.Text{}
	if o.URL == "" {
		o.URL = "mqtt://" + addr
	}
	if o.ClientID == "" {
		o.ClientID = "hubd-test"
	}
	o.Log = slog.New(slog.NewTextHandler(log, nil))
	o.RetryMin, o.RetryMax = 5*time.Millisecond, 20*time.Millisecond
	c, err := mqtt.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(time.Second) })
	return c, log
}

// ear is a second client that hears everything.
type ear struct {
	*mqtt.Client
	mu    sync.Mutex
	heard []mqtt.Inbound
}

func listen(t *testing.T, addr string) *ear {
	t.Helper()
	e := &ear{}
	e.Client, _ = begin(t, addr, mqtt.Options{ClientID: "ear", OnInbound: func(in mqtt.Inbound) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, in)
	}})
	if err := e.Subscribe("hubd/#"); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "the ear is subscribed", e.Connected)
	return e
}

// all lists what was heard, as topic=payload.
func (e *ear) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []string
	for _, in := range e.heard {
		all = append(all, in.Topic+"="+string(in.Payload))
	}
	return all
}

// count is how often something was heard.
func (e *ear) count(line string) (n int) {
	for _, s := range e.all() {
		if s == line {
			n++
		}
	}
	return n
}

// relay stands between a client and a broker, so that one connection can be cut while others live.
type relay struct {
	net.Listener
	to   string
	mu   sync.Mutex
	open []net.Conn
}

func between(t *testing.T, to string, secure *tls.Config) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if secure != nil {
		l = tls.NewListener(l, secure)
	}
	r := &relay{Listener: l, to: to}
	go r.accept()
	t.Cleanup(func() { l.Close(); r.cut() })
	return r
}

func (r *relay) accept() {
	for {
		near, err := r.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", r.to)
		if err != nil {
			near.Close()
			continue
		}
		r.mu.Lock()
		r.open = append(r.open, near, far)
		r.mu.Unlock()
		go pass(near, far)
		go pass(far, near)
	}
}

func pass(to, from net.Conn) {
	io.Copy(to, from)
	to.Close()
	from.Close()
}

// cut ends the connections as a pulled cable would.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.open {
		c.Close()
	}
	r.open = nil
}

// unused is an address on which nothing listens.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// deaf is a broker that accepts every client and then never answers again. Each connection is told on the channel.
func deaf(t *testing.T, connack bool) (addr string, came <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	conns := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			if connack {
				c.Write([]byte{0x20, 2, 0, 0}) // CONNACK, accepted (MQTT 3.1.1, 3.2)
			}
			go io.Copy(io.Discard, c)
			conns <- struct{}{}
		}
	}()
	return l.Addr().String(), conns
}

func say(topic, payload string) mqtt.Message {
	return mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1}
}

func keep(topic, payload string) mqtt.Message {
	return mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1, Retain: true}
}

func number(prefix string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("%s%d", prefix, i))
	}
	return all
}

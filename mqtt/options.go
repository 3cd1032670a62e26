package mqtt

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Options say how a Client reaches its broker. The zero value of every field with a default means that default.
type Options struct {
	// URL is mqtt://host[:1883] or mqtts://host[:8883]. It holds no user name and no password: those would end up in logs.
	URL string

	// ClientID names this client to the broker: 1…23 characters, the same after every restart, different on every machine.
	// Two clients under one id make the broker throw each other out for ever.
	ClientID string

	// Username is empty where the broker asks for none.
	Username string

	// Password is asked before every attempt to connect. Its error is a state that is told and tried again, never an exit.
	// nil is no password.
	Password func() (string, error)

	TLS TLS

	// Insecure permits mqtt:// to another machine, where everybody on the way can read. It never turns off the checking of
	// a certificate.
	Insecure bool

	// Will is what the broker publishes when this client is cut off. Close publishes it too: a broker sends no will after an
	// orderly end. A Will without topic is none.
	Will Message

	// OnUp is asked once after every connect for everything that has to be announced anew, in the order in which it is
	// to leave: availability, discovery, states. Subscriptions follow after it. It must return soon. May be nil.
	OnUp func() []Message

	// OnInbound gets every message of the subscribed filters, one after another, in the order in which the broker sent
	// them. While it is busy, messages wait in a queue of InboundQueue, then are dropped and counted. May be nil.
	OnInbound func(Inbound)

	// Urgent names the topics whose messages must not be cut where the queue is full: stops. Some of them wait beside it, in the broker's
	// order. It must return at once. May be nil.
	Urgent func(topic string) bool

	// Log gets changes of the connection, once each. nil is no log.
	Log *slog.Logger

	RetryMin       time.Duration // wait after the first failed attempt; 1 s
	RetryMax       time.Duration // longest wait, to which up to a quarter is added at random; 30 s
	ConnectTimeout time.Duration // for opening the connection and for the broker's answer, together; 10 s
	AckTimeout     time.Duration // after which an unanswered message or subscription ends the connection; 10 s
	RefusedAgain   time.Duration // after which a refused subscription of Subscribe is asked for anew, then doubled up to sixty times; 10 s
	MaxTopics      int           // topics that may wait for the broker with their newest message; 256
	MaxBytes       int           // sum of their payloads; 4 MiB
	MaxQueue       int           // messages that may wait in Send; 128
	InboundQueue   int           // messages that may wait for OnInbound; 128
	MaxInbound     int           // longest payload handed to OnInbound; 32 KiB

	// Large names topics with payloads that may be longer than MaxInbound, and how long. At most maxLarge of them wait for OnInbound at
	// once; one more comes as Oversize.
	Large map[string]int
}

// TLS names the files used with mqtts://. They are read at every attempt, so a renewed certificate needs no restart.
type TLS struct {
	CAFile   string // PEM; empty: the system's authorities
	CertFile string // PEM, this client's own certificate; with KeyFile or not at all
	KeyFile  string // PEM
	// Guarded tells, before every attempt to connect, whether KeyFile may be used; nil: it may. Its error is a state, as Password's.
	Guarded func() error
}

// Limits that are the same for every broker.
const (
	keepAlive    = 30 * time.Second // longest silence before a ping
	pingTimeout  = 10 * time.Second
	writeTimeout = 5 * time.Second
	closeGrace   = 5 * time.Second // for an orderly end when nobody set a time with Close
	protocolV311 = 4               // level byte of MQTT 3.1.1; asked for explicitly, else paho falls back to 3.1
	maxFilters   = 64
	maxLarge     = 4 // payloads longer than MaxInbound that wait for OnInbound
	maxTopicSize = 512
	maxClientID  = 23 // what a 3.1.1 broker must accept (MQTT 3.1.1, 3.1.3.1)
	// A connection that lived this many times the wait before it counts as a good one, and the wait starts small again.
	// Below it two clients with one id would fight at the shortest wait.
	goodAfter = 2
)

func (o Options) withDefaults() Options {
	o.RetryMin = orDuration(o.RetryMin, time.Second)
	o.RetryMax = orDuration(o.RetryMax, 30*time.Second)
	o.ConnectTimeout = orDuration(o.ConnectTimeout, 10*time.Second)
	o.AckTimeout = orDuration(o.AckTimeout, 10*time.Second)
	o.RefusedAgain = orDuration(o.RefusedAgain, 10*time.Second)
	o.MaxTopics = orInt(o.MaxTopics, 256)
	o.MaxBytes = orInt(o.MaxBytes, 4<<20)
	o.MaxQueue = orInt(o.MaxQueue, 128)
	o.InboundQueue = orInt(o.InboundQueue, 128)
	o.MaxInbound = orInt(o.MaxInbound, 32<<10)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func orDuration(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}

func orInt(n, other int) int {
	if n > 0 {
		return n
	}
	return other
}

// check reports every problem of the options at once.
func (o Options) check() (address, error) {
	a, err := parseAddress(o.URL)
	problems := []error{err}
	if err == nil && !a.secure && !a.loopback() && !o.Insecure {
		problems = append(problems, fmt.Errorf("mqtt: %s is another machine and mqtt:// is readable on the way: use mqtts://, or insecure: true", a.host))
	}
	if n := len(o.ClientID); n < 1 || n > maxClientID {
		problems = append(problems, fmt.Errorf("mqtt: client id %q: want 1 to %d characters", o.ClientID, maxClientID))
	}
	if (o.TLS.CertFile == "") != (o.TLS.KeyFile == "") {
		problems = append(problems, errors.New("mqtt: a client certificate needs its key and a key its certificate"))
	}
	if o.Will.Topic != "" {
		problems = append(problems, checkMessage(o.Will))
	}
	return a, errors.Join(problems...)
}

func checkMessage(m Message) error {
	switch {
	case m.Topic == "" || len(m.Topic) > maxTopicSize:
		return fmt.Errorf("mqtt: topic of %d bytes: want 1 to %d", len(m.Topic), maxTopicSize)
	case strings.ContainsAny(m.Topic, "+#\x00"):
		return fmt.Errorf("mqtt: topic %q: a publication's topic holds neither + nor #", m.Topic)
	case m.QoS > 1:
		return fmt.Errorf("mqtt: topic %q: QoS %d: want 0 or 1", m.Topic, m.QoS)
	}
	return nil
}

// checkFilter follows MQTT 3.1.1, 4.7.1: + stands for one whole level, # for all the rest and only at the end.
func checkFilter(filter string) error {
	if filter == "" || len(filter) > maxTopicSize || strings.Contains(filter, "\x00") {
		return fmt.Errorf("mqtt: filter of %d bytes: want 1 to %d", len(filter), maxTopicSize)
	}
	levels := strings.Split(filter, "/")
	for i, level := range levels {
		if len(level) > 1 && strings.ContainsAny(level, "+#") || level == "#" && i != len(levels)-1 {
			return fmt.Errorf("mqtt: filter %q: + stands alone between slashes, # alone at the end", filter)
		}
	}
	return nil
}

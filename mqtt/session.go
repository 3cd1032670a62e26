package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// session is one connection, from its opening to its loss.
type session struct {
	client paho.Client
	conn   net.Conn
	down   chan struct{} // closed when the connection is lost, after paho's own goroutines have ended
	why    error         // may be read once down is closed
	ack    time.Duration
}

// obstacle is the kind of thing that stands in the way of a connection. Each is told once per outage.
type obstacle uint8

const (
	obstacleSecret  obstacle = iota // a password or certificate cannot be read
	obstacleNetwork                 // nothing answers, or not in time
	obstacleRefused                 // the broker says no
	obstacleLost                    // there was a connection
	obstacles                       // how many there are
)

// trouble is an error with its kind.
type trouble struct {
	kind obstacle
	err  error
}

func (t *trouble) Error() string { return t.err.Error() }
func (t *trouble) Unwrap() error { return t.err }

// opened is what the dialer hands over beside paho.
type opened struct {
	conn net.Conn
	stop func() bool // must be called once the connection stands: until then the end of ctx cuts it
}

// open makes one attempt. The end of ctx interrupts it anywhere: in the name look-up, the TLS handshake, or while a silent
// broker is waited for.
func (c *Client) open(ctx context.Context) (*session, error) {
	c.count.attempts.Add(1)
	po, err := c.pahoOptions()
	if err != nil {
		return nil, &trouble{obstacleSecret, err}
	}
	ctx, cancel := context.WithTimeout(ctx, c.o.ConnectTimeout)
	defer cancel()
	s := &session{down: make(chan struct{}), ack: c.o.AckTimeout}
	conns := make(chan opened, 1)
	po.SetCustomOpenConnectionFn(func(_ *url.URL, po paho.ClientOptions) (net.Conn, error) {
		conn, err := dial(ctx, c.at, po.TLSConfig)
		if err != nil {
			return nil, err
		}
		conns <- opened{conn, context.AfterFunc(ctx, func() { conn.Close() })}
		return bound(conn, c.longest), nil
	})
	po.SetConnectionLostHandler(func(_ paho.Client, err error) {
		s.why = explained(err)
		close(s.down)
	})
	s.client = paho.NewClient(po)
	token := s.client.Connect()
	if !token.WaitTimeout(c.o.ConnectTimeout + time.Second) {
		return nil, &trouble{obstacleNetwork, fmt.Errorf("mqtt: connect to %s: no answer", c.at)}
	}
	if err := token.Error(); err != nil {
		return nil, &trouble{kindOf(token), fmt.Errorf("mqtt: connect to %s: %w", c.at, err)}
	}
	open := <-conns
	open.stop()
	s.conn = open.conn
	return s, nil
}

// kindOf tells a broker that said no from one that is not there.
func kindOf(token paho.Token) obstacle {
	t, ok := token.(*paho.ConnectToken)
	if ok && t.ReturnCode() != packets.Accepted && t.ReturnCode() <= packets.ErrRefusedNotAuthorised {
		return obstacleRefused
	}
	return obstacleNetwork
}

// dial opens the network connection. With a nil config it is plain TCP.
func dial(ctx context.Context, at address, config *tls.Config) (net.Conn, error) {
	if !at.secure {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", at.dial())
	}
	d := tls.Dialer{Config: config}
	return d.DialContext(ctx, "tcp", at.dial())
}

// pahoOptions reads the secrets anew: they may have been mended since the last attempt.
func (c *Client) pahoOptions() (*paho.ClientOptions, error) {
	po := paho.NewClientOptions().
		AddBroker("tcp://" + c.at.dial()). // the scheme means nothing here: the dialer is ours
		SetClientID(c.o.ClientID).
		SetProtocolVersion(protocolV311).
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectRetry(false).
		SetOrderMatters(true).
		SetDefaultPublishHandler(c.arrived).
		SetKeepAlive(keepAlive).
		SetPingTimeout(pingTimeout).
		SetWriteTimeout(writeTimeout).
		SetConnectTimeout(c.o.ConnectTimeout)
	if w := c.o.Will; w.Topic != "" {
		po.SetBinaryWill(w.Topic, w.Payload, w.QoS, w.Retain)
	}
	if c.o.Username != "" {
		po.SetUsername(c.o.Username)
	}
	if c.o.Password != nil {
		password, err := c.o.Password()
		if err != nil {
			return nil, fmt.Errorf("mqtt: read the password: %w", err)
		}
		po.SetPassword(password)
	}
	if c.at.secure {
		config, err := c.o.TLS.config(c.at.host)
		if err != nil {
			return nil, err
		}
		po.SetTLSConfig(config)
	}
	return po, nil
}

var (
	errAborted = errors.New("mqtt: given up because of Close")
	errRefused = errors.New("mqtt: the broker refuses the subscription")
)

// await starts a request and waits for its answer, at most as long as an acknowledgement may take. The request runs aside
// because paho blocks in it for up to writeTimeout when the connection is lost in that very moment; its goroutine ends then.
func (s *session) await(ctx context.Context, request func() paho.Token) (paho.Token, error) {
	timer := time.NewTimer(s.ack)
	defer timer.Stop()
	answer := make(chan paho.Token, 1)
	go func() {
		token := request()
		select {
		case <-token.Done():
			answer <- token
		case <-s.down:
		case <-ctx.Done():
		}
	}()
	select {
	case token := <-answer:
		return token, token.Error()
	case <-s.down:
		return nil, s.why
	case <-ctx.Done():
		return nil, errAborted
	case <-timer.C:
		return nil, fmt.Errorf("mqtt: no acknowledgement within %s", s.ack)
	}
}

// publish sends one message and waits until the broker has it.
func (s *session) publish(ctx context.Context, m Message) error {
	if !s.client.IsConnectionOpen() {
		return paho.ErrNotConnected
	}
	_, err := s.await(ctx, func() paho.Token { return s.client.Publish(m.Topic, m.QoS, m.Retain, m.Payload) })
	return err
}

// subscribe asks for one filter. errRefused is an answer, any other error the end of the session.
func (s *session) subscribe(ctx context.Context, f filter) error {
	if !s.client.IsConnectionOpen() {
		return paho.ErrNotConnected
	}
	token, err := s.await(ctx, func() paho.Token { return s.client.Subscribe(f.name, f.qos, nil) })
	if err != nil {
		return err
	}
	if t, ok := token.(*paho.SubscribeToken); ok && t.Result()[f.name] >= 0x80 {
		return errRefused
	}
	return nil
}

// cut ends the connection without a word, so that the broker sends the will, and waits until paho's goroutines have ended.
// It lets the deadline pass instead of closing: paho takes no notice of a connection that others closed.
func (s *session) cut(ctx context.Context) {
	defer s.conn.Close()
	s.conn.SetDeadline(time.Now())
	timer := time.NewTimer(writeTimeout)
	defer timer.Stop()
	select {
	case <-s.down:
	case <-ctx.Done():
	case <-timer.C:
	}
}

// leave disconnects in good order. The broker sends no will.
func (s *session) leave() {
	s.client.Disconnect(250)
	s.conn.Close()
}

// Package broker is a small MQTT broker inside the process, for hubd demo and for tests. It keeps nothing on disk. It is not
// meant to serve a home: that is what mosquitto is for.
package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
)

// Bounds that fit a demo on a Raspberry Pi.
const (
	maxClients = 32
	maxPending = 512             // messages that may wait for one slow client
	maxPacket  = 2 << 20         // bytes
	statistics = 60              // seconds between $SYS messages
	patience   = 2 * time.Second // with clients, and with mochi, at the end
)

// Broker is a running broker.
type Broker struct {
	server *mochi.Server
	conns  *connections
	end    sync.Once // mochi panics when it is closed twice
	ended  error
}

// Guard says who may do what. The zero Guard lets everybody do everything.
type Guard struct {
	Username string // empty: no user name and no password is asked for
	Password string

	// Refuse lists filters to which nobody may subscribe and topics to which nobody may publish, by exact comparison.
	Refuse []string
}

// Start listens on addr and serves until Close. An address without a host, such as :1883, means this machine only; port 0
// means any free one, which Addr then tells. log gets errors of the broker and nothing of its daily life; nil is no log.
func Start(addr string, log *slog.Logger) (*Broker, error) {
	return StartGuarded(addr, log, Guard{})
}

// StartGuarded is Start with a Guard.
func StartGuarded(addr string, log *slog.Logger, g Guard) (*Broker, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("broker: address %q: want host:port: %w", addr, err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	b := &Broker{server: mochi.New(serverOptions(log)), conns: &connections{Listener: l, open: map[net.Conn]struct{}{}}}
	if err := b.serve(g); err != nil {
		return nil, errors.Join(fmt.Errorf("broker: start: %w", err), b.Close())
	}
	return b, nil
}

func (b *Broker) serve(g Guard) error {
	if err := b.server.AddHook(&guardHook{guard: g}, nil); err != nil {
		return err
	}
	if err := b.server.AddListener(listeners.NewNet("tcp", b.conns)); err != nil {
		return err
	}
	return b.server.Serve()
}

func serverOptions(log *slog.Logger) *mochi.Options {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	can := mochi.NewDefaultServerCapabilities()
	can.MaximumClients = maxClients
	can.MaximumClientWritesPending = maxPending
	can.MaximumPacketSize = maxPacket
	return &mochi.Options{
		Capabilities:           can,
		Logger:                 slog.New(errorsOnly{log.Handler()}),
		SysTopicResendInterval: statistics,
	}
}

// Addr is the host and port it listens on.
func (b *Broker) Addr() string { return b.conns.Addr().String() }

// Cut ends every connection without a word, as pulling the network cable would: the broker then sends the wills.
func (b *Broker) Cut() { b.conns.cut() }

// Close stops listening and ends every connection. Nothing that was retained is kept. A second Close changes nothing.
func (b *Broker) Close() error {
	b.end.Do(func() { b.ended = b.close() })
	return b.ended
}

// close shows everybody out before mochi is asked to stop. mochi 2.7.9 locks itself up when a client leaves while it counts
// them (Clients.GetByListener takes its read lock twice), and waits for ever for a connection that never said a word.
func (b *Broker) close() error {
	err := b.conns.shut()
	b.empty(patience)
	done := make(chan error, 1)
	go func() { done <- b.server.Close() }()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case stopped := <-done:
		err = errors.Join(err, stopped)
	case <-late.C:
		err = errors.Join(err, errors.New("not stopped in time"))
	}
	if err != nil {
		return fmt.Errorf("broker: close: %w", err)
	}
	return nil
}

// empty waits until mochi has let go of its last client, at most for d.
func (b *Broker) empty(d time.Duration) {
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	end := time.NewTimer(d)
	defer end.Stop()
	for atomic.LoadInt64(&b.server.Info.ClientsConnected) > 0 {
		select {
		case <-look.C:
		case <-end.C:
			return
		}
	}
}

// connections is a listener that knows the connections it has accepted.
type connections struct {
	net.Listener
	mu   sync.Mutex
	open map[net.Conn]struct{}
	over bool
}

// Accept takes the next connection.
func (c *connections) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	k := &known{Conn: conn, from: c}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return nil, errors.Join(net.ErrClosed, conn.Close())
	}
	c.open[k] = struct{}{}
	return k, nil
}

// shut takes nobody in any more and ends every connection.
func (c *connections) shut() error {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	err := c.Listener.Close()
	c.cut()
	return err
}

func (c *connections) cut() {
	c.mu.Lock()
	var all []net.Conn
	for conn := range c.open {
		all = append(all, conn)
	}
	c.mu.Unlock()
	for _, conn := range all {
		conn.Close()
	}
}

// known is a connection that leaves the list when it is closed.
type known struct {
	net.Conn
	from *connections
}

// Close closes the connection.
func (k *known) Close() error {
	k.from.mu.Lock()
	delete(k.from.open, k)
	k.from.mu.Unlock()
	return k.Conn.Close()
}

// errorsOnly lets through what a maker would want to read. mochi reports every client that comes or goes.
type errorsOnly struct{ slog.Handler }

// Enabled tells whether a level is let through.
func (h errorsOnly) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && h.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the filter.
func (h errorsOnly) WithAttrs(a []slog.Attr) slog.Handler { return errorsOnly{h.Handler.WithAttrs(a)} }

// WithGroup keeps the filter.
func (h errorsOnly) WithGroup(name string) slog.Handler { return errorsOnly{h.Handler.WithGroup(name)} }

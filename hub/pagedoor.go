package hub

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of connections to the page.
const (
	maxConns        = 96
	maxConnsOneAddr = 24 // of one machine: some open pages, six connections each at most

	// kernelHolds is how much of what was written the kernel holds for a page that does not take it, in bytes. Left to itself it holds megabytes:
	// a slow page would be told of minutes ago, and never miss anything.
	kernelHolds = 64 << 10
)

// homeListener lets in who is at home: this machine, private and link-local addresses. hubd is no server for the internet, also
// where a router would pass it on. It bounds connections by address, where who comes too much is let go at once, and over all: then the
// one that has been quiet for longest makes room, so that a guest who has many addresses and holds every place keeps nobody from a pause.
type homeListener struct {
	net.Listener
	began time.Time

	mu   sync.Mutex
	open map[*homeConn]struct{}
	from map[netip.Addr]int
}

func newHomeListener(l net.Listener) *homeListener {
	return &homeListener{Listener: l, began: time.Now(), open: map[*homeConn]struct{}{}, from: map[netip.Addr]int{}}
}

// Accept waits for the next connection that is let in.
func (h *homeListener) Accept() (net.Conn, error) {
	for {
		c, err := h.Listener.Accept()
		if err != nil {
			return nil, err
		}
		a, _ := netip.ParseAddrPort(c.RemoteAddr().String())
		in := &homeConn{Conn: c, home: h, addr: a.Addr().Unmap().WithZone("")}
		in.stirred()
		if !atHome(in.addr) || !h.enter(in) {
			c.Close()
			continue
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(kernelHolds)
		}
		return in, nil
	}
}

func atHome(a netip.Addr) bool { return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() }

// enter gives a connection its place; false where its address has enough of them.
func (h *homeListener) enter(c *homeConn) bool {
	h.mu.Lock()
	if h.from[c.addr] >= maxConnsOneAddr {
		h.mu.Unlock()
		return false
	}
	var goes *homeConn
	if len(h.open) >= maxConns {
		goes = h.quietest()
		h.free(goes)
	}
	h.open[c] = struct{}{}
	h.from[c.addr]++
	h.mu.Unlock()
	if goes != nil {
		goes.Close()
	}
	return true
}

// quietest is the connection on which nothing went either way for longest: no live page, to which something is sent every second.
func (h *homeListener) quietest() (found *homeConn) {
	for c := range h.open {
		if found == nil || c.stir.Load() < found.stir.Load() {
			found = c
		}
	}
	return found
}

// free gives a place back, once. h.mu is held.
func (h *homeListener) free(c *homeConn) {
	if _, open := h.open[c]; !open {
		return
	}
	delete(h.open, c)
	if h.from[c.addr]--; h.from[c.addr] <= 0 {
		delete(h.from, c.addr)
	}
}

// homeConn gives its place back when it closes.
type homeConn struct {
	net.Conn
	home *homeListener
	addr netip.Addr
	stir atomic.Int64 // when something last went either way, in ns since the listener began
}

func (c *homeConn) stirred() { c.stir.Store(int64(time.Since(c.home.began))) }

// Read reads from the connection.
func (c *homeConn) Read(b []byte) (n int, err error) {
	if n, err = c.Conn.Read(b); n > 0 {
		c.stirred()
	}
	return n, err
}

// Write writes to the connection.
func (c *homeConn) Write(b []byte) (n int, err error) {
	if n, err = c.Conn.Write(b); n > 0 {
		c.stirred()
	}
	return n, err
}

// Close closes the connection.
func (c *homeConn) Close() error {
	c.home.mu.Lock()
	c.home.free(c)
	c.home.mu.Unlock()
	return c.Conn.Close()
}

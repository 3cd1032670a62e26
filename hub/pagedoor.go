package hub

import (
	"net"
	"net/netip"
	"sync"
)

// Bounds of connections to the page.
const (
	maxConns        = 96
	maxConnsOneAddr = 24 // of one machine: some open pages, six connections each at most
)

// homeListener lets in who is at home: this machine, private and link-local addresses. hubd is no server for the internet, also
// where a router would pass it on. It bounds connections over all and by address; who comes too much is let go at once.
type homeListener struct {
	net.Listener

	mu   sync.Mutex
	all  int
	from map[netip.Addr]int
}

func newHomeListener(l net.Listener) *homeListener {
	return &homeListener{Listener: l, from: map[netip.Addr]int{}}
}

// Accept waits for the next connection that is let in.
func (h *homeListener) Accept() (net.Conn, error) {
	for {
		c, err := h.Listener.Accept()
		if err != nil {
			return nil, err
		}
		a, _ := netip.ParseAddrPort(c.RemoteAddr().String())
		addr := a.Addr().Unmap().WithZone("")
		if !atHome(addr) || !h.enter(addr) {
			c.Close()
			continue
		}
		return &homeConn{Conn: c, leave: sync.OnceFunc(func() { h.leave(addr) })}, nil
	}
}

func atHome(a netip.Addr) bool { return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() }

func (h *homeListener) enter(a netip.Addr) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all >= maxConns || h.from[a] >= maxConnsOneAddr {
		return false
	}
	h.all++
	h.from[a]++
	return true
}

func (h *homeListener) leave(a netip.Addr) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all--
	if h.from[a]--; h.from[a] <= 0 {
		delete(h.from, a)
	}
}

// homeConn gives its place back when it closes.
type homeConn struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (c *homeConn) Close() error {
	c.leave()
	return c.Conn.Close()
}

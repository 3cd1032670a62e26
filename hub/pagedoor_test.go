package hub

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"hubd/internal/waiting"
)

// homeDoor listens on this machine.
func homeDoor(t *testing.T) *homeListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return newHomeListener(l)
}

func TestOnlyTheHomeNetworkIsLetInAndNotTooMuchOfIt(t *testing.T) {
	h := homeDoor(t)
	var open []net.Conn
	for range maxConnsOneAddr {
		c, err := net.Dial("tcp", h.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		in, err := h.Accept()
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, in)
	}
	if h.enter(&homeConn{home: h, addr: netip.MustParseAddr("127.0.0.1")}) {
		t.Error("one more of the same address was let in")
	}
	for _, c := range open {
		c.Close()
		c.Close() // a place is given back once
	}
	if len(h.open) != 0 || len(h.from) != 0 {
		t.Errorf("places held by nobody: %d, %v", len(h.open), h.from)
	}
	for addr, want := range map[string]bool{"127.0.0.1": true, "192.168.1.2": true, "10.0.0.1": true, "fe80::1": true, "fd00::1": true, "8.8.8.8": false, "2001:db8::1": false} {
		if got := atHome(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s at home: %v, want %v", addr, got, want)
		}
	}
}

// What the kernel holds for a page that sleeps is old when it wakes: it must be little, so that hubd notices, and keeps the newest of each value.
func TestTheKernelHoldsLittleForAPageThatTakesNothing(t *testing.T) {
	h := homeDoor(t)
	page, err := net.Dial("tcp", h.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	_ = page.(*net.TCPConn).SetReadBuffer(4 << 10)
	in, err := h.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	_ = in.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
	if n, err := in.Write(make([]byte, 64<<20)); err == nil || n > 512<<10 {
		t.Errorf("%d KiB were taken from hubd, %v", n>>10, err)
	}
}

// knocks is a listener to which connections come from whatever address a test wants.
type knocks struct{ come chan net.Conn }

func (k knocks) Accept() (net.Conn, error) { return <-k.come, nil }
func (knocks) Close() error                { return nil }
func (knocks) Addr() net.Addr              { return &net.TCPAddr{} }

// knock is one end of a connection, from an address.
type knock struct {
	net.Conn
	from string
}

func (k knock) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(k.from)) }

// A router may pass the page on; hubd is no server for the internet all the same.
func TestAnAddressOfTheInternetGetsNoConnection(t *testing.T) {
	k := knocks{make(chan net.Conn, 3)}
	h := newHomeListener(k)
	var foreign []net.Conn
	for _, from := range []string{"8.8.8.8:5000", "[2001:db8::1]:5000"} {
		near, far := net.Pipe()
		k.come <- knock{near, from}
		foreign = append(foreign, far)
	}
	near, far := net.Pipe()
	defer far.Close()
	k.come <- knock{near, "192.168.1.20:5000"}
	in, err := h.Accept()
	if err != nil || in.RemoteAddr().String() != "192.168.1.20:5000" {
		t.Fatalf("let in %v, %v", in, err)
	}
	defer in.Close()
	for _, c := range foreign {
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("%v: its connection stays", err)
		}
	}
}

// A guest with many addresses holds every place and says nothing: a wearer's phone comes in all the same, and the page that lives stays.
func TestAGuestWhoHoldsEveryPlaceKeepsNobodyOut(t *testing.T) {
	k := knocks{make(chan net.Conn, 1)}
	h := newHomeListener(k)
	come := func(from string) (in net.Conn, out net.Conn) {
		t.Helper()
		near, far := net.Pipe()
		t.Cleanup(func() { near.Close(); far.Close() })
		k.come <- knock{near, from}
		in, err := h.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return in, far
	}
	page, browser := come("192.168.1.20:5000")
	guest := netip.MustParseAddr("10.0.0.0")
	var held []net.Conn
	for range maxConns - 1 {
		guest = guest.Next()
		_, far := come(netip.AddrPortFrom(guest, 5000).String())
		held = append(held, far)
	}
	go func() { _, _ = io.ReadFull(browser, make([]byte, 4)) }()
	if _, err := page.Write([]byte("beat")); err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	k.come <- knock{near, "192.168.1.21:5000"}
	let := make(chan net.Conn, 1)
	go func() {
		c, _ := h.Accept()
		let <- c
	}()
	select {
	case c := <-let:
		if got := c.RemoteAddr().String(); got != "192.168.1.21:5000" {
			t.Fatalf("let in %s", got)
		}
	case <-time.After(waiting.Patience):
		t.Fatal("a wearer's phone is kept out")
	}
	_ = held[0].SetReadDeadline(time.Now().Add(waiting.Patience))
	if _, err := held[0].Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the one that was quiet for longest is still there: %v", err)
	}
	if _, here := h.open[page.(*homeConn)]; !here {
		t.Error("the page that lives was let go")
	}
	if len(h.open) != maxConns {
		t.Errorf("%d places taken", len(h.open))
	}
}

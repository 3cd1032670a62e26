package hub

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"testing"

	"hubd/internal/waiting"
)

// crowd is how many connections come.
const crowd = 1000

// burden is what this process has taken on.
type burden struct {
	goroutines, files int
	heap              uint64
}

func burdenNow(t *testing.T) burden {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this machine does not tell which files are open")
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return burden{goroutines: runtime.NumGoroutine(), files: len(open), heap: m.HeapAlloc}
}

// bears waits until the burden is what it was before, but for a little that Go keeps for itself.
func bears(t *testing.T, before burden) {
	t.Helper()
	waiting.Until(t, "goroutines and open files are as before", func() bool {
		now := burdenNow(t)
		return now.goroutines <= before.goroutines+2 && now.files <= before.files+1
	})
	if now := burdenNow(t); now.heap > before.heap+4<<20 {
		t.Errorf("%d KiB more are in use than before", (now.heap-before.heap)>>10)
	}
}

func TestAThousandConnectionsOneAfterTheOtherLeaveNothingBehind(t *testing.T) {
	p, _ := servedPage(t, nil)
	if err := p.server.serveHere("127.0.0.1:0", nil); err != nil {
		t.Fatal(err)
	}
	at, _, _ := p.server.at()
	visit := func(n int) {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at)
		if err != nil {
			t.Fatalf("connection %d: %v", n, err)
		}
		defer c.Close()
		if n%2 == 1 {
			return // and gone without a word
		}
		fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("connection %d: %v %v", n, resp, err)
		}
		resp.Body.Close()
	}
	for n := range 20 {
		visit(n)
	}
	before := burdenNow(t)
	for n := range crowd {
		visit(n)
	}
	bears(t, before)
}

// A thousand at once, from a thousand addresses, do not get a thousand places; and each place that is given comes back.
func TestAThousandConnectionsAtOnceMeetACap(t *testing.T) {
	p, _ := servedPage(t, nil)
	if err := p.server.serveHere("127.0.0.1:0", nil); err != nil {
		t.Fatal(err)
	}
	at, _, _ := p.server.at()
	from := func(n int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+n/250), byte(1+n%250))} }
	before := burdenNow(t)
	held := make([]net.Conn, crowd)
	var dials sync.WaitGroup
	for n := range crowd {
		dials.Go(func() {
			held[n], _ = (&net.Dialer{LocalAddr: from(n)}).DialContext(t.Context(), "tcp", at)
		})
	}
	dials.Wait()
	here := p.server.here.listener.(*homeListener)
	waiting.Until(t, "all have knocked, and the places are taken", func() bool {
		here.mu.Lock()
		defer here.mu.Unlock()
		return len(here.open) == maxConns
	})
	waiting.Until(t, "no more is open on hubd's side than there are places", func() bool {
		return burdenNow(t).goroutines <= before.goroutines+2*maxConns+10
	})
	ctx, cancel := context.WithTimeout(t.Context(), waiting.Patience)
	defer cancel()
	pausing, err := (&net.Dialer{LocalAddr: from(crowd)}).DialContext(ctx, "tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(pausing, "POST /api/command/room/pause HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")
	if resp, err := http.ReadResponse(bufio.NewReader(pausing), nil); err != nil || resp.StatusCode != 200 {
		t.Errorf("meanwhile somebody else is answered %v, %v", resp, err)
	}
	pausing.Close()
	for _, c := range held {
		if c != nil {
			c.Close()
		}
	}
	bears(t, before)
	waiting.Until(t, "each place has come back", func() bool { // the last goroutine may still be on its way out
		here.mu.Lock()
		defer here.mu.Unlock()
		return len(here.open) == 0
	})
}

func TestAThousandFromOneAddressGetItsPlacesAndNoMore(t *testing.T) {
	p, _ := servedPage(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done() // as a live stream, which is never quiet for long
	}))
	if err := p.server.serveHere("127.0.0.1:0", nil); err != nil {
		t.Fatal(err)
	}
	at, _, _ := p.server.at()
	before := burdenNow(t)
	let, held := 0, []net.Conn{}
	for range crowd {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at)
		if err != nil {
			continue
		}
		held = append(held, c)
	}
	here := p.server.here.listener.(*homeListener)
	waiting.Until(t, "the places of one address are taken", func() bool {
		here.mu.Lock()
		defer here.mu.Unlock()
		let = len(here.open)
		return let == maxConnsOneAddr
	})
	shut := 0
	for _, c := range held[maxConnsOneAddr:] {
		if _, err := c.Read(make([]byte, 1)); err == io.EOF || err != nil {
			shut++
		}
	}
	if want := len(held) - maxConnsOneAddr; shut != want {
		t.Errorf("%d of %d others were let go", shut, want)
	}
	for _, c := range held {
		c.Close()
	}
	bears(t, before)
}

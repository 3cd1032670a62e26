package hub

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hubd/config"
	"hubd/internal/waiting"
)

// twoBuses is a wearer on each, the first of whom is always sensed.
const twoBuses = `
hub: {id: bedroom}
buses: {wire: {i2c: "1"}, fast: {spi: "0.0", clock_hz: 1000000}}
chips:
  adc: {kind: ads1115, bus: wire}
  mcp: {kind: mcp3208, bus: fast}
wearers:
  - {id: a, share: none, start_from: [boot], pulse: {chip: adc, channel: 0, kind: ppg}, eda: {chip: adc, channel: 1, kind: grove}}
  - {id: b, share: none, pulse: {chip: mcp, channel: 0, kind: ppg}}
history: {path: history.db}
web: {listen: none}
`

// lender runs a daemon on simulated chips until the test ends, whose wearer a is sensed always and b is paused.
func lender(t *testing.T) (socket string, stop func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubd")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse(filepath.Join(dir, "config.yaml"), []byte(twoBuses))
	if err != nil {
		t.Fatal(err)
	}
	socket = filepath.Join(dir, "s")
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, RunOptions{Config: c, Socket: socket, Simulate: "two-people", Log: slog.New(slog.DiscardHandler)})
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("hubd run ended with %v", err)
		}
	})
	t.Cleanup(func() { stop(); os.RemoveAll(dir) })
	waiting.Until(t, "the socket answers", func() bool {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return socket, stop
}

// lentNow are the buses that the daemon says are lent.
func lentNow(t *testing.T, socket string) string {
	t.Helper()
	data, err := call(t.Context(), socket, "GET", "/api/status", "")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(data), `"lent":[`)
	list, _, _ := strings.Cut(after, "]")
	return list
}

var wire1 = config.Bus{Name: "wire", I2C: "1"}

func TestABusIsLentToOneAndComesBack(t *testing.T) {
	socket, _ := lender(t)
	l, err := borrow(t.Context(), socket, wire1, "", time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !l.may["a"] || l.may["b"] {
		t.Errorf("readable are %v: want the one who is sensed", l.may)
	}
	if got := lentNow(t, socket); got != `"wire"` {
		t.Errorf("lent: %s", got)
	}
	if _, err := borrow(t.Context(), socket, wire1, "", time.Minute, nil); err == nil || !strings.Contains(err.Error(), "lent to another hubd command") {
		t.Errorf("a second borrower gets %v", err)
	}
	other, err := borrow(t.Context(), socket, config.Bus{SPI: "0.0"}, "b", time.Minute, nil)
	if err != nil || !other.may["b"] {
		t.Fatalf("the other bus, by b's own act: %v", err)
	}
	other.give()
	l.give()
	if l.ctx.Err() == nil {
		t.Error("a bus that was given back may still be used")
	}
	waiting.Until(t, "the bus is back", func() bool { return lentNow(t, socket) == "" })
	again, err := borrow(t.Context(), socket, wire1, "", time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	again.give()
}

func TestWhatTheDaemonDoesNotUseIsFree(t *testing.T) {
	socket, _ := lender(t)
	for _, b := range []config.Bus{{I2C: "7"}, {SPI: "0.1"}} {
		if _, err := borrow(t.Context(), socket, b, "", time.Minute, nil); !errors.Is(err, errFree) {
			t.Errorf("%+v: %v", b, err)
		}
	}
	if _, err := borrow(t.Context(), filepath.Join(t.TempDir(), "none"), wire1, "", time.Minute, nil); !errors.Is(err, errFree) {
		t.Errorf("without a daemon: %v", err)
	}
	if _, err := borrow(t.Context(), socket, wire1, "nobody", time.Minute, nil); err == nil || errors.Is(err, errFree) {
		t.Errorf("for somebody unknown: %v", err)
	}
}

func TestALendEndsWithAPauseItsTimeAndTheDaemon(t *testing.T) {
	for _, row := range []struct {
		name   string
		length time.Duration
		end    func(t *testing.T, socket string, stop func())
		why    string
	}{
		{"anybody's pause", time.Minute, func(t *testing.T, socket string, _ func()) {
			if _, err := Ask(t.Context(), Request{Socket: socket, Name: "pause"}); err != nil {
				t.Error(err)
			}
		}, "somebody paused"},
		{"somebody's sensing off", time.Minute, func(t *testing.T, socket string, _ func()) {
			if _, err := Ask(t.Context(), Request{Socket: socket, Wearer: "b", Name: "sensing", Payload: "OFF"}); err != nil {
				t.Error(err)
			}
		}, "somebody paused"},
		{"its time", 10 * time.Millisecond, func(*testing.T, string, func()) {}, "the time is over"},
		{"the daemon's end", time.Minute, func(_ *testing.T, _ string, stop func()) { stop() }, "hubd stops"},
	} {
		t.Run(row.name, func(t *testing.T) {
			socket, stop := lender(t)
			l, err := borrow(t.Context(), socket, wire1, "a", row.length, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer l.give()
			row.end(t, socket, stop)
			select {
			case <-l.ctx.Done():
			case <-time.After(waiting.Patience):
				t.Fatal("the lend goes on")
			}
			if why := context.Cause(l.ctx); !strings.Contains(why.Error(), row.why) {
				t.Errorf("it ended with %v", why)
			}
		})
	}
}

func TestAProbeThroughTheDaemonReadsNobodyWhoIsPaused(t *testing.T) {
	socket, _ := lender(t)
	c, err := config.Parse("c.yaml", []byte(twoBuses))
	if err != nil {
		t.Fatal(err)
	}
	probe := func(wearer string) (paused bool, read map[string]bool) {
		t.Helper()
		r, err := Probe(t.Context(), SetupOptions{Config: c, Simulate: "two-people", Socket: socket, Wearer: wearer, Length: 4 * time.Second, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		read = map[string]bool{}
		for _, b := range r.Buses {
			for _, ch := range b.Chips {
				for _, s := range ch.Channels {
					read[s.Wearer] = read[s.Wearer] || s.Read
					if !s.Read && s.Figures.Samples > 0 {
						t.Errorf("%s is paused, and %d samples were read", s.Wearer, s.Figures.Samples)
					}
				}
			}
		}
		return r.Paused, read
	}
	if paused, read := probe(""); !paused || !read["a"] || read["b"] {
		t.Errorf("read %v, paused %v: want a alone, and a word on it", read, paused)
	}
	if paused, read := probe("b"); paused || !read["b"] {
		t.Errorf("by b's own act: read %v, paused %v", read, paused)
	}
	waiting.Until(t, "both buses are back", func() bool { return lentNow(t, socket) == "" })
}

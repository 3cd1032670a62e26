package hub_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubd/config"
	"hubd/hub"
	"hubd/mqtt"
)

// Waits between attempts in this test: short, so that it ends soon.
const (
	killRetryMin = 50 * time.Millisecond
	killRetryMax = 200 * time.Millisecond
	lookEach     = 10 // kills between two looks at everything
)

// TestMosquittoIsKilledAgainAndAgain kills the broker at any moment, often before the hub has told everything, and sets something while
// it is away. HUBD_KILLS says how often.
func TestMosquittoIsKilledAgainAndAgain(t *testing.T) {
	kills, err := strconv.Atoi(os.Getenv("HUBD_KILLS"))
	if err != nil || kills < lookEach {
		t.Skipf("HUBD_KILLS does not say how often, %d at least: make test-mqtt does", lookEach)
	}
	if _, err := exec.LookPath("mosquitto"); err != nil {
		t.Skip("mosquitto is not here: install the package mosquitto")
	}
	b := newMosquitto(t, t, t.TempDir())
	b.start(t)
	ears := b.watch(t, "watcher", "#")
	counters, socket := startImpatiently(t, b)
	ears.await(t, 0, topic("room", "state"), "the first word", nil)

	random := rand.New(rand.NewPCG(1, 1))
	goroutines, most := 0, 0
	began := time.Now()
	for i := range kills {
		before, down := counters(), time.Now()
		b.stop(t, syscall.SIGKILL)
		setNightCeiling(t, socket, 1+i%99)
		tries := before.Attempts + uint64(random.IntN(3)) // how long the broker is away, in attempts to reach it
		await(t, "attempts to reach the broker", soon, func() bool { return counters().Attempts >= tries })
		from := ears.mark()
		b.start(t)
		await(t, "the hub at the broker", soon, func() bool { return counters().Connects > before.Connects })
		steps, attempts := backoffSteps(time.Since(down)), int(counters().Attempts-before.Attempts)
		if attempts > steps {
			t.Errorf("kill %d: %d attempts to connect in %s, want one for each of %d steps", i, attempts, time.Since(down), steps)
		}
		most = max(most, attempts)
		if (i+1)%lookEach == 0 {
			everythingIsTold(t, ears, from, 1+i%99)
			if i+1 == lookEach {
				goroutines = runtime.NumGoroutine()
			}
		} else if random.IntN(2) == 0 { // the next kill comes at once, or when the hub has just told something
			ears.await(t, from, topic("room", "state"), "a word of the hub", nil)
		}
	}
	await(t, fmt.Sprintf("no more than %d goroutines", goroutines), soon, func() bool { return runtime.NumGoroutine() <= goroutines })
	c := counters()
	t.Logf("%d kills in %.0f s: %d connections, %d attempts, at most %d in one outage; %d goroutines before, %d after; %d messages dropped, %d expired",
		kills, time.Since(began).Seconds(), c.Connects, c.Attempts, most, goroutines, runtime.NumGoroutine(), c.Dropped, c.Expired)
}

// backoffSteps is the most attempts that fit into an outage: each after its wait, none before the first.
func backoffSteps(outage time.Duration) (steps int) {
	wait, at := killRetryMin, killRetryMin
	for at <= outage {
		steps++
		wait = min(2*wait, killRetryMax)
		at += wait
	}
	return steps
}

// everythingIsTold waits until the broker keeps what it is to keep, and has heard the newest of what was set.
func everythingIsTold(t *testing.T, ears *watcher, from, ceiling int) {
	t.Helper()
	for _, name := range kept() {
		ears.await(t, from, name, "told again", nil)
	}
	ears.await(t, from, topic("status"), "online", is("online"))
	ears.await(t, from, topic("room", "state"), "what was set while the broker was away", func(p string) bool {
		return strings.Contains(p, fmt.Sprintf(`"night_ceiling":%d.0`, ceiling))
	})
	ears.await(t, from, topic("a", "state"), "a's state", nil)
	ears.await(t, from, topic("b", "state"), "b's state", nil)
}

// startImpatiently runs a hub in this process, so that its goroutines can be counted.
func startImpatiently(t *testing.T, b *mosquitto) (counters func() mqtt.Counters, socket string) {
	t.Helper()
	dir := b.dir
	write(t, filepath.Join(dir, "password"), hubPassword)
	cfg, err := config.Parse(filepath.Join(dir, "config.yaml"), fmt.Appendf(nil, hubConfig, b.port))
	if err != nil {
		t.Fatal(err)
	}
	socket = filepath.Join(dir, "s")
	ctx, cancel := context.WithCancel(context.Background())
	begun, ended := make(chan func() mqtt.Counters, 1), make(chan error, 1)
	go func() {
		ended <- hub.RunImpatiently(ctx, hub.RunOptions{Config: cfg, Socket: socket, Simulate: "rest", Version: "test",
			Log: slog.New(slog.DiscardHandler)}, killRetryMin, killRetryMax, func(c func() mqtt.Counters) { begun <- c })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("hubd run ended with %v", err)
		}
	})
	await(t, "the hub's socket", soon, func() bool { _, err := os.Stat(socket); return err == nil })
	return <-begun, socket
}

func setNightCeiling(t *testing.T, socket string, percent int) {
	t.Helper()
	if _, err := hub.Ask(t.Context(), hub.Request{Socket: socket, Name: "night_ceiling", Payload: strconv.Itoa(percent)}); err != nil {
		t.Fatal(err)
	}
}

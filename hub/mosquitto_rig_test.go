package hub_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/device/sim"
)

// within bounds every wait of this test. Everything here comes within a second or a few; only a machine that stands still needs more.
const within = 60 * time.Second

// await waits for a condition that something else will make true. changed is called to get a channel that is closed at the next
// change; the condition is looked at before the first wait and after every change.
func await(t *testing.T, what string, changed func() <-chan struct{}, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		next := changed()
		if ok() {
			return
		}
		select {
		case <-next:
		case <-deadline.C:
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

// soon is a change for things that tell no change, such as files.
func soon() <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(20*time.Millisecond, func() { close(c) })
	return c
}

// news lets somebody wait for a change. Its owner's lock protects it.
type news struct{ next chan struct{} }

func (n *news) tell() {
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

func (n *news) wait() <-chan struct{} {
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

// printed is what a process has written to its standard error.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
	news news
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.news.tell()
	return p.text.Write(b)
}

func (p *printed) changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.news.wait()
}

func (p *printed) count(part string) int { return strings.Count(p.String(), part) }

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *printed) await(t *testing.T, part string, times int) {
	t.Helper()
	await(t, fmt.Sprintf("%q, %d times, in\n%s", part, times, p), p.changed, func() bool { return p.count(part) >= times })
}

// process is a program that runs, until life ends at the latest.
type process struct {
	cmd     *exec.Cmd
	printed *printed
	ended   chan struct{}
	err     error // may be read once ended is closed
}

func startProcess(t, life *testing.T, log *printed, program string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(program, args...), printed: log, ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "CREDENTIALS_DIRECTORY=") || strings.HasPrefix(v, "NOTIFY_SOCKET=")
	})
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	life.Cleanup(func() { p.stop(life, syscall.SIGKILL) })
	return p
}

// stop sends a signal and waits for the end. A process that has ended already is left alone.
func (p *process) stop(t *testing.T, s syscall.Signal) {
	t.Helper()
	select {
	case <-p.ended:
		return
	default:
	}
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Errorf("%s: %v", p.cmd.Path, err)
	}
	select {
	case <-p.ended:
	case <-time.After(within):
		t.Fatalf("%s does not end on %s", p.cmd.Path, s)
	}
}

// mosquitto is a real broker on a loopback port. It asks for a password and keeps nothing on disk.
type mosquitto struct {
	*process
	life *testing.T // the whole test: what is started in one step goes on in the next
	dir  string
	port int
	log  printed
}

const watcherPassword = "the one of the test"

func newMosquitto(t, life *testing.T, dir string) *mosquitto {
	t.Helper()
	b := &mosquitto{life: life, dir: dir, port: freePort(t)}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	passwords := filepath.Join(dir, "passwords")
	write(t, passwords, "")
	for name, password := range map[string]string{"hubd": hubPassword, "watcher": watcherPassword} {
		if out, err := exec.Command("mosquitto_passwd", "-b", passwords, name, password).CombinedOutput(); err != nil {
			t.Fatalf("mosquitto_passwd: %v\n%s", err, out)
		}
	}
	write(t, filepath.Join(dir, "mosquitto.conf"), fmt.Sprintf(
		"user %s\nlistener %d 127.0.0.1\nallow_anonymous false\npassword_file %s\npersistence false\nset_tcp_nodelay true\nlog_dest stderr\n",
		me.Username, b.port, passwords))
	return b
}

// freePort looks below the range from which the kernel takes ports for others, so that it is still free when the broker restarts.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 20000 + rand.IntN(10000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no free port between 20000 and 30000")
	return 0
}

func (b *mosquitto) start(t *testing.T) {
	t.Helper()
	starts := b.log.count(" running")
	b.process = startProcess(t, b.life, &b.log, "mosquitto", "-c", filepath.Join(b.dir, "mosquitto.conf"))
	b.log.await(t, " running", starts+1)
}

// client gives a client that is connected and has its subscriptions.
func (b *mosquitto) client(t *testing.T, id string, o mqtt.Options, filters ...string) *mqtt.Client {
	t.Helper()
	o.URL, o.ClientID = fmt.Sprintf("mqtt://127.0.0.1:%d", b.port), id
	if o.Username == "" {
		o.Username = "watcher"
	}
	o.Password = func() (string, error) { return watcherPassword, nil }
	o.RetryMin, o.RetryMax, o.InboundQueue = 50*time.Millisecond, 200*time.Millisecond, 1024
	c, err := mqtt.New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range filters {
		if err := c.Subscribe(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Start(b.life.Context()); err != nil {
		t.Fatal(err)
	}
	b.life.Cleanup(func() { _ = c.Close(within) }) // what a test client leaves unsent is of no interest
	await(t, id+" at the broker", soon, c.Connected)
	return c
}

// watcher hears what others hear.
type watcher struct {
	client *mqtt.Client
	mu     sync.Mutex
	heard  []mqtt.Inbound
	at     []time.Time // of each
	news   news
}

func (b *mosquitto) watch(t *testing.T, id string, filters ...string) *watcher {
	t.Helper()
	w := &watcher{}
	w.client = b.client(t, id, mqtt.Options{OnInbound: w.hear}, filters...)
	return w
}

func (w *watcher) hear(in mqtt.Inbound) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard, w.at = append(w.heard, in), append(w.at, time.Now())
	w.news.tell()
}

func (w *watcher) changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.news.wait()
}

// mark is now, for since and await.
func (w *watcher) mark() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.heard)
}

// since gives what came on a topic after a mark, oldest first; with an empty topic, everything.
func (w *watcher) since(mark int, topic string) []mqtt.Inbound {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []mqtt.Inbound
	for _, in := range w.heard[mark:] {
		if topic == "" || in.Topic == topic {
			out = append(out, in)
		}
	}
	return out
}

// await gives the first message on a topic after a mark that is as wanted; nil wants any.
func (w *watcher) await(t *testing.T, mark int, topic, what string, wanted func(payload string) bool) string {
	t.Helper()
	found := ""
	await(t, what+" on "+topic, w.changed, func() bool {
		for _, in := range w.since(mark, topic) {
			if wanted == nil || wanted(string(in.Payload)) {
				found = string(in.Payload)
				return true
			}
		}
		return false
	})
	return found
}

// when tells when the first such message came; the zero time where none has.
func (w *watcher) when(mark int, topic string, wanted func(payload string) bool) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, in := range w.heard[mark:] {
		if in.Topic == topic && wanted(string(in.Payload)) {
			return w.at[mark+i]
		}
	}
	return time.Time{}
}

func (w *watcher) send(t *testing.T, topic, payload string) {
	t.Helper()
	w.sendMessage(t, mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1})
}

func (w *watcher) sendMessage(t *testing.T, m mqtt.Message) {
	t.Helper()
	err := w.client.Send(m, time.Time{}, nil)
	for end := time.Now().Add(within); errors.Is(err, mqtt.ErrFull) && time.Now().Before(end); {
		<-soon() // a busy machine is slow to take what was sent before
		err = w.client.Send(m, time.Time{}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// putLamp plays a lamp behind zigbee2mqtt, which is on.
func (b *mosquitto) putLamp(t *testing.T, topic string) {
	t.Helper()
	lamp := sim.NewZigbee(sim.ZigbeeOptions{Topic: topic, Light: sim.Light{On: true, Percent: 70, Kelvin: 2700}, MiredMin: 153, MiredMax: 500})
	began := time.Now()
	var mu sync.Mutex // a connect and a command come from different goroutines
	var client *mqtt.Client
	ready := make(chan struct{})
	client = b.client(t, "lamp", mqtt.Options{
		OnUp: func() []mqtt.Message {
			mu.Lock()
			defer mu.Unlock()
			return []mqtt.Message{lamp.State()}
		},
		OnInbound: func(in mqtt.Inbound) {
			<-ready
			mu.Lock()
			defer mu.Unlock()
			for _, m := range lamp.Hear(time.Since(began), in.Topic, in.Payload) {
				_ = client.Publish(m) // a lamp that is not heard is heard at its next word
			}
		},
	}, lamp.Topics()...)
	close(ready)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

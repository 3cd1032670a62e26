package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hubd/config"
	"hubd/hub"
	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/mqtt/broker"
)

// daemon runs hubd run until the test ends.
type daemon struct {
	socket string
	log    *waiting.Text
	stop   func()
}

func run(t *testing.T, yaml, simulate string) *daemon {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubd") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(filepath.Join(dir, "config.yaml"), []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{socket: filepath.Join(dir, "s"), log: &waiting.Text{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- hub.Run(ctx, hub.RunOptions{Config: cfg, Socket: d.socket, Simulate: simulate, Version: "test",
			Log: slog.New(slog.NewTextHandler(d.log, nil))})
	}()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("hubd run ended with %v\n%s", err, d.log)
		}
	})
	t.Cleanup(func() { d.stop(); os.RemoveAll(dir) })
	waiting.Until(t, "the socket answers", func() bool {
		c, err := net.Dial("unix", d.socket)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
	return d
}

// status is what GET /api/status gives.
type status struct {
	Active  bool `json:"active"`
	Paused  bool `json:"paused"`
	Wearers []struct {
		ID     string `json:"wearer"`
		Status string `json:"status"`
	} `json:"wearers"`
	Sources []struct {
		Source string  `json:"source"`
		Fault  *string `json:"fault"`
	} `json:"sources"`
}

func (d *daemon) status(t *testing.T) (s status) {
	t.Helper()
	client := http.Client{Timeout: waiting.Patience, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", d.socket)
		}}}
	resp, err := client.Get("http://hubd/api/status")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (d *daemon) ask(t *testing.T, wearer, name, payload string) {
	t.Helper()
	if _, err := hub.Ask(t.Context(), hub.Request{Socket: d.socket, Wearer: wearer, Name: name, Payload: payload}); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// home is a config; with is the mqtt part.
func home(with, bus string) string {
	return fmt.Sprintf(`
hub: {id: bedroom}
%s
buses: {main: {i2c: %q}}
chips: {adc: {kind: ads1115, bus: main, address: 0x48, supply_v: 3.3}}
wearers:
  - {id: a, share: full, start_from: [page], pulse: {chip: adc, channel: 0, kind: ppg, full_scale_v: 4.096}, eda: {chip: adc, channel: 1, kind: grove, full_scale_v: 4.096}}
room: {private: false}
history: {path: history.db}
web: {listen: none}
`, with, bus)
}

func TestTheDaemonWorksWithoutABrokerAndTellsItOnce(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0") // a port where nobody listens
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	d := run(t, home(fmt.Sprintf("mqtt: {url: \"mqtt://%s\"}", closed.Addr()), "1"), "stress")
	waiting.Until(t, "a is paused at first", func() bool { s := d.status(t); return len(s.Wearers) == 1 && s.Wearers[0].Status == "paused" })
	d.ask(t, "a", "start_session", "alone")
	waiting.Until(t, "a session runs", func() bool { s := d.status(t); return s.Active && s.Wearers[0].Status == "online" })
	d.ask(t, "", "pause", "PRESS")
	waiting.Until(t, "everything is paused", func() bool { s := d.status(t); return s.Paused && s.Wearers[0].Status == "paused" })
	for _, s := range d.status(t).Sources {
		if s.Fault != nil && *s.Fault != "" {
			t.Errorf("%s: %s", s.Source, *s.Fault)
		}
	}
	d.stop()
	if n := strings.Count(d.log.String(), "part=mqtt"); n != 1 {
		t.Errorf("the missing broker is told %d times\n%s", n, d.log)
	}
}

func TestAPauseOutlastsTheDaemon(t *testing.T) {
	dir := t.TempDir()
	boot := strings.Replace(home("", "1"), "start_from: [page]", "start_from: [boot]", 1)
	yaml := strings.Replace(boot, "path: history.db", "path: "+filepath.Join(dir, "history.db"), 1)
	first := run(t, yaml, "stress")
	waiting.Until(t, "a is sensed always", func() bool { s := first.status(t); return len(s.Wearers) == 1 && s.Wearers[0].Status == "online" })
	first.ask(t, "", "pause", "PRESS")
	first.stop() // at once: what was answered is stored
	second := run(t, yaml, "stress")
	waiting.Until(t, "the status is there", func() bool { return len(second.status(t).Wearers) == 1 })
	if got := second.status(t).Wearers[0].Status; got != "paused" {
		t.Errorf("after a restart a is %s, want paused", got)
	}
}

// Two of one hub would take the broker from each other, and a pause would reach one of them.
func TestASecondDaemonOnTheSameSocketEndsAtOnceAndTouchesNothing(t *testing.T) {
	d := run(t, home("", "1"), "rest")
	cfg, err := config.Parse(filepath.Join(t.TempDir(), "config.yaml"), []byte(home("", "1")))
	if err != nil {
		t.Fatal(err)
	}
	err = hub.Run(t.Context(), hub.RunOptions{Config: cfg, Socket: d.socket, Simulate: "rest", Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "another hubd runs; stop it first") {
		t.Errorf("it says %v", err)
	}
	if left, _ := os.ReadDir(cfg.Dir); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	if _, err := hub.Ask(t.Context(), hub.Request{Socket: d.socket, Name: "pause"}); err != nil {
		t.Errorf("the first one no longer obeys: %v", err)
	}
}

func TestAChipThatNeverAnswersIsAStateAndNoEnd(t *testing.T) {
	b, err := broker.Start("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	h := &heard{}
	listen(t, b.Addr(), h)
	d := run(t, home(fmt.Sprintf("mqtt: {url: \"mqtt://%s\"}", b.Addr()), "99"), "") // a bus that is not there
	d.ask(t, "a", "start_session", "alone")
	waiting.Until(t, "the status names the fault", func() bool {
		for _, s := range d.status(t).Sources {
			if s.Fault != nil && strings.Contains(*s.Fault, "99") {
				return true
			}
		}
		return false
	})
	waiting.Until(t, "the log says it", d.log.Has("a source does not answer"))
	waiting.Until(t, "the state is unknown, and says why", h.some(0, "hubd/bedroom/a/state", `"state":"unknown".*"unknown_reason":"no_contact"`))
	if s := d.status(t); !s.Active || s.Wearers[0].Status != "online" {
		t.Errorf("the room does not go on: %+v", s)
	}
}

// heard is what a subscriber of the demo's broker got.
type heard struct {
	mu  sync.Mutex
	got []mqtt.Inbound
}

func (h *heard) hear(in mqtt.Inbound) {
	h.mu.Lock()
	defer h.mu.Unlock()
	in.Payload = bytes.Clone(in.Payload)
	h.got = append(h.got, in)
}

// some tells whether a message with such a topic and a matching payload came since mark.
func (h *heard) some(mark int, topic, pattern string) func() bool {
	is := regexp.MustCompile(pattern)
	return func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, in := range h.got[mark:] {
			if in.Topic == topic && is.Match(in.Payload) {
				return true
			}
		}
		return false
	}
}

func (h *heard) mark() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.got)
}

// listen hears everything on a broker. It subscribes once: mochi refuses a second filter while a message is under way that happens
// to have the number of that request.
func listen(t *testing.T, addr string, h *heard) *mqtt.Client {
	t.Helper()
	client, err := mqtt.New(mqtt.Options{URL: "mqtt://" + addr, ClientID: "listener", Insecure: true, OnInbound: h.hear, InboundQueue: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Subscribe("#"); err != nil {
		t.Fatal(err)
	}
	if err := client.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close(time.Second) })
	return client
}

var address = regexp.MustCompile(`mosquitto_sub -h (127\.0\.0\.1) -p (\d+) -v -t 'hubd/#'`)

// demoSpeed hurries the demo no more than a small machine under the race detector can follow.
const demoSpeed = 4

// demo runs hubd demo in a hurry, with somebody who listens.
func demo(t *testing.T, scenario string) (*waiting.Text, *heard, *mqtt.Client) {
	t.Helper()
	out, h := &waiting.Text{}, &heard{}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- hub.Demo(ctx, hub.DemoOptions{Scenario: scenario, MQTT: "127.0.0.1:0", Speed: demoSpeed, Seed: 3, Version: "test", Out: out, Log: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	waiting.Until(t, "the greeting shows how to listen", func() bool { return address.MatchString(out.String()) })
	at := address.FindStringSubmatch(out.String())
	return out, h, listen(t, net.JoinHostPort(at[1], at[2]), h)
}

func TestADemoShowsNoTokenForAPageThatIsNotItsOwn(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	page := regexp.MustCompile(`The page of a: +(http://127\.0\.0\.1:\d+/)#[a-z2-7]{26}\n`)
	for listen, own := range map[string]bool{taken.Addr().String(): false, "0.0.0.0:0": true, "127.0.0.1:0": true} {
		out, log := &waiting.Text{}, &waiting.Text{}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- hub.Demo(ctx, hub.DemoOptions{Scenario: "stress", MQTT: "127.0.0.1:0", Listen: listen, Speed: 1, Seed: 3, Version: "test", Out: out, Log: slog.New(slog.NewTextHandler(log, nil))})
		}()
		waiting.Until(t, "the first line of the evening", out.Has("bpm"))
		shown := page.FindStringSubmatch(out.String())
		switch {
		case !own && (strings.Contains(out.String(), "The page of") || !strings.Contains(out.String(), "There is no page: ") || !strings.Contains(out.String(), "hubd demo --listen ")):
			t.Errorf("%s, which is taken: the demo says\n%s", listen, out)
		case own && shown == nil:
			t.Errorf("%s: the demo says\n%s", listen, out)
		case own:
			if resp, err := http.Get(shown[1] + "healthz"); err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %v", shown[1], err)
			}
		}
		if strings.Contains(log.String(), "web.listen") {
			t.Errorf("%s: a demo has no config, and its log says %s", listen, log)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%s: the demo ended with %v", listen, err)
		}
	}
}

func press(t *testing.T, c *mqtt.Client, topic, payload string) {
	t.Helper()
	if err := c.Send(mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1}, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
}

func TestTheDemoIsThereOnMQTTAndObeysAPause(t *testing.T) {
	out, h, client := demo(t, "stress")
	const state, status = "hubd/demo/a/state", "hubd/demo/a/status"
	waiting.Until(t, "the base scene reaches the lamp", h.some(0, "zigbee2mqtt/bed/set", `"brightness"`))
	waiting.Until(t, "a heart rate is told", h.some(0, state, `"heart_rate_bpm":\d`))
	waiting.Until(t, "Home Assistant is told what there is", h.some(0, "homeassistant/device/hubd_demo_a/config", "heart_rate"))
	waiting.Until(t, "the screen shows a line", out.Has("bpm"))

	mark := h.mark() // before the announcement a counts as paused
	press(t, client, "hubd/demo/room/set/pause", "PRESS")
	waiting.Until(t, "the pause is told", h.some(mark, status, "paused"))
	waiting.Until(t, "nothing of a body is left", h.some(mark, state, `"heart_rate_bpm":null`))
	waiting.Until(t, "the pause scene reaches the lamp", h.some(mark, "zigbee2mqtt/bed/set", `"transition"`))
	mark = h.mark()
	press(t, client, "hubd/demo/a/set/start_session", "party") // refused: by its answer some time has passed
	waiting.Until(t, "a refusal is told", h.some(mark, "hubd/demo/a/event", "command_refused"))
	h.mu.Lock()
	for _, in := range h.got[mark:] {
		if in.Topic == state && !strings.Contains(string(in.Payload), `"heart_rate_bpm":null`) {
			t.Errorf("told during the pause: %s", in.Payload)
		}
	}
	h.mu.Unlock()

	mark = h.mark()
	press(t, client, "hubd/demo/a/set/resume", "PRESS")
	waiting.Until(t, "a is sensed again", h.some(mark, status, "online"))
	waiting.Until(t, "a heart rate is told again", h.some(mark, state, `"heart_rate_bpm":\d`))
}

func TestASimulatedFaultIsToldAndIsOver(t *testing.T) {
	_, h, client := demo(t, "rest")
	const state, status = "hubd/demo/a/state", "hubd/demo/a/status"
	waiting.Until(t, "a is sensed", h.some(0, state, `"heart_rate_bpm":\d`))
	mark := h.mark()
	press(t, client, "hubd/demo/sim/set/fault", `{"chip":"chip-a","kind":"nack","seconds":1}`)
	waiting.Until(t, "the fault is told", h.some(mark, status, "offline"))
	mark = h.mark()
	waiting.Until(t, "it is over", h.some(mark, status, "online"))
	press(t, client, "hubd/demo/sim/set/fault", `{"chip":"chip-z","kind":"nack","seconds":1}`)
	waiting.Until(t, "a chip that is not there is refused with the names there are", h.some(mark, "hubd/demo/room/event", "chip-a"))
}

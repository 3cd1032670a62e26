package main

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubd/mqtt"
	embedded "hubd/mqtt/broker"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// TestThreeHubsAtABroker is a whole step of load, small, with the broker that is built in.
func TestThreeHubsAtABroker(t *testing.T) {
	b, err := embedded.Start("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	c := crowd{Hubs: 3, URL: "mqtt://" + b.Addr(), Passwd: true, RampHz: 1000, Evening: 30, Seed: 1, Watch: []string{"hubd/#", "homes/#"}, Username: "watch"}
	ears, h := &watcher{}, &homes{}
	asked := func(a answer, err error) answer {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	asked(ears.do(ask{Do: "begin", Begin: &c}))
	asked(h.do(ask{Do: "prepare", Begin: &c}))
	asked(h.do(ask{Do: "begin"}))
	must(t, await(patience, "all hubs are there and have said so", func() bool { a := h.report(); return a.Connected == c.Hubs && a.Waiting == 0 }))
	calm := time.Now() // while they came, newer words overtook older ones
	remote, err := connect(clientOptions(c.URL, "remote", "watch"))
	must(t, err)
	for i := range c.Hubs {
		must(t, remote.Send(mqtt.Message{Topic: "hubd/" + hubID(i) + "/room/set/check_in", Payload: []byte("PRESS"), QoS: 1}, time.Time{}, nil))
	}
	must(t, await(patience, "each hub hears its command", func() bool { return h.report().Heard == uint64(c.Hubs) }))
	must(t, await(patience, "they tell this and that", func() bool { return h.log.since(calm) >= 12 }))
	kept := asked(h.do(ask{Do: "freeze"})).Kept
	if len(kept) != 6*c.Hubs {
		t.Errorf("%d topics are kept, want three descriptions and three words for each hub", len(kept))
	}
	lost, _, err := checkKept([]string{c.URL}, c, kept)
	must(t, err)
	if len(lost) > 0 {
		t.Errorf("lost: %v", lost)
	}
	out := accounted(t, h, ears, calm)
	if out.told == 0 || out.seen != out.told || out.strange != 0 {
		t.Errorf("%d told, %d seen, %d that nobody told", out.told, out.seen, out.strange)
	}
	for _, d := range h.all {
		must(t, d.Close(patience))
	}
	lost, _, err = checkKept([]string{c.URL}, c, wills(kept))
	must(t, err)
	if len(lost) > 0 {
		t.Errorf("wills lost: %v", lost)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// accounted follows what the hubs told; commands, which they did not, are left out.
func accounted(t *testing.T, h *homes, ears *watcher, from time.Time) outcome {
	t.Helper()
	command := map[uint64]bool{}
	for i := range h.of.Hubs {
		command[hash([]byte("hubd/"+hubID(i)+"/room/set/check_in"))] = true
	}
	told, seen := h.log.take(), []telling{}
	now := time.Now()
	var out outcome
	must(t, await(patience, "all that was told is seen", func() bool {
		for _, s := range ears.log.take() {
			if !command[s.Topic] {
				seen = append(seen, s)
			}
		}
		out = match(told, seen, from, now)
		return out.seen >= out.told
	}))
	return out
}

// since is how many messages were noted from a time on.
func (n *notes) since(t time.Time) (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, one := range n.all {
		if one.At >= t.UnixNano() {
			count++
		}
	}
	return count
}

func TestTheConfigsInTheDocsAreFilledIn(t *testing.T) {
	p := places{configs: "../../docs/several-rooms", work: t.TempDir()}
	must(t, p.natsUsers(2))
	users, err := os.ReadFile(filepath.Join(p.work, "users.conf"))
	must(t, err)
	for _, part := range []string{`user: "home-1"`, `user: "home-2"`, `"homes.home-2.>"`, "user: watch", `password: "load"`} {
		if !strings.Contains(string(users), part) {
			t.Errorf("users.conf lacks %s:\n%s", part, users)
		}
	}
	if strings.Contains(string(users), "replace-this") {
		t.Errorf("a placeholder is left:\n%s", users)
	}
	to := filepath.Join(p.work, "x")
	must(t, fill(filepath.Join(p.configs, "nats.conf"), to, "server_name: n1", "server_name: n9"))
	if text, _ := os.ReadFile(to); !strings.Contains(string(text), "server_name: n9") {
		t.Errorf("not filled in:\n%s", text)
	}
	if err := fill(filepath.Join(p.configs, "nats.conf"), to, "no such text", "x"); err == nil {
		t.Error("a text that is not there is no mistake")
	}
}

func TestFreePortsAreDistinct(t *testing.T) {
	ports, err := freePorts(5)
	must(t, err)
	seen := map[int]bool{}
	for _, p := range ports {
		seen[p] = true
		l, err := net.Listen("tcp", strings.Trim(loopback(p), `"`))
		must(t, err)
		l.Close()
	}
	if len(seen) != 5 {
		t.Errorf("%v", ports)
	}
}

func TestAskingAndAnswering(t *testing.T) {
	in, out := io.Pipe()
	var text strings.Builder
	done := make(chan error, 1)
	go func() {
		done <- serve(in, &text, func(a ask) (answer, error) {
			if a.Do == "report" {
				return answer{Hubs: 7}, nil
			}
			return answer{}, errors.New("no")
		})
	}()
	io.WriteString(out, `{"Do":"report"}{"Do":"nonsense"}`)
	out.Close()
	must(t, <-done)
	if got := text.String(); !strings.Contains(got, `"Hubs":7`) || !strings.Contains(got, `"Error":"no"`) {
		t.Errorf("%s", got)
	}
}

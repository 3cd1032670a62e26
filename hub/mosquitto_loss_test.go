package hub_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hubd/mqtt"
)

// The steps of TestMosquitto in which the hub or the broker goes away.

func lastWill(t *testing.T, e *evening) {
	from := e.ears.mark()
	e.ears.send(t, topic("room", "set", "pause"), "PRESS")
	e.ears.await(t, from, topic("a", "status"), "paused", is("paused"))
	await(t, "a pause in settings.json", soon, func() bool {
		settings, err := os.ReadFile(filepath.Join(e.dir, "state", "settings.json"))
		return err == nil && strings.Contains(string(settings), `"id":"a","paused":true`)
	})
	e.hub.stop(t, syscall.SIGKILL)
	e.ears.await(t, from, topic("status"), "the last will", is("offline"))
	if all := e.keptNow(t, "mourner"); all[topic("status")] != "offline" {
		t.Errorf("kept: %v", all)
	}
}

func pausedAfterRestart(t *testing.T, e *evening) {
	left := mqtt.Message{Topic: topic("a", "set", "resume"), Payload: []byte("PRESS"), QoS: 1, Retain: true}
	e.ears.sendMessage(t, left)
	from := e.ears.mark()
	e.startHub(t)
	e.ears.await(t, from, topic("status"), "online", is("online"))
	refusal := e.ears.await(t, from, topic("a", "event"), "a refusal", nil)
	if !strings.Contains(refusal, `"name":"resume"`) || !strings.Contains(refusal, "retain") {
		t.Errorf("got %s", refusal)
	}
	left.Payload = nil
	e.ears.sendMessage(t, left) // which takes it off the broker, and is no resume either
	e.ears.await(t, from, topic("b", "state"), "a state", nil)
	all := e.expectKept(t, "guest")
	if all[topic("a", "status")] != "paused" || all[topic("b", "status")] != "paused" {
		t.Errorf("kept: %v", all)
	}
	from = e.ears.mark()
	e.ears.send(t, topic("a", "set", "resume"), "PRESS")
	e.ears.await(t, from, topic("a", "status"), "online", is("online"))
}

func brokerRestart(t *testing.T, e *evening) {
	e.broker.stop(t, syscall.SIGKILL)
	e.turnAway(t, 2)
	from, began := e.ears.mark(), time.Now()
	e.broker.start(t)
	for _, name := range kept() {
		e.ears.await(t, from, name, "told again", nil)
	}
	t.Logf("everything was there %.1f s after the broker", time.Since(began).Seconds())
	e.ears.await(t, from, topic("b", "state"), "told again", nil)
	e.expectKept(t, "stranger")
	e.ears.send(t, topic("room", "set", "night_ceiling"), "12")
	e.ears.await(t, from, topic("room", "state"), "the command obeyed", func(p string) bool { return strings.Contains(p, `"night_ceiling":12.0`) })
}

// turnAway stands in the broker's place until the hub has come so many times, and lets nobody in.
func (e *evening) turnAway(t *testing.T, times int32) {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", e.broker.port))
	if err != nil {
		t.Fatal(err)
	}
	var came atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 512)
			_ = c.SetReadDeadline(time.Now().Add(time.Second))
			n, _ := c.Read(b)
			if strings.Contains(string(b[:n]), "hubd-") { // the beginning of its client id
				came.Add(1)
			}
			c.Close()
		}
	}()
	await(t, "the hub at the broker's door", soon, func() bool { return came.Load() >= times })
	l.Close()
	<-done
}

func orderlyEnd(t *testing.T, e *evening) {
	from := e.ears.mark()
	e.hub.stop(t, syscall.SIGTERM)
	if e.hub.err != nil {
		t.Errorf("exit: %v", e.hub.err)
	}
	e.ears.await(t, from, topic("status"), "offline", is("offline"))
	e.log.await(t, "broker left", 1)
	for line := range strings.Lines(e.broker.log.String()) {
		if strings.Contains(line, "hubd-") && strings.HasSuffix(strings.TrimSpace(line), " disconnected.") {
			return // mosquitto's words for a client that said goodbye
		}
	}
	t.Errorf("the broker has seen no orderly end:\n%s", &e.broker.log)
}

func lampCommands(t *testing.T, e *evening) {
	all := e.ears.since(0, lampTopic+"/set")
	for _, in := range all {
		keys, _ := stateFields(t, string(in.Payload))
		if len(keys) != 2 || keys[1] != "transition" || keys[0] != "brightness" && keys[0] != "color_temp" {
			t.Errorf("got %s", in.Payload)
		}
	}
	t.Logf("%d lamp commands", len(all))
}

func measurementsInPlace(t *testing.T, e *evening) {
	for _, in := range e.ears.since(0, "") {
		if !strings.HasPrefix(in.Topic, "hubd/") || strings.Contains(in.Topic, "/set/") || in.Topic == topic("a", "state") {
			continue
		}
		for _, key := range strings.Fields(fullLevelKeys) {
			at := strings.Index(string(in.Payload), `"`+key+`":`)
			if at >= 0 && !strings.HasPrefix(string(in.Payload[at+len(key)+3:]), "null") {
				t.Errorf("%s: %s", in.Topic, in.Payload)
			}
		}
	}
}

func quietLog(t *testing.T, e *evening) {
	const most = 22 // in two starts, three connections to a broker and seven refused commands, at level info
	log, told := e.log.String(), 0
	for _, never := range append(allKeys(), hubPassword, "not this one", watcherPassword, "heart", "breathing", "settled", "bpm") {
		if never != "state" && never != "contact" && strings.Contains(log, never) {
			t.Errorf("the log has %q", never)
		}
	}
	for line := range strings.Lines(log) {
		if !strings.Contains(line, "level=DEBUG") {
			told++
		}
	}
	if told > most {
		t.Errorf("%d lines above debug", told)
	}
	for part, times := range map[string]int{"no broker yet": 1, "still no broker": 0, "broker lost": 1, "broker connected": 3, "broker left": 1} {
		if n := e.log.count(part); n != times {
			t.Errorf("%q stands %d times in the log, wanted %d", part, n, times)
		}
	}
	if t.Failed() {
		t.Log(log)
	}
}

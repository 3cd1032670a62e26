package broker_test

import (
	"bytes"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"hubd/internal/waiting"
	"hubd/mqtt/broker"
)

func connect(t *testing.T, addr, id, user, word string, heard chan<- string) (paho.Client, error) {
	t.Helper()
	o := paho.NewClientOptions().AddBroker("tcp://"+addr).SetClientID(id).SetUsername(user).SetPassword(word).
		SetProtocolVersion(4).SetAutoReconnect(false).SetConnectTimeout(waiting.Patience).
		SetBinaryWill("will/"+id, []byte("gone"), 1, true).
		SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { heard <- m.Topic() + "=" + string(m.Payload()) })
	c := paho.NewClient(o)
	token := c.Connect()
	if !token.WaitTimeout(waiting.Patience) {
		t.Fatal("no answer")
	}
	t.Cleanup(func() { c.Disconnect(10) })
	return c, token.Error()
}

func hear(t *testing.T, heard <-chan string, want string) {
	t.Helper()
	select {
	case got := <-heard:
		if got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	case <-time.After(waiting.Patience):
		t.Fatalf("did not hear %q", want)
	}
}

func TestAddress(t *testing.T) {
	for _, row := range []struct {
		name, addr, host string
		fails            bool
	}{
		{"no host means this machine only", ":0", "127.0.0.1", false},
		{"a host is taken as it is", "localhost:0", "127.0.0.1", false},
		{"no port is refused", "127.0.0.1", "", true},
		{"an address of another machine is refused by the kernel", "192.0.2.1:0", "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, err := broker.Start(row.addr, nil)
			if (err != nil) != row.fails {
				t.Fatalf("error %v, want one %v", err, row.fails)
			}
			if row.fails {
				return
			}
			if host, _, _ := net.SplitHostPort(b.Addr()); host != row.host {
				t.Errorf("listens on %s, want %s", host, row.host)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			if err := b.Close(); err != nil {
				t.Errorf("second close: %v", err)
			}
		})
	}
}

func TestATakenPortIsAnError(t *testing.T) {
	b, err := broker.Start(":0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := broker.Start(b.Addr(), nil); err == nil {
		t.Error("two brokers on one port")
	}
}

func TestItServesQuietly(t *testing.T) {
	var log bytes.Buffer
	b, err := broker.Start(":0", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 8)
	c, err := connect(t, b.Addr(), "one", "", "", heard)
	if err != nil {
		t.Fatal(err)
	}
	c.Subscribe("#", 1, nil).WaitTimeout(waiting.Patience)
	c.Publish("a/b", 1, false, "1").WaitTimeout(waiting.Patience)
	hear(t, heard, "a/b=1")
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if log.Len() != 0 {
		t.Errorf("log:\n%s", log.String())
	}
}

func TestGuard(t *testing.T) {
	b, err := broker.StartGuarded(":0", nil, broker.Guard{Username: "hubd", Password: "word", Refuse: []string{"secret/#"}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, row := range []struct{ name, user, word string }{
		{"nobody", "", ""}, {"a wrong password", "hubd", "w"}, {"another user", "root", "word"},
	} {
		if _, err := connect(t, b.Addr(), "x", row.user, row.word, nil); err == nil {
			t.Errorf("%s is let in", row.name)
		}
	}
	c, err := connect(t, b.Addr(), "y", "hubd", "word", nil)
	if err != nil {
		t.Fatal(err)
	}
	for filter, refused := range map[string]bool{"secret/#": true, "open/#": false} {
		token := c.Subscribe(filter, 1, nil).(*paho.SubscribeToken)
		token.WaitTimeout(waiting.Patience)
		if got := token.Result()[filter] >= 0x80; got != refused {
			t.Errorf("%s: code %#x", filter, token.Result()[filter])
		}
	}
}

func TestCutSendsTheWill(t *testing.T) {
	b, err := broker.Start(":0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := connect(t, b.Addr(), "one", "", "", nil); err != nil {
		t.Fatal(err)
	}
	b.Cut()
	heard := make(chan string, 8)
	c, err := connect(t, b.Addr(), "two", "", "", heard)
	if err != nil {
		t.Fatal(err)
	}
	c.Subscribe("will/one", 1, nil).WaitTimeout(waiting.Patience)
	hear(t, heard, "will/one=gone")
}

func TestCloseDoesNotWaitForASilentConnection(t *testing.T) {
	b, err := broker.Start(":0", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	done := make(chan error, 1)
	go func() { done <- b.Close() }()
	select {
	case err := <-done:
		if err != nil && !strings.Contains(err.Error(), "closed") {
			t.Error(err)
		}
	case <-time.After(waiting.Patience):
		t.Fatal("still closing")
	}
}

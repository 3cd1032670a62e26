package mqtt_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/mqtt/broker"
)

func TestNoBrokerAtFirstThenOneAppears(t *testing.T) {
	addr := unused(t)
	c, log := begin(t, addr, mqtt.Options{})
	for _, v := range number("", 100) {
		c.Publish(keep("hubd/state", v))
	}
	c.Send(keep("hubd/event/1", "a"), time.Time{}, nil)
	c.Send(keep("hubd/event/2", "b"), time.Time{}, nil)
	waiting.Until(t, "several attempts failed", func() bool { return c.Counters().Attempts > 5 })
	if c.Connected() {
		t.Error("connected to nothing")
	}
	b := serve(t, addr, broker.Guard{})
	waiting.Until(t, "everything is sent", func() bool { return c.Connected() && c.Counters().Sent == 3 })
	e := listen(t, b.Addr())
	want := []string{"hubd/event/1=a", "hubd/event/2=b", "hubd/state=99"}
	heard := func() []string { return slices.Compact(slices.Sorted(slices.Values(e.all()))) }
	waiting.Until(t, "everything is heard, of the state only the newest", func() bool { return slices.Equal(heard(), want) })
	log.Wants(t, 1, "no broker yet, retrying")
	log.Wants(t, 1, "broker connected")
	log.Wants(t, 2, "level=")
	if n := c.Counters(); n.Replaced != 99 || n.Dropped != 0 || n.Connects != 1 || n.Reconnects() != 0 {
		t.Errorf("counters %+v", n)
	}
}

func TestABrokerThatRestartsGetsTheFinalStateOnce(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	addr := b.Addr()
	c, log := begin(t, addr, mqtt.Options{})
	waiting.Until(t, "connected", c.Connected)
	const outages = 5
	for i := range outages {
		b.Close()
		waiting.Until(t, "the outage is noticed", func() bool { return !c.Connected() })
		for v := range 10 {
			c.Publish(keep("hubd/state", fmt.Sprintf("%d.%d", i, v)))
		}
		b = serve(t, addr, broker.Guard{})
		waiting.Until(t, "sent", func() bool { return c.Counters().Sent == uint64(i+1) })
		e := listen(t, addr)
		final := fmt.Sprintf("hubd/state=%d.9", i)
		waiting.Until(t, "heard", func() bool { return len(e.all()) > 0 })
		// This broker acknowledges before it distributes, so the ear may hear the one message as kept and as fresh.
		if got, n := slices.Compact(e.all()), c.Counters().Sent; !slices.Equal(got, []string{final}) || n != uint64(i+1) {
			t.Fatalf("heard %q and sent %d, want %q sent once in each of %d outages", got, n, final, i+1)
		}
		e.Close(time.Second)
	}
	if n := c.Counters(); n.Reconnects() != outages || n.Dropped != 0 {
		t.Errorf("counters %+v, want %d reconnects", n, outages)
	}
	log.Wants(t, outages, "broker lost, retrying")
	log.Wants(t, outages+1, "broker connected")
	log.Wants(t, 2*outages+1, "level=")
}

func TestAfterEveryConnectItAnnouncesInOrderThenSubscribes(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	r := between(t, b.Addr(), nil)
	e := listen(t, b.Addr())
	obeyed := make(chan struct{}, 8)
	c, _ := begin(t, r.Addr().String(), mqtt.Options{
		OnUp: func() []mqtt.Message {
			return []mqtt.Message{say("hubd/status", "online"), say("hubd/config", "c"), say("hubd/state", "s")}
		},
		OnInbound: func(mqtt.Inbound) { obeyed <- struct{}{} },
	})
	if err := c.Subscribe("hubd/set/+"); err != nil {
		t.Fatal(err)
	}
	var want []string
	for round := range uint64(3) {
		waiting.Until(t, "connected", func() bool { return c.Connected() && c.Counters().Connects == round+1 })
		e.Publish(say("hubd/set/pause", "x"))
		waiting.For(t, "a command arrives, also after a reconnect", obeyed)
		r.cut()
		want = append(want, "hubd/status=online", "hubd/config=c", "hubd/state=s", "hubd/set/pause=x")
	}
	waiting.Until(t, "the last reconnect", func() bool { return c.Connected() && c.Counters().Connects == 4 })
	waiting.Until(t, "heard", func() bool { return len(e.all()) == len(want)+3 })
	if got := e.all()[:len(want)]; !slices.Equal(got, want) {
		t.Errorf("heard  %q\nwanted %q", got, want)
	}
}

func TestASecondHubdOfTheSameIDIsNamedAsAReason(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	first, log := begin(t, b.Addr(), mqtt.Options{})
	waiting.Until(t, "the first is in", first.Connected)
	second, _ := begin(t, b.Addr(), mqtt.Options{})
	waiting.Until(t, "the first was thrown out", func() bool { return first.Counters().Reconnects() > 0 })
	second.Close(time.Second)
	if !strings.Contains(log.String(), "a second hubd with this hub.id runs on this machine") {
		t.Errorf("the log of a client that another of its id threw out:\n%s", log)
	}
}

func TestTheWill(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	r := between(t, b.Addr(), nil)
	e := listen(t, b.Addr())
	c, _ := begin(t, r.Addr().String(), mqtt.Options{
		Will: keep("hubd/status", "offline"),
		OnUp: func() []mqtt.Message { return []mqtt.Message{keep("hubd/status", "online")} },
	})
	waiting.Until(t, "online", func() bool { return e.count("hubd/status=online") == 1 })
	r.cut()
	waiting.Until(t, "the broker says offline after a cut", func() bool { return e.count("hubd/status=offline") == 1 })
	waiting.Until(t, "online again", func() bool { return e.count("hubd/status=online") == 2 && c.Connected() })
	c.Publish(say("hubd/last", "word"))
	if err := c.Close(waiting.Patience); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "the client says offline itself", func() bool { return e.count("hubd/status=offline") == 2 })
	e.Publish(say("hubd/end", ""))
	waiting.Until(t, "the end", func() bool { return e.count("hubd/end=") == 1 })
	want := []string{"hubd/status=online", "hubd/status=offline", "hubd/status=online", "hubd/last=word", "hubd/status=offline", "hubd/end="}
	if got := e.all(); !slices.Equal(got, want) {
		t.Errorf("heard  %q\nwanted %q: what waits, then the will, once", got, want)
	}
}

func TestCloseIsBounded(t *testing.T) {
	silent, came := deaf(t, false)
	mute, greeted := deaf(t, true)
	none := make(chan struct{}, 1)
	none <- struct{}{}
	for _, row := range []struct {
		name, addr string
		reached    <-chan struct{}
		fails      bool
	}{
		{"nobody listens", unused(t), none, false},
		{"a broker that never answers", silent, came, false},
		{"a broker that stops acknowledging", mute, greeted, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, _ := begin(t, row.addr, mqtt.Options{Will: keep("hubd/status", "offline")})
			c.Publish(say("hubd/state", "1"))
			waiting.For(t, "the attempt has begun", row.reached)
			if row.fails {
				waiting.Until(t, "connected", c.Connected)
			}
			err := c.Close(50 * time.Millisecond)
			if (err != nil) != row.fails {
				t.Errorf("close: %v, want an error %v", err, row.fails)
			}
			if err := c.Publish(say("hubd/state", "2")); !errors.Is(err, mqtt.ErrClosed) {
				t.Errorf("publish after close: %v", err)
			}
		})
	}
}

func TestAnUnacknowledgedMessageIsSentAgainOnTheNextConnection(t *testing.T) {
	addr, came := deaf(t, true)
	r := between(t, addr, nil)
	c, log := begin(t, r.Addr().String(), mqtt.Options{AckTimeout: 20 * time.Millisecond})
	c.Publish(say("hubd/state", "1"))
	waiting.For(t, "connected", came)
	waiting.For(t, "connected anew, since nothing was acknowledged", came)
	waiting.For(t, "and again", came)
	if n := c.Counters(); n.Sent != 0 {
		t.Errorf("%d messages count as sent", n.Sent)
	}
	if !strings.Contains(log.String(), "no acknowledgement within") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}

func TestARefusedSubscriptionIsToldOnce(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{Refuse: []string{"hubd/secret/#"}})
	r := between(t, b.Addr(), nil)
	got := make(chan struct{}, 1)
	c, log := begin(t, r.Addr().String(), mqtt.Options{OnInbound: func(mqtt.Inbound) { got <- struct{}{} }})
	c.Subscribe("hubd/secret/#")
	c.Subscribe("hubd/open")
	c.Subscribe("hubd/open")
	waiting.Until(t, "refused", func() bool { return c.Counters().Refused == 1 })
	r.cut()
	waiting.Until(t, "asked again after the reconnect", func() bool { return c.Counters().Refused == 2 })
	c.Publish(say("hubd/open", "x"))
	waiting.For(t, "the other subscription works", got)
	log.Wants(t, 1, "refuses a subscription")
	if err := c.Subscribe("a/#/b"); err == nil {
		t.Error("a malformed filter is taken")
	}
}

func TestARefusedSubscriptionIsAskedForAgainWhereSomethingMayBeLost(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{Refuse: []string{"hubd/bed/set", "hubd/attic/status"}})
	c, log := begin(t, b.Addr(), mqtt.Options{RefusedAgain: 5 * time.Millisecond})
	c.Follow("hubd/attic/status")
	waiting.Until(t, "refused", func() bool { return c.Counters().Refused == 1 })
	c.Subscribe("hubd/bed/set")
	waiting.Until(t, "asked for on the same connection", func() bool { return c.Counters().Refused > 5 })
	if got := c.Counters().Connects; got != 1 {
		t.Errorf("%d connections", got)
	}
	log.Wants(t, 1, "filter=hubd/bed/set")
	log.Wants(t, 1, "filter=hubd/attic/status")
}

func TestWhatIsFollowedAndSubscribedToComesOnce(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	got := make(chan struct{}, 2)
	c, _ := begin(t, b.Addr(), mqtt.Options{OnInbound: func(mqtt.Inbound) { got <- struct{}{} }})
	c.Follow("lamp/state")
	c.Subscribe("lamp/state")
	if err := c.Follow("a/#/b"); err == nil {
		t.Error("a malformed filter is taken")
	}
	waiting.Until(t, "connected", c.Connected)
	c.Publish(say("lamp/state", "x"))
	waiting.For(t, "a followed message", got)
	if len(got) > 0 {
		t.Error("it came twice")
	}
}

func TestSecrets(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{Username: "hubd", Password: "right"})
	var asked atomic.Int64
	c, log := begin(t, b.Addr(), mqtt.Options{Username: "hubd", Password: func() (string, error) {
		switch n := asked.Add(1); {
		case n <= 5:
			return "", fmt.Errorf("password_file: %w", os.ErrNotExist)
		case n <= 10:
			return "wrong", nil
		}
		return "right", nil
	}})
	waiting.Until(t, "connected once the password is right", c.Connected)
	log.Wants(t, 1, "no broker yet, retrying")
	log.Wants(t, 1, "now for another reason")
	log.Wants(t, 3, "level=")
	if strings.Contains(log.String(), "wrong") || strings.Contains(log.String(), "right\"") {
		t.Errorf("a password stands in the log:\n%s", log)
	}
}

func TestSend(t *testing.T) {
	addr := unused(t)
	c, _ := begin(t, addr, mqtt.Options{MaxQueue: 4})
	var late, pushed atomic.Int64
	was := time.Now().Add(-time.Second)
	soon := time.Now().Add(time.Hour)
	c.Send(say("earlier/lamp", "late"), was, func() { late.Add(1) })
	waiting.Until(t, "a message that is too late is reported without a broker", func() bool { return late.Load() == 1 })
	c.Send(say("earlier/lamp", "0"), soon, func() { pushed.Add(1) })
	for i := 1; i <= 4; i++ {
		c.Send(say("earlier/lamp", fmt.Sprint(i)), time.Time{}, func() { t.Error("a message that waits was lost") })
	}
	if n := pushed.Load(); n != 1 {
		t.Errorf("reported %d times, want once: it had a deadline and gave way", n)
	}
	if err := c.Send(say("earlier/lamp", "5"), soon, nil); !errors.Is(err, mqtt.ErrFull) {
		t.Errorf("a fifth of four: %v", err)
	}
	b := serve(t, addr, broker.Guard{})
	waiting.Until(t, "sent", func() bool { return c.Counters().Sent == 4 })
	e := listen(t, b.Addr())
	for _, v := range number("", 20) {
		waiting.Until(t, "there is room", func() bool { return c.Send(say("hubd/lamp", v), time.Time{}, nil) == nil })
	}
	want := number("hubd/lamp=", 20)
	waiting.Until(t, "all are heard", func() bool { return len(e.all()) >= len(want) })
	if got := e.all(); !slices.Equal(got, want) {
		t.Errorf("heard %q, want all, once, in order", got)
	}
	if n := c.Counters(); n.Expired != 1 || n.Dropped < 2 {
		t.Errorf("counters %+v", n)
	}
}

func TestWhatIsStillUnsentAtTheEndIsReported(t *testing.T) {
	c, _ := begin(t, unused(t), mqtt.Options{})
	var lost atomic.Int64
	for range 3 {
		c.Send(say("hubd/lamp", "x"), time.Time{}, func() { lost.Add(1) })
	}
	if err := c.Close(waiting.Patience); err != nil {
		t.Error(err)
	}
	if lost.Load() != 3 || c.Counters().Dropped != 3 {
		t.Errorf("%d reported, %d counted, want 3", lost.Load(), c.Counters().Dropped)
	}
}

func TestInboundStaysInOrderAndIsBounded(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	hold, entered := make(chan struct{}), make(chan struct{}, 1000)
	var got []string
	c, _ := begin(t, b.Addr(), mqtt.Options{InboundQueue: 10, MaxInbound: 100, OnInbound: func(in mqtt.Inbound) {
		entered <- struct{}{}
		<-hold
		got = append(got, string(in.Payload))
		if in.Oversize != (in.Payload == nil) {
			t.Errorf("oversize %v with %d bytes", in.Oversize, len(in.Payload))
		}
	}})
	c.Subscribe("hubd/in")
	waiting.Until(t, "subscribed", c.Connected)
	e, _ := begin(t, b.Addr(), mqtt.Options{ClientID: "flood"})
	for _, v := range number("", 50) {
		e.Send(say("hubd/in", v), time.Time{}, nil)
	}
	waiting.For(t, "the first is in hand", entered)
	waiting.Until(t, "the rest is cut", func() bool { return c.Counters().InboundCut == 50-11 })
	close(hold)
	waiting.Until(t, "the queue is empty", func() bool { return c.Counters().Received == 11 })
	e.Send(say("hubd/in", strings.Repeat("x", 101)), time.Time{}, nil)
	waiting.Until(t, "what is too long arrives without its payload", func() bool { return c.Counters().Oversize == 1 && c.Counters().Received == 12 })
	c.Close(waiting.Patience)
	if want := append(number("", 11), ""); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLongPayloadsAreTakenFromTheirTopicsAlone(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	hold, entered := make(chan struct{}), make(chan struct{}, 100)
	got := map[string][]int{} // lengths by topic; −1: too long
	c, _ := begin(t, b.Addr(), mqtt.Options{MaxInbound: 100, Large: map[string]int{"z/devices": 1000}, OnInbound: func(in mqtt.Inbound) {
		entered <- struct{}{}
		<-hold
		n := len(in.Payload)
		if in.Oversize {
			n = -1
		}
		got[in.Topic] = append(got[in.Topic], n)
	}})
	c.Subscribe("z/#")
	waiting.Until(t, "subscribed", c.Connected)
	e, _ := begin(t, b.Addr(), mqtt.Options{ClientID: "long"})
	for _, topic := range []string{"z/devices", "z/other"} {
		for _, n := range []int{100, 101, 1000, 1001} {
			e.Send(say(topic, strings.Repeat("x", n)), time.Time{}, nil)
		}
	}
	for range 5 { // two long ones are on their way already
		e.Send(say("z/devices", strings.Repeat("x", 500)), time.Time{}, nil)
	}
	waiting.For(t, "the first is in hand", entered)
	waiting.Until(t, "everything has come", func() bool { return c.Counters().Oversize == 1+3+3 })
	close(hold)
	waiting.Until(t, "everything is in hand", func() bool { return c.Counters().Received == 13 })
	e.Send(say("z/devices", strings.Repeat("x", 501)), time.Time{}, nil)
	waiting.Until(t, "the next long one is in hand", func() bool { return c.Counters().Received == 14 })
	c.Close(waiting.Patience)
	want := map[string][]int{
		"z/devices": {100, 101, 1000, -1, 500, 500, -1, -1, -1, 501}, // four at once, then room again
		"z/other":   {100, -1, -1, -1},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAHandlerMayPublish(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	e := listen(t, b.Addr())
	var c *mqtt.Client
	ready := make(chan struct{})
	c, _ = begin(t, b.Addr(), mqtt.Options{OnInbound: func(in mqtt.Inbound) {
		<-ready
		c.Send(say("hubd/answer", string(in.Payload)), time.Time{}, nil)
	}})
	close(ready)
	c.Subscribe("hubd/ask")
	waiting.Until(t, "subscribed", c.Connected)
	for _, v := range number("", 20) {
		e.Send(say("hubd/ask", v), time.Time{}, nil)
	}
	waiting.Until(t, "every question is answered", func() bool { return len(e.all()) == 40 })
}

func TestRetainedMessagesAreMarked(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	e := listen(t, b.Addr())
	e.Publish(keep("hubd/set/pause", "old"))
	waiting.Until(t, "kept", func() bool { return e.Counters().Sent == 1 })
	got := make(chan mqtt.Inbound, 2)
	c, _ := begin(t, b.Addr(), mqtt.Options{OnInbound: func(in mqtt.Inbound) { got <- in }})
	c.Subscribe("hubd/set/+")
	if in := <-got; !in.Retained {
		t.Error("a kept message is not marked as such")
	}
	e.Publish(say("hubd/set/pause", "new"))
	if in := <-got; in.Retained {
		t.Error("a fresh message is marked as kept")
	}
}

func TestNoGoroutineStaysBehind(t *testing.T) {
	b := serve(t, "127.0.0.1:0", broker.Guard{})
	r := between(t, b.Addr(), nil)
	round := func(cuts uint64) {
		c, _ := begin(t, r.Addr().String(), mqtt.Options{})
		c.Subscribe("hubd/#")
		for n := range cuts {
			waiting.Until(t, "connected", func() bool { return c.Connected() && c.Counters().Connects > n })
			c.Publish(say("hubd/state", "x"))
			r.cut()
		}
		if err := c.Close(waiting.Patience); err != nil {
			t.Log(err) // a cut may fall into the goodbye
		}
	}
	round(1)
	runtime.GC()
	before := runtime.NumGoroutine()
	round(50)
	waiting.Until(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}

func TestClientErrors(t *testing.T) {
	c, err := mqtt.New(mqtt.Options{URL: "mqtt://localhost", ClientID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]mqtt.Message{"no topic": {}, "a wildcard": {Topic: "a/+"}, "QoS 2": {Topic: "a", QoS: 2}} {
		if c.Publish(m) == nil || c.Send(m, time.Time{}, nil) == nil {
			t.Errorf("a message with %s is taken", name)
		}
	}
	if err := c.Close(time.Second); err != nil {
		t.Errorf("close before start: %v", err)
	}
	if err := c.Start(t.Context()); !errors.Is(err, mqtt.ErrClosed) {
		t.Errorf("start after close: %v", err)
	}
}

package mqtt

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// stream is a connection that only gives.
type stream struct {
	net.Conn
	io.Reader
}

func (s stream) Read(p []byte) (int, error) { return s.Reader.Read(p) }

func bytesOf(t testing.TB, p packets.ControlPacket) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func publish(topic string, qos byte, payload string) packets.ControlPacket {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Qos, p.MessageID, p.Retain, p.Payload = topic, qos, 7, true, []byte(payload)
	return p
}

func TestAPayloadIsCutBehindItsLimitAndTheNextMessageIsWhole(t *testing.T) {
	most := func(topic string) int { return map[string]int{"long": 200}[topic] + 10 }
	for _, row := range []struct {
		name, topic string
		qos         byte
		sent, come  int
	}{
		{"empty", "t", 0, 0, 0},
		{"as long as it may be", "t", 1, 10, 10},
		{"one byte more", "t", 1, 11, 11},
		{"much more", "t", 1, 100_000, 11},
		{"much more, without an id", "t", 0, 100_000, 11},
		{"a topic that may be longer", "long", 1, 210, 210},
		{"and has its limit too", "long", 1, 3_000_000, 211},
		{"a long topic", strings.Repeat("t", 60_000), 1, 100_000, 11},
	} {
		t.Run(row.name, func(t *testing.T) {
			both := append(bytesOf(t, publish(row.topic, row.qos, strings.Repeat("x", row.sent))), bytesOf(t, publish("next", 1, "whole"))...)
			for _, way := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
				c := bound(stream{Reader: way(bytes.NewReader(both))}, most)
				got, err := packets.ReadPacket(c)
				if err != nil {
					t.Fatal(err)
				}
				p := got.(*packets.PublishPacket)
				if p.TopicName != row.topic || p.Qos != row.qos || !p.Retain || (row.qos > 0 && p.MessageID != 7) || len(p.Payload) != row.come {
					t.Errorf("%d bytes at QoS %d, id %d, want %d", len(p.Payload), p.Qos, p.MessageID, row.come)
				}
				got, err = packets.ReadPacket(c)
				if err != nil || string(got.(*packets.PublishPacket).Payload) != "whole" {
					t.Errorf("the next one: %v, %v", got, err)
				}
				if _, err := packets.ReadPacket(c); err != io.EOF {
					t.Errorf("the end: %v", err)
				}
			}
		})
	}
}

func TestTheLongestMessageOfAllCostsNoMemory(t *testing.T) {
	const longest = 268_435_455
	head := []byte{0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 't'}
	c := bound(stream{Reader: io.MultiReader(bytes.NewReader(head), io.LimitReader(zeros{}, longest-3))}, func(string) int { return 32 << 10 })
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := packets.ReadPacket(c)
	if err != nil || len(p.(*packets.PublishPacket).Payload) != 32<<10+1 {
		t.Fatalf("%v, %v", p, err)
	}
	if _, err := packets.ReadPacket(c); err != io.EOF {
		t.Errorf("behind it: %v", err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("it took %d bytes", n)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestWhatIsNoPacketEndsTheConnection(t *testing.T) {
	for name, data := range map[string][]byte{
		"a length without end":       {0x30, 0xff, 0xff, 0xff, 0xff, 0x01},
		"a topic beyond its message": {0x30, 4, 0, 9, 'a', 'b'},
		"an id beyond its message":   {0x32, 4, 0, 2, 'a', 'b'},
		"an answer of megabytes":     {0x90, 0xff, 0xff, 0xff, 0x01},
		"an end in a length":         {0x30, 0xff},
		"an end in a topic":          {0x30, 20, 0, 9, 'a'},
	} {
		if n, err := bound(stream{Reader: bytes.NewReader(data)}, func(string) int { return 10 }).Read(make([]byte, 100)); err == nil || err == io.EOF {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
}

func FuzzABoundChangesNothingThatIsShort(f *testing.F) {
	f.Add(bytesOf(f, publish("t", 1, "payload")))
	f.Add(append(bytesOf(f, packets.NewControlPacket(packets.Connack)), bytesOf(f, publish("a/b", 0, ""))...))
	f.Add([]byte{0x32, 0x80, 0x01, 0, 2})
	f.Add([]byte{0x90, 3, 0, 1, 0x80})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		plain := bytes.NewReader(data)
		c := bound(stream{Reader: bytes.NewReader(data)}, func(string) int { return 4096 })
		for {
			if at := len(data) - plain.Len(); announced(data[at:]) > maxAnswer {
				return // paho would make room for it
			}
			want, whole := packets.ReadPacket(plain)
			got, err := packets.ReadPacket(c)
			if (err == nil) != (whole == nil) && whole == nil {
				// paho takes a message whose topic or id leans out of it, and fills it up with nothing; no broker sends one.
				if !lean(want) {
					t.Fatalf("%v: %v", err, want)
				}
				return
			}
			if whole != nil || err != nil {
				return
			}
			if want.String() != got.String() {
				t.Fatalf("%s\n%s", want, got)
			}
		}
	})
}

// announced is the length of a packet as its header says it.
func announced(data []byte) int {
	if len(data) < 2 {
		return 0
	}
	n, _ := binary.Uvarint(data[1:min(len(data), 5)])
	return int(n)
}

// lean tells a message shorter than its own topic.
func lean(p packets.ControlPacket) bool {
	m, ok := p.(*packets.PublishPacket)
	return ok && len(m.Payload) == 0
}

// longBroker takes one client and answers its subscription with a message of so many bytes.
func longBroker(t *testing.T, size int) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for {
			p, err := packets.ReadPacket(c)
			if err != nil {
				return
			}
			switch p := p.(type) {
			case *packets.ConnectPacket:
				packets.NewControlPacket(packets.Connack).Write(c)
			case *packets.SubscribePacket:
				a := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
				a.MessageID, a.ReturnCodes = p.MessageID, []byte{1}
				a.Write(c)
				c.Write(append(binary.AppendUvarint([]byte{0x30}, uint64(size+3)), 0, 1, 't'))
				io.CopyN(c, zeros{}, int64(size))
			}
		}
	}()
	return l.Addr().String()
}

func TestAClientMakesNoRoomForALongMessage(t *testing.T) {
	const size = 64 << 20
	come := make(chan Inbound, 1)
	c, err := New(Options{URL: "mqtt://" + longBroker(t, size), ClientID: "hubd-test", OnInbound: func(in Inbound) { come <- in }})
	if err == nil {
		err = c.Subscribe("t")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err == nil {
		err = c.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(0)
	if in := <-come; !in.Oversize || in.Payload != nil {
		t.Errorf("%d bytes, oversize %t", len(in.Payload), in.Oversize)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > size/4 {
		t.Errorf("it took %d bytes", n)
	}
}

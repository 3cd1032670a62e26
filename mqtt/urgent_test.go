package mqtt

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
)

// letter is a message as paho gives it.
type letter struct {
	topic   string
	payload string
}

func (l letter) Duplicate() bool   { return false }
func (l letter) Qos() byte         { return 1 }
func (l letter) Retained() bool    { return false }
func (l letter) Topic() string     { return l.topic }
func (l letter) MessageID() uint16 { return 1 }
func (l letter) Payload() []byte   { return []byte(l.payload) }
func (l letter) Ack()              {}

func TestAStopIsNotLostInAFloodAndKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		var heard []string
		c, err := New(Options{URL: "mqtt://127.0.0.1:1", ClientID: "flood", InboundQueue: 8,
			Urgent:    func(topic string) bool { return topic == "stop" },
			OnInbound: func(in Inbound) { <-open; heard = append(heard, in.Topic+string(in.Payload)) },
		})
		if err != nil {
			t.Fatal(err)
		}
		go c.callbacks()
		for i := range 50 {
			c.arrived(nil, letter{"lamp", fmt.Sprint(i)})
			synctest.Wait()
		}
		c.arrived(nil, letter{"stop", ""})
		close(open)
		synctest.Wait()
		c.arrived(nil, letter{"lamp", "later"})
		synctest.Wait()
		close(c.linked)
		synctest.Wait()
		if n := len(heard); n != 11 || heard[n-2] != "stop" || heard[n-1] != "lamplater" || !slices.IsSorted(heard[:9]) {
			t.Errorf("heard %v: want nine lamps, the stop, and what came after it", heard)
		}
		if cut := c.count.inboundCut.Load(); cut != 41 {
			t.Errorf("%d messages were cut, want 41", cut)
		}
	})
}

func TestMoreStopsThanCanWaitAreCounted(t *testing.T) {
	c, err := New(Options{URL: "mqtt://127.0.0.1:1", ClientID: "flood", InboundQueue: 1, Urgent: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	for range 1 + maxUrgent + 3 {
		c.arrived(nil, letter{"stop", ""})
	}
	if cut := c.count.inboundCut.Load(); cut != 3 {
		t.Errorf("%d stops were cut, want 3", cut)
	}
}

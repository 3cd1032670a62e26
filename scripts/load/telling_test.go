package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/mqtt"
)

func TestAMessageCountsAsManyBytesAsItsPacketHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := mqtt.Message{
			Topic:   rapid.StringMatching(`[a-z/]{1,60}`).Draw(t, "topic"),
			Payload: bytes.Repeat([]byte("x"), rapid.SampledFrom([]int{0, 1, 60, 100, 127, 128, 500, 16300, 16383, 16384, 20000}).Draw(t, "bytes")),
			QoS:     rapid.SampledFrom([]byte{0, 1}).Draw(t, "qos"),
		}
		p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		p.TopicName, p.Payload, p.Qos = m.Topic, m.Payload, m.QoS
		var wire bytes.Buffer
		if err := p.Write(&wire); err != nil {
			t.Fatal(err)
		}
		if got := packetBytes(m); got != wire.Len() {
			t.Fatalf("%d, want %d", got, wire.Len())
		}
	})
}

// at makes a telling of a word on a topic at a second.
func at(second float64, topic, word string) telling {
	return tellingOf(mqtt.Message{Topic: topic, Payload: []byte(word)}, time.Unix(0, int64(second*1e9)))
}

func TestEveryMessageIsFollowedFromItsTellingToItsSeeing(t *testing.T) {
	for _, row := range []struct {
		name       string
		told, seen []telling
		want       outcome
	}{
		{"what is seen half a second later", []telling{at(1, "a", "x")}, []telling{at(1.5, "a", "x")}, outcome{told: 1, seen: 1, took: []time.Duration{500 * time.Millisecond}}},
		{"what nobody sees", []telling{at(1, "a", "x"), at(2, "a", "y")}, []telling{at(2, "a", "y")}, outcome{told: 2, seen: 1, took: []time.Duration{0}}},
		{"the same word twice is two messages", []telling{at(1, "a", "x"), at(3, "a", "x")}, []telling{at(1.25, "a", "x"), at(4, "a", "x")},
			outcome{told: 2, seen: 2, took: []time.Duration{250 * time.Millisecond, time.Second}}},
		{"the same word on two topics is two messages", []telling{at(1, "a", "x"), at(2, "b", "x")}, []telling{at(2.5, "b", "x"), at(3, "a", "x")},
			outcome{told: 2, seen: 2, took: []time.Duration{500 * time.Millisecond, 2 * time.Second}}},
		{"a word seen before it is told is another's", []telling{at(5, "a", "x")}, []telling{at(4, "a", "x")}, outcome{told: 1, strange: 1}},
		{"what nobody told", nil, []telling{at(4, "a", "x")}, outcome{strange: 1}},
		{"a second copy", []telling{at(1, "a", "x")}, []telling{at(1, "a", "x"), at(2, "a", "x")}, outcome{told: 1, seen: 1, strange: 1, took: []time.Duration{0}}},
		{"what was told before the time looked at does not count", []telling{at(-1, "a", "x")}, []telling{at(2, "a", "x")}, outcome{}},
		{"nor what is told after it, and seen late does", []telling{at(9, "a", "x"), at(10, "a", "y")}, []telling{at(12, "a", "x"), at(13, "a", "y")},
			outcome{told: 1, seen: 1, took: []time.Duration{3 * time.Second}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := match(row.told, row.seen, time.Unix(0, 0), time.Unix(10, 0))
			row.want.bytes = row.want.told * 6 // two of header, two of length, a letter, a letter
			if diff := cmp.Diff(row.want, got, cmp.AllowUnexported(outcome{}), cmp.Transformer("none", func(d []time.Duration) []time.Duration { return append([]time.Duration{}, d...) })); diff != "" {
				t.Errorf("- want, + got\n%s", diff)
			}
		})
	}
}

func TestPercentiles(t *testing.T) {
	if got := percentile(nil, 0.5); got != 0 {
		t.Errorf("of nothing: %s", got)
	}
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(i))
	}
	for share, want := range map[float64]time.Duration{0: 0, 0.5: 50, 0.99: 99, 1: 99} {
		if got := percentile(all, share); got != want {
			t.Errorf("%g: %d, want %d", share, got, want)
		}
	}
}

func TestTellingsComeBackFromTheirFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "told")
	want := []telling{at(1, "a", "x"), at(2, "b", "y")}
	if err := writeTellings(file, want); err != nil {
		t.Fatal(err)
	}
	got, err := readTellings(file)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestProcessorTimeIsReadWhateverTheProgramIsCalled(t *testing.T) {
	got, err := parseProcessorTime("1 (a b) c) S 1 1 1 0 -1 4194560 7 8 9 10 150 50 3 4 20 0 1 0 5")
	if err != nil || got != 2*time.Second {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := parseProcessorTime("1 (x) S 1"); err == nil {
		t.Error("a short line is taken")
	}
}

func TestWhatABrokerIsToKeepAfterAllHubsWereCutOff(t *testing.T) {
	kept := map[string]string{"hubd/home-1/status": "online", "hubd/home-1/a/status": "paused", "homes/home-1/homeassistant/device/x/config": "{}"}
	after := wills(kept)
	want := map[string]string{"hubd/home-1/status": "offline", "hubd/home-1/a/status": "paused", "homes/home-1/homeassistant/device/x/config": "{}"}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
	delete(after, "hubd/home-1/a/status")
	if got := differing(kept, after); !slices.Equal(got, []string{"hubd/home-1/a/status", "hubd/home-1/status"}) {
		t.Errorf("differing: %v", got)
	}
	if got := lostOf([]string{"a", "b", "c", "d"}); got != "4 lost (a; b; c)" || lostOf(nil) != "all" {
		t.Errorf("%s", got)
	}
	if got := shown(map[string]string{"t": strings.Repeat("x", 30)}, "t"); got != "30 bytes" {
		t.Errorf("%s", got)
	}
}

package hub

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/mqtt"
	"hubd/pipeline"
)

const shortEvening = 4 * time.Minute

// livingEvening gives every message that a living hub hands to its client during an evening, a connect at its beginning included.
func livingEvening(t *testing.T) (told []mqtt.Message, steps []time.Duration) {
	t.Helper()
	w, err := newEveningWorld(1)
	if err != nil {
		t.Fatal(err)
	}
	w.parts.sinks = []sink{stepTimes{&steps}}
	l, err := w.live() // its client is never started: it keeps what it is given
	if err != nil {
		t.Fatal(err)
	}
	note := func(m mqtt.Message) {
		m.Payload = bytes.Clone(m.Payload)
		told = append(told, m)
	}
	l.teller.listen(note)
	w.joinLamp(l, note)
	for _, m := range l.teller.announcement() {
		note(m)
	}
	if err := w.play(l, shortEvening); err != nil {
		t.Fatal(err)
	}
	return told, steps
}

// stepTimes notes when its hub's core stepped.
type stepTimes struct{ all *[]time.Duration }

func (s stepTimes) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceBroker}
}
func (s stepTimes) event(pipeline.Event)                       {}
func (s stepTimes) tick(now time.Duration, _ pipeline.Consent) { *s.all = append(*s.all, now) }

// doubledEvening gives what a double hands to its client when it steps at these times.
func doubledEvening(t *testing.T, o DoubleOptions, steps []time.Duration) (told []mqtt.Message) {
	t.Helper()
	e, err := RecordEvening(shortEvening, 1)
	if err != nil {
		t.Fatal(err)
	}
	o.URL = "mqtt://127.0.0.1:1883"
	o.OnTelling = func(m mqtt.Message) {
		m.Payload = bytes.Clone(m.Payload)
		told = append(told, m)
	}
	d, err := e.Double(o)
	if err != nil {
		t.Fatal(err)
	}
	d.side.announce()
	for _, now := range steps {
		d.Step(now)
	}
	return told
}

// byTopic gives the messages of each topic in their order. Home Assistant's entities carry the hub's name: descriptions are told apart.
func byTopic(all []mqtt.Message) map[string][]string {
	out := map[string][]string{}
	for _, m := range all {
		text := string(m.Payload)
		if strings.HasPrefix(m.Topic, "homeassistant/") {
			text = "a description"
		}
		if m.Retain {
			text = "kept: " + text
		}
		out[m.Topic] = append(out[m.Topic], text)
	}
	return out
}

func TestADoubleTellsWhatItsHubTold(t *testing.T) {
	told, steps := livingEvening(t)
	living := byTopic(told)
	double := byTopic(doubledEvening(t, DoubleOptions{Hub: demoHub, Prefix: "homeassistant", BirthTopic: "homeassistant/status", Lamps: demoBase}, steps))
	if diff := cmp.Diff(living, double); diff != "" {
		t.Errorf("- the hub, + its double:\n%s", diff)
	}
	for _, topic := range []string{"hubd/demo/status", "hubd/demo/a/state", "hubd/demo/b/status", "hubd/demo/room/cue", "hubd/demo/room/session",
		"homeassistant/device/hubd_demo_a/config", "zigbee2mqtt/bed/set"} {
		if len(living[topic]) == 0 {
			t.Errorf("nothing was told on %s: the evening is too poor to compare", topic)
		}
	}
	if !slices.Contains(double["hubd/demo/a/status"], "kept: paused") {
		t.Errorf("nobody was paused: %v", double["hubd/demo/a/status"])
	}
}

func TestADoubleSpeaksUnderItsOwnNameAlone(t *testing.T) {
	o := DoubleOptions{Hub: "attic", Prefix: "homes/attic/homeassistant", BirthTopic: "homes/attic/homeassistant/status", Lamps: "homes/attic/zigbee2mqtt"}
	steps := []time.Duration{0, time.Second, time.Minute, shortEvening}
	for topic := range byTopic(doubledEvening(t, o, steps)) {
		if !strings.HasPrefix(topic, "hubd/attic/") && !strings.HasPrefix(topic, "homes/attic/") {
			t.Errorf("told on %s", topic)
		}
	}
}

func TestADoubleThatBeginsInAPauseKeepsThatAtTheBroker(t *testing.T) {
	e, err := RecordEvening(shortEvening, 1)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Duration((eveningPause + eveningResume) / 2 * float64(shortEvening))
	told := 0
	d, err := e.Double(DoubleOptions{Hub: "attic", URL: "mqtt://127.0.0.1:1883", Prefix: "ha", BirthTopic: "ha/status", Lamps: "lamps", Begin: begin, OnTelling: func(mqtt.Message) { told++ }})
	if err != nil {
		t.Fatal(err)
	}
	if told != 0 {
		t.Errorf("%d messages of the time before were told", told)
	}
	for _, row := range []struct {
		after time.Duration
		want  string
	}{{0, "paused"}, {shortEvening / 10, "online"}} {
		d.Step(row.after)
		kept := byTopic(d.Kept())
		for _, topic := range []string{"hubd/attic/a/status", "hubd/attic/b/status"} {
			if got := kept[topic]; !slices.Equal(got, []string{"kept: " + row.want}) {
				t.Errorf("%s after %s: %v, want %s", topic, row.after, got, row.want)
			}
		}
		if got := kept["hubd/attic/status"]; !slices.Equal(got, []string{"kept: online"}) {
			t.Errorf("status: %v", got)
		}
	}
	if err := d.hear(pipeline.Command{Name: pipeline.CommandPause}, nil); err != nil || d.Heard() != 1 {
		t.Errorf("a command was not counted: %d, %v", d.Heard(), err)
	}
}

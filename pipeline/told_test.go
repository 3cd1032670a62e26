package pipeline_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

// listed gives the Go files of a folder.
func listed(dir string) ([]string, error) { return filepath.Glob(filepath.Join(dir, "*.go")) }

// listener is everything that the broker's side does with what Disclose let through.
type listener struct {
	wearer *wire.WearerView
	room   wire.RoomView
	out    [][]byte // every text that left
}

// listen forms every text that leaves under a consent of which a takes part in the session.
func listen(c pipeline.Consent, audience pipeline.AudienceKind) *listener {
	l := &listener{wearer: wire.NewWearerView("a", dsp.ChannelPulse, dsp.ChannelEDA)}
	l.wearer.Follow(0, wire.Standing{Share: c.ShareFor("a"), Sensed: true, Member: true})
	l.room.Follow(wire.RoomFacts{Active: true, Session: room.Together, Scene: text, Practice: text}, c.Told(), []string{"a", "b"})
	contact := pipeline.Event{Wearer: "a", At: late, Value: dsp.Signal{Channel: dsp.ChannelPulse, Contact: true, Quality: number}}
	l.hear(contact, audience, c)
	for _, s := range specimens() {
		l.hear(s.event(), audience, c)
	}
	l.put(l.room.PublishCue(nil, late))
	l.put(l.room.PublishSession(nil))
	l.put(l.room.PublishState(nil))
	return l
}

func (l *listener) hear(e pipeline.Event, audience pipeline.AudienceKind, c pipeline.Consent) {
	e, ok := pipeline.Disclose(e, pipeline.Audience{Kind: audience}, c)
	if !ok {
		return
	}
	l.out = append(l.out, wire.AppendEvent(nil, e), l.wearer.Apply(nil, e), l.room.Apply(nil, e))
	l.put(l.wearer.Publish(nil, late))
}

func (l *listener) put(text []byte, due bool) {
	if due {
		l.out = append(l.out, text)
	}
}

func TestNoCanaryLeavesWhereNothingIsShared(t *testing.T) {
	for _, c := range circumstances() {
		c.session = true
		hidden := c.share == pipeline.ShareNone || c.private
		seen := 0
		for _, line := range listen(c.consent(), pipeline.AudienceBroker).out {
			seen += canaries(line)
			if hidden && canaries(line) > 0 {
				t.Errorf("%+v: %s", c, line)
			}
		}
		if !hidden && c.share == pipeline.ShareFull && seen == 0 {
			t.Error("no canary is seen where everything is shared: the test is blind")
		}
	}
}

func TestNoCanaryReachesLogAndMetrics(t *testing.T) {
	for _, k := range []pipeline.AudienceKind{pipeline.AudienceLog, pipeline.AudienceMetrics} {
		for _, c := range circumstances() {
			for _, s := range specimens() {
				e, ok := pipeline.Disclose(s.event(), pipeline.Audience{Kind: k}, c.consent())
				if ok && (e.Wearer != "" || canaries(wire.AppendEvent(nil, e)) > 0) {
					t.Errorf("%+v", e)
				}
			}
		}
	}
}

// filled gives the keys of a JSON object that are not null.
func filled(t *testing.T, line []byte) (keys []string) {
	t.Helper()
	var o map[string]json.RawMessage
	if err := json.Unmarshal(line, &o); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for k, v := range o {
		if string(v) != "null" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

func TestAtShareStateTheStateTopicHasTheWordsAlone(t *testing.T) {
	c := circumstance{share: pipeline.ShareState, session: true}.consent()
	l := listen(c, pipeline.AudienceBroker)
	last, _ := l.wearer, false
	last.Again()
	line, due := last.Publish(nil, late)
	may := []string{"confidence", "contact", "problem", "state", "unknown_reason"}
	if !due {
		t.Fatal("no state")
	}
	got := filled(t, line)
	for _, k := range got {
		if !slices.Contains(may, k) {
			t.Errorf("key %s is filled: %s", k, line)
		}
	}
	if !slices.Contains(got, "state") || !slices.Contains(got, "contact") {
		t.Errorf("the state is not told: %s", line)
	}
	for _, line := range l.out {
		if n := canaries(line); n > 0 && !roomsOwn(t, line) {
			t.Errorf("%s", line)
		}
	}
}

// roomsOwn tells whether a text is about the room, whose scene, practice and reasons are told where all share their state.
func roomsOwn(t *testing.T, line []byte) bool {
	var o struct {
		Type      string
		EventType string `json:"event_type"`
		Light     json.RawMessage
		Practice  json.RawMessage
	}
	if err := json.Unmarshal(line, &o); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return slices.Contains([]string{"cue", "practice", "command_refused"}, o.Type) || o.Light != nil || o.Practice != nil ||
		slices.Contains([]string{"practice_done", "command_refused"}, o.EventType)
}

func TestAtShareNoneTheStateTopicIsAllNull(t *testing.T) {
	for _, c := range []circumstance{{share: pipeline.ShareNone, session: true}, {share: pipeline.ShareFull, private: true, session: true}} {
		l := listen(c.consent(), pipeline.AudienceBroker)
		l.wearer.Again()
		line, _ := l.wearer.Publish(nil, late)
		if keys := filled(t, line); len(keys) > 0 {
			t.Errorf("%+v: %v are filled: %s", c, keys, line)
		}
		if got := l.wearer.Status(); got != wire.WearerOnline {
			t.Errorf("%+v: status %v follows the sensing switch alone", c, got)
		}
	}
}

func TestACheckInNamesNobodyAndNoReason(t *testing.T) {
	r := newRig(t, options(2))
	r.start(room.Together, "a", "b")
	events := r.must(pipeline.Command{Name: pipeline.CommandCheckIn, Wearer: "a", Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}})
	asked := 0
	for _, e := range events {
		if _, ok := e.Value.(room.CheckIn); !ok {
			continue
		}
		for _, a := range []pipeline.Audience{{Kind: pipeline.AudienceBroker}, {Kind: pipeline.AudiencePage, Wearer: "b"}, {Kind: pipeline.AudiencePage, Wearer: "a"}} {
			if e, ok := pipeline.Disclose(e, a, r.p.Consent()); !ok || e.Wearer != "" || e.Value != (room.CheckIn{}) {
				t.Errorf("%+v gets %+v, %v", a, e, ok)
			}
		}
		asked++
	}
	if asked != 1 {
		t.Errorf("%d check-ins were asked", asked)
	}
	r.pass(time.Second)
}

package hub

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/wire"
)

// recorder counts what Home Assistant's recorder would store of one wearer: a row for each state that differs from the one before
// it, and one for each event. A message that changes nothing makes no row (Home Assistant, core.py: async_set).
type recorder struct {
	entities []*recorded
	rows     int
}

// recorded is one entity that is enabled by default.
type recorded struct {
	key, topic, template string
	event                bool
	gated                bool // unavailable unless the wearer's status is online
	offline              bool
	state                string // as heard, and
	shown                string // as stored
	rows                 int
}

// newRecorder has the entities of wearer a as discovery describes them, at a share.
func newRecorder(t *testing.T, share pipeline.Share) *recorder {
	t.Helper()
	teller := newTeller(logTo(&waiting.Text{}), wire.Topics{Hub: "bed"}, homeassistant.Options{HubID: "bed"}, []tellWearer{{id: "a"}})
	teller.shares[0] = share
	messages, err := teller.describe(teller.shown())
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct {
		Components map[string]struct {
			Platform     string `json:"p"`
			State        string `json:"state_topic"`
			Template     string `json:"value_template"`
			Enabled      *bool  `json:"enabled_by_default"`
			Availability []struct{ Topic string }
		} `json:"cmps"`
	}
	if err := json.Unmarshal(messages[1].Payload, &bundle); err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	for key, c := range bundle.Components {
		if c.State == "" || c.Enabled != nil && !*c.Enabled {
			continue
		}
		r.entities = append(r.entities, &recorded{key: key, topic: c.State, template: c.Template, event: c.Platform == "event",
			gated: len(c.Availability) > 1})
	}
	return r
}

var field = regexp.MustCompile(`^\{\{ value_json\.(\w+) \}\}$`)

// hear takes one message as every entity does.
func (r *recorder) hear(t *testing.T, topic string, payload []byte) {
	t.Helper()
	for _, e := range r.entities {
		switch {
		case e.gated && topic == "hubd/bed/a/status":
			e.offline = string(payload) != "online"
			r.set(e)
		case e.topic != topic:
		case e.event:
			e.rows++
			r.rows++
		case field.MatchString(e.template):
			var values map[string]json.RawMessage
			if err := json.Unmarshal(payload, &values); err != nil {
				t.Fatal(err)
			}
			e.state = string(values[field.FindStringSubmatch(e.template)[1]])
			r.set(e)
		default:
			e.state = string(payload) // another template changes no more often than what it is given
			r.set(e)
		}
	}
}

func (r *recorder) set(e *recorded) {
	state := e.state
	if e.gated && e.offline {
		state = "unavailable"
	}
	if state != e.shown {
		e.shown = state
		e.rows++
		r.rows++
	}
}

// sleeper is a wearer whose night is told as the broker's side of the hub tells it.
type sleeper struct {
	*recorder
	pipeline *pipeline.Pipeline
	view     *wire.WearerView
	topics   wire.Topics
	status   wire.WearerStatus
	heard    bool // a status has been told
	events   []pipeline.Event
	payload  []byte
}

// step lets the pipeline take a tick's samples, and tells what is due.
func (s *sleeper) step(t *testing.T, now time.Duration, samples []dsp.Sample) {
	s.events = s.pipeline.Block(s.events[:0], dsp.Block{Bus: "i2c", Until: now, Samples: samples})
	s.events = s.pipeline.Tick(s.events, now, time.Time{})
	consent := s.pipeline.Consent()
	for _, e := range s.events {
		if told, ok := pipeline.Disclose(e, pipeline.Audience{Kind: pipeline.AudienceBroker}, consent); ok {
			if s.payload = s.view.Apply(s.payload[:0], told); len(s.payload) > 0 {
				s.hear(t, s.topics.WearerEvent("a"), s.payload)
			}
		}
	}
	room := s.pipeline.Room()
	s.view.Follow(now, wire.Standing{Share: consent.ShareFor("a"), Sensed: s.pipeline.Sensed(0), Member: room.Session != 0 && room.Members[0]})
	if status := s.view.Status(); !s.heard || status != s.status {
		s.heard, s.status = true, status
		s.hear(t, s.topics.WearerStatus("a"), []byte(status.String()))
	}
	if p, due := s.view.Publish(s.payload[:0], now); due {
		s.hear(t, s.topics.WearerState("a"), p)
	}
}

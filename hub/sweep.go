package hub

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/homeassistant"
	"hubd/wire"
)

// sweeper takes off the broker what this hub had it keep and does not send any more: Home Assistant would show it for ever. It
// hears what is kept at each connect, on the client's goroutine, and never touches what may be another hub's.
type sweeper struct {
	log    *slog.Logger
	topics wire.Topics
	ha     homeassistant.Options // with the wearers' ids
	online map[string]bool       // status topics of hubs, and whether they say that the hub is there; maxHubs at most
	send   func(m mqtt.Message, deadline time.Time, lost func()) error
}

func newSweeper(log *slog.Logger, topics wire.Topics, ha homeassistant.Options, wearers []string) *sweeper {
	s := &sweeper{log: log, topics: topics, ha: ha, online: map[string]bool{}}
	for _, id := range wearers {
		s.ha.Wearers = append(s.ha.Wearers, homeassistant.Wearer{ID: id})
	}
	s.ha.Topics.HubStatus = topics.Status()
	return s
}

// maxHubs bounds the hubs on one broker that are remembered.
const maxHubs = 64

// filters are where something may have been left. Which hubs are there is asked first: the broker answers in this order.
func (s *sweeper) filters() []string {
	return []string{wire.Topics{Hub: "+"}.Status(), s.ha.DiscoveryFilter(), s.topics.WearerStatus("+")}
}

// hear clears what is kept and was left behind; true where it was.
func (s *sweeper) hear(in mqtt.Inbound) bool {
	if !in.Retained || in.Oversize || len(in.Payload) == 0 {
		return false
	}
	if s.isHub(in.Topic) {
		if _, known := s.online[in.Topic]; known || len(s.online) < maxHubs {
			s.online[in.Topic] = string(in.Payload) == "online"
		}
		return false
	}
	left := homeassistant.Leftover(s.ha, mqtt.Message{Topic: in.Topic, Payload: in.Payload})
	if slices.ContainsFunc(left, func(m mqtt.Message) bool { return s.online[m.Topic] }) {
		s.log.Debug("not taken off the broker: a hub with this one's mark says that it is there", "topic", in.Topic)
		return false
	}
	if wearer, ok := s.topics.ParseStatus(in.Topic); ok && !s.isHere(wearer) {
		left = []mqtt.Message{{Topic: in.Topic, QoS: 1, Retain: true}}
	}
	for _, m := range left {
		if err := s.send(m, time.Time{}, nil); err != nil {
			s.log.Debug("left on the broker until the next connect", "topic", m.Topic, "error", err)
			continue
		}
		s.log.Info("taken off the broker: this hub had left it there", "topic", m.Topic)
	}
	return len(left) > 0
}

// isHub tells whether a topic is some hub's status. A card that was copied from one Pi to another has its mark too, and what a hub that
// is there describes was not left behind.
func (s *sweeper) isHub(topic string) bool {
	parts := strings.Split(topic, "/")
	return len(parts) == 3 && topic == wire.Topics{Hub: parts[1]}.Status()
}

func (s *sweeper) isHere(wearer string) bool {
	return slices.ContainsFunc(s.ha.Wearers, func(w homeassistant.Wearer) bool { return w.ID == wearer })
}

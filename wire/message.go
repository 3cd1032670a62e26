package wire

import "hubd/mqtt"

// WearerStatus is what is said of one wearer on the retained status topic.
type WearerStatus uint8

// The words of WearerStatus.
const (
	WearerOffline WearerStatus = iota // a source does not answer; also the hub is going
	WearerOnline
	WearerPaused // sensing is switched off
)

// String gives the payload.
func (s WearerStatus) String() string { return [...]string{"offline", "online", "paused"}[s] }

// HubStatus says that the hub is there or goes. The offline one is also the last will.
func (t Topics) HubStatus(online bool) mqtt.Message {
	payload := "offline"
	if online {
		payload = "online"
	}
	return mqtt.Message{Topic: t.Status(), Payload: []byte(payload), QoS: 1, Retain: true}
}

// StatusOf says how it is with one wearer. Availability and discovery are all that a broker keeps.
func (t Topics) StatusOf(wearer string, s WearerStatus) mqtt.Message {
	return mqtt.Message{Topic: t.WearerStatus(wearer), Payload: []byte(s.String()), QoS: 1, Retain: true}
}

// Telling is a message with a value or an event. It is never retained: whoever was not there does not get it later.
func Telling(topic string, payload []byte) mqtt.Message {
	return mqtt.Message{Topic: topic, Payload: payload}
}

// Package mqtt moves messages to and from a broker. It knows no topic and no meaning.
package mqtt

// Message is one MQTT publication.
type Message struct {
	Topic   string
	Payload []byte
	QoS     byte // 0 or 1
	Retain  bool
}

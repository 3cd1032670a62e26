// Package sim is lamps as they show themselves over MQTT: models that follow the real topics and their quirks, in a time of the caller's.
// hubd demo has one, so that a newcomer without lamps sees what would be asked of theirs; so have tests.
package sim

import (
	"time"

	"hubd/mqtt"
)

// Light is how a lamp shines.
type Light struct {
	On      bool
	Percent float64 // what it has, or would have if it were on
	Kelvin  float64 // colour temperature; 0: it shows a colour
}

// Lamp is the model of one lamp, with whatever stands between it and the broker. Time never runs backwards.
type Lamp interface {
	// Topics lists what it listens to.
	Topics() []string

	// Hear takes a message and gives what the lamp says to it at once. What it does not understand it ignores.
	Hear(now time.Duration, topic string, payload []byte) []mqtt.Message

	// Tick gives what the lamp says by itself.
	Tick(now time.Duration) []mqtt.Message

	// Light is how it really shines, which is not always what it says.
	Light(now time.Duration) Light

	// Hand changes the light at the lamp itself, or in its own app, and gives what is said at once.
	Hand(now time.Duration, to Light) []mqtt.Message

	// Cut takes its mains away, and gives what is said of it.
	Cut(now time.Duration) []mqtt.Message

	// Back gives its mains back, and what the lamp says then.
	Back(now time.Duration) []mqtt.Message
}

// bulb is the part that shines.
type bulb struct {
	on      bool
	percent ramp
	kelvin  ramp
	dark    bool // no mains
}

func newBulb(l Light) bulb { return bulb{on: l.On, percent: still(l.Percent), kelvin: still(l.Kelvin)} }

func (b *bulb) light(now time.Duration) Light {
	if b.dark {
		return Light{}
	}
	return Light{On: b.on, Percent: b.percent.at(now), Kelvin: b.kelvin.at(now)}
}

// set is a change without a fade.
func (b *bulb) set(to Light) { b.on, b.percent, b.kelvin = to.On, still(to.Percent), still(to.Kelvin) }

// ramp is a straight way from one value to another.
type ramp struct {
	from, to   float64
	start, end time.Duration
}

func still(v float64) ramp { return ramp{from: v, to: v} }

func (r ramp) at(now time.Duration) float64 {
	if now >= r.end || r.end <= r.start {
		return r.to
	}
	return r.from + (r.to-r.from)*float64(now-r.start)/float64(r.end-r.start)
}

// go on from where it is.
func (r ramp) turn(now time.Duration, to float64, within time.Duration) ramp {
	return ramp{from: r.at(now), to: to, start: now, end: now + within}
}

func (r ramp) stop(now time.Duration) ramp { return still(r.at(now)) }

func text(topic, payload string) mqtt.Message {
	return mqtt.Message{Topic: topic, Payload: []byte(payload)}
}

func kept(topic, payload string) mqtt.Message {
	return mqtt.Message{Topic: topic, Payload: []byte(payload), Retain: true}
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

package hub

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"hubd/mqtt"
	"hubd/pipeline"
	"hubd/room"
)

// DoubleOptions say who a Double is and where it speaks.
type DoubleOptions struct {
	Hub        string // its id
	URL        string // of the broker
	Username   string // empty: none
	Password   string
	Prefix     string             // of discovery
	BirthTopic string             // where Home Assistant says that it is there
	Lamps      string             // base topic of its zigbee2mqtt
	Begin      time.Duration      // where in the evening it begins: doubles that tell the same in step would be one crowd
	OnTelling  func(mqtt.Message) // hears each message as it is handed to the client; from any goroutine. nil: nobody
}

// Double is everything of a hub that faces the broker, without a body behind it: the same teller, hearer and client as in a living hub, with the
// same will, discovery, subscriptions, announcements and cadence. What its pipeline says is an Evening's, again and again. It obeys no
// command and counts them instead. All but Heard and the counters belongs to one goroutine.
type Double struct {
	evening *Evening
	begin   time.Duration
	side    brokerSide
	lamp    string // topic of its lamp
	now     standing
	next    int           // moment to tell next
	lap     time.Duration // when the evening that is told began
	heard   atomic.Uint64
}

// Double makes one. Nothing is opened.
func (e *Evening) Double(o DoubleOptions) (*Double, error) {
	c := *e.config
	c.Hub.ID, c.Hub.Name = o.Hub, o.Hub
	c.MQTT.URL, c.MQTT.Username, c.MQTT.DiscoveryPrefix, c.MQTT.BirthTopic = o.URL, o.Username, o.Prefix, o.BirthTopic
	c.Room.Lamps = slices.Clone(c.Room.Lamps)
	c.Room.Lamps[0].Topic = o.Lamps + "/" + demoLamp
	p, err := build(&c, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if o.Username != "" {
		p.mqtt.Password = func() (string, error) { return o.Password, nil }
	}
	d := &Double{evening: e, begin: o.Begin % e.length, lamp: c.Room.Lamps[0].Topic, now: *e.moments[0].standing}
	k := knowledge{
		room: func() room.Status { return d.now.room }, sensed: func(i int) bool { return d.now.sensed[i] },
		scenes: e.scenes, practices: e.practices, consent: d.now.consent, inbox: newInbox(), request: d.hear,
		overhear: o.OnTelling,
	}
	for _, w := range c.Wearers {
		k.wearers = append(k.wearers, w.ID)
	}
	if d.side, err = p.towardsBroker(k); err != nil {
		return nil, err
	}
	d.arrive()
	return d, nil
}

// arrive knows what was before it began, and tells none of it.
func (d *Double) arrive() {
	t := d.side.teller
	keep, send := t.keepNewest, t.sendOnce
	t.keepNewest = func(mqtt.Message) error { return nil }
	t.sendOnce = func(mqtt.Message, time.Time, func()) error { return nil }
	for ; d.next < len(d.evening.moments) && d.evening.moments[d.next].at < d.begin; d.next++ {
		d.live(d.evening.moments[d.next], 0)
	}
	t.begin(d.now.consent)
	t.keepNewest, t.sendOnce = keep, send
}

// live takes what one moment tells.
func (d *Double) live(m moment, lap time.Duration) {
	if m.standing != nil {
		d.now = *m.standing
		d.side.teller.follow(lap+m.at, d.now.consent)
	}
	for _, e := range m.events {
		e.At += lap
		d.side.teller.event(e)
	}
}

// Start begins to connect.
func (d *Double) Start(ctx context.Context) error { return d.side.client.Start(ctx) }

// Step tells what is due at now, the time since the double began. It is called every 50 ms, about as often as a living hub's core steps.
func (d *Double) Step(now time.Duration) {
	now += d.begin
	for {
		if d.next == len(d.evening.moments) {
			d.next, d.lap = 0, d.lap+d.evening.length
		}
		m := d.evening.moments[d.next]
		if d.lap+m.at > now {
			break
		}
		d.live(m, d.lap)
		d.light(m.lamps)
		d.next++
	}
	d.side.teller.tick(now, d.now.consent)
}

// light sends commands to the lamp.
func (d *Double) light(commands []mqtt.Message) {
	for _, m := range commands {
		m.Topic = d.lamp + strings.TrimPrefix(m.Topic, demoTopic)
		if err := d.side.teller.sendOnce(m, time.Now().Add(lampPatience), nil); err != nil {
			continue // the client counts what it drops
		}
	}
}

// hear counts a command in the place of obeying it.
func (d *Double) hear(pipeline.Command, chan<- string) error {
	d.heard.Add(1)
	return nil
}

// Heard is how many commands came.
func (d *Double) Heard() uint64 { return d.heard.Load() }

// Connected tells whether the broker is there and everything has been announced and subscribed.
func (d *Double) Connected() bool { return d.side.client.Connected() }

// Waiting is how many messages are still to be sent.
func (d *Double) Waiting() int { return d.side.client.Waiting() }

// Counters are those of its client.
func (d *Double) Counters() mqtt.Counters { return d.side.client.Counters() }

// Kept is what a broker is to keep of it now: discovery, each wearer's status and its own.
func (d *Double) Kept() []mqtt.Message {
	described, there := d.side.teller.standing()
	return append(described, there...)
}

// Close says goodbye.
func (d *Double) Close(timeout time.Duration) error { return d.side.client.Close(timeout) }

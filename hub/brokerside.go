package hub

import (
	"time"

	"hubd/mqtt"
	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

// knowledge is what a hub's side towards its broker has to know: from the core of one that lives, or from an evening that was recorded.
type knowledge struct {
	wearers   []string
	room      func() room.Status
	sensed    func(wearer int) bool
	scenes    []string         // that can be chosen by hand
	practices []string         // that can be started
	consent   pipeline.Consent // as it is before anything runs
	inbox     *inbox           // of what the broker sends
	request   func(pipeline.Command, chan<- string) error
	overhear  func(mqtt.Message) // gets every message of the teller as it is handed to the client, on any goroutine; nil: nobody listens
}

// brokerSide is who tells the broker, who hears it, and the connection.
type brokerSide struct {
	client   *mqtt.Client
	teller   *teller
	announce func() []mqtt.Message // what a connect begins with
}

// towardsBroker makes a hub's side towards its broker. Nothing is opened.
func (p *parts) towardsBroker(k knowledge) (brokerSide, error) {
	topics := wire.Topics{Hub: p.id}
	log := p.log.With("part", "mqtt")
	t := newTeller(log, topics, p.discovery, p.wearers)
	t.room, t.sensed, t.lamps, t.scenes, t.practices = k.room, k.sensed, p.lamps, k.scenes, k.practices
	t.begin(k.consent)
	ears := p.ears(k, func() { t.born.Store(true) })
	announcement := t.announcement
	if k.overhear != nil {
		announcement = func() []mqtt.Message { return overheard(t.announcement(), k.overhear) }
	}
	client, err := mqtt.New(p.connection(topics, ears, announcement))
	if err != nil {
		return brokerSide{}, err
	}
	if err := ears.subscribe(client); err != nil {
		return brokerSide{}, err
	}
	t.keepNewest, t.sendOnce, ears.sweeper.send = client.Publish, client.Send, client.Send
	if k.overhear != nil {
		t.listen(k.overhear)
	}
	return brokerSide{client, t, announcement}, nil
}

// connection is the config's, with who hears it and what a connect begins with.
func (p *parts) connection(topics wire.Topics, ears *hearer, announcement func() []mqtt.Message) mqtt.Options {
	o := *p.mqtt
	o.Will, o.OnUp, o.OnInbound = topics.HubStatus(false), announcement, ears.hear
	o.Large, o.Urgent = ears.bridges.large(), ears.urgent
	return o
}

// ears makes whoever hears the broker. born is called when Home Assistant says that it is there.
func (p *parts) ears(k knowledge, born func()) *hearer {
	log, topics := p.log.With("part", "mqtt"), wire.Topics{Hub: p.id}
	return &hearer{
		sweeper: newSweeper(log, topics, p.discovery, k.wearers), log: log, topics: topics, birthTopic: p.birth, wearers: k.wearers, lamps: p.lamps,
		inbox: k.inbox, bridges: newBridges(p.log.With("part", "lamps"), p.lamps, k.inbox.report),
		request: k.request, stops: p.stops, born: born, simFault: p.simFault,
	}
}

// listen lets somebody hear what the teller hands to its client.
func (t *teller) listen(hear func(mqtt.Message)) {
	keep, send := t.keepNewest, t.sendOnce
	t.keepNewest = func(m mqtt.Message) error {
		hear(m)
		return keep(m)
	}
	t.sendOnce = func(m mqtt.Message, deadline time.Time, lost func()) error {
		hear(m)
		return send(m, deadline, lost)
	}
}

func overheard(all []mqtt.Message, hear func(mqtt.Message)) []mqtt.Message {
	for _, m := range all {
		hear(m)
	}
	return all
}

// subscribe tells a client what is to be heard.
func (h *hearer) subscribe(client *mqtt.Client) error {
	for _, f := range h.certain() {
		if err := client.Subscribe(f); err != nil {
			return err
		}
	}
	for _, f := range h.followed() {
		if err := client.Follow(f); err != nil {
			return err
		}
	}
	return nil
}

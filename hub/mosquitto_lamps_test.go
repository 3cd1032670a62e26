package hub_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"hubd/mqtt"
	"hubd/mqtt/device/sim"
)

// asked is one command that a lamp heard.
type asked struct {
	lamp string // its topic
	at   time.Time
	text string
}

// lampRack plays several lamps behind zigbee2mqtt, and notes what they are asked and when.
type lampRack struct {
	mu     sync.Mutex // a connect and a command come from different goroutines
	lamps  []*sim.Zigbee
	client *mqtt.Client
	heard  []asked
	marks  int // messages of catchUp
	began  time.Time
	news   news
}

// putLamps plays lamps that are on, each at its own brightness from 50 %.
func (b *mosquitto) putLamps(t *testing.T, id string, topics ...string) *lampRack {
	t.Helper()
	r := &lampRack{began: time.Now()}
	var listen []string
	for i, topic := range topics {
		d := sim.NewZigbee(sim.ZigbeeOptions{Topic: topic, MiredMin: 153, MiredMax: 500, Light: sim.Light{On: true, Percent: float64(50 + 5*i), Kelvin: 2700}})
		r.lamps = append(r.lamps, d)
		listen = append(listen, d.Topics()...)
	}
	ready := make(chan struct{})
	r.client = b.client(t, id, mqtt.Options{
		OnUp: func() (all []mqtt.Message) {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, l := range r.lamps {
				all = append(all, l.State())
			}
			return all
		},
		OnInbound: func(in mqtt.Inbound) { <-ready; r.hear(in) },
	}, listen...)
	close(ready)
	return r
}

func (r *lampRack) hear(in mqtt.Inbound) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if lamp, ok := strings.CutSuffix(in.Topic, "/set"); ok {
		r.heard = append(r.heard, asked{lamp: lamp, at: time.Now(), text: string(in.Payload)})
	}
	if string(in.Payload) == catchUpMark {
		r.marks++
	}
	for _, l := range r.lamps {
		for _, m := range l.Hear(time.Since(r.began), in.Topic, in.Payload) {
			_ = r.client.Publish(m) // a lamp that is not heard is heard at its next word
		}
	}
	r.news.tell()
}

func (r *lampRack) changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.news.wait()
}

const catchUpMark = `{"mark":""}`

// catchUp waits until the lamps have heard everything that the broker has for them: what a hand does then is the newest.
func (r *lampRack) catchUp(t *testing.T, w *watcher, lamp string) {
	t.Helper()
	marks := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.marks
	}
	before := marks()
	w.send(t, lamp+"/get", catchUpMark)
	await(t, lamp+" has heard everything", r.changed, func() bool { return marks() > before })
}

// after gives what was asked after an instant.
func (r *lampRack) after(from time.Time) (all []asked) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.heard {
		if a.at.After(from) {
			all = append(all, a)
		}
	}
	return all
}

// hand does to a lamp what a hand at its switch does.
func (r *lampRack) hand(lamp int, payload string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.lamps[lamp].Hear(time.Since(r.began), r.lamps[lamp].Topics()[0], []byte(payload)) {
		_ = r.client.Publish(m)
	}
}

// states is what each lamp is now.
func (r *lampRack) states() (all []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.lamps {
		all = append(all, string(l.State().Payload))
	}
	return all
}

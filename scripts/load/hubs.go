package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"hubd/hub"
	"hubd/mqtt"
)

// Each double steps once in stepEvery; the doubles take turns in slots of it, so that they do not all speak at once.
const (
	stepEvery = 50 * time.Millisecond
	slots     = 10
)

// homes holds the doubles.
type homes struct {
	evening *hub.Evening
	of      crowd
	log     notes

	mu     sync.Mutex // the steps' goroutine, and whoever asks
	all    []*hub.Double
	began  []time.Time
	frozen atomic.Bool
}

// notes are the messages that were noted.
type notes struct {
	mu  sync.Mutex
	all []telling
}

func (n *notes) add(m mqtt.Message) {
	t := tellingOf(m, time.Now())
	n.mu.Lock()
	n.all = append(n.all, t)
	n.mu.Unlock()
}

func (n *notes) take() []telling {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := n.all
	n.all = nil
	return all
}

func (h *homes) do(a ask) (answer, error) {
	switch a.Do {
	case "prepare":
		return answer{}, h.prepare(*a.Begin)
	case "begin":
		go h.live()
		return answer{}, nil
	case "report":
		return h.report(), nil
	case "freeze":
		h.frozen.Store(true)
		return h.kept()
	case "tellings":
		return answer{}, writeTellings(a.File, h.log.take())
	}
	return answer{}, fmt.Errorf("no such request: %s", a.Do)
}

// prepare records the evening and gives back what that took, so that memory counted from here on is the doubles'.
func (h *homes) prepare(c crowd) (err error) {
	h.of = c
	h.evening, err = hub.RecordEvening(time.Duration(c.Evening*float64(time.Second)), c.Seed)
	debug.FreeOSMemory()
	return err
}

// hubID is the id of the i-th hub, and the name of its home.
func hubID(i int) string { return fmt.Sprintf("home-%d", i+1) }

// prefixOf is where the i-th hub describes its devices.
func (c crowd) prefixOf(i int) string {
	if c.Shared {
		return "homeassistant"
	}
	return "homes/" + hubID(i) + "/homeassistant"
}

func (c crowd) double(i int, hear func(mqtt.Message)) hub.DoubleOptions {
	id := hubID(i)
	o := hub.DoubleOptions{Hub: id, URL: c.URL, Prefix: c.prefixOf(i), Lamps: "homes/" + id + "/zigbee2mqtt", OnTelling: hear}
	o.BirthTopic = o.Prefix + "/status"
	if c.Passwd {
		o.Username, o.Password = id, password
	}
	o.Begin = time.Duration(float64(i) / float64(c.Hubs) * c.Evening * float64(time.Second))
	return o
}

// live lets the hubs begin, one after the other, and live.
func (h *homes) live() {
	began := time.Now()
	tick := time.NewTicker(stepEvery / slots)
	defer tick.Stop()
	for slot := 0; !h.frozen.Load(); slot = (slot + 1) % slots {
		<-tick.C
		for due := 1 + int(time.Since(began).Seconds()*h.of.RampHz); len(h.all) < min(due, h.of.Hubs); {
			if err := h.add(len(h.all)); err != nil {
				fmt.Println(err) // no answer: whoever asks next sees that it is none
				return
			}
		}
		h.step(slot)
	}
}

func (h *homes) add(i int) error {
	d, err := h.evening.Double(h.of.double(i, h.log.add))
	if err != nil {
		return err
	}
	if err := d.Start(context.Background()); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all, h.began = append(h.all, d), append(h.began, time.Now())
	return nil
}

func (h *homes) step(slot int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := slot; i < len(h.all); i += slots {
		h.all[i].Step(time.Since(h.began[i]))
	}
}

func (h *homes) report() answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := answer{Hubs: len(h.all)}
	for _, d := range h.all {
		if d.Connected() {
			a.Connected++
		}
		c := d.Counters()
		a.Waiting += d.Waiting()
		a.Heard += d.Heard()
		a.Replaced += c.Replaced
		a.Dropped += c.Dropped + c.Expired
		a.Reconnect += c.Reconnects()
	}
	return a
}

// kept waits until all that was told has left, and gives what a broker is to keep of it.
func (h *homes) kept() (answer, error) {
	end := time.Now().Add(30 * time.Second)
	a := h.report()
	for ; a.Waiting > 0 && time.Now().Before(end); a = h.report() {
		time.Sleep(50 * time.Millisecond)
	}
	a.Kept = map[string]string{}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.all {
		for _, m := range d.Kept() {
			a.Kept[m.Topic] = string(m.Payload)
		}
	}
	if a.Waiting > 0 {
		return a, fmt.Errorf("%d messages have not left within 30 s", a.Waiting)
	}
	return a, nil
}

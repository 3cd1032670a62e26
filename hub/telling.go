package hub

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/mqtt/homeassistant"
	"hubd/pipeline"
	"hubd/room"
	"hubd/wire"
)

const (
	eventPatience = 30 * time.Second       // an event that could not be sent for so long is news no more
	birthDelay    = 500 * time.Millisecond // after Home Assistant's birth message, at least
	birthJitter   = 2500 * time.Millisecond
	keptEvery     = time.Minute // the few words that a broker keeps are told again: one of several machines may have missed the last
	afterConfig   = time.Second // states follow discovery by so much, so that entities exist when they come
)

// tellWearer is what the broker side knows of one wearer.
type tellWearer struct {
	id       string
	name     string
	byMQTT   bool // start_from has mqtt
	paired   bool
	channels []dsp.ChannelKind
}

// teller tells the broker: it gathers what Disclose lets through and publishes what is due. All but announcement is the
// processing goroutine's.
type teller struct {
	log        *slog.Logger
	keepNewest func(m mqtt.Message) error // for the broker, whenever it is there
	sendOnce   func(m mqtt.Message, deadline time.Time, lost func()) error
	topics     wire.Topics
	ha         homeassistant.Options
	wearers    []tellWearer
	room       func() room.Status
	sensed     func(wearer int) bool
	lamps      []*device.Lamp
	scenes     []string // that can be chosen by hand
	practices  []string // that can be started

	views    []*wire.WearerView
	roomView wire.RoomView
	members  []string
	payload  []byte

	up         atomic.Bool // a connect has announced us: states are due again
	born       atomic.Bool // Home Assistant has said that it is there
	announceAt time.Duration
	keptAt     time.Duration // when what is kept of who is there is told again; 0: nothing was announced yet
	statesAt   time.Duration

	mu       sync.Mutex
	tried    bool           // to describe the devices
	bundles  []mqtt.Message // discovery as last announced
	shares   []pipeline.Share
	statuses []mqtt.Message // of the wearers, as last told
}

func newTeller(log *slog.Logger, topics wire.Topics, ha homeassistant.Options, wearers []tellWearer) *teller {
	t := &teller{log: log, topics: topics, ha: ha, wearers: wearers}
	t.ha.Topics = homeassistant.Topics{
		HubStatus: topics.Status(), RoomSession: topics.RoomSession(), RoomState: topics.RoomState(), RoomEvent: topics.RoomEvent(),
		RoomSet: topics.RoomSet, WearerStatus: topics.WearerStatus, WearerState: topics.WearerState, WearerEvent: topics.WearerEvent,
		WearerSet: topics.WearerSet,
	}
	for _, w := range wearers {
		t.views = append(t.views, wire.NewWearerView(w.id, w.channels...))
		t.shares = append(t.shares, pipeline.ShareNone)
	}
	t.statuses = make([]mqtt.Message, len(wearers))
	return t
}

// begin takes what holds before anything runs, so that the first announcement is true already: a wearer who is sensed from the start
// is never called paused.
func (t *teller) begin(c pipeline.Consent) {
	t.follow(0, c)
	for i, v := range t.views {
		t.statuses[i] = t.topics.StatusOf(t.wearers[i].id, v.Status())
	}
}

// announcement is what a connect begins with. Any goroutine may ask. That the hub is there is said last: until then Home Assistant
// shows nothing of it, and so never the value from before, which it would take up again.
func (t *teller) announcement() []mqtt.Message {
	described, there := t.standing()
	for _, w := range t.wearers {
		described = append(described, wire.Telling(t.topics.WearerState(w.id), wire.NothingKnown()))
	}
	t.up.Store(true)
	return append(described, there...)
}

// standing is what the broker is to keep: discovery, then each wearer's status and the hub's own.
func (t *teller) standing() (described, there []mqtt.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.bundles), append(slices.Clone(t.statuses), t.topics.HubStatus(true))
}

func (t *teller) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceBroker}
}

// event takes what the broker may know, and sends what is a moment of its own.
func (t *teller) event(e pipeline.Event) {
	for _, v := range t.views {
		id := e.Wearer
		if t.payload = v.Apply(t.payload[:0], e); len(t.payload) > 0 {
			t.send(t.topics.WearerEvent(id))
		}
	}
	if t.payload = t.roomView.Apply(t.payload[:0], e); len(t.payload) > 0 {
		t.send(t.topics.RoomEvent())
	}
}

func (t *teller) send(topic string) {
	err := t.sendOnce(wire.Telling(topic, t.payload), time.Now().Add(eventPatience), nil)
	if err != nil {
		t.log.Debug("event not sent", "error", err) // the client counts what it drops
	}
}

func (t *teller) publish(m mqtt.Message) {
	if err := t.keepNewest(m); err != nil {
		t.log.Debug("message not kept for the broker", "error", err)
	}
}

// tick publishes what is due, in the step in which it becomes so: whoever breathes with room/cue must not be late.
func (t *teller) tick(now time.Duration, c pipeline.Consent) {
	t.follow(now, c)
	t.rediscover(c)
	t.answerBirth(now)
	t.keepTold(now)
	for i, v := range t.views {
		t.status(i, v.Status())
		if p, due := v.Publish(t.payload[:0], now); due {
			t.publish(wire.Telling(t.topics.WearerState(t.wearers[i].id), p))
		}
	}
	if p, due := t.roomView.PublishSession(t.payload[:0]); due {
		t.publish(wire.Telling(t.topics.RoomSession(), p))
	}
	if p, due := t.roomView.PublishState(t.payload[:0]); due {
		t.publish(wire.Telling(t.topics.RoomState(), p))
	}
	if p, due := t.roomView.PublishCue(t.payload[:0], now); due {
		t.publish(wire.Telling(t.topics.RoomCue(), p))
	}
}

// pairSeen tells whether there is a pair to tell of now.
func (t *teller) pairSeen(st room.Status, c pipeline.Consent) bool {
	for i := range t.views {
		if !t.sensed(i) || st.Session == room.NoSession || !st.Members[i] || c.ShareFor(t.wearers[i].id) < pipeline.ShareFull {
			return false
		}
	}
	return len(t.views) == 2
}

// follow tells the views what no event tells.
func (t *teller) follow(now time.Duration, c pipeline.Consent) {
	st := t.room()
	paired := t.pairSeen(st, c)
	t.members = t.members[:0]
	for i, v := range t.views {
		member := st.Session != room.NoSession && st.Members[i]
		if member {
			t.members = append(t.members, t.wearers[i].id)
		}
		v.Follow(now, wire.Standing{Share: c.ShareFor(t.wearers[i].id), Sensed: t.sensed(i), Member: member, Paired: paired})
	}
	facts := wire.RoomFacts{
		Active: st.InUse, Session: st.Session, Cues: st.Cues, Scene: st.Scene, Practice: st.Practice,
		BreathPace: st.BreathPace, NightCeiling: st.NightCeiling, VolumeCap: st.VolumeCap,
	}
	t.roomView.Follow(facts, c.Told(), t.members)
}

// status keeps the retained status topic of one wearer true.
func (t *teller) status(i int, s wire.WearerStatus) {
	if string(t.statuses[i].Payload) == s.String() { // nobody else writes them
		return
	}
	m := t.topics.StatusOf(t.wearers[i].id, s)
	t.mu.Lock()
	t.statuses[i] = m
	t.mu.Unlock()
	t.publish(m)
}

// rediscover describes the devices anew when what a wearer shares has changed, and takes back what is shared no more. A private
// session does not change the description: that would tell of it.
func (t *teller) rediscover(c pipeline.Consent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := !t.tried
	t.tried = true
	for i, w := range c.InRoom {
		changed = changed || w.Share != t.shares[i]
		t.shares[i] = w.Share
	}
	if !changed {
		return
	}
	after, err := t.describe(t.shown())
	if err != nil {
		t.log.Error("Home Assistant would refuse the description of this hub; it is not sent", "error", err)
		return
	}
	before := t.bundles
	if before == nil {
		before = t.mostEver()
	}
	steps, err := homeassistant.Withdraw(before, after)
	if err != nil {
		t.log.Error("former description not withdrawn", "error", err)
	}
	t.bundles = after
	for _, m := range steps {
		if err := t.sendOnce(m, time.Time{}, nil); err != nil {
			t.log.Debug("withdrawal not sent", "error", err)
		}
	}
	for _, m := range after {
		t.publish(m)
	}
}

// describe gives the discovery messages of the room and of these wearers.
func (t *teller) describe(wearers []homeassistant.Wearer) ([]mqtt.Message, error) {
	return homeassistant.Bundles(t.facts(wearers))
}

// facts are what there is to describe.
func (t *teller) facts(wearers []homeassistant.Wearer) homeassistant.Options {
	o := t.ha
	o.Wearers, o.Scenes, o.Practices = wearers, t.scenes, t.practices
	return o
}

// shown is how the wearers are described now.
func (t *teller) shown() []homeassistant.Wearer {
	var all []homeassistant.Wearer
	for i, w := range t.wearers {
		all = append(all, homeassistant.Wearer{
			ID: w.id, Name: w.name, Share: t.shares[i], StartByMQTT: w.byMQTT, Paired: w.paired && allFull(t.shares),
		})
	}
	return all
}

// mostEver is the most that an earlier run can have described. What was lowered in the config since then, or while no broker was
// there, is withdrawn by it: Home Assistant keeps an entity that is merely left out.
func (t *teller) mostEver() []mqtt.Message {
	var all []homeassistant.Wearer
	for _, w := range t.wearers {
		all = append(all, homeassistant.Wearer{ID: w.id, Name: w.name, Share: pipeline.ShareFull, StartByMQTT: true, Paired: true})
	}
	most, err := t.describe(all)
	if err != nil {
		return nil // what would be refused was never sent
	}
	return most
}

func allFull(shares []pipeline.Share) bool {
	for _, s := range shares {
		if s < pipeline.ShareFull {
			return false
		}
	}
	return true
}

// answerBirth announces everything again some moments after Home Assistant came up, and the states after that.
func (t *teller) answerBirth(now time.Duration) {
	if t.born.Swap(false) {
		t.announceAt = now + birthDelay + time.Duration(rand.Int64N(int64(birthJitter)))
	}
	if t.announceAt > 0 && now >= t.announceAt {
		t.announceAt = 0
		described, there := t.standing()
		for _, m := range append(described, there...) {
			t.publish(m)
		}
		t.up.Store(true)
	}
	if t.up.Swap(false) {
		t.statesAt, t.keptAt = now+afterConfig, now+keptEvery
	}
	if t.statesAt > 0 && now >= t.statesAt {
		t.statesAt = 0
		t.roomView.Again()
		for _, v := range t.views {
			v.Again()
		}
		t.askLamps()
	}
}

// keepTold tells again what the broker keeps of who is there. A cluster that loses a machine may keep an older word on another, for ever.
func (t *teller) keepTold(now time.Duration) {
	if t.keptAt == 0 || now < t.keptAt {
		return
	}
	t.keptAt = now + keptEvery
	_, there := t.standing()
	for _, m := range there {
		t.publish(m)
	}
}

// askLamps asks each lamp how it is. Only now, some time after the connect, is it sure that the answers are subscribed to.
func (t *teller) askLamps() {
	for _, l := range t.lamps {
		t.askLamp(l, false)
	}
}

func (t *teller) askLamp(l *device.Lamp, white bool) {
	for _, m := range l.Ask(nil, white) {
		if err := t.sendOnce(m, time.Now().Add(eventPatience), nil); err != nil {
			t.log.Debug("lamp not asked", "error", err)
		}
	}
}

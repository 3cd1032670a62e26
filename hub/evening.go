package hub

import (
	"log/slog"
	"reflect"
	"slices"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/mqtt"
	"hubd/mqtt/device/sim"
	"hubd/pipeline"
	"hubd/room"
	"hubd/synth"
)

// Evening is what a hub has to tell while two simulated people spend an evening: everything from its pipeline that a broker may know, and its
// commands to a lamp. It is made once, in virtual time, by the whole program from the converter's register on; Doubles tell it as often as
// wanted. So a thousand hubs can be put to a broker by a machine that could not compute a thousand bodies.
type Evening struct {
	config    *config.Config
	length    time.Duration
	scenes    []string
	practices []string
	moments   []moment // in the order of time
}

// moment is what one step of the pipeline had to tell.
type moment struct {
	at       time.Duration
	standing *standing // nil: as before
	events   []pipeline.Event
	lamps    []mqtt.Message // commands to the lamp, on demoTopic
}

// standing is what no event tells and the broker side looks up.
type standing struct {
	room    room.Status
	sensed  []bool
	consent pipeline.Consent
}

// Parts of an evening's length at which something is done from outside, so that words which a broker keeps change.
const (
	eveningPause  = 0.4
	eveningResume = 0.5
	eveningEnd    = 0.9
)

// eveningBegins is the date on the clock of every recorded evening.
func eveningBegins() time.Time { return time.Date(2025, time.June, 1, 20, 0, 0, 0, time.UTC) }

// RecordEvening lets two people spend an evening of this length: a session together that begins at once, is paused for a tenth of the time and
// ends shortly before the end. Both share everything, and the session is not private: no hub has more to tell.
func RecordEvening(length time.Duration, seed uint64) (*Evening, error) {
	w, err := newEveningWorld(seed)
	if err != nil {
		return nil, err
	}
	w.parts.mqtt = nil
	e := &Evening{config: w.config, length: length + time.Second} // two evenings do not touch
	r := &scribe{evening: e}
	w.parts.sinks = []sink{r}
	l, err := w.live()
	if err != nil {
		return nil, err
	}
	e.scenes, e.practices = l.core.pipeline.Scenes(), l.core.pipeline.Practices()
	r.room, r.sensed = l.core.pipeline.Room, l.core.pipeline.Sensed
	w.joinLamp(l, func(m mqtt.Message) {
		m.Payload = slices.Clone(m.Payload)
		r.next.lamps = append(r.next.lamps, m)
	})
	return e, w.play(l, length)
}

// eveningWorld is two simulated people and a hub of theirs, in virtual time.
type eveningWorld struct {
	config *config.Config
	parts  parts
	clock  *acquire.VirtualPacer
	kind   string // of session
}

func newEveningWorld(seed uint64) (*eveningWorld, error) {
	scene, err := synth.New("two-people", seed)
	if err != nil {
		return nil, err
	}
	w := &eveningWorld{config: demoConfig(scene, demoPort), clock: &acquire.VirtualPacer{}, kind: scene.Session()}
	chips, err := newSimulated(w.config, scene, w.clock.Now)
	if err != nil {
		return nil, err
	}
	if w.parts, err = build(w.config, chips, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	w.parts.pacer, w.parts.onCue = w.clock, chips.feel
	w.parts.page.keys, w.parts.page.dir = "", ""                                                // in memory alone
	w.parts.pipeline.Settings, w.parts.pipeline.Room.Seed = demoSettings(scene, w.config), seed // the same evening every time
	return w, nil
}

// live joins the parts, and asks for the session.
func (w *eveningWorld) live() (*live, error) {
	l, err := newLive(w.parts)
	if err != nil {
		return nil, err
	}
	l.core.wall = func() time.Time { return eveningBegins().Add(w.clock.Now()) }
	l.startSession(w.kind)
	return l, nil
}

// scribe is the sink that writes down an Evening.
type scribe struct {
	evening *Evening
	room    func() room.Status
	sensed  func(wearer int) bool
	next    moment
	last    standing
}

func (r *scribe) audience() pipeline.Audience {
	return pipeline.Audience{Kind: pipeline.AudienceBroker}
}

func (r *scribe) event(e pipeline.Event) { r.next.events = append(r.next.events, e) }

func (r *scribe) tick(now time.Duration, c pipeline.Consent) {
	s := standing{room: r.room(), consent: pipeline.Consent{Private: c.Private, InRoom: slices.Clone(c.InRoom)}}
	s.room.Members = slices.Clone(s.room.Members)
	for i := range c.InRoom {
		s.sensed = append(s.sensed, r.sensed(i))
	}
	if len(r.evening.moments) == 0 || !reflect.DeepEqual(s, r.last) {
		r.last, r.next.standing = s, &s
	}
	if r.next.standing == nil && len(r.next.events)+len(r.next.lamps) == 0 {
		return
	}
	r.next.at = now
	r.evening.moments = append(r.evening.moments, r.next)
	r.next = moment{}
}

// joinLamp puts a lamp into the room that hears at once what it is told, without a broker. told gets each command too.
func (w *eveningWorld) joinLamp(l *live, told func(mqtt.Message)) {
	lamp := sim.NewZigbee(sim.ZigbeeOptions{Topic: demoTopic, Light: sim.Light{On: true, Percent: 70, Kelvin: 2700}, MiredMin: 153, MiredMax: 500})
	codec := l.lamps[0]
	hear := func(m mqtt.Message) {
		if report, ok, err := codec.Decode(m.Topic, m.Payload); ok && err == nil {
			l.core.inbox.report(report)
		}
	}
	l.core.lamps.lamp[codec.ID()] = codec
	l.core.lamps.send = func(m mqtt.Message, _ time.Time, _ func()) error {
		told(m)
		for _, answer := range lamp.Hear(w.clock.Now(), m.Topic, m.Payload) {
			hear(answer)
		}
		return nil
	}
	hear(lamp.State())
}

// eveningAct is what somebody does at a time of an evening.
type eveningAct struct {
	at  time.Duration
	all []pipeline.Command
}

func eveningActs(length time.Duration, wearers []string) []eveningAct {
	resume := eveningAct{at: time.Duration(eveningResume * float64(length))}
	for _, id := range wearers {
		resume.all = append(resume.all, pipeline.Command{Name: pipeline.CommandResume, Wearer: id})
	}
	return []eveningAct{
		{time.Duration(eveningPause * float64(length)), []pipeline.Command{{Name: pipeline.CommandPause}}},
		resume,
		{time.Duration(eveningEnd * float64(length)), []pipeline.Command{{Name: pipeline.CommandEndSession}}},
	}
}

// play lets the evening pass.
func (w *eveningWorld) play(l *live, length time.Duration) error {
	acts := eveningActs(length, l.core.wearers)
	for w.clock.Now() < length {
		for ; len(acts) > 0 && w.clock.Now() >= acts[0].at; acts = acts[1:] {
			for _, c := range acts[0].all {
				c.Origin = pipeline.Origin{Source: pipeline.SourceMQTT}
				if err := l.core.request(c, nil); err != nil {
					return err
				}
			}
		}
		l.loops[0].Step()
		select {
		case <-l.core.inbox.wake:
			l.core.step()
			l.keeper.write()
		default:
		}
	}
	return nil
}

package hub

import (
	"log/slog"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/mqtt"
	"hubd/pipeline"
	"hubd/room"
)

func logTo(l *waiting.Text) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// ear is a sink that remembers.
type ear struct {
	who      pipeline.Audience
	events   []pipeline.Event
	consents []pipeline.Consent
}

func (e *ear) audience() pipeline.Audience              { return e.who }
func (e *ear) event(ev pipeline.Event)                  { e.events = append(e.events, ev) }
func (e *ear) tick(_ time.Duration, c pipeline.Consent) { e.consents = append(e.consents, c) }
func (e *ear) kinds() (kinds []string) {
	for _, ev := range e.events {
		kinds = append(kinds, ev.Value.Kind())
	}
	return kinds
}

// bench is a core whose clock and disk the test owns. One step is one step.
type bench struct {
	*core
	t          *testing.T
	clock      time.Duration
	log        *waiting.Text
	saved      []pipeline.Settings
	sent       []mqtt.Message
	askedLamps []string
	broker     *ear
	history    *ear
	own        *ear // the page of wearer a
}

// newBench builds a core for wearers a and b, each with a pulse sensor on the bus "i2c", who share everything and keep everything.
func newBench(t *testing.T, change func(*pipeline.Options)) *bench {
	b := &bench{
		t: t, log: &waiting.Text{}, broker: &ear{who: pipeline.Audience{Kind: pipeline.AudienceBroker}},
		history: &ear{who: pipeline.Audience{Kind: pipeline.AudienceHistory}},
		own:     &ear{who: pipeline.Audience{Kind: pipeline.AudiencePage, Wearer: "a"}},
	}
	o := pipeline.Options{Room: room.Options{Seed: 1, Private: true, Lamps: []room.LampOptions{{ID: "bed"}}}}
	for _, id := range []string{"a", "b"} {
		o.Wearers = append(o.Wearers, pipeline.WearerOptions{
			ID: id, Share: pipeline.ShareFull, Keep: pipeline.KeepJournal, Cues: true, PulseBus: "i2c",
			Pulse: dsp.PulseOptions{Kind: dsp.PPG, Leads: 1},
		})
		o.Room.Wearers = append(o.Room.Wearers, room.WearerOptions{ID: id, Cues: true, Comfort: room.Comfort{NotSteady: true}})
	}
	if change != nil {
		change(&o)
	}
	log := logTo(b.log)
	k := newKeeper(log, store{save: func(s pipeline.Settings) error { b.saved = append(b.saved, s); return nil }}, func() time.Time { return time.Time{} })
	b.core = &core{
		log: log, now: func() time.Duration { return b.clock }, wall: func() time.Time { return time.Time{} }, speed: 1,
		pipeline: pipeline.New(o), wearers: []string{"a", "b"}, inbox: newInbox(), pauses: &pauses{}, keeper: k,
		sinks: []sink{b.broker, b.history, b.own}, askLamp: func(q room.Question) { b.askedLamps = append(b.askedLamps, q.Lamp) },
		refusals: refusals{log: log},
		board:    newBoard("1", "bench", "", nil, nil, k.status), watch: newWatch(log, nil),
	}
	k.ring = b.inbox.ring
	b.watch.notify = func(string) error { return nil }
	b.lamps = &lampGate{
		send:  func(m mqtt.Message, _ time.Time, _ func()) error { b.sent = append(b.sent, m); return nil },
		speed: 1, lamp: lampsByID(t, "bed"), lost: b.inbox.report, fail: func(err error) { t.Error(err) },
	}
	b.consent = b.core.pipeline.Consent()
	b.pauses.follow(b.core.pipeline.Sensed, len(b.wearers))
	return b
}

// at does one step at a time.
func (b *bench) at(now time.Duration) {
	b.clock = now
	b.step()
}

// ask requests a command and gives what is answered after the next step; the step is done here.
func (b *bench) ask(c pipeline.Command) string {
	b.t.Helper()
	reply := make(chan string, 1)
	if err := b.request(c, reply); err != nil {
		b.t.Fatal(err)
	}
	b.step()
	return <-reply
}

var fromSocket = pipeline.Origin{Source: pipeline.SourceSocket}

func start(wearer string, kind room.SessionKind) pipeline.Command {
	return pipeline.Command{Name: pipeline.CommandStartSession, Wearer: wearer, Session: kind, Origin: fromSocket}
}

func pauseAll() pipeline.Command {
	return pipeline.Command{Name: pipeline.CommandPause, Origin: fromSocket}
}

func sensing(wearer string, on bool) pipeline.Command {
	return pipeline.Command{Name: pipeline.CommandSensing, Wearer: wearer, On: on, Origin: fromSocket}
}

// pulseBlock is what the bus delivers of both wearers from one time to another: 50 samples a second, a beat a second.
func pulseBlock(from, to time.Duration) dsp.Block {
	blk := dsp.Block{Bus: "i2c", Until: to}
	for t := from; t < to; t += 20 * time.Millisecond {
		v := 1.0
		if phase := t % time.Second; phase < 200*time.Millisecond {
			v = 2
		}
		for w := range uint8(2) {
			blk.Samples = append(blk.Samples, dsp.Sample{Channel: dsp.Channel{Wearer: w}, T: t, Volts: v})
		}
	}
	return blk
}

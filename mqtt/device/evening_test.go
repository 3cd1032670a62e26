package device_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/mqtt"
	"hubd/mqtt/device"
	"hubd/mqtt/device/sim"
	"hubd/room"
)

const (
	tick    = 50 * time.Millisecond
	transit = 200 * time.Millisecond // of a message, either way
)

// kind is a dialect with a lamp that speaks it. The lamp is on, at 60 % and 3000 K, unless it is said otherwise.
type kind struct {
	name   string
	o      device.Options
	lamp   func(l sim.Light) sim.Lamp
	kelvin bool // it has a colour temperature
	lights bool // a brightness lights it up when it is off
}

func kinds() []kind {
	mix := device.WhiteOfWLED
	zig := func(o sim.ZigbeeOptions) func(sim.Light) sim.Lamp {
		return func(l sim.Light) sim.Lamp {
			o.Topic, o.Light = "zigbee2mqtt/bed", l
			return sim.NewZigbee(o)
		}
	}
	tas := func(o sim.TasmotaOptions) func(sim.Light) sim.Lamp {
		return func(l sim.Light) sim.Lamp {
			o.Topic, o.Light = "bedlamp", l
			return sim.NewTasmota(o)
		}
	}
	return []kind{
		{"a Zigbee lamp", zigbee(), zig(sim.ZigbeeOptions{MiredMin: 153, MiredMax: 500}), true, true},
		{"a Zigbee lamp that stops one transition for another", zigbee(), zig(sim.ZigbeeOptions{MiredMin: 153, MiredMax: 500, Cuts: true}), true, true},
		{"a Zigbee lamp that is deaf for a second", zigbee(), zig(sim.ZigbeeOptions{MiredMin: 153, MiredMax: 500, Busy: time.Second}), true, true},
		{"a Zigbee lamp of one white", zigbee(), zig(sim.ZigbeeOptions{}), false, true},
		{"a strip with WLED", strip(), func(l sim.Light) sim.Lamp { return sim.NewWLED(sim.WLEDOptions{Topic: "wled/bed", Light: l, Mix: mix}) }, true, true},
		{"a lamp with Tasmota", ceiling(), tas(sim.TasmotaOptions{}), true, true},
		{"a lamp with Tasmota and SetOption20", ceiling(), tas(sim.TasmotaOptions{SetOption20: true}), true, false},
		{"a lamp with Tasmota that fades at one speed", ceiling(), tas(sim.TasmotaOptions{SlewRate: true}), true, true},
		{"a lamp with ESPHome", esp(), func(l sim.Light) sim.Lamp {
			return sim.NewESPHome(sim.ESPHomeOptions{Device: "esp", Name: "bed", Light: l})
		}, true, false},
		{"a Zigbee lamp that is deaf for a second and stops one transition for another", zigbee(), zig(sim.ZigbeeOptions{
			MiredMin: 153, MiredMax: 500, Busy: time.Second, Cuts: true,
		}), true, true},
	}
}

// flying is a message on its way.
type flying struct {
	due time.Duration
	m   mqtt.Message
}

// evening is a room and one lamp with a broker between them, in virtual time.
type evening struct {
	t        rapid.TB
	r        *room.Room
	codec    *device.Lamp
	lamp     sim.Lamp
	now      time.Duration
	out, in  []flying
	commands []room.LampCommand // that were sent
	hands    int                // how often the room let go
	mute     bool               // no question reaches the lamp
	steepest float64            // points a second at which the light really moved
	percent  float64            // a tick ago
}

func newEvening(t rapid.TB, k kind, l sim.Light, o room.Options) *evening {
	t.Helper()
	codec, err := device.New(k.o)
	if err != nil {
		t.Fatal(err)
	}
	o.Lamps = []room.LampOptions{{ID: "bed", Whites: codec.Whites()}}
	o.Wearers = []room.WearerOptions{{ID: "a", Cues: true, Comfort: room.Comfort{NotSteady: true}}}
	e := &evening{t: t, r: room.New(o), codec: codec, lamp: k.lamp(l), percent: l.Percent}
	if z, ok := e.lamp.(*sim.Zigbee); ok {
		b := device.NewBridge("zigbee2mqtt")
		m := z.Devices("zigbee2mqtt", "bed")
		if _, err := b.Hear(m.Topic, m.Payload); err != nil {
			t.Fatal(err)
		}
		e.take(e.r.Lamp(nil, 0, room.LampReport{Lamp: "bed", Whites: b.Whites(codec)}))
	}
	switch s := e.lamp.(type) { // what the broker has kept, or the lamp says when it is asked
	case *sim.ESPHome:
		e.say([]mqtt.Message{s.State()})
	default:
		for _, m := range codec.Ask(nil, false) {
			e.say(e.lamp.Hear(0, m.Topic, m.Payload))
		}
	}
	e.run(2 * time.Second)
	return e
}

func (e *evening) say(messages []mqtt.Message) {
	for _, m := range messages {
		e.in = append(e.in, flying{e.now + transit, m})
	}
}

func (e *evening) take(values []dsp.Value) {
	e.t.Helper()
	for _, v := range values {
		c, ok := v.(room.LampCommand)
		if !ok {
			continue
		}
		if c.Owner == room.OwnerHand {
			e.hands++
			continue
		}
		e.commands = append(e.commands, c)
		messages, err := e.codec.Encode(nil, c)
		if err != nil {
			e.t.Fatal(err)
		}
		for _, m := range messages {
			e.out = append(e.out, flying{e.now + transit, m})
		}
	}
}

func (e *evening) run(d time.Duration) {
	e.t.Helper()
	for end := e.now + d; e.now < end; {
		e.now += tick
		e.take(e.r.Tick(nil, e.now, time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)))
		for _, q := range e.r.Questions() {
			e.ask(q)
		}
		for len(e.out) > 0 && e.out[0].due <= e.now {
			m := e.out[0].m
			e.out = e.out[1:]
			e.say(e.lamp.Hear(e.now, m.Topic, m.Payload))
		}
		e.say(e.lamp.Tick(e.now))
		for len(e.in) > 0 && e.in[0].due <= e.now {
			e.hear(e.in[0].m)
			e.in = e.in[1:]
		}
		e.watch()
	}
}

func (e *evening) ask(q room.Question) {
	if e.mute {
		return
	}
	for _, m := range e.codec.Ask(nil, q.White) {
		e.out = append(e.out, flying{e.now + transit, m})
	}
}

func (e *evening) hear(m mqtt.Message) {
	e.t.Helper()
	rep, about, err := e.codec.Decode(m.Topic, m.Payload)
	if err != nil {
		e.t.Fatal(err)
	}
	if about {
		e.take(e.r.Lamp(nil, e.now, rep))
	}
}

// watch notes how fast the light really moves.
func (e *evening) watch() {
	l := e.lamp.Light(e.now)
	if !l.On {
		l.Percent = 0
	}
	e.steepest = max(e.steepest, math.Abs(l.Percent-e.percent)/tick.Seconds())
	e.percent = l.Percent
}

func (e *evening) start() {
	e.t.Helper()
	values, err := e.r.Start(nil, e.now, 0, room.Alone)
	if err != nil {
		e.t.Fatal(err)
	}
	e.take(values)
	e.r.Contact(nil, e.now, 0, true)
}

func (e *evening) scene(name string) {
	e.t.Helper()
	values, err := e.r.Scene(nil, e.now, name)
	if err != nil {
		e.t.Fatal(err)
	}
	e.take(values)
}

func (e *evening) wants(k kind, what string, percent, kelvin float64) {
	e.t.Helper()
	l := e.lamp.Light(e.now)
	if !l.On || math.Abs(l.Percent-percent) > 1.5 {
		e.t.Errorf("%s: at %v the lamp is on %v at %.1f %%, want %.0f", what, e.now, l.On, l.Percent, percent)
	}
	if k.kelvin && math.Abs(l.Kelvin-kelvin) > 60 {
		e.t.Errorf("%s: at %v the lamp is at %.0f K, want %.0f", what, e.now, l.Kelvin, kelvin)
	}
}

func options() room.Options {
	breath := room.PracticeOptions{Name: "breath", Length: 5 * time.Minute, Pacer: room.Pace{InhaleShare: 0.4}}
	return room.Options{NoAfter: true, Practices: []room.PracticeOptions{breath}, Scenes: map[string]room.Scene{
		"base": {Light: room.Light{Brightness: 30, Kelvin: 2400}},
		"mid":  {Light: room.Light{Brightness: 40, Kelvin: 2400}},
		"high": {Light: room.Light{Brightness: 80, Kelvin: 4000}},
	}}
}

// forEveryKind lives one story with every kind of lamp, on at 60 % and 3000 K. None finds a lamp deaf.
func forEveryKind(t *testing.T, story func(t *testing.T, k kind, e *evening)) {
	forEveryKindDeafToo(t, func(t *testing.T, k kind, e *evening) {
		story(t, k, e)
		if z, ok := e.lamp.(*sim.Zigbee); ok && z.Lost() > 0 {
			t.Errorf("%d commands found the lamp busy", z.Lost())
		}
	})
}

// forEveryKindDeafToo is the same for a story that is too fast for some lamps.
func forEveryKindDeafToo(t *testing.T, story func(t *testing.T, k kind, e *evening)) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			e := newEvening(t, k, sim.Light{On: true, Percent: 60, Kelvin: 3000}, options())
			story(t, k, e)
			for _, c := range e.commands {
				if c.Kelvin.Known && !k.kelvin {
					t.Errorf("a lamp of one white was asked for %.0f K", c.Kelvin.Value)
				}
			}
		})
	}
}

func TestASceneComesAndTheRoomIsPutBack(t *testing.T) {
	forEveryKind(t, func(t *testing.T, k kind, e *evening) {
		e.start()
		e.run(90 * time.Second)
		e.wants(k, "the base scene", 30, 2400)
		e.scene("high")
		e.run(90 * time.Second)
		e.wants(k, "a scene by hand", 80, 4000)
		e.take(e.r.Pause(nil, e.now))
		e.run(90 * time.Second)
		e.wants(k, "a pause", 10, 2200)
		e.take(e.r.Resume(nil, e.now, 0))
		e.run(30 * time.Second)
		e.take(e.r.End(nil, e.now))
		e.run(5 * time.Minute)
		e.wants(k, "put back", 60, 3000)
		if e.hands > 0 || e.r.Snapshot().Open {
			t.Errorf("let go %d times, snapshot open %v", e.hands, e.r.Snapshot().Open)
		}
		if e.steepest > 20+0.5 {
			t.Errorf("the light moved at %.1f points a second", e.steepest)
		}
	})
}

func TestABreathingLightIsNoHand(t *testing.T) {
	forEveryKind(t, func(t *testing.T, k kind, e *evening) {
		e.start()
		e.run(time.Minute)
		values, err := e.r.Practice(nil, e.now, "breath")
		if err != nil {
			t.Fatal(err)
		}
		e.take(values)
		before := len(e.commands)
		e.run(3 * time.Minute)
		if n := len(e.commands) - before; e.hands > 0 || n < 20 {
			t.Errorf("let go %d times; %d commands in three minutes of breathing", e.hands, n)
		}
	})
}

func TestAHandAtTheSwitchWins(t *testing.T) {
	for name, hand := range map[string]func(sim.Light) sim.Light{
		"brighter": func(l sim.Light) sim.Light { l.Percent += 25; return l },
		"darker":   func(l sim.Light) sim.Light { l.Percent -= 15; return l },
		"off":      func(l sim.Light) sim.Light { l.On = false; return l },
		"red":      func(l sim.Light) sim.Light { l.Kelvin = 0; return l },
	} {
		t.Run(name, func(t *testing.T) {
			forEveryKind(t, func(t *testing.T, k kind, e *evening) {
				if name == "red" && !k.kelvin {
					t.Skip("it has one white")
				}
				e.start()
				e.run(time.Minute)
				to := hand(e.lamp.Light(e.now))
				e.say(e.lamp.Hand(e.now, to))
				e.run(5 * time.Second)
				sent := len(e.commands)
				e.run(2 * time.Minute)
				e.take(e.r.Pause(nil, e.now))
				e.run(time.Minute)
				e.take(e.r.Resume(nil, e.now, 0))
				e.take(e.r.End(nil, e.now))
				e.run(5 * time.Minute)
				l := e.lamp.Light(e.now)
				if e.hands != 1 || len(e.commands) > sent {
					t.Errorf("let go %d times, %d commands after that", e.hands, len(e.commands)-sent)
				}
				if l.On != to.On || to.On && math.Abs(l.Percent-to.Percent) > 1 || (l.Kelvin == 0) != (to.Kelvin == 0) {
					t.Errorf("the lamp is %+v, and was left at %+v", l, to)
				}
			})
		})
	}
}

// The room fades from 60 to 30 % within 10 s, then from 3000 to 2400 K; the hand leaves the lamp between the two. A lamp with Tasmota
// that fades at one speed is there before the hand comes, as is any fade that a lamp takes in one jump.
func TestAHandInTheMiddleOfAFadeWins(t *testing.T) {
	for _, row := range []struct {
		name  string
		at    time.Duration
		white bool
		mute  bool
	}{
		{"of brightness", 5 * time.Second, false, false},
		{"of brightness, and the lamp answers no question", 5 * time.Second, false, true},
		{"of colour", 15 * time.Second, true, false},
		{"of colour, and the lamp answers no question", 15 * time.Second, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			forEveryKind(t, func(t *testing.T, k kind, e *evening) {
				if row.white && !k.kelvin {
					t.Skip("it has one white")
				}
				e.mute = row.mute
				e.start()
				e.run(row.at)
				to := e.lamp.Light(e.now)
				if row.white {
					to.Kelvin = 2650
				} else {
					to.Percent, to.Kelvin = 45, 3000
				}
				e.say(e.lamp.Hand(e.now, to))
				sent := len(e.commands)
				e.run(2 * time.Minute)
				e.take(e.r.End(nil, e.now))
				e.run(5 * time.Minute)
				l := e.lamp.Light(e.now)
				if e.hands != 1 || len(e.commands) > sent {
					t.Errorf("let go %d times; told after the hand: %+v", e.hands, e.commands[sent:])
				}
				if math.Abs(l.Percent-to.Percent) > 1 || k.kelvin && math.Abs(l.Kelvin-to.Kelvin) > 20 {
					t.Errorf("the lamp is %+v, and was left at %+v", l, to)
				}
			})
		})
	}
}

func TestALampCutOffAtTheWallIsLeftAloneWhenItComesBackAtFullBrightness(t *testing.T) {
	forEveryKind(t, func(t *testing.T, k kind, e *evening) {
		e.start()
		e.run(time.Minute)
		e.say(e.lamp.Cut(e.now))
		e.run(20 * time.Second)
		e.say(e.lamp.Back(e.now))
		sent := len(e.commands)
		e.run(3 * time.Minute)
		if l := e.lamp.Light(e.now); e.hands != 1 || len(e.commands) > sent || l.Percent != 100 {
			t.Errorf("let go %d times, %d commands after that, lamp %+v", e.hands, len(e.commands)-sent, l)
		}
	})
}

func TestALampThatIsOffStaysOff(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			e := newEvening(t, k, sim.Light{Percent: 60, Kelvin: 3000}, options())
			e.start()
			e.run(time.Minute)
			e.scene("high")
			e.run(time.Minute)
			if l := e.lamp.Light(e.now); l.On || len(e.commands) > 0 {
				t.Errorf("%d commands, lamp %+v", len(e.commands), l)
			}
		})
	}
}

// What each kind does where a hand was faster than a command that was on its way: the reason why the room commands no lamp that is off.
func TestWhatACommandDoesToALampThatIsOff(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			for _, c := range []room.LampCommand{bright(30, 10*time.Second), warm(2700, 10*time.Second)} {
				lamp := k.lamp(sim.Light{Percent: 60, Kelvin: 3000})
				messages, err := must(t, k.o).Encode(nil, c)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range messages {
					lamp.Hear(0, m.Topic, m.Payload)
				}
				lights := k.lights && (c.Brightness.Known || k.o.Dialect == device.Tasmota)
				if got := lamp.Light(20 * time.Second).On; got != lights {
					t.Errorf("%s: on is %v, want %v", messages[0].Payload, got, lights)
				}
			}
		})
	}
}

func TestALampThatMayBeSwitchedOnIs(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) { k.goesOnAndOff(t, 30) })
		k.o.MinPercent = 10
		t.Run(k.name+" whose range begins at 10 %", func(t *testing.T) { k.goesOnAndOff(t, 37) })
	}
}

// goesOnAndOff lets a lamp that is off be switched on for a session, to so many percent of its own scale, and put back.
func (k kind) goesOnAndOff(t *testing.T, percent float64) {
	k.o.SwitchOn = true
	o := options()
	o.SwitchOn = true
	e := newEvening(t, k, sim.Light{Percent: 60, Kelvin: 3000}, o)
	e.start()
	e.run(90 * time.Second)
	if l := e.lamp.Light(e.now); !l.On || math.Abs(l.Percent-percent) > 1.5 || e.hands > 0 {
		t.Errorf("lamp %+v, let go %d times", l, e.hands)
	}
	e.take(e.r.End(nil, e.now))
	e.run(5 * time.Minute)
	if l := e.lamp.Light(e.now); l.On {
		t.Errorf("it was off before, and is %+v", l)
	}
}

func TestACommandThatWLEDForgotIsFoundOutByAsking(t *testing.T) {
	k := kinds()[4]
	e := newEvening(t, k, sim.Light{On: true, Percent: 60, Kelvin: 3000}, options())
	e.lamp.(*sim.WLED).Lock(e.now + 25*time.Second)
	e.start()
	e.run(20 * time.Second)
	e.wants(k, "the command was forgotten", 60, 3000)
	e.run(90 * time.Second)
	e.wants(k, "the base scene", 30, 2400)
	if e.hands > 0 {
		t.Errorf("let go %d times", e.hands)
	}
}

// A pause that comes a moment after a bright scene finds some lamps deaf: such a one must not go on to that scene for as long as its fade
// would last, nor be stopped half way up by the pause's own change of colour and then be taken for one in a hand.
func TestAPauseReachesALampThatWasDeafToIt(t *testing.T) {
	forEveryKindDeafToo(t, func(t *testing.T, k kind, e *evening) {
		e.start()
		e.run(90 * time.Second)
		e.scene("mid")
		e.run(time.Minute)
		e.scene("high")
		e.run(300 * time.Millisecond)
		e.take(e.r.Pause(nil, e.now))
		brightest := 0.0
		for range 200 {
			e.run(100 * time.Millisecond)
			brightest = max(brightest, e.lamp.Light(e.now).Percent)
		}
		e.run(time.Minute)
		e.wants(k, "a pause", 10, 2200)
		if e.hands > 0 || brightest > 40+10 {
			t.Errorf("let go %d times; from 40 %% a pause came to %.1f %%", e.hands, brightest)
		}
	})
}

// Whatever the scenes and whenever they come, no lamp of any kind is taken for one in somebody's hand while nobody touches it.
func TestNoLampIsTakenForAHandWhileNobodyTouchesIt(t *testing.T) {
	all := kinds()
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(all).Draw(t, "kind")
		e := newEvening(t, k, anyLight(t), anyScenes(t))
		e.start()
		for range rapid.IntRange(1, 10).Draw(t, "acts") {
			e.anyAct(t)
			e.run(time.Duration(rapid.IntRange(1, 400).Draw(t, "tenths")) * 100 * time.Millisecond)
		}
		e.run(90 * time.Second)
		if e.hands > 0 {
			t.Errorf("%s was taken for one in somebody's hand", k.name)
		}
		if e.steepest > 20+0.5 {
			t.Errorf("%s moved at %.1f points a second", k.name, e.steepest)
		}
	})
}

func anyLight(t *rapid.T) sim.Light {
	return sim.Light{On: true, Percent: float64(rapid.IntRange(1, 100).Draw(t, "was")), Kelvin: float64(rapid.IntRange(2203, 6500).Draw(t, "kelvin"))}
}

func anyScenes(t *rapid.T) room.Options {
	o := options()
	o.NoAfter = rapid.Bool().Draw(t, "no after")
	for _, name := range []string{"base", "after", "one", "two"} {
		o.Scenes[name] = room.Scene{Light: room.Light{
			Brightness: float64(rapid.IntRange(1, 100).Draw(t, name+" brightness")),
			Kelvin:     float64(rapid.IntRange(1800, 6600).Draw(t, name+" kelvin")),
		}}
	}
	return o
}

// anyAct does what people do. What is refused, as a scene is while the room is paused, does nothing.
func (e *evening) anyAct(t *rapid.T) {
	var values []dsp.Value
	var err error
	switch rapid.SampledFrom([]string{"scene", "scene", "practice", "pause", "resume", "start", "end"}).Draw(t, "act") {
	case "scene":
		values, err = e.r.Scene(nil, e.now, rapid.SampledFrom([]string{"one", "two"}).Draw(t, "scene"))
	case "practice":
		values, err = e.r.Practice(nil, e.now, "breath")
	case "pause":
		values = e.r.Pause(nil, e.now)
	case "resume":
		values = e.r.Resume(nil, e.now, 0)
	case "start":
		values, err = e.r.Start(nil, e.now, 0, room.Alone)
	case "end":
		values = e.r.End(nil, e.now)
	}
	if err == nil {
		e.take(values)
	}
}

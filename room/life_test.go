package room_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// life is one random life of a room: any config, any acts, any bodies, hands, faults and clocks, a crash now and then.
type life struct {
	t       *rapid.T
	o       room.Options
	r       *room.Room
	now     time.Duration
	clock   time.Time // local time at stream time 0; zero while the clock is not set
	bulbs   []*bulb   // in the order of o.Lamps
	reports time.Duration
	shut    bool // nothing gets to the lamps or comes from them
	witness *witness
}

func newLife(t *rapid.T) *life {
	e := &life{t: t, o: anyOptions(t), clock: dusk}
	e.r = room.New(e.o)
	e.witness = newWitness(t, e.o, e.r)
	for i := range e.o.Lamps {
		b := &bulb{
			on: rapid.IntRange(0, 4).Draw(t, "on") > 0, colour: 3000,
			terse: rapid.Bool().Draw(t, "terse"), mute: rapid.IntRange(0, 3).Draw(t, "mute") == 0, cuts: rapid.Bool().Draw(t, "cuts"),
		}
		b.set(rapid.Float64Range(1, 100).Draw(t, "was"))
		e.bulbs = append(e.bulbs, b)
		if rapid.IntRange(0, 7).Draw(t, "heard") > 0 {
			e.say(i)
		}
	}
	return e
}

var dusk = evening(0)

func anyOptions(t *rapid.T) room.Options {
	o := room.Options{
		Seed: rapid.Uint64().Draw(t, "seed"), Private: rapid.Bool().Draw(t, "private"),
		SwitchOn: rapid.IntRange(0, 3).Draw(t, "switch on") == 0, NoAfter: rapid.Bool().Draw(t, "no after"),
		HasQuiet: rapid.Bool().Draw(t, "quiet"), QuietFrom: 20*time.Hour + 3*time.Minute, QuietTo: 6 * time.Hour,
		NightBrightness: rapid.SampledFrom([]float64{0, 1, 8, 40}).Draw(t, "night"),
		NightKelvin:     rapid.SampledFrom([]float64{0, 2200, 2700}).Draw(t, "night kelvin"),
		VolumeCapDB:     rapid.SampledFrom([]float64{0, -50, -30, -5}).Draw(t, "cap"),
		AskByItself:     rapid.Bool().Draw(t, "ask by itself"),
		HandFor:         4 * time.Minute,
		Discretion: room.Discretion{
			DelayMin: rapid.SampledFrom([]time.Duration{time.Second, 3 * time.Second}).Draw(t, "delay"), DelayMax: 4 * time.Second,
			Fade: rapid.SampledFrom([]time.Duration{time.Second, 20 * time.Second}).Draw(t, "fade"), SpreadPercent: 100,
		},
		Scenes:    map[string]room.Scene{},
		Practices: exercises(),
	}
	o.BaseScene = rapid.SampledFrom([]string{"", "own"}).Draw(t, "base")
	for _, name := range []string{"settled", "activated", "base", "pause", "after", "own"} {
		if rapid.Bool().Draw(t, "scene "+name) {
			o.Scenes[name] = anyScene(t)
		}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "lamps") {
		o.Lamps = append(o.Lamps, room.LampOptions{
			ID: fmt.Sprint("l", i), Group: rapid.SampledFrom([]string{"", "g"}).Draw(t, "group"),
			Whites: rapid.SampledFrom([]room.Whites{{}, {Known: true, Min: 2700, Max: 6500}, {Known: true, None: true}}).Draw(t, "whites"),
		})
	}
	for _, id := range []string{"a", "b"} {
		o.Wearers = append(o.Wearers, room.WearerOptions{ID: id, Cues: true, Comfort: anyComfort(t)})
	}
	return o
}

func anyScene(t *rapid.T) (s room.Scene) {
	s.Light.Brightness = rapid.Float64Range(0, 120).Draw(t, "brightness")
	s.Light.Kelvin = rapid.Float64Range(1000, 9000).Draw(t, "kelvin")
	if bed := rapid.SampledFrom([]string{"", "none", "rain", "noise"}).Draw(t, "bed"); bed != "" {
		s.Sound = room.Sound{Bed: bed, LevelDB: dsp.Some(rapid.Float64Range(-80, 10).Draw(t, "dB"))}
	}
	if rapid.IntRange(0, 3).Draw(t, "paced") == 0 {
		s.Pace = room.Pace{BreathsPerMin: rapid.Float64Range(3, 9).Draw(t, "pace"), Hold: time.Second}
	}
	return s
}

func anyComfort(t *rapid.T) room.Comfort {
	c := room.Comfort{
		NotSteady: rapid.IntRange(0, 3).Draw(t, "not steady") > 0, Ask: rapid.Bool().Draw(t, "ask"),
		LightFloor: rapid.SampledFrom([]float64{0, 0, 12}).Draw(t, "floor"),
	}
	for _, word := range neverWords {
		if rapid.IntRange(0, 7).Draw(t, word) == 0 {
			c.Never = append(c.Never, word)
		}
	}
	return c
}

var neverWords = []string{"dark", "red", "breath_sound", "voice", "rain", "noise", "tone", "modulated_light", "breath_hold"}

// act does one thing that a person, a body, a lamp or a fault does.
func (e *life) act() {
	acts := []func(){
		e.start, e.start, e.pause, e.resume, e.resume, e.end, e.leave, e.state, e.state, e.state, e.contact, e.cues, e.both, e.both, e.takeOff, e.takeOff, e.offAndOn,
		e.scene, e.practice, e.practice, e.stopPractice, e.breathPace, e.check, e.answer, e.ceiling, e.volume,
		e.hand, e.hand, e.handInFade, e.handInFade, e.tint, e.press, e.lose, e.drop, e.unplug, e.sayOn, e.setClock, e.crash, e.cutOff, e.comfort,
	}
	acts[rapid.IntRange(0, len(acts)-1).Draw(e.t, "act")]()
}

func (e *life) wearer() int { return rapid.IntRange(0, 1).Draw(e.t, "wearer") }
func (e *life) lamp() int   { return rapid.IntRange(0, len(e.bulbs)-1).Draw(e.t, "lamp") }

// did tells the witness of a call and lets the lamps obey.
func (e *life) did(c call, values []dsp.Value) {
	c.at = e.now
	if c.of != callTick && c.of != callReport {
		e.t.Logf("%v: %v %v, %q, %v, refused: %v", e.now, c.of, c.wearer, c.word, c.on, c.refused)
	}
	e.witness.hears(c, values)
	for _, v := range values {
		if cmd, ok := v.(room.LampCommand); ok {
			for i, l := range e.o.Lamps {
				if l.ID == cmd.Lamp {
					e.bulbs[i].obey(e.now, cmd)
				}
			}
		}
	}
}

func (e *life) start() {
	w, kind := e.wearer(), rapid.SampledFrom([]room.SessionKind{0, 1, 1, 1, 2, 3, 4}).Draw(e.t, "kind")
	values, err := e.r.Start(nil, e.now, w, kind)
	e.did(call{of: callStart, wearer: w, refused: err != nil}, values)
}

func (e *life) pause() { e.did(call{of: callPause}, e.r.Pause(nil, e.now)) }
func (e *life) end()   { e.did(call{of: callEnd}, e.r.End(nil, e.now)) }

func (e *life) resume() {
	w := e.wearer()
	e.did(call{of: callResume, wearer: w}, e.r.Resume(nil, e.now, w))
}

func (e *life) leave() {
	w := e.wearer()
	e.did(call{of: callLeave, wearer: w}, e.r.Leave(nil, e.now, w))
}

func (e *life) state() {
	w := e.wearer()
	s := regulation.State{Name: regulation.Name(rapid.Uint8Range(0, 4).Draw(e.t, "state")), Confidence: 0.8}
	s.Arousal = dsp.Some(rapid.Float64Range(-2, 6).Draw(e.t, "arousal"))
	s.Vagal = dsp.Some(0)
	e.did(call{of: callState, wearer: w, word: s.Name.String()}, e.r.State(nil, e.now, w, s))
}

func (e *life) contact() {
	e.touch(e.wearer(), rapid.Bool().Draw(e.t, "contact"))
}

func (e *life) touch(w int, on bool) {
	e.did(call{of: callContact, wearer: w, on: on}, e.r.Contact(nil, e.now, w, on))
}

// both lie down together, with their sensors on; takeOff is one of them who takes them off, and lets what runs run on for a while first.
func (e *life) both() {
	for w := range 2 {
		values, err := e.r.Start(nil, e.now, w, room.Together)
		e.did(call{of: callStart, wearer: w, refused: err != nil}, values)
		e.touch(w, true)
	}
}

func (e *life) takeOff() { e.off(e.wearer()) }

func (e *life) off(w int) {
	e.touch(w, true)
	e.run(tick)
	e.touch(w, false)
}

// offAndOn is somebody whose sensors are off for a while, just after a body has turned.
func (e *life) offAndOn() {
	e.both()
	e.run(rapid.SampledFrom(waits[:8]).Draw(e.t, "lie for"))
	e.state()
	w := e.wearer()
	e.off(w)
	e.run(rapid.SampledFrom([]time.Duration{9900 * time.Millisecond, 25 * time.Second, 119 * time.Second}).Draw(e.t, "off for"))
	e.touch(w, true)
}

// comfort is somebody who wants to be spared something else from now on, which the settings keep.
func (e *life) comfort() {
	w := e.wearer()
	e.o.Wearers[w].Comfort = anyComfort(e.t)
	e.did(call{of: callComfort, wearer: w}, e.r.SetComfort(nil, e.now, w, e.o.Wearers[w].Comfort))
}

func (e *life) cues() {
	w, on := rapid.IntRange(-1, 1).Draw(e.t, "whose"), rapid.Bool().Draw(e.t, "cues")
	e.did(call{of: callCues, wearer: w, on: on}, e.r.SetCues(nil, e.now, w, on))
}

func (e *life) scene() {
	name := rapid.SampledFrom([]string{"own", "base", "auto", "pause", "neutral"}).Draw(e.t, "scene")
	values, err := e.r.Scene(nil, e.now, name)
	e.did(call{of: callScene, word: name, refused: err != nil}, values)
}

func (e *life) practice() {
	name := rapid.SampledFrom(e.r.Practices()).Draw(e.t, "practice")
	values, err := e.r.Practice(nil, e.now, name)
	e.did(call{of: callPractice, word: name, refused: err != nil}, values)
}

func (e *life) stopPractice() { e.did(call{of: callOther}, e.r.StopPractice(nil, e.now)) }

func (e *life) breathPace() {
	values, _ := e.r.SetBreathPace(nil, e.now, rapid.Float64Range(4.5, 7).Draw(e.t, "pace"))
	e.did(call{of: callOther}, values)
}

func (e *life) check() {
	values, err := e.r.AskCheckIn(nil, e.now)
	e.did(call{of: callCheck, refused: err != nil}, values)
}

func (e *life) answer() {
	word := rapid.SampledFrom([]string{"space", "stop", "touch", "yes"}).Draw(e.t, "answer")
	values, err := e.r.Answer(nil, e.now, e.wearer(), word)
	e.did(call{of: callAnswer, word: word, refused: err != nil}, values)
}

func (e *life) ceiling() {
	v := rapid.Float64Range(-10, 110).Draw(e.t, "ceiling")
	values, err := e.r.SetNightCeiling(nil, e.now, v)
	e.did(call{of: callCeiling, value: v, refused: err != nil}, values)
}

func (e *life) volume() {
	v := rapid.Float64Range(-70, 5).Draw(e.t, "cap")
	values, err := e.r.SetVolumeCap(nil, e.now, v)
	e.did(call{of: callVolume, value: v, refused: err != nil}, values)
}

func (e *life) unplug() { e.report(room.LampReport{Lamp: e.o.Lamps[e.lamp()].ID, Gone: true}) }
func (e *life) sayOn()  { e.report(room.LampReport{Lamp: e.o.Lamps[e.lamp()].ID, On: dsp.Some(1)}) }

func (e *life) report(rep room.LampReport) {
	e.did(call{of: callReport, report: rep}, e.r.Lamp(nil, e.now, rep))
}

func (e *life) say(i int) { e.report(e.bulbs[i].report(e.o.Lamps[i].ID, e.now)) }

func (e *life) setClock() {
	e.clock = rapid.SampledFrom([]time.Time{{}, dusk, dusk.Add(3 * time.Minute), dusk.Add(-e.now)}).Draw(e.t, "clock")
}

func (e *life) wall() time.Time {
	if e.clock.IsZero() {
		return e.clock
	}
	return e.clock.Add(e.now)
}

// crash ends the room in the middle of whatever it does and begins anew from what was stored.
func (e *life) crash() {
	for _, b := range e.bulbs {
		b.set(b.at(e.now))
		b.paint(b.white(e.now))
		b.words, b.prev = nil, nil
	}
	e.witness.crashes()
	if !e.clock.IsZero() {
		e.clock = e.wall()
	}
	e.now, e.reports = 0, 0
	o := e.o
	o.Restore = e.witness.stored
	e.r = room.New(o)
	e.witness.restarts(e.r)
	e.whileDead()
	if rapid.Bool().Draw(e.t, "paused before") {
		e.pause()
	}
}

// run lets time pass: in ticks of 50 ms where something has just happened and at every half breath, in longer ones between, as
// on a machine that is busy.
func (e *life) run(d time.Duration) {
	end, fine := e.now+d, e.now+time.Second
	for e.now < end {
		step := tick
		if e.now >= fine {
			step = coarse(d)
		}
		if p := e.witness.party.pausedAt; p >= 0 && e.now < p+15*time.Second {
			step = min(step, 500*time.Millisecond) // a busy machine is no excuse for a light that goes on rising
		}
		e.now = min(e.now+step, max(min(e.witness.nextHalf(e.now), e.nextWord()), e.now+tick))
		e.hear()
		values := e.r.Tick(nil, e.now, e.wall())
		e.did(call{of: callTick, wall: e.wall()}, values)
		e.answered()
		if e.now >= e.reports {
			e.reports = e.now + 2*time.Second
			for i, b := range e.bulbs {
				if !b.terse && !e.shut {
					e.say(i)
				}
			}
		}
	}
}

func coarse(d time.Duration) time.Duration {
	switch {
	case d <= 3*time.Second:
		return tick
	case d <= time.Minute:
		return 250 * time.Millisecond
	case d <= 5*time.Minute:
		return time.Second
	case d <= time.Hour:
		return 10 * time.Second
	}
	return 2 * time.Minute
}

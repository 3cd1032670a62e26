package room_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// TestNoSequenceLeavesTheEnvelope drives rooms of any config through any acts, States, hands, faults and clocks, and checks
// every command from outside, with nothing but what was told.
func TestNoSequenceLeavesTheEnvelope(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWatch(rt)
		for range rapid.IntRange(5, 40).Draw(rt, "acts") {
			w.act(rt)
			w.run(rapid.SampledFrom([]time.Duration{tick, 400 * time.Millisecond, 3 * time.Second, 25 * time.Second, 2 * time.Minute}).Draw(rt, "wait"))
		}
	})
}

// track is what the watch knows of one lamp from commands and reports alone.
type track struct {
	heard    bool
	on       bool
	sent     bool
	reported float64
	from, to float64
	start    time.Duration
	end      time.Duration
	pausedAt dsp.Maybe // brightness when the pause began
	turned   time.Duration
	way      int
	prev     *track
}

func (k *track) at(t time.Duration) float64 {
	if t >= k.end {
		return k.to
	}
	return k.from + (k.to-k.from)*float64(t-k.start)/float64(k.end-k.start)
}

type watch struct {
	t      *rapid.T
	o      room.Options
	h      *house
	tracks map[string]*track
	night  float64 // ceiling in quiet hours
	clock  time.Time
	quiet  bool
	seen   int
	pause  time.Duration // when the room was paused; −1: it is not
}

func newWatch(t *rapid.T) *watch {
	o := room.Options{
		Seed:     rapid.Uint64().Draw(t, "seed"),
		SwitchOn: rapid.Bool().Draw(t, "switch on"),
		NoAfter:  rapid.Bool().Draw(t, "no after"),
		HasQuiet: rapid.Bool().Draw(t, "quiet"), QuietFrom: 20*time.Hour + 3*time.Minute, QuietTo: 6 * time.Hour,
		HandFor:    4 * time.Minute,
		Discretion: room.Discretion{DelayMin: time.Second, DelayMax: 4 * time.Second, Fade: time.Second, SpreadPercent: 100},
		Scenes:     map[string]room.Scene{},
	}
	for _, name := range []string{"settled", "activated", "base", "pause", "after", "own"} {
		s := room.Scene{Light: room.Light{
			Brightness: rapid.Float64Range(0, 120).Draw(t, name+" brightness"),
			Kelvin:     rapid.Float64Range(1000, 9000).Draw(t, name+" kelvin")}}
		if rapid.Bool().Draw(t, name+" sound") {
			s.Sound = room.Sound{Bed: "rain", LevelDB: dsp.Some(rapid.Float64Range(-80, 10).Draw(t, name+" dB"))}
		}
		o.Scenes[name] = s
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "lamps") {
		o.Lamps = append(o.Lamps, room.LampOptions{ID: fmt.Sprint("l", i), Group: rapid.SampledFrom([]string{"", "g"}).Draw(t, "group")})
	}
	for _, id := range []string{"a", "b"} {
		o.Wearers = append(o.Wearers, room.WearerOptions{ID: id, Cues: true, Comfort: room.Comfort{
			NotSteady: rapid.Bool().Draw(t, "not steady")}})
	}
	w := &watch{t: t, o: o, night: 15, tracks: map[string]*track{}, pause: -1, clock: evening(0), quiet: o.HasQuiet}
	w.h = &house{t: t, r: room.New(o), bulbs: map[string]*bulb{}}
	w.h.wall = func(now time.Duration) time.Time { return w.wall(now) }
	for _, l := range o.Lamps {
		b := &bulb{on: rapid.Bool().Draw(t, "on"), colour: 3000}
		b.set(rapid.Float64Range(1, 100).Draw(t, "was"))
		w.h.bulbs[l.ID], w.tracks[l.ID] = b, &track{}
	}
	return w
}

func (w *watch) wall(now time.Duration) time.Time {
	if w.clock.IsZero() {
		return w.clock
	}
	return w.clock.Add(now)
}

// passTime notes whether quiet hours are on, as the room learns it with a Tick.
func (w *watch) passTime() {
	wall := w.wall(w.h.now)
	at := time.Duration(wall.Hour())*time.Hour + time.Duration(wall.Minute())*time.Minute
	w.quiet = w.o.HasQuiet && (wall.IsZero() || at >= w.o.QuietFrom || at < w.o.QuietTo)
}

// act does one thing that a person, a body, a lamp or a fault does.
func (w *watch) act(t *rapid.T) {
	h, wearer := w.h, rapid.IntRange(0, 1).Draw(t, "wearer")
	id := rapid.SampledFrom(w.o.Lamps).Draw(t, "lamp").ID
	b := h.bulbs[id]
	acts := []func(){
		func() {
			w.may(h.r.Start(nil, h.now, wearer, rapid.SampledFrom([]room.SessionKind{1, 2, 3, 4}).Draw(t, "kind")))
		},
		func() { w.take(h.r.Pause(nil, h.now)) },
		func() { w.take(h.r.Resume(nil, h.now, wearer)) },
		func() { w.take(h.r.End(nil, h.now)) },
		func() { w.take(h.r.Leave(nil, h.now, wearer)) },
		func() {
			n := rapid.Uint8Range(0, 4).Draw(t, "state")
			w.take(h.r.State(nil, h.now, wearer, regulation.State{Name: regulation.Name(n), Confidence: 0.8}))
		},
		func() { w.take(h.r.Contact(nil, h.now, wearer, rapid.Bool().Draw(t, "contact"))) },
		func() {
			w.may(h.r.Scene(nil, h.now, rapid.SampledFrom([]string{"own", "base", "auto", "pause"}).Draw(t, "scene")))
		},
		func() {
			w.may(h.r.Practice(nil, h.now, rapid.SampledFrom([]string{"breath", "hum", "together", "touch", "body"}).Draw(t, "practice")))
		},
		func() { w.may(h.r.SetBreathPace(nil, h.now, rapid.Float64Range(4.5, 7).Draw(t, "pace"))) },
		func() { w.take(h.r.AskCheckIn(nil, h.now)) },
		func() {
			w.may(h.r.Answer(nil, h.now, wearer, rapid.SampledFrom([]string{"space", "stop"}).Draw(t, "answer")))
		},
		func() {
			ceiling := rapid.Float64Range(0, 100).Draw(t, "ceiling")
			w.night = max(ceiling, 3) // never so low that a lamp goes out
			w.may(h.r.SetNightCeiling(nil, h.now, ceiling))
		},
		func() { w.may(h.r.SetVolumeCap(nil, h.now, rapid.Float64Range(-60, 0).Draw(t, "cap"))) },
		func() { b.set(rapid.Float64Range(0, 100).Draw(t, "hand")) },
		func() { b.on = !b.on },
		func() { b.deaf = 2 },
		func() { w.lose(id, b) },
		func() { w.report(room.LampReport{Lamp: id, Gone: true}) },
		func() { w.report(room.LampReport{Lamp: id, On: dsp.Some(1)}) },
		func() {
			w.clock = rapid.SampledFrom([]time.Time{{}, evening(0), evening(0).Add(2 * time.Minute)}).Draw(t, "clock")
		},
	}
	acts[rapid.IntRange(0, len(acts)-1).Draw(t, "act")]()
}

func (w *watch) may(values []dsp.Value, _ error) { w.take(values) }

func (w *watch) take(values []dsp.Value) {
	w.h.take(values)
	w.check()
}

// lose takes the newest command back: it was dropped unsent, and the lamp never heard of it.
func (w *watch) lose(id string, b *bulb) {
	k := w.tracks[id]
	if !k.sent || k.prev == nil || b.prev == nil {
		return
	}
	planned := k.start
	*k, *b = *k.prev, *b.prev
	w.take(w.h.r.Lamp(nil, w.h.now, room.LampReport{Lamp: id, Lost: true, Planned: planned}))
}

func (w *watch) report(rep room.LampReport) {
	k := w.tracks[rep.Lamp]
	values := w.h.r.Lamp(nil, w.h.now, rep)
	if rep.Brightness.Known {
		k.reported = rep.Brightness.Value
	}
	if rep.On.Known {
		k.heard, k.on = true, rep.On.Value == 1
		if !k.on {
			k.reported = 0
		}
	}
	if rep.Gone {
		k.heard = false
	}
	astray := rep.Brightness.Known && w.h.now > k.end+2*time.Second && !(math.Abs(k.reported-k.to) < 3)
	if astray {
		k.from, k.to, k.end = k.reported, k.reported, w.h.now // planned anew from what the lamp says
	}
	if rep.Gone || !w.h.r.Snapshot().Open {
		k.sent = false // no trajectory holds any more
	}
	w.take(values)
}

func (w *watch) run(d time.Duration) {
	h := w.h
	for end := h.now + d; h.now < end; {
		h.now += tick
		w.passTime()
		w.take(h.r.Tick(nil, h.now, w.wall(h.now)))
		if h.now%(2*time.Second) == 0 {
			for id, b := range h.bulbs {
				w.report(b.report(id, h.now))
			}
		}
	}
	checkBudget(w.t, h, w.o.Lamps)
}

// check looks at everything told since the last time.
func (w *watch) check() {
	w.passPause()
	for ; w.seen < len(w.h.told); w.seen++ {
		switch v := w.h.told[w.seen].value.(type) {
		case room.LampCommand:
			w.command(v)
		case room.Cue:
			w.cue(v)
		}
	}
}

// passPause notes when a pause begins, and at what each lamp then is.
func (w *watch) passPause() {
	s := w.h.r.Status()
	switch paused := s.Paused && s.Scene == "pause"; {
	case !paused:
		w.pause = -1
	case w.pause < 0:
		w.pause = w.h.now
		for _, k := range w.tracks {
			k.pausedAt = dsp.Maybe{}
			if k.sent {
				k.pausedAt = dsp.Some(k.at(w.h.now))
			}
		}
	}
}

func (w *watch) cue(c room.Cue) {
	paused := c.Scene == "pause" && c.Reason == "pause"
	if paused && c.Sound != (room.Sound{}) {
		w.t.Errorf("a pause with sound: %+v", c)
	}
	if c.Light.Transition <= 0 || w.quiet && c.Light.Brightness > w.night+1e-9 {
		w.t.Errorf("at %v a cue outside the envelope: %+v", w.h.now, c)
	}
}

func (w *watch) command(c room.LampCommand) {
	k, now := w.tracks[c.Lamp], w.h.now
	if c.Owner == room.OwnerHand {
		k.sent = false
		return
	}
	switch {
	case !k.heard || !k.on && !w.o.SwitchOn:
		w.t.Errorf("at %v a lamp that is off or unheard of was commanded: %+v", now, c)
	case c.Transition <= 0 || c.Planned != now || c.Brightness.Known == c.Kelvin.Known:
		w.t.Errorf("at %v a malformed command: %+v", now, c)
	case w.quiet && (c.Brightness.Or(0) > w.night+1e-9 || c.Kelvin.Or(0) > 2200):
		w.t.Errorf("at %v above the night ceiling of %v: %+v", now, w.night, c)
	}
	if !c.Brightness.Known {
		return
	}
	if !k.sent {
		k.to, k.end = k.reported, 0
	}
	was := *k
	was.sent, was.prev = true, nil
	w.motion(k, c)
	was.way, was.turned = k.way, k.turned // the room counts a turn that was not sent, too
	from := k.at(now)
	if !k.sent {
		was.from, was.to, was.start, was.end = from, from, now, now
	}
	k.prev = &was
	k.sent, k.from, k.to, k.start, k.end = true, from, c.Brightness.Value, now, now+c.Transition
}

// motion checks how a lamp is asked to move on from where it was asked to be.
func (w *watch) motion(k *track, c room.LampCommand) {
	now, to := w.h.now, c.Brightness.Value
	from := k.at(now)
	if slew := math.Abs(to-from) / c.Transition.Seconds(); slew > 20+1e-6 {
		w.t.Errorf("at %v %.1f points a second from %.1f: %+v", now, slew, from, c)
	}
	if w.pause >= 0 && math.Abs(to-from) > 1e-9 && c.Transition < 10*time.Second {
		w.t.Errorf("at %v a pause changes the light within %v", now, c.Transition)
	}
	if w.pause >= 0 && now < w.pause+time.Minute && k.pausedAt.Known && to > k.pausedAt.Value+10+1e-6 {
		w.t.Errorf("at %v a pause goes from %.1f to %.1f", now, k.pausedAt.Value, to)
	}
	w.turn(k, from, to)
}

// turn checks that a lamp is not turned up and down too fast.
func (w *watch) turn(k *track, from, to float64) {
	const rounding = 1e-9
	now, way := w.h.now, 0
	if math.Abs(to-from) > 0.5+rounding {
		way = int(math.Copysign(1, to-from))
	}
	if way == 0 || way == k.way {
		return
	}
	if k.way != 0 && now-k.turned < 2*time.Second {
		w.t.Errorf("at %v the light turns again after %v, from %.2f to %.2f", now, now-k.turned, from, to)
	}
	k.way, k.turned = way, now
}

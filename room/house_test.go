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

const tick = 50 * time.Millisecond

// told is one value with the instant at which it came out.
type told struct {
	at    time.Duration
	value dsp.Value
}

// bulb is a lamp that does what it is told. Whoever plays it lets it report when it likes; a terse one has words of its own.
type bulb struct {
	on         bool
	from, to   float64
	start, end time.Duration
	colour     float64 // where it goes, or is
	tint       glide   // the way there
	deaf       int     // so many commands get lost on the way
	prev       *bulb

	cuts  bool // a change of brightness stops one of colour
	mute  bool // it answers no question
	terse bool // it reports a change and nothing else, as zigbee2mqtt shows lamps: the goal of a fade at once, and a hand once
	words []word
}

// word is a report on its way.
type word struct {
	due time.Duration
	rep room.LampReport
}

func (b *bulb) at(t time.Duration) float64 {
	if b.end <= b.start || t >= b.end {
		return b.to
	}
	return b.from + (b.to-b.from)*float64(t-b.start)/float64(b.end-b.start)
}

func (b *bulb) obey(t time.Duration, c room.LampCommand) {
	if c.Owner != room.OwnerHubd {
		return
	}
	if b.deaf > 0 {
		b.deaf--
		return // zigbee2mqtt says nothing of a command that it could not deliver
	}
	was := *b
	was.prev, b.prev = nil, &was
	if c.Kelvin.Known {
		b.tint = glide{from: b.white(t), to: c.Kelvin.Value, start: t, end: t + c.Transition}
		b.colour = c.Kelvin.Value
	} else {
		b.from, b.to, b.start, b.end = b.at(t), c.Brightness.Value, t, t+c.Transition
		b.on = c.Brightness.Value > 0
		if b.cuts {
			b.paint(b.white(t))
		}
	}
	if b.terse {
		goal := *b
		goal.set(b.to)
		goal.paint(b.colour)
		b.says(t, goal.report(c.Lamp, t))
	}
}

// says sends a word, which takes a while.
func (b *bulb) says(t time.Duration, rep room.LampReport) {
	b.words = append(b.words[:len(b.words):len(b.words)], word{t + 300*time.Millisecond, rep})
}

// set is a hand at the lamp, paint one at its colour.
func (b *bulb) set(percent float64)  { b.from, b.to, b.start, b.end = percent, percent, 0, 0 }
func (b *bulb) paint(kelvin float64) { b.colour, b.tint = kelvin, glide{} }

func (b *bulb) white(t time.Duration) float64 {
	if t < b.tint.end {
		return b.tint.at(t)
	}
	return b.colour
}

func (b *bulb) report(id string, t time.Duration) room.LampReport {
	rep := room.LampReport{Lamp: id, On: dsp.Some(0), Brightness: dsp.Some(b.at(t)), Kelvin: dsp.Some(b.white(t))}
	if b.on {
		rep.On = dsp.Some(1)
	}
	return rep
}

// house is a room, its lamps, and everything that was ever told.
type house struct {
	t     rapid.TB
	r     *room.Room
	now   time.Duration
	wall  func(time.Duration) time.Time
	bulbs map[string]*bulb
	order []string
	told  []told
	watch func()          // called after each tick of ticks; nil: not
	asked []time.Duration // when lamps were asked how they are
	mute  bool            // they do not answer
	grid  bool            // ticks come every 50 ms, and at no other time
}

func evening(now time.Duration) time.Time {
	return time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC).Add(now)
}

// newHouse has one lamp, on at 60 % and 3000 K, unless o names others; two wearers, not steady, unless o has its own.
func newHouse(t testing.TB, o room.Options) *house {
	t.Helper()
	if o.Lamps == nil {
		o.Lamps = []room.LampOptions{{ID: "bed"}}
	}
	if o.Wearers == nil {
		moving := room.Comfort{NotSteady: true}
		o.Wearers = []room.WearerOptions{{ID: "a", Cues: true, Comfort: moving}, {ID: "b", Cues: true, Comfort: moving}}
	}
	if o.Practices == nil {
		o.Practices = exercises()
	}
	h := &house{t: t, r: room.New(o), wall: evening, bulbs: map[string]*bulb{}}
	for _, l := range o.Lamps {
		h.order = append(h.order, l.ID)
		b := &bulb{on: true, colour: 3000}
		b.set(60)
		h.bulbs[l.ID] = b
		h.report(l.ID)
	}
	return h
}

func (h *house) take(values []dsp.Value) {
	for _, v := range values {
		h.told = append(h.told, told{h.now, v})
		if c, ok := v.(room.LampCommand); ok {
			h.bulbs[c.Lamp].obey(h.now, c)
		}
	}
}

func (h *house) must(values []dsp.Value, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("at %v: refused: %v", h.now, err)
	}
	h.take(values)
}

func (h *house) report(id string) { h.take(h.r.Lamp(nil, h.now, h.bulbs[id].report(id, h.now))) }

// run lets time pass, with a Tick every 50 ms and as the room wants one; each lamp reports every second. A terse one says what it has to say,
// and answers.
func (h *house) run(d time.Duration) {
	for end := h.now + d; h.now < end; {
		next := min(h.now.Truncate(tick)+tick, end)
		if exact, ok := h.r.Next(h.now); ok && !h.grid {
			next = min(next, exact)
		}
		h.now = next
		h.take(h.r.Tick(nil, h.now, h.wall(h.now)))
		for _, q := range h.r.Questions() {
			h.asked = append(h.asked, h.now)
			if b := h.bulbs[q.Lamp]; b.terse && !h.mute {
				b.says(h.now, b.report(q.Lamp, h.now))
			}
		}
		for _, id := range h.order {
			switch b := h.bulbs[id]; {
			case !b.terse && h.now%time.Second == 0:
				h.report(id)
			case len(b.words) > 0 && h.now >= b.words[0].due:
				rep := b.words[0].rep
				b.words = b.words[1:]
				h.take(h.r.Lamp(nil, h.now, rep))
			}
		}
	}
}

// hand does something at a terse lamp, which says so once.
func (h *house) hand(id string, does func(b *bulb)) {
	b := h.bulbs[id]
	does(b)
	b.says(h.now, b.report(id, h.now))
}

func (h *house) start(wearer int, kind room.SessionKind) {
	h.t.Helper()
	h.must(h.r.Start(nil, h.now, wearer, kind))
	h.r.Contact(nil, h.now, wearer, true)
}

func (h *house) state(wearer int, n regulation.Name) {
	h.take(h.r.State(nil, h.now, wearer, regulation.State{Name: n, Confidence: 0.8}))
}

// since drops what was told before and gives what was told of one type from then on.
func of[T dsp.Value](h *house, from time.Duration) (values []T, at []time.Duration) {
	for _, e := range h.told {
		if v, ok := e.value.(T); ok && e.at >= from {
			values, at = append(values, v), append(at, e.at)
		}
	}
	return values, at
}

func (h *house) lastCue() room.Cue {
	h.t.Helper()
	cues, _ := of[room.Cue](h, 0)
	if len(cues) == 0 {
		h.t.Fatal("no cue was told")
	}
	return cues[len(cues)-1]
}

func (h *house) wantLamp(id string, percent float64) {
	h.t.Helper()
	if got := h.bulbs[id].at(h.now); math.Abs(got-percent) > 1 {
		h.t.Errorf("at %v lamp %s is at %.1f %%, want %.0f", h.now, id, got, percent)
	}
}

// story writes sessions and practices in words.
func (h *house) story() (s []string) {
	for _, e := range h.told {
		switch v := e.value.(type) {
		case room.Session:
			s = append(s, fmt.Sprintf("%s %s", v.Of, v.Phase))
		case room.Practice:
			s = append(s, fmt.Sprintf("%s %s", v.Name, v.Phase))
		case room.CheckIn:
			s = append(s, "asked")
		}
	}
	return s
}

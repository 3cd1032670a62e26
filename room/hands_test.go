package room_test

import (
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/room"
)

// This is the part of a life in which hands come to lamps, and lamps say what became of them.

// hand turns a lamp's knob, tint its colour, press its switch; the lamp says so at its next report.
func (e *life) hand() {
	i := e.lamp()
	e.bulbs[i].set(rapid.Float64Range(0, 100).Draw(e.t, "hand"))
	e.touched(i)
}

func (e *life) tint() {
	i := e.lamp()
	e.bulbs[i].paint(rapid.Float64Range(2000, 6500).Draw(e.t, "tint"))
	e.touched(i)
}

func (e *life) press() {
	i := e.lamp()
	e.bulbs[i].on = !e.bulbs[i].on
	e.touched(i)
}

// handInFade stops a lamp that fades somewhere between the two ends.
func (e *life) handInFade() {
	i, share := e.lamp(), rapid.Float64Range(0, 1).Draw(e.t, "share")
	switch b := e.bulbs[i]; {
	case e.now < b.end:
		b.set(b.from + share*(b.to-b.from))
	case e.now < b.tint.end:
		b.paint(b.tint.from + share*(b.tint.to-b.tint.from))
	default:
		return
	}
	e.touched(i)
}

// touched lets a lamp say what a hand did, and no lost command take that back.
func (e *life) touched(i int) {
	b := e.bulbs[i]
	b.prev = nil
	if b.terse {
		b.says(e.now, b.report(e.o.Lamps[i].ID, e.now))
	}
}

// lose lets the next commands to a lamp get lost in the air.
func (e *life) lose() { e.bulbs[e.lamp()].deaf = 2 }

// drop says that the newest command never left the house: the lamp goes on as the one before it said. One that waits is never lost, and one
// of more than 2 s ago has been sent.
func (e *life) drop() {
	i := e.lamp()
	b, id := e.bulbs[i], e.o.Lamps[i].ID
	last := e.witness.lamps[id].last
	if last == nil || last.command.Waits || b.prev == nil || e.now > last.command.Planned+2*time.Second {
		return
	}
	*b = *b.prev
	e.report(room.LampReport{Lamp: id, Lost: true, Planned: last.command.Planned})
}

// whileDead lets hands come while nobody looks; the hub that has started asks every lamp how it is.
func (e *life) whileDead() {
	for i, b := range e.bulbs {
		switch rapid.IntRange(0, 5).Draw(e.t, "while dead") {
		case 0:
			b.set(rapid.Float64Range(0, 100).Draw(e.t, "hand"))
		case 1:
			b.paint(rapid.Float64Range(2000, 6500).Draw(e.t, "tint"))
		case 2:
			b.on = !b.on
		}
		if !b.mute {
			b.says(e.now, b.report(e.o.Lamps[i].ID, e.now))
		}
	}
}

// cutOff lets nothing get to lamps that are being put back, or come from them, for a while: the broker is away. Then they say how they are,
// and what hands did meanwhile.
func (e *life) cutOff() {
	for range 2 { // a session, and its after scene
		if e.witness.party.stage != idle {
			e.end()
		}
	}
	e.run(rapid.SampledFrom(waits[:8]).Draw(e.t, "put back for"))
	if e.witness.party.stage != idle || e.witness.paused() || !e.witness.stored.Open {
		return
	}
	e.way(true)
	e.run(rapid.SampledFrom(waits).Draw(e.t, "cut off for"))
	e.way(false)
	e.whileDead()
}

func (e *life) way(shut bool) {
	e.shut = shut
	e.witness.way(shut)
	is := dsp.Some(0)
	if shut {
		is.Value = 1
	}
	for i, b := range e.bulbs {
		b.words, b.prev = nil, nil
		e.report(room.LampReport{Lamp: e.o.Lamps[i].ID, Shut: is})
	}
}

// hear lets words arrive whose time has come.
func (e *life) hear() {
	for _, b := range e.bulbs {
		for len(b.words) > 0 && b.words[0].due <= e.now {
			rep := b.words[0].rep
			b.words = b.words[1:]
			e.report(rep)
		}
	}
}

// nextWord is when the next word arrives; far away where none is on its way.
func (e *life) nextWord() time.Duration {
	next := e.now + 24*time.Hour
	for _, b := range e.bulbs {
		if len(b.words) > 0 {
			next = min(next, b.words[0].due)
		}
	}
	return next
}

// answered lets the lamps that were asked say how they are.
func (e *life) answered() {
	for _, q := range e.r.Questions() {
		e.witness.questioned(q)
		for i, l := range e.o.Lamps {
			if b := e.bulbs[i]; l.ID == q.Lamp && !b.mute {
				b.says(e.now, b.report(l.ID, e.now))
			}
		}
	}
}

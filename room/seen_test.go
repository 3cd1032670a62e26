package room_test

import (
	"math"
	"time"

	"hubd/dsp"
	"hubd/room"
)

// glide is a way from one value to another that a lamp was asked to take.
type glide struct {
	from, to   float64
	start, end time.Duration
}

func (g glide) at(t time.Duration) float64 {
	if t >= g.end {
		return g.to
	}
	return g.from + (g.to-g.from)*float64(t-g.start)/float64(g.end-g.start)
}

func (g glide) holds(v float64) bool {
	return v >= min(g.from, g.to)-3 && v <= max(g.from, g.to)+3
}

// seen is what a witness knows of one lamp from commands and reports alone.
type seen struct {
	o          room.LampOptions
	on         dsp.Maybe
	brightness dsp.Maybe // as it said
	kelvin     dsp.Maybe
	free       room.LampSnapshot // how it was when it was last its own, or a hand's
	frozen     bool              // hubd has touched it since
	hand       bool              // somebody took it
	handAt     time.Duration
	taken      bool // and it was not given back: nothing is to be restored

	sent, sentKelvin bool
	light, colour    glide
	lightBefore      glide        // the way the newest change of brightness cut into
	last             *lastCommand // nil: none that could still be lost
	pausedFrom       dsp.Maybe    // brightness when the pause began, as far as is known by now
	pausedFirst      float64      // what was taken for it at first
	steeredBy        room.Light   // of the cue that its way was measured under
	far              float64      // the longest way under it
	turned           time.Duration
	way              int

	said, saidWhite spoken            // since the newest command of it
	whiteBefore     glide             // the way the newest change of colour cut into
	whiteAt         time.Duration     // when it last told its colour
	loose           bool              // a change of brightness may have stopped one of colour, or not
	warmest         float64           // that a lamp of unknown range has been seen to end at
	left            room.LampSnapshot // where a run that crashed can have put it, until its first word

	back              bool // it is being put back
	backLow, backHigh float64
}

// lastCommand is the newest command of a lamp, with the way the lamp was on before it.
type lastCommand struct {
	command room.LampCommand
	before  glide
}

// spending is a token bucket of 3, filled by one in 2 s, counted from outside.
type spending struct {
	spent float64
	at    time.Duration
}

func (s *spending) pass(now time.Duration) {
	s.spent = max(0, s.spent-(now-s.at).Seconds()/2)
	s.at = now
}

func (k *seen) record() room.LampSnapshot {
	return room.LampSnapshot{Lamp: k.o.ID, On: k.on == dsp.Some(1), Brightness: k.brightness, Kelvin: k.kelvin}
}

// reported takes in what a lamp says of itself, and whether the room lets go where it must.
func (w *witness) reported(rep room.LampReport, values []dsp.Value) {
	k := w.lamps[rep.Lamp]
	lit := k.sent && k.light.to > 0
	switchedOff := k.on == dsp.Some(1) && rep.On == dsp.Some(0)
	if rep.Gone {
		k.on, k.brightness, k.kelvin = dsp.Maybe{}, dsp.Maybe{}, dsp.Maybe{}
		k.sent, k.sentKelvin, k.last = false, false, nil
		k.said, k.saidWhite = spoken{}, spoken{}
	}
	if rep.On.Known && k.on != rep.On {
		k.brightness = dsp.Maybe{}
	}
	if rep.On.Known {
		k.on = rep.On
	}
	if k.on == dsp.Some(0) {
		k.brightness, rep.Brightness = dsp.Some(0), dsp.Some(0)
	}
	if rep.Brightness.Known {
		k.brightness = rep.Brightness
	}
	if rep.Kelvin.Known {
		k.kelvin, k.whiteAt = rep.Kelvin, w.now
	}
	if !k.frozen {
		k.free = k.record()
	}
	if w.paused() && !k.sent && rep.Brightness.Known {
		k.pauseFinds(k.brightness) // a hand turned it up before the pause came to it
	}
	let := lets(rep.Lamp, values)
	w.foundElsewhere(k, rep, let)
	w.colours(k, rep, let)
	w.letsGo(k, rep, lit && switchedOff, let)
}

// letsGo checks that a lamp which a hand moved is let go, and plans anew where a command was lost.
func (w *witness) letsGo(k *seen, rep room.LampReport, off, let bool) {
	v := rep.Brightness
	if k.sent && v.Known {
		k.speaks(w.now, v.Value)
	}
	astray := k.sent && v.Known && w.now > k.light.end+2*time.Second && math.Abs(v.Value-k.light.to) >= 3
	moved := astray && math.Abs(v.Value-k.light.from) >= 3 && !k.overheard(v.Value)
	if (moved || off || rep.Gone) && !let && !k.hand && w.commanding() {
		w.fail("lamp %s was moved by a hand to %+v and is not let go: asked for was %+v", rep.Lamp, rep, k.light)
	}
	if rep.Lost && k.last != nil && rep.Planned == k.last.command.Planned {
		k.unsend(w.now)
	}
	early := k.sent && v.Known && w.now > k.light.start+2*time.Second && !k.light.holds(v.Value) && k.overheard(v.Value)
	if astray || early {
		// nothing but what the lamp says is true of it now, though it may have heard the newest command after all
		k.lightBefore = k.light
		k.light = glide{from: k.brightness.Or(k.light.from), to: k.brightness.Or(k.light.from), start: w.now, end: w.now}
		k.back, k.said = false, spoken{}
		if k.pausedFrom.Known {
			k.pausedFrom.Value = max(k.pausedFrom.Value, k.light.to) // it was never where it was asked to be
		}
	}
}

// lets tells whether the room lets go of a lamp.
func lets(lamp string, values []dsp.Value) (let bool) {
	for _, v := range values {
		c, ok := v.(room.LampCommand)
		let = let || ok && c.Owner == room.OwnerHand && c.Lamp == lamp
	}
	return let
}

// overheard tells that a lamp went on as it was told before the newest command, which cut in: it may be deaf for a moment. That is asked
// again, once, before it counts as a hand.
func (k *seen) overheard(v float64) bool {
	return k.lightBefore.end > k.light.start && math.Abs(v-k.lightBefore.to) < 3
}

// unsend takes the newest command back, and holds the lamp to the one before it.
func (k *seen) unsend(now time.Duration) {
	if k.last.command.Brightness.Known {
		k.said = spoken{}
		k.light, k.lightBefore, k.back = k.last.before, k.light, false // it may have been sent after all, and be told
		if k.pausedFrom.Known {
			k.pausedFrom.Value = max(k.pausedFrom.Value, k.light.at(now)) // it was never where it was asked to be
		}
	} else {
		k.colour, k.saidWhite, k.loose = k.last.before, spoken{}, true
	}
	k.last = nil
}

// commanding tells whether the room may be commanding lamps at all.
func (w *witness) commanding() bool {
	return w.party.stage != idle && !(w.party.stage == running && w.party.kind == room.Night) || w.paused()
}

// restoring tells whether what the room now does with lamps is putting them back.
func (w *witness) restoring() bool {
	return !w.paused() && (w.party.stage == idle || w.party.stage == running && w.party.kind == room.Night)
}

func (w *witness) command(c call, m room.LampCommand) {
	k := w.lamps[m.Lamp]
	if m.Owner == room.OwnerHand {
		k.sent, k.sentKelvin, k.hand, k.taken, k.handAt, k.last = false, false, true, true, w.now, nil
		k.left, k.said, k.saidWhite = room.LampSnapshot{}, spoken{}, spoken{}
		k.frozen, k.free = false, k.record()
		return
	}
	if s := k.saidWhite; s.known && !s.reached && k.kelvin.Known && w.now > k.colour.end+2*late {
		k.mayEndAt(k.kelvin.Value) // it answered nothing, and was taken at its last word
	}
	switch {
	case w.shut:
		w.fail("nothing gets to a lamp, and yet: %+v", m)
	case c.of != callTick:
		w.fail("a lamp command came out of a call that is no Tick: %+v", m)
	case k.hand:
		w.fail("a lamp that a hand has taken is commanded: %+v", m)
	case !k.on.Known || k.on.Value == 0 && !w.o.SwitchOn:
		w.fail("a lamp that is off or unheard of was commanded: %+v", m)
	case m.Transition < time.Second || m.Planned != w.now || m.Brightness.Known == m.Kelvin.Known:
		w.fail("a malformed command: %+v", m)
	case m.Brightness.Known && !(m.Brightness.Value >= 0 && m.Brightness.Value <= w.ceiling()+rounding):
		w.fail("above the ceiling of %v: %+v", w.ceiling(), m)
	case m.Kelvin.Known && !(m.Kelvin.Value >= 1000 && m.Kelvin.Value <= max(w.kelvinCeiling(), k.o.Whites.Min, k.warmest)):
		w.fail("colder than the ceiling of %v: %+v", w.kelvinCeiling(), m)
	case !w.stored.Open:
		w.fail("no snapshot is stored, and yet: %+v", m)
	case !w.paused() && (k.said.strayed || k.saidWhite.strayed):
		w.fail("a lamp that is perhaps in a hand is commanded: %+v, after %+v and %+v", m, k.said, k.saidWhite)
	case !w.claimed(m):
		w.fail("a restart would not know of %+v: stored is %+v", m, w.stored)
	case m.Waits != (w.paused() || w.restoring()):
		w.fail("paused %v, restoring %v, but: %+v", w.paused(), w.restoring(), m)
	}
	w.spend(m)
	k.frozen = true
	if m.Brightness.Known {
		w.brighten(k, m)
	} else {
		w.tint(k, m)
	}
}

// spend counts a command against the budget of its group. One token is kept for a pause.
func (w *witness) spend(m room.LampCommand) {
	s := w.spent[groupOf(w.lamps[m.Lamp].o)]
	s.pass(w.now)
	s.spent++
	most := 2.0
	if w.paused() {
		most = 3
	}
	// what a pause has spent is gone for a while
	if s.spent > 3+rounding || s.spent > most+rounding && !w.paused() {
		w.fail("%.2f commands of the group's 3 are spent, and %v may be: %+v", s.spent, most, m)
	}
}

// brighten checks how a lamp is asked to move on from where it was asked to be.
func (w *witness) brighten(k *seen, m room.LampCommand) {
	if !k.sent {
		if !k.brightness.Known {
			w.fail("a lamp of unknown brightness is commanded: %+v", m)
		}
		k.light = glide{from: k.brightness.Value, to: k.brightness.Value, start: w.now, end: w.now}
	}
	if s := k.said; s.known && !s.near && w.now > k.light.end+2*late && (!w.paused() || s.asked >= 3 && w.now >= s.askedAt+2*late) { // the command before was lost
		k.light = glide{from: k.brightness.Value, to: k.brightness.Value, start: w.now, end: w.now}
		if k.pausedFrom.Known {
			k.pausedFrom.Value = max(k.pausedFrom.Value, k.light.to) // it was never where it was asked to be
		}
	}
	from, to := k.light.at(w.now), m.Brightness.Value
	if slew := math.Abs(to-from) / m.Transition.Seconds(); slew > 20+rounding {
		w.fail("%.1f points a second from %.1f: %+v", slew, from, m)
	}
	w.turn(k, from, to)
	k.last, k.lightBefore = &lastCommand{m, k.light}, k.light
	switch {
	case w.paused():
		w.pausing(k, from, m)
	case w.restoring():
		w.puttingBack(k, from, m)
	default:
		w.serving(k, from, m)
	}
	k.sent, k.said = true, spoken{}
	k.light = glide{from: from, to: to, start: w.now, end: w.now + m.Transition}
	if k.sentKelvin && w.now < k.colour.end {
		at := k.colour.at(w.now)
		k.colour, k.saidWhite, k.loose = glide{from: at, to: at, start: w.now, end: w.now}, spoken{}, true
	}
}

// turn checks that a lamp is not turned up and down too fast.
func (w *witness) turn(k *seen, from, to float64) {
	d := way(from, to)
	if d == 0 || d == k.way {
		return
	}
	if k.way != 0 && w.now-k.turned < 2*time.Second {
		w.fail("lamp %s turns again after %v, from %.2f to %.2f", k.o.ID, w.now-k.turned, from, to)
	}
	k.way, k.turned = d, w.now
}

// passLamps notes which lamps are the room's again, and that a pause has reached every group by the first Tick.
func (w *witness) passLamps(c call) {
	if back := c.of == callScene && !c.refused && c.word != "auto" || c.of == callPractice && !c.refused; back {
		w.givenBack()
	}
	for _, k := range w.all {
		if c.of == callTick {
			w.noticed(k)
		}
		if p := k.pausedFrom; w.paused() && p.Known && k.sent && w.now < w.party.pausedAt+time.Minute && k.light.at(w.now) > p.Value+10+rounding {
			w.fail("a pause lets lamp %s rise from %.1f to %.1f", k.o.ID, p.Value, k.light.at(w.now))
		}
		if !w.stored.Open {
			k.frozen, k.free, k.sent, k.sentKelvin, k.hand, k.taken = false, k.record(), false, false, false, false
			k.last, k.left, k.said, k.saidWhite = nil, room.LampSnapshot{}, spoken{}, spoken{}
		}
		if !w.restoring() {
			k.back = false
		}
	}
}

// passHands ends the yields that have lasted long enough.
func (w *witness) passHands() {
	for _, k := range w.all {
		if k.hand && w.now >= k.handAt+w.o.HandFor && w.commanding() && !w.paused() {
			k.hand, k.taken = false, false
		}
	}
}

func (w *witness) givenBack() {
	for _, k := range w.all {
		k.hand, k.taken = false, false
		k.said, k.saidWhite = spoken{}, spoken{} // whoever chooses a scene takes what was in a hand
	}
}

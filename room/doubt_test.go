package room_test

import (
	"math"
	"time"

	"hubd/room"
)

// This is the part of the witness that looks for hands in the middle of fades, at colours, and of the time of a crash.

const (
	late        = 2 * time.Second // a report may be
	noticedIn   = time.Minute     // a hand in a fade is seen, after its end
	noticedTick = 12              // and within so many ticks, on a machine that is busy
)

// spoken is what a lamp last said of an attribute since its newest command.
type spoken struct {
	known   bool
	near    bool // where it was sent
	reached bool // it said so at some time since
	moved   bool // it was seen to leave where the command found it
	strayed bool // nowhere near where it should have been then
	ticks   int  // in which it could be asked
	asked   int  // it was, so often
	askedAt time.Duration
}

// apart is how far two colour temperatures are from each other, in mired.
func apart(a, b float64) float64 { return math.Abs(1e6/a - 1e6/b) }

// white tells whether v lies between two colour temperatures, or within 10 mired of one.
func white(one, other, v float64) bool {
	a, b := 1e6/one, 1e6/other
	return 1e6/v >= min(a, b)-10 && 1e6/v <= max(a, b)+10
}

// around is the piece of a way that a report may be of, where it comes late.
func (g glide) around(now time.Duration) glide {
	return glide{from: g.at(max(g.start, now-late)), to: g.at(now)}
}

// speaks notes what a lamp says of its brightness.
func (k *seen) speaks(now time.Duration, v float64) {
	near := math.Abs(v-k.light.to) < 3
	fine := near || now <= k.light.end+late && k.light.around(now).holds(v) || now <= k.light.start+late && k.lightBefore.holds(v) ||
		math.Abs(v-k.light.from) < 3 || k.overheard(v)
	k.said = spoken{known: true, near: near, asked: k.said.asked, askedAt: k.said.askedAt, reached: k.said.reached || near, strayed: !fine}
}

// speaksWhite notes what it says of its colour.
func (k *seen) speaksWhite(now time.Duration, v float64) {
	near := apart(v, k.colour.to) < 10
	g, b := k.colour.around(now), k.whiteBefore
	fine := near || now <= k.colour.end+late && white(g.from, g.to, v) || now <= k.colour.start+late && white(b.from, b.to, v) ||
		apart(v, k.colour.from) < 10 || k.overheardWhite(v)
	moved := k.saidWhite.moved || apart(v, k.colour.from) >= 10
	k.saidWhite = spoken{known: true, near: near, asked: k.saidWhite.asked, askedAt: k.saidWhite.askedAt, reached: k.saidWhite.reached || near, moved: moved, strayed: !fine}
}

// tint checks a change of colour.
func (w *witness) tint(k *seen, m room.LampCommand) {
	if !k.kelvin.Known && !k.sentKelvin || k.o.Whites.None {
		w.fail("a lamp of unknown colour, or of none, is commanded: %+v", m)
	}
	if !k.sentKelvin {
		k.colour = glide{from: k.kelvin.Value, to: k.kelvin.Value, start: w.now, end: w.now}
	}
	if k.sent && w.now < k.light.end {
		w.fail("a change of colour cuts into a change of brightness: %+v", m)
	}
	if s := k.saidWhite; s.known && !s.near && w.now > k.colour.end+2*late && !w.paused() {
		k.colour = glide{from: k.kelvin.Value, to: k.kelvin.Value, start: w.now, end: w.now}
	}
	from := k.colour.at(w.now)
	if w.restoring() {
		before, ok := w.remembered(k.o.ID)
		if !ok || k.taken || !before.On {
			w.fail("a colour put back, though taken (%v) or off before (%+v): %+v", k.taken, before, m)
		}
	}
	k.loose = k.loose && !(k.whiteAt > k.colour.start+late && apart(k.kelvin.Value, from) < 1) // where it really is the witness cannot know
	k.sentKelvin, k.saidWhite = true, spoken{}
	k.last, k.whiteBefore = &lastCommand{m, k.colour}, k.colour
	k.colour = glide{from: from, to: m.Kelvin.Value, start: w.now, end: w.now + m.Transition}
}

// overheardWhite is overheard, of the colour.
func (k *seen) overheardWhite(v float64) bool {
	return k.whiteBefore.end > k.colour.start && apart(v, k.whiteBefore.to) < 10
}

// colours checks that a lamp of which a hand changed the colour is let go.
func (w *witness) colours(k *seen, rep room.LampReport, let bool) {
	v := rep.Kelvin
	if !v.Known || !k.sentKelvin || k.hand {
		return
	}
	if k.loose {
		k.mayEndAt(v.Value) // wherever it comes from, it may go no further
		return
	}
	before := k.saidWhite
	k.speaksWhite(w.now, v.Value)
	early := w.now > k.colour.start+late && !white(k.colour.from, k.colour.to, v.Value) && k.overheardWhite(v.Value)
	if !early && (w.now <= k.colour.end+late || k.saidWhite.near) {
		return
	}
	lost := apart(v.Value, k.colour.from) <= 10 && !before.moved || k.overheardWhite(v.Value)
	short := !before.reached && k.mayEndAt(v.Value)
	if !lost && !short && !let && w.commanding() {
		w.fail("lamp %s was given another colour by a hand, %+v, and is not let go: asked for was %+v", rep.Lamp, rep, k.colour)
	}
	k.whiteBefore = k.colour // it may have heard that command after all, and say so late
	k.colour = glide{from: v.Value, to: v.Value, start: w.now, end: w.now}
	k.saidWhite = spoken{}
}

// mayEndAt tells that a lamp of unknown range may go no further on its way, and notes it.
func (k *seen) mayEndAt(v float64) bool {
	warm, cold := k.colour.to <= k.colour.from && v <= 3000, k.colour.to > k.colour.from && v >= 4000
	if k.o.Whites.Known || !white(k.colour.from, k.colour.to, v) || !warm && !cold {
		return false
	}
	if warm {
		k.warmest = v
	}
	return true
}

// noticed checks that a lamp which last said something else than where it was sent is let go, or told again, in time.
func (w *witness) noticed(k *seen) {
	if w.shut {
		return
	}
	for _, s := range []*spoken{&k.said, &k.saidWhite} {
		way, white := k.light, s == &k.saidWhite
		if white {
			way = k.colour
		}
		if w.now > way.end+2*late { // before that nobody asks
			s.ticks++
		}
		if s.known && !s.near && s.strayed && s.ticks > noticedTick && w.now > max(way.end, w.openAt)+noticedIn && w.commanding() && !k.hand && !(white && k.loose) {
			w.fail("lamp %s says it is not where it was sent, %+v, and nobody cares: %+v", k.o.ID, s, way)
		}
	}
}

// questioned counts a question like a command of its group.
func (w *witness) questioned(q room.Question) {
	k := w.lamps[q.Lamp]
	if k.hand || !k.on.Known || w.shut {
		w.fail("asked is a lamp in a hand, or one unheard of: %+v", q)
	}
	of := &k.said
	if q.White {
		of = &k.saidWhite
	}
	of.asked++
	of.askedAt = w.now
	s := w.spent[groupOf(k.o)]
	s.pass(w.now)
	if s.spent++; s.spent > 3+rounding || s.spent > 2+rounding && !w.paused() {
		w.fail("a question spends what is kept for a pause: %.2f", s.spent)
	}
}

// claimed tells whether a restart would know that hubd may have put the lamp there.
func (w *witness) claimed(m room.LampCommand) bool {
	s, ok := w.remembered(m.Lamp)
	if !ok {
		return true // it will not be put back
	}
	if m.Kelvin.Known {
		return s.AskedKelvin.Known && white(s.AskedKelvin.Low, s.AskedKelvin.High, m.Kelvin.Value)
	}
	return holds(s.AskedBrightness, m.Brightness.Value)
}

func holds(s room.Span, v float64) bool {
	return s.Known && v >= s.Low-rounding && v <= s.High+rounding
}

// crashes checks that what a restart finds does not make a hand on a lamp that had arrived long ago look like hubd's own doing.
func (w *witness) crashes() {
	for _, s := range w.stored.Lamps {
		k := w.lamps[s.Lamp]
		still := k.sent && !k.hand && k.said.near && k.said.ticks > 30 && w.now > k.light.end+2*time.Minute && w.cue.Pace.BreathsPerMin == 0
		if still && (s.AskedBrightness.Low < k.light.to-6.1 || s.AskedBrightness.High > k.light.to+6.1) {
			w.fail("lamp %s has long been at %.1f %%, and a restart would take any of %+v for that", s.Lamp, k.light.to, s.AskedBrightness)
		}
	}
}

// foundElsewhere checks that a lamp which a hand moved while nobody looked is let go with its first word.
func (w *witness) foundElsewhere(k *seen, rep room.LampReport, let bool) {
	left := k.left
	if !w.stored.Open || left.Lamp == "" {
		return
	}
	hand := false
	if v := rep.Brightness; v.Known {
		hand = hand || outside(left.AskedBrightness, left.Brightness.Or(v.Value), v.Value-3.01, v.Value+3.01)
		k.left.AskedBrightness, k.left.Brightness = room.Span{}, left.Brightness
		k.left.Brightness.Known = false
	}
	if v := rep.Kelvin; v.Known {
		m := 1e6 / v.Value
		hand = hand || outside(left.AskedKelvin, left.Kelvin.Or(v.Value), 1e6/(m+10.1), 1e6/(m-10.1))
		k.left.AskedKelvin, k.left.Kelvin.Known = room.Span{}, false
	}
	if hand && !let && !k.hand {
		w.fail("lamp %s was moved to %+v while nobody looked, and is not let go: left was %+v", rep.Lamp, rep, left)
	}
}

// outside tells whether all of low to high lies outside what was asked; where nothing was, away from what it was before.
func outside(asked room.Span, before, low, high float64) bool {
	if !asked.Known {
		asked = room.Span{Low: before, High: before}
	}
	return high < asked.Low || low > asked.High
}

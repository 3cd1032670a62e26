package pipeline

import (
	"slices"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// Options says what a Pipeline is made of.
type Options struct {
	Wearers  []WearerOptions
	Room     room.Options
	Pair     bool     // both wearers set pair: co-regulation is computed
	Settings Settings // what outlasted the last run; a wearer without settings starts paused
}

// Pipeline owns every step from Sample to LampCommand. It is not safe for concurrent use: one goroutine owns it.
type Pipeline struct {
	wearers  []*Wearer
	pair     *regulation.Pair
	pairNext time.Duration
	room     *room.Room
	wall     time.Time     // local time at ticked; zero until the clock is set
	ticked   time.Duration // time of the last Tick
	now      time.Duration // newest instant seen
	marks    []busMark
	values   []dsp.Value // scratch, so that a step that emits nothing allocates nothing
	snapshot room.Snapshot
	revision uint64
	atMost   room.Status // as the config has it: what anyone may set at most
}

// New builds a Pipeline.
func New(o Options) *Pipeline {
	o.Room.Restore = o.Settings.Room
	p := &Pipeline{snapshot: o.Settings.Room}
	for i, wo := range o.Wearers {
		s, ok := o.Settings.Wearer(wo.ID)
		if !ok {
			s = WearerSettings{Paused: true, ShareFollows: true, KeepFollows: true, CuesFollow: true}
		}
		w := newWearer(i, wo, s)
		p.wearers = append(p.wearers, w)
		for _, bus := range []string{wo.PulseBus, wo.SkinBus, wo.MotionBus} {
			p.mark(bus)
		}
		if i < len(o.Room.Wearers) {
			r := &o.Room.Wearers[i]
			w.comfort = r.Comfort
			r.Cues, r.Pace, r.Comfort = w.settings.Cues, w.ownPace(), w.settings.Spares.Over(w.comfort)
		}
	}
	p.room = room.New(o.Room)
	p.atMost = p.room.Status()
	for _, w := range p.wearers {
		w.stood = w.standing(p.atMost)
	}
	if o.Pair && len(p.wearers) == 2 {
		p.pair = regulation.NewPair()
	}
	return p
}

// Block takes what one bus delivered, and closes every second that all of a wearer's buses have passed. A second closes before
// the first Sample after it, so that it does not matter how a bus divides its Samples into Blocks.
func (p *Pipeline) Block(dst []Event, b dsp.Block) []Event {
	m := p.mark(b.Bus)
	if m != nil && m.setUp != b.SetUp {
		p.lend(m, b.SetUp)
	}
	for _, f := range b.Faults {
		dst = append(dst, Event{Wearer: p.faultWearer(f), At: max(f.T, p.now), Value: f})
		p.settle(f)
	}
	for i := range b.Samples {
		s := &b.Samples[i]
		if int(s.Channel.Wearer) >= len(p.wearers) {
			continue // a channel nobody wears: the build never makes one
		}
		if m != nil && m.reach(s.T) {
			dst = p.closeAll(dst)
		}
		dst = p.sample(dst, p.wearers[s.Channel.Wearer], s)
	}
	if m != nil {
		m.reach(b.Until)
	}
	p.now = max(p.now, b.Until)
	return p.closeAll(dst)
}

// closeAll closes the seconds that every wearer's buses have passed.
func (p *Pipeline) closeAll(dst []Event) []Event {
	for _, w := range p.wearers {
		dst = p.closeSeconds(dst, w, p.watermark(w))
	}
	return p.pairSeconds(dst)
}

// settle notes that what the signals of a source do around a fault tells nothing of its wearer.
func (p *Pipeline) settle(f dsp.Fault) {
	for i, w := range p.wearers {
		if f.Wearer == i || f.Wearer == dsp.SharedWearer {
			w.settled = max(f.T, p.now) + settleTime
		}
	}
}

// sample gives one Sample to its wearer, after the seconds that end before it.
func (p *Pipeline) sample(dst []Event, w *Wearer, s *dsp.Sample) []Event {
	if !w.sensed() || s.T < w.from {
		return dst // taken before sensing began, or before the pause: it is not looked at, however late it comes
	}
	dst = w.closeChain(dst, &p.values, s.Channel.Kind, s.T)
	return w.sample(dst, &p.values, s)
}

// closeSeconds closes the wearer's seconds up to the watermark and lets the room answer each new state.
func (p *Pipeline) closeSeconds(dst []Event, w *Wearer, until time.Duration) []Event {
	if !w.sensed() {
		w.skip(until)
		return dst
	}
	dst = w.closeChain(dst, &p.values, dsp.ChannelPulse, until)
	dst = w.closeChain(dst, &p.values, dsp.ChannelEDA, until)
	dst = w.closeChain(dst, &p.values, dsp.ChannelMotion, until)
	for ; w.sensed() && w.next <= until; w.next += time.Second {
		dst = p.second(dst, w, w.next)
	}
	return dst
}

// second closes one second of one wearer: state, contact, and the room's answer.
func (p *Pipeline) second(dst []Event, w *Wearer, t time.Duration) []Event {
	st := p.room.Status()
	w.follow(st)
	dst = w.second(dst, &p.values, t, p.wallAt(t), setting(st, w.index), p.setUp(w))
	if w.estimator.Learned() {
		p.revision++
	}
	if st.Private {
		w.helped.Break() // what two did between themselves is no part of any table
	} else {
		w.helped.Second(t, w.calmArousal(), doing(st, w.index))
	}
	p.values = p.room.Contact(p.values[:0], t, w.index, w.contact())
	dst = p.take(dst, t)
	p.values = p.room.State(p.values[:0], t, w.index, w.estimator.State())
	return p.take(dst, t)
}

// pairSeconds steps the pair on the grid of seconds that both wearers have closed. Only while both take part in the running
// session, both are sensed and both let the other see at least their state; anything else forgets what was gathered.
func (p *Pipeline) pairSeconds(dst []Event) []Event {
	if p.pair == nil {
		return dst
	}
	a, b := p.wearers[0], p.wearers[1]
	closed := min(a.next, b.next)
	if p.unpair() {
		p.pairNext = closed
		return dst
	}
	for ; p.pairNext < closed; p.pairNext += time.Second {
		p.values = p.pair.Second(p.values[:0], p.pairNext, a.featuresAt(p.pairNext), b.featuresAt(p.pairNext))
		dst = appendEvents(dst, "", p.pairNext, p.values)
	}
	return dst
}

// unpair forgets what was gathered of a pair, and answers true, where there must be none now.
func (p *Pipeline) unpair() bool {
	if p.pair == nil || p.paired() {
		return false
	}
	p.pair.Reset()
	return true
}

func (p *Pipeline) paired() bool {
	st := p.room.Status()
	for _, w := range p.wearers {
		if !w.sensed() || w.settings.Share < ShareState || !st.Members[w.index] {
			return false
		}
	}
	return st.Session != room.NoSession && !st.Paused
}

// Tick lets time pass for the room. wall is the local time at now, zero until the clock is set.
func (p *Pipeline) Tick(dst []Event, now time.Duration, wall time.Time) []Event {
	p.now, p.ticked, p.wall = max(p.now, now), now, wall
	p.values = p.room.Tick(p.values[:0], now, wall)
	dst = p.take(dst, now)
	p.unpair()
	return dst
}

// Next gives the instant of the next Tick that must be on time, apart from those every 50 ms; false where there is none.
func (p *Pipeline) Next(now time.Duration) (time.Duration, bool) { return p.room.Next(now) }

// Lamp takes what a lamp says of itself.
func (p *Pipeline) Lamp(dst []Event, now time.Duration, r room.LampReport) []Event {
	p.values = p.room.Lamp(p.values[:0], now, r)
	return p.take(dst, now)
}

// take turns the room's scratch values into events and follows the end of a session and a change of the snapshot.
func (p *Pipeline) take(dst []Event, at time.Duration) []Event {
	p.takeSnapshot()
	if len(p.values) == 0 {
		return dst
	}
	before := len(dst)
	dst = p.attribute(appendEvents(dst, "", at, p.values), before)
	dst = p.practices(dst, before)
	if over, private := p.ended(); over {
		dst = p.afterSession(dst, at, private)
	}
	return dst
}

// attribute names the wearer whose body gave reason for a check-in, for that wearer's own view; Disclose takes it away for all others.
func (p *Pipeline) attribute(events []Event, from int) []Event {
	for i := range events[from:] {
		if v, ok := events[from+i].Value.(room.CheckIn); ok && v.Of > 0 {
			events[from+i].Wearer = p.wearers[v.Of-1].id
		}
	}
	return events
}

// takeSnapshot keeps how the room was, whenever the room says that it changed: also in a step that tells nothing.
func (p *Pipeline) takeSnapshot() {
	if !p.room.SnapshotChanged() {
		return
	}
	if s := p.room.Snapshot(); s.Open != p.snapshot.Open || !slices.Equal(s.Lamps, p.snapshot.Lamps) {
		p.snapshot = s
		p.revision++
	}
}

// ended reports whether the room's values hold the end of a session that no other took the place of, and whether it was private.
func (p *Pipeline) ended() (over, private bool) {
	for _, v := range p.values {
		if s, ok := v.(room.Session); ok && s.Phase == room.PhaseEnd {
			return p.room.Status().Session == room.NoSession, s.Private
		}
	}
	return false, false
}

// afterSession stops sensing everyone who is not sensed always: a session's end is the end of being sensed. Who is not sensed
// any more has the account of a night told now; the others' comes with their next second. After a private session the windows of
// those who are still sensed begin anew: a value of the last minutes would tell of it.
func (p *Pipeline) afterSession(dst []Event, at time.Duration, private bool) []Event {
	for _, w := range p.wearers {
		if private && w.sensed() {
			w.withdraw(p.now)
		}
		if !w.alwaysOn() {
			p.setPaused(w, true)
		}
		if !w.sensed() {
			dst = w.endNight(dst, &p.values, at, p.wallAt(at))
			w.estimator.EndSession()
		}
	}
	p.forgetAbsent(at)
	return dst
}

// forgetAbsent makes the room forget what it last heard of a wearer who is not sensed and takes no part: without it the contact
// of somebody who has left would keep a session alive for hours.
func (p *Pipeline) forgetAbsent(now time.Duration) {
	st := p.room.Status()
	for _, w := range p.wearers {
		if !w.sensed() && !takesPart(st, w.index) {
			p.values = p.room.Contact(p.values[:0], now, w.index, false)
			p.values = p.room.State(p.values, now, w.index, regulation.State{})
		}
	}
}

func takesPart(st room.Status, wearer int) bool {
	return wearer < len(st.Members) && st.Members[wearer]
}

func (p *Pipeline) setPaused(w *Wearer, paused bool) {
	if w.settings.Paused == paused {
		return
	}
	w.settings.Paused = paused
	w.withdraw(p.now)
	p.revision++
}

func (p *Pipeline) wallAt(t time.Duration) time.Time {
	if p.wall.IsZero() {
		return time.Time{}
	}
	return p.wall.Add(t - p.ticked)
}

func (p *Pipeline) faultWearer(f dsp.Fault) string {
	if f.Wearer < 0 || f.Wearer >= len(p.wearers) {
		return ""
	}
	return p.wearers[f.Wearer].id
}

func appendEvents(dst []Event, wearer string, at time.Duration, values []dsp.Value) []Event {
	for _, v := range values {
		dst = append(dst, Event{Wearer: wearer, At: at, Value: v})
	}
	return dst
}

// doing is what the room does while a wearer takes part.
func doing(st room.Status, wearer int) regulation.Doing {
	switch {
	case !takesPart(st, wearer) || st.Paused:
		return regulation.Doing{}
	case st.Practice != "":
		return regulation.Doing{Name: st.Practice, Practice: true}
	}
	return regulation.Doing{Name: st.Scene}
}

// setting is the kind of situation the wearer is in, as far as it matters to learning and naming.
func setting(st room.Status, wearer int) regulation.Setting {
	if !takesPart(st, wearer) {
		return regulation.SettingNone
	}
	switch st.Session {
	case room.Alone:
		return regulation.SettingAlone
	case room.Together:
		return regulation.SettingTogether
	case room.PracticeSession:
		return regulation.SettingPractice
	case room.Night:
		return regulation.SettingNight
	}
	return regulation.SettingNone
}

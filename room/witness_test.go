package room_test

import (
	"math"
	"slices"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/room"
)

// callKind is what was asked of the room.
type callKind uint8

const (
	callOther callKind = iota
	callTick
	callStart
	callPause
	callResume
	callEnd
	callLeave
	callState
	callContact
	callCues
	callScene
	callPractice
	callCheck
	callAnswer
	callCeiling
	callVolume
	callReport
	callComfort
)

func (k callKind) String() string {
	return [...]string{"other", "tick", "start", "pause", "resume", "end", "leave", "state", "contact", "cues", "scene", "practice",
		"check", "answer", "ceiling", "volume", "report", "comfort"}[k]
}

// call is one use of the room, as whoever stands outside sees it.
type call struct {
	of      callKind
	at      time.Duration
	wall    time.Time
	wearer  int
	on      bool
	refused bool
	word    string
	value   float64
	report  room.LampReport
}

// witness knows nothing but what was asked and what was told. It checks every rule of design section 5.3 on its own account.
type witness struct {
	t      *rapid.T
	o      room.Options
	r      *room.Room // for what it shows: Status and Snapshot
	now    time.Duration
	stored room.Snapshot

	quiet         bool
	night, nightK float64
	volumeCap     float64
	party         party
	lamps         map[string]*seen
	all           []*seen // the same, in order
	spent         map[string]*spending
	cue           room.Cue // the newest
	cueAt         time.Duration
	cueKnown      bool
	steered       steered
	says          [2]string // what each wearer's State is
	cuesOn        [2]bool
	slowly        bool // the newest change of light is the States'
	wasResting    bool // at this tick and the one before
	voiced        bool // a voice was told that may still be heard
	changed       bool // the night came or went since the newest cue
	shut          bool // nothing gets to a lamp or comes from it
	shutAt        time.Duration
	openAt        time.Duration
	recovers      bool // it began with what a run that crashed had left
}

func newWitness(t *rapid.T, o room.Options, r *room.Room) *witness {
	w := &witness{
		t: t, o: o, r: r, quiet: o.HasQuiet,
		night: o.NightBrightness, nightK: o.NightKelvin, volumeCap: o.VolumeCapDB,
		lamps: map[string]*seen{}, spent: map[string]*spending{},
	}
	if w.night == 0 {
		w.night = 15
	}
	w.night = max(w.night, 3)
	if w.nightK == 0 {
		w.nightK = 2200
	}
	if w.volumeCap == 0 {
		w.volumeCap = -20
	}
	w.party = newParty(w)
	w.steered = newSteered()
	for i := range w.cuesOn {
		w.cuesOn[i] = o.Wearers[i].Cues
	}
	for _, l := range o.Lamps {
		w.all = append(w.all, &seen{o: l})
		w.lamps[l.ID] = w.all[len(w.all)-1]
		w.spent[groupOf(l)] = &spending{}
	}
	return w
}

func groupOf(l room.LampOptions) string {
	if l.Group == "" {
		return "lamp " + l.ID
	}
	return "group " + l.Group
}

// restarts begins anew with what a file knew.
func (w *witness) restarts(r *room.Room) {
	stored := w.stored
	*w = *newWitness(w.t, w.o, r)
	w.stored, w.party.w, w.recovers = stored, w, true
	for _, s := range stored.Lamps {
		if k := w.lamps[s.Lamp]; s.AskedBrightness.Known || s.AskedKelvin.Known {
			k.left, k.frozen = s, true
			s.AskedBrightness, s.AskedKelvin = room.Span{}, room.Span{}
			k.free = s
		}
	}
}

func (w *witness) fail(format string, args ...any) {
	w.t.Fatalf("at %v: "+format, append([]any{w.now}, args...)...)
}

// hears takes in one call and all that came out of it.
func (w *witness) hears(c call, values []dsp.Value) {
	w.now = c.at
	w.passClock(c)
	if c.of == callTick {
		w.passHands()
	}
	w.party.before(c)
	if c.of == callReport {
		w.reported(c.report, values)
	}
	w.store(len(values) > 0 || c.of != callTick && c.of != callReport)
	for _, v := range values {
		switch v := v.(type) {
		case room.Session:
			w.party.session(c, v)
		case room.Cue:
			w.passPause()
			w.heardCue(c, v)
		case room.LampCommand:
			w.passPause()
			w.command(c, v)
		case room.CheckIn:
			w.party.asked(c, v)
		case room.Practice:
			w.party.practised(c, v)
		}
	}
	w.party.after(c)
	w.steers(c)
	w.passMarks(c)
	w.passPause()
	w.passLamps(c)
	w.passSound(c)
}

// passClock notes what night allows, as the room is told it.
func (w *witness) passClock(c call) {
	switch {
	case c.of == callTick:
		at := time.Duration(c.wall.Hour())*time.Hour + time.Duration(c.wall.Minute())*time.Minute
		quiet := w.o.HasQuiet && (c.wall.IsZero() || at >= w.o.QuietFrom || at < w.o.QuietTo)
		w.changed = w.changed || quiet != w.quiet
		w.quiet = quiet
	case c.of == callCeiling && !c.refused:
		w.night = max(c.value, 3) // never so low that a lamp goes out
	case c.of == callVolume && !c.refused:
		w.volumeCap = c.value
	}
	if (c.of == callCeiling && !c.refused && !(c.value >= 0 && c.value <= 100)) ||
		(c.of == callVolume && !c.refused && !(c.value >= -60 && c.value <= 0)) {
		w.fail("%v was accepted", c.value)
	}
}

func (w *witness) ceiling() float64 {
	if w.quiet {
		return w.night
	}
	return 100
}

func (w *witness) kelvinCeiling() float64 {
	if w.quiet {
		return w.nightK
	}
	return 10000
}

// store keeps the snapshot as a hub does: whenever the room says that it changed, before anything of that call is sent.
func (w *witness) store(look bool) {
	if w.r.SnapshotChanged() {
		before := w.stored
		w.stored = w.r.Snapshot()
		w.keepsWayBack(before)
		w.rightSnapshot()
		return
	}
	if !look {
		return
	}
	if s := w.r.Snapshot(); s.Open != w.stored.Open || !slices.Equal(s.Lamps, w.stored.Lamps) {
		w.fail("the snapshot changed from %+v to %+v and nothing said so", w.stored, w.r.Snapshot())
	}
}

// way notes that nothing gets to the lamps, or that something does again: only then can anybody ask them.
func (w *witness) way(shut bool) {
	w.shut = shut
	if shut {
		w.shutAt = w.now
		return
	}
	w.openAt = w.now
	for _, k := range w.all {
		k.said.ticks, k.saidWhite.ticks = 0, 0
	}
}

// keepsWayBack checks that a snapshot is not closed while nothing gets to lamps that it would put back; after a crash, and in the end, it may.
func (w *witness) keepsWayBack(before room.Snapshot) {
	if !w.shut || w.stored.Open || w.recovers && w.now >= 30*time.Minute || w.now > w.shutAt+time.Hour {
		return
	}
	for _, s := range before.Lamps {
		if (s.AskedBrightness.Known || s.AskedKelvin.Known) && (s.On || w.o.SwitchOn) {
			w.fail("nothing gets to lamp %s, which is not put back, and a restart would know nothing of it: %+v", s.Lamp, before)
		}
	}
}

// rightSnapshot checks that each lamp's record is what the lamp said of itself when it was last its own or a hand's.
func (w *witness) rightSnapshot() {
	for _, s := range w.stored.Lamps {
		k := w.lamps[s.Lamp]
		s.AskedBrightness, s.AskedKelvin = room.Span{}, room.Span{} // see claimed and crashes
		if s != k.free && !w.sameInRestore(s, k.free) {
			w.fail("lamp %s is remembered as %+v, and was %+v", s.Lamp, s, k.free)
		}
	}
}

// sameInRestore allows a record to be a little off where a restore is on: a turn of a knob below the tolerance is none to it.
func (w *witness) sameInRestore(s, free room.LampSnapshot) bool {
	near := math.Abs(s.Brightness.Value-free.Brightness.Value) < 3
	s.Brightness.Value = free.Brightness.Value
	return w.restoring() && near && s == free
}

// paused tells whether a pause governs the light. At night there is none to govern.
func (w *witness) paused() bool {
	return w.party.hold && !(w.party.stage == running && w.party.kind == room.Night)
}

// passPause notes when a pause begins, and at what each lamp then is.
func (w *witness) passPause() {
	switch {
	case !w.paused():
		w.party.pausedAt = -1
	case w.party.pausedAt < 0:
		w.party.pausedAt = w.now
		for _, k := range w.all {
			k.pausedFrom = dsp.Maybe{}
			k.pauseFinds(k.brightness)
			if k.sent {
				k.pausedFrom, k.pausedFirst = dsp.Some(k.light.at(w.now)), k.light.at(w.now)
			}
		}
	}
}

func (w *witness) heardCue(c call, q room.Cue) {
	s := q.Light
	switch {
	case w.paused() != (q.Reason == "pause"):
		w.fail("a pause is on: %v, and the cue is %+v", w.paused(), q)
	case s.Transition <= 0 || w.quiet && (s.Brightness > w.night+rounding || s.Kelvin > w.nightK):
		w.fail("a cue outside the envelope: %+v", q)
	case w.party.stage == idle && (q.Sound != room.Sound{} || q.Pace != room.Pace{}) && w.paused():
		w.fail("a sound where nothing runs: %+v", q)
	case w.party.kind == room.Night && w.party.stage == running && (q.Sound != room.Sound{} || q.Pace != room.Pace{}):
		w.fail("a cue in the night: %+v", q)
	}
	w.spared(c, q)
	w.discreet(c, q)
	w.still(c, q)
	w.marked(c, q)
	w.level(q)
	w.cue, w.cueAt, w.cueKnown, w.changed = q, w.now, true, false
}

const rounding = 1e-6

// spared checks a cue against the comfort of those who take part.
func (w *witness) spared(by call, q room.Cue) {
	c := w.party.comfort()
	if q.Reason == "end" && (w.party.stage == idle || by.of == callStart) {
		return // the silence after all has ended: its light is asked of no lamp any more
	}
	switch {
	case q.Light.Brightness < min(c.floor, w.ceiling())-rounding:
		w.fail("darker than a comfort's floor of %v: %+v", c.floor, q)
	case c.never["red"] && q.Light.Kelvin < min(2200, w.kelvinCeiling()):
		w.fail("red, which is not wanted: %+v", q)
	case c.never[q.Sound.Bed], c.never["tone"] && q.Sound.HumHz.Known, c.never["breath_sound"] && q.Sound.SwellDB.Known:
		w.fail("a sound that is not wanted: %+v", q)
	case c.never["breath_hold"] && q.Pace.Hold > 0:
		w.fail("a held breath, which is not wanted: %+v", q)
	case c.steady && (q.Sound != room.Sound{} || q.Pace != room.Pace{}):
		w.fail("sound or pacer where it shall be steady: %+v", q)
	case c.steady && q.Reason == "state" && by.of != callComfort && w.cueKnown && q.Light.Brightness != w.cue.Light.Brightness:
		w.fail("a State moved a room that shall be steady: %+v", q)
	case q.Pace != room.Pace{} && !(q.Pace.BreathsPerMin >= 4.5 && q.Pace.BreathsPerMin <= 7):
		w.fail("a pace nobody should breathe at: %+v", q)
	}
}

// level checks that sound rises slowly and stays under the cap.
func (w *witness) level(q room.Cue) {
	is := q.Sound.LevelDB.Or(-60)
	if is > w.volumeCap+rounding {
		w.fail("louder than the cap of %v dB: %+v", w.volumeCap, q)
	}
	was := w.cue.Sound.LevelDB.Or(-60)
	if !w.cueKnown {
		return
	}
	if most := 3 * (w.now - w.cueAt).Seconds(); is-was > most+rounding && is > -60 {
		w.fail("the sound rises by %.2f dB within %v", is-was, w.now-w.cueAt)
	}
}

// passSound checks what must be silent.
func (w *witness) passSound(c call) {
	quietNow := c.of == callPause && w.paused() || c.of == callAnswer && c.word == "stop" ||
		w.party.stage == idle || w.party.kind == room.Night && w.party.stage == running
	if quietNow && w.cueKnown && (w.cue.Sound != room.Sound{}) {
		w.fail("not silent: %+v", w.cue)
	}
}

func way(from, to float64) int {
	if math.Abs(to-from) <= 0.5+1e-9 {
		return 0
	}
	return int(math.Copysign(1, to-from))
}

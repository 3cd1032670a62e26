package room

import (
	"math/rand/v2"
	"slices"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// Room decides what light and sound do. It is driven by its methods alone and belongs to one goroutine. Lamp commands leave
// from Tick only, so that a Snapshot can be stored before they are sent.
type Room struct {
	o       Options
	scenes  map[string]Scene
	random  *rand.Rand
	quiet   bool // quiet hours are on
	wearers []wearer
	members []bool // by wearer: takes part in the session
	comfort comfort

	session   session
	hold      bool          // paused: the pause scene stays
	heldAt    time.Duration // when it was paused
	byHand    string        // scene chosen by hand; empty: none
	whyByHand string        // by_hand, or no_answer
	chosenAt  time.Duration // when somebody last chose a scene or a practice
	rests     bool          // somebody has the sensors off: nothing moves by itself
	practice  practising
	hush      bool // a voice that may still be heard has to end
	checkIn   asking
	offered   bool          // hubd has asked by itself
	offeredAt time.Duration // when it last did
	steering  steering
	wish      wish
	phaseZero time.Duration // of the pacer
	sound     soundFade

	plan    plan
	lamps   []lamp
	budgets []budget

	restoring       restoring
	snapshotOpen    bool
	snapshotChanged bool
	narrowed        time.Duration // when the snapshot last claimed less
	questions       []Question    // of the newest Tick

	breathPace, nightCeiling, volumeCap float64
	paceByHand                          bool // breathPace was set by hand: it counts before what is remembered
	reminding                           reminding
}

// wearer is what the room knows of one wearer.
type wearer struct {
	cues     bool
	paused   bool
	contact  bool
	worn     bool          // has had contact in this session
	lostAt   time.Duration // when contact ended
	state    regulation.Name
	confided float64 // the State's confidence
	moment   moment
	pace     dsp.Maybe // that this wearer's heart answers most, breaths per minute
}

// New builds a room in which nothing happens yet. It starts unpaused: after a restart that was paused, call Pause first.
func New(o Options) *Room {
	o = o.withDefaults()
	o.Wearers = slices.Clone(o.Wearers) // their comfort changes
	r := &Room{
		o:            o,
		scenes:       newScenes(o.Scenes, o.Discretion.SpreadPercent),
		random:       rand.New(rand.NewPCG(o.Seed, o.Seed^0x9e3779b97f4a7c15)),
		quiet:        o.HasQuiet,
		wearers:      make([]wearer, len(o.Wearers)),
		members:      make([]bool, len(o.Wearers)),
		breathPace:   defaultPace,
		nightCeiling: o.NightBrightness,
		volumeCap:    o.VolumeCapDB,
		reminding:    reminding{done: make([]dated, len(o.Reminders))},
	}
	for i, w := range o.Wearers {
		r.wearers[i].cues, r.wearers[i].pace = w.Cues, breathable(w.Pace)
	}
	if _, ok := r.scenes[o.BaseScene]; !ok {
		r.o.BaseScene = sceneBase
	}
	r.lamps, r.budgets = newLamps(o.Lamps)
	r.mergeComfort()
	r.recover(o.Restore)
	return r
}

// Tick lets time pass. It is called about every 50 ms, within 100 ms at the latest, with the local time of day, zero while the clock is not set.
func (r *Room) Tick(dst []dsp.Value, now time.Duration, wall time.Time) []dsp.Value {
	r.quiet = r.o.quiet(wall)
	dst = r.remind(dst, now, wall)
	r.takeBackInTime(now)
	dst = r.passSession(dst, now)
	dst = r.passAbsence(dst, now)
	dst = r.passPractice(dst, now)
	r.passCheckIn(now)
	r.steer(now)
	dst = r.follow(dst, now)
	dst = r.inquire(dst, now)
	r.narrow(now)
	r.endRestore(now) // before any command: none may leave once the snapshot is closed
	return r.command(dst, now)
}

// State takes in a wearer's State, once a second. What it changes begins in a later Tick; where it gives reason to ask, and everyone wants
// that, hubd asks.
func (r *Room) State(dst []dsp.Value, now time.Duration, wearer int, s regulation.State) []dsp.Value {
	if !r.isWearer(wearer) {
		return dst
	}
	r.wearers[wearer].state, r.wearers[wearer].confided = s.Name, s.Confidence
	return r.offer(dst, now, wearer, s)
}

// Contact takes in whether a wearer's sensors touch the skin.
func (r *Room) Contact(dst []dsp.Value, now time.Duration, wearer int, contact bool) []dsp.Value {
	if !r.isWearer(wearer) {
		return dst
	}
	w := &r.wearers[wearer]
	if w.contact && !contact {
		w.lostAt = now
	}
	w.contact = contact
	w.worn = w.worn || contact
	return dst
}

// SetCues lets a wearer's State steer the room, or not; −1 means every wearer.
func (r *Room) SetCues(dst []dsp.Value, now time.Duration, wearer int, on bool) []dsp.Value {
	for i := range r.wearers {
		if i == wearer || wearer == -1 {
			r.wearers[i].cues = on
		}
	}
	return r.follow(dst, now)
}

func (r *Room) isWearer(i int) bool { return i >= 0 && i < len(r.wearers) }

func (r *Room) anyMember() bool {
	for _, m := range r.members {
		if m {
			return true
		}
	}
	return false
}

// takeBackInTime ends the yields that are over.
func (r *Room) takeBackInTime(now time.Duration) {
	if r.plan.aim != aimCue {
		return
	}
	for i := range r.lamps {
		if l := &r.lamps[i]; l.hand && now >= l.handAt+r.o.HandFor {
			l.takeBack()
			r.snapshotChanged = true
		}
	}
}

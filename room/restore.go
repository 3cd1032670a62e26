package room

import (
	"time"

	"hubd/dsp"
)

const (
	restoreFade   = time.Minute      // the least for putting the room back
	restoreBound  = 10 * time.Minute // a restore that cannot end is given up then
	recoverWithin = 30 * time.Minute // after a restart that found an open snapshot
)

// restoring is the way back to how the room was.
type restoring struct {
	on      bool
	crashed bool // it is an ended run's
	until   time.Duration
	latest  time.Duration // however long its lamps cannot be reached
}

// recover takes up the snapshot of a run that did not end its restore.
func (r *Room) recover(s Snapshot) {
	if !s.Open {
		return
	}
	for _, before := range s.Lamps {
		for i := range r.lamps {
			if r.lamps[i].o.ID == before.Lamp {
				r.snapshotChanged = !r.lamps[i].takeUp(before) || r.snapshotChanged
			}
		}
	}
	r.snapshotOpen = true
	r.restoring = restoring{on: true, crashed: true, until: recoverWithin, latest: recoverWithin}
	r.replan(0, plan{aim: aimRestore, fade: restoreFade})
}

// takeUp begins with a lamp as an ended run left it. One that was never commanded is as it was, or as a hand wanted it.
func (l *lamp) takeUp(s LampSnapshot) bool {
	if !s.AskedBrightness.Known && !s.AskedKelvin.Known {
		return false
	}
	l.brightness.takeUp(s.AskedBrightness, s.Brightness)
	l.kelvin.takeUp(s.AskedKelvin, s.Kelvin)
	s.AskedBrightness, s.AskedKelvin = Span{}, Span{}
	l.before, l.known, l.owed = s, true, true
	return true
}

// openSnapshot remembers how every lamp is, before a session's first command. Lamps that an unfinished restore still has to
// put back keep what they were before that.
func (r *Room) openSnapshot() {
	for i := range r.lamps {
		l := &r.lamps[i]
		l.hand = false
		if r.snapshotOpen && l.known && !l.taken && (l.owed || l.touched()) {
			l.owed = true
			continue
		}
		l.taken, l.owed = false, false
		l.brightness.forgetAsked()
		l.kelvin.forgetAsked()
		l.known = l.on.Known
		l.before = l.snapshot()
	}
	r.snapshotOpen, r.snapshotChanged = true, true
	r.restoring = restoring{}
}

// noteBefore takes a lamp that was first heard of, or moved by a hand, before any command into the snapshot. While lamps are put
// back, only a pause commands others than those, and has to remember them.
func (r *Room) noteBefore(l *lamp) {
	if !r.snapshotOpen || l.touched() || l.hand || l.owed || !l.on.Known {
		return
	}
	if r.restoring.on && !l.known && !r.hold {
		return
	}
	if s := l.snapshot(); !l.known || l.before != s {
		l.before, l.known, r.snapshotChanged = s, true, true
	}
}

func (r *Room) beginRestore(now time.Duration) {
	if !r.snapshotOpen {
		r.replan(now, plan{})
		return
	}
	until, latest := now+restoreBound, now+waitsForWay
	if r.restoring.crashed { // and a pause came since
		latest = max(r.restoring.latest, until)
	}
	r.restoring = restoring{on: true, crashed: r.restoring.crashed, until: until, latest: latest}
	r.replan(now, plan{aim: aimRestore, fade: restoreFade})
}

// endRestore closes the snapshot once every lamp is back, or the time for that is over.
func (r *Room) endRestore(now time.Duration) {
	if !r.restoring.on || r.hold || (!r.overdue(now) && !r.restored(now)) {
		return
	}
	r.restoring = restoring{}
	r.snapshotOpen, r.snapshotChanged = false, true
	for i := range r.lamps {
		l := &r.lamps[i]
		l.known, l.owed, l.hand, l.taken = false, false, false, false
		l.brightness.release()
		l.kelvin.release()
	}
	r.replan(now, plan{})
}

func (r *Room) restored(now time.Duration) bool {
	if r.shutOff() {
		return false
	}
	for i := range r.lamps {
		l := &r.lamps[i]
		if l.known && !l.on.Known && !l.taken {
			return false // not heard of since the restart
		}
		if !r.commandable(l) {
			continue
		}
		b, k := r.goal(l)
		if !l.brightness.arrived(now, r.plan.number, b) || !l.kelvin.arrived(now, r.plan.number, k) {
			return false
		}
		if l.brightness.query.waits() || l.kelvin.query.waits() {
			return false // its last command may be lost, and nobody would tell it again
		}
	}
	return true
}

// arrived tells that nothing is left to be done for a goal; an absent goal is reached.
func (a *attribute) arrived(now time.Duration, plan int, goal dsp.Maybe) bool {
	if !goal.Known || !a.now(now).Known {
		return true
	}
	return !a.due(now, plan, goal.Value) && (!a.active || now >= a.sent.end)
}

// Snapshot is how the room was before the session, for a restart to put it back. It is open before the first lamp command
// of a session leaves, and closed when the restore has ended.
func (r *Room) Snapshot() Snapshot {
	s := Snapshot{Open: r.snapshotOpen}
	if !s.Open {
		return s
	}
	for i := range r.lamps {
		if l := &r.lamps[i]; l.known && !l.taken {
			before := l.before
			before.AskedBrightness, before.AskedKelvin = l.brightness.asked, l.kelvin.asked
			s.Lamps = append(s.Lamps, before)
		}
	}
	return s
}

// SnapshotChanged tells once after each change that Snapshot must be stored, before any lamp command of the same step is sent.
func (r *Room) SnapshotChanged() bool {
	changed := r.snapshotChanged
	r.snapshotChanged = false
	return changed
}

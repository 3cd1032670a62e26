package room

import (
	"time"

	"hubd/dsp"
)

// Pause stops everything for everyone: silence at once, the pause scene, no practice. It is told without who did it.
// Where nothing runs it is remembered only: Status says so until every wearer has resumed.
func (r *Room) Pause(dst []dsp.Value, now time.Duration) []dsp.Value {
	for i := range r.wearers {
		r.wearers[i].paused = true
	}
	if r.hold || (r.session.stage == stageIdle && !r.restoring.on) {
		return dst
	}
	r.hold, r.heldAt = true, now
	for i := range r.lamps {
		r.noteBefore(&r.lamps[i])
	}
	dst = r.stopPractice(dst, now, PracticeStopped)
	r.checkIn = asking{}
	if r.session.stage != stageIdle {
		dst = append(dst, Session{Of: r.session.kind, Phase: PhasePause, Private: r.session.private})
	}
	r.sound.cut(now)
	r.wish = wish{}
	return r.follow(dst, now)
}

// Resume ends one wearer's own pause. The room goes on when every wearer of the session has resumed or left it; where
// nobody takes part, when anyone has.
func (r *Room) Resume(dst []dsp.Value, now time.Duration, wearer int) []dsp.Value {
	if r.isWearer(wearer) {
		r.wearers[wearer].paused = false
	}
	return r.endHold(dst, now)
}

// endHold goes on where nobody keeps the pause.
func (r *Room) endHold(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.hold && !r.keptPaused() {
		r.hold = false
		if r.session.stage != stageIdle {
			dst = append(dst, Session{Of: r.session.kind, Phase: PhaseResume, Private: r.session.private})
			r.session.lived = now
			r.steering = steering{resumed: true}
			r.wish = wish{}
		} else {
			r.beginRestore(now)
		}
	}
	return r.follow(dst, now)
}

// keptPaused tells whether somebody who takes part has not resumed; without anyone, whether nobody at all has.
func (r *Room) keptPaused() bool {
	anyone, all := r.anyMember(), true
	for i := range r.wearers {
		if r.members[i] && r.wearers[i].paused {
			return true
		}
		all = all && r.wearers[i].paused
	}
	return !anyone && all && len(r.wearers) > 0
}

// paused tells whether the room is paused: the running session, or, where none runs, anyone.
func (r *Room) paused() bool {
	if r.hold || r.session.stage != stageIdle {
		return r.hold
	}
	for i := range r.wearers {
		if r.wearers[i].paused {
			return true
		}
	}
	return false
}

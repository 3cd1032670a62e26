package room

import (
	"errors"
	"fmt"
	"time"

	"hubd/dsp"
)

const (
	sessionBound = 12 * time.Hour
	emptyBound   = 15 * time.Minute // without anyone's contact
	afterFor     = 10 * time.Minute
)

// stage is where the room is in the life of a session.
type stage uint8

const (
	stageIdle stage = iota
	stageRunning
	stageAfter
)

// session is the one that runs, or whose after scene does.
type session struct {
	stage   stage
	kind    SessionKind
	private bool
	started time.Duration
	ended   time.Duration
	lived   time.Duration // when somebody was last there
	stopped bool          // somebody said stop: what follows is silent
}

// Start starts a session, or joins the running one. It also ends this wearer's own pause.
//
// Who joins somebody who began alone, or a practice, makes it one of kind Together, as private as that is: what two bodies do is never
// told as what one of them does. Nobody is carried into any other kind by another's act.
func (r *Room) Start(dst []dsp.Value, now time.Duration, wearer int, kind SessionKind) ([]dsp.Value, error) {
	if !r.isWearer(wearer) {
		return dst, fmt.Errorf("there is no wearer number %d", wearer)
	}
	running := r.session.stage == stageRunning
	switch {
	case kind == NoSession && !running:
		return dst, errors.New("no session runs: say which kind to start: together, alone, practice or night")
	case kind > Night:
		return dst, errors.New("there is no such kind of session: wanted is together, alone, practice or night")
	case kind == NoSession:
		kind = r.session.kind
	}
	if running {
		if !r.joins(wearer, kind) {
			return dst, fmt.Errorf("a session of kind %s runs: join it, or end it first", r.session.kind)
		}
		if r.othersThan(wearer) && r.session.kind != Night {
			kind = Together
		}
	}
	if !running || kind != r.session.kind {
		dst = r.begin(dst, now, kind, r.othersThan(wearer))
	}
	r.members[wearer] = true
	r.wearers[wearer].worn = r.wearers[wearer].contact
	r.session.lived = now
	r.mergeComfort()
	return r.Resume(dst, now, wearer), nil
}

// joins tells whether a wearer who asks for a kind takes part in the running session.
func (r *Room) joins(wearer int, kind SessionKind) bool {
	switch {
	case kind == r.session.kind:
		return true
	case r.othersThan(wearer):
		return kind == Together && r.session.kind != Night
	}
	return r.session.kind == PracticeSession // by hand, or the wearer's own: it gives way
}

// othersThan tells whether somebody else takes part.
func (r *Room) othersThan(wearer int) bool {
	for i, m := range r.members {
		if m && i != wearer {
			return true
		}
	}
	return false
}

// begin opens a session. It takes the place of one that runs, whose scene by hand or practice goes on; joined
// says that people are in that one.
func (r *Room) begin(dst []dsp.Value, now time.Duration, kind SessionKind, joined bool) []dsp.Value {
	replaces := r.session.stage == stageRunning
	if replaces {
		dst = append(dst, Session{Of: r.session.kind, Phase: PhaseEnd, Private: r.session.private, Joined: joined})
	} else {
		r.byHand, r.checkIn, r.hold = "", asking{}, false
	}
	for i := range r.wearers {
		r.wearers[i].moment = moment{}
	}
	r.session = session{
		stage: stageRunning, kind: kind, started: now, lived: now,
		private: kind == Together && r.o.Private,
	}
	r.steering = steering{}
	if kind == Night {
		r.byHand, r.checkIn = "", asking{}
		dst = r.stopPractice(dst, now, PracticeStopped)
		dst = r.silence(dst, now)
		if r.plan.aim != aimRestore {
			r.beginRestore(now)
		}
	} else if !replaces {
		r.openSnapshot()
	}
	return append(dst, Session{Of: kind, Phase: PhaseStart, Private: r.session.private, Joined: joined})
}

// beginByHand makes sure that a session runs in which a scene or practice can be.
func (r *Room) beginByHand(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.session.stage == stageRunning {
		return dst
	}
	dst = r.begin(dst, now, PracticeSession, false)
	r.mergeComfort()
	return dst
}

// refuseByHand tells why a scene or practice by hand cannot be now; nil where it can.
func (r *Room) refuseByHand() error {
	switch {
	case r.session.stage == stageRunning && r.session.kind == Night:
		return errors.New("a night session runs, in which the room does nothing: end it first")
	case r.hold:
		return errors.New("the room is paused: every wearer of the session has to resume or leave first")
	}
	return nil
}

// End ends the session, or its after scene. It does nothing where neither runs.
func (r *Room) End(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.session.stage == stageAfter {
		return r.leaveAfter(dst, now)
	}
	return r.finish(dst, now)
}

// Leave takes a wearer out of the session; the last one ends it.
func (r *Room) Leave(dst []dsp.Value, now time.Duration, wearer int) []dsp.Value {
	if !r.isWearer(wearer) || !r.members[wearer] {
		return dst
	}
	r.members[wearer] = false
	if !r.anyMember() {
		return r.finish(dst, now)
	}
	r.mergeComfort()
	dst = r.stopTogether(dst, now)
	return r.endHold(dst, now)
}

// finish ends a running session: with its after scene, or, out of a pause, with the restore alone.
func (r *Room) finish(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.session.stage != stageRunning {
		return dst
	}
	ended := r.session
	dst = r.stopPractice(dst, now, PracticeStopped)
	dst = append(dst, Session{Of: ended.kind, Phase: PhaseEnd, Private: ended.private})
	paused := r.hold
	clear(r.members)
	r.hold, r.byHand, r.checkIn, r.steering = false, "", asking{}, steering{}
	r.session = session{}
	if ended.kind == Night {
		return dst
	}
	if paused || r.o.NoAfter {
		dst = r.silence(dst, now)
		r.beginRestore(now)
		return dst
	}
	r.session = session{
		stage: stageAfter, kind: ended.kind, private: ended.private, started: ended.started, ended: now, stopped: ended.stopped,
	}
	dst = append(dst, Session{Of: ended.kind, Phase: PhaseAfter, Private: ended.private})
	return r.follow(dst, now)
}

// leaveAfter goes from the after scene to the restore.
func (r *Room) leaveAfter(dst []dsp.Value, now time.Duration) []dsp.Value {
	r.session, r.hold = session{}, false
	dst = r.silence(dst, now)
	r.beginRestore(now)
	return dst
}

// passSession ends what has lasted long enough.
func (r *Room) passSession(dst []dsp.Value, now time.Duration) []dsp.Value {
	s := &r.session
	switch s.stage {
	case stageRunning:
		if r.hold || r.practice.on || r.anyContact() {
			s.lived = now
		}
		if now >= s.started+sessionBound || now >= s.lived+emptyBound {
			dst = r.finish(dst, now)
		}
	case stageAfter:
		if now >= s.started+sessionBound+afterFor || (!r.hold && now >= s.ended+afterFor) {
			dst = r.leaveAfter(dst, now)
		}
	}
	return dst
}

func (r *Room) anyContact() bool {
	for i := range r.wearers {
		if r.wearers[i].contact {
			return true
		}
	}
	return false
}

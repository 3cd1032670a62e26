package room

import (
	"errors"
	"fmt"
	"time"

	"hubd/dsp"
)

// whyNoAnswer is the reason of the base scene after a check-in that nobody answered.
const whyNoAnswer = "no_answer"

// asking is a check-in that waits for an answer.
type asking struct {
	on bool
	at time.Duration
}

// AskCheckIn asks the people in the room how it is, and softens the light; a question that waits goes on waiting. Outside a session, at
// night and in a pause there is nobody to ask: a pause is an answer already.
func (r *Room) AskCheckIn(dst []dsp.Value, now time.Duration) ([]dsp.Value, error) {
	switch {
	case r.session.stage != stageRunning:
		return dst, errors.New("no session runs: there is nobody to ask")
	case r.session.kind == Night:
		return dst, errors.New("a night session runs, in which the room does nothing: end it first")
	case r.hold:
		return dst, errors.New("the room is paused: every wearer of the session has to resume or leave first")
	}
	return r.askCheckIn(dst, now, CheckIn{Reason: reasonAsked}), nil
}

// askCheckIn asks where there is somebody to ask and no question waits.
func (r *Room) askCheckIn(dst []dsp.Value, now time.Duration, c CheckIn) []dsp.Value {
	if r.session.stage != stageRunning || r.session.kind == Night || r.hold || r.checkIn.on {
		return dst
	}
	r.checkIn = asking{on: true, at: now}
	if r.whyByHand == whyNoAnswer {
		r.whyByHand = reasonBase // that was an earlier question's; this one may be answered
	}
	dst = append(dst, c)
	return r.follow(dst, now)
}

// Answer takes in an answer; wearer −1 is nobody's. The word stop ends the session for everyone, asked or not. Every other word ends
// the check-in alike, so that the light does not tell which it was; where none waits, it says so.
func (r *Room) Answer(dst []dsp.Value, now time.Duration, _ int, answer string) ([]dsp.Value, error) {
	switch answer {
	case "stop":
		return r.stop(dst, now), nil
	case "space", "touch", "reassurance", "fine_for_now":
		if !r.checkIn.on {
			return dst, errors.New("no check-in waits for an answer")
		}
		r.session.lived = now
		r.checkIn = asking{}
		return r.follow(dst, now), nil
	}
	return dst, fmt.Errorf("there is no answer %q: wanted is space, touch, reassurance, fine_for_now or stop", answer)
}

// stop ends the session for everyone, and is an end in silence: its after scene has no sound and no pacer either.
func (r *Room) stop(dst []dsp.Value, now time.Duration) []dsp.Value {
	r.sound.cut(now)
	if r.session.stage == stageAfter {
		return r.leaveAfter(dst, now)
	}
	r.session.stopped = true
	return r.finish(dst, now)
}

// passCheckIn returns to the base scene, and stays there, where nobody answered.
func (r *Room) passCheckIn(now time.Duration) {
	if !r.checkIn.on || now < r.checkIn.at+r.o.AnswerAfter {
		return
	}
	r.checkIn = asking{}
	if !r.practice.on {
		r.byHand, r.whyByHand = r.o.BaseScene, whyNoAnswer
	}
}

package room

import (
	"fmt"
	"time"

	"hubd/dsp"
)

// Scene chooses a scene by hand, or with auto gives the room back to what States ask for. It takes back lamps that hands
// took. Outside a session it opens one of kind PracticeSession.
func (r *Room) Scene(dst []dsp.Value, now time.Duration, name string) ([]dsp.Value, error) {
	if name == sceneAuto {
		if err := r.refuseByHand(); err != nil {
			return dst, err
		}
		r.byHand = ""
		r.session.lived = now
		return r.afterPracticeUnlessOn(dst, now), nil
	}
	if _, ok := r.scenes[name]; !ok {
		return dst, fmt.Errorf("there is no scene %q: there are %s, and auto", name, sceneNames(r.scenes))
	}
	if err := r.refuseByHand(); err != nil {
		return dst, err
	}
	dst = r.beginByHand(dst, now)
	dst = r.stopPractice(dst, now, PracticeStopped)
	r.byHand, r.whyByHand = name, "by_hand"
	r.session.lived = now
	r.chosen(now)
	r.takeAllBack()
	return r.follow(dst, now), nil
}

// afterPracticeUnlessOn ends a session by hand once neither scene nor practice is left in it.
func (r *Room) afterPracticeUnlessOn(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.practice.on {
		return dst
	}
	return r.afterPractice(dst, now)
}

// takeAllBack ends every yield: somebody asked for the room's light again.
func (r *Room) takeAllBack() {
	for i := range r.lamps {
		l := &r.lamps[i]
		l.brightness.query.forget()
		l.kelvin.query.forget()
		if l.hand {
			l.takeBack()
			r.snapshotChanged = true
		}
	}
}

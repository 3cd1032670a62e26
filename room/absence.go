package room

import (
	"time"

	"hubd/dsp"
)

// Sensors taken off are an answer too: nothing asks about them, and nothing tells of them (design section 5.3).
const (
	stopsAfter = 10 * time.Second // without contact of a wearer in together: nothing changes any more, and the pacer holds
	baseAfter  = 2 * time.Minute  // then: a practice and a scene by hand end, and the base scene comes
)

// withoutContact is how long a wearer of a session together has had the sensors off, after having worn them.
func (r *Room) withoutContact(now time.Duration) time.Duration {
	longest := time.Duration(0)
	if r.session.stage != stageRunning || r.session.kind != Together {
		return 0
	}
	for i := range r.wearers {
		if w := &r.wearers[i]; r.members[i] && w.worn && !w.contact {
			longest = max(longest, now-w.lostAt)
		}
	}
	return longest
}

// chosen notes that somebody chose a scene or a practice by hand. Who chooses is there: sensors that were off before are no answer to it
// yet, and count from now on.
func (r *Room) chosen(now time.Duration) {
	r.chosenAt, r.rests = now, false
}

// passAbsence lets the room rest while a wearer has the sensors off, and goes quietly to the base scene where they stay off.
func (r *Room) passAbsence(dst []dsp.Value, now time.Duration) []dsp.Value {
	without := min(r.withoutContact(now), now-r.chosenAt)
	r.rests = without >= stopsAfter
	r.practice.stand(now, r.rests && !r.hold)
	if without < baseAfter || r.hold {
		return dst
	}
	if r.byHand != r.o.BaseScene {
		r.byHand = ""
	}
	return r.stopPractice(dst, now, PracticeStopped)
}

// stand stops and starts the practice's own clock: what it came to waits for who is to come back.
func (p *practising) stand(now time.Duration, still bool) {
	if p.on && p.stands && !still {
		p.started += now - p.stoodAt
	}
	if still && !p.stands {
		p.stoodAt = now
	}
	p.stands = still
}

// clock is the time by which the practice goes.
func (p *practising) clock(now time.Duration) time.Duration {
	if p.stands {
		return p.stoodAt
	}
	return now
}

// rested takes from a wish what would go on moving by itself.
func (w wish) rested() wish {
	if w.scene.Pace == (Pace{}) {
		return w
	}
	w.scene.Pace, w.breathe = Pace{}, false
	w.scene.Sound.SwellDB = dsp.Maybe{}
	return w
}

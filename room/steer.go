package room

import (
	"time"

	"hubd/regulation"
)

const (
	driftAfter = time.Minute     // nobody's state is known for so long, beside the delay: what is unknown for a moment moves nothing
	driftFade  = 3 * time.Minute // then: to the base scene
)

// steering is what States ask of the room, and when.
type steering struct {
	on      bool          // a State has moved the room; otherwise it is at the base scene
	resumed bool          // it began at the end of a pause
	fade    time.Duration // to the base scene
	applied asked
	waiting bool
	holds   bool // it waits for a State to be known again
	at      time.Duration
}

// asked is a scene that States ask for. The zero asked is the base scene.
type asked struct {
	name  string
	scene Scene
}

// steer follows the States: late, by a random delay, so that nobody can tell whose body changed when (design section 5.3).
// A delay that has begun runs out whatever comes meanwhile, and what is asked for then counts.
func (r *Room) steer(now time.Duration) {
	s := &r.steering
	if r.comfort.steady { // what it showed before is not shown again: States then begin anew, with their delay
		*s = steering{resumed: s.resumed && !s.on}
		return
	}
	if !r.steerable() {
		s.waiting = false
		return
	}
	switch without := r.withoutContact(now); {
	case min(without, now-r.chosenAt) >= baseAfter: // who chose meanwhile was there
		*s = steering{on: true, fade: r.o.Discretion.Fade}
		return
	case without >= stopsAfter: // what had begun must not come as the sensors come back: it would show whose they are
		s.waiting = false
		return
	}
	want := r.ask()
	switch {
	case want == s.applied:
		s.waiting = false
	case !s.waiting || s.holds && want.name != "":
		s.waiting, s.holds, s.at = true, want.name == "", now+r.delay()
		if s.holds {
			s.at += driftAfter
		}
	case now >= s.at:
		*s = steering{on: true, applied: want, fade: max(driftFade, r.o.Discretion.Fade)}
	}
}

// steerable tells whether States may move the room now.
func (r *Room) steerable() bool {
	return r.session.stage == stageRunning && r.session.kind != Night && !r.hold && !r.comfort.steady &&
		!r.practice.on && r.byHand == ""
}

// showsOne tells whether everything that States move would be one person's, and another who is there could read it off the light.
func (r *Room) showsOne() bool {
	present, steering := 0, 0
	for i, m := range r.members {
		if m {
			present++
		}
		if m && r.wearers[i].cues {
			steering++
		}
	}
	return present > 1 && steering == 1
}

// ask gives the gentler of what each wearer's State asks for. Who is unknown, or whose cues are off, asks for nothing; where that
// leaves one of several, nobody does.
func (r *Room) ask() asked {
	var out asked
	if r.showsOne() {
		return out
	}
	for i := range r.wearers {
		w := &r.wearers[i]
		if !r.members[i] || !w.cues || w.state == regulation.Unknown || w.confided < r.o.MinConfidence {
			continue
		}
		own := asked{name: w.state.String(), scene: r.scenes[w.state.String()]}
		switch {
		case out.name == "":
			out = own
		case out.name != own.name:
			out = asked{name: sceneBoth, scene: gentler(out.scene, own.scene)}
		}
	}
	return out
}

func (r *Room) delay() time.Duration {
	d := r.o.Discretion
	return d.DelayMin + time.Duration(r.random.Int64N(int64(d.DelayMax-d.DelayMin)+1))
}

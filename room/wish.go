package room

import (
	"time"

	"hubd/dsp"
)

// wish is what the room should be doing. It is a function of what is known now; the room follows when it changes.
type wish struct {
	name    string
	scene   Scene // light without transition, pace without phase
	breathe bool  // the light swells with the breath
	fade    time.Duration
	reason  string
	softer  float64 // points under the scene, and under the night ceiling: so that one sees it at night
	shows   asked   // the scene as it was before it was made softer and pulled into any bounds
}

const (
	handFade    = 10 * time.Second // session start, scenes by hand, practices: gentle, and soon
	breatheFade = 6 * time.Second  // a practice whose light breathes: brightness and colour one after the other, within the first breath and a half
	checkInFade = 5 * time.Second
	afterFade   = 30 * time.Second
	softer      = 5.0 // points: a check-in, and every other step of a guided practice
)

// reasonBase is that of a room in which nothing has moved: it says less than what brought the room there.
const reasonBase = "base"

// same tells whether nothing would have to be told or done.
func (w wish) same(o wish) bool {
	return w.name == o.name && w.scene == o.scene && w.breathe == o.breathe
}

// wishFor says what the room should do now; false where it does nothing.
func (r *Room) wishFor(now time.Duration) (wish, bool) {
	var w wish
	switch {
	case r.session.kind == Night && r.session.stage == stageRunning:
		return wish{}, false
	case r.hold:
		w = wish{name: scenePause, scene: r.scenes[scenePause], fade: pauseFade, reason: "pause"}
		w.scene.Sound, w.scene.Pace = Sound{}, Pace{}
	case r.session.stage == stageIdle:
		return wish{}, false
	case r.session.stage == stageAfter:
		w = wish{name: sceneAfter, scene: r.scenes[sceneAfter], fade: afterFade, reason: "end"}
		if r.session.stopped {
			w.scene.Sound, w.scene.Pace = Sound{}, Pace{}
		}
	case r.practice.on:
		w = r.practiceWish(now)
	case r.byHand != "":
		w = wish{name: r.byHand, scene: r.scenes[r.byHand], fade: handFade, reason: r.whyByHand}
	default:
		w = r.stateWish()
	}
	if r.rests && r.session.stage == stageRunning {
		w = w.rested()
	}
	return r.within(now, w), true
}

// stateWish is what States ask for, or the base scene.
func (r *Room) stateWish() wish {
	base := wish{name: r.o.BaseScene, scene: r.scenes[r.o.BaseScene], fade: handFade, reason: reasonBase}
	s := &r.steering
	switch {
	case s.resumed && !s.on:
		base.reason = "resume"
	case r.wish.name == "":
		base.reason = "session_start"
	case !s.on || r.comfort.steady:
	case s.applied.name == "":
		base.fade, base.reason = s.fade, "state"
	default:
		return wish{name: s.applied.name, scene: s.applied.scene, fade: r.o.Discretion.Fade, reason: "state"}
	}
	return base
}

// within applies a check-in, comfort, the night ceiling and the volume cap.
func (r *Room) within(now time.Duration, w wish) wish {
	w.shows = asked{w.name, w.scene}
	if r.checkIn.on && !r.hold {
		w.softer += softer
		if w.shows == r.wish.shows && r.checkIn.at == now { // else another scene or the night comes meanwhile, and no faster than ever
			left := r.plan.since + r.plan.fade - now // of the scene's own way
			w.fade = max(checkInFade, min(left, r.o.Discretion.Fade))
		}
		w.reason = "check_in"
	}
	e := r.envelope()
	w.scene.Light.Brightness = min(w.scene.Light.Brightness, e.BrightnessCeiling) - w.softer
	w.scene = r.comfort.apply(w.scene)
	w.breathe = w.breathe && !r.comfort.steady && !r.comfort.modulatedLight
	w.scene.Light.Brightness = min(w.scene.Light.Brightness, e.BrightnessCeiling)
	w.scene.Light.Kelvin = min(w.scene.Light.Kelvin, e.KelvinCeiling)
	w.scene.Light.Transition = 0
	if w.scene.Sound.LevelDB.Known {
		level := clamp(w.scene.Sound.LevelDB.Value, silenceDB, r.volumeCap)
		w.scene.Sound.LevelDB = dsp.Some(level)
	}
	return w
}

// follow makes the room do what it should, and tells a Cue when that changed.
func (r *Room) follow(dst []dsp.Value, now time.Duration) []dsp.Value {
	w, active := r.wishFor(now)
	if !r.comfort.bears(r.sound.playing) {
		r.sound.cut(now)
	}
	if !active {
		r.wish = wish{}
		return dst
	}
	mark := r.takeMark(now)
	switch {
	case !w.same(r.wish):
		r.adopt(now, w)
	case mark == Mark{} && !r.sound.due(now):
		return dst
	case w.reason != reasonBase:
		r.wish.reason = w.reason // it looks the same, and is for another reason now
	}
	c := r.cue(now)
	c.Mark = mark
	return append(dst, c)
}

// adopt turns lamps and sound to a new wish.
func (r *Room) adopt(now time.Duration, w wish) {
	if w.scene.Pace != r.wish.scene.Pace {
		r.phaseZero = now
	}
	soundChanged := w.scene.Sound != r.wish.scene.Sound || r.wish.name == ""
	r.wish = w
	p := plan{aim: aimCue, light: w.scene.Light, fade: w.fade}
	if r.hold {
		p.aim = aimPause
	}
	if w.breathe && w.scene.Pace.BreathsPerMin > 0 {
		p.pace = w.scene.Pace
		p.pace.PhaseZero = r.phaseZero
	}
	r.replan(now, p)
	if soundChanged {
		r.sound.aim(now, w.fade, w.scene.Sound)
	}
}

// cue tells what the room does now.
func (r *Room) cue(now time.Duration) Cue {
	c := Cue{Scene: r.wish.name, Light: r.wish.scene.Light, Pace: r.wish.scene.Pace, Reason: r.wish.reason}
	e := r.envelope() // a last word about a scene may fall into a night that has just begun
	c.Light.Brightness, c.Light.Kelvin = min(c.Light.Brightness, e.BrightnessCeiling), min(c.Light.Kelvin, e.KelvinCeiling)
	c.Light.Transition = max(minTransition, r.plan.since+r.plan.fade-now)
	if c.Pace.BreathsPerMin > 0 {
		c.Pace.PhaseZero = r.phaseZero
	}
	r.sound.told, r.sound.untold = r.sound.at(now), false
	c.Sound = r.sound.told
	return c
}

// silence ends sound, voice and pacer at once, for a room that will do nothing more.
func (r *Room) silence(dst []dsp.Value, now time.Duration) []dsp.Value {
	heard := r.hush || r.sound.told.audible() || r.wish.scene.Pace.BreathsPerMin > 0
	r.sound.cut(now)
	if !heard {
		r.wish = wish{}
		return dst
	}
	r.wish.scene.Sound, r.wish.scene.Pace, r.wish.reason = Sound{}, Pace{}, "end"
	c := r.cue(now)
	c.Mark, r.hush = Mark{Hush: r.hush}, false
	r.wish = wish{}
	return append(dst, c)
}

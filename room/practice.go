package room

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"hubd/dsp"
)

// practising is the practice that runs.
type practising struct {
	on      bool
	is      practice
	started time.Duration
	step    string // words of the step that is on
}

// practice is one guided exercise.
type practice struct {
	name    string
	length  time.Duration
	inhale  float64 // part of a breath spent breathing in; 0: no pacer
	humHz   float64 // tone to hum along with; 0: none
	members int     // how many have to take part
	steps   []step  // told one after the other; none: the pacer guides
}

// step is one part of a guided practice.
type step struct {
	text string
	last time.Duration
}

// practiceNamed gives a practice. Each light and sound is that of the base scene, and never brighter.
func practiceNamed(name string) (practice, bool) {
	all := practices()
	i := slices.IndexFunc(all, func(p practice) bool { return p.name == name })
	if i < 0 {
		return practice{}, false
	}
	p := all[i]
	for _, s := range p.steps {
		p.length += s.last
	}
	return p, true
}

// Practice starts a practice. Outside a session it opens one of kind PracticeSession, which ends with the practice.
func (r *Room) Practice(dst []dsp.Value, now time.Duration, name string) ([]dsp.Value, error) {
	p, ok := practiceNamed(name)
	if !ok {
		if name == "resonance" {
			return dst, errors.New("practice resonance is not part of this version")
		}
		return dst, fmt.Errorf("there is no practice %q: there are %s", name, practiceNames())
	}
	if err := r.refuseByHand(); err != nil {
		return dst, err
	}
	if err := r.refusePractice(p); err != nil {
		return dst, err
	}
	dst = r.beginByHand(dst, now)
	dst = r.stopPractice(dst, PracticeStopped)
	r.practice = practising{on: true, is: p, started: now}
	if len(p.steps) > 0 {
		r.practice.step = p.steps[0].text
	}
	r.session.lived = now
	r.takeAllBack()
	dst = append(dst, Practice{Name: name, Phase: PracticeStarted})
	return r.follow(dst, now), nil
}

// refusePractice tells what a practice lacks.
func (r *Room) refusePractice(p practice) error {
	if n := r.memberCount(); n < p.members {
		return fmt.Errorf("practice %s needs %d wearers in the session, and there are %d", p.name, p.members, n)
	}
	if p.inhale > 0 && r.comfortIfOpened().steady {
		return fmt.Errorf("practice %s has a pacer, and a wearer's comfort says steady: it needs steady: false of each", p.name)
	}
	return nil
}

// comfortIfOpened is the comfort that will hold in the session a practice runs in.
func (r *Room) comfortIfOpened() comfort {
	if r.session.stage != stageRunning {
		r.mergeComfort()
	}
	return r.comfort
}

func (r *Room) memberCount() int {
	n := 0
	for _, m := range r.members {
		if m {
			n++
		}
	}
	return n
}

// StopPractice stops the running practice, if any.
func (r *Room) StopPractice(dst []dsp.Value, now time.Duration) []dsp.Value {
	if !r.practice.on {
		return dst
	}
	dst = r.stopPractice(dst, PracticeStopped)
	return r.afterPractice(dst, now)
}

func (r *Room) stopPractice(dst []dsp.Value, phase PracticePhase) []dsp.Value {
	if !r.practice.on {
		return dst
	}
	name := r.practice.is.name
	r.practice = practising{}
	return append(dst, Practice{Name: name, Phase: phase})
}

// stopTogether stops a practice that too few now take part in.
func (r *Room) stopTogether(dst []dsp.Value) []dsp.Value {
	if r.practice.on && r.memberCount() < r.practice.is.members {
		return r.stopPractice(dst, PracticeStopped)
	}
	return dst
}

// passPractice ends a practice whose time is over.
func (r *Room) passPractice(dst []dsp.Value, now time.Duration) []dsp.Value {
	if !r.practice.on {
		return dst
	}
	if now < r.practice.started+r.practice.is.length {
		s, _ := r.practice.stepAt(now)
		r.practice.step = s.text
		return dst
	}
	dst = r.stopPractice(dst, PracticeDone)
	return r.afterPractice(dst, now)
}

// afterPractice ends a session that was there for the practice alone.
func (r *Room) afterPractice(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.session.kind == PracticeSession && !r.anyMember() && r.byHand == "" {
		return r.finish(dst, now)
	}
	return r.follow(dst, now)
}

// stepAt gives the step that is on, and its place; −1 where the practice has none.
func (p *practising) stepAt(now time.Duration) (step, int) {
	end := p.started
	for i, s := range p.is.steps {
		if end += s.last; now < end {
			return s, i
		}
	}
	return step{}, -1
}

// practiceWish is the base scene with the practice's pacer and tone. Every other step is a little softer, so that one can
// feel with closed eyes that a new one began.
func (r *Room) practiceWish(now time.Duration) wish {
	p := &r.practice
	base := r.scenes[r.o.BaseScene]
	w := wish{name: r.o.BaseScene, scene: Scene{Light: base.Light, Sound: base.Sound}, fade: handFade, reason: "practice"}
	if p.is.inhale > 0 {
		w.scene.Pace = Pace{BreathsPerMin: r.breathPace, InhaleShare: p.is.inhale}
		w.breathe = true
		if w.scene.Sound.audible() {
			w.scene.Sound.SwellDB = dsp.Some(6)
		}
	}
	if p.is.humHz > 0 {
		w.scene.Sound.HumHz = dsp.Some(p.is.humHz)
		w.scene.Sound.LevelDB = dsp.Some(w.scene.Sound.LevelDB.Or(humLevelDB))
	}
	if _, i := p.stepAt(now); i%2 == 1 && !r.comfort.modulatedLight && !r.comfort.steady {
		w.scene.Light.Brightness -= softer
	}
	return w
}

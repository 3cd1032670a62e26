package room

import (
	"fmt"
	"slices"
	"time"

	"hubd/dsp"
)

// practising is the practice that runs.
type practising struct {
	on      bool
	is      PracticeOptions
	started time.Duration
	step    string // words of the step that is on
	marked  int    // place of the newest step whose beginning was told; −1: none
	stands  bool   // its clock stands still: somebody has the sensors off
	stoodAt time.Duration
}

// Practice starts a practice. Outside a session it opens one of kind PracticeSession, which ends with the practice.
func (r *Room) Practice(dst []dsp.Value, now time.Duration, name string) ([]dsp.Value, error) {
	p, ok := r.practiceNamed(name)
	if !ok {
		return dst, fmt.Errorf("there is no practice %q: there are %s", name, r.practiceNames())
	}
	if err := r.refuseByHand(); err != nil {
		return dst, err
	}
	if err := r.refusePractice(p); err != nil {
		return dst, err
	}
	dst = r.beginByHand(dst, now)
	dst = r.stopPractice(dst, now, PracticeStopped)
	r.practice = practising{on: true, is: p, started: now, marked: -1}
	if len(p.Steps) > 0 {
		r.practice.step = p.Steps[0].Text
	}
	r.session.lived = now
	r.chosen(now)
	r.takeAllBack()
	dst = append(dst, Practice{Name: name, Phase: PracticeStarted})
	return r.follow(dst, now), nil
}

// refusePractice tells what a practice lacks.
func (r *Room) refusePractice(p PracticeOptions) error {
	if n := r.memberCount(); n < p.Members {
		return fmt.Errorf("practice %s needs %s in the session, and there are %d", p.Name, wearers(p.Members), n)
	}
	if p.Pacer.InhaleShare > 0 && r.comfortIfOpened().steady {
		return fmt.Errorf("practice %s has a pacer, and a wearer's comfort says steady: it needs steady: false of each", p.Name)
	}
	return nil
}

func wearers(n int) string {
	if n == 1 {
		return "a wearer"
	}
	return fmt.Sprintf("%d wearers", n)
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
	dst = r.stopPractice(dst, now, PracticeStopped)
	return r.afterPractice(dst, now)
}

func (r *Room) stopPractice(dst []dsp.Value, now time.Duration, phase PracticePhase) []dsp.Value {
	if !r.practice.on {
		return dst
	}
	ended := Practice{Name: r.practice.is.Name, Phase: phase, Ran: r.practice.clock(now) - r.practice.started}
	r.hush = r.hush || r.practice.is.spoken() && !r.comfort.voice && !r.comfort.steady
	r.practice = practising{}
	return append(dst, ended)
}

// stopTogether stops a practice that too few now take part in.
func (r *Room) stopTogether(dst []dsp.Value, now time.Duration) []dsp.Value {
	if r.practice.on && r.memberCount() < r.practice.is.Members {
		return r.stopPractice(dst, now, PracticeStopped)
	}
	return dst
}

// passPractice ends a practice whose time is over.
func (r *Room) passPractice(dst []dsp.Value, now time.Duration) []dsp.Value {
	if !r.practice.on {
		return dst
	}
	if r.practice.clock(now) < r.practice.started+r.practice.is.Length {
		s, _ := r.practice.stepAt(now)
		r.practice.step = s.Text
		return dst
	}
	dst = r.stopPractice(dst, now, PracticeDone)
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
func (p *practising) stepAt(now time.Duration) (StepOptions, int) {
	end, clock := p.started, p.clock(now)
	for i := range p.is.Steps {
		if end += p.is.Steps[i].Last; clock < end {
			return p.is.Steps[i], i
		}
	}
	return StepOptions{}, -1
}

// practiceWish is the base scene with the practice's pacer and tone, and what its step changes. Every other step without a light
// of its own is a little softer, so that one can see through closed eyes that a new one began.
func (r *Room) practiceWish(now time.Duration) wish {
	p := &r.practice
	s, i := p.stepAt(now)
	base := r.scenes[r.o.BaseScene]
	w := wish{name: r.o.BaseScene, scene: s.in(base), fade: handFade, reason: "practice"}
	if i%2 == 1 && s.Light == (Light{}) && !r.comfort.modulatedLight && !r.comfort.steady {
		w.softer = softer
	}
	if p.is.Pacer.InhaleShare > 0 {
		w.scene.Pace = r.pacer(s)
		w.breathe, w.fade = true, breatheFade
		if w.scene.Sound.audible() && s.Sound == (Sound{}) {
			w.scene.Sound.SwellDB = dsp.Some(swellDB)
		}
	}
	if p.is.HumHz > 0 && s.Sound == (Sound{}) {
		w.scene.Sound.HumHz = dsp.Some(p.is.HumHz)
		w.scene.Sound.LevelDB = dsp.Some(w.scene.Sound.LevelDB.Or(humLevelDB))
	}
	return w
}

// in is the base scene as the step changes it, without a pace.
func (s *StepOptions) in(base Scene) Scene {
	out := Scene{Light: base.Light, Sound: base.Sound}
	if s.Light.Brightness > 0 {
		out.Light.Brightness = min(s.Light.Brightness, base.Light.Brightness)
	}
	if s.Light.Kelvin > 0 {
		out.Light.Kelvin = s.Light.Kelvin
	}
	if s.Sound != (Sound{}) {
		out.Sound = s.Sound.meant()
	}
	return out
}

// takeMark gives the mark of a step that has just begun, once.
func (r *Room) takeMark(now time.Duration) Mark {
	p, mark := &r.practice, Mark{Hush: r.hush}
	r.hush = false
	if !p.on {
		return mark
	}
	s, i := p.stepAt(now)
	if i <= p.marked {
		return mark
	}
	p.marked = i
	mark.Tone, mark.Voice = true, s.VoiceFile
	return r.comfort.mark(mark)
}

// spoken tells whether a practice has words to be heard.
func (p *PracticeOptions) spoken() bool {
	return slices.ContainsFunc(p.Steps, func(s StepOptions) bool { return s.VoiceFile != "" })
}

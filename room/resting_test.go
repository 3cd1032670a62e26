package room_test

import (
	"time"

	"hubd/room"
)

// away is how long one who takes part in a session together has had the sensors off, after having worn them.
func (p *party) away(at time.Duration) time.Duration {
	longest := time.Duration(0)
	if p.stage != running || p.kind != room.Together {
		return 0
	}
	for i, m := range p.members {
		if m && p.worn[i] && !p.contact[i] {
			longest = max(longest, at-p.lostAt[i])
		}
	}
	return longest
}

// letRest notes, with each tick, that somebody has had the sensors off for ten seconds, and chose nothing by hand meanwhile.
func (p *party) letRest(at time.Duration) {
	without := min(p.away(at), at-p.chosenAt)
	now := without >= 10*time.Second
	p.course.stand(at, now && !p.hold)
	p.byHand = p.byHand && (without < 2*time.Minute || p.hold)
	p.w.wasResting = p.rests && now
	p.rests = now
}

// resting checks what is left where somebody has the sensors off.
func (p *party) resting(c call) {
	s := p.w.r.Status()
	if !p.rests || p.hold || p.stage != running {
		return
	}
	if s.Pace != (room.Pace{}) || p.w.cueKnown && p.w.cue.Pace != (room.Pace{}) {
		p.w.fail("somebody has had the sensors off for %v, and the pacer goes on: %+v", p.away(c.at), s)
	}
	if min(p.away(c.at), c.at-p.chosenAt) < 2*time.Minute {
		return
	}
	if s.Practice != "" || p.practice != "" || s.Scene != p.base() {
		p.w.fail("somebody has had the sensors off for %v, and the room goes on: %+v", p.away(c.at), s)
	}
}

// still checks that nothing changes by itself while somebody has the sensors off: only the base scene comes, after two minutes.
func (w *witness) still(c call, q room.Cue) {
	p := &w.party
	unanswered := p.askedAt >= 0 && c.at >= p.askedAt+2*time.Minute // ends in the base scene, whoever wears what
	if unanswered || !w.wasResting || c.of != callTick || p.stage != running || p.hold || w.changed || w.cue.Reason == "check_in" || w.cue.Reason == "pause" ||
		min(p.away(c.at), c.at-p.chosenAt) >= 2*time.Minute {
		return
	}
	q.Light.Transition, w.cue.Light.Transition = 0, 0
	if q.Scene != w.cue.Scene || q.Light != w.cue.Light || q.Pace != (room.Pace{}) || q.Mark != (room.Mark{}) {
		w.fail("somebody has had the sensors off for %v, and the room changes from %+v to %+v", p.away(c.at), w.cue, q)
	}
}

// course is the way through a practice: its steps, and when they begin.
type course struct {
	steps  []room.StepOptions
	began  time.Duration
	stands bool
	stood  time.Duration
	marked int // the newest step that was marked; −1: none
}

func (w *witness) courseOf(practice string, at time.Duration) course {
	c := course{began: at, marked: -1}
	for _, p := range w.o.Practices {
		if p.Name == practice {
			c.steps = p.Steps
		}
	}
	return c
}

// stand lets the practice wait, or go on.
func (c *course) stand(at time.Duration, still bool) {
	if c.stands && !still {
		c.began += at - c.stood
	}
	if still && !c.stands {
		c.stood = at
	}
	c.stands = still
}

// step is the place of the step that is on; −1: none.
func (c *course) step(at time.Duration) int {
	if c.stands {
		at = c.stood
	}
	end := c.began
	for i, s := range c.steps {
		if end += s.Last; at < end {
			return i
		}
	}
	return -1
}

// wants is what the beginning of a step is marked by, in the sound that everybody bears.
func (w *witness) wants(step int) room.Mark {
	spared := w.party.comfort()
	m := room.Mark{Tone: !spared.never["tone"] && !spared.steady}
	if !spared.never["voice"] && !spared.steady {
		m.Voice = w.party.course.steps[step].VoiceFile
	}
	return m
}

// marked checks what is heard once: each step's own mark, as it begins, and nothing at any other time.
func (w *witness) marked(c call, q room.Cue) {
	m, p := q.Mark, &w.party
	if m.Hush || q.Sound == (room.Sound{}) && m == (room.Mark{}) {
		w.voiced = false // a cue without all ends everything too
	}
	m.Hush = false
	want, step := room.Mark{}, p.course.step(c.at)
	if p.practice != "" && step > p.course.marked {
		want, p.course.marked = w.wants(step), step
	}
	if m != want {
		w.fail("at step %d of %q is heard %+v, want %+v", step, p.practice, m, want)
	}
	w.voiced = w.voiced || m.Voice != ""
}

// passMarks checks that no voice goes on where its practice is over or somebody does not want it, and that no step began unmarked.
func (w *witness) passMarks(c call) {
	p, spared := &w.party, w.party.comfort()
	if w.voiced && (p.practice == "" || spared.never["voice"] || spared.steady) {
		w.fail("a voice goes on: practice %q, comfort %+v", p.practice, spared)
	}
	step := p.course.step(w.now)
	if c.of != callTick || p.practice == "" || step <= p.course.marked {
		return // a step begins with a tick, and a lamp may speak before it
	}
	if want := w.wants(step); want != (room.Mark{}) {
		w.fail("step %d of %q began without %+v", step, p.practice, want)
	}
	p.course.marked = step
}

package room_test

import (
	"time"

	"hubd/room"
)

type stageSeen uint8

const (
	idle stageSeen = iota
	running
	winding // its after scene
)

// party is who takes part, and what they have asked for, as far as it can be seen from outside.
type party struct {
	w        *witness
	stage    stageSeen
	kind     room.SessionKind
	members  [2]bool
	spared   [2]bool // whose comfort counts: theirs who take part, or, after its end, took part in the session
	paused   [2]bool
	contact  [2]bool
	worn     [2]bool
	lostAt   [2]time.Duration
	hold     bool
	pausedAt time.Duration
	started  time.Duration
	ended    time.Duration
	alive    time.Duration // when anybody last showed to be there
	practice string
	replaced bool // a wearer's session has just taken the place of one by hand
	byHand   bool
	chosenAt time.Duration // when a scene or a practice was last chosen
	rests    bool          // somebody had the sensors off long enough at the newest tick
	course   course        // of the practice that runs
	askedAt  time.Duration // a check-in waits; −1: none
	ownAsk   time.Duration // hubd asked by itself; −1: never
	merged   comfortSeen   // the comfort of mergedOf: it is wanted at every tick
	mergedOf [2]bool
}

func newParty(w *witness) party { return party{w: w, pausedAt: -1, askedAt: -1, ownAsk: -1} }

// before takes in what a call asks for.
func (p *party) before(c call) {
	p.replaced = false
	if p.stage == winding && p.w.r.Status().Phase == room.PhaseEnd {
		p.stage, p.kind, p.hold = idle, room.NoSession, false
	}
	switch c.of {
	case callStart:
		if !c.refused {
			p.members[c.wearer], p.paused[c.wearer] = true, false
			p.worn[c.wearer] = p.contact[c.wearer]
			p.spared = p.members
			p.alive = c.at
		}
	case callTick:
		p.letRest(c.at)
	case callComfort:
		p.merged = p.merge()
	case callPause:
		p.paused = [2]bool{true, true}
		p.hold = p.hold || p.stage != idle || p.w.stored.Open && p.restoreOn()
		if p.hold {
			p.askedAt = -1
		}
	case callResume:
		p.paused[c.wearer] = false
	case callLeave:
		p.members[c.wearer] = false
		if p.members != [2]bool{} {
			p.spared = p.members
		}
	case callContact:
		if p.contact[c.wearer] && !c.on {
			p.lostAt[c.wearer] = c.at
		}
		p.contact[c.wearer] = c.on
		p.worn[c.wearer] = p.worn[c.wearer] || c.on
	case callScene, callPractice, callAnswer:
		if !c.refused {
			p.alive = c.at
		}
		if c.of == callScene && !c.refused {
			p.byHand = c.word != "auto"
		}
		if c.of == callPractice && !c.refused || p.byHand && c.of == callScene && !c.refused {
			p.chosenAt, p.rests = c.at, false
		}
		if c.of == callAnswer && !c.refused {
			p.askedAt = -1
		}
	}
	if p.hold && c.of != callPause && !p.keptPaused() && (c.of == callResume || c.of == callStart || c.of == callLeave) {
		p.hold = false
		p.alive = c.at
	}
}

// restoreOn tells whether lamps are being put back.
func (p *party) restoreOn() bool { return p.stage == idle }

func (p *party) keptPaused() bool {
	if p.members == [2]bool{} {
		return p.paused == [2]bool{true, true}
	}
	return p.members[0] && p.paused[0] || p.members[1] && p.paused[1]
}

// session checks that a session changes by acts alone, and only by those that may.
func (p *party) session(c call, s room.Session) {
	if s.Private != (s.Of == room.Together && p.w.o.Private) {
		p.w.fail("private is wrong: %+v", s)
	}
	if s.Joined && (c.of != callStart || c.refused || !p.members[1-c.wearer]) {
		p.w.fail("nobody joined: %+v", s)
	}
	opens := c.of == callStart || c.of == callScene || c.of == callPractice
	switch s.Phase {
	case room.PhaseStart:
		if !opens || c.refused {
			p.w.fail("a session nobody started: %+v", s)
		}
		p.begin(c, s)
	case room.PhaseResume:
		if c.of != callResume && c.of != callStart && c.of != callLeave {
			p.w.fail("a resume nobody asked for: %+v", s)
		}
	case room.PhasePause:
		if c.of != callPause {
			p.w.fail("a pause nobody asked for: %+v", s)
		}
	case room.PhaseEnd:
		p.stage, p.kind = idle, room.NoSession
		if !s.Joined { // else the people stay, and so does a pause
			p.members, p.hold = [2]bool{}, false
		}
		p.replaced = c.of == callStart
		if !p.replaced { // else a question goes on waiting for an answer
			p.askedAt = -1
		}
		p.byHand = p.byHand && c.of == callStart // a session of a wearer takes up what was chosen by hand
	case room.PhaseAfter:
		p.stage, p.kind, p.ended = winding, s.Of, c.at
	}
}

func (p *party) begin(c call, s room.Session) {
	p.stage, p.kind, p.started, p.alive = running, s.Of, c.at, c.at
	p.byHand = p.byHand && s.Of != room.Night
	if s.Of == room.Night {
		p.askedAt = -1
	}
	p.w.steered = newSteered()
	if c.of == callStart {
		p.members[c.wearer] = true
	}
	p.spared = p.members
	if p.replaced {
		return // the room goes on with lamps as they are
	}
	for _, k := range p.w.all {
		if s.Of != room.Night { // a night takes nothing out of a hand
			k.hand, k.taken = false, false
		}
		if !k.frozen {
			k.free = k.record()
		}
	}
}

// after syncs with what shows, and checks the bounds of a session.
func (p *party) after(c call) {
	if p.members == [2]bool{true, true} && p.stage == running && p.kind != room.Together && p.kind != room.Night {
		p.w.fail("two share a session of kind %v", p.kind)
	}
	w := p.w
	if p.hold || p.practice != "" || p.contact != [2]bool{} {
		p.alive = c.at
	}
	if c.of != callTick {
		return
	}
	switch {
	case p.stage == running && c.at >= p.started+12*time.Hour:
		w.fail("a session goes on after 12 h")
	case p.stage == running && c.at > p.alive+15*time.Minute:
		w.fail("a session goes on %v after anybody was there", c.at-p.alive)
	case p.stage == winding && !p.hold && c.at > p.ended+10*time.Minute && c.at > p.alive+10*time.Minute:
		w.fail("an after scene goes on after 10 min")
	}
	if s := w.r.Status(); w.paused() && s.Scene != "pause" || s.Paused != p.hold && p.stage != idle {
		w.fail("a pause is on: %v, and shown is %+v", p.hold, s)
	}
	p.unanswered(c)
	p.resting(c)
}

// asked checks that hubd asks only where it may.
func (p *party) asked(c call, q room.CheckIn) {
	if p.stage != running || p.kind == room.Night || p.hold || p.askedAt >= 0 {
		p.w.fail("asked where nobody may be: %+v", q)
	}
	p.askedAt = c.at
	if q.Of == 0 {
		if c.of != callCheck || q.Reason != "asked" {
			p.w.fail("nobody asked for %+v", q)
		}
		return
	}
	for i, m := range p.members {
		if m && !p.w.o.Wearers[i].Comfort.Ask {
			p.w.fail("one who takes part does not want hubd to ask: %+v", q)
		}
	}
	if away := p.away(c.at); away >= 10*time.Second {
		p.w.fail("asked though somebody has had the sensors off for %v: %+v", away, q)
	}
	if !p.w.o.AskByItself || !p.members[q.Of-1] || c.of != callState || p.practice != "" ||
		p.ownAsk >= 0 && c.at < p.ownAsk+20*time.Minute {
		p.w.fail("hubd asks by itself where it may not: %+v", q)
	}
	p.ownAsk = c.at
}

// unanswered checks that a question nobody answers ends in the base scene.
func (p *party) unanswered(c call) {
	if p.askedAt < 0 || c.at < p.askedAt+2*time.Minute {
		return
	}
	p.askedAt = -1
	p.byHand = p.byHand || p.practice == ""
	if s := p.w.r.Status(); s.CheckIn || s.Scene != p.base() {
		p.w.fail("nobody has answered, and shown is %+v", s)
	}
}

func (p *party) base() string {
	if _, there := p.w.o.Scenes[p.w.o.BaseScene]; !there {
		return "base"
	}
	return p.w.o.BaseScene
}

func (p *party) practised(c call, q room.Practice) {
	p.practice, p.alive = "", c.at
	if q.Phase == room.PracticeStarted {
		if c.of != callPractice {
			p.w.fail("a practice nobody started: %+v", q)
		}
		p.practice = q.Name
	}
	p.course = p.w.courseOf(p.practice, c.at)
}

// breathing tells whether light may swell with a breath.
func (p *party) breathing() bool { return p.practice != "" && p.w.cue.Pace.BreathsPerMin > 0 }

// comfortSeen is the merged comfort of those who take part; of everyone where nobody does.
type comfortSeen struct {
	floor  float64
	steady bool
	never  map[string]bool
}

func (p *party) comfort() comfortSeen {
	if p.merged.never == nil || p.mergedOf != p.spared {
		p.mergedOf, p.merged = p.spared, p.merge()
	}
	return p.merged
}

func (p *party) merge() comfortSeen {
	c := comfortSeen{floor: 3, never: map[string]bool{}}
	for i, o := range p.w.o.Wearers {
		if p.spared != [2]bool{} && !p.spared[i] {
			continue
		}
		c.floor = max(c.floor, o.Comfort.LightFloor)
		c.steady = c.steady || !o.Comfort.NotSteady
		for _, word := range o.Comfort.Never {
			c.never[word] = true
		}
	}
	if c.never["dark"] {
		c.floor = max(c.floor, 10)
	}
	return c
}

// nextHalf is when the next half breath begins, far away where no pacer runs.
func (w *witness) nextHalf(now time.Duration) time.Duration {
	p := w.cue.Pace
	if p.BreathsPerMin == 0 || w.party.stage != running {
		return now + 24*time.Hour
	}
	period := time.Duration(60 / p.BreathsPerMin * float64(time.Second))
	start := p.PhaseZero + (now-p.PhaseZero)/period*period
	turn := start + time.Duration(p.InhaleShare*float64(period)) + p.Hold
	if now < turn {
		return turn
	}
	return start + period
}

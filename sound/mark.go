package sound

import (
	"math"
	"time"
)

// The soft tone that marks a step, and the voice that says it.
const (
	markHz      = 330.0 // e', above a hum and below what is sharp in speech
	markBelowDB = 3.0   // so far below what plays
	markAloneDB = -48.0 // LUFS, where nothing plays
	markRise    = 4 * time.Second
	markFall    = 1500 * time.Millisecond // to 1/e of its amplitude

	voiceOverDB  = 8.0   // so much above what plays a voice may be: understood, and no jolt
	voiceAloneDB = -36.0 // LUFS, where nothing plays
	voiceRoomDB  = 3.0   // so far it stays below the cap: the other half is for what plays
	voiceEdge    = 200 * time.Millisecond
	voiceTail    = 20 * time.Millisecond // a recording that breaks off does not click
)

// chime is the soft tone: it comes in as fast as the budget lets it, then dies away.
type chime struct {
	tone   *tone
	wanted float64 // power
	rising time.Duration
	gain   float64 // amplitude at the end of the last block
	goal   float64
}

// strike begins the tone beside what plays at some level; at SilenceDB nothing does.
func (c *chime) strike(level float64) {
	if level <= SilenceDB {
		level = markAloneDB + markBelowDB
	}
	c.wanted, c.rising = fromDB(level-markBelowDB), markRise
}

// want is the power the tone wants after some time; got is what it has.
func (c *chime) want(got float64, dt time.Duration) float64 {
	if c.rising > 0 {
		c.rising -= dt
		if got < c.wanted {
			return c.wanted
		}
		c.rising = 0
	}
	const unheard = 1e-9 // −90 LUFS
	if got < unheard {
		return 0
	}
	return got * math.Exp(-2*dt.Seconds()/markFall.Seconds())
}

func (c *chime) quiet() bool { return c.rising <= 0 && c.gain == 0 && c.goal == 0 }

func (c *chime) next(share float64) float64 {
	if c.gain == 0 && c.goal == 0 {
		return 0
	}
	v, _ := c.tone.next()
	return v * (c.gain + (c.goal-c.gain)*share)
}

// said is a recording to be heard, and the highest loudness of its loudest 400 ms, LUFS.
type said struct {
	recording *Recording
	most      float64
}

// gain is the amplitude factor that keeps a recording as loud as it may be. None is made louder than it was recorded.
func (s said) gain() float64 {
	if s.recording == nil {
		return 0
	}
	return s.recording.gain(s.most)
}

// speaking plays one recording after the other.
type speaking struct {
	now    said
	next   said
	at     float64 // frame of the recording
	level  float64 // amplitude factor at the end of the last block
	goal   float64 // and at the end of this one
	way    float64 // 0…1: faded in
	ending bool
}

// say lets a recording be heard. One that is being heard fades out first.
func (s *speaking) say(v said) {
	s.next, s.ending = v, s.now.recording != nil
	s.begin()
}

func (s *speaking) begin() {
	if s.now.recording == nil && s.next.recording != nil {
		*s = speaking{now: s.next, level: s.next.gain(), goal: s.next.gain()}
	}
}

// hold bounds what is said and what waits to be. A voice that was made softer stays so until its end.
func (s *speaking) hold(most float64) {
	s.now.most, s.next.most = min(s.now.most, most), min(s.next.most, most)
	s.level, s.goal = s.goal, s.now.gain()
}

// power is the most that may be heard of a voice in the next block: that of its loudest 400 ms.
func (s *speaking) power() float64 {
	r := s.now.recording
	if r == nil {
		return 0
	}
	way := min(1, s.way+BlockTime.Seconds()/voiceEdge.Seconds()) * max(s.level, s.goal)
	return way * way * fromDB(r.loudest)
}

// frame gives the next frame; share is how much of the block has passed, 0…1.
func (s *speaking) frame(share float64) (left, right float64) {
	r := s.now.recording
	if r == nil {
		return 0, 0
	}
	step := BlockTime.Seconds() / BlockFrames / voiceEdge.Seconds()
	if s.ending {
		step = -step
	}
	s.way = max(0, min(1, s.way+step))
	left, right = r.at(s.at)
	g := (s.level + (s.goal-s.level)*share) * s.way * r.tail(s.at)
	s.at += float64(r.rate) / Rate
	if s.at >= float64(r.frames()) || (s.ending && s.way == 0) {
		s.now, s.ending = said{}, false
		s.begin()
	}
	return left * g, right * g
}

// marks are what is heard once: the chime and the voice. Silence fades them out like everything else; what comes meanwhile waits.
type marks struct {
	gate   gate
	chime  chime
	speech speaking
	struck float64 // level beside which a chime waits; 0: none does
	waits  said
	opened float64 // of the gate, at the end of the last block
	opens  float64
}

func newMarks() marks {
	return marks{gate: gate{open: true, way: 1}, chime: chime{tone: newTone(markHz, markPartials())}, opened: 1, opens: 1}
}

func (m *marks) strike(level float64) {
	if m.gate.ending() { // what it ends must not come back
		m.struck = level
		return
	}
	m.chime.strike(level)
}

func (m *marks) say(v said) {
	if m.gate.ending() {
		m.waits = v
		return
	}
	m.speech.say(v)
}

// silence begins to fade out what is heard and drops what waits.
func (m *marks) silence() {
	m.struck, m.waits = 0, said{}
	m.gate.open = m.quiet()
}

// hold bounds what is said, and what waits to be.
func (m *marks) hold(most float64) {
	m.speech.hold(most)
	m.waits.most = min(m.waits.most, most)
}

func (m *marks) quiet() bool { return m.chime.quiet() && m.speech.now.recording == nil }

// pass lets time pass.
func (m *marks) pass(fade time.Duration) {
	if m.gate.ended {
		m.over()
	}
	m.opened = m.opens
	m.gate.pass(BlockTime, fade)
	m.opens = m.gate.gain()
}

// over forgets what has faded out and begins what has waited for that.
func (m *marks) over() {
	m.chime.rising, m.chime.gain, m.chime.goal, m.speech = 0, 0, 0, speaking{}
	m.gate, m.opens = gate{open: true, way: 1}, 1
	if m.struck != 0 {
		m.chime.strike(m.struck)
	}
	m.speech.say(m.waits)
	m.struck, m.waits = 0, said{}
}

func (m *marks) next(share float64) (left, right float64) {
	v := m.chime.next(share)
	left, right = m.speech.frame(share)
	g := m.opened + (m.opens-m.opened)*share
	return (left + v) * g, (right + v) * g
}

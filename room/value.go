package room

import (
	"time"

	"hubd/dsp"
)

// SessionKind is what a session is for. Cues, practices and stored detail exist only inside one.
type SessionKind uint8

// The kinds of design section 5.1. The zero SessionKind is no session.
const (
	NoSession SessionKind = iota
	Together
	Alone
	PracticeSession
	Night
)

// String gives the word used in events and commands; none for NoSession.
func (k SessionKind) String() string {
	return [...]string{"none", "together", "alone", "practice", "night"}[k]
}

// ParseSessionKind reads the word of a kind; NoSession and false for any other text, none included.
func ParseSessionKind(s string) (SessionKind, bool) {
	for k := Together; k <= Night; k++ {
		if k.String() == s {
			return k, true
		}
	}
	return NoSession, false
}

// Phase is a step in the life of a session.
type Phase uint8

// The phases of a session.
const (
	PhaseStart Phase = iota
	PhasePause
	PhaseResume
	PhaseEnd
	PhaseAfter // the after scene has begun
)

// String gives the word used in events.
func (p Phase) String() string {
	return [...]string{"start", "pause", "resume", "end", "after"}[p]
}

// Session tells that a session changed. Who paused is never part of it.
type Session struct {
	Of      SessionKind
	Phase   Phase
	Private bool
	Joined  bool // at PhaseEnd and the PhaseStart with it: the same people's session goes on as another kind, since somebody joined
}

// Kind is the event name.
func (Session) Kind() string { return "session" }

// CheckIn asks the people in the room how it is.
type CheckIn struct {
	Reason string // asked by hand: "asked"; by hubd itself: "wound_up", "quiet_low" or "turn", for that wearer alone
	Of     int    // the wearer whose body gave reason to ask, counted from 1; 0: asked by hand
}

// Kind is the event name.
func (CheckIn) Kind() string { return "check_in" }

// PracticePhase is a step in the life of a practice.
type PracticePhase uint8

// The phases of a practice.
const (
	PracticeStarted PracticePhase = iota
	PracticeDone
	PracticeStopped
)

// String gives the word used in events.
func (p PracticePhase) String() string { return [...]string{"started", "done", "stopped"}[p] }

// Practice tells that a practice changed.
type Practice struct {
	Name  string
	Phase PracticePhase
	Ran   time.Duration // how long it ran; 0 as it starts
}

// Counts tells whether a practice that ended has a result: it is done, or was stopped after at least a minute.
func (p Practice) Counts() bool {
	return p.Phase == PracticeDone || p.Phase == PracticeStopped && p.Ran >= resultAfter
}

// Kind is the event name.
func (Practice) Kind() string { return "practice" }

// Light is what the room's lamps are asked for, in the lamps' own range.
type Light struct {
	Brightness float64       // percent, 0…100
	Kelvin     float64       // colour temperature
	Transition time.Duration // never 0
}

// Sound is what the room's player is asked for. The zero Sound is silence.
type Sound struct {
	Bed     string    // noise, rain, or empty
	LevelDB dsp.Maybe // relative to full scale, at most the volume cap
	SwellDB dsp.Maybe // depth of the breath swell
	HumHz   dsp.Maybe // frequency of the humming tone
}

// Pace is the breathing pacer. The zero Pace is none.
type Pace struct {
	BreathsPerMin float64       // 4.5…7
	InhaleShare   float64       // part of a breath spent breathing in, 0…1
	Hold          time.Duration // after breathing in; 0 unless chosen
	PhaseZero     time.Duration // stream time at which a breath in began
}

// Cue is what the room does now.
type Cue struct {
	Scene  string // settle, base, pause, after, neutral, or an own one
	Light  Light
	Sound  Sound
	Pace   Pace
	Reason string // session_start, state, by_hand, practice, pause, resume, end, …
	Mark   Mark   // heard once, now
}

// Mark is what is heard once as a step of a practice begins, so that nobody has to look. The zero Mark is nothing.
type Mark struct {
	Hush  bool   // what an earlier mark began ends: its practice is over, or somebody does not want it
	Tone  bool   // one soft tone
	Voice string // file with the step's words spoken; empty: none
}

// Kind is the event name.
func (Cue) Kind() string { return "cue" }

// Owner tells who decides about a lamp.
type Owner uint8

// The owners of a lamp.
const (
	OwnerHubd Owner = iota
	OwnerHand       // somebody or something else changed it: hubd lets go
)

// String gives the word used in events.
func (o Owner) String() string { return [...]string{"hubd", "hand"}[o] }

// LampCommand is one step of one lamp, inside the envelope and the rate budget. With OwnerHand nothing is to be sent: it
// tells that hubd let go.
type LampCommand struct {
	Lamp       string
	Owner      Owner
	Brightness dsp.Maybe     // percent; exactly one of Brightness and Kelvin is known with OwnerHubd
	Kelvin     dsp.Maybe     // colour temperature
	Transition time.Duration // never 0
	Planned    time.Duration // stream time of the plan; more than 2 s later it must not be sent any more
	Waits      bool          // pause and restore: sent whenever the broker is there, however late
}

// Kind is the event name.
func (LampCommand) Kind() string { return "lamp" }

// Whites tells which colour temperatures a lamp can do. The zero Whites tells nothing.
type Whites struct {
	Known    bool
	None     bool    // a lamp of one white, or of colours alone: it is never asked for a colour temperature
	Min, Max float64 // kelvin: the warmest and the coldest; without meaning where None
}

// LampReport is what a lamp says of itself, or that a command could not be sent.
type LampReport struct {
	Lamp       string
	On         dsp.Maybe // 1 on, 0 off
	Brightness dsp.Maybe // percent
	Kelvin     dsp.Maybe
	Coloured   bool   // it shows a colour, and no colour temperature
	Whites     Whites // what it can do, where that is told while hubd runs
	Lost       bool   // a command was dropped unsent: what was sent before it holds on
	Gone       bool   // the lamp cannot be reached: cut off at the wall, or out of radio range

	Shut dsp.Maybe // 1: nothing gets to it or comes from it, since the broker is away; 0: the way is open again

	Planned time.Duration // with Lost: of that command
}

// Question asks a lamp how it is, where it has not said that it did what it was told.
type Question struct {
	Lamp  string
	White bool // its colour temperature, too
}

// Span is a range of values. The zero Span is none.
type Span struct {
	Known     bool
	Low, High float64
}

// hull is the smallest Span that holds this one and all the values.
func (s Span) hull(values ...float64) Span {
	for _, v := range values {
		if !s.Known {
			s = Span{Known: true, Low: v, High: v}
		}
		s.Low, s.High = min(s.Low, v), max(s.High, v)
	}
	return s
}

// LampSnapshot is how a lamp was before the session, and where hubd has put it since: what is found elsewhere after a crash, somebody
// else has moved.
type LampSnapshot struct {
	Lamp       string
	On         bool
	Brightness dsp.Maybe // percent
	Kelvin     dsp.Maybe

	AskedBrightness Span // percent
	AskedKelvin     Span
}

// Snapshot lets a restart put the room back. It holds no session kind and no wearer.
type Snapshot struct {
	Open  bool // a session had begun to command lamps and has not restored them
	Lamps []LampSnapshot
}

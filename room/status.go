package room

// Status is what the room is doing, for whoever shows it. It tells nothing about who paused or answered.
type Status struct {
	Session  SessionKind // NoSession also while the after scene runs
	Phase    Phase       // PhaseStart, PhasePause or PhaseAfter; PhaseEnd where nothing runs
	Paused   bool        // the session is paused; outside one, not every wearer has resumed
	Private  bool        // a private session runs
	Members  []bool      // by wearer: takes part; the room's own, to be read before its next step and not to be changed
	Scene    string      // empty where the room does nothing
	Practice string      // empty: none runs
	Step     string      // words of the running step of a guided practice; empty: none
	CheckIn  bool        // an answer is awaited
	Cues     bool        // somebody's State may steer the room
	Pace     Pace        // zero: no pacer

	BreathPace   float64 // breaths per minute of the next practice
	NightCeiling float64 // percent
	VolumeCap    float64 // dB
	InUse        bool    // a session runs, or its after scene
}

// Status tells what the room is doing.
func (r *Room) Status() Status {
	s := Status{
		Phase: PhaseEnd, Paused: r.paused(), Members: r.members, Scene: r.wish.name, CheckIn: r.checkIn.on,
		BreathPace: r.breathPace, NightCeiling: r.nightCeiling, VolumeCap: r.volumeCap, InUse: r.session.stage != stageIdle,
		Pace: r.wish.scene.Pace,
	}
	switch r.session.stage {
	case stageRunning:
		s.Phase, s.Session, s.Private = PhaseStart, r.session.kind, r.session.private
	case stageAfter:
		s.Phase = PhaseAfter
	}
	if r.hold && r.session.stage != stageIdle {
		s.Phase = PhasePause
	}
	for i := range r.wearers {
		s.Cues = s.Cues || r.wearers[i].cues
	}
	if r.practice.on {
		s.Practice, s.Step = r.practice.is.Name, r.practice.step
	}
	if s.Pace.BreathsPerMin > 0 {
		s.Pace.PhaseZero = r.phaseZero
	}
	return s
}

package wire

import (
	"slices"
	"time"

	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// RoomFacts is what RoomView tells of the room besides its cue; room.Status has it all.
type RoomFacts struct {
	Active       bool // a session runs
	Session      room.SessionKind
	Cues         bool
	Scene        string
	Practice     string
	BreathPace   float64 // breaths per minute
	NightCeiling float64 // percent
	VolumeCap    float64 // dB
}

// RoomView gathers what may be told of the room and forms its payloads of design section 6.3.
//
// What tells of people (the scene and why, the practice and its pacer, the kind of session, that all are settled) is told only
// while every wearer in the session shares at least their state. Each payload is due when it changed, at once: these values
// change by acts and by scenes, not by the second. No event names a wearer.
//
// The cue is the one that is also repeated, every cueEvery while it holds: whoever follows it must be able to tell that it holds no
// more, and a message that was missed must not leave a light where it should not be.
type RoomView struct {
	facts   RoomFacts
	told    bool
	members []string
	cue     room.Cue
	hasCue  bool
	states  []wearerState
	settled bool // all were, when last looked at

	sentCue     room.Cue
	sentFacts   RoomFacts
	sentSession RoomFacts
	cueSent     bool
	cueAt       time.Duration
	factsSent   bool
	sessionSent bool
}

// wearerState is the newest state of somebody who shares it.
type wearerState struct {
	wearer string
	name   regulation.Name
}

// Follow takes the room's facts. told says whether every wearer in the session shares at least their state, members who they are.
func (v *RoomView) Follow(f RoomFacts, told bool, members []string) {
	v.facts, v.told = f, told
	if !slices.Equal(members, v.members) {
		v.members = append(v.members[:0], members...)
		v.states, v.settled = v.states[:0], false
	}
}

// Apply takes one event that pipeline.Disclose let through for the broker. Where it is a moment of its own its payload for the
// event topic is appended to dst; else dst comes back as it was.
func (v *RoomView) Apply(dst []byte, e pipeline.Event) []byte {
	switch x := e.Value.(type) {
	case room.Cue:
		v.cue, v.hasCue = x, true
		v.cue.Mark = room.Mark{} // heard in the room alone: a payload without it is no new one
	case room.CheckIn:
		return moment(dst, "check_in").close()
	case room.Reminder:
		return moment(dst, "reminder").text("text", x.Words).close()
	case room.Session:
		return v.session(dst, x)
	case room.Practice:
		if x.Phase == room.PracticeDone && v.told {
			return moment(dst, "practice_done").text("name", x.Name).close()
		}
	case regulation.State:
		return v.state(dst, e.Wearer, x.Name)
	case pipeline.Refused:
		if e.Wearer == "" {
			return refused(dst, x)
		}
	}
	return dst
}

func moment(dst []byte, kind string) object { return open(dst).text("event_type", kind) }

// session tells of a beginning and an end. That somebody joined is neither: an automation would take it for the end of the evening.
func (v *RoomView) session(dst []byte, s room.Session) []byte {
	v.states, v.settled = v.states[:0], false
	o := object(nil)
	if s.Joined {
		return dst
	}
	switch s.Phase {
	case room.PhaseStart:
		o = moment(dst, "session_started")
	case room.PhaseEnd:
		o = moment(dst, "session_ended")
	default:
		return dst
	}
	if v.told && s.Of != room.NoSession {
		o = o.text("kind", s.Of.String())
	}
	return o.close()
}

// state tells once when the last of those in the session has settled.
func (v *RoomView) state(dst []byte, wearer string, n regulation.Name) []byte {
	i := slices.IndexFunc(v.states, func(s wearerState) bool { return s.wearer == wearer })
	if i < 0 {
		i, v.states = len(v.states), append(v.states, wearerState{wearer: wearer})
	}
	v.states[i].name = n
	was := v.settled
	v.settled = v.told && v.facts.Active && v.allSettled()
	if v.settled && !was {
		return moment(dst, "settled").close()
	}
	return dst
}

func (v *RoomView) allSettled() bool {
	for _, m := range v.members {
		if !slices.Contains(v.states, wearerState{m, regulation.Settled}) {
			return false
		}
	}
	return len(v.members) > 0
}

// Again makes every payload due once more, as after a connect or a birth message.
func (v *RoomView) Again() { v.cueSent, v.factsSent, v.sessionSent = false, false, false }

// cueEvery is how often a cue that holds is told anew.
const cueEvery = 30 * time.Second

// PublishCue appends the payload of room/cue where it is due at now, and takes it as sent. A cue holds until the session is over, or
// becomes one for the night, in which the room does nothing; then it is forgotten.
func (v *RoomView) PublishCue(dst []byte, now time.Duration) ([]byte, bool) {
	c := v.cue
	if !v.told {
		c.Scene, c.Reason, c.Pace = "", "", room.Pace{}
	}
	holds := v.facts.Active && v.facts.Session != room.Night
	again := holds && (!v.cueSent || now-v.cueAt >= cueEvery)
	due := v.hasCue && (again || c != v.sentCue)
	if due {
		v.sentCue, v.cueSent, v.cueAt = c, true, now
		dst = cue(open(dst), c).close()
	}
	if !holds {
		v.hasCue, v.sentCue = false, room.Cue{}
	}
	return dst, due
}

// PublishSession appends the payload of room/session where it is due, and takes it as sent.
func (v *RoomView) PublishSession(dst []byte) ([]byte, bool) {
	f := RoomFacts{Active: v.facts.Active}
	if v.told && f.Active {
		f.Session = v.facts.Session
	}
	if v.sessionSent && f == v.sentSession {
		return dst, false
	}
	v.sentSession, v.sessionSent = f, true
	o := open(dst).flag("active", f.Active)
	if f.Session != room.NoSession {
		o = o.text("kind", f.Session.String())
	}
	return o.close(), true
}

// PublishState appends the payload of room/state where it is due, and takes it as sent.
func (v *RoomView) PublishState(dst []byte) ([]byte, bool) {
	f := v.facts
	f.Active, f.Session = false, room.NoSession
	if !v.told {
		f.Scene, f.Practice = "", ""
	}
	if v.factsSent && f == v.sentFacts {
		return dst, false
	}
	v.sentFacts, v.factsSent = f, true
	o := open(dst).flag("cues", f.Cues).word("scene", f.Scene).word("practice", f.Practice)
	o = o.number("breath_pace", f.BreathPace, breathDecimals).number("night_ceiling", f.NightCeiling, brightnessDecimals)
	return o.number("volume_cap", f.VolumeCap, levelDecimals).close(), true
}

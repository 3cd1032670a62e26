package pipeline

import (
	"hubd/regulation"
	"hubd/room"
)

// discloseDetail passes, as events of one wearer, what that wearer wants kept of a session in detail: the own state and check-ins, and the
// room as that wearer's session saw it, its first and last step included. Nothing in it tells of another wearer's body.
func discloseDetail(e Event, wearer string, c Consent) (Event, bool) {
	w, ok := c.of(wearer)
	if !ok || c.Private || !w.Session {
		return Event{}, false
	}
	mine := Event{Wearer: wearer, At: e.At, Value: e.Value}
	switch v := e.Value.(type) {
	case regulation.State:
		return mine, e.Wearer == wearer && w.Keep >= KeepJournal && !w.passing
	case room.Practice:
		return mine, w.Keep >= KeepSummaries
	case room.CheckIn:
		if e.Wearer != wearer {
			mine.Value = room.CheckIn{} // asked by hand, or for a reason that is somebody else's
		}
		return mine, w.Keep >= KeepJournal && !w.passing
	case room.Cue:
		seen, ok := seenWith(v, c.others(wearer))
		mine.Value = seen
		return mine, ok && w.Keep >= KeepJournal
	}
	return Event{}, false
}

// seenWith is what one wearer's rows may hold of a Cue. Where others take part, what States have moved tells of them too, and is not kept;
// nor is the pacer, which may follow another's own pace.
func seenWith(v room.Cue, others bool) (room.Cue, bool) {
	if !others {
		return v, true
	}
	v.Pace = room.Pace{}
	switch v.Reason {
	case "session_start", "resume", "base", "by_hand", "no_answer", "practice", "pause", "end":
		return v, true
	}
	return room.Cue{}, false
}

// others tells whether somebody else takes part in the session.
func (c Consent) others(wearer string) bool {
	for _, w := range c.InRoom {
		if w.Session && w.Wearer != wearer {
			return true
		}
	}
	return false
}

// discloseWaiting passes what a wearer could keep of a private session: as at journal, and to nobody but that wearer's own part, which
// waits in memory. Who wants nothing kept has no part that could wait.
func discloseWaiting(e Event, wearer string, c Consent) (Event, bool) {
	w, ok := c.of(wearer)
	if !ok || !c.Private || !w.Session || w.Keep == KeepNothing {
		return Event{}, false
	}
	open := Consent{InRoom: append([]WearerConsent(nil), c.InRoom...)}
	for i := range open.InRoom {
		if open.InRoom[i].Wearer == wearer {
			open.InRoom[i].Keep = KeepJournal
		}
	}
	if e.Wearer == wearer {
		if told, ok := discloseHistory(e, open); ok {
			return told, true
		}
	}
	return discloseDetail(e, wearer, open)
}

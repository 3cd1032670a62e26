package pipeline

import (
	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// Disclose is the only door out of hubd. It gives the part of an Event that an Audience may have under a Consent, and false
// where it may have nothing (design section 5.2). A session stays visible as "in use", never as what it is, unless every wearer
// in it shares at least their state.
//
// Disclose may take away from a Value; it never adds, and it never passes a kind of Value that is not named here.
func Disclose(e Event, a Audience, c Consent) (Event, bool) {
	switch a.Kind {
	case AudienceLog, AudienceMetrics:
		return discloseHealth(e)
	case AudienceHistory:
		if a.Wearer != "" {
			return discloseDetail(e, a.Wearer, c)
		}
		return discloseHistory(e, c)
	case AudienceWaiting:
		return discloseWaiting(e, a.Wearer, c)
	case AudiencePage:
		if e.Wearer != "" && e.Wearer == a.Wearer {
			return e, true
		}
		if _, pair := e.Value.(regulation.Coregulation); pair {
			return Event{}, false // never live before the two people's eyes, whatever they share
		}
		return disclosePage(e, a.Wearer, c)
	case AudienceBroker:
		if c.Private {
			c = c.withheld()
		}
		return discloseOthers(e, c)
	}
	return Event{}, false
}

// discloseHealth passes what is about the machine alone: no bodily value, no wearer, no session.
func discloseHealth(e Event) (Event, bool) {
	f, ok := e.Value.(dsp.Fault)
	if !ok {
		return Event{}, false
	}
	f.Wearer = dsp.SharedWearer
	return Event{At: e.At, Value: f}, true
}

// discloseHistory passes what each wearer wants kept. A fault without a wearer is always kept.
func discloseHistory(e Event, c Consent) (Event, bool) {
	if e.Wearer == "" {
		_, fault := e.Value.(dsp.Fault)
		return e, fault
	}
	w, ok := c.of(e.Wearer)
	if !ok || c.Private && !endsInTheOpen(e.Value) {
		return Event{}, false
	}
	switch e.Value.(type) {
	case dsp.HeartRate, dsp.HRV, dsp.Respiration, dsp.EDA, dsp.Signal, regulation.State, regulation.Night, dsp.Fault, Part, Choice:
		return e, w.Keep >= KeepSummaries
	case dsp.Beat, dsp.IBI, dsp.SCR, dsp.Coherence, regulation.Recovery, PracticeResult:
		return e, w.Keep >= KeepJournal && w.Session && !w.passing
	case Answered: // made inside a session only, and the answer stop ends it in its own step
		return e, w.Keep >= KeepJournal
	}
	return Event{}, false
}

// endsInTheOpen tells whether a session that was not private is over for a wearer. Its end is told as its beginning was, also where a private one takes
// its place in the same step: it looks like any other end, and without one the row would look like a loss of power.
func endsInTheOpen(v Value) bool {
	p, part := v.(Part)
	return part && !p.Joined && !p.Private
}

// discloseOthers passes what people and programs other than the wearer may have.
func discloseOthers(e Event, c Consent) (Event, bool) {
	if e.Wearer == "" {
		return discloseRoom(e, c)
	}
	w, ok := c.of(e.Wearer)
	if !ok {
		return Event{}, false
	}
	switch v := e.Value.(type) {
	case Refused:
		return discloseRefused(e, v, w.Share >= ShareState && c.told()), true
	case room.CheckIn:
		return discloseRoom(Event{At: e.At, Value: v}, c)
	case regulation.State:
		if w.Share == ShareState {
			v.Arousal, v.Vagal, v.Reasons, v.QuietMinutes, v.DeclaredOnly = dsp.Maybe{}, dsp.Maybe{}, nil, 0, false
		}
		return Event{e.Wearer, e.At, v}, w.Share >= ShareState
	case dsp.Signal:
		if w.Share == ShareState {
			v.Quality, v.Reason = 0, ""
		}
		return Event{e.Wearer, e.At, v}, w.Share >= ShareState
	case dsp.Fault:
		return e, w.Share >= ShareState
	case dsp.HeartRate, dsp.HRV, dsp.Respiration, dsp.EDA, regulation.Recovery:
		return e, w.Share >= ShareFull
	}
	return Event{}, false
}

// disclosePage passes what a wearer's page may have that is not about that wearer. Who takes part in a session sees and hears what the
// room does in it: the kind that they joined, the practice and its pacer are no news. A scene and its reason are, where another's State
// may have moved them.
func disclosePage(e Event, viewer string, c Consent) (Event, bool) {
	w, ok := c.of(viewer)
	if !ok || !w.Session || w.passing || e.Wearer != "" {
		return discloseOthers(e, c)
	}
	told := c.toldTo(viewer)
	switch v := e.Value.(type) {
	case room.Cue:
		if !told {
			v.Scene, v.Reason, v.Mark = "", "", room.Mark{}
		}
		return Event{At: e.At, Value: v}, true
	case room.Session, room.Practice:
		return e, true
	case Refused:
		return discloseRefused(e, v, told), true
	}
	return discloseRoom(e, c)
}

// toldTo reports whether every other wearer of the session shares at least their state: what is left is the viewer's own.
func (c Consent) toldTo(viewer string) bool {
	for _, w := range c.InRoom {
		if w.Session && w.Share < ShareState && w.Wearer != viewer {
			return false
		}
	}
	return true
}

// Page is what a wearer's page may know of the running session.
type Page struct {
	Session bool // its kind, practice and pacer
	Scene   bool // the scene, and why
}

// PageOf is what a wearer's page may know now.
func (c Consent) PageOf(viewer string) Page {
	if w, ok := c.of(viewer); ok && w.Session && !w.passing {
		return Page{Session: true, Scene: c.toldTo(viewer)}
	}
	return Page{Session: c.told(), Scene: c.told()}
}

// ShareToPages is what other wearers' pages get of a wearer: a private session takes nothing from it, for it is between those who are there.
func (c Consent) ShareToPages(wearer string) Share {
	w, _ := c.of(wearer)
	return w.Share
}

// discloseRoom passes the room's own facts; what tells of people only where all of them share it.
func discloseRoom(e Event, c Consent) (Event, bool) {
	told := c.told()
	switch v := e.Value.(type) {
	case room.Cue:
		if !told {
			v.Scene, v.Reason, v.Pace, v.Mark = "", "", room.Pace{}, room.Mark{} // a pacer or a step is a practice
			v.Sound.SwellDB, v.Sound.HumHz = dsp.Maybe{}, dsp.Maybe{}            // and so are a breath and a hum to hear
		}
		return Event{At: e.At, Value: v}, true
	case room.Session:
		if !told {
			v.Of, v.Private = room.NoSession, false
		}
		return Event{At: e.At, Value: v}, true
	case room.CheckIn:
		return Event{At: e.At, Value: room.CheckIn{}}, true
	case room.Practice:
		return Event{At: e.At, Value: v}, told
	case Refused:
		return discloseRefused(e, v, told), true
	case room.LampCommand, room.Reminder:
		return e, true
	case dsp.Fault:
		return e, true
	case regulation.Coregulation:
		return e, c.full()
	}
	return Event{}, false
}

// discloseRefused answers a command. Its name always comes back; a reason such as "a session of kind together runs" only where
// that may be known.
func discloseRefused(e Event, v Refused, told bool) Event {
	if v.Inside && !told {
		v.Reason = ""
	}
	e.Value = v
	return e
}

func (c Consent) of(wearer string) (WearerConsent, bool) {
	for _, w := range c.InRoom {
		if w.Wearer == wearer {
			return w, true
		}
	}
	return WearerConsent{}, false
}

// told reports whether every wearer of the running session shares at least their state. With nobody in a session there is
// nobody to tell of: a scene or practice by hand is the room's own fact.
func (c Consent) told() bool {
	for _, w := range c.InRoom {
		if w.Session && w.Share < ShareState {
			return false
		}
	}
	return true
}

// full reports whether two wearers are in the session and all share everything.
func (c Consent) full() bool {
	n := 0
	for _, w := range c.InRoom {
		if w.Session && (w.Share < ShareFull || w.passing) {
			return false
		}
		if w.Session {
			n++
		}
	}
	return n >= 2
}

// withheld is the same Consent with every share lowered to none, as a private session asks.
func (c Consent) withheld() Consent {
	in := make([]WearerConsent, len(c.InRoom))
	for i, w := range c.InRoom {
		w.Share = ShareNone
		in[i] = w
	}
	c.InRoom = in
	return c
}

// Told reports whether the broker may know the scene, the practice and the kind of the running session.
func (c Consent) Told() bool {
	if c.Private {
		c = c.withheld()
	}
	return c.told()
}

// ShareFor is what the broker gets of a wearer now: none during a private session.
func (c Consent) ShareFor(wearer string) Share {
	w, _ := c.of(wearer)
	if c.Private {
		return ShareNone
	}
	return w.Share
}

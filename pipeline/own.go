package pipeline

import (
	"slices"
	"time"

	"hubd/room"
)

// Part tells that a wearer joined or left a session. It is that wearer's own: it names nobody else.
type Part struct {
	Of      room.SessionKind
	Joined  bool // false: left, or the session ended
	Private bool
}

// Kind is the event name.
func (Part) Kind() string { return "part" }

// Choice tells that one of a wearer's own settings changed, whoever changed it.
type Choice struct {
	Name string // share, keep or cues
	Word string // what it is now, as in commands
}

// Kind is the event name.
func (Choice) Kind() string { return "choice" }

// Answered tells what a wearer answered a check-in: space, touch, reassurance or stop. That all is fine for now is nobody's to keep, and
// what was answered in nobody's name is nobody's.
type Answered struct{ Word string }

// Kind is the event name.
func (Answered) Kind() string { return "answered" }

// standing is what Own compares: where a wearer stands in sessions and settings.
type standing struct {
	of      room.SessionKind
	private bool
	share   Share
	keep    Keep
	cues    bool
}

func (w *Wearer) standing(st room.Status) standing {
	s := standing{share: w.settings.Share, keep: w.settings.Keep, cues: w.settings.Cues}
	if takesPart(st, w.index) {
		s.of, s.private = st.Session, st.Session != room.NoSession && st.Private
	}
	return s
}

// Own appends what each wearer's part in sessions and own settings came to since the last call. It is asked after every step; a pipeline
// that nobody asks tells nothing of it.
func (p *Pipeline) Own(dst []Event) []Event {
	st := p.room.Status()
	for _, w := range p.wearers {
		was, is := w.stood, w.standing(st)
		if was == is {
			continue
		}
		w.stood = is
		dst = w.changes(dst, p.now, was, is)
	}
	return dst
}

func (w *Wearer) changes(dst []Event, at time.Duration, was, is standing) []Event {
	if was.of != is.of {
		if was.of != room.NoSession {
			dst = append(dst, Event{w.id, at, Part{Of: was.of, Private: was.private}})
		}
		if is.of != room.NoSession {
			dst = append(dst, Event{w.id, at, Part{Of: is.of, Private: is.private, Joined: true}})
		}
	}
	if was.share != is.share {
		dst = append(dst, Event{w.id, at, Choice{"share", is.share.String()}})
	}
	if was.keep != is.keep {
		dst = append(dst, Event{w.id, at, Choice{"keep", is.keep.String()}})
	}
	if was.cues != is.cues {
		dst = append(dst, Event{w.id, at, Choice{"cues", onOff(is.cues)}})
	}
	return dst
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// answered appends what a wearer of the running session answers in their own name. It is asked before the answer is obeyed: stop ends the
// session. What another's page or button says is obeyed, and is nobody's word; what answers no question is refused, and is not kept.
func (p *Pipeline) answered(dst []Event, now time.Duration, c Command) []Event {
	w, st := p.find(c.Wearer), p.room.Status()
	if c.Name != CommandAnswer || w == nil || c.Origin.anothers(w.id) || !takesPart(st, w.index) {
		return dst
	}
	if c.Text == "stop" || st.CheckIn && slices.Contains([]string{"space", "touch", "reassurance"}, c.Text) {
		dst = append(dst, Event{w.id, now, Answered{c.Text}})
	}
	return dst
}

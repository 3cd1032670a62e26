package hub

import (
	"time"

	"hubd/room"
)

// silenceAfter is how long after the end of a transition a lamp that has said nothing of its light since the command is asked. It is longer
// than the room's own patience with a report, so that the answer counts.
const silenceAfter = 4 * time.Second

// silence finds the lamps that say nothing to a command: some forget one that finds them busy, without a word. It belongs to the
// processing goroutine and counts in stream time.
type silence struct {
	due map[string]time.Duration // when to ask, by lamp
}

func newSilence() *silence { return &silence{due: map[string]time.Duration{}} }

// commanded notes a command. It is asked after once, whatever the answer: the room's next command begins anew.
func (s *silence) commanded(now time.Duration, c room.LampCommand) {
	if c.Owner != room.OwnerHubd {
		delete(s.due, c.Lamp)
		return
	}
	s.due[c.Lamp] = now + c.Transition + silenceAfter
}

// heard notes what a lamp said.
func (s *silence) heard(r room.LampReport) {
	if r.Gone || r.Brightness.Known || r.Kelvin.Known {
		delete(s.due, r.Lamp)
	}
}

// ask calls for every lamp that is to be asked now.
func (s *silence) ask(now time.Duration, lamp func(id string)) {
	for id, due := range s.due {
		if now >= due {
			delete(s.due, id)
			lamp(id)
		}
	}
}

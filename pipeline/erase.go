package pipeline

import (
	"errors"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// erase makes a wearer a stranger: not sensed any more, in no session, and nothing of the body is known. What the wearer wants less of stays,
// so that an erasing never shares or senses more than before.
func (p *Pipeline) erase(now time.Duration, c Command, w *Wearer) error {
	if c.Origin.Source != SourceSocket {
		return errors.New("a wearer is erased by hubd erase on the machine itself only")
	}
	p.setPaused(w, true)
	p.values = p.room.Leave(p.values, now, w.index)
	p.room.SetOwnPace(w.index, dsp.Maybe{})
	s := w.settings
	s.Baseline, s.ResonancePace = regulation.Baseline{}, dsp.Maybe{}
	s.Forgotten = true
	s.ShareFollows, s.KeepFollows, s.CuesFollow = false, false, false
	comfort := w.comfort
	*w = *newWearer(w.index, w.options, s)
	w.comfort, w.stood = comfort, w.standing(p.room.Status()) // nothing changed that a row would have to tell
	w.withdraw(p.now)
	p.revision++
	return nil
}

package room_test

import (
	"math"
	"time"

	"hubd/room"
)

// steered is what States have made of the room, and since when they ask for something else. Where two States were merged, what was asked
// for cannot be told by its name: sure says that it can.
type steered struct {
	scene   string // by name; empty: the base scene
	sure    bool
	differs time.Duration // since when something else is asked for; −1: it is not
}

func newSteered() steered { return steered{sure: true, differs: -1} }

// asks is the name of what the States of those who take part ask for now; empty for nothing.
func (w *witness) asks() string {
	present, steering, name := 0, 0, ""
	for i, m := range w.party.members {
		if !m {
			continue
		}
		present++
		if !w.cuesOn[i] {
			continue
		}
		steering++
		switch s := w.says[i]; {
		case s == "" || s == "unknown":
		case name == "":
			name = s
		case name != s:
			name = "merged"
		}
	}
	if present > 1 && steering == 1 {
		return ""
	}
	return name
}

// steers takes in what bodies and people say, and notes since when the room is not what States ask for.
func (w *witness) steers(c call) {
	s := &w.steered
	switch c.of {
	case callState:
		w.says[c.wearer] = c.word
	case callCues:
		for i := range w.cuesOn {
			if c.wearer == i || c.wearer == -1 {
				w.cuesOn[i] = c.on
			}
		}
	}
	if w.party.stage != running || w.paused() || w.party.rests && w.party.away(c.at) >= 2*time.Minute || w.party.comfort().steady {
		*s = newSteered()
	}
	if c.of != callTick {
		return // what is taken back before the room looks was never asked for
	}
	asks := w.asks()
	s.sure = s.sure && asks != "merged"
	switch {
	case asks == s.scene, w.party.rests: // a delay begins anew when the sensors are on again
		s.differs = -1
	case s.differs < 0:
		s.differs = c.at
	}
}

// discreet checks that what States ask for begins late, goes slowly, and is the States' to ask for.
func (w *witness) discreet(c call, q room.Cue) {
	inCheckIn := q.Reason == "check_in" && c.of == callTick && q.Scene != w.cue.Scene && w.party.practice == "" && !w.party.byHand &&
		!w.party.comfort().steady // there it is the base scene that comes
	states := q.Reason == "state" || inCheckIn
	if c.of != callTick || !states || q.Scene != w.cue.Scene || q.Light.Brightness != w.cue.Light.Brightness { // nobody answers: that base scene is not the States'
		w.slowly = states && c.of == callTick
	}
	if !states {
		return
	}
	if w.party.stage != running || w.paused() || w.party.practice != "" || w.party.byHand {
		w.fail("a State moves a room that is not the States': %+v", q)
	}
	is := q.Scene
	if is == w.party.base() {
		is = ""
	}
	if c.of != callTick || is == w.steered.scene {
		return // what they had asked for before is shown again
	}
	w.late(q)
	moves := q.Light.Brightness != w.cue.Light.Brightness || q.Light.Kelvin != w.cue.Light.Kelvin // or a voice ends, and the light stays
	if moves && q.Light.Transition < w.o.Discretion.Fade {
		w.fail("a State moves the light within %v, and %v is the least: %+v", q.Light.Transition, w.o.Discretion.Fade, q)
	}
	w.steered = steered{scene: is, sure: is != "merged", differs: -1}
}

// late checks that the room was asked for something else long enough before it turns.
func (w *witness) late(q room.Cue) {
	s := w.steered
	switch {
	case !s.sure || w.party.away(w.now) >= 2*time.Minute:
	case s.differs < 0:
		w.fail("no State asks for it: %+v", q)
	case w.now-s.differs < w.o.Discretion.DelayMin:
		w.fail("a State moves the room after %v, and %v is the least: %+v", w.now-s.differs, w.o.Discretion.DelayMin, q)
	}
}

// slow checks that no lamp goes faster than the whole way within the fade of what a State asks for.
func (w *witness) slow(k *seen, from float64, m room.LampCommand) {
	by := w.cue.Light
	if by.Transition = 0; k.steeredBy != by { // sound may still be rising, which tells the same light again
		k.steeredBy, k.far = by, 0
	}
	k.far = max(k.far, math.Abs(w.cue.Light.Brightness-from))
	if !w.slowly || w.party.breathing() {
		return
	}
	if fast := math.Abs(m.Brightness.Value-from) / m.Transition.Seconds(); fast > k.far/w.o.Discretion.Fade.Seconds()+0.5/m.Transition.Seconds()+rounding {
		w.fail("a State moves lamp %s at %.2f points a second, for %.1f points: %+v", k.o.ID, fast, k.far, m)
	}
}

package room_test

import (
	"math"
	"time"

	"hubd/dsp"
	"hubd/room"
)

// This is the part of the witness that checks where a lamp is asked to go, in a pause, in a session and on its way back.

// pauseFinds notes what a pause finds a lamp at that it has not commanded yet.
func (k *seen) pauseFinds(at dsp.Maybe) {
	if at.Known && !(k.pausedFrom.Known && k.pausedFrom.Value >= at.Value) {
		k.pausedFrom, k.pausedFirst = at, at.Value
	}
}

func (w *witness) pausing(k *seen, from float64, m room.LampCommand) {
	to := m.Brightness.Value
	if k.brightness.Known && math.Abs(to-k.brightness.Value) <= 0.5 {
		return // it is told to stay where it has just said that it is
	}
	if math.Abs(to-from) > rounding && m.Transition < 10*time.Second {
		w.fail("a pause changes the light within %v", m.Transition)
	}
	if w.now < w.party.pausedAt+time.Minute && k.pausedFrom.Known && to > k.pausedFrom.Value+10+rounding {
		w.fail("a pause goes from %.1f to %.1f", k.pausedFrom.Value, to)
	}
	goal := w.cue.Light.Brightness
	if w.now < w.party.pausedAt+time.Minute && k.pausedFrom.Known {
		goal = min(goal, k.pausedFrom.Value+10)
	}
	low := min(goal, k.pausedFirst+10-0.5)                                                                        // the room keeps to what it took the lamp for, though it proves to have been brighter
	if math.Abs(to-goal) > 0.5+rounding && !(k.pausedFrom.Known && to >= low-rounding && to <= max(from, goal)) { // a change so small is none
		w.between("pause", k, from, to, goal)
	}
}

// serving checks that a lamp goes towards what was told, and no further: in a breathing light 8 points under it.
func (w *witness) serving(k *seen, from float64, m room.LampCommand) {
	w.slow(k, from, m)
	goal := w.cue.Light.Brightness
	low := goal
	if c := w.party.comfort(); w.party.breathing() && !c.never["modulated_light"] && !c.steady {
		low = min(goal, max(c.floor, goal-8))
	}
	to := m.Brightness.Value
	if to < min(from, low)-rounding && to < w.ceiling()-rounding || to > max(from, goal)+rounding {
		w.fail("from %.2f to %.2f, and wanted is %.2f: %+v", from, to, goal, m)
	}
}

func (w *witness) between(what string, k *seen, from, to, goal float64) {
	goal = min(goal, w.ceiling())
	if to < min(from, goal)-rounding && to < w.ceiling()-rounding || to > max(from, goal)+rounding {
		w.fail("%s: lamp %s goes from %.2f to %.2f, and wanted is %.2f", what, k.o.ID, from, to, goal)
	}
}

// puttingBack checks a restore: only what was remembered and not taken, never faster than a minute for the whole way.
func (w *witness) puttingBack(k *seen, from float64, m room.LampCommand) {
	before, ok := w.remembered(k.o.ID)
	untouched := !before.AskedBrightness.Known && !before.AskedKelvin.Known
	if !ok || k.taken || untouched || !before.On && !w.o.SwitchOn {
		w.fail("put back, though taken (%v) or off before (%+v): %+v", k.taken, before, m)
		return
	}
	if !k.back {
		k.back, k.backLow, k.backHigh = true, from, from
	}
	k.backLow, k.backHigh = min(k.backLow, from), max(k.backHigh, from)
	goal := before.Brightness.Or(from)
	if !before.On {
		goal = 0 // hubd had switched it on
	}
	w.between("restore", k, from, m.Brightness.Value, goal)
	end := min(goal, w.ceiling())
	far := max(end-k.backLow, k.backHigh-end)
	if fast := math.Abs(m.Brightness.Value-from) / m.Transition.Seconds(); fast > far/60+0.5/m.Transition.Seconds()+rounding {
		w.fail("put back at %.2f points a second, from %.2f…%.2f for %.2f: %+v", fast, k.backLow, k.backHigh, end, m)
	}
}

func (w *witness) remembered(id string) (room.LampSnapshot, bool) {
	for _, s := range w.stored.Lamps {
		if s.Lamp == id {
			return s, true
		}
	}
	return room.LampSnapshot{}, false
}

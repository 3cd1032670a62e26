package room_test

import (
	"testing"
	"time"

	"hubd/room"
)

// breathed is one swell of the light, and when it was meant to begin.
type breathed struct {
	at, meant time.Duration
	percent   float64
}

// twoHours runs breathing practices without an end on five lamps in two groups, and gives the swells of each lamp from half a minute
// after each practice began, when the lamps have come to the scene. halves is how many there were to answer.
func twoHours(t *testing.T, pace float64, late time.Duration) (h *house, swells map[string][]breathed, halves int) {
	h = fullHouse(t)
	h.grid = late > 0
	h.start(0, room.Alone)
	h.must(h.r.SetBreathPace(nil, h.now, pace))
	swells = map[string][]breathed{}
	for h.now < 2*time.Hour {
		if h.r.Status().Practice == "" {
			h.must(h.r.Practice(nil, h.now, "breath"))
		}
		h.run(30 * time.Second)
		q := h.lastCue().Pace
		from := h.now
		for h.r.Status().Practice != "" && h.now < 2*time.Hour {
			h.run(tick)
		}
		commands, at := of[room.LampCommand](h, from)
		for i, c := range commands {
			if c.Brightness.Known && at[i] < h.now {
				swells[c.Lamp] = append(swells[c.Lamp], breathed{at[i], nearestHalf(q, at[i]), c.Brightness.Value})
			}
		}
		halves += halvesBetween(q, from, h.now, late)
	}
	return h, swells, halves
}

func halfStarts(q room.Pace, breath int64) (in, out time.Duration) {
	period := time.Duration(60 / q.BreathsPerMin * float64(time.Second))
	in = q.PhaseZero + time.Duration(breath)*period
	return in, in + time.Duration(q.InhaleShare*float64(period)) + q.Hold
}

// nearestHalf is the beginning of a half breath that is nearest to an instant.
func nearestHalf(q room.Pace, t time.Duration) time.Duration {
	period := time.Duration(60 / q.BreathsPerMin * float64(time.Second))
	breath := int64((t - q.PhaseZero) / period)
	best := time.Duration(-1)
	for n := breath - 1; n <= breath+1; n++ {
		in, out := halfStarts(q, n)
		for _, s := range []time.Duration{in, out} {
			if best < 0 || (s-t).Abs() < (best-t).Abs() {
				best = s
			}
		}
	}
	return best
}

// halvesBetween counts the half breaths that begin in a time, but for those that may be answered after it.
func halvesBetween(q room.Pace, from, to, late time.Duration) (n int) {
	for b := int64((from-q.PhaseZero).Seconds()*q.BreathsPerMin/60) - 1; ; b++ {
		in, out := halfStarts(q, b)
		if in >= to {
			return n
		}
		for _, s := range []time.Duration{in, out} {
			if s >= from && s < to-late {
				n++
			}
		}
	}
}

// A lamp either breathes, answering every half breath at its instant and as long as it lasts, or it rests. One that answered some
// of them would flicker.
func TestInTwoHoursEveryLampBreathesOrRests(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out with -short")
	}
	for _, row := range []struct {
		pace float64
		late time.Duration // ticked every 50 ms alone, as in a replay, and not also when the room wants it
	}{{4.5, 0}, {6, 0}, {7, 0}, {7, tick}} {
		pace := row.pace
		h, swells, halves := twoHours(t, pace, row.late)
		latest := time.Duration(0)
		for _, id := range h.order {
			all := swells[id]
			if n := len(all); n != 0 && (n < halves-halves/100-1 || n > halves+1) {
				t.Errorf("pace %v: lamp %s answers %d of %d half breaths", pace, id, n, halves)
			}
			for i, s := range all {
				latest = max(latest, (s.at - s.meant).Abs())
				if s.percent != 30 && s.percent != 22 {
					t.Errorf("pace %v: lamp %s at %v: %+v", pace, id, s.at, s)
				}
				if i > 0 && s.percent == all[i-1].percent && s.at-all[i-1].at < 30*time.Second {
					t.Errorf("pace %v: lamp %s does not turn at %v", pace, id, s.at)
				}
			}
		}
		t.Logf("pace %v: %d half breaths, breathing %d, %d, %d and %d, %d times; phase error at most %v",
			pace, halves, len(swells["l1"]), len(swells["l2"]), len(swells["l3"]), len(swells["r1"]), len(swells["r2"]), latest)
		if latest > row.late {
			t.Errorf("pace %v: a swell is %v from its instant", pace, latest)
		}
		checkEveryWindow(t, h)
	}
}

// checkEveryWindow counts the commands of a group in every stretch of time between two of them: at most 3 and one more each 2 s.
func checkEveryWindow(t *testing.T, h *house) {
	t.Helper()
	commands, at := of[room.LampCommand](h, 0)
	sent := map[string][]time.Duration{}
	for i, c := range commands {
		if c.Owner == room.OwnerHubd {
			sent[c.Lamp[:1]] = append(sent[c.Lamp[:1]], at[i])
		}
	}
	windows := 0
	for group, times := range sent {
		for i := range times {
			for j := i; j < len(times); j++ {
				windows++
				if n := float64(j - i + 1); n > 3+(times[j]-times[i]).Seconds()/2+1e-6 {
					t.Fatalf("group %s: %v commands from %v to %v", group, n, times[i], times[j])
				}
			}
		}
	}
	t.Logf("%d commands in %d windows, none over the budget", len(commands), windows)
}

func TestTheLightRestsWhileTheBreathIsHeld(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.start(0, room.Alone)
	h.run(30 * time.Second)
	h.must(h.r.Practice(nil, h.now, "hold")) // 5 a minute, four parts of ten in, 2 s held
	h.run(2 * time.Minute)
	const inhale = 4800 * time.Millisecond
	rises := 0
	for _, x := range h.told {
		c, ok := x.value.(room.LampCommand)
		if !ok || !c.Brightness.Known || c.Transition > inhale {
			continue // a fade to the scene, or a breath out
		}
		rises++
		if c.Transition < inhale-tick {
			t.Errorf("a breath in of %v lights up within %v", inhale, c.Transition)
		}
	}
	if rises < 5 {
		t.Errorf("%d breaths in within two minutes", rises)
	}
}

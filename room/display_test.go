package room_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
)

// What an observer of the room may know: every cue and lamp command from a minute before somebody turns until four minutes after.
const (
	turnsAt   = 100 * time.Second
	watchFrom = turnsAt - time.Minute
	watchFor  = 5 * time.Minute
	lookEvery = 5 * time.Second
)

// TestNobodyCanTellWhoTurned lets two bodies wander, and one of them, by lot, turn activated. An observer that has learnt from half of
// the evenings guesses who it was in the other half. It must do no better than chance.
func TestNobodyCanTellWhoTurned(t *testing.T) {
	if testing.Short() {
		t.Skip("long: left out with -short")
	}
	const evenings = 500
	loud := map[string]room.Scene{"activated": {Sound: room.Sound{Bed: "rain", LevelDB: dsp.Some(-42)}}, "settled": {Light: room.Light{Brightness: 34, Kelvin: 2700}}}
	for _, row := range []struct {
		name   string
		o      room.Options
		cuesOf []bool
	}{
		{"with the scenes as they are", room.Options{}, []bool{true, true}},
		{"with the discretion of the demo", room.Options{Discretion: room.Discretion{DelayMin: 2 * time.Second, DelayMax: 6 * time.Second, Fade: 10 * time.Second}}, []bool{true, true}},
		{"with a sound for one state", room.Options{Scenes: loud}, []bool{true, true}},
		{"with the cues of one alone", room.Options{}, []bool{true, false}},
		{"in quiet hours", room.Options{HasQuiet: true, QuietFrom: 19 * time.Hour, QuietTo: 7 * time.Hour}, []bool{true, true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			right, of := guess(evenings, func(seed uint64) ([]float64, bool) { return turn(t, seed, row.o, row.cuesOf) })
			// the binomial 99 % interval round chance
			if margin := 2.576 * math.Sqrt(0.25*float64(of)); math.Abs(float64(right)-float64(of)/2) > margin {
				t.Errorf("guessed right %d times of %d, and chance is %.0f ± %.0f", right, of, float64(of)/2, margin)
			}
			t.Logf("guessed right %d times of %d (%.1f %%)", right, of, 100*float64(right)/float64(of))
		})
	}
}

// The same observer sees very well that somebody has turned: it is not blind.
func TestTheObserverSeesThatSomebodyTurned(t *testing.T) {
	right, of := guess(200, func(seed uint64) ([]float64, bool) {
		lot := rand.New(rand.NewPCG(seed, 3)).IntN(2) == 1
		return watch(t, seed, room.Options{}, []bool{true, true}, func(w int) bool { return lot && w == 0 }, still), lot
	})
	if right < of*9/10 {
		t.Errorf("only %d of %d", right, of)
	}
	t.Logf("saw that somebody turned %d times of %d", right, of)
}

// turn is one evening in which wearer 0 or 1 turns activated.
func turn(t testing.TB, seed uint64, o room.Options, cues []bool) ([]float64, bool) {
	first := rand.New(rand.NewPCG(seed, 2)).IntN(2) == 0
	return watch(t, seed, o, cues, func(w int) bool { return (w == 0) == first }, wander), first
}

// wander is any State but activated, for half a minute to a minute and a half.
func wander(r *rand.Rand) (regulation.Name, time.Duration) {
	names := []regulation.Name{regulation.Unknown, regulation.Settled, regulation.Engaged, regulation.Withdrawn}
	return names[r.IntN(len(names))], time.Duration(30+r.IntN(60)) * time.Second
}

func still(*rand.Rand) (regulation.Name, time.Duration) { return regulation.Settled, time.Hour }

// watch gives what is to be seen and heard of one evening.
func watch(t testing.TB, seed uint64, o room.Options, cues []bool, turns func(wearer int) bool,
	life func(*rand.Rand) (regulation.Name, time.Duration)) []float64 {
	o.Seed = seed
	o.Lamps = []room.LampOptions{{ID: "bed"}, {ID: "wall"}}
	h := newHouse(t, o)
	for w, on := range cues {
		h.start(w, room.Together)
		h.take(h.r.SetCues(nil, h.now, w, on))
	}
	r := rand.New(rand.NewPCG(seed, 1))
	var is [2]regulation.Name
	var until [2]time.Duration
	var seen []float64
	for h.now < watchFrom+watchFor {
		for w := range is {
			switch {
			case h.now >= turnsAt && turns(w):
				is[w] = regulation.Activated
			case h.now >= until[w]:
				var stay time.Duration
				is[w], stay = life(r)
				until[w] = h.now + stay
			}
			h.state(w, is[w])
		}
		h.second()
		if h.now > watchFrom && h.now%lookEvery == 0 {
			q := h.lastCue()
			seen = append(seen, h.bulbs["bed"].at(h.now), h.bulbs["wall"].at(h.now), h.bulbs["bed"].colour/100, q.Sound.LevelDB.Or(-60), float64(len(q.Sound.Bed)))
		}
	}
	return append(seen, times(h)...)
}

// second lets a second pass in quarters: enough to see by, and quick.
func (h *house) second() {
	for range 4 {
		h.now += 250 * time.Millisecond
		h.take(h.r.Tick(nil, h.now, h.wall(h.now)))
	}
	for _, id := range h.order {
		h.report(id)
	}
}

// times is when the room did something after the turn, to the tick, and what each cue was called.
func times(h *house) []float64 {
	const most = 6
	var out []float64
	cues, at := of[room.Cue](h, turnsAt)
	commands, sent := of[room.LampCommand](h, turnsAt)
	for i := range most {
		when, name, lamp, fine := 0.0, 0.0, 0.0, 0.0
		if i < len(cues) {
			when, name = (at[i] - turnsAt).Seconds(), float64(len(cues[i].Scene))
		}
		if i < len(commands) {
			lamp, fine = (sent[i] - turnsAt).Seconds(), float64(sent[i]%time.Second)/1e9
		}
		out = append(out, when, name, lamp, fine)
	}
	return append(out, float64(len(cues)), float64(len(commands)))
}

// guess lets an observer learn from the even evenings and counts how often it is right about the odd ones: logistic regression over
// the whole of what it saw, each number in its own spread.
func guess(evenings int, evening func(seed uint64) ([]float64, bool)) (right, of int) {
	var x [][]float64
	var y []bool
	for seed := range uint64(evenings) {
		seen, truth := evening(seed)
		x, y = append(x, seen), append(y, truth)
	}
	standardise(x)
	weights := learn(x, y)
	for i := 1; i < len(x); i += 2 {
		of++
		if (dot(weights, x[i]) > 0) == y[i] {
			right++
		}
	}
	return right, of
}

func standardise(x [][]float64) {
	for j := range x[0] {
		sum, squares := 0.0, 0.0
		for i := range x {
			sum += x[i][j]
			squares += x[i][j] * x[i][j]
		}
		n := float64(len(x))
		mean := sum / n
		spread := math.Sqrt(max(squares/n-mean*mean, 1e-12))
		for i := range x {
			x[i][j] = (x[i][j] - mean) / spread
		}
	}
}

func learn(x [][]float64, y []bool) []float64 {
	const rounds, rate, shrink = 120, 0.05, 1e-3
	w := make([]float64, len(x[0]))
	for range rounds {
		for i := 0; i < len(x); i += 2 {
			want := 0.0
			if y[i] {
				want = 1
			}
			miss := want - 1/(1+math.Exp(-dot(w, x[i])))
			for j := range w {
				w[j] += rate*miss*x[i][j]/math.Sqrt(float64(len(w))) - rate*shrink*w[j]
			}
		}
	}
	return w
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

package pipeline_test

import (
	"math"
	"testing"
	"time"

	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/synth"
)

// loop is a body in a room, and each feels the other: the room by the body's sensors, the body by what the room does.
type loop struct {
	*rig
	scene   *synth.Scene
	next    time.Duration
	state   regulation.State
	arousal []float64 // of the first wearer, by second; NaN where not known
	breath  []float64 // breaths a minute, likewise
	rate    float64
	scenes  []string // as they were told one after the other, and when
	at      []time.Duration
}

func newLoop(t *testing.T, scenario string, seed uint64, d room.Discretion) *loop {
	t.Helper()
	s, err := synth.New(scenario, seed)
	if err != nil {
		t.Fatal(err)
	}
	o := options(len(s.Wearers()))
	o.Room.Seed, o.Room.Discretion = seed, d
	rested(&o, s)
	l := &loop{rig: newRig(t, o), scene: s}
	kind := room.Alone
	if len(s.Wearers()) > 1 {
		kind = room.Together
	}
	for _, w := range s.Wearers() {
		l.hear(l.must(pipeline.Command{Name: pipeline.CommandStartSession, Wearer: w, Session: kind, Origin: socket}))
	}
	return l
}

func (l *loop) practise(name string) {
	l.hear(l.must(pipeline.Command{Name: pipeline.CommandPractice, Text: name, Origin: socket}))
}

func (l *loop) live(d time.Duration) {
	for end := l.now + d; l.now < end; {
		l.hear(l.play(read(l.scene, &l.next, l.now+tick), l.now+tick))
		if l.now%time.Second == 0 {
			l.arousal, l.breath = append(l.arousal, or(l.state)), append(l.breath, l.rate)
		}
	}
}

func or(s regulation.State) float64 {
	if !s.Arousal.Known {
		return math.NaN()
	}
	return s.Arousal.Value
}

// hear lets the body feel what the room does.
func (l *loop) hear(events []pipeline.Event) {
	for _, e := range events {
		switch v := e.Value.(type) {
		case regulation.State:
			if e.Wearer == "a" {
				l.state = v
			}
		case room.Cue:
			l.scene.SetRoom(synth.Room{
				BrightnessPercent: v.Light.Brightness, Kelvin: v.Light.Kelvin, LevelDB: v.Sound.LevelDB.Or(-60),
				BreathsPerMin: v.Pace.BreathsPerMin, PhaseZero: v.Pace.PhaseZero,
			})
			if n := len(l.scenes); n == 0 || l.scenes[n-1] != v.Scene {
				l.scenes, l.at = append(l.scenes, v.Scene), append(l.at, l.now)
			}
		}
	}
}

// meanOf is the mean of what is known from one second to another.
func meanOf(v []float64, from, to int) float64 {
	sum, n := 0.0, 0
	for _, x := range v[from:to] {
		if !math.IsNaN(x) {
			sum, n = sum+x, n+1
		}
	}
	return sum / float64(n)
}

// The body model says that a pacer draws a body nearer to rest: by a quarter of the way of room.calm, which for a body that is wound
// up by three spreads takes half a spread off its arousal (synth/room.go).
func TestAPracticeBringsArousalDownAsTheBodySays(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	const seeds = 6
	less := 0.0
	for seed := range uint64(seeds) {
		var wound [2]float64
		for i := range wound {
			l := newLoop(t, "stress", seed+1, room.Discretion{})
			if i == 1 {
				l.practise("breath")
			}
			l.live(160 * time.Second)
			wound[i] = meanOf(l.arousal, 100, 155)
		}
		t.Logf("seed %d: wound up by %.2f spreads, in a breathing practice by %.2f", seed+1, wound[0], wound[1])
		less += (wound[0] - wound[1]) / seeds
	}
	t.Logf("%.2f spreads less on average", less)
	if !(less > 0.2 && less < 2) {
		t.Errorf("a practice takes %.2f spreads off arousal, and the body model half a spread or so", less)
	}
}

// What the room does changes the body, and the body's State what the room does. That loop must come to rest: over half an hour the
// scene changes as the body's own story does, and never to and fro.
func TestTheLoopThroughTheBodyComesToRest(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	for _, row := range []struct {
		scenario string
		most     int // changes of scene within half an hour
	}{{"rest", 3}, {"breathing", 3}, {"freeze", 14}, {"stress", 20}} {
		t.Run(row.scenario, func(t *testing.T) {
			for seed := range uint64(2) {
				l := newLoop(t, row.scenario, seed+1, room.Discretion{DelayMin: 2 * time.Second, DelayMax: 6 * time.Second, Fade: 10 * time.Second})
				l.live(30 * time.Minute)
				t.Logf("seed %d: %d changes of scene in half an hour", seed+1, len(l.scenes)-1)
				if n := len(l.scenes) - 1; n > row.most {
					t.Errorf("seed %d: %d changes of scene: %v at %v", seed+1, n, l.scenes, l.at)
				}
			}
		})
	}
}

package pipeline_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
	"hubd/room"
	"hubd/synth"
)

// The bodies that the states are judged on: more of them, and others, with for example -args -bodies 12 -first 1001.
var (
	bodies = flag.Int("bodies", 4, "simulated people for each scenario")
	first  = flag.Uint64("first", 1, "seed of the first of them")
)

const (
	settling = 45 // s: within them a change is to be noticed; before, neither the old name nor the new one is wrong
	sampling = 4 * time.Millisecond
)

// judgement counts, for one scenario, how the states told compare with what the bodies truly went through.
type judgement struct {
	named, right int // seconds after settling in which both have a name, and the same one
	possible     int // of them, in which the truth has one
	engaged      int // seconds truly engaged
	wound        int // of them, told as activated
	frozen       int // seconds withdrawn after settling, told as settled with confidence over 0.5
	moving       int // seconds truly moving
	mistaken     int // of them, told as activated
	changes      int // of the name told
	cues         int // changes of the room's scene
	seconds      int
	delays       []int          // s from a change of the truth that lasts to its name
	bins         [10][3]float64 // of confidence: seconds, sum of confidence, seconds right
}

// play lets the bodies of a scenario be seen by the whole chain and compares.
func (j *judgement) play(t *testing.T, scenario string, seed uint64, known, motion bool) {
	t.Helper()
	s, err := synth.New(scenario, seed)
	if err != nil {
		t.Fatal(err)
	}
	o := options(len(s.Wearers()))
	for i := range o.Wearers {
		if !motion {
			o.Wearers[i].MotionBus = ""
		}
	}
	if known {
		rested(&o, s)
	}
	r := newRig(t, o)
	kind := room.Alone
	if len(s.Wearers()) > 1 {
		kind = room.Together
	}
	r.start(kind, s.Wearers()...)
	told := map[string][]regulation.State{}
	held := map[string]regulation.State{}
	scene := ""
	for next := time.Duration(0); r.now < s.Duration(); {
		for _, e := range r.play(read(s, &next, r.now+tick), r.now+tick) {
			switch v := e.Value.(type) {
			case regulation.State:
				held[e.Wearer] = v
			case room.Cue:
				if scene != "" && v.Scene != scene {
					j.cues++
				}
				scene = v.Scene
			}
		}
		if r.now%time.Second == 0 {
			for _, id := range s.Wearers() {
				told[id] = append(told[id], held[id])
			}
		}
	}
	j.seconds += int(s.Duration() / time.Second)
	for w, id := range s.Wearers() {
		j.compare(told[id], s.Truth(w))
	}
}

// read takes the sensors' readings up to until.
func read(s *synth.Scene, next *time.Duration, until time.Duration) (out []dsp.Sample) {
	for ; *next < until; *next += sampling {
		for w := range s.Wearers() {
			add := func(k dsp.ChannelKind, v float64) {
				out = append(out, dsp.Sample{Channel: dsp.Channel{Wearer: uint8(w), Kind: k}, T: *next, Volts: v})
			}
			add(dsp.ChannelPulse, s.Pulse(w, *next))
			if *next%(10*sampling) == 0 {
				add(dsp.ChannelEDA, dsp.GroveVolts(s.EDA(w, *next), supply, open))
			}
			if *next%(50*sampling) == 0 {
				add(dsp.ChannelMotion, s.Motion(w, *next))
			}
		}
	}
	return out
}

// compare goes through the seconds; told[i] is what was told as of second i+1.
func (j *judgement) compare(told []regulation.State, truth synth.Truth) {
	span, since := 0, 0
	for i, s := range told {
		at := time.Duration(i+1) * time.Second
		for span+1 < len(truth.States) && truth.States[span+1].From <= at {
			span++
			if truth.States[span].Name != truth.States[span-1].Name {
				since = i
				j.notice(told[i:], truth.States[span])
			}
		}
		if i > 0 && s.Name != told[i-1].Name {
			j.changes++
		}
		j.second(s, truth.States[span].Name, i-since >= settling)
		if slices.ContainsFunc(truth.Moving, func(m synth.Span) bool { return m.From <= at && at < m.To }) {
			j.moving++
			if s.Name == regulation.Activated {
				j.mistaken++
			}
		}
	}
}

// second judges one second.
func (j *judgement) second(s regulation.State, truth regulation.Name, settled bool) {
	if truth == regulation.Engaged {
		j.engaged++
		if s.Name == regulation.Activated {
			j.wound++
		}
	}
	if truth == regulation.Unknown || !settled {
		return
	}
	j.possible++
	if s.Name == regulation.Unknown {
		return
	}
	j.named++
	bin := &j.bins[min(int(10*s.Confidence), 9)]
	bin[0]++
	bin[1] += s.Confidence
	if s.Name == truth {
		j.right++
		bin[2]++
	}
	if truth == regulation.Withdrawn && s.Name == regulation.Settled && s.Confidence > 0.5 {
		j.frozen++
	}
}

// notice measures how long after a change of the truth its name was told, where the truth lasted long enough to be noticed.
func (j *judgement) notice(told []regulation.State, span synth.StateSpan) {
	lasts := int((span.To - span.From) / time.Second)
	if span.Name == regulation.Unknown || lasts < settling || lasts > len(told) {
		return
	}
	for i, s := range told[:lasts] {
		if s.Name == span.Name {
			j.delays = append(j.delays, i)
			return
		}
	}
	j.delays = append(j.delays, lasts)
}

// add joins what was counted elsewhere.
func (j *judgement) add(o *judgement) {
	j.named, j.right, j.possible, j.seconds = j.named+o.named, j.right+o.right, j.possible+o.possible, j.seconds+o.seconds
	j.delays = append(j.delays, o.delays...)
	for b := range j.bins {
		for k := range j.bins[b] {
			j.bins[b][k] += o.bins[b][k]
		}
	}
}

// calibration is the mean distance between confidence and the share that was right, weighted by time.
func (j *judgement) calibration() float64 {
	sum, n := 0.0, 0.0
	for _, b := range j.bins {
		sum += math.Abs(b[1] - b[2])
		n += b[0]
	}
	return sum / max(n, 1)
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

// String gives the line that make accuracy reads.
func (j *judgement) String() string {
	slices.Sort(j.delays)
	soon, middle := 0, 0
	for _, d := range j.delays {
		if d <= settling {
			soon++
		}
	}
	if n := len(j.delays); n > 0 {
		middle = j.delays[n/2]
	}
	return fmt.Sprintf("right %.1f %% of %d s named, %.1f %% named; changes noticed after %d s, %.0f %% of %d within %d s; "+
		"%.2f changes of name in 2 min, %.2f of scene in 5 min; engaged told as activated %.1f %% of %d s; moving told as activated %.1f %% of %d s; "+
		"withdrawn told as settled over 0.5 %d s; calibration error %.3f",
		percent(j.right, j.named), j.named, percent(j.named, j.possible), middle, percent(soon, len(j.delays)), len(j.delays), settling,
		120*float64(j.changes)/float64(max(j.seconds, 1)), 300*float64(j.cues)/float64(max(j.seconds, 1)),
		percent(j.wound, j.engaged), j.engaged, percent(j.mistaken, j.moving), j.moving, j.frozen, j.calibration())
}

func TestStatesAgainstTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: simulated evenings of several people")
	}
	scenarios := []string{"rest", "stress", "breathing", "intimacy", "freeze", "sensor-off", "two-people"}
	for _, row := range []struct {
		name          string
		known, motion bool
	}{
		{"own rest known", true, false},
		{"own rest known, with an accelerometer", true, true},
		{"own rest not known, not judged", false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			var all judgement
			for _, scenario := range scenarios {
				var j judgement
				for seed := range uint64(*bodies) {
					j.play(t, scenario, *first+seed, row.known, row.motion)
				}
				t.Logf("%s: %v", scenario, &j)
				all.add(&j)
				if row.known {
					j.judge(t, scenario)
				}
			}
			t.Logf("all: %v", &all)
			if e := all.calibration(); row.known && e > 0.1 {
				t.Errorf("calibration error %.3f, want 0.1 at most", e)
			}
		})
	}
}

// judge holds a scenario against what is asked.
func (j *judgement) judge(t *testing.T, scenario string) {
	t.Helper()
	if share := percent(j.right, j.named); share < 90 {
		t.Errorf("%s: %.1f %% right, want 90", scenario, share)
	}
	if steady := scenario == "rest" || scenario == "breathing"; steady && j.changes*120 > j.seconds {
		t.Errorf("%s: %d changes of name in %d s, want one in 2 min at most", scenario, j.changes, j.seconds)
	}
	if scenario == "intimacy" && (percent(j.wound, j.engaged) > 3 || j.cues*300 > j.seconds) {
		t.Errorf("%s: %.1f %% of engaged told as activated, want 3 at most; %d scenes in %d s, want one in 5 min", scenario, percent(j.wound, j.engaged), j.cues, j.seconds)
	}
	if j.frozen > 0 {
		t.Errorf("%s: %d s of a body that has gone quiet told as settled with confidence over 0.5", scenario, j.frozen)
	}
}

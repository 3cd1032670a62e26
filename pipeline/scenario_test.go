package pipeline_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
	"hubd/synth"
	"hubd/wire"
)

// longest is how much of a scenario is played: all of the short ones, and what is special about the long ones.
const longest = 25 * time.Minute

func TestWhatComesOutOfEveryScenarioIsSound(t *testing.T) {
	for _, name := range synth.Names() {
		t.Run(name, func(t *testing.T) {
			length := longest
			if testing.Short() {
				length = 2 * time.Minute
			}
			s, err := synth.New(name, 1)
			if err != nil {
				t.Fatal(err)
			}
			length = min(length, s.Duration())
			samples, s := body(t, name, length)
			o := options(len(s.Wearers()))
			rested(&o, s)
			r := newRig(t, o)
			r.start(room.NoSession, s.Wearers()...)
			events := r.play(samples, length)
			events = append(events, r.must(pipeline.Command{Name: pipeline.CommandEndSession})...)
			events = r.p.Summaries(events)
			checkOrder(t, events)
			checkNumbers(t, events)
			checkStates(t, events)
			for _, w := range s.Wearers() {
				checkIntervals(t, w, events)
			}
			if len(of[dsp.Beat](events)) < 60 || len(of[regulation.State](events)) < 12 || len(of[room.Cue](events)) == 0 {
				t.Errorf("too little came out: %d events", len(events))
			}
			if n := len(of[dsp.Coherence](events)); n > 0 {
				t.Errorf("%d coherences without a pacer", n)
			}
			if n := len(of[dsp.Summary](events)); n != len(s.Wearers()) {
				t.Errorf("%d summaries", n)
			}
		})
	}
}

// checkOrder checks that time does not go back.
func checkOrder(t *testing.T, events []pipeline.Event) {
	t.Helper()
	last := time.Duration(0)
	for _, e := range events {
		if e.At < last {
			t.Fatalf("%s of %q at %v after an event at %v", e.Value.Kind(), e.Wearer, e.At, last)
		}
		last = e.At
	}
}

// checkNumbers checks that no number is a NaN or an infinity, that what is absent carries none, and that every event is valid JSON.
func checkNumbers(t *testing.T, events []pipeline.Event) {
	t.Helper()
	for _, e := range events {
		plain, maybes := numbers(e.Value)
		for _, m := range maybes {
			if !m.Known && m.Value != 0 {
				t.Fatalf("an absent number carries %v: %+v", m.Value, e)
			}
			plain = append(plain, m.Value)
		}
		for _, x := range plain {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("a number is %v: %+v", x, e)
			}
		}
		if line := wire.AppendEvent(nil, e); !json.Valid(line) {
			t.Fatalf("%+v is told as %q", e, line)
		}
	}
}

// numbers gives every number of a Value.
func numbers(v pipeline.Value) (plain []float64, maybes []dsp.Maybe) {
	switch v := v.(type) {
	case dsp.Beat:
		return []float64{v.Amplitude, v.Quality}, nil
	case dsp.HeartRate:
		return nil, []dsp.Maybe{v.BPM}
	case dsp.HRV:
		return nil, []dsp.Maybe{v.MeanNN, v.SDNN, v.RMSSD, v.PNN50, v.LF, v.HF, v.RSA, v.RSALn, v.ExcludedPercent}
	case dsp.Respiration:
		return []float64{v.Quality}, []dsp.Maybe{v.Rate}
	case dsp.EDA:
		return nil, []dsp.Maybe{v.SCL, v.SCRPerMin}
	case dsp.SCR:
		return []float64{v.Amplitude}, []dsp.Maybe{v.HalfRecovery}
	case dsp.Signal:
		return []float64{v.Quality}, nil
	case dsp.Coherence:
		return []float64{v.Pace}, []dsp.Maybe{v.Ratio, v.PhaseDeg}
	case dsp.Summary:
		return nil, []dsp.Maybe{v.MeanNN, v.SDNN, v.RMSSD, v.PNN50, v.UsablePercent}
	case regulation.State:
		plain = []float64{v.Confidence}
		for _, r := range v.Reasons {
			plain = append(plain, r.Z)
		}
		return plain, []dsp.Maybe{v.Arousal, v.Vagal}
	case regulation.Recovery:
		return nil, []dsp.Maybe{v.ArousalHalfLife, v.HeartRateHalfLife}
	case regulation.Coregulation:
		return nil, []dsp.Maybe{v.R, v.Lag}
	case regulation.Night:
		return nil, []dsp.Maybe{v.LowestBPM, v.MedianBPM, v.RMSSD, v.BreathingPerMin, v.RestlessPeriods}
	case room.Cue:
		return []float64{v.Light.Brightness, v.Light.Kelvin, v.Pace.BreathsPerMin, v.Pace.InhaleShare},
			[]dsp.Maybe{v.Sound.LevelDB, v.Sound.SwellDB, v.Sound.HumHz}
	case room.LampCommand:
		return nil, []dsp.Maybe{v.Brightness, v.Kelvin}
	}
	return nil, nil
}

// checkStates checks that a State and its reason fit.
func checkStates(t *testing.T, events []pipeline.Event) {
	t.Helper()
	for _, s := range of[regulation.State](events) {
		known := s.Name != regulation.Unknown
		switch {
		case known != (s.Unknown == regulation.ReasonNone):
			t.Fatalf("a name has no unknown_reason, and unknown always has one: %+v", s)
		case known && s.Stage == regulation.StageNew:
			t.Fatalf("a state has a name while the wearer's rest is not known: %+v", s)
		case s.Confidence < 0 || s.Confidence > 1:
			t.Fatalf("confidence %v", s.Confidence)
		case s.Name == regulation.Activated && !s.Arousal.Known, s.Name == regulation.Withdrawn && !s.Vagal.Known:
			t.Fatalf("a state without its axis: %+v", s)
		case known && s.Vagal == (dsp.Maybe{}) && s.Confidence > 0.6:
			t.Fatalf("without the vagal axis confidence is 0.6 at most: %+v", s)
		}
	}
}

// travel is how far an interval's beginning may lie from the beat before: pulses do not all travel equally long, and intervals are
// the heart's (dsp/travel.go).
const travel = 12 * time.Millisecond

// checkIntervals checks that every interval lies between two beats that were told, that normal ones in a row touch, and so that a
// row of them lasts as long as its intervals together.
func checkIntervals(t *testing.T, wearer string, events []pipeline.Event) {
	t.Helper()
	beats := map[time.Duration]bool{}
	var last dsp.IBI
	for i, e := range events {
		if e.Wearer != wearer {
			continue
		}
		switch v := e.Value.(type) {
		case dsp.Beat:
			beats[v.T] = true
			if v.T > e.At {
				t.Fatalf("a beat at %v is told at %v", v.T, e.At)
			}
		case dsp.IBI:
			switch {
			case v.Dur <= 0:
				t.Fatalf("event %d: an interval lasts %v", i, v.Dur)
			case v.Class == dsp.ClassNN && !beats[v.T]:
				t.Fatalf("event %d: no beat closes %+v", i, v)
			case v.T-v.Dur < last.T-travel:
				t.Fatalf("event %d: %+v and %+v overlap", i, last, v)
			case v.Class == dsp.ClassNN && (v.T-v.Dur-last.T).Abs() > travel:
				t.Fatalf("event %d: the normal interval %+v does not touch the one before it, %+v", i, v, last)
			}
			last = v
		}
	}
}

func TestWithoutASessionTheRoomDoesNothing(t *testing.T) {
	samples, s := body(t, "stress", 3*time.Minute)
	o := options(1, pipeline.SourceBoot)
	rested(&o, s)
	r := newRig(t, o)
	events := r.play(samples, 3*time.Minute)
	for _, e := range events {
		switch e.Value.(type) {
		case room.Cue, room.LampCommand, room.Session, room.CheckIn, room.Practice, dsp.Coherence, pipeline.PracticeResult:
			t.Errorf("without a session: %+v", e)
		}
	}
	if len(of[regulation.State](events)) < 18 {
		t.Error("an always-on wearer is sensed outside a session too")
	}
}

func TestCoherenceComesWhileAPacerRunsAndOnlyThen(t *testing.T) {
	samples, s := body(t, "rest", 7*time.Minute)
	o := options(1)
	rested(&o, s)
	r := newRig(t, o)
	r.start(room.Alone, "a")
	before := r.play(samples, time.Minute)
	r.must(pipeline.Command{Name: pipeline.CommandPractice, Text: "breath"})
	during := r.play(samples, 4*time.Minute)
	r.must(pipeline.Command{Name: pipeline.CommandStopPractice})
	after := r.play(samples, 7*time.Minute)
	if n, m := len(of[dsp.Coherence](before)), len(of[dsp.Coherence](during)); n != 0 || m == 0 {
		t.Errorf("%d before the pacer, %d with it", n, m)
	}
	for _, e := range after {
		if _, ok := e.Value.(dsp.Coherence); ok && e.At > 4*time.Minute+time.Second {
			t.Errorf("after the pacer: %+v", e)
		}
	}
	for _, v := range of[regulation.State](during[len(during)/2:]) {
		if v.Vagal.Known {
			t.Errorf("the vagal axis is given while the breathing is paced: %+v", v)
		}
	}
}

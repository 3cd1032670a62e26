package pipeline_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

// between gives the samples of [from, to).
func between(samples []dsp.Sample, from, to time.Duration) (in []dsp.Sample) {
	for _, s := range samples {
		if s.T >= from && s.T < to {
			in = append(in, s)
		}
	}
	return in
}

func TestAfterAPauseNothingOfABodyComesOut(t *testing.T) {
	samples, s := body(t, "two-people", 40*time.Second)
	o := options(2)
	rested(&o, s)
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t, o)
		r.start(room.Together, "a", "b")
		r.play(samples, time.Duration(rapid.IntRange(1, 10000).Draw(t, "pause at ms"))*time.Millisecond)
		events := r.must(pipeline.Command{Name: pipeline.CommandPause, Origin: ways()[rapid.IntRange(0, 8).Draw(t, "way")].origin})
		for range rapid.IntRange(1, 5).Draw(t, "what still comes") {
			switch from := time.Duration(rapid.IntRange(0, 20).Draw(t, "from s")) * time.Second; rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				events = append(events, r.play(samples, r.now+3*time.Second)...)
			case 1: // in flight, however late
				events = r.p.Block(events, dsp.Block{Bus: bus, Until: r.now, Samples: between(samples, from, from+2*time.Second)})
			case 2:
				told, _ := r.do(less[rapid.IntRange(0, len(less)-1).Draw(t, "less")].c) // refused where it has become more
				events = append(events, told...)
			case 3:
				events = append(events, r.pass(3*time.Second)...)
			}
		}
		for _, e := range events {
			if bodily(e.Value) {
				t.Fatalf("after the pause: %+v", e)
			}
		}
		if !r.p.Room().Paused && r.p.Room().Session != room.NoSession {
			t.Fatal("the room is not paused")
		}
	})
}

func TestAfterAResumeEverythingBeginsAnew(t *testing.T) {
	const paused, resumed, end = 80 * time.Second, 85 * time.Second, 170 * time.Second
	samples, s := body(t, "rest", end)
	o := options(1)
	rested(&o, s)
	r := newRig(t, o)
	r.start(room.Alone, "a")
	if before := of[dsp.HRV](r.play(samples, paused)); !slices.ContainsFunc(before, func(h dsp.HRV) bool { return h.RMSSD.Known }) {
		t.Fatal("no HRV before the pause")
	}
	r.must(pipeline.Command{Name: pipeline.CommandPause})
	r.play(samples, resumed)
	r.must(pipeline.Command{Name: pipeline.CommandResume, Wearer: "a", Origin: socket})
	late := r.p.Block(nil, dsp.Block{Bus: bus, Until: resumed, Samples: between(samples, paused-5*time.Second, resumed)})
	if len(late) != 0 {
		t.Errorf("samples of before the resume gave %+v", late)
	}
	events := r.play(samples, end)

	intervals := of[dsp.IBI](events)
	if len(intervals) < 60 || intervals[0].Class != dsp.ClassAfterGap {
		t.Fatalf("%d intervals, the first %+v: want after_gap", len(intervals), intervals[:min(1, len(intervals))])
	}
	for _, e := range events {
		since := e.At - resumed
		switch v := e.Value.(type) {
		case dsp.Beat:
			if v.T < resumed {
				t.Errorf("a beat of before the resume: %+v", v)
			}
		case dsp.IBI:
			if v.T-v.Dur < resumed {
				t.Errorf("an interval that began before the resume: %+v", v)
			}
		case dsp.HRV:
			if v.MeanNN.Known && time.Duration(float64(v.N)*v.MeanNN.Value)*time.Millisecond > since {
				t.Errorf("%v after the resume a window holds %d intervals of %v ms", since, v.N, v.MeanNN.Value)
			}
		case dsp.HeartRate:
			if v.BPM.Known && since < 3*time.Second {
				t.Errorf("a heart rate %v after the resume", since)
			}
		case dsp.SCR:
			if v.Onset < resumed {
				t.Errorf("a response of before the resume: %+v", v)
			}
		case dsp.Respiration:
			if v.Rate.Known && v.T < resumed {
				t.Errorf("a breathing rate of before the resume: %+v", v)
			}
		}
	}
	if hrv := of[dsp.HRV](events); !hrv[len(hrv)-1].RMSSD.Known {
		t.Error("no HRV more than a minute after the resume")
	}
}

func TestANightIsSummedUpForWhoIsSensedNoMore(t *testing.T) {
	samples, s := body(t, "rest", 2*time.Minute)
	ends := []struct {
		name     string
		always   bool
		commands []pipeline.CommandName
	}{
		{"the session ends", false, []pipeline.CommandName{pipeline.CommandEndSession}},
		{"the session ends while paused", false, []pipeline.CommandName{pipeline.CommandPause, pipeline.CommandEndSession}},
		{"the session ends of somebody who is always sensed", true, []pipeline.CommandName{pipeline.CommandEndSession}},
	}
	for _, e := range ends {
		t.Run(e.name, func(t *testing.T) {
			o := options(1)
			if e.always {
				o = options(1, pipeline.SourceBoot)
			}
			rested(&o, s)
			r := newRig(t, o)
			r.start(room.Night, "a")
			for _, v := range of[regulation.State](r.play(samples, 100*time.Second)) {
				if v.Unknown != regulation.ReasonNight || v.Name != regulation.Unknown {
					t.Errorf("at night: %+v", v)
				}
			}
			var events []pipeline.Event
			for _, c := range e.commands {
				events = append(events, r.must(pipeline.Command{Name: c})...)
			}
			events = append(events, r.play(samples, 102*time.Second)...)
			nights := of[regulation.Night](events)
			if len(nights) != 1 || nights[0].Worn < 90*time.Second || nights[0].Worn > 100*time.Second {
				t.Errorf("%+v", nights)
			}
			if r.start(room.Alone, "a"); len(of[regulation.Night](r.play(samples, 105*time.Second))) != 0 {
				t.Error("told twice")
			}
		})
	}
}

// Somebody who is sensed always goes on being sensed after a private session. What is told then must hold nothing of it.
func TestAfterAPrivateSessionTheWindowsBeginAnew(t *testing.T) {
	const ends, end = 90 * time.Second, 130 * time.Second
	samples, s := body(t, "two-people", end)
	o := options(2, pipeline.SourceBoot)
	o.Room.Private = true
	rested(&o, s)
	r := newRig(t, o)
	r.start(room.Together, "a", "b")
	r.play(samples, ends)
	r.must(pipeline.Command{Name: pipeline.CommandEndSession})
	events := r.play(samples, end)
	if len(of[dsp.IBI](events)) < 20 {
		t.Fatal("nobody is sensed any more")
	}
	for _, e := range events {
		switch v := e.Value.(type) {
		case dsp.IBI:
			if v.T-v.Dur < ends {
				t.Errorf("an interval of the session came after it: %+v", v)
			}
		case dsp.HRV:
			if v.MeanNN.Known && time.Duration(float64(v.N)*v.MeanNN.Value)*time.Millisecond > e.At-ends {
				t.Errorf("%v after the session a window holds %d intervals of %v ms", e.At-ends, v.N, v.MeanNN.Value)
			}
		case dsp.EDA:
			if v.SCRPerMin.Known && e.At-ends < time.Minute {
				t.Errorf("a minute's response rate %v after the session", e.At-ends)
			}
		}
	}
}

package pipeline_test

import (
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/room"
)

func TestWhileABusIsLentItsWearersAreUnknownAndComeBackByThemselves(t *testing.T) {
	samples, scene := body(t, "rest", 5*time.Minute)
	o := options(1, pipeline.SourceBoot)
	rested(&o, scene)
	r := newRig(t, o)
	r.start(room.Alone, "a")
	known := func(events []pipeline.Event) (last regulation.State) {
		for _, s := range of[regulation.State](events) {
			last = s
		}
		return last
	}
	if s := known(r.play(samples, 90*time.Second)); s.Name == regulation.Unknown {
		t.Fatalf("never known: %+v", s)
	}
	lent := func(_ []dsp.Sample, end time.Duration) []dsp.Block {
		return []dsp.Block{{Bus: bus, Until: end, SetUp: true}}
	}
	events := r.playCut(samples, 2*time.Minute, lent)
	if s := known(events); s.Name != regulation.Unknown || s.Unknown != regulation.ReasonSetUp {
		t.Errorf("while lent: %s, %s", s.Name, s.Unknown)
	}
	for _, e := range events {
		if _, ok := e.Value.(dsp.Beat); ok && e.At > 91*time.Second {
			t.Errorf("a beat while nothing is read: %+v", e)
		}
	}
	events = r.play(samples, 4*time.Minute)
	if s := known(events); s.Name == regulation.Unknown {
		t.Errorf("a while after: %s, %s", s.Name, s.Unknown)
	}
	for _, v := range of[dsp.IBI](events) {
		if v.Dur > 3*time.Second {
			t.Errorf("an interval of %v spans the lend", v.Dur)
		}
	}
}

func TestALentBusIsNoneOfThoseWhoDoNotWearIt(t *testing.T) {
	samples, scene := body(t, "two-people", 2*time.Minute)
	o := options(2, pipeline.SourceBoot)
	rested(&o, scene)
	o.Wearers[1].PulseBus, o.Wearers[1].SkinBus, o.Wearers[1].MotionBus = "other", "other", "other"
	r := newRig(t, o)
	r.start(room.Together, "a", "b")
	events := r.playCut(samples, 100*time.Second, func(in []dsp.Sample, end time.Duration) []dsp.Block {
		var b []dsp.Sample
		for _, s := range in {
			if s.Channel.Wearer == 1 {
				b = append(b, s)
			}
		}
		return []dsp.Block{{Bus: bus, Until: end, SetUp: true}, {Bus: "other", Until: end, Samples: b}}
	})
	for _, e := range events {
		if s, ok := e.Value.(regulation.State); ok && s.Unknown == regulation.ReasonSetUp && e.Wearer == "b" {
			t.Fatalf("b's bus is here, and b is being set up: %+v", s)
		}
	}
}

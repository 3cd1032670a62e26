package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
)

func TestACalibrationHoldsAtOnceAndOutlastsARestart(t *testing.T) {
	samples, _ := body(t, "rest", 30*time.Second)
	o := options(1, pipeline.SourceBoot)
	o.Wearers[0].Skin.Calibrated = false
	r := newRig(t, o)
	r.must(pipeline.Command{Name: pipeline.CommandResume, Wearer: "a", Origin: socket})
	told := func(events []pipeline.Event) (last dsp.EDA) {
		for _, v := range of[dsp.EDA](events) {
			last = v
		}
		return last
	}
	if v := told(r.play(samples, 15*time.Second)); v.Calibrated {
		t.Fatal("a nominal board is called calibrated")
	}
	r.must(pipeline.Command{Name: pipeline.CommandCalibrate, Wearer: "a", Origin: socket, OpenCircuit: 0.51})
	if v := told(r.play(samples, 20*time.Second)); v.Calibrated {
		t.Error("an open circuit alone makes no µS true")
	}
	r.must(pipeline.Command{Name: pipeline.CommandCalibrate, Wearer: "a", Origin: socket, OpenCircuit: 0.51, Scale: dsp.Some(2)})
	once := told(r.play(samples, 30*time.Second))
	if !once.Calibrated {
		t.Error("two resistors make µS true")
	}
	s, _ := r.p.Settings().Wearer("a")
	if s.OpenCircuit != dsp.Some(0.51) || s.SkinScale != dsp.Some(2) {
		t.Errorf("settings %+v", s)
	}
	o.Settings = r.p.Settings()
	again := newRig(t, o)
	if v := told(again.play(samples, 30*time.Second)); !v.Calibrated || v.SCL.Value < once.SCL.Value*0.8 || v.SCL.Value > once.SCL.Value*1.25 {
		t.Errorf("after a restart %+v, before %+v", v, once)
	}
}

func TestABoardIsCalibratedOnTheMachineItselfAndOnTheOwnPageOnly(t *testing.T) {
	o := options(1, pipeline.SourceMQTT)
	r := newRig(t, o)
	for _, from := range []pipeline.Origin{
		{Source: pipeline.SourceMQTT}, {Source: pipeline.SourceButton, Wearer: "a"}, {Source: pipeline.SourcePage}, {Source: pipeline.SourcePage, Wearer: "b"},
	} {
		if _, why := r.do(pipeline.Command{Name: pipeline.CommandCalibrate, Wearer: "a", Origin: from, OpenCircuit: 0.5}); !strings.Contains(why, "machine itself") {
			t.Errorf("from %+v: %q", from, why)
		}
	}
	r.must(pipeline.Command{Name: pipeline.CommandCalibrate, Wearer: "a", Origin: pipeline.Origin{Source: pipeline.SourcePage, Wearer: "a"}, OpenCircuit: 0.5})
	o.Wearers[0].Skin.Circuit = dsp.Divider
	if _, why := newRig(t, o).do(pipeline.Command{Name: pipeline.CommandCalibrate, Wearer: "a", Origin: socket, OpenCircuit: 0.5}); !strings.Contains(why, "divider_ohm") {
		t.Errorf("a divider: %q", why)
	}
}

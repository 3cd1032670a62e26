package dsp_test

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
)

func TestACalibratedBoardGivesTheResistorsConductance(t *testing.T) {
	for _, row := range []struct{ open, scale, ohm float64 }{{0.5, 1, 100e3}, {0.46, 1.3, 100e3}, {0.52, 0.7, 470e3}} {
		k := dsp.NewSkin(dsp.SkinOptions{SupplyVolts: 3.3, OpenCircuit: row.open, Scale: row.scale, StepVolts: 0.000125, Calibrated: true})
		volts := dsp.GroveVolts(1e6/row.ohm/row.scale, 3.3, row.open)
		for i := range 25 * 20 {
			at := time.Duration(i) * 40 * time.Millisecond
			k.Sample(nil, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: at, Volts: volts + 0.0005*math.Sin(float64(i)/9)})
			if i%25 == 0 {
				k.Second(nil, at)
			}
		}
		if got, want := k.Features().SCL, 1e6/row.ohm; !got.Known || math.Abs(got.Value/want-1) > 0.02 {
			t.Errorf("%+v: %v µS, want %g", row, got, want)
		}
	}
}

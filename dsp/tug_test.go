package dsp_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
)

func TestElectrodesThatMoveAreToldFromASkinThatResponds(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 1))
	tugged := 0.0
	for _, row := range []struct {
		name string
		us   func(s float64) float64
		good bool
	}{
		{"a storm of large responses, each two fifths of the level in a second", func(s float64) float64 {
			since := math.Mod(s, 8)
			return 5 * (1 + 0.4*4*(math.Exp(-since/4)-math.Exp(-since/0.35))/3.05)
		}, true},
		{"a level that climbs by half in a minute", func(s float64) float64 { return 5 + s/24 }, true},
		{"electrodes pulled to and fro by a tenth of the level", func(float64) float64 {
			tugged += -tugged*0.04/0.5 + math.Sqrt(2*0.04/0.5)*noise.NormFloat64()
			return 5 * math.Exp(0.1*tugged)
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := dsp.NewSkin(dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: 0.000125, Calibrated: true})
			poor := 0
			for i := range 60 * 25 {
				at := time.Duration(i) * 40 * time.Millisecond
				k.Sample(nil, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: at, Volts: dsp.GroveVolts(row.us(at.Seconds()), 3.3, 0.5)})
				if i%25 != 24 || i < 250 {
					continue
				}
				k.Second(nil, at)
				if f := k.Features(); f.Quality < 0.5 {
					poor++
					if !row.good && !strings.Contains(f.Reason, "electrodes moved") {
						t.Errorf("reason %q", f.Reason)
					}
				}
			}
			if share := float64(poor) / 50; row.good && share > 0 || !row.good && share < 0.9 {
				t.Errorf("withheld for %.0f %% of the time", 100*share)
			}
		})
	}
}

package setup_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/setup"
)

// reads is what a board with an open circuit and a scale puts out with a resistor across its electrodes, as a share of the supply.
func reads(open, scale, ohm float64) float64 { return dsp.GroveVolts(1e6/ohm/scale, 1, open) }

func TestTwoResistorsGiveBackAnyBoard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		open, scale := rapid.Float64Range(0.3, 0.7).Draw(t, "open"), rapid.Float64Range(0.5, 2).Draw(t, "scale")
		low, high := rapid.Float64Range(80e3, 300e3).Draw(t, "low"), rapid.Float64Range(500e3, 2e6).Draw(t, "high")
		c, err := setup.FitSkin(open, []setup.KnownOhm{{Ohm: low, Share: reads(open, scale, low)}, {Ohm: high, Share: reads(open, scale, high)}})
		if err != nil || math.Abs(c.Scale.Value/scale-1) > 1e-6 || c.OpenCircuit != open || c.Apart > 1e-6 {
			t.Fatalf("%+v, %v: want %g, %g", c, err, open, scale)
		}
	})
}

func TestWithoutTwoResistorsNothingIsCalledTrue(t *testing.T) {
	for _, known := range [][]setup.KnownOhm{nil, {{Ohm: 100e3, Share: reads(0.5, 1, 100e3)}}} {
		if c, err := setup.FitSkin(0.5, known); err != nil || c.Scale.Known {
			t.Errorf("%d resistors: %+v, %v", len(known), c, err)
		}
	}
}

func TestABoardThatCannotBeIsRefusedWithWhatToDo(t *testing.T) {
	at := func(ohm, share float64) setup.KnownOhm { return setup.KnownOhm{Ohm: ohm, Share: share} }
	for _, row := range []struct {
		name  string
		open  float64
		known []setup.KnownOhm
		want  string
	}{
		{"no signal wire", 0.01, nil, "trimmer"},
		{"at the supply", 0.99, nil, "trimmer"},
		{"a resistor that does not touch", 0.5, []setup.KnownOhm{at(100e3, 0.5)}, "touch both"},
		{"resistors with other values than said", 0.5, []setup.KnownOhm{at(100e3, reads(0.5, 1, 100e3)), at(1e6, reads(0.5, 1, 470e3))}, "disagree"},
		{"one resistor said twice", 0.5, []setup.KnownOhm{at(100e3, reads(0.5, 1, 100e3)), at(100e3, reads(0.5, 1, 100e3))}, "too near"},
		{"another board", 0.5, []setup.KnownOhm{at(100e3, reads(0.5, 9, 100e3)), at(1e6, reads(0.5, 9, 1e6))}, "kind"},
	} {
		if _, err := setup.FitSkin(row.open, row.known); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestResistorsAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]float64{
		"100k": 100e3, " 1M ": 1e6, "470000": 470e3, "47 kΩ": 47e3, "1.5M ohm": 1.5e6, "100K": 100e3, "220 kohms": 220e3,
		"": 0, "k": 0, "10": 0, "100G": 0, "-100k": 0, "NaN": 0, "1e400": 0, "brown black yellow": 0, "10M": 0,
	} {
		got, err := setup.ParseOhm(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %g, %v", text, got, err)
		}
	}
}

func FuzzParseOhm(f *testing.F) {
	f.Add("100k")
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := setup.ParseOhm(text); err == nil && !(v >= 20e3 && v <= 5e6) {
			t.Errorf("%q is %g", text, v)
		}
	})
}

func TestAReadingMustStandStill(t *testing.T) {
	still, moving := make([]float64, 100), make([]float64, 100)
	for i := range still {
		still[i], moving[i] = 0.49+0.001*math.Sin(float64(i)), 0.4+0.001*float64(i)
	}
	still[50] = 0.1 // one that a plug made
	if v, err := setup.SteadyShare(still); err != nil || math.Abs(v-0.49) > 0.001 {
		t.Errorf("%g, %v", v, err)
	}
	for name, shares := range map[string][]float64{"hands on it": moving, "hardly any": still[:5]} {
		if _, err := setup.SteadyShare(shares); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTheSmallestRangeThatHoldsThePulseIsPicked(t *testing.T) {
	ranges := []float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256}
	for _, row := range []struct{ high, want float64 }{{0.1, 0.256}, {0.5, 1.024}, {1.7, 2.048}, {1.9, 4.096}, {3.3, 4.096}, {6, 0}} {
		if got := setup.PickRange(row.high, ranges); got != row.want {
			t.Errorf("%g V: %g, want %g", row.high, got, row.want)
		}
	}
	if got := setup.PulseBar(0.004, 40, true); !strings.Contains(got, "few") {
		t.Errorf("forty steps: %q", got)
	}
}

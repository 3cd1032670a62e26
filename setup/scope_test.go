package setup_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/setup"
)

// worn is a wearer with a pulse sensor on 3.3 V and a Grove board.
func worn() setup.ScopeOptions {
	return setup.ScopeOptions{
		Worn: []setup.Worn{{
			Pulse: dsp.PulseOptions{Kind: dsp.PPG, Leads: 1}, Skin: dsp.SkinOptions{SupplyVolts: 3.3, OpenCircuit: 0.5, StepVolts: 0.000125},
			PulseBus: "main", SkinBus: "main",
		}},
		Rates: func(dsp.Channel) float64 { return 250 }, PulseName: "A0 of adc", EDAName: "A1 of adc", Range: 3.3, Head: "hubd watch: a",
	}
}

// lived plays seconds of two signals, given in volts, into a scope.
func lived(o setup.ScopeOptions, seconds int, pulse, skin func(t float64) float64) *setup.Scope {
	s := setup.NewScope(o)
	for i := range seconds * 50 {
		b := dsp.Block{Bus: "main", Until: time.Duration(i+1) * 20 * time.Millisecond}
		for j := range 5 {
			t := time.Duration(i)*20*time.Millisecond + time.Duration(j)*4*time.Millisecond
			b.Samples = append(b.Samples, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelPulse}, T: t, Volts: pulse(t.Seconds())})
			if j == 0 {
				b.Samples = append(b.Samples, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: t, Volts: skin(t.Seconds())})
			}
		}
		s.Block(b)
	}
	return s
}

// heart is a pulse of so many volts round mid-supply.
func heart(volts float64) func(float64) float64 {
	return func(t float64) float64 {
		_, part := math.Modf(t * 1.1)
		return 1.65 + volts*(math.Exp(-math.Pow((part-0.25)/0.08, 2))+0.35*math.Exp(-math.Pow((part-0.55)/0.12, 2))-0.3)
	}
}

func level(volts float64) func(float64) float64 {
	return func(t float64) float64 { return volts + 0.001*math.Sin(t/7) + 0.0003*math.Sin(t*3) }
}

func TestTheHintIsTheOneThingToDoNext(t *testing.T) {
	grove := dsp.GroveVolts(5, 3.3, 0.5)
	for _, row := range []struct {
		name        string
		seconds     int
		pulse, skin func(float64) float64
		want        string
	}{
		{"before anything", 0, nil, nil, "Waiting for the first samples"},
		{"just begun", 2, heart(0.5), level(grove), "Keep still"},
		{"everything is worn", 20, heart(0.5), level(grove), "Everything sits well."},
		{"no finger", 20, level(1.65), level(grove), "Put the pulse sensor on"},
		{"electrodes off", 20, heart(0.5), level(1.65), "Put both skin electrodes on"},
		{"a trimmer that is off", 20, heart(0.5), level(2.4), "trimmer"},
		{"a small pulse", 20, heart(0.02), level(grove), "hubd calibrate pulse"},
	} {
		if got := lived(worn(), row.seconds, row.pulse, row.skin).Hint(); !strings.Contains(got, row.want) {
			t.Errorf("%s: %q", row.name, got)
		}
	}
}

func TestAScreenShowsWhatTheWearerHasAndNothingOfTheBody(t *testing.T) {
	o := worn()
	s := lived(o, 20, heart(0.5), level(dsp.GroveVolts(5, 3.3, 0.5)))
	screen := s.Screen()
	if len(screen.Signals) != 2 || screen.Signals[0].Says != "worn" || screen.Signals[1].Says != "worn" || screen.Now != 20*time.Second {
		t.Errorf("%+v", screen)
	}
	text := strings.Join(screen.Lines(80, 24, true), "\n")
	for _, number := range []string{"bpm", "66", "5.0", "µS"} {
		if strings.Contains(text, number) {
			t.Errorf("the screen tells %q:\n%s", number, text)
		}
	}
	o.EDAName = ""
	if got := lived(o, 20, heart(0.5), level(1)).Screen(); len(got.Signals) != 1 {
		t.Errorf("%d signals of one sensor", len(got.Signals))
	}
	if a := s.Amplitude(); a < 0.12 || a > 0.2 {
		t.Errorf("half a volt or so of 3.3 V is %g", a)
	}
}

func TestASourceThatFailsIsNoReasonToPutASensorOn(t *testing.T) {
	s := lived(worn(), 20, level(1.65), level(1.65))
	tell := func(wearer int, reason string) string {
		s.Block(dsp.Block{Bus: "main", Until: s.Now(), Faults: []dsp.Fault{{Wearer: wearer, Source: "ads1115@48 on I2C 1", Reason: reason}}})
		return s.Hint()
	}
	if got := tell(dsp.NoWearer, "a line that costs nothing"); !strings.Contains(got, "Put the pulse sensor on") {
		t.Errorf("%q of a fault that touches nobody", got)
	}
	if got := tell(0, "no reading"); !strings.Contains(got, "No reading from ads1115@48") || !strings.Contains(got, "hubd probe") || s.Failing() == "" {
		t.Errorf("%q of a chip that does not answer", got)
	}
	if got := tell(0, ""); !strings.Contains(got, "Put the pulse sensor on") {
		t.Errorf("%q once it answers again", got)
	}
}

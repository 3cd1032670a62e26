package setup_test

import (
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/setup"
)

// well is a channel with nothing to mend.
func well(change func(*setup.Figures)) setup.Figures {
	f := setup.Figures{Samples: 2000, Asked: 250, Achieved: 250, Noise: dsp.Some(0.0005), Low: 1, High: 2, Contact: true, Quality: 0.9}
	change(&f)
	return f
}

func TestEachFigureThatIsOffHasASentenceOnWhatToDo(t *testing.T) {
	for _, row := range []struct {
		name  string
		kind  dsp.ChannelKind
		light bool
		f     setup.Figures
		want  []string // a part of each sentence
	}{
		{"all is well", dsp.ChannelPulse, false, well(func(*setup.Figures) {}), nil},
		{"nobody wears it", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Contact, f.Reason = false, "no pulse wave: place the sensor" }), nil},
		{"half the rate", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Achieved = 125 }), []string{"125 samples a second of the 250"}},
		{"a chip that is too fast", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Achieved = 300 }), []string{"another chip"}},
		{"a chip's own clock may be off", dsp.ChannelPulse, true, well(func(f *setup.Figures) { f.Achieved = 262 }), nil},
		{"by a tenth, either way", dsp.ChannelPulse, true, well(func(f *setup.Figures) { f.Achieved = 230 }), nil},
		{"a converter has no such clock", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Achieved = 230 }), []string{"230 samples a second of the 250"}},
		{"samples are missing", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Skips = 40 }), []string{"40 samples are missing"}},
		{"the machine is busy", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.JitterP99 = 5 * time.Millisecond }), []string{"wanders by 5.0 ms"}},
		{"a pulse at its rail", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Clipped = 0.2 }), []string{"20 % of the samples are at an end"}},
		{"a rail repeats itself, and has one cause", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Clipped, f.Repeats = 1, 1 }), []string{"100 % of the samples are at an end"}},
		{"a board without supply", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Clipped, f.Low, f.High = 1, 0, 0 }), []string{"reads 0 V and nothing else"}},
		{"a skin board too", dsp.ChannelEDA, false, well(func(f *setup.Figures) { f.Clipped, f.Low, f.High = 1, 0, 0 }), []string{"electrodes touch"}},
		{"a light without skin has no wire", dsp.ChannelPulse, true, well(func(f *setup.Figures) { f.Clipped, f.Low, f.High = 1, 0, 0 }), []string{"press less"}},
		{"the same code again", dsp.ChannelPulse, false, well(func(f *setup.Figures) { f.Repeats = 0.9 }), []string{"hubd calibrate pulse"}},
		{"a fast converter repeats itself rightly", dsp.ChannelPulse, true, well(func(f *setup.Figures) { f.Asked, f.Achieved, f.Repeats = 1000, 1000, 0.71 }), nil},
		{"a light has no range to pick", dsp.ChannelPulse, true, well(func(f *setup.Figures) { f.Repeats = 1 }), []string{"opaque tape"}},
		{"a resting skin repeats itself rightly", dsp.ChannelEDA, false, well(func(f *setup.Figures) { f.Repeats = 0.9 }), nil},
		{"noise", dsp.ChannelEDA, false, well(func(f *setup.Figures) { f.Noise = dsp.Some(0.02) }), []string{"wires short"}},
		{"a trimmer that is off", dsp.ChannelEDA, false, well(func(f *setup.Figures) {
			f.Reason = "reads above its open circuit: trim or calibrate the board"
		}), []string{"turn its trimmer"}},
		{"no samples", dsp.ChannelEDA, false, setup.Figures{Asked: 25}, []string{"no samples came"}},
	} {
		got := setup.Advise(row.kind, row.light, row.f)
		if len(got) != len(row.want) {
			t.Errorf("%s: %q", row.name, got)
			continue
		}
		for i, part := range row.want {
			if !strings.Contains(got[i], part) {
				t.Errorf("%s: %q does not say %q", row.name, got[i], part)
			}
		}
	}
}

// The sentence hangs on dsp's own words: should they change there, this says so.
func TestTheWordsForATrimmerAreThoseOfTheSignal(t *testing.T) {
	k := dsp.NewSkin(dsp.SkinOptions{StepVolts: 0.000125})
	for i := range 25 * 10 {
		k.Sample(nil, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: time.Duration(i) * 40 * time.Millisecond, Volts: 2.4})
		k.Second(nil, time.Duration(i)*40*time.Millisecond)
	}
	f := well(func(f *setup.Figures) { f.Reason = k.Features().Reason })
	if got := setup.Advise(dsp.ChannelEDA, false, f); len(got) != 1 {
		t.Errorf("reason %q: %q", f.Reason, got)
	}
}

func TestASlowBusIsTold(t *testing.T) {
	for _, row := range []struct {
		name     string
		measured dsp.Maybe
		spi      bool
		want     string
	}{
		{"as it should be", dsp.Some(400e3), false, ""},
		{"a Pi 3 at rest is a little slower", dsp.Some(310e3), false, ""},
		{"the default of a Pi", dsp.Some(100e3), false, "dtparam=i2c_arm_baudrate=400000"},
		{"not measured", dsp.Maybe{}, false, ""},
		{"a port's divider", dsp.Some(200e3), true, "divides its core clock"},
	} {
		got := setup.ClockAdvice(400e3, row.measured, row.spi)
		if got == "" != (row.want == "") || !strings.Contains(got, row.want) {
			t.Errorf("%s: %q", row.name, got)
		}
	}
}

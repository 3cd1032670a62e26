package setup_test

import (
	"testing"

	"hubd/dsp"
	"hubd/setup"
)

func TestInputsAreToldByWhatComesIn(t *testing.T) {
	pulse := func(quality float64) setup.InputFigures {
		return setup.InputFigures{Pulse: dsp.PulseFeatures{Contact: true, Quality: quality}, Mean: 0.5, Spread: 0.4}
	}
	grove := setup.InputFigures{Mean: 0.44, Spread: 0.01}
	idle := setup.InputFigures{Mean: 0.5, Spread: 0.03}
	open := setup.InputFigures{Mean: 0.17, Spread: 0.01}
	for _, row := range []struct {
		name       string
		inputs     []setup.InputFigures
		pulse, eda int
	}{
		{"worn as in the docs", []setup.InputFigures{pulse(0.9), grove, open, open}, 0, 1},
		{"wired the other way", []setup.InputFigures{grove, open, open, pulse(0.8)}, 3, 0},
		{"the better of two waves", []setup.InputFigures{pulse(0.6), pulse(0.9), grove, open}, 1, 2},
		{"nothing wired", []setup.InputFigures{open, open, open, open}, setup.Nowhere, setup.Nowhere},
		{"not worn: the pulse sensor idles where a Grove board may too", []setup.InputFigures{idle, grove, open, open}, setup.Nowhere, 1},
		{"a doubtful wave is none", []setup.InputFigures{pulse(0.3), open, open, open}, setup.Nowhere, setup.Nowhere},
	} {
		if p, e := setup.Guess(row.inputs); p != row.pulse || e != row.eda {
			t.Errorf("%s: pulse on %d, skin on %d; want %d, %d", row.name, p, e, row.pulse, row.eda)
		}
	}
}

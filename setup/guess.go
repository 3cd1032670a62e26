package setup

import (
	"math"

	"hubd/dsp"
)

// InputFigures are what an input of a converter showed while nobody knew what is wired to it.
type InputFigures struct {
	Pulse  dsp.PulseFeatures // as though a pulse sensor were on it
	Mean   float64           // share of the supply
	Spread float64           // from lowest to highest, share of the supply
}

// What a Grove board reads: never above its open circuit by much, and steady over some seconds. An open input of a converter lies lower.
const (
	groveLow    = 0.25
	groveHigh   = 0.56
	groveSpread = 0.10
	surePulse   = 0.5 // quality
)

// Guess tells which input a pulse sensor seems to be on, and which a Grove board; Nowhere where none.
func Guess(inputs []InputFigures) (pulse, eda int) {
	pulse, eda = Nowhere, Nowhere
	best := surePulse
	for i, f := range inputs {
		if f.Pulse.Contact && f.Pulse.Quality >= best {
			pulse, best = i, f.Pulse.Quality
		}
	}
	nearest := math.Inf(1)
	for i, f := range inputs {
		if i == pulse || f.Mean < groveLow || f.Mean > groveHigh || f.Spread > groveSpread {
			continue
		}
		if d := math.Abs(f.Mean - 0.45); d < nearest {
			eda, nearest = i, d
		}
	}
	return pulse, eda
}

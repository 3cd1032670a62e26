package setup

import (
	"fmt"

	"hubd/draw"
)

// Gain of a pulse.
const (
	headroom   = 1.15 // what is left above the highest value of some seconds: a deep breath or a shift moves the wave
	pulseSteps = 200  // of the converter that an amplitude should have: less shows in the timing of beats
)

// PickRange gives the smallest range that holds a pulse whose highest value is high, from those there are, in V; 0 where none does.
func PickRange(high float64, ranges []float64) float64 {
	best := 0.0
	for _, r := range ranges {
		if r >= high*headroom && (best == 0 || r < best) {
			best = r
		}
	}
	return best
}

// PulseBar is the line that shows how large a pulse is.
func PulseBar(amplitude float64, steps int, plain bool) string {
	return fmt.Sprintf("amplitude %s %3.0f %% of the range, %d steps%s", draw.Bar(amplitude, 30, plain), 100*amplitude, steps, enough(steps))
}

func enough(steps int) string {
	if steps < pulseSteps {
		return ": few"
	}
	return ""
}

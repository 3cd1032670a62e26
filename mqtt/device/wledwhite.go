package device

import (
	"math"

	"hubd/dsp"
)

// The whites between which WLED's mixture of red, green and blue is told from a colour. Below, blue is out, and amber would be white.
const (
	wledWarmest = 1900.0 // kelvin
	wledColdest = 10000.0
)

// wledWhite is the mixture that WLED makes of a colour temperature, each of 0…255: the fit of T. Helland to Charity's table of black
// bodies (tannerhelland.com/2012/09/18/convert-temperature-rgb-algorithm-code.html), which WLED uses too.
func wledWhite(kelvin float64) (r, g, b float64) {
	t := kelvin / 100
	if t <= 66 {
		return 255, limit(99.4708025861*math.Log(t) - 161.1195681661), limit(138.5177312231*math.Log(t-10) - 305.0447927307)
	}
	return limit(329.698727446 * math.Pow(t-60, -0.1332047592)), limit(288.1221695283 * math.Pow(t-60, -0.0755148492)), 255
}

func limit(v float64) float64 { return math.Max(0, math.Min(255, v)) }

// wledKelvin finds the white that a mixture shows; absent where it is a colour.
func wledKelvin(r, g, b float64) dsp.Maybe {
	const (
		step   = 10.0 // kelvin
		within = 8.0  // of 255: other programs mix their whites a little otherwise
	)
	best, off := 0.0, math.Inf(1)
	for k := wledWarmest; k <= wledColdest; k += step {
		wr, wg, wb := wledWhite(k)
		if d := max(math.Abs(wr-r), math.Abs(wg-g), math.Abs(wb-b)); d < off {
			best, off = k, d
		}
	}
	if off > within {
		return dsp.Maybe{}
	}
	return dsp.Some(best)
}

package sound

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A sample beyond full scale that wrapped round would be the loudest click there is.
func TestASampleIsTheNearestCodeAndNeverBeyondFullScale(t *testing.T) {
	for v, want := range map[float64]int16{
		0: 0, 1: full, -1: -full, 1.5: full, -1.5: -full, math.Inf(1): full, math.Inf(-1): -full, 1e300: full, -1e300: -full,
		0.49 / full: 0, 0.51 / full: 1, -0.49 / full: 0, -0.51 / full: -1, 1 - 0.4/full: full, -1 + 0.4/full: -full, 1 - 0.6/full: full - 1,
	} {
		if got := code(v); got != want {
			t.Errorf("%g is %d, want %d", v, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-2, 2).Draw(t, "v")
		if off := math.Abs(float64(code(v)) - full*max(-1, min(1, v))); off > 0.5+1e-9 {
			t.Errorf("%g is off by %g", v, off)
		}
	})
}

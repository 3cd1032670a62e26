package sound

import "math"

// tone is a steady tone with soft partials, the same on both channels.
type tone struct {
	hz           float64
	cos, sin     float64
	turnC, turnS float64
	partials     [4]float64 // amplitudes at 0 LUFS
}

// humPartials are the amplitudes of a hum: a voice with closed lips, whose partials fall by about 10 dB each.
func humPartials() []float64 { return []float64{1, 0.32, 0.1, 0.03} }

// markPartials are those of the soft tone: little more than a sine.
func markPartials() []float64 { return []float64{1, 0.12, 0.03} }

func newTone(hz float64, partials []float64) *tone {
	sin, cos := math.Sincos(2 * math.Pi * hz / Rate)
	t := &tone{hz: hz, cos: 1, turnC: cos, turnS: sin}
	gain := toneGain(hz, partials)
	for i, a := range partials {
		t.partials[i] = gain * a
	}
	return t
}

func (t *tone) next() (left, right float64) {
	c, s := t.cos*t.turnC-t.sin*t.turnS, t.cos*t.turnS+t.sin*t.turnC
	keep := 1.5 - 0.5*(c*c+s*s) // rounding must not let it grow or shrink over the years
	t.cos, t.sin = c*keep, s*keep
	p := &t.partials
	c, s = t.cos, t.sin
	v := p[0]*s + p[1]*2*s*c + p[2]*s*(3-4*s*s) + p[3]*4*s*c*(1-2*s*s)
	return v, v
}

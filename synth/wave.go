package synth

import "math"

// pulseMemory is how many beats still show in the wave: at 180 per minute a beat is over before the third after it.
const pulseMemory = 4

// wave is the volume pulse at the finger: a systolic peak and a dicrotic wave per beat. Its beats arrive after the pulse delay.
type wave struct {
	beats [pulseMemory]arrival
	next  int
}

// arrival is one beat on its way.
type arrival struct {
	at     float64 // s, of the foot
	height float64 // V
	width  float64 // s: 1 at 66 beats per minute, less when fast
}

// add takes a beat that arrives at the given second; nn is the interval before it in s.
func (w *wave) add(at, height, nn float64) {
	w.beats[w.next%pulseMemory] = arrival{at: at, height: height, width: clamp(math.Sqrt(nn/0.9), 0.6, 1.15)}
	w.next++
}

// volts is the wave at second t, foot at about 0.
func (w *wave) volts(t float64) float64 {
	v := 0.0
	for i := range w.beats {
		b := &w.beats[i]
		if b.width == 0 {
			continue
		}
		x := (t - b.at) / b.width
		if x < -0.1 || x > 1.2 {
			continue
		}
		v += b.height * (bump(x, 0.16, 0.058) + 0.42*bump(x, 0.27, 0.09) + 0.22*bump(x, 0.45, 0.10))
	}
	return v
}

// bump is a bell of height 1 at centre.
func bump(x, centre, width float64) float64 {
	d := (x - centre) / width
	if d > 4 || d < -4 {
		return 0
	}
	return math.Exp(-0.5 * d * d)
}

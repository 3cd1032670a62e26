package dsp

import (
	"math"
	"time"
)

// MotionFeatures say whether a wearer moves, as of the last Second.
type MotionFeatures struct {
	Known    bool  // false where no accelerometer told enough in the last 5 s
	Stirring bool  // enough to disturb an optical pulse, with hysteresis
	Moving   bool  // enough to be an effort of the body
	Level    Maybe // g, mean absolute deviation over the last 5 s
}

// Limits of movement, g. Stirring: the optical pulse is good below a mean absolute deviation of 16.7 mg over 5 s (Charlton et al. 2022,
// doi 10.1088/1361-6579/ac826d). Moving: at the wrist, moderate effort begins at an ENMO of 100.6 mg (Hildebrand et al. 2014,
// doi 10.1249/MSS.0000000000000289). ENMO counts only what goes beyond gravity, half of a deviation that goes both ways.
const (
	motionSpan  = 5 * time.Second
	stirringOn  = 0.0167
	stirringOff = 0.012
	movingOn    = 0.2
	motionWhole = 0.5         // g: a mean above this is the magnitude with gravity in it, below it a deviation already
	motionMost  = 256         // samples held: 5 s at 50 a second
	motionLeast = time.Second // that samples must span, where they are not as many as can be held
)

// Motion follows an accelerometer. It takes the magnitude in g or its short-term deviation and tells them apart by gravity.
type Motion struct {
	ring     [motionMost]Sample
	n        int
	features MotionFeatures
}

// NewMotion makes a chain.
func NewMotion() *Motion { return &Motion{} }

// Sample takes one sample, in g. Samples beyond 50 a second crowd out the oldest of the 5 s.
func (m *Motion) Sample(s Sample) {
	if s.Flags.Has(FlagFault) || !(math.Abs(s.Volts) <= 1000) {
		return
	}
	if m.n > 0 && s.T < m.ring[(m.n-1)%motionMost].T {
		return
	}
	m.ring[m.n%motionMost] = s
	m.n++
}

// Withdraw forgets what was measured: sensing stopped.
func (m *Motion) Withdraw() { m.n, m.features = 0, MotionFeatures{} }

// Features are the features as of the last Second.
func (m *Motion) Features() MotionFeatures { return m.features }

// Second computes the level over the last 5 s.
func (m *Motion) Second(t time.Duration) {
	from := m.n
	for from > max(0, m.n-motionMost) && m.ring[(from-1)%motionMost].T > t-motionSpan {
		from--
	}
	count := float64(m.n - from)
	if count == 0 || count < motionMost && m.ring[(m.n-1)%motionMost].T-m.ring[from%motionMost].T < motionLeast {
		m.features = MotionFeatures{}
		return
	}
	mean, level := 0.0, 0.0
	for i := from; i < m.n; i++ {
		mean += m.ring[i%motionMost].Volts / count
	}
	if level = math.Abs(mean); mean >= motionWhole {
		level = 0
		for i := from; i < m.n; i++ {
			level += math.Abs(m.ring[i%motionMost].Volts-mean) / count
		}
	}
	was := m.features
	m.features = MotionFeatures{
		Known: true, Level: Some(level),
		Stirring: above(level, was.Stirring, stirringOn, stirringOff), Moving: level > movingOn,
	}
}

// above is a threshold with hysteresis.
func above(level float64, was bool, on, off float64) bool { return level > on || was && level > off }

package sound

import (
	"math"
	"math/cmplx"
	"time"
)

// biquad is one second-order filter, direct form I with a0 = 1.
type biquad struct {
	b0, b1, b2, a1, a2 float64
}

// The K-weighting at 48 kHz, ITU-R BS.1770-4 annex 1, tables 1 and 2: a shelf for the head, a high pass for the ear.
func kWeighting() [2]biquad {
	return [2]biquad{
		{1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585},
		{1, -2, 1, -1.99004745483398, 0.99007225036621},
	}
}

// response is the magnitude at a frequency.
func (f biquad) response(hz float64) float64 {
	z := cmplx.Exp(complex(0, -2*math.Pi*hz/Rate))
	num := complex(f.b0, 0) + complex(f.b1, 0)*z + complex(f.b2, 0)*z*z
	den := 1 + complex(f.a1, 0)*z + complex(f.a2, 0)*z*z
	return cmplx.Abs(num / den)
}

// kGain is the K-weighting of one frequency as a factor of amplitude.
func kGain(hz float64) float64 {
	k := kWeighting()
	return k[0].response(hz) * k[1].response(hz)
}

// kOffset makes a full-scale sine of 997 Hz on both channels 0 LUFS.
const kOffset = -0.691

// The gates and blocks of BS.1770-4: blocks of 400 ms, three quarters of each in the next one.
const (
	gateAbsolute = -70.0 // LUFS
	gateRelative = -10.0 // LU below the mean of what passes the absolute gate
	stepFrames   = Rate / 10
	blockSteps   = 4
)

// Meter measures loudness by ITU-R BS.1770-4, for two channels at 48 kHz.
type Meter struct {
	filters [2]biquad
	past    [2][2]past // by channel and filter
	sum     float64    // of the squares of the step that is filling
	frames  int
	peak    float64
	steps   []float64 // mean square of each whole step of 100 ms, both channels
}

// past is the last two inputs and outputs of a biquad.
type past struct{ x1, x2, y1, y2 float64 }

// NewMeter is a Meter that has heard nothing.
func NewMeter() *Meter { return &Meter{filters: kWeighting()} }

// Add takes one frame, full scale being 1.
func (m *Meter) Add(left, right float64) {
	m.peak = max(m.peak, math.Abs(left), math.Abs(right))
	for ch, v := range [2]float64{left, right} {
		for i, f := range m.filters {
			p := &m.past[ch][i]
			y := f.b0*v + f.b1*p.x1 + f.b2*p.x2 - f.a1*p.y1 - f.a2*p.y2
			*p = past{v, p.x1, y, p.y1}
			v = y
		}
		m.sum += v * v
	}
	if m.frames++; m.frames == stepFrames {
		m.steps = append(m.steps, m.sum/stepFrames)
		m.sum, m.frames = 0, 0
	}
}

// AddPCM takes whole frames of the format of this package.
func (m *Meter) AddPCM(pcm []byte) {
	for ; len(pcm) >= frameBytes; pcm = pcm[frameBytes:] {
		l, r := frame(pcm)
		m.Add(l, r)
	}
}

// Integrated is the gated loudness of all that was heard, LUFS; false while less than 400 ms were, or nothing above −70 LUFS.
func (m *Meter) Integrated() (float64, bool) {
	absolute := power(gateAbsolute)
	mean, some := m.above(absolute)
	if !some {
		return 0, false
	}
	mean, some = m.above(max(absolute, mean*math.Pow(10, gateRelative/10)))
	return loudness(mean), some
}

// Peak is the largest sample, full scale being 1.
func (m *Meter) Peak() float64 { return m.peak }

// above is the mean of the blocks above a gate.
func (m *Meter) above(gate float64) (mean float64, some bool) {
	sum, n := 0.0, 0
	for i := range m.blocks() {
		if v := m.block(i); v > gate {
			sum, n = sum+v, n+1
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

func (m *Meter) blocks() int { return max(0, len(m.steps)-blockSteps+1) }

func (m *Meter) block(i int) float64 {
	sum := 0.0
	for _, v := range m.steps[i : i+blockSteps] {
		sum += v
	}
	return sum / blockSteps
}

// Loudest is the loudest 400 ms, LUFS (momentary maximum, EBU Tech 3341); false while there are none, or nothing but silence.
func (m *Meter) Loudest() (float64, bool) {
	most := 0.0
	for i := range m.blocks() {
		most = max(most, m.block(i))
	}
	return loudness(most), most > 0
}

// Momentary is the loudness of the 400 ms that end at a time, a multiple of 100 ms; below SilenceDB it is SilenceDB.
func (m *Meter) Momentary(end time.Duration) float64 {
	i := int(end/(stepFrames*time.Second/Rate)) - blockSteps
	if i < 0 || i >= m.blocks() {
		return SilenceDB
	}
	return max(SilenceDB, loudness(m.block(i)))
}

// loudness turns the mean square of K-weighted channels into LUFS.
func loudness(meanSquare float64) float64 { return kOffset + 10*math.Log10(meanSquare) }

// power is the mean square of a loudness.
func power(lufs float64) float64 { return math.Pow(10, (lufs-kOffset)/10) }

// toneGain is the amplitude factor that makes a tone of partials, the same on both channels, 0 LUFS loud.
func toneGain(hz float64, partials []float64) float64 {
	sum := 0.0
	for i, a := range partials {
		k := a * kGain(hz*float64(i+1))
		sum += 2 * k * k / 2 // two channels; a sine's mean square is half
	}
	return math.Sqrt(power(0) / sum)
}

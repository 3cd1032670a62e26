package sound

import (
	"math"
	"math/rand/v2"
)

// voice is one thing that is heard, endless, at 0 LUFS. next gives the next frame.
type voice interface {
	next() (left, right float64)
}

// white is a seeded source of two independent channels, each spread evenly over −1…1.
type white struct{ source *rand.PCG }

func newWhite(seed, stream uint64) white {
	return white{rand.NewPCG(seed, stream)}
}

func (w white) next() (left, right float64) {
	bits := w.source.Uint64()
	return float64(int32(bits)) / (1 << 31), float64(int32(bits>>32)) / (1 << 31)
}

// unit is an even number of 0…1, without 1.
func (w white) unit() float64 { return float64(w.source.Uint64()>>11) / (1 << 53) }

// onePole is a filter with one pole, as a low pass; the high pass is what it leaves over.
type onePole struct{ share, l, r float64 }

func newOnePole(hz float64) onePole { return onePole{share: 1 - math.Exp(-2*math.Pi*hz/Rate)} }

func (f *onePole) low(l, r float64) (left, right float64) {
	f.l += f.share * (l - f.l)
	f.r += f.share * (r - f.r)
	return f.l, f.r
}

func (f *onePole) high(l, r float64) (left, right float64) {
	lowL, lowR := f.low(l, r)
	return l - lowL, r - lowR
}

// brown is noise that falls by 6 dB per octave above brownHz, which is softer than pink noise's 3 dB: what makes noise unpleasant at
// one loudness is its sharpness, the weight of its high end (Fastl & Zwicker, Psychoacoustics, 3rd ed., chapter 9; DIN 45692).
// Below brownHz it is level, and below rumbleHz it falls: small loudspeakers turn what is there into flutter.
type brown struct {
	white  white
	low    onePole
	rumble onePole
}

const (
	brownHz   = 120.0
	rumbleHz  = 40.0
	brownUnit = 18.07
)

func newBrown(seed uint64) *brown {
	return &brown{white: newWhite(seed, 1), low: newOnePole(brownHz), rumble: newOnePole(rumbleHz)}
}

func (b *brown) next() (left, right float64) {
	l, r := b.rumble.high(b.low.low(b.white.next()))
	return brownUnit * l, brownUnit * r
}

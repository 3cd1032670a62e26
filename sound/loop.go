package sound

import (
	"math"
	"time"

	"hubd/dsp"
	"hubd/room"
)

// seam is how long the end of a loop crosses into what comes before its beginning.
const seam = 5 * Rate

// looped is a bed that begins anew after some frames without anything to be heard of it: towards its end it crosses, with equal power,
// into what the same bed is before its beginning.
type looped struct {
	bed    func() voice
	now    voice // nil until the first frame is asked for
	before voice // nil until the end is near
	frames int
	at     int
}

// newBed makes a bed; one with a loop of so many frames where that is not 0.
func newBed(name string, seed uint64, loop int) voice {
	bed := func() voice {
		if name == bedRain {
			return newRain(seed)
		}
		return newBrown(seed)
	}
	if loop == 0 {
		return bed()
	}
	return &looped{bed: bed, frames: loop}
}

// begin passes what stands before the beginning.
func (l *looped) begin() {
	l.now = l.bed()
	for range min(seam, l.frames) {
		l.now.next()
	}
}

func (l *looped) next() (left, right float64) {
	if l.now == nil {
		l.begin()
	}
	left, right = l.now.next()
	last := min(seam, l.frames)
	if in := l.at - (l.frames - last); in >= 0 {
		if l.before == nil {
			l.before = l.bed()
		}
		sin, cos := math.Sincos(math.Pi / 2 * float64(in) / float64(last))
		bl, br := l.before.next()
		left, right = left*cos+bl*sin, right*cos+br*sin
	}
	if l.at++; l.at == l.frames {
		l.now, l.before, l.at = l.before, nil, 0
	}
	return left, right
}

// Loop is a scene's sound as a piece that can be played over and over without a seam.
type Loop struct {
	renderer *Renderer
	frames   int
	left     int
	block    [BlockBytes]byte
	at       time.Duration
}

// NewLoop plans a loop of about some length. It holds whole breaths where the sound swells with them, and the hum is tuned, by less than
// anyone hears, to whole cycles.
func NewLoop(s room.Scene, length time.Duration, capDB float64, seed uint64) *Loop {
	frames := int(length.Seconds() * Rate)
	if s.Pace.BreathsPerMin > 0 && s.Sound.SwellDB.Known {
		breath := 60 / s.Pace.BreathsPerMin * Rate
		frames = int(math.Round(math.Round(max(1, float64(frames)/breath)) * breath))
	}
	if hz := s.Sound.HumHz; hz.Known {
		seconds := float64(frames) / Rate
		s.Sound.HumHz = dsp.Some(math.Round(hz.Value*seconds) / seconds)
	}
	l := &Loop{renderer: New(Options{Seed: seed, loop: frames}), frames: frames, left: frames}
	l.renderer.Cue(room.Cue{Sound: s.Sound, Pace: s.Pace}, capDB)
	l.renderer.beginAloud()
	return l
}

// Frames is the length, in frames.
func (l *Loop) Frames() int { return l.frames }

// Next gives the next piece of PCM, valid until the next call; nothing once the loop is whole.
func (l *Loop) Next() []byte {
	n := min(l.left, BlockFrames)
	if n == 0 {
		return nil
	}
	l.renderer.Render(l.block[:], l.at)
	l.at += BlockTime
	l.left -= n
	return l.block[:n*frameBytes]
}

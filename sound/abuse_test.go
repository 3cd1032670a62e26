package sound

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/room"
)

// TestNoSequenceOfCuesLeavesTheEnvelope gives a Renderer any Cues, caps, voices and silences in any order, and checks every frame from
// outside: nothing above the cap, nothing that clicks, silence in time. `make soak` runs ten thousand of them.
func TestNoSequenceOfCuesLeavesTheEnvelope(t *testing.T) {
	voices := someVoices(t)
	steep := map[string]float64{bedNoise: listen(newBed(bedNoise, 1, 0), 10).step, bedRain: listen(newBed(bedRain, 1, 0), 10).step}
	rapid.Check(t, func(rt *rapid.T) {
		a := abuse{ear: newEar(rapid.Uint64().Draw(rt, "seed")), t: rt, voices: voices, steep: steep}
		for range rapid.IntRange(1, 8).Draw(rt, "acts") {
			a.act()
			a.pass(rapid.IntRange(1, 90).Draw(rt, "blocks"))
		}
		a.silence()
	})
}

// abuse is a Renderer in the hands of somebody who wants it to fail.
type abuse struct {
	*ear
	t      *rapid.T
	voices []*Recording
	steep  map[string]float64 // the largest step of each bed at 0 LUFS, as measured
	caps   []float64          // in force during each block
	cap    float64
	before speaking // before the newest block
}

// sungHz is the voices' note: no block holds whole waves of it, so that a jump between two blocks shows.
const sungHz = 317.0

// sung is a voice of one note whose amplitude falls to 1/e in some seconds.
func sung(t *testing.T, rate, channels int, seconds, peak, fall float64) *Recording {
	t.Helper()
	var pcm []byte
	for i := range int(seconds * float64(rate)) {
		at := float64(i) / float64(rate)
		v := peak * math.Exp(-at/fall) * math.Sin(2*math.Pi*sungHz*at)
		for range channels {
			pcm = binary.LittleEndian.AppendUint16(pcm, uint16(code(v)))
		}
	}
	r, err := ParseWAV(wav(rate, channels, 16, 1, pcm))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// someVoices are a loud one, one that breaks off at the top of its wave, one whose loud beginning a soft end follows, and a soft one.
func someVoices(t *testing.T) []*Recording {
	const never = 1e9
	return []*Recording{
		sung(t, 24000, 1, 4, 1, never), sung(t, 48000, 1, 100.25/sungHz, 1, never), sung(t, 22050, 2, 3, 0.9, 0.5), sung(t, 8000, 2, 2, 0.03, never),
	}
}

func (a *abuse) act() {
	if a.caps == nil || rapid.IntRange(0, 2).Draw(a.t, "cap changes") == 0 {
		a.cap = rapid.Float64Range(-60, 0).Draw(a.t, "cap")
	}
	switch rapid.SampledFrom([]string{"cue", "cue", "cue", "say", "say", "cap", "hush", "silence"}).Draw(a.t, "act") {
	case "cue":
		a.r.Cue(cues(a.t), a.cap)
	case "say":
		a.r.Limit(a.cap)
		a.r.Say(rapid.SampledFrom(a.voices).Draw(a.t, "voice"))
	case "cap":
		a.r.Limit(a.cap)
	case "hush":
		c := cues(a.t)
		c.Mark.Hush = true
		a.r.Cue(c, a.cap)
	case "silence":
		a.silence()
	}
}

// silence is a pause: no sound, within the fade, and to the last bit.
func (a *abuse) silence() {
	a.r.Cue(room.Cue{}, a.cap)
	a.pass(int(FadeOut/BlockTime) + 1)
	a.pass(1)
	if a.peak != 0 || !a.r.Silent() {
		a.t.Fatalf("%s after a pause a peak of %g", FadeOut+2*BlockTime, a.peak)
	}
}

func (a *abuse) pass(blocks int) {
	for range blocks {
		a.caps = append(a.caps, min(a.cap, TopDB))
		a.before = a.r.marks.speech
		a.hear(BlockTime)
		a.inCap()
		a.inStep()
	}
}

// inForce is the cap that must hold by now: a lowered one has FadeOut, and the block in which it comes.
func (a *abuse) inForce() float64 {
	const within = int(FadeOut/BlockTime) + 1
	most := SilenceDB
	for _, c := range a.caps[max(0, len(a.caps)-within):] {
		most = max(most, c)
	}
	return most
}

// inCap checks what the gains stand for against the cap, and what comes out against its peaks: those of a bed stand up to 17 dB above its
// loudness, those of a voice 20, and of both at half the power each the sum is below 22.
func (a *abuse) inCap() {
	most := a.inForce()
	v := &a.r.marks.speech
	power := a.total()
	if r := v.now.recording; r != nil {
		g := v.goal * v.way * a.r.marks.opens
		power += g * g * fromDB(r.loudest)
	}
	if math.IsNaN(power) || power > fromDB(most)*1.001 {
		a.t.Fatalf("at %s %.2f LUFS, and the cap is %.2f", a.now, 10*math.Log10(power), most)
	}
	if got := 20 * math.Log10(a.peak); got > most+22 {
		a.t.Fatalf("at %s a peak of %.1f dBFS, and the cap is %.1f LUFS", a.now, got, most)
	}
}

// inStep checks that no step between two frames is larger than what is heard explains: a click is one.
func (a *abuse) inStep() {
	r, most, slow := a.r, 0.0, 0.0
	g := max(r.gain, r.goal)
	for _, l := range r.mixer.beds {
		most += g * max(l.gain, l.goal) * a.steep[l.is.bed] * 1.5 // noise is chance
		slow += g * max(l.gain, l.goal) * amplitude(fromDB(17))
	}
	for _, l := range r.mixer.hums {
		most += g * max(l.gain, l.goal) * steepest(l.voice)
		slow += g * max(l.gain, l.goal) * 1.5
	}
	chime, voice := max(r.marks.chime.gain, r.marks.chime.goal), a.voiceSize()
	most += chime*steepest(r.marks.chime.tone) + voice*2*math.Pi*sungHz/Rate
	most = most*1.05 + slow*slowest + (chime+voice)*fastest + 1.5/full
	if a.step > most {
		a.t.Fatalf("at %s a step of %g, and what is heard explains %g", a.now, a.step, most)
	}
}

// How much of its size a sound may gain or lose from one frame to the next. What plays takes longest where a cap was lowered: 1.6 dB in a
// block. A recording that breaks off has voiceTail.
const (
	slowest = 0.25 / BlockFrames
	fastest = 1.2 * float64(time.Second) / float64(voiceTail) / Rate
)

// voiceSize is the largest peak that a voice of the newest block may have had: one may have ended in it and another begun.
func (a *abuse) voiceSize() float64 {
	v, size := &a.r.marks.speech, 0.0
	if r := a.before.now.recording; r != nil {
		size = r.peak * a.before.goal
	}
	if r := v.now.recording; r != nil {
		size = max(size, r.peak*max(v.level, v.goal))
	}
	return size
}

package sound

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"hubd/room"
)

// within is how long a lowered cap may take to hold, and a block more.
const within = FadeOut + BlockTime

// loudestFrom is the loudness of the loudest 400 ms of what is heard from now on.
func (e *ear) loudestFrom(d time.Duration) float64 {
	e.meter = NewMeter()
	e.hear(d)
	v, ok := e.meter.Loudest()
	e.meter = nil
	if !ok {
		return math.Inf(-1)
	}
	return v
}

func TestALoweredCapHoldsWhateverIsHeardWithinHalfASecond(t *testing.T) {
	rows := []struct {
		name  string
		begin func(e *ear)
	}{
		{"a voice alone", func(e *ear) { e.r.Say(recording(t, 20, 0)) }},
		{"a bed", func(e *ear) { e.r.Cue(room.Cue{Sound: bed("noise", -30)}, TopDB) }},
		{"a hum beside a voice", func(e *ear) {
			e.r.Cue(room.Cue{Sound: humming(130, -40)}, TopDB)
			e.r.Say(recording(t, 20, 0))
		}},
		{"a voice that waits for another to fade", func(e *ear) {
			e.r.Say(recording(t, 20, 0))
			e.hear(time.Second)
			e.r.Say(recording(t, 20, 0))
		}},
		{"a voice that waits for a silence to fade", func(e *ear) {
			e.r.Say(recording(t, 20, 0))
			e.hear(time.Second)
			e.r.Silence()
			e.hear(100 * time.Millisecond)
			e.r.Say(recording(t, 20, 0))
		}},
	}
	for _, row := range rows {
		for _, before := range []time.Duration{0, 100 * time.Millisecond, 7 * time.Second} {
			e := newEar(1)
			row.begin(e)
			e.hear(before)
			e.r.Limit(-50)
			e.hear(within)
			if got := e.loudestFrom(6 * time.Second); got > -50+0.5 { // a bed of noise is no steadier
				t.Errorf("%s, lowered after %s: %.1f LUFS under a cap of −50", row.name, before, got)
			}
			if e.r.Silent() {
				t.Errorf("%s, lowered after %s: it is silent", row.name, before)
			}
		}
	}
}

func TestAVoiceThatACapMadeSofterStaysSo(t *testing.T) {
	e := newEar(1)
	e.r.Say(recording(t, 20, 0))
	e.hear(2 * time.Second)
	e.r.Limit(-55)
	e.hear(within)
	e.r.Limit(TopDB)
	if got := e.loudestFrom(5 * time.Second); got > -55 {
		t.Errorf("%.1f LUFS: it jumped up with the cap", got)
	}
}

func TestAVoiceAndABedTogetherStayUnderTheCap(t *testing.T) {
	e := newEar(1)
	e.r.Cue(room.Cue{Sound: humming(130, -40)}, -40)
	e.hear(12 * time.Second)
	e.r.Say(recording(t, 5, 0))
	if got := e.loudestFrom(8 * time.Second); got > -40+0.1 {
		t.Errorf("%.2f LUFS under a cap of −40", got)
	}
	e.hear(3 * time.Second)
	if got := e.lufs(3 * time.Second); math.Abs(got+40) > 0.3 {
		t.Errorf("after the voice the hum has %.2f LUFS, want −40", got)
	}
}

// A knock is soft in its 400 ms and loud in its instant.
func TestAKnockIsHeldByItsPeak(t *testing.T) {
	pcm := make([]byte, 2*Rate)
	for i := range 10 {
		binary.LittleEndian.PutUint16(pcm[Rate+2*i:], full)
	}
	knock, err := ParseWAV(wav(Rate, 1, 16, 1, pcm))
	if err != nil {
		t.Fatal(err)
	}
	e := newEar(1)
	e.r.Cue(room.Cue{}, -45)
	e.r.Say(knock)
	peak := 0.0
	for range 50 {
		e.hear(BlockTime)
		peak = max(peak, e.peak)
	}
	if got := 20 * math.Log10(peak); got > -45-voiceRoomDB+voiceCrestDB+0.1 || got < -45 {
		t.Errorf("it peaks at %.1f dBFS under a cap of −45", got)
	}
}

func TestARecordingThatBreaksOffDoesNotClick(t *testing.T) {
	const seconds = 0.50083 // it ends at the top of a wave
	e := newEar(1)
	e.r.Say(recording(t, seconds, 0))
	most := 0.0
	for range 40 {
		e.hear(BlockTime)
		most = max(most, e.step)
	}
	peak := amplitude(fromDB(voiceAloneDB)) // about that of a sine of 300 Hz
	if smooth := 2 * math.Pi * 300 / Rate * peak * 1.3; most > smooth {
		t.Errorf("a step of %g where its wave has %g", most, smooth)
	}
}

package sound

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/room"
)

// recording is a voice of some seconds whose loudest part has a loudness.
func recording(t *testing.T, seconds, peakDB float64) *Recording {
	t.Helper()
	r, err := ParseWAV(spoken(24000, 1, seconds, peakDB))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func struck() room.Cue { return room.Cue{Mark: room.Mark{Tone: true}} }

func TestAMarkIsHeardOnceAndSoftly(t *testing.T) {
	e := newEar(1)
	e.meter = NewMeter()
	e.r.Cue(struck(), -20)
	e.hear(20 * time.Second)
	loudest, at := SilenceDB, time.Duration(0)
	for end := 400 * time.Millisecond; end <= 20*time.Second; end += 100 * time.Millisecond {
		if v := e.meter.Momentary(end); v > loudest {
			loudest, at = v, end
		}
	}
	if math.Abs(loudest-markAloneDB) > 1 {
		t.Errorf("at its loudest it has %.1f LUFS, want %g", loudest, markAloneDB)
	}
	if at < 3*time.Second || at > 6*time.Second {
		t.Errorf("it is loudest after %s: it rises by 3 dB a second out of silence", at)
	}
	if !e.r.Silent() {
		t.Error("after 20 s it is still there")
	}
}

func TestBesideABedAMarkIsThereSoonAndNeverStandsOut(t *testing.T) {
	e := newEar(1)
	e.r.Cue(room.Cue{Sound: bed("noise", -42)}, -20)
	e.hear(15 * time.Second)
	c := struck()
	c.Sound = bed("noise", -42)
	e.r.Cue(c, -20)
	most := 0.0
	for range int(time.Second / BlockTime) {
		e.hear(BlockTime)
		most = max(most, e.r.budget.tone)
	}
	if got, want := 10*math.Log10(most), -42-markBelowDB; math.Abs(got-want) > 0.01 {
		t.Errorf("within a second the tone comes to %.1f LUFS, want %g", got, want)
	}
	if got := e.lufs(2 * time.Second); got > -39.5 {
		t.Errorf("with it the room has %.1f LUFS, and had −42", got)
	}
	e.hear(20 * time.Second)
	if e.r.budget.tone != 0 || math.Abs(e.lufs(3*time.Second)+42) > 0.6 {
		t.Error("the tone is still there, or the bed is not")
	}
}

func TestAtTheCapTheBedMakesRoomForTheTone(t *testing.T) {
	e := newEar(1)
	e.r.Cue(room.Cue{Sound: humming(110, -40)}, -40)
	e.hear(15 * time.Second)
	c := struck()
	c.Sound = humming(110, -40)
	e.r.Cue(c, -40)
	for range 100 {
		e.hear(BlockTime)
		if v := 10 * math.Log10(e.total()); v > -40+0.01 {
			t.Fatalf("%.2f LUFS above the cap of −40", v)
		}
	}
	if e.r.budget.tone == 0 {
		t.Error("no tone is heard")
	}
}

func TestAVoiceIsUnderstoodAndNoJolt(t *testing.T) {
	rows := []struct {
		name  string
		peak  float64 // dBFS of the recording
		sound room.Sound
		cap   float64
		want  float64 // LUFS of its loudest 400 ms
	}{
		{"a loud one beside a bed", 0, bed("noise", -42), -20, -42 + voiceOverDB},
		{"a loud one in a silent room", 0, room.Sound{}, -20, voiceAloneDB},
		{"one at the cap leaves half of it to the bed", 0, bed("noise", -42), -40, -40 - voiceRoomDB},
		{"one that was recorded softly stays soft", -50, bed("noise", -30), -20, math.NaN()},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			v := recording(t, 3, row.peak)
			want := row.want
			if math.IsNaN(want) {
				want = v.loudest
			}
			var m marks
			e := newEar(1)
			e.r.Cue(room.Cue{Sound: row.sound, Mark: room.Mark{Voice: "v"}}, row.cap)
			e.r.Say(v)
			m = e.r.marks
			meter := NewMeter()
			for range 4 * Rate {
				meter.Add(m.next(1))
			}
			if got, _ := meter.Loudest(); math.Abs(got-want) > 0.3 {
				t.Errorf("%.2f LUFS, want %.2f", got, want)
			}
		})
	}
}

func TestASecondVoiceWaitsUntilTheFirstHasFadedOut(t *testing.T) {
	e := newEar(1)
	first, second := recording(t, 10, -6), recording(t, 1, -6)
	e.r.Say(first)
	e.hear(2 * time.Second)
	e.r.Say(second)
	e.hear(voiceEdge / 2)
	if e.r.marks.speech.now.recording != first {
		t.Fatal("the first voice was cut off")
	}
	e.hear(voiceEdge)
	if e.r.marks.speech.now.recording != second {
		t.Fatal("the second voice does not speak")
	}
	e.hear(2 * time.Second)
	if !e.r.Silent() {
		t.Error("after both it is not silent")
	}
}

func TestAMarkThatComesWhileASilenceFadesWaitsForItsEnd(t *testing.T) {
	e := newEar(1)
	e.r.Cue(struck(), -20)
	e.r.Say(recording(t, 20, -6))
	e.hear(3 * time.Second)
	e.r.Silence()
	e.hear(100 * time.Millisecond)
	e.r.Cue(struck(), -20)
	e.r.Say(recording(t, 1, -6))
	before := size(e.block[:])
	e.hear(300 * time.Millisecond)
	if after := size(e.block[:]); after > before/2 {
		t.Errorf("from %g to %g: the former one is back", before, after)
	}
	e.hear(FadeOut)
	if e.r.marks.speech.now.recording == nil || e.r.marks.chime.rising <= 0 {
		t.Error("the new mark was lost")
	}
	e.hear(20 * time.Second)
	if !e.r.Silent() {
		t.Error("it does not end")
	}
}

func TestACueThatOnlyMarksLeavesTheFormerVoice(t *testing.T) {
	e := newEar(1)
	v := recording(t, 10, -6)
	e.r.Say(v)
	e.hear(time.Second)
	e.r.Cue(struck(), -20)
	e.hear(time.Second)
	if e.r.marks.speech.now.recording != v {
		t.Error("a tone ended the voice")
	}
}

func TestAVoiceThatIsHushedFadesAndTheBedGoesOn(t *testing.T) {
	e := newEar(1)
	bed := room.Cue{Sound: room.Sound{Bed: "noise", LevelDB: dsp.Some(-42)}}
	e.r.Cue(bed, -20)
	e.r.Say(recording(t, 20, -6))
	e.hear(3 * time.Second)
	hushed := bed
	hushed.Mark.Hush = true
	e.r.Cue(hushed, -20)
	e.hear(FadeOut + 200*time.Millisecond)
	if e.r.marks.speech.now.recording != nil {
		t.Error("the voice goes on")
	}
	if e.r.Silent() {
		t.Error("the bed ended with it")
	}
	e.r.Say(recording(t, 1, -6))
	e.hear(300 * time.Millisecond)
	if e.r.marks.speech.now.recording == nil {
		t.Error("a later voice is not heard")
	}
}

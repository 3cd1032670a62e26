package sound

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/room"
)

// remote is a media player that does what it is told.
type remote struct {
	v       *Volume
	now     time.Duration
	playing string
	level   float64
	story   []string
}

func newRemote() *remote { return &remote{v: NewVolume(), level: SilenceDB} }

func (r *remote) pass(t interface{ Fatalf(string, ...any) }, d time.Duration) {
	for end := r.now + d; r.now < end; r.now += 50 * time.Millisecond {
		for _, o := range r.v.Step(nil, r.now) {
			switch o.Do {
			case Play:
				if r.playing != "" || r.level != SilenceDB {
					t.Fatalf("%s begins while %q plays at %g dB", o.Bed, r.playing, r.level)
				}
				r.playing = o.Bed
				r.story = append(r.story, "play "+o.Bed)
			case Stop:
				r.playing = ""
				r.story = append(r.story, "stop")
			case SetVolume:
				if o.LevelDB-r.level > volumeStepDB+1e-9 {
					t.Fatalf("from %g to %g dB at once", r.level, o.LevelDB)
				}
				r.level = o.LevelDB
			}
		}
	}
}

func TestAMediaPlayerIsLedUpSlowlyAndDownAtOnce(t *testing.T) {
	r := newRemote()
	r.pass(t, time.Second)
	r.v.Cue(room.Cue{Sound: bed("noise", -42)}, -20)
	r.pass(t, 3*time.Second)
	if r.level > -50 || r.level < -54 {
		t.Errorf("after 3 s %g dB: it rises by 3 dB a second from −60", r.level)
	}
	r.pass(t, 5*time.Second)
	if r.level != -42 {
		t.Errorf("in the end %g dB, want −42", r.level)
	}
	r.v.Cue(room.Cue{}, -20)
	r.pass(t, FadeOut+50*time.Millisecond)
	if r.playing != "" || r.level != SilenceDB {
		t.Errorf("half a second after a pause %q plays at %g dB", r.playing, r.level)
	}
	r.v.Cue(room.Cue{Sound: bed("rain", -30)}, -40)
	r.pass(t, 20*time.Second)
	r.v.Cue(room.Cue{Sound: humming(130, -50)}, -40)
	if r.level != -40 {
		t.Errorf("at a cap of −40 it plays at %g", r.level)
	}
	r.pass(t, 20*time.Second)
	if got, want := strings.Join(r.story, ", "), "play noise, stop, play rain, stop, play hum"; got != want {
		t.Errorf("it was told to %s; want %s", got, want)
	}
}

func TestAMediaPlayerNeverJumpsAndIsAlwaysStoppedInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRemote()
		for range rapid.IntRange(1, 10).Draw(t, "cues") {
			r.v.Cue(cues(t), rapid.Float64Range(-60, -1).Draw(t, "cap"))
			r.pass(t, time.Duration(rapid.IntRange(1, 100).Draw(t, "ticks"))*50*time.Millisecond)
		}
		r.v.Cue(room.Cue{}, -20)
		r.pass(t, time.Second)
		if r.playing != "" || r.level != SilenceDB {
			t.Fatalf("a second after a pause %q plays at %g dB: %s", r.playing, r.level, fmt.Sprint(r.story))
		}
	})
}

func TestAMediaPlayerIsStoppedWhenHubdEnds(t *testing.T) {
	r := newRemote()
	if got := r.v.Halt(nil); len(got) != 0 {
		t.Errorf("one that does not play is told %v", got)
	}
	r.v.Cue(room.Cue{Sound: bed("noise", -42)}, -20)
	r.pass(t, 5*time.Second)
	got := r.v.Halt(nil)
	if len(got) != 2 || got[0].LevelDB != SilenceDB || got[1].Do != Stop {
		t.Errorf("it is told %v", got)
	}
}

func TestALoweredCapHoldsAMediaPlayerWithinHalfASecond(t *testing.T) {
	r := newRemote()
	r.v.Cue(room.Cue{Sound: bed("noise", -20)}, -20)
	r.pass(t, 30*time.Second)
	r.v.Limit(-45)
	r.pass(t, FadeOut+50*time.Millisecond)
	if r.level != -45 || r.playing != "noise" {
		t.Errorf("half a second later %q plays at %g dB, want noise at −45", r.playing, r.level)
	}
	r.v.Limit(-20)
	r.pass(t, 3*time.Second)
	if r.level > -35 || r.level < -39 {
		t.Errorf("3 s after it was raised again %g dB: it rises by 3 dB a second", r.level)
	}
}

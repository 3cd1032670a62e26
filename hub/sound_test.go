package hub

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/room"
	"hubd/sound"
)

// speaker is a player in virtual time: it takes a block when it has room for it, and remembers how loud each one was.
type speaker struct {
	mu             sync.Mutex // over all of it
	opened, closed int
	refuses        error // to open
	stands         bool  // takes nothing
	greedy         bool  // takes all it can get
	dies           chan string
	level          []float64   // dB of each block, −100 for none
	taken          []time.Time // when each block came
	played         time.Time   // until when what it has taken is heard
}

// keeps is how much a speaker holds.
const keeps = 200 * time.Millisecond

func (s *speaker) open() (*player, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return nil, s.refuses
	}
	s.opened++
	s.dies = make(chan string, 1)
	s.played = time.Now()
	return &player{
		write: s.write, queued: func() time.Duration { return 0 }, ended: s.dies,
		close: func() error { s.set(func() { s.closed++ }); return nil },
	}, nil
}

func (s *speaker) write(block []byte, within time.Duration) error {
	wait, err := s.take(block, within)
	time.Sleep(wait)
	return err
}

// take takes a block and says how long the writer has to wait for that.
func (s *speaker) take(block []byte, within time.Duration) (wait time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stands {
		return within, sound.ErrStalled
	}
	if s.played.Before(time.Now()) {
		s.played = time.Now()
	}
	if s.played = s.played.Add(sound.BlockTime); !s.greedy {
		wait = time.Until(s.played.Add(-keeps))
	}
	sum := 0.0
	for i := 0; i < len(block); i += 2 {
		v := float64(int16(binary.LittleEndian.Uint16(block[i:]))) / 32768
		sum += v * v
	}
	s.taken = append(s.taken, time.Now())
	s.level = append(s.level, max(-100, 10*math.Log10(sum/float64(len(block)/2)+1e-12)))
	return wait, nil
}

// set changes something.
func (s *speaker) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// heard is how loud each block was.
func (s *speaker) heard() []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.level)
}

// now is how loud the newest block was.
func (s *speaker) now() float64 {
	all := s.heard()
	if len(all) == 0 {
		return -100
	}
	return all[len(all)-1]
}

// wants checks how often it was opened and closed.
func (s *speaker) wants(t *testing.T, opened, closed int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != opened || s.closed != closed {
		t.Errorf("opened %d times and closed %d times, want %d and %d", s.opened, s.closed, opened, closed)
	}
}

// stage is a feeder at work in virtual time, with a room that ticks.
type stage struct {
	*feeder
	speaker *speaker
	said    *waiting.Text
	tickOff atomic.Bool
}

// perform runs a feeder inside synctest, and ends it.
func perform(t *testing.T, play func(s *stage)) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s := &stage{speaker: &speaker{}, said: &waiting.Text{}}
		s.feeder = &feeder{
			loud: newLoud(), log: logTo(s.said), now: func() time.Duration { return time.Since(begin) }, open: s.speaker.open,
			latency: keeps, seed: 1, read: func(path string) (*sound.Recording, error) { return nil, errors.New("no voice " + path) },
		}
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { s.run(ctx) })
		all.Go(func() {
			for ctx.Err() == nil {
				if !s.tickOff.Load() {
					s.tick(s.feeder.now(), s.capDB())
				}
				time.Sleep(tickEvery)
			}
		})
		play(s)
		stop()
		all.Wait()
	})
}

func noise(db float64) room.Cue {
	return room.Cue{Sound: room.Sound{Bed: "noise", LevelDB: dsp.Some(db)}}
}

func TestACueIsHeardAndAPauseIsSilentInTime(t *testing.T) {
	perform(t, func(s *stage) {
		time.Sleep(time.Minute)
		s.speaker.wants(t, 0, 0) // there was nothing to hear
		s.cue(noise(-42), -20)
		time.Sleep(15 * time.Second)
		if got := s.speaker.now(); math.Abs(got+44) > 3 { // RMS of one channel, 2 dB below its loudness
			t.Errorf("15 s later the player gets %.1f dB", got)
		}
		s.cue(room.Cue{Reason: "pause"}, -20)
		asked := time.Now()
		for s.speaker.now() > -100 {
			time.Sleep(10 * time.Millisecond)
		}
		var silent time.Duration
		s.speaker.set(func() { silent = s.speaker.played.Sub(asked) })
		t.Logf("silent at the ear %s after the pause", silent)
		if silent > 2*time.Second {
			t.Errorf("silent at the ear %s after the pause", silent)
		}
	})
}

func TestAPlayerIsLetGoAfterAMinuteOfSilenceAndComesBack(t *testing.T) {
	perform(t, func(s *stage) {
		s.cue(noise(-42), -20)
		time.Sleep(10 * time.Second)
		s.cue(room.Cue{}, -20)
		time.Sleep(restAfter + 5*time.Second)
		s.speaker.wants(t, 1, 1)
		s.cue(noise(-42), -20)
		time.Sleep(10 * time.Second)
		s.speaker.wants(t, 2, 1)
		if got := s.speaker.now(); got < -60 {
			t.Errorf("%.1f dB", got)
		}
		s.said.Wants(t, 0, "level=ERROR")
	})
}

// A player at its own pace always has room for the next block, and a pause must not have to draw lots with that: the block after it fades out.
func TestAPauseIsInTheNextBlock(t *testing.T) {
	perform(t, func(s *stage) {
		const most = int(sound.FadeOut / sound.BlockTime)
		for range 50 {
			s.cue(noise(-30), -20)
			time.Sleep(20*time.Second + 7*time.Millisecond) // between two blocks
			before := len(s.speaker.heard())
			s.cue(room.Cue{}, -20)
			time.Sleep(2*time.Second - 7*time.Millisecond)
			heard := slices.IndexFunc(s.speaker.heard()[before:], func(dB float64) bool { return dB <= -99 })
			if heard < 0 || heard > most {
				t.Errorf("%d blocks are heard after a pause, want %d at most", heard, most)
			}
		}
	})
}

func TestAMarkInASilentRoomOpensThePlayer(t *testing.T) {
	perform(t, func(s *stage) {
		s.cue(room.Cue{Mark: room.Mark{Tone: true, Voice: "one.wav"}}, -20)
		time.Sleep(5 * time.Second)
		if got := s.speaker.now(); got < -60 {
			t.Errorf("%.1f dB: no tone", got)
		}
		s.cue(room.Cue{Mark: room.Mark{Voice: "one.wav"}}, -20)
		time.Sleep(5 * time.Second)
		s.said.Wants(t, 1, "no voice one.wav")
	})
}

func TestALostPlayerIsTriedAgainEverLaterAndToldOnce(t *testing.T) {
	perform(t, func(s *stage) {
		s.speaker.set(func() { s.speaker.refuses = errors.New("no such sound card") })
		s.cue(noise(-42), -20)
		time.Sleep(10 * time.Minute)
		s.said.Wants(t, 1, "no such sound card")
		s.speaker.set(func() { s.speaker.refuses = nil })
		time.Sleep(playerMost*5/4 + 10*time.Second)
		s.speaker.wants(t, 1, 0)
		if got := s.speaker.now(); got < -60 {
			t.Errorf("%.1f dB", got)
		}
		s.said.Wants(t, 1, "sound is there again")
	})
}

func TestAPlayerThatDiesComesBackFromSilence(t *testing.T) {
	perform(t, func(s *stage) {
		s.cue(noise(-30), -20)
		time.Sleep(time.Minute)
		s.speaker.set(func() { s.speaker.dies <- "the card was pulled out" })
		time.Sleep(100 * time.Millisecond)
		before := len(s.speaker.heard())
		time.Sleep(playerBack * 3)
		s.speaker.wants(t, 2, 1)
		for i, v := range s.speaker.heard()[before:] {
			if most := -58 + 3*float64(i)*sound.BlockTime.Seconds() + 4; v > most {
				t.Fatalf("block %d after it came back has %.1f dB", i, v)
			}
		}
		s.said.Wants(t, 1, "the card was pulled out")
		time.Sleep(20 * time.Second)
		s.said.Wants(t, 1, "restarts=1")
	})
}

func TestAPlayerThatStandsStillIsLetGoAndHoldsNothingUp(t *testing.T) {
	perform(t, func(s *stage) {
		s.cue(noise(-30), -20)
		time.Sleep(20 * time.Second)
		s.speaker.set(func() { s.speaker.stands = true })
		time.Sleep(takesWithin + 100*time.Millisecond)
		s.speaker.wants(t, 1, 1)
		for i := range 5 * maxCues { // the processing goroutine never waits
			s.cue(noise(-30-float64(i%3)), -20)
		}
		s.cue(room.Cue{}, -20)
		s.speaker.set(func() { s.speaker.stands = false })
		before := len(s.speaker.heard())
		time.Sleep(time.Minute)
		if len(s.speaker.heard()) != before {
			t.Error("it plays again though the room is silent")
		}
		s.said.Wants(t, 1, "stands still")
	})
}

func TestAPlayerThatTakesAllItCanGetIsNotFedAheadOfTime(t *testing.T) {
	perform(t, func(s *stage) {
		s.speaker.set(func() { s.speaker.greedy = true })
		s.cue(noise(-30), -20)
		time.Sleep(time.Minute)
		given := time.Duration(len(s.speaker.heard())) * sound.BlockTime
		if given < time.Minute || given > time.Minute+700*time.Millisecond {
			t.Errorf("%s of sound in a minute", given)
		}
	})
}

// A machine that is woken for the room's step makes the sound on the same occasion. It plays on where steps are late, which 1.5 s are not yet too much.
func TestAPlayerThatTakesAllItCanGetIsFedAtTheRoomsSteps(t *testing.T) {
	perform(t, func(s *stage) {
		s.speaker.set(func() { s.speaker.greedy = true })
		begin := time.Now()
		s.cue(noise(-30), -20)
		time.Sleep(10 * time.Second)
		s.speaker.set(func() {
			for _, at := range s.speaker.taken {
				if since := at.Sub(begin); since > time.Second && since%tickEvery != 0 {
					t.Errorf("a block was made %s after the beginning: between two steps of the room", since)
					break
				}
			}
		})
		before := len(s.speaker.heard())
		s.tickOff.Store(true)
		time.Sleep(1500 * time.Millisecond)
		if given := time.Duration(len(s.speaker.heard())-before) * sound.BlockTime; given < 1300*time.Millisecond {
			t.Errorf("%s of sound in the 1.5 s in which the room was late", given)
		}
	})
}

func TestSoundFadesOutWhileTheRoomGivesNoWord(t *testing.T) {
	perform(t, func(s *stage) {
		s.cue(noise(-30), -20)
		time.Sleep(20 * time.Second)
		s.tickOff.Store(true)
		time.Sleep(roomAlive + sound.FadeOut + 500*time.Millisecond)
		if got := s.speaker.now(); got > -100 {
			t.Errorf("%.1f dB though nobody could stop it", got)
		}
		s.tickOff.Store(false)
		time.Sleep(20 * time.Second)
		if got := s.speaker.now(); got < -40 {
			t.Errorf("%.1f dB though the room is there again", got)
		}
		s.said.Wants(t, 1, "the room gives no word")
	})
}

func TestHubdEndsWithAFadeThatIsHeardToItsEnd(t *testing.T) {
	var s *stage
	var before int
	perform(t, func(now *stage) {
		s = now
		s.cue(noise(-30), -20)
		time.Sleep(20 * time.Second)
		before = len(s.speaker.heard())
	})
	after := s.speaker.heard()[before:]
	if fade := int(sound.FadeOut / sound.BlockTime); len(after) < fade+int(keeps/sound.BlockTime) {
		t.Fatalf("%d blocks after the end", len(after))
	}
	for i := int(sound.FadeOut/sound.BlockTime) + 5; i < len(after); i++ {
		if after[i] > -100 {
			t.Fatalf("block %d after the end has %.1f dB", i, after[i])
		}
	}
	s.speaker.wants(t, 1, 1)
}

func TestALatePlayerIsGivenAShorterFade(t *testing.T) {
	for latency := time.Duration(0); latency <= 1500*time.Millisecond; latency += 100 * time.Millisecond {
		f := &feeder{latency: latency}
		if all := f.fade() + latency; all > 1900*time.Millisecond || f.fade() < 400*time.Millisecond {
			t.Errorf("at %s the fade takes %s", latency, fmt.Sprint(f.fade()))
		}
	}
}

// aloud is a voice of some seconds, as loud as can be.
func aloud(t *testing.T, seconds int) *sound.Recording {
	t.Helper()
	file := sound.WAVHeader(seconds * sound.Rate)
	for i := range seconds * sound.Rate {
		v := uint16(int16(32000 * math.Sin(2*math.Pi*300*float64(i)/sound.Rate)))
		file = binary.LittleEndian.AppendUint16(file, v)
		file = binary.LittleEndian.AppendUint16(file, v)
	}
	r, err := sound.ParseWAV(file)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Nothing but the voice plays, so the lowered cap makes no Cue.
func TestALoweredCapHoldsTheVoiceThatSpeaks(t *testing.T) {
	perform(t, func(s *stage) {
		voice := aloud(t, 60)
		s.read = func(string) (*sound.Recording, error) { return voice, nil }
		s.cue(room.Cue{Mark: room.Mark{Voice: "one.wav"}}, -20)
		time.Sleep(5 * time.Second)
		if got := s.speaker.now(); got < -45 {
			t.Fatalf("%.1f dB: no voice", got)
		}
		s.limit(-55)
		time.Sleep(sound.FadeOut + keeps + tickEvery)
		if got := s.speaker.now(); got > -55 || got < -65 {
			t.Errorf("%.1f dB under a cap of −55", got)
		}
	})
}

func TestAVoiceThatNeverComesHoldsUpNoOther(t *testing.T) {
	perform(t, func(s *stage) {
		voice, stuck := aloud(t, 60), make(chan struct{})
		defer close(stuck)
		s.read = func(path string) (*sound.Recording, error) {
			if path == "stuck.wav" {
				<-stuck
			}
			return voice, nil
		}
		s.cue(room.Cue{Mark: room.Mark{Voice: "stuck.wav"}}, -20)
		time.Sleep(5 * time.Second)
		s.cue(room.Cue{Mark: room.Mark{Voice: "next.wav"}}, -20)
		time.Sleep(2 * time.Second)
		if got := s.speaker.now(); got < -45 {
			t.Errorf("%.1f dB: the voice after the one that never came is not heard", got)
		}
		for range maxReaders {
			s.cue(room.Cue{Mark: room.Mark{Voice: "stuck.wav"}}, -20)
			time.Sleep(time.Second)
		}
		s.said.Wants(t, 1, "the disk gives none")
	})
}

func TestOfTwoVoicesTheNewestIsSaidWhateverTheDiskGivesFirst(t *testing.T) {
	perform(t, func(s *stage) {
		first, second := aloud(t, 60), aloud(t, 1)
		s.read = func(path string) (*sound.Recording, error) {
			if path == "first.wav" {
				time.Sleep(3 * time.Second)
				return first, nil
			}
			return second, nil
		}
		s.cue(room.Cue{Mark: room.Mark{Voice: "first.wav"}}, -20)
		s.cue(room.Cue{Mark: room.Mark{Voice: "second.wav"}}, -20)
		time.Sleep(10 * time.Second)
		if got := s.speaker.now(); got > -100 {
			t.Errorf("%.1f dB: the former voice is said after the newest", got)
		}
	})
}

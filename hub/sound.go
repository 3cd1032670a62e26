package hub

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"hubd/room"
	"hubd/sound"
)

const (
	takesWithin  = 500 * time.Millisecond // a player that takes no block for so long stands still
	roomAlive    = 2 * time.Second        // without a step of the room for so long, sound fades out
	restAfter    = time.Minute            // of silence, then the player is let go
	soundIdle    = time.Second            // between two looks while there is nothing to do
	lastWords    = 200 * time.Millisecond // for a player that has ended to say why
	playerBack   = time.Second            // until a lost player is tried again, at first
	playerMost   = 30 * time.Second       // and at most
	playerSteady = 30 * time.Second       // a player that has played for so long is well again
	stepWithin   = 60 * time.Millisecond  // a block that may go waits so long for a step of the room, and then goes without one
)

// player is where a feeder's blocks go. build.go makes it of a sound.Output.
type player struct {
	write  func(block []byte, within time.Duration) error
	queued func() time.Duration // what waits on the way to it
	close  func() error
	ended  <-chan string // why it ended by itself, buffered; nil: it cannot
}

// feeder makes the sound and gives it to the player, block by block. All of it is one goroutine's.
type feeder struct {
	*loud
	log     *slog.Logger
	now     func() time.Duration
	open    func() (*player, error)
	read    func(path string) (*sound.Recording, error)
	latency time.Duration
	seed    uint64

	renderer  *sound.Renderer
	timeline  sound.Timeline
	allowance sound.Allowance
	player    *player
	block     [sound.BlockBytes]byte
	newest    room.Cue
	voices    chan voice      // read, and to be said
	reading   int             // files that are being read
	speech    int             // grows with each voice asked for and each silence: what was asked for before is not said after it
	bad       map[string]bool // voices told of already; there are as many as practices name
	mute      bool            // the room gives no word
	tryAt     time.Duration   // when the player is opened again
	back      time.Duration   // then waits so long
	openedAt  time.Duration
	heardAt   time.Duration // when there was last something to be heard
	down      string        // why there is no player; told once
	restarts  int
}

// begin makes the feeder ready. It starts nothing.
func (f *feeder) begin() {
	f.voices = make(chan voice, maxReaders)
	f.back, f.bad = playerBack, map[string]bool{}
	f.anew()
}

// anew begins out of silence: what a lost player played does not come back at its full level.
func (f *feeder) anew() {
	f.seed++
	f.renderer = sound.New(sound.Options{Seed: f.seed, Fade: f.fade()})
	f.timeline, f.allowance = sound.Timeline{}, sound.Allowance{}
	c := f.newest
	c.Mark = room.Mark{}
	f.renderer.Cue(c, f.capDB())
}

// fade is how long an end takes: less where the player is late by itself, so that all is silent within two seconds.
func (f *feeder) fade() time.Duration {
	return min(sound.FadeOut, 1900*time.Millisecond-f.latency)
}

// run feeds until ctx ends, then fades out.
func (f *feeder) run(ctx context.Context) {
	f.begin()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		if !f.asked() {
			wait := f.turn()
			if wait <= 0 {
				continue
			}
			timer.Reset(wait)
		}
		select {
		case <-ctx.Done():
		case c := <-f.cues:
			f.take(c)
		case v := <-f.voices:
			f.say(v)
		case why := <-f.ended():
			f.gone(why)
		case <-f.step:
		case <-timer.C:
		}
	}
	f.stop()
}

// asked tells whether something waits to be taken, which comes before the next block: a pause must not draw lots with a player that has room.
func (f *feeder) asked() bool { return len(f.cues)+len(f.voices)+len(f.ended()) > 0 }

func (f *feeder) ended() <-chan string {
	if f.player == nil {
		return nil
	}
	return f.player.ended
}

// take follows the room.
func (f *feeder) take(c room.Cue) {
	f.newest = c
	if n := f.lost.Swap(0); n > 0 {
		f.log.Warn("the room asked faster than sound could follow; the newest counts", "lost", n)
	}
	if !f.there() {
		c.Mark = room.Mark{} // once means now, and not when the player is back
	}
	f.renderer.Cue(c, f.capDB())
	f.heardAt = f.now()
	if c.Mark.Hush || c.Sound == (room.Sound{}) && c.Mark == (room.Mark{}) {
		f.speech++
	}
	if c.Mark.Voice != "" {
		f.fetch(c.Mark.Voice)
	}
}

// there tells whether the player plays, or will as soon as there is something to play.
func (f *feeder) there() bool { return f.player != nil || f.now() >= f.tryAt }

// turn does what is due and says how long the next turn may wait.
func (f *feeder) turn() time.Duration {
	now := f.now()
	f.due.Store(never)
	f.listen(now)
	silent := f.renderer.Silent()
	if !silent {
		f.heardAt = now
	}
	switch {
	case f.player == nil && silent:
		return soundIdle
	case f.player == nil && now < f.tryAt:
		return f.tryAt - now
	case f.player == nil && !f.connect(now):
		return f.tryAt - now
	case now-f.heardAt > restAfter:
		f.release() // another program may want the sound card
		f.anew()
		return soundIdle
	}
	if f.allowance.Wait(now) == 0 {
		f.feed(now)
	}
	return f.rest(f.now())
}

// rest is how long the next block has to wait. It goes with the room's first step after that.
func (f *feeder) rest(now time.Duration) time.Duration {
	wait := f.allowance.Wait(now)
	if f.player == nil || wait == 0 {
		return 0
	}
	f.due.Store(int64(now + wait))
	return wait + stepWithin
}

// listen falls silent while the room gives no word: whoever says stop then would not be heard.
func (f *feeder) listen(now time.Duration) {
	switch lost := now-time.Duration(f.alive.Load()) > roomAlive; {
	case lost && !f.mute && !f.renderer.Silent():
		f.mute = true
		f.speech++
		f.renderer.Silence()
		f.log.Error("the room gives no word: its sound fades out")
	case !lost && f.mute:
		f.mute = false
		c := f.newest
		c.Mark = room.Mark{}
		f.renderer.Cue(c, f.capDB())
		f.log.Info("the room is there again")
	}
}

// connect opens the player.
func (f *feeder) connect(now time.Duration) bool {
	p, err := f.open()
	if err != nil {
		f.fail(now, err.Error())
		return false
	}
	f.player, f.openedAt = p, now
	return true
}

// fail tells once that there is no player, and when it is tried again.
func (f *feeder) fail(now time.Duration, why string) {
	f.tryAt = now + f.back + time.Duration(rand.Int64N(int64(f.back)/4))
	f.back = min(2*f.back, playerMost)
	if f.down == "" {
		f.log.Error("no sound: the player is not there; it is tried again", "reason", why)
	}
	f.down = why
	f.anew()
}

// feed makes one block and writes it.
func (f *feeder) feed(now time.Duration) {
	heard := f.timeline.Block(now + f.player.queued() + f.latency)
	f.renderer.Limit(f.capDB())
	f.renderer.Render(f.block[:], heard)
	if err := f.player.write(f.block[:], takesWithin); err != nil {
		f.gone(f.reason(err))
		return
	}
	f.allowance.Spend()
	if f.down != "" && now-f.openedAt > playerBack {
		f.log.Info("sound is there again", "restarts", f.restarts)
		f.down = ""
	}
}

// reason is why a player takes nothing more; one that has ended says it better than a broken pipe does.
func (f *feeder) reason(err error) string {
	if f.player.ended != nil && !errors.Is(err, sound.ErrStalled) {
		select {
		case why := <-f.player.ended:
			return why
		case <-time.After(lastWords):
		}
	}
	return err.Error()
}

// gone lets go of a player that has ended or stands still.
func (f *feeder) gone(why string) {
	f.release()
	f.restarts++
	now := f.now()
	if now-f.openedAt > playerSteady {
		f.back = playerBack
	}
	f.fail(now, why)
}

func (f *feeder) release() {
	if f.player == nil {
		return
	}
	if err := f.player.close(); err != nil {
		f.log.Warn("the player was not let go as it should be", "error", err)
	}
	f.player = nil
}

// stop fades out, as long as the player takes that, and lets it go once the end of the fade has been heard.
func (f *feeder) stop() {
	f.renderer.Silence()
	heard := f.latency + 2*lastWords // what the player has taken, and what waits on the way
	end := f.now() + f.fade() + heard
	for f.player != nil && f.now() < end {
		if wait := f.allowance.Wait(f.now()); wait > 0 {
			time.Sleep(wait)
			continue
		}
		f.feed(f.now())
	}
	f.release()
}

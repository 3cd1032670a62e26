package room

import (
	"time"

	"hubd/dsp"
)

const (
	silenceDB   = -60.0 // a level at which nothing is heard in a bedroom; silence counts as this when it rises
	maxRiseDB   = 3.0   // per second
	soundStepDB = 6.0   // a fade is told in steps of this size: three of them bring a scene's sound in, instead of a Cue every other second
)

// audible tells whether there is anything to be heard.
func (s Sound) audible() bool { return s.LevelDB.Known && (s.Bed != "" || s.HumHz.Known) }

func (s Sound) level() float64 {
	if !s.audible() {
		return silenceDB
	}
	return s.LevelDB.Value
}

// soundFade takes the level from sound to sound, never rising faster than maxRiseDB. What is told is the level at that instant, so from
// Cue to Cue it rises no faster either: a player that takes as long for a step as has passed since the last one is inside the envelope,
// and so is one that does at once what each Cue says, counted over the time between them.
type soundFade struct {
	playing Sound // what is heard, at its full level
	level   ramp
	told    Sound
	untold  bool // louder than allowed was told last
}

// aim begins a fade to target.
func (f *soundFade) aim(now, fade time.Duration, target Sound) {
	from, to := f.now(now), target.level()
	fade = max(fade, seconds((to-from)/maxRiseDB))
	if target.audible() {
		f.playing = target
	}
	f.level = ramp{from: from, to: to, start: now, end: now + fade}
}

// cut silences at once.
func (f *soundFade) cut(now time.Duration) { *f = soundFade{level: hold(silenceDB, now), told: f.told} }

// limit comes down at once to a cap that has just been set; from there what was begun goes on.
func (f *soundFade) limit(now time.Duration, capDB float64) {
	f.untold = f.untold || f.told.level() > capDB
	if f.now(now) > capDB {
		f.level.from, f.level.start = capDB, now
		f.level.to, f.level.end = min(f.level.to, capDB), max(f.level.end, now)
	}
}

func (f *soundFade) now(now time.Duration) float64 {
	if f.playing == (Sound{}) {
		return silenceDB
	}
	return f.level.at(now)
}

// at is the sound at one instant.
func (f *soundFade) at(now time.Duration) Sound {
	level := f.now(now)
	if level <= silenceDB {
		return Sound{}
	}
	s := f.playing
	s.LevelDB = dsp.Some(level)
	return s
}

// due tells whether the level has moved so far from what was told that a Cue should say so.
func (f *soundFade) due(now time.Duration) bool {
	s := f.at(now)
	if now >= f.level.end {
		return s != f.told
	}
	return f.untold || !near(s.level(), f.told.level(), soundStepDB)
}

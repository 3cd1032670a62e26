package sound

import (
	"math"
	"time"

	"hubd/room"
)

// Volume leads a media player that knows only play, stop and a volume: the same slow rise, the same quick end. It is pure; what it
// orders is for a player's codec.
type Volume struct {
	playing content
	wanted  content
	goal    float64 // LUFS, without the cap
	most    float64 // LUFS, the cap
	level   float64
	told    float64
	last    time.Duration // when it was last stepped
	begun   bool
	ending  time.Duration // since when it fades out; 0: it does not
}

// Order is one thing a media player is told to do.
type Order struct {
	Do      Do
	Bed     string  // for Play: noise, rain, or hum where there is no bed
	LevelDB float64 // for SetVolume and Play: from SilenceDB, which is none, up to the cap
}

// Do is what a media player can do.
type Do uint8

// What a media player can do.
const (
	SetVolume Do = iota
	Play
	Stop
)

const (
	volumeStepDB   = 1.5                    // a change is told in steps of this size
	volumeStepTime = 500 * time.Millisecond // so RiseDB a second at most
	capSteps       = 4                      // of a quarter of FadeOut each, from loudest to silence
	loudest        = 0.0                    // LUFS: a player's volume is relative, its own file decides what it means
)

// NewVolume leads a player that is taken to be stopped.
func NewVolume() *Volume { return &Volume{level: SilenceDB, told: SilenceDB} }

// Cue takes in what the room asks for, and the highest level that is allowed now.
func (v *Volume) Cue(c room.Cue, capDB float64) {
	v.wanted = contentOf(c.Sound)
	if !c.Sound.LevelDB.Known {
		v.wanted = content{}
	}
	v.goal = max(SilenceDB, c.Sound.LevelDB.Or(SilenceDB))
	v.Limit(capDB)
}

// Limit takes in the highest level that is allowed now, LUFS. A player that is louder comes down to it within FadeOut.
func (v *Volume) Limit(capDB float64) { v.most = max(SilenceDB, min(capDB, loudest)) }

// Step gives what is due. It is called every 50 ms.
func (v *Volume) Step(dst []Order, now time.Duration) []Order {
	if v.begun && now-v.last < v.every() {
		return dst
	}
	dt := min(now-v.last, volumeStepTime)
	v.last, v.begun = now, true
	switch {
	case v.playing == v.wanted && v.playing != (content{}):
		v.ending = 0
		v.lead(dt)
		return v.tell(dst)
	case v.playing != (content{}):
		return v.end(dst, now)
	case v.wanted != (content{}):
		v.playing, v.level, v.told = v.wanted, SilenceDB, SilenceDB
		return append(dst, Order{Do: SetVolume, LevelDB: SilenceDB}, Order{Do: Play, Bed: v.playing.name(), LevelDB: SilenceDB})
	}
	return dst
}

// every is how long one step lasts: an end and a lowered cap have little time.
func (v *Volume) every() time.Duration {
	if v.playing != v.wanted || v.level > v.most {
		return FadeOut / capSteps
	}
	return volumeStepTime
}

// lead takes the level towards its goal, and down below the cap in capSteps.
func (v *Volume) lead(dt time.Duration) {
	if v.level > v.most {
		v.level = max(v.most, v.level-(loudest-SilenceDB)/capSteps)
		return
	}
	v.level = toward(v.level, min(v.goal, v.most), RiseDB, dt)
}

func (v *Volume) tell(dst []Order) []Order {
	arrived := v.level == min(v.goal, v.most) && v.told != v.level
	if !arrived && math.Abs(v.level-v.told) < volumeStepDB-1e-9 {
		return dst
	}
	v.told = v.level
	return append(dst, Order{Do: SetVolume, LevelDB: v.level})
}

// end fades out in three steps, then stops.
func (v *Volume) end(dst []Order, now time.Duration) []Order {
	if v.ending == 0 {
		v.ending = max(now, 1)
	}
	if now-v.ending >= FadeOut*3/4 || v.level <= SilenceDB {
		v.playing, v.ending, v.level, v.told = content{}, 0, SilenceDB, SilenceDB
		return append(dst, Order{Do: SetVolume, LevelDB: SilenceDB}, Order{Do: Stop})
	}
	v.level = max(SilenceDB, v.level-6)
	v.told = v.level
	return append(dst, Order{Do: SetVolume, LevelDB: v.level})
}

// name is the word for what is to be played.
func (c content) name() string {
	if c.bed != "" {
		return c.bed
	}
	return "hum"
}

// Halt gives what ends the sound now, for a hub that ends.
func (v *Volume) Halt(dst []Order) []Order {
	if v.playing == (content{}) {
		return dst
	}
	*v = Volume{level: SilenceDB, told: SilenceDB, most: v.most}
	return append(dst, Order{Do: SetVolume, LevelDB: SilenceDB}, Order{Do: Stop})
}

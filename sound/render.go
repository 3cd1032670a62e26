package sound

import (
	"time"

	"hubd/room"
)

// Options of a Renderer. The zero Options is one that can be used.
type Options struct {
	Seed uint64        // equal seeds and Cues give equal sound
	Fade time.Duration // of an end; 0: FadeOut
	loop int           // frames after which the beds begin anew; 0: never
}

// Renderer makes the sound of a room, one block after the other. It belongs to one goroutine.
type Renderer struct {
	fade   time.Duration
	mixer  mixer
	gate   gate // of everything but the marks
	budget budget
	marks  marks

	sound   room.Sound // wanted; kept while it fades out
	pace    room.Pace
	level   float64 // LUFS, on its way to that of sound, without the swell
	most    float64 // LUFS, the cap
	ceiling float64 // LUFS, on its way down to a cap that was lowered
	gain    float64 // amplitude of the mix at the end of the last block
	goal    float64
	opened  float64 // of the gate, at the end of the last block
	opens   float64
}

// New is a Renderer that is silent.
func New(o Options) *Renderer {
	if o.Fade == 0 {
		o.Fade = FadeOut
	}
	r := &Renderer{fade: o.Fade, level: SilenceDB, most: TopDB, ceiling: TopDB, marks: newMarks()}
	r.mixer = newMixer(func(bed string) voice { return newBed(bed, o.Seed, o.loop) })
	return r
}

// Cue takes in what the room asks for, and the highest level that is allowed now, LUFS. A voice that the Cue names is said by Say; a
// Cue without sound and without a mark ends everything.
func (r *Renderer) Cue(c room.Cue, capDB float64) {
	r.Limit(capDB)
	r.pace = c.Pace
	want := contentOf(c.Sound)
	idle := r.gate.way == 0 && !r.gate.open
	r.gate.open = want.parts() > 0 && c.Sound.LevelDB.Known
	switch {
	case !r.gate.open:
		if c.Mark == (room.Mark{}) {
			r.marks.silence()
		}
	case idle:
		r.sound = c.Sound
		r.begin(want)
	default:
		r.sound, r.mixer.wanted = c.Sound, want
	}
	if c.Mark.Hush {
		r.marks.silence()
	}
	if c.Mark.Tone {
		r.marks.strike(r.heardLevel())
	}
}

// Limit takes in the highest level that is allowed now, LUFS. What is heard already, a voice too, comes down to it within FadeOut.
func (r *Renderer) Limit(capDB float64) {
	r.most = max(SilenceDB, min(capDB, TopDB))
	if r.Silent() {
		r.ceiling = r.most
	}
}

// begin lets a sound begin out of silence.
func (r *Renderer) begin(want content) {
	r.level, r.budget.bed, r.goal = SilenceDB, 0, 0
	r.mixer.start(want)
}

// beginAloud begins at the full level, as a loop does that has no beginning.
func (r *Renderer) beginAloud() {
	r.level = r.goalLevel()
	r.budget.bed = fromDB(r.level + Swell(r.pace, r.sound.SwellDB.Or(0), 0))
	r.budget.heard = r.budget.bed
	r.goal = amplitude(r.budget.bed)
	r.gate.way, r.opens = 1, 1
}

// goalLevel is where the level is going.
func (r *Renderer) goalLevel() float64 {
	return max(SilenceDB, min(r.sound.LevelDB.Or(SilenceDB), r.most))
}

// heardLevel is how loud what plays will be, SilenceDB where nothing does.
func (r *Renderer) heardLevel() float64 {
	if !r.gate.open {
		return SilenceDB
	}
	return r.goalLevel()
}

// Say lets a recording be heard beside everything else. With it the whole stays below the cap: half of that is the voice's at most.
func (r *Renderer) Say(v *Recording) {
	level := voiceAloneDB
	if at := r.heardLevel(); at > SilenceDB {
		level = at + voiceOverDB
	}
	r.marks.say(said{v, min(level, r.most-voiceRoomDB)})
}

// Silence ends everything within the fade.
func (r *Renderer) Silence() { r.Cue(room.Cue{}, r.most) }

// Silent tells whether nothing is heard and nothing is about to be.
func (r *Renderer) Silent() bool {
	return r.gate.way == 0 && !r.gate.open && r.opened == 0 && r.marks.quiet() && r.marks.struck == 0 && r.marks.waits.recording == nil
}

// Render fills dst, of BlockBytes, with the next block. heard is the stream time at which its first frame will be heard.
func (r *Renderer) Render(dst []byte, heard time.Duration) {
	r.pass(heard + BlockTime)
	if r.Silent() {
		clear(dst)
		return
	}
	marked, playing := !r.marks.quiet(), r.opened > 0 || r.opens > 0 // neither begins within a block
	for i := range BlockFrames {
		share := float64(i+1) / BlockFrames
		left, right := 0.0, 0.0
		if marked {
			left, right = r.marks.next(share)
		}
		if playing {
			l, rr := r.mixer.next(share)
			g := (r.gain + (r.goal-r.gain)*share) * (r.opened + (r.opens-r.opened)*share)
			left, right = left+g*l, right+g*rr
		}
		putFrame(dst[i*frameBytes:], left, right)
	}
}

// pass sets everything to where it is to be at the end of the block.
func (r *Renderer) pass(end time.Duration) {
	if r.gate.ended {
		r.begin(r.mixer.wanted)
	}
	if r.marks.gate.ended {
		r.budget.tone, r.budget.heard = 0, 0
	}
	r.descend()
	r.marks.pass(r.fade)
	r.opened = r.opens
	r.gate.pass(BlockTime, r.fade)
	r.opens = r.gate.gain()
	r.level = min(toward(r.level, r.goalLevel(), RiseDB, BlockTime), r.ceiling)
	bed := 0.0
	if r.gate.way > 0 {
		bed = fromDB(r.level + Swell(r.pace, r.sound.SwellDB.Or(0), end))
	}
	chime := &r.marks.chime
	most := fromDB(r.ceiling) - r.marks.speech.power()
	r.budget.grant(bed, chime.want(r.budget.tone, BlockTime), most, r.opens, BlockTime)
	r.mixer.pass(BlockTime)
	r.gain, r.goal = r.goal, amplitude(r.budget.bed)
	chime.gain, chime.goal = chime.goal, amplitude(r.budget.tone)
	r.budget.heard = r.budget.bed*r.opens*r.opens + r.budget.tone*r.marks.opens*r.marks.opens
}

// descend takes the ceiling to the cap: up at once, since what is heard rises slowly by itself, and down as fast as all of it can be lost
// within FadeOut, so that nothing clicks.
func (r *Renderer) descend() {
	const rate = (TopDB - SilenceDB) * float64(time.Second) / float64(FadeOut) // dB per second
	r.ceiling = max(r.most, toward(r.ceiling, r.most, rate, BlockTime))
	r.marks.hold(r.ceiling - voiceRoomDB)
}

package sound

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/room"
)

// ear plays a Renderer in virtual time and measures what it hears.
type ear struct {
	r     *Renderer
	now   time.Duration
	meter *Meter // nil: nothing is measured
	block [BlockBytes]byte
	pcm   []byte // all that was heard, where keep is set
	keep  bool
	peak  float64 // of the newest block
	step  float64 // largest step between two frames of the newest block, and to the one before
	last  [2]float64
}

func newEar(seed uint64) *ear {
	return &ear{r: New(Options{Seed: seed})}
}

// hear lets time pass.
func (e *ear) hear(d time.Duration) {
	for end := e.now + d; e.now < end; e.now += BlockTime {
		e.r.Render(e.block[:], e.now)
		e.peak, e.step = 0, 0
		for i := 0; i < BlockBytes; i += frameBytes {
			l, r := frame(e.block[i:])
			if e.meter != nil {
				e.meter.Add(l, r)
			}
			e.peak = max(e.peak, math.Abs(l), math.Abs(r))
			e.step = max(e.step, math.Abs(l-e.last[0]), math.Abs(r-e.last[1]))
			e.last = [2]float64{l, r}
		}
		if e.keep {
			e.pcm = append(e.pcm, e.block[:]...)
		}
	}
}

// lufs is the loudness of the newest seconds.
func (e *ear) lufs(d time.Duration) float64 {
	e.meter = NewMeter()
	e.hear(d)
	v, ok := e.meter.Integrated()
	e.meter = nil
	if !ok {
		return math.Inf(-1)
	}
	return v
}

func bed(name string, db float64) room.Sound { return room.Sound{Bed: name, LevelDB: dsp.Some(db)} }

func humming(hz, db float64) room.Sound {
	return room.Sound{HumHz: dsp.Some(hz), LevelDB: dsp.Some(db)}
}

func both(name string, hz, db float64) room.Sound {
	s := humming(hz, db)
	s.Bed = name
	return s
}

func TestASoundReachesItsLevelAndStaysThere(t *testing.T) {
	rows := []struct {
		name  string
		sound room.Sound
		cap   float64
		want  float64
	}{
		{"noise", bed("noise", -42), -20, -42},
		{"rain", bed("rain", -36), -20, -36},
		{"a hum", humming(130, -42), -20, -42},
		{"noise and a hum together are as loud as one of them", both("noise", 130, -42), -20, -42},
		{"rain and a hum", both("rain", 220, -30), -20, -30},
		{"above the cap it is at the cap", bed("noise", -25), -40, -40},
		{"above what is ever made it is at that", bed("noise", -3), -1, TopDB},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e := newEar(1)
			e.r.Cue(room.Cue{Sound: row.sound}, row.cap)
			e.hear(15 * time.Second)
			if got := e.lufs(20 * time.Second); math.Abs(got-row.want) > 0.4 {
				t.Errorf("%.2f LUFS, want %.1f", got, row.want)
			}
		})
	}
}

func TestWhatIsNoSoundIsSilence(t *testing.T) {
	rows := []struct {
		name  string
		sound room.Sound
	}{
		{"nothing", room.Sound{}},
		{"a level of nothing", room.Sound{LevelDB: dsp.Some(-30)}},
		{"a bed without a level", room.Sound{Bed: "noise"}},
		{"a bed nobody knows", bed("whales", -30)},
		{"a hum that is none", humming(-5, -30)},
		{"a hum beyond hearing", humming(20000, -30)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e := newEar(1)
			e.r.Cue(room.Cue{Sound: row.sound}, -20)
			e.keep = true
			e.hear(2 * time.Second)
			for i, b := range e.pcm {
				if b != 0 {
					t.Fatalf("byte %d is %d", i, b)
				}
			}
			if !e.r.Silent() {
				t.Error("it is not called silent")
			}
		})
	}
}

func TestWhateverPlaysIsSilentHalfASecondAfterACueWithoutSound(t *testing.T) {
	long := &Recording{pcm: make([]byte, 2*Rate*20), rate: Rate, channels: 1, loudest: -20}
	for i := range long.pcm {
		long.pcm[i] = byte(i * 7)
	}
	rows := []struct {
		name  string
		sound room.Sound
		mark  room.Mark
		voice *Recording
	}{
		{"noise", bed("noise", -20), room.Mark{}, nil},
		{"rain and a hum", both("rain", 100, -20), room.Mark{}, nil},
		{"a tone that has just been struck", room.Sound{}, room.Mark{Tone: true}, nil},
		{"a voice", bed("rain", -30), room.Mark{Voice: "v"}, long},
	}
	for _, row := range rows {
		for wait := 100 * time.Millisecond; wait < 20*time.Second; wait *= 3 {
			e := newEar(1)
			e.r.Cue(room.Cue{Sound: row.sound, Mark: row.mark}, -20)
			if row.voice != nil {
				e.r.Say(row.voice)
			}
			e.hear(wait)
			e.r.Cue(room.Cue{}, -20)
			e.hear(FadeOut + BlockTime)
			if e.hear(BlockTime); e.peak != 0 || !e.r.Silent() {
				t.Errorf("%s, after %s: still %g, silent %v", row.name, wait, e.peak, e.r.Silent())
			}
		}
	}
}

// total is the power that the gains stand for: what is heard, without the chance of noise.
func (e *ear) total() float64 {
	m := &e.r.marks
	g, o := e.r.goal*e.r.opens, m.chime.goal*m.opens
	return g*g + o*o
}

// cues draws anything a room could say.
func cues(t *rapid.T) room.Cue {
	var c room.Cue
	if rapid.Bool().Draw(t, "sounds") {
		c.Sound.Bed = rapid.SampledFrom([]string{"", "noise", "rain", "none", "x"}).Draw(t, "bed")
		c.Sound.LevelDB = dsp.Some(rapid.Float64Range(-80, 6).Draw(t, "level"))
		if rapid.Bool().Draw(t, "hums") {
			c.Sound.HumHz = dsp.Some(rapid.SampledFrom([]float64{60, 110, 130, 400}).Draw(t, "hum"))
		}
		if rapid.Bool().Draw(t, "swells") {
			c.Sound.SwellDB = dsp.Some(rapid.Float64Range(0, 40).Draw(t, "swell"))
		}
	}
	if rapid.Bool().Draw(t, "paced") {
		c.Pace = room.Pace{
			BreathsPerMin: rapid.Float64Range(4, 60).Draw(t, "pace"), InhaleShare: rapid.Float64Range(0, 1).Draw(t, "inhale"),
			Hold:      time.Duration(rapid.Int64Range(0, 3e9).Draw(t, "hold")),
			PhaseZero: time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(t, "zero")),
		}
	}
	c.Mark.Tone = rapid.IntRange(0, 3).Draw(t, "mark") == 0
	return c
}

func TestNothingEverRisesFasterThanThreeDecibelsASecondOrAboveTheCap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEar(1)
		past := []float64{0}
		highest := SilenceDB
		for range rapid.IntRange(1, 12).Draw(t, "cues") {
			capDB := rapid.Float64Range(-60, 0).Draw(t, "cap")
			e.r.Cue(cues(t), capDB)
			highest = max(highest, min(capDB, TopDB))
			for range rapid.IntRange(1, 200).Draw(t, "blocks") {
				e.r.pass(e.now + BlockTime)
				e.now += BlockTime
				v := e.total()
				if math.IsNaN(v) || v > fromDB(highest)*1.001 {
					t.Fatalf("%g dB: the highest cap was %g", 10*math.Log10(v), highest)
				}
				past = append(past, v)
				if n := len(past) - 51; n >= 0 { // a second ago
					if from := max(past[n], fromDB(SilenceDB)); v > from*fromDB(RiseDB)*1.001 {
						t.Fatalf("from %.2f to %.2f dB in a second", 10*math.Log10(from), 10*math.Log10(v))
					}
				}
			}
		}
	})
}

// A hum is a curve so smooth that any click shows in the step from one frame to the next.
func TestNothingEverClicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEar(1)
		for range rapid.IntRange(1, 5).Draw(t, "cues") {
			c := cues(t)
			c.Sound.Bed = ""
			e.r.Cue(c, -20)
			for range rapid.IntRange(1, 60).Draw(t, "blocks") {
				e.hear(BlockTime)
				most := 0.0
				for _, hum := range e.r.mixer.hums {
					g := max(e.r.gain, e.r.goal)
					most += g * max(hum.gain, hum.goal) * steepest(hum.voice)
				}
				chime := &e.r.marks.chime
				most += max(chime.gain, chime.goal) * steepest(chime.tone)
				if most = most*1.1 + 1.5/full; e.step > most {
					t.Fatalf("at %s a step of %g, and the tones explain %g", e.now, e.step, most)
				}
			}
		}
	})
}

// steepest is the largest step that a tone makes from one frame to the next; 0 of what is none.
func steepest(v voice) float64 {
	tn, ok := v.(*tone)
	if !ok {
		return 0
	}
	sum := 0.0
	for i, a := range tn.partials {
		sum += a * 2 * math.Sin(math.Pi*tn.hz*float64(i+1)/Rate)
	}
	return sum
}

func TestOneBedCrossesIntoAnotherWithoutAHole(t *testing.T) {
	e := newEar(2)
	e.r.Cue(room.Cue{Sound: bed("noise", -30)}, -20)
	e.hear(15 * time.Second)
	for _, s := range []room.Sound{bed("rain", -30), both("rain", 110, -30), humming(220, -30), both("noise", 130, -30)} {
		e.meter = NewMeter()
		e.r.Cue(room.Cue{Sound: s}, -20)
		e.hear(6 * time.Second)
		for i := range e.meter.blocks() {
			if got := loudness(e.meter.block(i)); math.Abs(got+30) > 2 {
				t.Errorf("to %+v: %.1f LUFS after %.1f s, want −30", s, got, float64(i)/10)
			}
		}
	}
}

func TestAWishDuringACrossingWaitsAndTheNewestCounts(t *testing.T) {
	e := newEar(2)
	e.r.Cue(room.Cue{Sound: humming(110, -30)}, -20)
	e.hear(15 * time.Second)
	for _, hz := range []float64{130, 150, 170, 190} {
		e.r.Cue(room.Cue{Sound: humming(hz, -30)}, -20)
		e.hear(100 * time.Millisecond)
	}
	e.hear(2*crossFade + time.Second)
	if got := e.r.mixer.to.humHz; got != 190 || e.r.mixer.way != 1 {
		t.Errorf("after all it hums at %g Hz, %.0f %% of the way: want 190", got, 100*e.r.mixer.way)
	}
}

func TestASoundThatComesBackWhileItFadesBeginsFromSilence(t *testing.T) {
	e := newEar(1)
	e.r.Cue(room.Cue{Sound: bed("noise", -25)}, -20)
	e.hear(15 * time.Second)
	e.r.Cue(room.Cue{}, -20)
	e.hear(200 * time.Millisecond)
	e.r.Cue(room.Cue{Sound: bed("rain", -25)}, -20)
	e.hear(300 * time.Millisecond)
	if got := e.lufs(500 * time.Millisecond); got > -55 {
		t.Errorf("half a second later it is %.1f LUFS loud", got)
	}
	e.hear(15 * time.Second)
	if got := e.lufs(5 * time.Second); math.Abs(got+25) > 0.6 || e.r.mixer.to.bed != "rain" {
		t.Errorf("%.1f LUFS of %+v: want rain at −25", got, e.r.mixer.to)
	}
}

func TestABlockCostsNoMemory(t *testing.T) {
	e := newEar(1)
	e.r.Cue(room.Cue{Sound: both("rain", 110, -30), Mark: room.Mark{Tone: true}}, -20)
	var block [BlockBytes]byte
	at := time.Duration(0)
	if n := testing.AllocsPerRun(200, func() { e.r.Render(block[:], at); at += BlockTime }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkRender(b *testing.B) {
	rows := []struct {
		name  string
		sound room.Sound
	}{
		{"silence", room.Sound{}}, {"noise", bed("noise", -42)}, {"rain", bed("rain", -42)}, {"rain and hum", both("rain", 130, -42)},
	}
	for _, row := range rows {
		b.Run(row.name, func(b *testing.B) {
			r := New(Options{Seed: 1})
			r.Cue(room.Cue{Sound: row.sound}, -20)
			var block [BlockBytes]byte
			b.ReportAllocs()
			b.SetBytes(BlockBytes)
			for i := range b.N {
				r.Render(block[:], time.Duration(i)*BlockTime)
			}
			real := float64(b.N) * BlockTime.Seconds()
			b.ReportMetric(100*b.Elapsed().Seconds()/real, "%cpu")
		})
	}
}

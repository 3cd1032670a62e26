package sound

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/room"
)

func TestTheSwellFollowsTheBreath(t *testing.T) {
	slow := room.Pace{BreathsPerMin: 6, InhaleShare: 0.4, PhaseZero: 3 * time.Second}
	held := room.Pace{BreathsPerMin: 5, InhaleShare: 0.3, Hold: 2 * time.Second}
	rows := []struct {
		name  string
		pace  room.Pace
		depth float64
		at    time.Duration
		want  float64
	}{
		{"a breath in begins at the bottom", slow, 6, 3 * time.Second, -6},
		{"halfway in it is halfway up", slow, 6, 5 * time.Second, -3},
		{"at the turn it is at its level", slow, 6, 7 * time.Second, 0},
		{"halfway out it is halfway down", slow, 6, 10 * time.Second, -3},
		{"a breath later it is at the bottom again", slow, 6, 13 * time.Second, -6},
		{"before the pacer began it is the same breath", slow, 6, 0, -3},
		{"a held breath stays up", held, 6, 5 * time.Second, 0},
		{"after the hold it falls", held, 6, 5600*time.Millisecond + 3200*time.Millisecond, -3},
		{"without a pacer nothing swells", room.Pace{}, 6, time.Second, 0},
		{"without a depth nothing swells", slow, 0, time.Second, 0},
		{"a quick breath is not so deep that it would rise too fast", room.Pace{BreathsPerMin: 7, InhaleShare: 0.25}, 40, 0, -RiseDB * 60 / 7 * 0.25 * 2 / math.Pi},
		{"a pace that leaves no time to breathe out is none", room.Pace{BreathsPerMin: 7, InhaleShare: 1}, 6, time.Second, 0},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := Swell(row.pace, row.depth, row.at); math.Abs(got-row.want) > 1e-6 {
				t.Errorf("%.4f dB, want %.4f", got, row.want)
			}
		})
	}
}

func TestASwellIsNeverDeeperThanAskedNorAboveItsLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cues(t)
		depth := rapid.Float64Range(-5, 60).Draw(t, "depth")
		got := Swell(c.Pace, depth, time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "at")))
		if math.IsNaN(got) || got > 0 || got < -max(depth, 0)-1e-9 {
			t.Errorf("%g dB of %g", got, depth)
		}
	})
}

// mouth is a player whose own buffer is taken in gulps, as aplay's is: what is written now is heard a while later.
type mouth struct {
	random *rand.Rand
	now    time.Duration
	heard  time.Duration // when the next block really will be heard
}

const declared = 200 * time.Millisecond

// write passes the time that the player lets the writer wait, and gives what can be measured then.
func (m *mouth) write() (measured time.Duration) {
	m.now = m.heard - declared + time.Duration(m.random.Int64N(int64(50*time.Millisecond))) - 25*time.Millisecond
	return m.now + declared
}

// The sound's own breath, taken from what is heard, against the pacer's, in virtual time.
func TestSoundAndPacerAgreeWithinFiftyMilliseconds(t *testing.T) {
	rows := []struct {
		name string
		pace room.Pace
		card float64 // how much faster the sound card's clock is than ours
	}{
		{"six breaths a minute", room.Pace{BreathsPerMin: 6, InhaleShare: 0.4, PhaseZero: 1234 * time.Millisecond}, 0},
		{"seven, on a card that is fast", room.Pace{BreathsPerMin: 7, InhaleShare: 0.4}, 200e-6},
		{"four and a half with a hold, on a card that is slow", room.Pace{BreathsPerMin: 4.5, InhaleShare: 0.35, Hold: time.Second}, -200e-6},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e := newEar(1)
			s := humming(200, -30)
			s.SwellDB = dsp.Some(6)
			e.r.Cue(room.Cue{Sound: s, Pace: row.pace}, -20)
			m := &mouth{random: rand.New(rand.NewPCG(1, 2)), heard: declared}
			var line Timeline
			var level []float64
			var at []time.Duration
			for m.heard < 90*time.Second {
				e.r.Render(e.block[:], line.Block(m.write()))
				if m.heard > 20*time.Second {
					level, at = append(level, rms(e.block[:])), append(at, m.heard+BlockTime/2)
				}
				m.heard += time.Duration(float64(BlockTime) * (1 - row.card))
			}
			off := phaseError(level, at, row.pace, 6)
			t.Logf("the sound's breath is %s off the pacer's", off)
			if off > 50*time.Millisecond || off < -50*time.Millisecond {
				t.Errorf("the sound's breath is %s off the pacer's", off)
			}
		})
	}
}

// rms is the level of a block, dB.
func rms(pcm []byte) float64 {
	sum := 0.0
	for i := 0; i < len(pcm); i += frameBytes {
		l, _ := frame(pcm[i:])
		sum += l * l
	}
	return 10 * math.Log10(sum/BlockFrames)
}

// phaseError is the shift at which the pacer's swell lies best under what was heard: the least squared difference.
func phaseError(level []float64, at []time.Duration, p room.Pace, depth float64) time.Duration {
	best, least := time.Duration(0), math.Inf(1)
	for shift := -300 * time.Millisecond; shift <= 300*time.Millisecond; shift += 2 * time.Millisecond {
		var sum, square float64
		for i, v := range level {
			d := v - Swell(p, depth, at[i]-shift)
			sum, square = sum+d, square+d*d
		}
		n := float64(len(level))
		if spread := square/n - sum/n*sum/n; spread < least {
			best, least = shift, spread
		}
	}
	return best
}

func TestATimelineGoesOnBlockByBlockAndLeansTowardsWhatIsMeasured(t *testing.T) {
	var line Timeline
	if got := line.Block(5 * time.Second); got != 5*time.Second {
		t.Fatalf("it begins at %s", got)
	}
	if got := line.Block(5*time.Second + BlockTime + 50*time.Millisecond); got != 5*time.Second+BlockTime+time.Millisecond {
		t.Errorf("50 ms of jitter move it to %s: want a fiftieth", got)
	}
	if got := line.Block(9 * time.Second); got != 9*time.Second {
		t.Errorf("after a player stood still it is at %s, want where it goes on", got)
	}
}

func TestAnAllowanceBoundsHowFarAPlayerRunsAhead(t *testing.T) {
	var a Allowance
	given, now := time.Duration(0), time.Hour
	for range 500 {
		if wait := a.Wait(now); wait > 0 {
			now += wait
			if again := a.Wait(now); again > time.Millisecond {
				t.Fatalf("after waiting %s another %s", wait, again)
			}
		}
		a.Spend()
		given += BlockTime
		if most := now - time.Hour + ahead + BlockTime + time.Second/fasterBy*10; given > most {
			t.Fatalf("%s given after %s", given, now-time.Hour)
		}
	}
	if passed := now - time.Hour; given-passed < ahead-BlockTime {
		t.Errorf("a player that takes all it can get is only %s ahead", given-passed)
	}
	now += time.Hour // it stood still
	for n := 0; a.Wait(now) == 0; n++ {
		a.Spend()
		if n > int(ahead/BlockTime)+1 {
			t.Fatal("what was not used in an hour is still there")
		}
	}
}

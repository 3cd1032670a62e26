package sound

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/room"
)

func played(l *Loop) []byte {
	var pcm []byte
	for b := l.Next(); b != nil; b = l.Next() {
		pcm = append(pcm, b...)
	}
	return pcm
}

var breath = room.Pace{BreathsPerMin: 7, InhaleShare: 0.4}

func swelling(s room.Sound, db float64) room.Sound {
	s.SwellDB = dsp.Some(db)
	return s
}

func TestALoopHasNoSeam(t *testing.T) {
	rows := []struct {
		name  string
		scene room.Scene
	}{
		{"noise", room.Scene{Sound: bed("noise", -30)}},
		{"rain", room.Scene{Sound: bed("rain", -30)}},
		{"a hum", room.Scene{Sound: humming(123.4, -30)}},
		{"rain and a hum that swell", room.Scene{Sound: swelling(both("rain", 111, -30), 6), Pace: breath}},
		{"noise that swells", room.Scene{Sound: swelling(bed("noise", -30), 6), Pace: breath}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			pcm := played(NewLoop(row.scene, 31*time.Second, -20, 1))
			inside := 0.0
			for i := frameBytes; i < len(pcm); i += frameBytes {
				inside = max(inside, stepAt(pcm, i-frameBytes, i))
			}
			if seam := stepAt(pcm, len(pcm)-frameBytes, 0); seam > inside {
				t.Errorf("a step of %g from the last frame to the first; inside none is larger than %g", seam, inside)
			}
			before, after := 20*math.Log10(size(pcm[len(pcm)-Rate*frameBytes/2:])), 20*math.Log10(size(pcm[:Rate*frameBytes/2]))
			if math.Abs(before-after) > 1.5 {
				t.Errorf("half a second before the seam %.1f dB, after it %.1f dB", before, after)
			}
		})
	}
}

func stepAt(pcm []byte, i, j int) float64 {
	al, ar := frame(pcm[i:])
	bl, br := frame(pcm[j:])
	return max(math.Abs(al-bl), math.Abs(ar-br))
}

func size(pcm []byte) float64 {
	sum := 0.0
	for i := 0; i < len(pcm); i += frameBytes {
		l, r := frame(pcm[i:])
		sum += l*l + r*r
	}
	return math.Sqrt(sum / float64(len(pcm)/frameBytes))
}

// What comes before a loop's beginning is what its end crosses into: a loop played twice goes on as if nobody had cut it.
func TestWhereALoopBeginsAnewItIsTheSameAsAtItsBeginning(t *testing.T) {
	const frames = 12 * Rate
	for _, name := range []string{bedNoise, bedRain} {
		v := newBed(name, 7, frames)
		var first, second [2][]float64
		for i := range 2 * frames {
			l, r := v.next()
			into := &first
			if i >= frames {
				into = &second
			}
			into[0], into[1] = append(into[0], l), append(into[1], r)
		}
		for i := range frames {
			if first[0][i] != second[0][i] || first[1][i] != second[1][i] {
				t.Fatalf("%s: frame %d differs in the second round", name, i)
			}
		}
	}
}

func TestALoopHoldsWholeBreathsAndWholeCycles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pace := room.Pace{BreathsPerMin: rapid.Float64Range(4.5, 7).Draw(t, "pace"), InhaleShare: 0.4}
		hz := rapid.Float64Range(60, 400).Draw(t, "hum")
		length := time.Duration(rapid.Int64Range(30e9, 7200e9).Draw(t, "length"))
		l := NewLoop(room.Scene{Sound: swelling(humming(hz, -40), 6), Pace: pace}, length, -20, 1)
		seconds := float64(l.Frames()) / Rate
		breaths := seconds * pace.BreathsPerMin / 60
		if math.Abs(breaths-math.Round(breaths)) > 1e-4 {
			t.Errorf("%g breaths", breaths)
		}
		if off := math.Abs(seconds - length.Seconds()); off > 30/pace.BreathsPerMin+0.1 {
			t.Errorf("it lasts %g s off what was asked", off)
		}
		tuned := l.renderer.mixer.to.humHz
		if cycles := tuned * seconds; math.Abs(cycles-math.Round(cycles)) > 1e-6*cycles {
			t.Errorf("%g cycles of the hum", cycles)
		}
		if math.Abs(tuned-hz) > 0.5/seconds+1e-9 {
			t.Errorf("%g Hz became %g", hz, tuned)
		}
	})
}

func TestALoopIsAsLoudAsItsSceneFromTheFirstFrame(t *testing.T) {
	for _, s := range []room.Sound{bed("noise", -42), bed("rain", -35), humming(130, -42), both("noise", 130, -42)} {
		m := NewMeter()
		m.AddPCM(played(NewLoop(room.Scene{Sound: s}, 30*time.Second, -20, 1)))
		got, _ := m.Integrated()
		first := loudness(m.block(0))
		if math.Abs(got-s.LevelDB.Value) > 0.3 || math.Abs(first-s.LevelDB.Value) > 2 {
			t.Errorf("%+v: %.2f LUFS, and %.2f in the first 400 ms", s, got, first)
		}
	}
}

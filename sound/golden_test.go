package sound

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/room"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is what each scene's sound is: twenty frames every other second, and the level of the seconds between. a*b+c differs in its last
// bit between processors, so a code may differ by one.
func TestTheSoundIsTheSameAsEver(t *testing.T) {
	swell := both("rain", 130, -36)
	swell.SwellDB = dsp.Some(6)
	rows := []struct {
		name string
		cue  room.Cue
	}{
		{"noise", room.Cue{Sound: bed("noise", -42)}},
		{"rain", room.Cue{Sound: bed("rain", -42)}},
		{"hum", room.Cue{Sound: humming(130, -42)}},
		{"breath", room.Cue{Sound: swell, Pace: room.Pace{BreathsPerMin: 6, InhaleShare: 0.4}, Mark: room.Mark{Tone: true}}},
	}
	var got strings.Builder
	for _, row := range rows {
		e := newEar(42)
		e.r.Cue(row.cue, -20)
		for second := 0; second < 12; second += 2 {
			e.hear(2*time.Second - BlockTime)
			level := e.lufs(400 * time.Millisecond)
			fmt.Fprintf(&got, "%s %d %.1f", row.name, second, math.Max(level, -99))
			for i := range 20 {
				l, r := frame(e.block[i*frameBytes:])
				fmt.Fprintf(&got, " %.0f %.0f", l*full, r*full)
			}
			got.WriteByte('\n')
		}
	}
	const path = "testdata/sound.golden"
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	alike(t, strings.Fields(string(want)), strings.Fields(got.String()))
}

// alike compares words: numbers to within one.
func alike(t *testing.T, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d words, want %d", len(got), len(want))
	}
	for i := range want {
		var w, g float64
		_, err := fmt.Sscan(want[i], &w)
		if err != nil && want[i] == got[i] {
			continue
		}
		if _, other := fmt.Sscan(got[i], &g); err != nil || other != nil || math.Abs(w-g) > 1 {
			t.Fatalf("word %d is %s, want %s", i, got[i], want[i])
		}
	}
}

package hub

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/pipeline"
)

// rates are the heart rates told between two times, by the second.
func rates(events []pipeline.Event, from, to time.Duration) map[time.Duration]float64 {
	all := map[time.Duration]float64{}
	for _, e := range events {
		if h, ok := e.Value.(dsp.HeartRate); ok && e.At >= from && e.At <= to && h.BPM.Known {
			all[e.At.Truncate(time.Second)] = h.BPM.Value
		}
	}
	return all
}

func mean(all map[time.Duration]float64) float64 {
	sum := 0.0
	for _, v := range all {
		sum += v
	}
	return sum / float64(len(all))
}

func TestAChipThatRunsFastShowsTheSameHeartRate(t *testing.T) {
	const from, to = 30 * time.Second, 5 * time.Minute
	for _, row := range []struct{ name, text string }{
		{"ads1115", oneChip("ads1115", "address: 0x48,", "kind: ppg", "kind: grove")},
		{"max30102", finger("", "boot")},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, events := onChipsAt(t, 0, row.text, "rest", to, nil)
			exact := rates(events, from, to)
			for _, off := range []float64{-0.1, 0.1} {
				_, events := onChipsAt(t, off, row.text, "rest", to, nil)
				got := rates(events, from, to)
				worst := 0.0
				for at, bpm := range got {
					if want, ok := exact[at]; ok {
						worst = max(worst, math.Abs(bpm-want))
					}
				}
				t.Logf("clock %+.0f %%: %.3f bpm of %.3f over %d s; a single second differs by up to %.3f", 100*off, mean(got), mean(exact), len(got), worst)
				if math.Abs(mean(got)-mean(exact)) > 0.1 || worst > 0.1 || len(got) < 200 {
					t.Errorf("clock %+.0f %%: %.3f bpm in place of %.3f, single seconds off by up to %.3f, %d s told", 100*off, mean(got), mean(exact), worst, len(got))
				}
			}
		})
	}
}

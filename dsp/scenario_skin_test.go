package dsp_test

import (
	"math"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/synth"
)

// A scenario's own truth tells the onset and the size each response would have alone; what overlaps is smaller from trough to peak.
// So responses near the threshold are in doubt: those of 0.06 µS must be found, and what is found must be one of 0.04 µS.
func TestResponsesOfAScenarioAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("many minutes of signal: left out with -short")
	}
	for _, name := range []string{"rest", "stress", "breathing"} {
		t.Run(name, func(t *testing.T) {
			hit, missed, invented := 0, 0, 0
			var onsets []float64
			for seed := range uint64(8) {
				scene, err := synth.New(name, seed)
				if err != nil {
					t.Fatal(err)
				}
				rec := scene.Render(5 * time.Minute)
				truth := scene.Truth(0)
				found := all[dsp.SCR](listen(grove(stepADS1115), scenarioSkin(rec.Columns[1].T, rec.Columns[1].V)))
				used := make([]bool, len(found))
				for _, r := range truth.SCRs {
					at := nearestOnset(found, used, r.Onset)
					switch {
					case at >= 0:
						used[at] = true
						hit++
						onsets = append(onsets, math.Abs((found[at].Onset - r.Onset).Seconds()))
					case r.Amplitude >= 0.06 && r.Onset > 4*time.Second && r.Onset < 290*time.Second:
						missed++
					}
				}
				for _, u := range used {
					if !u {
						invented++
					}
				}
			}
			f1 := 200 * float64(hit) / float64(2*hit+missed+invented)
			t.Logf("%d found, %d missed, %d invented, F1 %.1f %%, onset %.2f s (p95 %.2f)", hit, missed, invented, f1, at(onsets, 0.5), at(onsets, 0.95))
			if f1 < 95 || at(onsets, 0.5) > 0.15 || at(onsets, 0.95) > 0.3 {
				t.Errorf("F1 %.1f %%, want 95; onset %.2f s (p95 %.2f), want 0.3", f1, at(onsets, 0.5), at(onsets, 0.95))
			}
		})
	}
}

// scenarioSkin puts a rendered conductance through the Grove board and an ADS1115.
func scenarioSkin(t []time.Duration, v []float64) (out []dsp.Sample) {
	for i := range t {
		volts := math.Round(dsp.GroveVolts(v[i], 3.3, 0.5)/stepADS1115) * stepADS1115
		out = append(out, dsp.Sample{Channel: dsp.Channel{Kind: dsp.ChannelEDA}, T: t[i], Volts: volts})
	}
	return out
}

// nearestOnset is the unused response whose onset lies within 1 s; −1 where there is none.
func nearestOnset(found []dsp.SCR, used []bool, onset time.Duration) int {
	best := -1
	for i, s := range found {
		if d := (s.Onset - onset).Abs(); !used[i] && d <= time.Second && (best < 0 || d < (found[best].Onset-onset).Abs()) {
			best = i
		}
	}
	return best
}

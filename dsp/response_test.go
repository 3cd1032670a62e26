package dsp_test

import (
	"testing"
)

// What the detector reaches on hands with known responses: 0.05–1 µS, rise 0.7–3 s, decay 2–8 s, 1–20 a minute with overlaps, tonic
// drift up to 0.5 µS a minute, level 0.5–20 µS, noise of 1–3 converter steps. Only responses of at least the threshold in force are
// looked for; with coarse steps and slow sampling that is far above 0.05 µS.
func TestResponsesAgainstTheirTruth(t *testing.T) {
	hands := 40
	if testing.Short() {
		hands = 8
	}
	tests := []struct {
		name    string
		circuit circuit
		f1      float64 // percent, least
		onset   float64 // s, median at most
	}{
		{"ADS1115, 4 a second", circuit{stepADS1115, 4}, 94.5, 0.1},
		{"ADS1115, 10 a second", circuit{stepADS1115, 10}, 96, 0.1},
		{"ADS1115, 25 a second", circuit{stepADS1115, 25}, 96.5, 0.1},
		{"ADS1115, 50 a second", circuit{stepADS1115, 50}, 96.5, 0.1},
		{"MCP3208, 4 a second", circuit{stepMCP3208, 4}, 92, 0.15},
		{"MCP3208, 10 a second", circuit{stepMCP3208, 10}, 94, 0.15},
		{"MCP3208, 25 a second", circuit{stepMCP3208, 25}, 94.5, 0.1},
		{"MCP3208, 50 a second", circuit{stepMCP3208, 50}, 94.5, 0.1},
		{"MCP3008, 4 a second", circuit{stepMCP3008, 4}, 65, 0.3},
		{"MCP3008, 10 a second", circuit{stepMCP3008, 10}, 82, 0.2},
		{"MCP3008, 25 a second", circuit{stepMCP3008, 25}, 87, 0.2},
		{"MCP3008, 50 a second", circuit{stepMCP3008, 50}, 87, 0.2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := measured(test.circuit, hands)
			t.Logf("n %d, sensitivity %.1f, precision %.1f, F1 %.1f %%; onset %.2f s (p95 %.2f), amplitude %.1f %% (%.1f), recovery %.2f s (%.2f); threshold %.3f µS (%.3f)",
				a.hit+a.missed, a.sensitivity(), a.precision(), a.f1(), at(a.onset, .5), at(a.onset, .95), 100*at(a.amplitude, .5), 100*at(a.amplitude, .95),
				at(a.recover, .5), at(a.recover, .95), at(a.least, .5), at(a.least, .95))
			if margin := float64(40-hands) / 16; a.f1() < test.f1-margin {
				t.Errorf("F1 %.1f %%, want at least %.1f", a.f1(), test.f1-margin)
			}
			if got := at(a.onset, .5); got > test.onset {
				t.Errorf("onset off by %.2f s in the median, want at most %.2f", got, test.onset)
			}
		})
	}
}

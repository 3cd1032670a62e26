package dsp

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// swingOf measures a heart's swing at a pace that led from the begin, in its last second.
func swingOf(h paced, pace float64, seed uint64) Swing {
	p := NewPulse(PulseOptions{})
	p.record = *h.record(seed)
	p.features.Quality = 1
	p.SetPace(pace, 0)
	p.pacer.second(0)
	return p.Swing()
}

func TestTheSwingIsWhatTheHeartDoesInStepWithThePace(t *testing.T) {
	tests := []struct {
		name string
		of   paced
		want float64 // beats per minute, peak to trough
		near float64
	}{
		{"in step", paced{depth: 6}, 12, 0.4},
		{"on a rate that climbs by ten", paced{depth: 6, drift: 10}, 12, 0.4},
		{"with noise", paced{depth: 6, noise: 25}, 12, 1.5},
		{"with one beat in thirty left out", paced{depth: 6, noise: 5, without: 0.033}, 12, 0.8},
	}
	for _, test := range tests {
		for pace := 4.5; pace <= 7; pace += 0.5 {
			for _, lag := range []float64{0, 60, 180, -90} {
				test.of.perMin, test.of.lag, test.of.seconds = pace, lag, 120
				v := swingOf(test.of, pace, uint64(lag+300))
				if !v.BPM.Known || math.Abs(v.BPM.Value-test.want) > test.near || v.Pace != pace {
					t.Errorf("%s, pace %v, lag %v: %+v, want %v", test.name, pace, lag, v, test.want)
				}
			}
		}
	}
}

func TestTheSwingIsAbsentWhereItCannotBeJudged(t *testing.T) {
	good := paced{perMin: 6, depth: 6, seconds: 120}
	tests := []struct {
		name  string
		of    paced
		pace  float64
		spoil func(p *Pulse)
	}{
		{"80 s, of which 30 do not count", paced{perMin: 6, depth: 6, seconds: 80}, 6, nil},
		{"a hole of six seconds", paced{perMin: 6, depth: 6, seconds: 120, hole: 6}, 6, nil},
		{"one beat in six left out", paced{perMin: 6, depth: 6, seconds: 120, without: 0.17}, 6, nil},
		{"breathing fifteen beside a pacer of six", paced{perMin: 15, depth: 6, seconds: 120}, 6, nil},
		{"no data", paced{}, 6, nil},
		{"a poor signal at its end", good, 6, func(p *Pulse) { p.features.Quality = 0.4 }},
		{"an uneven pulse", good, 6, func(p *Pulse) { p.evenness.uneven = true }},
		{"no pacer", good, 0, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := NewPulse(PulseOptions{})
			p.record = *test.of.record(3)
			p.features.Quality = 1
			p.SetPace(test.pace, 0)
			p.pacer.second(0)
			if test.spoil != nil {
				test.spoil(p)
			}
			if v := p.Swing(); v.BPM.Known {
				t.Errorf("%+v", v)
			}
		})
	}
}

// What the heart did before the pace led, and in its first half minute, does not count.
func TestTheFirstHalfMinuteOfAPaceDoesNotCount(t *testing.T) {
	p := NewPulse(PulseOptions{})
	for _, part := range []paced{{perMin: 6, depth: 15, seconds: 150}, {perMin: 6, depth: 3, seconds: 250}} {
		r := part.record(1)
		for i := int64(0); i < r.end; i++ {
			e := *r.at(i)
			if (part.depth == 15) == (e.t < 150*time.Second) {
				p.record.add(interval{IBI: IBI{T: e.t, Class: e.class}, ms: e.ms, follows: true})
			}
		}
	}
	p.features.Quality = 1
	p.SetPace(6, 0)
	p.pacer.second(121 * time.Second)
	if v := p.Swing(); !v.BPM.Known || math.Abs(v.BPM.Value-6) > 0.5 {
		t.Errorf("%+v, want the swing of 6 that came after 150 s", v)
	}
}

func TestTheSwingIsNeverNegativeOrBoundless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := NewPulse(PulseOptions{})
		at := 0.0
		for at < 120 {
			ms := rapid.Float64Range(300, 2000).Draw(t, "ms")
			at += ms / 1000
			p.record.add(interval{IBI: IBI{T: seconds(at)}, ms: ms, follows: true})
		}
		p.features.Quality = 1
		p.SetPace(rapid.Float64Range(4.5, 7).Draw(t, "pace"), 0)
		p.pacer.second(0)
		if v := p.Swing(); v.BPM.Known && !(v.BPM.Value >= 0 && v.BPM.Value < 400) {
			t.Fatalf("%+v", v)
		}
	})
}

func TestTheBestPaceIsTheOneWithTheLargestSwing(t *testing.T) {
	unknown := Maybe{}
	for _, row := range []struct {
		name   string
		swings [5]Maybe
		want   Swing
		judged int
	}{
		{"of five", [5]Maybe{Some(8), Some(11), Some(14), Some(12), Some(9)}, Swing{5.5, Some(14)}, 5},
		{"the first of two alike", [5]Maybe{Some(8), Some(14), Some(14), Some(12), Some(9)}, Swing{6, Some(14)}, 5},
		{"of three that could be judged", [5]Maybe{unknown, Some(11), unknown, Some(12), Some(9)}, Swing{5, Some(12)}, 3},
		{"none where only two could", [5]Maybe{Some(8), unknown, unknown, Some(12), unknown}, Swing{}, 2},
		{"none where none could", [5]Maybe{}, Swing{}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			var r Resonance
			for i, bpm := range row.swings {
				r.Try(Swing{Pace: 6.5 - 0.5*float64(i), BPM: bpm})
			}
			if tried, judged := r.Counts(); r.Best() != row.want || tried != 5 || judged != row.judged {
				t.Errorf("%+v, %d of %d judged", r.Best(), judged, tried)
			}
		})
	}
}

package dsp

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// breather makes modulated beats of a known breath.
type breather struct {
	perMin                float64
	bpm                   float64
	amplitude, foot, ms   float64 // how far a breath moves each, in units of its own noise
	mayer                 float64 // likewise a wave of 0.1 Hz that is in all three
	first, missing, until float64 // s; beats from missing on for 5 s are not there, where it is above 0
}

func (r breather) beats(seed uint64) []modulated {
	random := rand.New(rand.NewPCG(seed, 4))
	var out []modulated
	for at := r.first; at < r.until; at += 60 / r.bpm {
		if r.missing > 0 && at >= r.missing && at < r.missing+5 {
			continue
		}
		wave := math.Sin(2 * math.Pi * r.perMin / 60 * at)
		slow := r.mayer * math.Sin(2*math.Pi*0.1*at+1)
		part := func(depth float64) float64 { return depth*wave + slow + random.NormFloat64() }
		out = append(out, modulated{t: seconds(at), known: true,
			value: [modulations]float64{1 + 0.02*part(r.amplitude), 0.02 * part(r.foot), 60000/r.bpm + 10*part(r.ms)}})
	}
	return out
}

// follow reads the rate every second and gives what was read, by second.
func follow(beats []modulated, until int) []Respiration {
	b := newBreath()
	out := make([]Respiration, until+1)
	next := 0
	for s := 1; s <= until; s++ {
		for next < len(beats) && beats[next].t <= time.Duration(s)*time.Second {
			b.add(beats[next])
			next++
		}
		out[s] = b.rate(time.Duration(s) * time.Second)
	}
	return out
}

func TestBreathingRateIsReadFromTheBeats(t *testing.T) {
	tests := []struct {
		name string
		of   breather
	}{
		{"fifteen per minute", breather{perMin: 15, bpm: 75, amplitude: 3, foot: 3, ms: 3}},
		{"ten per minute", breather{perMin: 10, bpm: 75, amplitude: 3, foot: 3, ms: 3}},
		{"twenty-two per minute", breather{perMin: 22, bpm: 75, amplitude: 3, foot: 3, ms: 3}},
		{"thirty per minute at a fast pulse", breather{perMin: 30, bpm: 100, amplitude: 3, foot: 3, ms: 3}},
		{"in the interval alone", breather{perMin: 15, bpm: 75, ms: 4}},
		{"in amplitude and foot, without an arrhythmia", breather{perMin: 15, bpm: 75, amplitude: 3, foot: 3}},
		{"beside a pressure wave of twice its height", breather{perMin: 15, bpm: 75, amplitude: 3, foot: 3, ms: 3, mayer: 6}},
		{"six per minute", breather{perMin: 6, bpm: 66, amplitude: 3, foot: 3, ms: 6}},
		{"four and a half per minute", breather{perMin: 4.5, bpm: 66, amplitude: 3, foot: 3, ms: 6}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.of.until = 150
			told := 0
			for s, r := range follow(test.of.beats(4), 150) {
				if s < 70 || !r.Rate.Known {
					continue
				}
				told++
				if math.Abs(r.Rate.Value-test.of.perMin) > 1 || r.Quality < 0.3 {
					t.Errorf("second %d: %+v", s, r)
				}
			}
			if told < 70 {
				t.Errorf("told in %d of 81 seconds", told)
			}
		})
	}
}

func TestWhatIsNoBreathIsNotTold(t *testing.T) {
	tests := []struct {
		name string
		of   breather
	}{
		{"noise", breather{bpm: 75}},
		{"a pressure wave in all three, half as strong in the intervals as their noise", breather{bpm: 75, mayer: 0.7}},
		{"a breath faster than half the pulse", breather{perMin: 39, bpm: 75, amplitude: 0.5, foot: 0.5, ms: 0.5}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.of.until = 300
			told := 0
			for _, seed := range []uint64{1, 2, 3, 4} {
				for _, r := range follow(test.of.beats(seed), 300)[40:] {
					if r.Rate.Known && r.Quality >= 0.5 {
						told++
					}
				}
			}
			if told > 4*260/20 {
				t.Errorf("told with quality in %d of %d seconds", told, 4*260)
			}
		})
	}
}

func TestAGapOfBeatsLeavesNoBreathingForAWindow(t *testing.T) {
	beats := breather{perMin: 15, bpm: 75, amplitude: 4, foot: 4, ms: 4, missing: 80, until: 150}.beats(1)
	for s, r := range follow(beats, 150) {
		switch known := r.Rate.Known; {
		case s < 32 && known, s >= 84 && s < 85+32 && known:
			t.Errorf("second %d: %+v", s, r)
		case s >= 40 && s < 80 && !known, s > 85+32+8 && !known:
			t.Errorf("second %d: nothing told", s)
		}
	}
}

func TestBreathingIsTheSameAtAnyGainAndOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beats := breather{perMin: rapid.Float64Range(9, 25).Draw(t, "rate"), bpm: 75, amplitude: 2, foot: 2, ms: 2, until: 60}.beats(
			rapid.Uint64().Draw(t, "seed"))
		gain, offset := math.Exp(rapid.Float64Range(-7, 7).Draw(t, "ln gain")), rapid.Float64Range(-3, 3).Draw(t, "offset")
		want := follow(beats, 60)
		for i := range beats {
			v := &beats[i].value
			v[0], v[1] = v[0]*gain, v[1]*gain+offset
		}
		for s, r := range follow(beats, 60) {
			if r.Rate.Known != want[s].Rate.Known || math.Abs(r.Rate.Value-want[s].Rate.Value) > 1e-6 {
				t.Fatalf("second %d: %+v, was %+v", s, r, want[s])
			}
		}
	})
}

func TestTheFirstRateKnowsNothingOfTheTimeBeforeTheFirstBeat(t *testing.T) {
	var want []Respiration
	for _, pause := range []float64{0, 1, 3600} { // s, of which the first beat's interval would be
		beats := breather{perMin: 14, bpm: 70, amplitude: 2, foot: 2, ms: 4, first: 2, until: 60}.beats(3)
		beats[0].known, beats[0].value[2] = false, 1000*(2+pause)
		beats[1].known, beats[1].value[2] = false, 1000*pause
		got := follow(beats, 60)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("after a pause of %v s: %v, want %v", pause, got[35:40], want[35:40])
		}
	}
	if !want[40].Rate.Known {
		t.Error("no rate")
	}
}

func TestBreathingNeverPanicsNorGivesNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var beats []modulated
		at := 0.0
		number := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(-1e6, 1e6), rapid.Float64Range(-1, 1))
		for range rapid.IntRange(0, 200).Draw(t, "beats") {
			at += rapid.Float64Range(0.25, 3.2).Draw(t, "interval")
			beats = append(beats, modulated{t: seconds(at), known: rapid.Bool().Draw(t, "known"),
				value: [modulations]float64{number.Draw(t, "amplitude"), number.Draw(t, "foot"), number.Draw(t, "ms")}})
		}
		for _, r := range follow(beats, int(at)+5) {
			if math.IsNaN(r.Rate.Value) || math.IsNaN(r.Quality) || r.Quality < 0 || r.Quality > 1 ||
				r.Rate.Known && (r.Rate.Value < 3.5 || r.Rate.Value > 45) {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func TestIntervalsThatStandStillHoldNoSlowBreath(t *testing.T) {
	s := newSlowBreath()
	for ms := 300.3; ms < 2000; ms += 0.7 {
		for i := range s.curve {
			s.curve[i] = ms
		}
		if s.look(); s.rate != 0 || s.share != 0 {
			t.Fatalf("%v ms at every beat: %v per minute with a share of %v", ms, s.rate, s.share)
		}
	}
}

package synth_test

import (
	"math"
	"testing"
	"time"

	"hubd/regulation"
	"hubd/synth"
)

// vitals are what a cardiologist would count over a stretch of truth.
type vitals struct {
	heartRate float64 // per minute
	rmssd     float64 // ms
	breaths   float64 // per minute
	responses float64 // per minute
}

func count(truth synth.Truth, from, to time.Duration) vitals {
	beats, minutes := within(truth.Beats, from, to), (to - from).Minutes()
	var sum float64
	for i := 2; i < len(beats); i++ {
		d := ((beats[i] - beats[i-1]) - (beats[i-1] - beats[i-2])).Seconds() * 1000
		sum += d * d
	}
	var onsets []time.Duration
	for _, r := range truth.SCRs {
		onsets = append(onsets, r.Onset)
	}
	n := float64(len(beats))
	return vitals{
		heartRate: (n - 1) / (beats[len(beats)-1] - beats[0]).Minutes(),
		rmssd:     math.Sqrt(sum / (n - 2)),
		breaths:   float64(len(within(truth.Breaths, from, to))) / minutes,
		responses: float64(len(within(onsets, from, to))) / minutes,
	}
}

// lives are the truths of four seeds after the whole script of a scenario, in a room or in none.
func lives(tb testing.TB, name string, room *synth.Room) []synth.Truth {
	tb.Helper()
	var truths []synth.Truth
	for seed := range uint64(4) {
		s := scene(tb, name, seed)
		if room != nil {
			s.SetRoom(*room)
		}
		live(s, 0, 0, s.Duration(), nil)
		truths = append(truths, s.Truth(0))
	}
	return truths
}

// average is what these people show over a stretch.
func average(truths []synth.Truth, from, to time.Duration) vitals {
	var mean vitals
	for _, truth := range truths {
		v, n := count(truth, from, to), float64(len(truths))
		mean.heartRate += v.heartRate / n
		mean.rmssd += v.rmssd / n
		mean.breaths += v.breaths / n
		mean.responses += v.responses / n
	}
	return mean
}

func TestScenariosMoveTheBodyAsToldInTheirTitle(t *testing.T) {
	if testing.Short() {
		t.Skip("hours of bodies: not under emulation")
	}
	type limits struct{ lo, hi vitals }
	const s = time.Second
	lived := map[string][]synth.Truth{}
	for _, row := range []struct {
		name, scenario string
		from, to       time.Duration
		want           limits
	}{
		{"at rest all is as in healthy people lying still", "rest", 0, 10 * 60 * s,
			limits{vitals{62, 34, 12.5, 1.2}, vitals{70, 52, 16, 2.6}}},
		{"stress begins as rest", "stress", 0, 55 * s,
			limits{vitals{62, 34, 12, 0.5}, vitals{70, 52, 16.5, 3.8}}},
		{"stress: heart up by 15, variability under half, ten responses a minute", "stress", 75 * s, 155 * s,
			limits{vitals{77, 8, 15, 8}, vitals{88, 22, 21, 15}}},
		{"after stress the body comes back", "stress", 240 * s, 300 * s,
			limits{vitals{60, 34, 11.5, 0.8}, vitals{70, 52, 16, 3.4}}},
		{"slow breathing is six a minute and does not lower variability", "breathing", 180 * s, 380 * s,
			limits{vitals{60, 38, 5.5, 0.6}, vitals{70, 65, 6.6, 2.6}}},
		{"freezing: heart near rest, variability under half, responses few", "freeze", 120 * s, 265 * s,
			limits{vitals{58, 12, 15.5, 0.6}, vitals{69, 24, 18.5, 2.6}}},
		{"effort drives the heart to 150 and takes variability away", "intimacy", 630 * s, 710 * s,
			limits{vitals{143, 1, 18, 5}, vitals{156, 8, 30, 18}}},
		{"after effort come five minutes of rest", "intimacy", 870 * s, 1070 * s,
			limits{vitals{61, 34, 11.5, 1}, vitals{71, 58, 16, 3}}},
		{"deep sleep is slow", "night", 14 * 60 * s, 16 * 60 * s,
			limits{vitals{53, 36, 12, 1}, vitals{63, 70, 14, 3}}},
		{"a storm of responses in sleep leaves the heart alone", "night", 16*60*s + 30*s, 20 * 60 * s,
			limits{vitals{54, 36, 12, 10}, vitals{64, 70, 14, 16}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if lived[row.scenario] == nil {
				lived[row.scenario] = lives(t, row.scenario, nil)
			}
			got := average(lived[row.scenario], row.from, row.to)
			for _, m := range []struct {
				name        string
				got, lo, hi float64
			}{
				{"heart rate", got.heartRate, row.want.lo.heartRate, row.want.hi.heartRate},
				{"RMSSD", got.rmssd, row.want.lo.rmssd, row.want.hi.rmssd},
				{"breathing", got.breaths, row.want.lo.breaths, row.want.hi.breaths},
				{"responses", got.responses, row.want.lo.responses, row.want.hi.responses},
			} {
				if m.got < m.lo || m.got > m.hi {
					t.Errorf("%s %.1f, want %.1f…%.1f", m.name, m.got, m.lo, m.hi)
				}
			}
		})
	}
}

func TestTheTrueStateFollowsTheScript(t *testing.T) {
	const s = time.Second
	lived := map[string]*synth.Scene{} // rows of one scenario stand in order of time
	for _, row := range []struct {
		scenario string
		wearer   int
		at       time.Duration
		want     regulation.Name
	}{
		{"rest", 0, 300 * s, regulation.Settled},
		{"stress", 0, 50 * s, regulation.Settled},
		{"stress", 0, 75 * s, regulation.Activated},
		{"stress", 0, 150 * s, regulation.Activated},
		{"stress", 0, 190 * s, regulation.Settled},
		{"freeze", 0, 70 * s, regulation.Activated},
		{"freeze", 0, 150 * s, regulation.Withdrawn},
		{"breathing", 0, 200 * s, regulation.Settled},
		{"two-people", 0, 150 * s, regulation.Settled},
		{"two-people", 1, 150 * s, regulation.Activated},
		{"sensor-off", 0, 110 * s, regulation.Unknown},
		{"sensor-off", 0, 150 * s, regulation.Settled},
		{"sensor-off", 0, 210 * s, regulation.Unknown},
		{"sensor-off", 0, 310 * s, regulation.Unknown},
		{"intimacy", 0, 690 * s, regulation.Unknown}, // effort
		{"night", 0, 33 * 60 * s, regulation.Unknown},
	} {
		sc := lived[row.scenario]
		if sc == nil {
			sc = scene(t, row.scenario, 4)
			lived[row.scenario] = sc
		}
		live(sc, row.wearer, sc.Truth(row.wearer).Until, row.at+s, nil)
		if got := stateAt(sc.Truth(row.wearer), row.at); got != row.want {
			t.Errorf("%s, wearer %d, at %v: %v, want %v", row.scenario, row.wearer, row.at, got, row.want)
		}
	}
}

func TestTheScriptBeginsAgainAfterItsEnd(t *testing.T) {
	s := scene(t, "stress", 1)
	live(s, 0, 0, s.Duration()+100*time.Second, nil)
	if got := stateAt(s.Truth(0), s.Duration()+90*time.Second); got != regulation.Activated {
		t.Errorf("in the second round %v, want activated", got)
	}
}

func TestIntimacyMovesForAThirdToTwoThirdsOfTheTime(t *testing.T) {
	for seed := range uint64(2) {
		s := scene(t, "intimacy", seed)
		for w := range s.Wearers() {
			live(s, w, 0, s.Duration(), nil)
			var all, rest time.Duration
			for _, m := range s.Truth(w).Moving {
				all += m.To - m.From
				if m.From > 840*time.Second && m.To < 1080*time.Second {
					rest += m.To - m.From
				}
			}
			if share := all.Seconds() / s.Duration().Seconds(); share < 0.3 || share > 0.7 {
				t.Errorf("seed %d, wearer %d: moving for %.0f %%", seed, w, 100*share)
			}
			if rest > time.Minute {
				t.Errorf("seed %d, wearer %d: %v of movement in the rest", seed, w, rest)
			}
		}
	}
}

func TestTheRoomAnswersBack(t *testing.T) {
	dim := synth.Room{BrightnessPercent: 15, Kelvin: 2200, LevelDB: -80}
	bright := synth.Room{BrightnessPercent: 100, Kelvin: 5000, LevelDB: -5}
	arousal := func(room *synth.Room, after time.Duration) (float64, float64) {
		s := scene(t, "stress", 1)
		live(s, 0, 0, 75*time.Second, nil)
		if room != nil {
			s.SetRoom(*room)
		}
		live(s, 0, 75*time.Second, 75*time.Second+after, nil)
		truth := s.Truth(0)
		return truth.Arousal, truth.Vagal
	}
	plain, plainVagal := arousal(nil, time.Minute)
	calm, calmVagal := arousal(&dim, time.Minute)
	wild, wildVagal := arousal(&bright, time.Minute)
	if !(calm < plain-0.7 && plain < wild && calmVagal > plainVagal+0.4 && plainVagal > wildVagal) {
		t.Errorf("arousal dim %.2f, none %.2f, bright %.2f; vagal %.2f, %.2f, %.2f", calm, plain, wild, calmVagal, plainVagal, wildVagal)
	}
	if soon, _ := arousal(&dim, 2*time.Second); math.Abs(soon-plain) > 0.15 {
		t.Errorf("two seconds after the light arousal is %.2f already, was %.2f: bodies take a minute", soon, plain)
	}
	got := average(lives(t, "stress", &dim), 110*time.Second, 150*time.Second)
	without := average(lives(t, "stress", nil), 110*time.Second, 150*time.Second)
	if got.heartRate > without.heartRate-3 || got.responses > without.responses-1 || got.rmssd < without.rmssd+3 {
		t.Errorf("in a dim room %+v, without %+v", got, without)
	}
}

func TestAPacerDrawsTheBreathAlongGradually(t *testing.T) {
	const zero = 33 * time.Second
	s := scene(t, "rest", 1)
	live(s, 0, 0, 60*time.Second, nil)
	s.SetRoom(synth.Room{BrightnessPercent: 30, Kelvin: 2500, LevelDB: -80, BreathsPerMin: 6, PhaseZero: zero})
	live(s, 0, 60*time.Second, 240*time.Second, nil)
	breaths := s.Truth(0).Breaths
	if n := len(within(breaths, 60*time.Second, 75*time.Second)); n < 2 {
		t.Errorf("%d breaths in the first 15 s with the pacer: nobody follows at once", n)
	}
	for _, at := range within(breaths, 180*time.Second, 240*time.Second) {
		phase := math.Remainder((at-zero).Seconds(), 10) / 10
		if math.Abs(phase) > 0.12 {
			t.Errorf("after two minutes a breath begins %.0f %% of a cycle beside the pacer's", 100*phase)
		}
	}
	if n := len(within(breaths, 180*time.Second, 240*time.Second)); n != 6 {
		t.Errorf("%d breaths in a minute, want 6", n)
	}
}

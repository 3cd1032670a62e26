package regulation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/regulation"
)

func TestARestSaysWhatIsMissing(t *testing.T) {
	skin := func(f *regulation.Features) { f.HasPulse, f.Pulse = false, dsp.PulseFeatures{} }
	for _, row := range []struct {
		name  string
		alter func(*regulation.Features)
		want  regulation.Hindrance
		words string
	}{
		{"nothing", func(*regulation.Features) {}, regulation.HindranceNone, ""},
		{"movement", func(f *regulation.Features) { f.Motion = dsp.MotionFeatures{Known: true, Moving: true} }, regulation.HindranceMoving, "lie still: movement"},
		{"slight movement", func(f *regulation.Features) { f.Motion = dsp.MotionFeatures{Known: true, Stirring: true} }, regulation.HindranceStirring, "lie still: slight movement"},
		{"a heart in effort", func(f *regulation.Features) { f.Pulse.HeartRate = dsp.Some(140) }, regulation.HindranceEffort, "the heart beats much faster than at your rest"},
		{"the pacer", func(f *regulation.Features) { f.Paced = true }, regulation.HindrancePaced, "breathe as you like"},
		{"the pulse sensor off", func(f *regulation.Features) { f.Pulse.Contact = false }, regulation.HindranceNoPulse, "no contact on the pulse sensor"},
		{"a poor pulse", func(f *regulation.Features) { f.Pulse.Quality = 0.6 }, regulation.HindrancePulse, "the pulse is not clear"},
		{"no heart rate yet", func(f *regulation.Features) { f.Pulse.HeartRate = dsp.Maybe{} }, regulation.HindranceStarting, "finding the pulse"},
		{"the skin sensor off does not matter beside a pulse", func(f *regulation.Features) { f.Skin = dsp.SkinFeatures{} }, regulation.HindranceNone, ""},
		{"skin alone", skin, regulation.HindranceNone, ""},
		{"skin alone and off", func(f *regulation.Features) { skin(f); f.Skin.Contact = false }, regulation.HindranceNoSkin, "no contact on the skin sensor"},
		{"skin alone and poor", func(f *regulation.Features) { skin(f); f.Skin.Quality = 0.6 }, regulation.HindranceSkin, "the skin sensor is not clear"},
		{"an uneven pulse leaves the skin", func(f *regulation.Features) { f.Pulse.Uneven, f.Skin.Contact = true, false }, regulation.HindranceNoSkin, "no contact on the skin sensor"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(0, 0)
			r.run(m, calm, 20, nil)
			if err := r.e.StartRest(20 * time.Second); err != nil {
				t.Fatal(err)
			}
			r.run(m, calm, 30, row.alter)
			rest := r.e.Rest()
			if rest.Missing != row.want || !strings.Contains(rest.Missing.Words(), row.words) || (row.words == "") != (rest.Missing.Words() == "") {
				t.Errorf("missing %d %q, want %d %q", rest.Missing, rest.Missing.Words(), row.want, row.words)
			}
			if counted := rest.Seconds == 30; counted != (row.want == regulation.HindranceNone) {
				t.Errorf("%d s counted of 30", rest.Seconds)
			}
		})
	}
}

func TestARestThatFailsSaysWhatItMostlyFailedBy(t *testing.T) {
	r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(0, 0)
	r.run(m, calm, 20, nil)
	if err := r.e.StartRest(20 * time.Second); err != nil {
		t.Fatal(err)
	}
	r.run(m, calm, 30, nil)
	r.run(m, calm, 40, func(f *regulation.Features) { f.Pulse.Quality = 0.3 })
	r.run(m, calm, 231, func(f *regulation.Features) { f.Pulse.Contact = false })
	rest := r.e.Rest()
	if rest.Phase != regulation.RestIncomplete || rest.Missing != regulation.HindranceNoPulse || !strings.Contains(rest.Words(), "no contact on the pulse sensor") {
		t.Errorf("rest %+v: %s", rest, rest.Words())
	}
}

func TestARestTellsOfASensorThatGaveNothing(t *testing.T) {
	for _, row := range []struct {
		name    string
		alter   func(*regulation.Features)
		noPulse bool
		noSkin  bool
	}{
		{"both gave something", nil, false, false},
		{"electrodes off", func(f *regulation.Features) { f.Skin = dsp.SkinFeatures{} }, false, true},
		{"an uneven pulse", func(f *regulation.Features) { f.Pulse.Uneven = true }, true, false},
		{"no skin sensor is there", func(f *regulation.Features) { f.HasSkin, f.Skin = false, dsp.SkinFeatures{} }, false, false},
	} {
		r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(0, 0)
		r.run(m, calm, 20, row.alter)
		if err := r.e.StartRest(20 * time.Second); err != nil {
			t.Fatal(err)
		}
		r.run(m, calm, 181, row.alter)
		rest := r.e.Rest()
		if rest.Phase != regulation.RestDone || rest.NoPulse != row.noPulse || rest.NoSkin != row.noSkin {
			t.Errorf("%s: %+v", row.name, rest)
		}
		if strings.Contains(rest.Words(), "skin sensor") != row.noSkin || strings.Contains(rest.Words(), "pulse sensor") != row.noPulse {
			t.Errorf("%s: %s", row.name, rest.Words())
		}
	}
}

func TestLearningSaysHowFarItIs(t *testing.T) {
	for _, row := range []struct {
		name     string
		setting  regulation.Setting
		minutes  int // at most, when nothing was named for four minutes
		declared bool
	}{
		{"alone it comes by itself", regulation.SettingAlone, 2, false},
		{"together only by a declared rest", regulation.SettingTogether, 0, true},
		{"in a practice likewise", regulation.SettingPractice, 0, true},
	} {
		r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(0, 0)
		s := r.run(m, calm, 230, func(f *regulation.Features) { f.Setting = row.setting })
		if s.Unknown != regulation.ReasonLearning || s.QuietMinutes != row.minutes || s.DeclaredOnly != row.declared {
			t.Errorf("%s: %v, %d minutes, declared only %v", row.name, s.Unknown, s.QuietMinutes, s.DeclaredOnly)
		}
	}
}

// A rest never counts more than time has passed, never goes past its end, and ends by itself within five minutes whatever comes.
func TestADeclaredRestNeverRunsAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(0, 0)
		r.run(m, calm, 20, nil)
		if err := r.e.StartRest(20 * time.Second); err != nil {
			t.Fatal(err)
		}
		disturbed := []func(*regulation.Features){
			nil,
			func(f *regulation.Features) { f.Pulse.Quality = 0.2 },
			func(f *regulation.Features) { f.Motion = dsp.MotionFeatures{Known: true, Moving: true} },
			func(f *regulation.Features) { f.Pulse.Contact, f.Skin.Contact = false, false },
			func(f *regulation.Features) { f.Sensed = false },
		}
		spans := rapid.SliceOfN(rapid.IntRange(0, len(disturbed)-1), 16, 16).Draw(t, "what comes every twenty seconds")
		last := regulation.Rest{Phase: regulation.RestRunning}
		for _, kind := range spans {
			r.run(m, calm, 20, disturbed[kind])
			rest, passed := r.e.Rest(), int(r.at)-20
			switch {
			case rest.Seconds < 0 || rest.Seconds > min(passed, regulation.RestSeconds) || rest.Seconds < 60*rest.Minutes:
				t.Fatalf("%d good seconds and %d minutes after %d s", rest.Seconds, rest.Minutes, passed)
			case rest.Minutes < last.Minutes:
				t.Fatalf("from %d minutes back to %d", last.Minutes, rest.Minutes)
			case last.Phase != regulation.RestRunning && rest != last:
				t.Fatalf("a rest that ended went on: %+v, %+v", last, rest)
			case (rest.Phase == regulation.RestDone) != (rest.Minutes == 3):
				t.Fatalf("%+v", rest)
			case rest.Phase == regulation.RestRunning && (rest.Left <= 0 || rest.Left > 5*time.Minute):
				t.Fatalf("runs with %v left", rest.Left)
			}
			last = rest
		}
		if last.Phase == regulation.RestRunning {
			t.Fatalf("still running after %d s", int(r.at)-20)
		}
		if declared := slices.DeleteFunc(r.e.Baseline().Minutes, func(m regulation.RestMinute) bool { return !m.Declared }); len(declared) != last.Minutes {
			t.Fatalf("%d declared minutes learnt, %d told", len(declared), last.Minutes)
		}
	})
}

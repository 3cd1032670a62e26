package regulation_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
	"hubd/regulation"
)

func TestStages(t *testing.T) {
	minutes := func(n int, days ...int32) (b regulation.Baseline) {
		for i := range n {
			b.Minutes = append(b.Minutes, regulation.RestMinute{Day: days[i%len(days)], HeartRate: dsp.Some(60)})
		}
		return b
	}
	for _, row := range []struct {
		name string
		b    regulation.Baseline
		want regulation.Stage
	}{
		{"nothing is new", regulation.Baseline{}, regulation.StageNew},
		{"two minutes are new", minutes(2, 20000), regulation.StageNew},
		{"three minutes are first", minutes(3, 20000), regulation.StageFirst},
		{"twenty minutes on one day are first", minutes(20, 20000), regulation.StageFirst},
		{"nineteen minutes on two days are first", minutes(19, 20000, 20001), regulation.StageFirst},
		{"twenty minutes on two days are known", minutes(20, 20000, 20001), regulation.StageKnown},
		{"minutes without a clock credit no day", minutes(60, 0), regulation.StageFirst},
		{"one day and minutes without a clock are one day", minutes(60, 0, 20000), regulation.StageFirst},
	} {
		if got := row.b.Stage(); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

func TestQuietMinutesAreLearntOnlyWhereTheyMayBe(t *testing.T) {
	set := func(s regulation.Setting) func(*regulation.Features) {
		return func(f *regulation.Features) { f.Setting = s }
	}
	second := 0
	for _, row := range []struct {
		name  string
		alter func(*regulation.Features)
		learn bool
	}{
		{"sensed outside a session", set(regulation.SettingNone), true},
		{"alone", set(regulation.SettingAlone), true},
		{"never together", set(regulation.SettingTogether), false},
		{"never in a practice", set(regulation.SettingPractice), false},
		{"never at night", set(regulation.SettingNight), false},
		{"never paced", func(f *regulation.Features) { f.Paced = true }, false},
		{"never from a poor pulse", func(f *regulation.Features) { f.Pulse.Quality = 0.6 }, false},
		{"never without contact", func(f *regulation.Features) { f.Pulse.Contact = false }, false},
		{"never from an uneven pulse", func(f *regulation.Features) { f.Pulse.Uneven = true }, false},
		{"never while moving", func(f *regulation.Features) { f.Motion = dsp.MotionFeatures{Known: true, Moving: true} }, false},
		{"never in set-up", func(f *regulation.Features) { f.SetUp = true }, false},
		{"never paused", func(f *regulation.Features) { f.Sensed = false }, false},
		{"never on a rising heart rate", func(f *regulation.Features) {
			second++
			f.Pulse.HeartRate = dsp.Some(60 + float64(second%200)*0.2) // 12 bpm a minute
		}, false},
		{"never above 100 bpm", func(f *regulation.Features) { f.Pulse.HeartRate = dsp.Some(101) }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(30, 0)
			r.run(m, calm, 400, row.alter)
			got := len(r.e.Baseline().Minutes)
			if (got > 0) != row.learn {
				t.Errorf("%d minutes learnt, want some: %v", got, row.learn)
			}
			if r.e.Learned() != row.learn {
				t.Errorf("Learned = %v, want %v", !row.learn, row.learn)
			}
			if r.e.Learned() {
				t.Error("Learned was true twice for one change")
			}
		})
	}
}

func TestLearningDoesNotLookAtTheSkinOrTheState(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	before := len(r.e.Baseline().Minutes)
	s := r.run(m, body{rate: 75, rmssd: 21, scr: 10, scl: 5}, 400, nil)
	if s.Name != regulation.Activated {
		t.Fatalf("named %v, want activated", s.Name)
	}
	if len(r.e.Baseline().Minutes) == before {
		t.Error("a flat heart rate was not learnt because of the state: a rest that differs from the last one could never correct it")
	}
}

func TestADeclaredRestIsLearntInThreeMinutes(t *testing.T) {
	for _, row := range []struct {
		name    string
		setting regulation.Setting
	}{{"alone", regulation.SettingAlone}, {"together", regulation.SettingTogether}, {"practice", regulation.SettingPractice}} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(20, 0)
			set := func(f *regulation.Features) { f.Setting = row.setting }
			if err := r.e.StartRest(0); err != nil {
				t.Fatal(err)
			}
			if err := r.e.StartRest(0); !errors.Is(err, regulation.ErrRestRunning) {
				t.Errorf("a second start: %v, want %v", err, regulation.ErrRestRunning)
			}
			r.run(m, calm, 195, set)
			rest, b := r.e.Rest(), r.e.Baseline()
			if rest.Phase != regulation.RestDone || rest.Minutes != 3 || b.Stage() != regulation.StageFirst {
				t.Fatalf("rest %+v, stage %v, want done with 3 minutes and stage first", rest, b.Stage())
			}
			last := b.Minutes[2]
			if !last.Declared || last.Day != 0 {
				t.Errorf("minute %+v, want declared and no day, for the clock is not set", last)
			}
			near(t, "ln RMSSD", last.LnRMSSD.Value, regulation.CorrectLnRMSSD(42, 60000/65.0), 1e-9)
			near(t, "heart rate", last.HeartRate.Value, 65, 1e-9)
			near(t, "SCL", last.SCL.Value, 4, 1e-9)
			if s := r.run(m, calm, 40, set); s.Name != regulation.Settled || s.Confidence > 0.6 {
				t.Errorf("after it %v with %.2f, want settled with at most 0.6", s.Name, s.Confidence)
			}
		})
	}
}

func TestADeclaredRestSaysWhenItCouldNotLearn(t *testing.T) {
	r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(20, 0)
	if err := r.e.StartRest(0); err != nil {
		t.Fatal(err)
	}
	r.run(m, calm, 301, func(f *regulation.Features) { f.Pulse.Quality = 0.3 })
	if rest := r.e.Rest(); rest.Phase != regulation.RestIncomplete || rest.Minutes != 0 {
		t.Errorf("rest %+v, want incomplete with 0 minutes after 5 min", rest)
	}
	for _, row := range []struct {
		name  string
		alter func(*regulation.Features)
		want  error
	}{
		{"paced", func(f *regulation.Features) { f.Paced = true }, regulation.ErrRestPaced},
		{"night", func(f *regulation.Features) { f.Setting = regulation.SettingNight }, regulation.ErrRestNight},
		{"set-up", func(f *regulation.Features) { f.SetUp = true }, regulation.ErrRestSetUp},
		{"not sensed", func(f *regulation.Features) { f.Sensed = false }, regulation.ErrRestUnworn},
	} {
		r.run(m, calm, 1, row.alter)
		if err := r.e.StartRest(time.Duration(r.at) * time.Second); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
}

func TestADayIsCreditedOnlyByTheClock(t *testing.T) {
	e, m := regulation.New(regulation.Options{}, calmBaseline()), newTrack(0, 0)
	wall := time.Date(2026, 3, 1, 23, 57, 0, 0, time.FixedZone("", 3600))
	for s := range 600 {
		now := time.Time{}
		if s >= 200 {
			now = wall.Add(time.Duration(s-200) * time.Second)
		}
		e.Second(nil, time.Duration(s)*time.Second, now, m.next(calm))
	}
	days := map[int32]int{}
	for _, m := range e.Baseline().Minutes[24:] {
		days[m.Day]++
	}
	first := int32(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	if days[0] == 0 || days[first] == 0 || days[first+1] == 0 || len(days) != 3 {
		t.Errorf("days %v, want some without a date, some on %d and some on the next day", days, first)
	}
}

func TestForgetMakesAStranger(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 100, nil)
	r.e.Forget()
	if !r.e.Learned() || len(r.e.Baseline().Minutes) != 0 {
		t.Error("Forget left something, or did not ask for it to be stored")
	}
	if s := r.run(m, calm, 1, nil); s.Unknown != regulation.ReasonLearning || s.Stage != regulation.StageNew {
		t.Errorf("%v %v, want unknown: learning at stage new", s.Name, s.Unknown)
	}
}

func TestWhatIsRecalledStandsBeforeWhatWasLearntSince(t *testing.T) {
	known, since := calmBaseline(), regulation.Baseline{Minutes: []regulation.RestMinute{{Day: 30000, HeartRate: dsp.Some(71)}}}
	r, m := newRunner(since, regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 100, nil)
	r.e.Recall(known)
	got := r.e.Baseline().Minutes
	if !r.e.Learned() || len(got) != len(known.Minutes)+1 || got[0] != known.Minutes[0] || got[len(got)-1] != since.Minutes[0] {
		t.Errorf("%d minutes, the last %+v", len(got), got[len(got)-1])
	}
	if s := r.run(m, calm, 20, nil); s.Stage != regulation.StageKnown {
		t.Errorf("stage %v: want what was known before", s.Stage)
	}
	r.e.Recall(regulation.Baseline{Minutes: make([]regulation.RestMinute, 1000)})
	if n := len(r.e.Baseline().Minutes); n > regulation.MaxRestMinutes {
		t.Errorf("%d minutes are held", n)
	}
}

func TestTheBaselineIsTheCallersOwn(t *testing.T) {
	b := calmBaseline()
	e := regulation.New(regulation.Options{}, b)
	b.Minutes[0].HeartRate = dsp.Some(200)
	e.Baseline().Minutes[1].HeartRate = dsp.Some(200)
	for i, m := range e.Baseline().Minutes {
		if m.HeartRate.Value == 200 {
			t.Errorf("minute %d was changed from outside", i)
		}
	}
}

func TestADamagedBaselineIsCutToWhatABodyHas(t *testing.T) {
	b := calmBaseline()
	b.Minutes = append(b.Minutes,
		regulation.RestMinute{HeartRate: dsp.Maybe{Value: math.NaN(), Known: true}},
		regulation.RestMinute{HeartRate: dsp.Some(-4), SCL: dsp.Some(3)},
		regulation.RestMinute{})
	got := regulation.New(regulation.Options{}, b).Baseline()
	if len(got.Minutes) != 25 || got.Minutes[24].HeartRate.Known {
		t.Errorf("%d minutes, last %+v, want the 24 good ones and one without its heart rate", len(got.Minutes), got.Minutes[24])
	}
	for len(b.Minutes) < 1000 {
		b.Minutes = append(b.Minutes, b.Minutes[0])
	}
	if n := len(regulation.New(regulation.Options{}, b).Baseline().Minutes); n != regulation.MaxRestMinutes {
		t.Errorf("%d minutes kept of 1000, want %d", n, regulation.MaxRestMinutes)
	}
}

func TestALongRunStaysBounded(t *testing.T) {
	e, m := regulation.New(regulation.Options{}, calmBaseline()), newTrack(0, 0)
	var f [60]regulation.Features
	for range 120 {
		m.next(calm)
	}
	for i := range f {
		f[i] = m.next(calm)
	}
	wall := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for s := range 12 * 3600 {
		e.Second(nil, time.Duration(s)*time.Second, wall, f[s%60])
	}
	b := e.Baseline()
	if len(b.Minutes) != regulation.MaxRestMinutes {
		t.Errorf("%d minutes after twelve hours, want %d", len(b.Minutes), regulation.MaxRestMinutes)
	}
	if b.Stage() != regulation.StageKnown || b.Minutes[0].Day != 20000 {
		t.Error("one long day pushed out the days before it")
	}
}

func TestAnUnusualRestIsToldAndLowersConfidence(t *testing.T) {
	usual, unusual := calmBaseline(), calmBaseline()
	for i := range unusual.Minutes {
		unusual.Minutes[i].HeartRate = dsp.Some(95)
	}
	if far := usual.Unlike(); len(far) != 0 {
		t.Errorf("a usual rest is told as unlike: %v", far)
	}
	far := unusual.Unlike()
	if len(far) != 1 || far[0].Feature != "heart_rate" || far[0].Z < 2 {
		t.Fatalf("unlike %v, want the heart rate", far)
	}
	var confidence [2]float64
	for i, b := range []regulation.Baseline{usual, unusual} {
		r, m := newRunner(b, regulation.Options{}), newTrack(30, 0)
		here := calm
		if i == 1 {
			here = body{rate: 95, rmssd: 42 * 65 / 95.0, scr: 2, scl: 4}
		}
		s := r.run(m, here, 150, nil)
		if s.Name != regulation.Settled {
			t.Fatalf("%v at own rest, want settled", s.Name)
		}
		confidence[i] = s.Confidence
	}
	if confidence[1] > confidence[0]*0.9 {
		t.Errorf("confidence %.2f with an unusual rest, %.2f with a usual one, want clearly less", confidence[1], confidence[0])
	}
}

func TestNothingIsEverInvented(t *testing.T) {
	maybe := func(t *rapid.T, lo, hi float64, name string) dsp.Maybe {
		if rapid.IntRange(0, 4).Draw(t, name+" known") == 0 {
			return dsp.Maybe{}
		}
		return dsp.Some(rapid.Float64Range(lo, hi).Draw(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		b := regulation.Baseline{}
		if rapid.Bool().Draw(t, "known") {
			b = calmBaseline()
		}
		e := regulation.New(regulation.Options{VagalOff: rapid.Bool().Draw(t, "vagal off")}, b)
		at := time.Duration(0)
		for range 40 {
			f := regulation.Features{
				HasPulse: rapid.Bool().Draw(t, "pulse"), HasSkin: rapid.Bool().Draw(t, "skin"),
				Sensed: rapid.IntRange(0, 9).Draw(t, "sensed") > 0, SetUp: rapid.IntRange(0, 9).Draw(t, "set-up") == 0,
				Paced: rapid.IntRange(0, 9).Draw(t, "paced") == 0, Setting: regulation.Setting(rapid.IntRange(0, 4).Draw(t, "setting")),
			}
			f.Pulse = dsp.PulseFeatures{
				HeartRate: maybe(t, 20, 240, "hr"), MeanNN: maybe(t, 0, 3000, "nn"), RMSSD: maybe(t, 0, 500, "rmssd"),
				RSALn: maybe(t, -10, 20, "rsa"), Breathing: maybe(t, 0, 60, "breath"), BreathingQuality: rapid.Float64Range(0, 1).Draw(t, "bq"),
				Contact: rapid.Bool().Draw(t, "contact"), Quality: rapid.Float64Range(0, 1).Draw(t, "q"), Uneven: rapid.IntRange(0, 5).Draw(t, "uneven") == 0,
			}
			f.Skin = dsp.SkinFeatures{
				SCL: maybe(t, 0, 60, "scl"), SCRPerMin: maybe(t, 0, 60, "scr"), Phasic: maybe(t, -5, 5, "phasic"),
				Contact: rapid.Bool().Draw(t, "skin contact"), Quality: rapid.Float64Range(0, 1).Draw(t, "sq"),
			}
			for range rapid.IntRange(1, 40).Draw(t, "seconds") {
				at += time.Second
				for _, v := range e.Second(nil, at, time.Time{}, f) {
					mustBeWhole(t, v)
				}
				mustBeHonest(t, e.State(), f)
			}
		}
	})
}

func mustBeWhole(t *rapid.T, v dsp.Value) {
	if s := fmt.Sprintf("%+v", v); containsNaN(s) {
		t.Fatalf("not a number left: %s", s)
	}
}

func containsNaN(s string) bool {
	for i := range len(s) - 2 {
		if s[i:i+3] == "NaN" || s[i:i+3] == "Inf" {
			return true
		}
	}
	return false
}

func mustBeHonest(t *rapid.T, s regulation.State, f regulation.Features) {
	named := s.Name != regulation.Unknown
	if !(s.Confidence >= 0 && s.Confidence <= 1) || containsNaN(fmt.Sprint(s)) {
		t.Fatalf("state %+v", s)
	}
	if named != (s.Unknown == regulation.ReasonNone) || !named && s.Confidence != 0 {
		t.Fatalf("a state is either named with some confidence or unknown with a reason: %+v", s)
	}
	if named && (!f.Sensed || f.SetUp || f.Setting == regulation.SettingNight || s.Stage == regulation.StageNew || !s.Arousal.Known) {
		t.Fatalf("named %v where nothing may be named: %+v", s.Name, f)
	}
	if (s.Stage == regulation.StageFirst || !s.Vagal.Known) && s.Confidence > 0.6 {
		t.Fatalf("confidence %v over its cap: %+v", s.Confidence, s)
	}
}

func TestARestMayBeDeclaredAsSoonAsSensingBegins(t *testing.T) {
	for _, row := range []struct {
		name   string
		before func(*regulation.Features)
	}{
		{"after a pause", func(*regulation.Features) {}},
		{"after a night", func(f *regulation.Features) { f.Setting = regulation.SettingNight }},
		{"after the sensors were set up", func(f *regulation.Features) { f.SetUp = true }},
		{"after a paced practice", func(f *regulation.Features) { f.Paced = true }},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(0, 0)
			r.run(m, calm, 20, row.before)
			r.e.EndSession()
			r.at += 600
			if err := r.e.StartRest(time.Duration(r.at) * time.Second); err != nil {
				t.Fatal(err)
			}
			r.run(m, calm, 190, nil)
			if rest := r.e.Rest(); rest.Phase != regulation.RestDone {
				t.Errorf("rest %+v, want done", rest)
			}
		})
	}
}

func TestAPauseEndsARunningRestHoweverShort(t *testing.T) {
	r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(0, 0)
	if err := r.e.StartRest(0); err != nil {
		t.Fatal(err)
	}
	r.run(m, calm, 70, nil)
	r.e.Withdraw()
	if rest := r.e.Rest(); rest.Phase != regulation.RestCut || rest.Minutes != 1 {
		t.Errorf("rest %+v, want stopped with one minute", rest)
	}
}

func TestAWrongDateInTheFutureDoesNotMakeTheTrueMinutesOld(t *testing.T) {
	today := time.Unix(20002*86400, 0).UTC() // the day after the baseline's last
	for _, row := range []struct {
		name string
		day  int32
	}{{"a date fifty years on", 38000}, {"a date no clock shows", math.MaxInt32}, {"a date before all dates", math.MinInt32}} {
		t.Run(row.name, func(t *testing.T) {
			b := calmBaseline()
			b.Minutes = append(b.Minutes, regulation.RestMinute{Day: row.day, HeartRate: dsp.Some(95), LnRMSSD: dsp.Some(2)})
			var told [2]regulation.State
			for i, known := range []regulation.Baseline{calmBaseline(), b} {
				e, m := regulation.New(regulation.Options{}, known), newTrack(0, 0)
				for s := range 100 {
					e.Second(nil, time.Duration(s)*time.Second, today.Add(time.Duration(s)*time.Second), m.next(calm))
				}
				told[i] = e.State()
			}
			near(t, "arousal", told[1].Arousal.Value, told[0].Arousal.Value, 0.3)
			near(t, "vagal", told[1].Vagal.Value, told[0].Vagal.Value, 0.3)
		})
	}
}

func TestWhatNoBodyHasIsCounted(t *testing.T) {
	b := calmBaseline()
	if n := b.Impossible(); n != 0 {
		t.Errorf("%d impossible values in a calm rest", n)
	}
	b.Minutes[0].HeartRate = dsp.Some(1e6)
	b.Minutes[1].RSALn = dsp.Some(99)
	b.Minutes[2].Day = -3
	if n := b.Impossible(); n != 3 {
		t.Errorf("%d impossible values counted, want 3", n)
	}
}

func TestThePacerIsForgottenAMinuteAfterItAlsoWhereTimeWentBack(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(0, 0)
	r.at = 10_000
	r.run(m, calm, 100, func(f *regulation.Features) { f.Paced = true })
	r.at = 0
	r.run(m, calm, 60, nil)
	if s := r.run(m, calm, 60, nil); !s.Vagal.Known {
		t.Errorf("two minutes after the pacer: %+v, want the vagal axis back", s)
	}
}

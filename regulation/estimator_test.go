package regulation_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

func TestARestIsNamedWithinNinetySecondsAndAClearChangeBeforeTwoMinutes(t *testing.T) {
	for _, row := range []struct {
		name      string
		knownFrom int
		seed      uint64
	}{
		{"features known from 30 s", 30, 0},
		{"features known from 60 s", 60, 0},
		{"features known from 30 s, with the noise of a body", 30, 7},
		{"features known from 60 s, with the noise of a body", 60, 8},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(row.knownFrom, row.seed)
			r.run(m, calm, 70, nil)
			r.run(m, roused, 50, nil)
			settled, activated := r.first(regulation.Settled), r.first(regulation.Activated)
			t.Logf("settled at %d s, activated at %d s", settled, activated)
			if settled < 0 || settled > 90 {
				t.Errorf("settled was named at %d s, want within 90 s", settled)
			}
			if activated < settled || activated >= 120 {
				t.Errorf("activated was named at %d s, want after settled and before 120 s", activated)
			}
		})
	}
}

func TestAChangeShowsWithinFortyFiveSeconds(t *testing.T) {
	const bodies = 60
	soon := 0
	for seed := range uint64(bodies) {
		r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, seed+1)
		r.run(m, calm, 600, nil)
		r.run(m, roused, 90, nil)
		at := -1
		for _, o := range r.out {
			if s, ok := o.v.(regulation.State); ok && o.at >= 600 && s.Name == regulation.Activated {
				at = o.at - 600
				break
			}
		}
		if at < 0 {
			t.Errorf("seed %d: a clear change was not named within 90 s", seed+1)
		}
		if at <= 45 {
			soon++
		}
	}
	t.Logf("%d of %d bodies within 45 s", soon, bodies)
	if soon*100 < bodies*80 {
		t.Errorf("%d of %d bodies within 45 s, want at least 80 %%", soon, bodies)
	}
}

func TestASteadyRestKeepsItsName(t *testing.T) {
	changes, activated, settled, seconds := 0, 0, 0, 0
	for seed := range uint64(10) {
		r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, seed+1)
		was := r.run(m, calm, 120, nil).Name
		for range 1800 {
			s := r.run(m, calm, 1, nil)
			if s.Name != was {
				changes++
			}
			if s.Name == regulation.Activated {
				activated++
			}
			if s.Name == regulation.Settled {
				settled++
			}
			was = s.Name
			seconds++
		}
	}
	t.Logf("%d changes, %d s activated, %d s settled in %d s of rest", changes, activated, settled, seconds)
	if settled*10 < seconds*9 {
		t.Errorf("%d of %d s settled at rest, want at least 90 %%", settled, seconds)
	}
	if changes*120 > seconds {
		t.Errorf("%d changes in %d s, want at most one in 2 min", changes, seconds)
	}
	if activated*20 > seconds {
		t.Errorf("%d of %d s activated at rest, want at most 5 %%", activated, seconds)
	}
}

func TestEachStateComesFromItsBody(t *testing.T) {
	for _, row := range []struct {
		name string
		body body
		want regulation.Name
	}{
		{"as at rest it is settled", calm, regulation.Settled},
		{"aroused with the vagal side kept it is engaged", body{rate: 72, rmssd: 40, scr: 9, scl: 6}, regulation.Engaged},
		{"aroused with the vagal side down it is activated", roused, regulation.Activated},
		{"quiet with the vagal side down it is withdrawn", body{rate: 65, rmssd: 24, scr: 2, scl: 4}, regulation.Withdrawn},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
			r.run(m, calm, 120, nil)
			s := r.run(m, row.body, 150, nil)
			if s.Name != row.want {
				t.Errorf("named %v (arousal %.2f, vagal %.2f, %v), want %v", s.Name, s.Arousal.Value, s.Vagal.Value, s.Reasons, row.want)
			}
			if s.Confidence < 0.5 {
				t.Errorf("confidence %.2f of a clear case, want at least 0.5", s.Confidence)
			}
		})
	}
}

func TestSignalDecidesWhatMayBeSaid(t *testing.T) {
	type features = regulation.Features
	withheld := func(f *features) { f.Pulse.Quality, f.Pulse.HeartRate, f.Pulse.RMSSD = 0.1, dsp.Maybe{}, dsp.Maybe{} }
	uneven := func(f *features) { f.Pulse.Uneven = true }
	skinPoor := func(f *features) { f.Skin.Quality, f.Skin.SCL, f.Skin.SCRPerMin = 0.1, dsp.Maybe{}, dsp.Maybe{} }
	for _, row := range []struct {
		name     string
		options  regulation.Options
		baseline regulation.Baseline
		body     body
		alter    func(*features)
		want     regulation.Name
		reason   regulation.UnknownReason
		most     float64 // confidence
	}{
		{"no sensor on the skin is no_contact", regulation.Options{}, calmBaseline(), calm,
			func(f *features) { f.Pulse, f.Skin = dsp.PulseFeatures{}, dsp.SkinFeatures{} }, regulation.Unknown, regulation.ReasonNoContact, 0},
		{"paused is no_contact", regulation.Options{}, calmBaseline(), calm,
			func(f *features) { *f = features{HasPulse: true, HasSkin: true} }, regulation.Unknown, regulation.ReasonNoContact, 0},
		{"a withheld pulse alone is poor_signal, not movement", regulation.Options{}, calmBaseline(), calm,
			withheld, regulation.Unknown, regulation.ReasonPoorSignal, 0},
		{"a withheld pulse with high arousal on the skin is activated up to 0.6", regulation.Options{}, calmBaseline(), roused,
			withheld, regulation.Activated, regulation.ReasonNone, 0.6},
		{"without any pulse sensor and not high it is no_contact", regulation.Options{}, calmBaseline(), calm,
			func(f *features) { f.HasPulse, f.Pulse = false, dsp.PulseFeatures{} }, regulation.Unknown, regulation.ReasonNoContact, 0},
		{"with the vagal side off the skin alone settles, up to 0.6", regulation.Options{VagalOff: true}, calmBaseline(), calm,
			nil, regulation.Settled, regulation.ReasonNone, 0.6},
		{"with the vagal side off the skin alone activates, up to 0.6", regulation.Options{VagalOff: true}, calmBaseline(), roused,
			nil, regulation.Activated, regulation.ReasonNone, 0.6},
		{"with the vagal side off and no skin contact it is no_contact", regulation.Options{VagalOff: true}, calmBaseline(), calm,
			func(f *features) { f.Skin = dsp.SkinFeatures{} }, regulation.Unknown, regulation.ReasonNoContact, 0},
		{"with the vagal side off and a poor skin signal it is poor_signal", regulation.Options{VagalOff: true}, calmBaseline(), calm,
			skinPoor, regulation.Unknown, regulation.ReasonPoorSignal, 0},
		{"an uneven pulse leaves the skin alone, settled up to 0.6", regulation.Options{}, calmBaseline(), calm,
			uneven, regulation.Settled, regulation.ReasonNone, 0.6},
		{"an uneven pulse leaves the skin alone, activated up to 0.6", regulation.Options{}, calmBaseline(), roused,
			uneven, regulation.Activated, regulation.ReasonNone, 0.6},
		{"paced breathing and not high is paced_breathing", regulation.Options{}, calmBaseline(), calm,
			func(f *features) { f.Paced = true }, regulation.Unknown, regulation.ReasonPacedBreathing, 0},
		{"paced breathing and high is activated up to 0.6", regulation.Options{}, calmBaseline(), roused,
			func(f *features) { f.Paced = true }, regulation.Activated, regulation.ReasonNone, 0.6},
		{"both signals poor is poor_signal", regulation.Options{}, calmBaseline(), calm,
			func(f *features) { withheld(f); skinPoor(f) }, regulation.Unknown, regulation.ReasonPoorSignal, 0},
		{"a poor skin signal leaves the pulse alone", regulation.Options{}, calmBaseline(), calm,
			skinPoor, regulation.Settled, regulation.ReasonNone, 0.8},
		{"an accelerometer above its threshold is moving", regulation.Options{}, calmBaseline(), roused,
			func(f *features) { f.Motion = dsp.MotionFeatures{Known: true, Moving: true} }, regulation.Unknown, regulation.ReasonMoving, 0},
		{"a heart rate far above rest is moving, never activated", regulation.Options{}, calmBaseline(),
			body{rate: 110, rmssd: 10, scr: 12, scl: 8}, nil, regulation.Unknown, regulation.ReasonMoving, 0},
		{"a stranger is learning", regulation.Options{}, regulation.Baseline{}, roused,
			func(f *features) { f.Setting = regulation.SettingTogether }, regulation.Unknown, regulation.ReasonLearning, 0},
		{"a first rest answers up to 0.6", regulation.Options{}, firstBaseline(), roused,
			nil, regulation.Activated, regulation.ReasonNone, 0.6},
		{"night is not judged", regulation.Options{}, calmBaseline(), roused,
			func(f *features) { f.Setting = regulation.SettingNight }, regulation.Unknown, regulation.ReasonNight, 0},
		{"set-up is not judged", regulation.Options{}, calmBaseline(), roused,
			func(f *features) { f.SetUp = true }, regulation.Unknown, regulation.ReasonSetUp, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(row.baseline, row.options), newTrack(30, 0)
			if row.body != calm && row.baseline.Stage() != regulation.StageNew {
				r.run(m, calm, 100, nil)
			}
			s := r.run(m, row.body, 120, row.alter)
			if s.Name != row.want || s.Unknown != row.reason {
				t.Errorf("%v %v (arousal %v, vagal %v), want %v %v", s.Name, s.Unknown, s.Arousal, s.Vagal, row.want, row.reason)
			}
			if s.Confidence > row.most || (s.Name != regulation.Unknown && s.Confidence < 0.3) {
				t.Errorf("confidence %.2f, want at most %.2f and not next to nothing", s.Confidence, row.most)
			}
		})
	}
}

func TestAxesAreGivenWhileTheStateIsUnknown(t *testing.T) {
	for _, row := range []struct {
		name           string
		baseline       regulation.Baseline
		alter          func(*regulation.Features)
		arousal, vagal bool
	}{
		{"a stranger is compared with people in general", regulation.Baseline{}, nil, true, true},
		{"in movement", calmBaseline(), func(f *regulation.Features) { f.Motion = dsp.MotionFeatures{Known: true, Moving: true} }, true, true},
		{"paced breathing takes the vagal axis only", calmBaseline(), func(f *regulation.Features) { f.Paced = true }, true, false},
		{"a night gives neither", calmBaseline(), func(f *regulation.Features) { f.Setting = regulation.SettingNight }, false, false},
		{"a pause gives neither", calmBaseline(), func(f *regulation.Features) { f.Sensed = false }, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(row.baseline, regulation.Options{}), newTrack(30, 0)
			s := r.run(m, calm, 100, row.alter)
			if s.Name != regulation.Unknown {
				t.Errorf("named %v, want unknown", s.Name)
			}
			if s.Arousal.Known != row.arousal || s.Vagal.Known != row.vagal {
				t.Errorf("arousal known %v, vagal known %v, want %v and %v", s.Arousal.Known, s.Vagal.Known, row.arousal, row.vagal)
			}
		})
	}
}

func TestAStrangersArousalRises(t *testing.T) {
	r, m := newRunner(regulation.Baseline{}, regulation.Options{}), newTrack(30, 0)
	together := func(f *regulation.Features) { f.Setting = regulation.SettingTogether }
	before := r.run(m, calm, 300, together).Arousal.Value
	after := r.run(m, roused, 90, together).Arousal.Value
	if after < before+1 {
		t.Errorf("arousal went from %.2f to %.2f, want a rise of at least 1", before, after)
	}
}

func TestBothChannelsDisturbedWithinTenSecondsIsMoving(t *testing.T) {
	for _, row := range []struct {
		name  string
		apart int // seconds between the two disturbances
		want  regulation.UnknownReason
	}{
		{"at once", 0, regulation.ReasonMoving},
		{"ten seconds apart", 10, regulation.ReasonMoving},
		{"eleven seconds apart", 11, regulation.ReasonNone},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
			r.run(m, calm, 120, nil)
			r.run(m, calm, 1, func(f *regulation.Features) {
				f.Pulse.Quality = 0.2
				if row.apart == 0 {
					f.Skin.Quality = 0.2
				}
			})
			if row.apart > 0 {
				r.run(m, calm, row.apart-1, nil)
				r.run(m, calm, 1, func(f *regulation.Features) { f.Skin.Quality = 0.2 })
			}
			if s := r.e.State(); s.Unknown != row.want {
				t.Errorf("reason %q, want %q", s.Unknown, row.want)
			}
			r.run(m, calm, 30, nil)
			if s := r.e.State(); s.Name != regulation.Settled {
				t.Errorf("half a minute later %v %v, want settled again", s.Name, s.Unknown)
			}
		})
	}
}

func TestWhatAChipDisturbsIsNoMovement(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 120, nil)
	for second := range 25 { // a chip is gone for ten seconds, then both signals find themselves again
		s := r.run(m, calm, 1, func(f *regulation.Features) {
			f.Settling = true
			f.Pulse.Quality, f.Skin.Quality = 0.2, 0.2
			f.Pulse.Contact, f.Skin.Contact = second >= 10, second >= 10
		})
		if s.Unknown == regulation.ReasonMoving {
			t.Fatalf("after %d s: moving", second)
		}
	}
}

func TestEffortIsNotReadAsActivatedOnTheWayBack(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 120, nil)
	r.run(m, body{rate: 120, rmssd: 9, scr: 6, scl: 5}, 60, nil)
	for rate := 120.0; rate > 87; rate-- {
		if s := r.run(m, body{rate: rate, rmssd: 12, scr: 6, scl: 5}, 2, nil); s.Name != regulation.Unknown {
			t.Fatalf("named %v at %v bpm, want unknown until the rate is within 20 of rest", s.Name, rate)
		}
	}
}

func TestSlowBreathingIsNotReadAsCalmer(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	s := r.run(m, body{rate: 65, rmssd: 90, scr: 2, scl: 4}, 120, func(f *regulation.Features) {
		f.Pulse.Breathing = dsp.Some(6)
	})
	if s.Vagal.Value > 0 {
		t.Errorf("vagal %.2f while breathing slowly, want at most 0", s.Vagal.Value)
	}
}

func TestManyIntervalsLeftOutMakeTheStateLessSure(t *testing.T) {
	sure := func(marked bool) float64 {
		r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
		return r.run(m, calm, 120, func(f *regulation.Features) { f.Pulse.Marked = marked }).Confidence
	}
	if marked, whole := sure(true), sure(false); marked == 0 || marked > 0.95*whole {
		t.Errorf("confidence %.2f with many intervals left out, %.2f with none", marked, whole)
	}
}

func TestPacedBreathingIsForgottenAMinuteAfterThePacer(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 60, func(f *regulation.Features) { f.Paced = true })
	if s := r.run(m, calm, 59, nil); s.Unknown != regulation.ReasonPacedBreathing || s.Vagal.Known {
		t.Errorf("59 s after the pacer: %v, vagal %v, want paced_breathing: the window still holds paced breaths", s.Unknown, s.Vagal)
	}
	if s := r.run(m, calm, 30, nil); s.Name != regulation.Settled {
		t.Errorf("90 s after the pacer: %v %v, want settled", s.Name, s.Unknown)
	}
}

func TestSkinLevelIsAnchoredAnewAfterContactWasLost(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 120, nil)
	r.run(m, calm, 8, func(f *regulation.Features) { f.Skin = dsp.SkinFeatures{} })
	elsewhere := calm
	elsewhere.scl = 12 // a new electrode on another finger
	s := r.run(m, elsewhere, 60, nil)
	if s.Name != regulation.Settled || s.Arousal.Value > 0.5 {
		t.Errorf("%v, arousal %.2f after moving the electrode, want settled and no arousal from the new level", s.Name, s.Arousal.Value)
	}
}

func TestFreezingIsNeverSettledWithConfidence(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 120, nil)
	for range 180 {
		s := r.run(m, body{rate: 56, rmssd: 50, scr: 8, scl: 4.6}, 1, nil)
		if r.at > 150 && s.Name == regulation.Settled && s.Confidence > 0.5 {
			t.Fatalf("settled with confidence %.2f at %d s while skin rises and heart falls", s.Confidence, r.at)
		}
	}
}

func TestStateIsToldOnChangeAndEveryTenSeconds(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 200, nil)
	last, was := -10, regulation.State{Stage: regulation.StageKnown}
	for _, o := range r.out {
		s, ok := o.v.(regulation.State)
		if !ok {
			continue
		}
		changed := s.Name != was.Name || s.Unknown != was.Unknown || s.Stage != was.Stage || math.Abs(s.Confidence-was.Confidence) >= 0.3
		if gap := o.at - last; gap > 10 || (gap < 10 && !changed) {
			t.Errorf("told at %d s, %d s after the one before, changed: %v", o.at, gap, changed)
		}
		last, was = o.at, s
	}
	if len(r.states()) < 20 {
		t.Errorf("%d states in 200 s, want at least 20", len(r.states()))
	}
}

func TestReasonsComeStrongestFirstAndSigned(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 120, nil)
	s := r.run(m, body{rate: 66, rmssd: 40, scr: 16, scl: 4}, 200, nil)
	if len(s.Reasons) != 5 {
		t.Fatalf("%d reasons, want one for each of 5 features: %v", len(s.Reasons), s.Reasons)
	}
	if first := s.Reasons[0]; first.Feature != "scr_per_min" || first.Z < 2 {
		t.Errorf("first reason %v, want scr_per_min well above 2", first)
	}
	s.Reasons[0].Feature = "mine now"
	if again := r.e.State().Reasons[0].Feature; again != "scr_per_min" {
		t.Errorf("changing a State's reasons changed the Estimator's: %q", again)
	}
}

func TestAGapInTimeForgetsWhatWasFollowed(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, roused, 120, nil)
	r.at += 3 * 3600
	if s := r.run(m, calm, 1, nil); s.Name != regulation.Unknown {
		t.Errorf("named %v in the first second after three hours, want unknown", s.Name)
	}
	r.at -= 3600
	if s := r.run(newTrack(0, 0), calm, 60, nil); s.Name != regulation.Settled {
		t.Errorf("%v %v a minute after time stepped back, want settled", s.Name, s.Unknown)
	}
}

func TestRecoveryIsTheHalfLifeOfTheWayBack(t *testing.T) {
	r, m := newRunner(calmBaseline(), regulation.Options{}), newTrack(30, 0)
	r.run(m, calm, 120, nil)
	r.run(m, roused, 180, nil)
	const halfLife = 60.0
	level := 1.0
	for range 500 {
		level *= 0.98852 // 2^(−1/60)
		r.run(m, body{
			rate: calm.rate + 15*level, rmssd: calm.rmssd - 21*level, scr: calm.scr + 8*level, scl: calm.scl + level,
		}, 1, nil)
	}
	var found []regulation.Recovery
	for _, o := range r.out {
		if rec, ok := o.v.(regulation.Recovery); ok {
			found = append(found, rec)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d recoveries after one activation, want 1", len(found))
	}
	near(t, "heart rate half-life", found[0].HeartRateHalfLife.Value, halfLife, 10)
	near(t, "arousal half-life", found[0].ArousalHalfLife.Value, halfLife, 30)
}

func TestAWearersAnswerDoesNotDependOnTheOther(t *testing.T) {
	answers := func(order []int) [2]string {
		runs := [2]*runner{newRunner(calmBaseline(), regulation.Options{}), newRunner(firstBaseline(), regulation.Options{})}
		tracks := [2]*trackMaker{newTrack(30, 3), newTrack(40, 4)}
		for s := range 300 {
			for _, i := range order {
				b := calm
				if s > 150 && i == 1 {
					b = roused
				}
				runs[i].run(tracks[i], b, 1, nil)
			}
		}
		return [2]string{fmt.Sprint(runs[0].out), fmt.Sprint(runs[1].out)}
	}
	if answers([]int{0, 1}) != answers([]int{1, 0}) {
		t.Error("the order in which two wearers are stepped changed an answer")
	}
}

func TestNothingIsAllocatedWhenNothingIsTold(t *testing.T) {
	e, m := regulation.New(regulation.Options{}, calmBaseline()), newTrack(0, 0)
	var f regulation.Features
	at := 0
	for range 128 {
		f = m.next(calm)
		e.Second(nil, time.Duration(at)*time.Second, time.Time{}, f)
		at++
	}
	dst := make([]dsp.Value, 0, 4)
	second := func() {
		dst = e.Second(dst[:0], time.Duration(at)*time.Second, time.Time{}, f)
		at++
	}
	for quiet := 0; quiet < 50; {
		for second(); len(dst) == 0; second() { // up to the next State told
		}
		allocs := testing.AllocsPerRun(7, second) // eight seconds within the ten that follow
		if len(dst) > 0 {
			continue // a change was told in between
		}
		if allocs != 0 {
			t.Fatalf("%v allocations a silent second, want 0", allocs)
		}
		quiet++
	}
}

func BenchmarkSecond(b *testing.B) {
	e, m := regulation.New(regulation.Options{}, calmBaseline()), newTrack(0, 0)
	var f [600]regulation.Features
	for i := range f {
		f[i] = m.next(calm)
	}
	dst := make([]dsp.Value, 0, 4)
	b.ReportAllocs()
	at := 0
	for b.Loop() {
		dst = e.Second(dst[:0], time.Duration(at)*time.Second, time.Time{}, f[at%600])
		at++
	}
}

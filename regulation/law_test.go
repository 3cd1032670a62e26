package regulation

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
)

// The laws that the small parts obey whatever comes.

func TestATrailSumsTheLastSecondsOverAnyWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sum {
			return sum{float64(rapid.IntRange(-5, 50).Draw(t, "of")), float64(rapid.IntRange(0, 3).Draw(t, "over"))}
		}), 0, 400).Draw(t, "seconds")
		var r trail
		for _, s := range seconds {
			r.put(s.of, s.over)
		}
		short := rapid.IntRange(0, longestSpan).Draw(t, "short")
		long := rapid.IntRange(short, longestSpan).Draw(t, "long")
		var got, want sum
		r.add(&got, 0, short)
		r.add(&got, short, long)
		for _, s := range seconds[max(0, len(seconds)-long):] {
			want.of += s.of
			want.over += s.over
		}
		if got != want {
			t.Fatalf("the last %d s by way of %d: %v, want %v", long, short, got, want)
		}
	})
}

// seen is one second in which everything can be seen.
func seen(rate, ms float64, responses int) (Features, usable) {
	return Features{
		Pulse: dsp.PulseFeatures{HeartRate: dsp.Some(rate), Fresh: dsp.Fresh{Differences: 1, Squares: ms * ms}},
		Skin:  dsp.SkinFeatures{Watched: true, Responses: responses},
	}, usable{pulse: true, vagal: true, skin: true}
}

func TestWindowsReachNoFurtherThanSecondsHavePassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w windows
		before := 0
		for n := range rapid.IntRange(1, 300).Draw(t, "seconds") {
			f, u := seen(rapid.Float64Range(30, 200).Draw(t, "rate"), rapid.Float64Range(0, 300).Draw(t, "ms"), rapid.IntRange(-1, 3).Draw(t, "responses"))
			u.pulse, u.skin = rapid.Bool().Draw(t, "pulse"), rapid.Bool().Draw(t, "skin")
			u.vagal = u.pulse && rapid.Bool().Draw(t, "vagal")
			w.take(f, u)
			for k, e := range w.settle() {
				if math.IsNaN(e.value) || math.IsInf(e.value, 0) || e.known && !(e.se > 0) {
					t.Fatalf("feature %d: %+v", k, e)
				}
			}
			if w.reach > min(before+1, longestSpan, n+1) {
				t.Fatalf("after %d s the reach went from %d to %d s", n+1, before, w.reach)
			}
			before = w.reach
		}
	})
}

func TestASteadyBodyIsSeenAsItIsAndWithLessErrorInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate, ms := rapid.Float64Range(35, 180).Draw(t, "rate"), rapid.Float64Range(3, 200).Draw(t, "ms")
		responses := rapid.IntRange(0, 1).Draw(t, "responses a second")
		var w windows
		was := math.Inf(1)
		for n := range 200 {
			w.take(seen(rate, ms, responses))
			e := w.settle()
			if n < 30 {
				continue
			}
			if math.Abs(e[countedRate].value-rate) > 1e-6 || math.Abs(e[countedDifferences].value-math.Log(ms)) > 1e-6 {
				t.Fatalf("after %d s %+v, want %v and ln %v", n, e, rate, ms)
			}
			if se := e[countedDifferences].se; se > was {
				t.Fatalf("after %d s the error went from %v to %v", n, was, se)
			}
			was = e[countedDifferences].se
		}
		if w.reach != longestSpan {
			t.Fatalf("a steady body is looked at over %d s", w.reach)
		}
	})
}

func TestWhatLayBeforeAChangeNeverComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate, ms := rapid.Float64Range(50, 80).Draw(t, "rate"), rapid.Float64Range(20, 80).Draw(t, "ms")
		faster, less := rapid.Float64Range(12, 60).Draw(t, "faster by"), rapid.Float64Range(3, 10).Draw(t, "times less")
		var w windows
		for range rapid.IntRange(60, 300).Draw(t, "before") {
			w.take(seen(rate, ms, 0))
			w.settle()
		}
		for n := range 150 {
			w.take(seen(rate+faster, ms/less, 0))
			e := w.settle()
			if n < 30 {
				continue // a shortest window, and the lead of the rate
			}
			if math.Abs(e[countedDifferences].value-math.Log(ms/less)) > 1e-6 || math.Abs(e[countedRate].value-rate-faster) > 1e-6 {
				t.Fatalf("%d s after the change %+v, want ln %v and %v", n, e, ms/less, rate+faster)
			}
		}
	})
}

func TestTheLevelIsAChangeAndNoSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		walk := rapid.SliceOfN(rapid.Float64Range(levelLeast, 30), 2, 200).Draw(t, "µS")
		times := rapid.Float64Range(1, 5).Draw(t, "times")
		var a, b, c level
		low, high := walk[0], walk[0]
		for i, x := range walk {
			at := time.Duration(i) * time.Second
			low, high = min(low, x), max(high, x)
			one, other := a.change(at, dsp.Some(x)), b.change(at, dsp.Some(times*x))
			if !one.Known || math.Abs(one.Value-other.Value) > 1e-9 {
				t.Fatalf("second %d: %v, and %v of a skin that conducts %v times as much", i, one, other, times)
			}
			if math.Abs(one.Value) > (high-low)/low+1e-12 {
				t.Fatalf("second %d: changed by %v, between %v and %v µS", i, one.Value, low, high)
			}
			if still := c.change(at, dsp.Some(walk[0])); still.Value != 0 {
				t.Fatalf("a level that stays changed by %v", still.Value)
			}
		}
		was := a
		if gone := a.change(time.Hour, dsp.Maybe{}); gone.Known || a != was {
			t.Fatal("a level that is not known changed something")
		}
	})
}

// anyCertainty draws what confidence may be asked of.
func anyCertainty(t *rapid.T) certainty {
	z := func(name string) axis {
		return axis{
			value: dsp.Maybe{Value: rapid.Float64Range(-6, 6).Draw(t, name), Known: rapid.IntRange(0, 4).Draw(t, name+" known") > 0},
			se:    rapid.Float64Range(0, 3).Draw(t, name+" se"), complete: rapid.Float64Range(0, 1).Draw(t, name+" complete"),
		}
	}
	return certainty{
		name: Name(rapid.IntRange(0, int(Withdrawn)).Draw(t, "name")), arousal: z("arousal"), vagal: z("vagal"),
		quality: rapid.Float64Range(0, 1).Draw(t, "quality"), stage: Stage(rapid.IntRange(0, int(StageKnown)).Draw(t, "stage")),
		unlike: rapid.Bool().Draw(t, "unlike"), odd: rapid.Bool().Draw(t, "odd"), ceiling: rapid.Float64Range(0, 1).Draw(t, "ceiling"),
	}
}

func TestConfidenceStaysWithinItsBoundsAndFollowsWhatIsKnown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCertainty(t)
		now := confidence(c)
		if !(now >= 0 && now <= c.ceiling) || c.name == Unknown && now != 0 || c.stage == StageFirst && now > confidenceFirst {
			t.Fatalf("%+v: %v", c, now)
		}
		for _, row := range []struct {
			name   string
			better func(*certainty)
		}{
			{"a better signal", func(c *certainty) { c.quality = min(c.quality+0.1, 1) }},
			{"more of the arousal features", func(c *certainty) { c.arousal.complete = min(c.arousal.complete+0.2, 1) }},
			{"a rest like other people's", func(c *certainty) { c.unlike = false }},
			{"features that agree", func(c *certainty) { c.odd = false }},
			{"a higher ceiling", func(c *certainty) { c.ceiling = 1 }},
			{"arousal further on its side", func(c *certainty) {
				if c.name == Activated || c.name == Engaged {
					c.arousal.value.Value++
				} else {
					c.arousal.value.Value--
				}
			}},
			{"vagal further on its side", func(c *certainty) {
				if c.name == Activated || c.name == Withdrawn {
					c.vagal.value.Value--
				} else {
					c.vagal.value.Value++
				}
			}},
		} {
			other := c
			row.better(&other)
			if then := confidence(other); then < now-1e-12 {
				t.Fatalf("%s: confidence fell from %v to %v of %+v", row.name, now, then, c)
			}
		}
	})
}

// anyCircumstances draws what may be judged.
func anyCircumstances(t *rapid.T) circumstances {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	reason := func(name string) UnknownReason {
		return rapid.SampledFrom([]UnknownReason{ReasonNoContact, ReasonPoorSignal, ReasonPacedBreathing}).Draw(t, name)
	}
	return circumstances{
		setUp: flag("set up"), night: flag("night"), sensed: flag("sensed"), contact: flag("contact"),
		stage: Stage(rapid.IntRange(0, int(StageKnown)).Draw(t, "stage")), moving: flag("moving"), stirred: flag("stirred"), skinOnly: flag("skin only"),
		arousal: dsp.Maybe{Known: flag("arousal known")}, vagal: dsp.Maybe{Known: flag("vagal known")},
		high: flag("high"), low: flag("low"), noPulse: reason("why no pulse"), nothing: reason("why nothing"),
	}
}

func TestAJudgementNamesOnlyWhatMayBeNamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCircumstances(t)
		v := judge(c)
		mayNot := c.setUp || c.night || !c.sensed || !c.contact || c.stage == StageNew || c.moving || !c.arousal.Known
		switch {
		case (v.name == Unknown) == (v.reason == ReasonNone):
			t.Fatalf("a name with a reason, or none without: %+v", v)
		case mayNot && v.name != Unknown:
			t.Fatalf("%+v is named %v", c, v.name)
		case c.moving && v.name == Activated:
			t.Fatal("movement told as activated")
		case (v.name == Activated || v.name == Engaged) != c.high && v.name != Unknown:
			t.Fatalf("%v of arousal high: %v", v.name, c.high)
		case !(v.ceiling >= 0 && v.ceiling <= 1) || !c.vagal.Known && v.ceiling > confidenceSkin:
			t.Fatalf("ceiling %v", v.ceiling)
		}
	})
}

// anyFeatures draws a second of anything that dsp may say, and things that it never says.
func anyFeatures(t *rapid.T) Features {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	mostly := func(name string) bool { return rapid.IntRange(0, 9).Draw(t, name) > 0 }
	value := func(name string, low, high float64) dsp.Maybe {
		return dsp.Maybe{Value: rapid.Float64Range(low, high).Draw(t, name), Known: mostly(name + " known")}
	}
	f := Features{
		HasPulse: mostly("has pulse"), HasSkin: mostly("has skin"), Sensed: mostly("sensed"), SetUp: !mostly("set up"), Paced: !mostly("paced"),
		Settling: !mostly("settling"), Setting: Setting(rapid.IntRange(0, int(SettingNight)).Draw(t, "setting")),
	}
	f.Pulse = dsp.PulseFeatures{
		HeartRate: value("rate", 20, 250), MeanNN: value("mean NN", 200, 3000), RMSSD: value("RMSSD", 0, 500), RSALn: value("RSA", -10, 15),
		Breathing: value("breathing", 0, 60), BreathingQuality: rapid.Float64Range(0, 1).Draw(t, "breathing quality"),
		Contact: mostly("pulse contact"), Quality: rapid.Float64Range(0, 1).Draw(t, "pulse quality"), Uneven: !mostly("uneven"), Marked: flag("marked"),
		Fresh: dsp.Fresh{Intervals: 1, NN: 900, Differences: rapid.IntRange(0, 3).Draw(t, "differences"), Squares: rapid.Float64Range(0, 1e5).Draw(t, "squares")},
	}
	f.Skin = dsp.SkinFeatures{
		SCL: value("SCL", 0, 60), SCRPerMin: value("SCR", 0, 60), Responses: rapid.IntRange(-1, 3).Draw(t, "responses"), Watched: mostly("watched"),
		Contact: mostly("skin contact"), Quality: rapid.Float64Range(0, 1).Draw(t, "skin quality"),
	}
	f.Motion = dsp.MotionFeatures{Known: flag("motion known"), Moving: !mostly("moving"), Stirring: !mostly("stirring")}
	return f
}

// Whatever is measured, of a body whose rest is known or not: a state never says what may not be said.
func TestAStateNeverSaysWhatMayNotBeSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var own Baseline
		for range rapid.SampledFrom([]int{0, 2, 3, 24}).Draw(t, "minutes known") {
			own.Minutes = append(own.Minutes, RestMinute{HeartRate: dsp.Some(62), LnRMSSD: dsp.Some(3.8), SCRPerMin: dsp.Some(2)})
		}
		e := New(Options{VagalOff: rapid.Bool().Draw(t, "vagal off")}, own)
		at := time.Duration(0)
		for range rapid.IntRange(1, 12).Draw(t, "spans") {
			f := anyFeatures(t)
			for range rapid.IntRange(1, 40).Draw(t, "seconds") {
				at += time.Second
				e.Second(nil, at, time.Time{}, f)
				mayBeSaid(t, e.State(), f)
			}
		}
	})
}

func mayBeSaid(t *rapid.T, s State, f Features) {
	for _, x := range []float64{s.Confidence, s.Arousal.Value, s.Vagal.Value} {
		if math.IsNaN(x) || math.Abs(x) > 10 {
			t.Fatalf("%+v", s)
		}
	}
	unnamed := !f.Sensed || f.SetUp || f.Setting == SettingNight || !f.contact() || f.Motion.Known && f.Motion.Moving || s.Stage == StageNew
	switch {
	case (s.Name == Unknown) == (s.Unknown == ReasonNone):
		t.Fatalf("a name with a reason, or none without: %+v", s)
	case unnamed && s.Name != Unknown:
		t.Fatalf("named %v: %+v", s.Name, f)
	case !(s.Confidence >= 0 && s.Confidence <= 1) || s.Name == Unknown && s.Confidence != 0 || s.Stage == StageFirst && s.Confidence > 0.6:
		t.Fatalf("confidence %v of %v in stage %v", s.Confidence, s.Name, s.Stage)
	case f.Paced && s.Vagal.Known:
		t.Fatal("a vagal side while paced")
	case !s.Vagal.Known && s.Confidence > 0.6:
		t.Fatalf("confidence %v without the vagal side", s.Confidence)
	case s.QuietMinutes != 0 && s.Unknown != ReasonLearning:
		t.Fatalf("quiet minutes of %+v", s)
	}
	for _, r := range s.Reasons {
		if math.IsNaN(r.Z) || math.Abs(r.Z) > 5 {
			t.Fatalf("reason %+v", r)
		}
	}
}

func TestALatchIsOnFromOneAndOffFromAHalfWhateverCameBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := latch{on: rapid.Bool().Draw(t, "on")}
		sign := rapid.SampledFrom([]float64{1, -1}).Draw(t, "sign")
		for range rapid.IntRange(1, 50).Draw(t, "seconds") {
			was, x := l.on, rapid.Float64Range(-3, 3).Draw(t, "z")
			known := rapid.IntRange(0, 5).Draw(t, "known") > 0
			l.step(dsp.Maybe{Value: sign * x, Known: known}, sign)
			switch {
			case !known && l.on, known && x >= axisEnter && !l.on, known && x <= axisLeave && l.on:
				t.Fatalf("z %v, known %v: on %v", x, known, l.on)
			case known && x > axisLeave && x < axisEnter && l.on != was:
				t.Fatalf("z %v between the thresholds changed it", x)
			}
		}
	})
}

// A name is told only after it has lasted, a doubt at once, and what is told was judged so in that very second.
func TestDwellNeverFlickersNorLags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d dwelling
		var lasted, free, since time.Duration // how long the verdict has been this name, and that unhindered; when the told one was taken
		judged, told := Unknown, Unknown
		at := time.Duration(0)
		for range rapid.IntRange(1, 25).Draw(t, "spans") {
			name := Name(rapid.IntRange(0, int(Withdrawn)).Draw(t, "name"))
			v, stirred, fast := verdict{name, ReasonNone, 1}, rapid.Bool().Draw(t, "stirred"), rapid.Bool().Draw(t, "fast")
			if name == Unknown {
				v = unknown(ReasonMoving)
			}
			for range rapid.IntRange(1, 50).Draw(t, "seconds") {
				if name != judged {
					judged, lasted, free = name, 0, 0
				}
				if fast && name == Withdrawn {
					free = 0
				}
				got := d.step(at, v, stirred, fast)
				switch {
				case name == Unknown && got != v:
					t.Fatal("a doubt waited")
				case got.name != told && got.name != name:
					t.Fatalf("told %v while %v was judged", got.name, name)
				case got.name != told && told != Unknown && got.name != Unknown && (lasted < dwellActivated || at-since < dwellActivated):
					t.Fatalf("from %v to %v after %v, held for %v", told, got.name, lasted, at-since)
				case name != Unknown && got.name != name && free >= dwellNamed+time.Second:
					t.Fatalf("%v still not told after %v", name, free)
				}
				if got.name != told {
					told, since = got.name, at
				}
				lasted, free = lasted+time.Second, free+time.Second
				at += time.Second
			}
		}
	})
}

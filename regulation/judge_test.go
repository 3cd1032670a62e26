package regulation

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/dsp"
)

// worn is a wearer of whom everything is known and nothing is unusual.
func worn(change func(*circumstances)) circumstances {
	c := circumstances{
		sensed: true, contact: true, stage: StageKnown, arousal: dsp.Some(0), vagal: dsp.Some(0),
		noPulse: ReasonPoorSignal, nothing: ReasonPoorSignal,
	}
	if change != nil {
		change(&c)
	}
	return c
}

func TestJudgeByTheRulesOfDesignSection4(t *testing.T) {
	type c = circumstances
	for _, row := range []struct {
		name   string
		change func(*c)
		want   verdict
	}{
		{"arousal not high and vagal not low is settled", nil, verdict{Settled, ReasonNone, 1}},
		{"arousal high and vagal not low is engaged", func(x *c) { x.high = true }, verdict{Engaged, ReasonNone, 1}},
		{"arousal high and vagal low is activated", func(x *c) { x.high, x.low = true, true }, verdict{Activated, ReasonNone, 1}},
		{"arousal not high and vagal low is withdrawn", func(x *c) { x.low = true }, verdict{Withdrawn, ReasonNone, 1}},
		{"vagal null and arousal high is activated up to 0.6", func(x *c) { x.vagal, x.high = dsp.Maybe{}, true }, verdict{Activated, ReasonNone, 0.6}},
		{"vagal null and arousal high soon after stirring together is moving: it may be effort", func(x *c) { x.vagal, x.high, x.stirred = dsp.Maybe{}, true, true },
			verdict{Unknown, ReasonMoving, 0}},
		{"vagal null for a withheld pulse is unknown: poor_signal", func(x *c) { x.vagal = dsp.Maybe{} }, verdict{Unknown, ReasonPoorSignal, 0}},
		{"vagal null for the pacer is unknown: paced_breathing", func(x *c) { x.vagal, x.noPulse = dsp.Maybe{}, ReasonPacedBreathing },
			verdict{Unknown, ReasonPacedBreathing, 0}},
		{"the pacer and arousal high is activated up to 0.6", func(x *c) { x.vagal, x.noPulse, x.high = dsp.Maybe{}, ReasonPacedBreathing, true },
			verdict{Activated, ReasonNone, 0.6}},
		{"vagal null for a pulse sensor off the skin is unknown: no_contact", func(x *c) { x.vagal, x.noPulse = dsp.Maybe{}, ReasonNoContact },
			verdict{Unknown, ReasonNoContact, 0}},
		{"vagal off or an uneven pulse, not high, is settled up to 0.6", func(x *c) { x.vagal, x.skinOnly = dsp.Maybe{}, true },
			verdict{Settled, ReasonNone, 0.6}},
		{"vagal off or an uneven pulse, high, is activated up to 0.6", func(x *c) { x.vagal, x.skinOnly, x.high = dsp.Maybe{}, true, true },
			verdict{Activated, ReasonNone, 0.6}},
		{"arousal null is unknown with its reason", func(x *c) { x.arousal, x.low = dsp.Maybe{}, true }, verdict{Unknown, ReasonPoorSignal, 0}},
		{"moving is unknown, never activated", func(x *c) { x.moving, x.high, x.low = true, true, true }, verdict{Unknown, ReasonMoving, 0}},
		{"moving without a vagal axis is unknown, never activated", func(x *c) { x.moving, x.high, x.vagal = true, true, dsp.Maybe{} },
			verdict{Unknown, ReasonMoving, 0}},
		{"new is learning, whatever the body does", func(x *c) { x.stage, x.high, x.low, x.moving = StageNew, true, true, true },
			verdict{Unknown, ReasonLearning, 0}},
		{"first is named like known", func(x *c) { x.stage = StageFirst }, verdict{Settled, ReasonNone, 1}},
		{"no contact comes before learning", func(x *c) { x.contact, x.stage = false, StageNew }, verdict{Unknown, ReasonNoContact, 0}},
		{"paused is no_contact", func(x *c) { x.sensed = false }, verdict{Unknown, ReasonNoContact, 0}},
		{"night is not judged, worn or not", func(x *c) { x.night, x.contact = true, false }, verdict{Unknown, ReasonNight, 0}},
		{"set-up comes first of all", func(x *c) { x.setUp, x.night, x.sensed = true, true, false }, verdict{Unknown, ReasonSetUp, 0}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := judge(worn(row.change)); got != row.want {
				t.Errorf("judge = %v, want %v", got, row.want)
			}
		})
	}
}

func TestHysteresisHoldsFromOneUntilAHalf(t *testing.T) {
	for _, row := range []struct {
		name   string
		values []float64
		sign   float64
		want   bool
	}{
		{"just under +1.0 is not high", []float64{0.99}, 1, false},
		{"+1.0 is high", []float64{1}, 1, true},
		{"high holds down to just above +0.5", []float64{1.2, 0.51}, 1, true},
		{"+0.5 ends it", []float64{1.2, 0.5}, 1, false},
		{"after its end +0.9 is not enough", []float64{1.2, 0.4, 0.9}, 1, false},
		{"−1.0 is low", []float64{-1}, -1, true},
		{"low holds up to just under −0.5", []float64{-1.5, -0.51}, -1, true},
		{"−0.5 ends it", []float64{-1.5, -0.5}, -1, false},
		{"+3 is not low", []float64{3}, -1, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			var l latch
			for _, v := range row.values {
				l.step(dsp.Some(v), row.sign)
			}
			if l.on != row.want {
				t.Errorf("after %v: %v, want %v", row.values, l.on, row.want)
			}
		})
	}
	l := latch{on: true}
	if l.step(dsp.Maybe{}, 1); l.on {
		t.Error("an unknown axis stayed high")
	}
}

func TestDwell(t *testing.T) {
	named := func(n Name) verdict { return verdict{n, ReasonNone, 1} }
	for _, row := range []struct {
		name     string
		from, to verdict
		stirred  bool
		after    int // seconds until told
	}{
		{"thirty seconds between names", named(Settled), named(Engaged), false, 30},
		{"thirty seconds out of activated", named(Activated), named(Settled), false, 30},
		{"fifteen seconds into activated", named(Settled), named(Activated), false, 15},
		{"fifteen seconds from unknown, for there is no name to protect", unknown(ReasonMoving), named(Settled), false, 15},
		{"none into unknown, for a doubt must not wait", named(Settled), unknown(ReasonMoving), false, 0},
		{"fifteen seconds from activated to engaged: a mistake is taken back as soon as it was made", named(Activated), named(Engaged), false, 15},
		{"thirty seconds into activated after stirring together", named(Settled), named(Activated), true, 30},
		{"thirty seconds from unknown into activated after stirring together", unknown(ReasonMoving), named(Activated), true, 30},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := dwelling{held: row.from}
			for s := 0; s <= 60; s++ {
				if d.step(time.Duration(s)*time.Second, row.to, row.stirred, false) == row.to {
					if s != row.after {
						t.Errorf("told after %d s, want %d s", s, row.after)
					}
					return
				}
			}
			t.Error("never told")
		})
	}
	t.Run("a flicker begins the dwell anew", func(t *testing.T) {
		d := dwelling{held: named(Settled)}
		for s := range 80 {
			v := named(Engaged)
			if s%20 == 19 {
				v = named(Settled)
			}
			if got := d.step(time.Duration(s)*time.Second, v, false, false); got.name != Settled {
				t.Fatalf("%v after %d s", got.name, s)
			}
		}
	})
}

// What must last is that the held name is wrong. On the way back from activated the axes come back one after the other, and the names
// between them are none of the body's.
func TestTheWayBackFromANameMayLeadOverOthers(t *testing.T) {
	named := func(n Name) verdict { return verdict{n, ReasonNone, 1} }
	type span struct {
		name    Name
		seconds int
		fast    bool
	}
	for _, row := range []struct {
		name string
		held Name
		way  []span
		told []Name // in order, without the held one
		at   int    // second at which the last of them is told
	}{
		{"over withdrawn to settled, as one departure", Activated, []span{{Withdrawn, 20, false}, {Settled, 30, false}}, []Name{Settled}, 35},
		{"the last name must have lasted fifteen seconds", Activated, []span{{Withdrawn, 29, false}, {Settled, 30, false}}, []Name{Settled}, 44},
		{"withdrawn after activated takes thirty seconds of its own", Activated, []span{{Settled, 20, false}, {Withdrawn, 40, false}}, []Name{Withdrawn}, 50},
		{"and none of them while the heart still falls", Activated, []span{{Withdrawn, 40, true}, {Settled, 30, false}}, []Name{Settled}, 55},
		{"but it is told once the heart is at rest", Engaged, []span{{Withdrawn, 10, true}, {Withdrawn, 60, false}}, []Name{Withdrawn}, 39},
		{"a fast heart holds nothing back after settled", Settled, []span{{Withdrawn, 60, true}}, []Name{Withdrawn}, 30},
		{"activated is told on its own account alone", Settled, []span{{Engaged, 25, false}, {Activated, 14, false}, {Engaged, 1, false}, {Settled, 40, false}}, nil, 0},
		{"going back to the held name begins the departure anew", Settled, []span{{Engaged, 29, false}, {Settled, 1, false}, {Engaged, 29, false}, {Settled, 20, false}}, nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := dwelling{held: named(row.held)}
			var told []Name
			at, was, last := 0, row.held, 0
			for _, s := range row.way {
				for range s.seconds {
					if got := d.step(time.Duration(at)*time.Second, named(s.name), false, s.fast).name; got != was {
						told, was, last = append(told, got), got, at
					}
					at++
				}
			}
			if !slices.Equal(told, row.told) || last != row.at {
				t.Errorf("told %v, the last after %d s; want %v after %d s", told, last, row.told, row.at)
			}
		})
	}
}

func TestANameComesBackAtOnceAfterAShortDoubt(t *testing.T) {
	activated, doubt := verdict{Activated, ReasonNone, 1}, unknown(ReasonMoving)
	for _, row := range []struct {
		name    string
		doubt   int // seconds
		stirred bool
		back    bool // at once
	}{
		{"after ten seconds", 10, false, true},
		{"not after forty: nobody knows what was in between", 40, false, false},
		{"not activated after stirring together", 10, true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := dwelling{}
			at := 0
			step := func(v verdict, seconds int) (told verdict) {
				for range seconds {
					told = d.step(time.Duration(at)*time.Second, v, row.stirred, false)
					at++
				}
				return told
			}
			if step(activated, 40) != activated || step(doubt, row.doubt) != doubt {
				t.Fatal("the beginning is not as it should be")
			}
			if got := step(activated, 1) == activated; got != row.back {
				t.Errorf("back at once: %v, want %v", got, row.back)
			}
		})
	}
}

func TestConfidence(t *testing.T) {
	rest := axis{value: dsp.Some(0), se: 0.5, complete: 1}
	sure := certainty{name: Settled, arousal: rest, vagal: rest, quality: 1, stage: StageKnown, ceiling: 1}
	with := func(change func(*certainty)) float64 {
		c := sure
		change(&c)
		return confidence(c)
	}
	whole := with(func(*certainty) {})
	for _, row := range []struct {
		name     string
		got      float64
		low, top float64
	}{
		{"a clear case on a clean signal is confident", whole, 0.9, 1},
		{"on the threshold it is a coin's toss", with(func(c *certainty) { c.arousal.value = dsp.Some(1) }), 0.45, 0.5},
		{"while the axes clearly say another name there is next to none", with(func(c *certainty) { c.arousal.value = dsp.Some(2) }), 0, 0.02},
		{"an axis seen badly leaves less", with(func(c *certainty) { c.arousal.se = 1 }), 0.8, whole - 0.02},
		{"a signal of quality 0.9 is as good as signals are", with(func(c *certainty) { c.quality = 0.9 }), whole, whole},
		{"half of that quality halves it", with(func(c *certainty) { c.quality = 0.45 }), whole / 2, whole / 2},
		{"stage first caps at 0.6", with(func(c *certainty) { c.stage = StageFirst }), 0.6, 0.6},
		{"a ceiling caps", with(func(c *certainty) { c.ceiling = 0.6 }), 0.6, 0.6},
		{"an own rest far from most people's lowers it", with(func(c *certainty) { c.unlike = true }), whole * 0.8, whole * 0.8},
		{"a missing channel lowers it", with(func(c *certainty) { c.arousal.complete = 0.35 }), whole * 0.7, whole * 0.8},
		{"settled while skin and heart contradict each other stays under 0.5", with(func(c *certainty) { c.odd = true }), 0, 0.49},
		{"unknown has none", with(func(c *certainty) { c.name = Unknown }), 0, 0},
	} {
		if row.got < row.low-1e-9 || row.got > row.top+1e-9 {
			t.Errorf("%s: %.3f, want %.3f…%.3f", row.name, row.got, row.low, row.top)
		}
	}
}

func TestThePopulationFadesAsOwnMinutesCome(t *testing.T) {
	people := populations()
	p := people[featureHeartRate]
	was := p.mean
	for _, minutes := range []float64{0, 3, 20, 200} {
		own := sample{median: 52, mad: 2, count: minutes / minutesPerSample}
		r := p.refer(own, sample{})
		if minutes > 0 && (r.centre >= was || r.centre < 52) {
			t.Errorf("%v minutes: centre %.2f, want between 52 and %.2f", minutes, r.centre, was)
		}
		was = r.centre
	}
	if math.Abs(was-52) > 0.1 {
		t.Errorf("after 200 minutes the centre is %.2f, want the own 52", was)
	}
	stranger := p.refer(sample{}, sample{})
	if want := math.Hypot(p.between, p.within); math.Abs(stranger.spread-want) > 1e-9 {
		t.Errorf("a stranger's spread is %.3f, want that within and between people, %.3f", stranger.spread, want)
	}
}

func TestATinyMADDoesNotExplode(t *testing.T) {
	for f, p := range populations() {
		r := p.refer(sample{median: p.mean, mad: 0, count: 80}, sample{})
		if r.spread < p.floor {
			t.Errorf("feature %d: spread %.3f under its floor %.3f", f, r.spread, p.floor)
		}
		if z := r.z(1e9); z != p.limit {
			t.Errorf("feature %d: z of a wild value is %v, want the limit %v", f, z, p.limit)
		}
	}
}

func TestOldDaysWeighLess(t *testing.T) {
	var minutes []RestMinute
	for i := range 20 {
		rate := 70.0
		if i >= 10 {
			rate = 60
		}
		minutes = append(minutes, RestMinute{Day: 20000 + int32(i/10)*56, HeartRate: dsp.Some(rate)})
	}
	var w weighing
	s := w.sample(minutes, featureHeartRate, 20056)
	if s.median != 60 {
		t.Errorf("median %v, want the newer rest's 60: the older one lies two half-lives back", s.median)
	}
	if want := (10 + 10*0.25) / minutesPerSample; math.Abs(s.count-want) > 1e-9 {
		t.Errorf("worth %.3f samples, want %.3f", s.count, want)
	}
}

func TestEveryParameterOfAFeatureIsSound(t *testing.T) {
	for f, p := range populations() {
		if p.name == "" || p.weight <= 0 || p.floor <= 0 || p.within <= 0 || p.limit < 1 {
			t.Errorf("feature %d: %+v", f, p)
		}
	}
}

func TestQuantileLiesAmongTheValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "n")
		items := make([]weighed, n)
		total, low, top := 0.0, math.Inf(1), math.Inf(-1)
		for i := range items {
			items[i] = weighed{rapid.Float64Range(-10, 10).Draw(t, "value"), rapid.Float64Range(0.01, 1).Draw(t, "weight")}
			total += items[i].weight
			low, top = min(low, items[i].value), max(top, items[i].value)
		}
		q := quantile(items, total, rapid.Float64Range(0, 1).Draw(t, "q"))
		if !(q >= low && q <= top) {
			t.Fatalf("quantile %v outside %v…%v", q, low, top)
		}
	})
}

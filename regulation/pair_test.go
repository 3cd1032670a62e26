package regulation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// wave is a slow random signal, as heart rate and phasic skin conductance are: a smoothed walk with breaths on it.
func wave(seed uint64, n int) []float64 {
	random := rand.New(rand.NewPCG(seed, 99))
	w := make([]float64, n)
	walk, smooth := 0.0, 0.0
	for i := range w {
		walk += -walk/20 + random.NormFloat64()
		smooth += (walk - smooth) / 3
		w[i] = smooth
	}
	return w
}

// two runs a Pair over two signals and gives all it told.
func two(a, b []float64, missing func(s int) bool) []regulation.Coregulation {
	p := regulation.NewPair()
	features := func(x float64) regulation.Features {
		return regulation.Features{
			HasPulse: true, HasSkin: true, Sensed: true,
			Pulse: dsp.PulseFeatures{Contact: true, Quality: 0.9, Fresh: beating(70 + x)},
			Skin:  dsp.SkinFeatures{Contact: true, Quality: 0.9, Phasic: dsp.Some(0.1 * x)},
		}
	}
	var out []regulation.Coregulation
	for s := range a {
		fa, fb := features(a[s]), features(b[s])
		if missing != nil && missing(s) {
			fa.Pulse.Quality = 0.1
		}
		for _, v := range p.Second(nil, time.Duration(s)*time.Second, fa, fb) {
			out = append(out, v.(regulation.Coregulation))
		}
	}
	return out
}

// beating is what becomes certain in a second of a heart of that rate: one beat.
func beating(bpm float64) dsp.Fresh { return dsp.Fresh{Intervals: 1, NN: 60000 / bpm} }

func TestStrangersAreSignificantInAtMostOneWindowInTwenty(t *testing.T) {
	significant, windows := 0, 0
	for seed := range uint64(12) {
		for _, c := range two(wave(2*seed+1, 2400), wave(2*seed+2, 2400), nil) {
			windows++
			if c.Significant {
				significant++
			}
		}
	}
	t.Logf("%d of %d windows significant", significant, windows)
	if windows < 1000 || significant*20 > windows {
		t.Errorf("%d of %d windows significant, want at most 5 %%", significant, windows)
	}
}

func TestCoupledSignalsAreFoundWithSignAndLag(t *testing.T) {
	for _, row := range []struct {
		name string
		lag  int // s by which the second follows
		sign float64
	}{
		{"in phase", 0, 1},
		{"the second follows by 3 s", 3, 1},
		{"the first follows by 2 s", -2, 1},
		{"in anti-phase, the second follows by 1 s", 1, -1},
	} {
		t.Run(row.name, func(t *testing.T) {
			source, noiseA, noiseB := wave(5, 1820), wave(6, 1820), wave(7, 1820)
			a, b := make([]float64, 1800), make([]float64, 1800)
			for s := range a {
				a[s] = source[s+10] + 0.4*noiseA[s]
				b[s] = row.sign*source[s+10-row.lag] + 0.4*noiseB[s]
			}
			right, windows := 0, 0
			for _, c := range two(a, b, nil) {
				windows++
				if lag := c.Lag.Value - float64(row.lag); c.Significant && c.R.Value*row.sign > 0 && lag >= -1 && lag <= 1 {
					right++
				}
			}
			t.Logf("%d of %d windows right", right, windows)
			if windows == 0 || right*10 < windows*9 {
				t.Errorf("%d of %d windows significant with the right sign and lag, want 90 %%", right, windows)
			}
		})
	}
}

func TestNothingIsToldBeforeAllSurrogatesHaveHistory(t *testing.T) {
	if out := two(wave(1, 240), wave(2, 240), nil); len(out) != 0 {
		t.Errorf("%d values in the first four minutes, want none: %v", len(out), out[0])
	}
	if out := two(wave(1, 600), wave(2, 600), nil); len(out) == 0 {
		t.Error("nothing after ten minutes")
	}
}

func TestAGapIsAbsentAndAPauseForgets(t *testing.T) {
	out := two(wave(1, 900), wave(1, 900), func(s int) bool { return s >= 700 && s < 710 })
	absent := 0
	for _, c := range out {
		if c.Signal == "heart_rate" && !c.R.Known {
			absent++
			if c.Lag.Known || c.Significant {
				t.Errorf("a window with a gap told %+v", c)
			}
		}
	}
	if absent < 8 || absent > 12 {
		t.Errorf("%d windows absent, want those that touch its 10 s and the settling after it", absent)
	}
	p := regulation.NewPair()
	w := wave(1, 1200)
	told := 0
	for s := range w {
		f := regulation.Features{HasPulse: true, Sensed: true, Pulse: dsp.PulseFeatures{Contact: true, Quality: 1, Fresh: beating(70 + w[s])}}
		g := f
		g.Sensed = s != 800
		if n := len(p.Second(nil, time.Duration(s)*time.Second, f, g)); s >= 800 && s < 1000 {
			told += n
		}
	}
	if told > 0 {
		t.Errorf("%d values in the minutes after a pause, want none: all was to be forgotten", told)
	}
}

// A pair has nothing to say before its surrogates are done, minutes after anything broke off, and says the same of two people whichever
// is called the first, and however much their skins conduct.
func TestAPairWaitsForItsSurrogatesAndKnowsNoFirst(t *testing.T) {
	for lag := -4; lag <= 4; lag++ {
		sign := 1.0
		if lag%2 != 0 {
			sign = -1
		}
		t.Run(fmt.Sprintf("the second follows by %d s, sign %v", lag, sign), func(t *testing.T) {
			noFirst(t, lag, sign, 30*(lag+4))
		})
	}
}

// noFirst plays a pair three times: as it is, the other way round, and with a skin that conducts four times as much.
func noFirst(t *testing.T, lag int, sign float64, broken int) {
	t.Helper()
	seed := uint64(40 + 3*lag)
	source, noiseA, noiseB := wave(seed, 920), wave(seed+1, 920), wave(seed+2, 920)
	ab, ba, scaled := regulation.NewPair(), regulation.NewPair(), regulation.NewPair()
	told := 0
	for s := range 900 {
		at := time.Duration(s) * time.Second
		a, b := paired(source[s+10]+0.2*noiseA[s]), paired(sign*source[s+10-lag]+0.2*noiseB[s])
		a.Sensed = s != broken
		more := a
		more.Skin.Phasic.Value *= 4
		one, other := ab.Second(nil, at, a, b), ba.Second(nil, at, b, a)
		if len(one) > 0 && s < broken+5*60 {
			t.Fatalf("told %v after %d s, a pause at %d", one, s, broken)
		}
		if got := scaled.Second(nil, at, more, b); !slices.Equal(got, one) {
			t.Fatalf("%v, and %v of a skin that conducts four times as much", one, got)
		}
		if len(one) != len(other) {
			t.Fatalf("second %d: %d values, and %d the other way round", s, len(one), len(other))
		}
		for i := range one {
			c, d := one[i].(regulation.Coregulation), other[i].(regulation.Coregulation)
			if c.Signal != d.Signal || c.R.Value*sign <= 0 || d.R.Value*sign <= 0 || math.Abs(c.Lag.Value+d.Lag.Value) > 1 {
				t.Fatalf("%+v, and the other way round %+v; lag %d, sign %v", c, d, lag, sign)
			}
		}
		told += len(one)
	}
	if told == 0 {
		t.Fatal("nothing was told")
	}
}

// paired is a wearer whose two signals both do what x does.
func paired(x float64) regulation.Features {
	return regulation.Features{
		HasPulse: true, HasSkin: true, Sensed: true,
		Pulse: dsp.PulseFeatures{Contact: true, Quality: 0.9, Fresh: beating(70 + x)},
		Skin:  dsp.SkinFeatures{Contact: true, Quality: 0.9, Phasic: dsp.Some(0.1 * x)},
	}
}

func TestThePairIsTheSameOnEveryRun(t *testing.T) {
	a, b := wave(3, 900), wave(4, 900)
	first, second := fmt.Sprint(two(a, b, nil)), fmt.Sprint(two(a, b, nil))
	if first != second {
		t.Error("two runs over one input differ")
	}
}

func TestThePairAllocatesNothingWhenNothingIsTold(t *testing.T) {
	p := regulation.NewPair()
	w := wave(1, 2000)
	at := 0
	dst := make([]dsp.Value, 0, 4)
	step := func() {
		f := regulation.Features{HasPulse: true, Sensed: true, Pulse: dsp.PulseFeatures{Contact: true, Quality: 1, Fresh: beating(70 + w[at])}}
		dst = p.Second(dst[:0], time.Duration(at)*time.Second, f, f)
		at++
	}
	for step(); len(dst) == 0; step() {
	}
	for range 20 {
		if allocs := testing.AllocsPerRun(3, step); allocs != 0 { // the four seconds up to the next value
			t.Fatalf("%v allocations, want 0", allocs)
		}
		step()
	}
}

func BenchmarkPairSecond(b *testing.B) {
	p := regulation.NewPair()
	x, y := wave(1, 4000), wave(2, 4000)
	dst := make([]dsp.Value, 0, 4)
	b.ReportAllocs()
	at := 0
	for b.Loop() {
		f := regulation.Features{HasPulse: true, HasSkin: true, Sensed: true}
		f.Pulse = dsp.PulseFeatures{Contact: true, Quality: 1, Fresh: beating(70 + x[at%4000])}
		f.Skin = dsp.SkinFeatures{Contact: true, Quality: 1, Phasic: dsp.Some(x[at%4000])}
		g := f
		g.Pulse.Fresh, g.Skin.Phasic = beating(70+y[at%4000]), dsp.Some(y[at%4000])
		dst = p.Second(dst[:0], time.Duration(at)*time.Second, f, g)
		at++
	}
}

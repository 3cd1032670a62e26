package dsp

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestGridCellsAreMeansOfTheLineBetweenSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := grid{step: 8 * time.Millisecond, longest: longestStep}
		level, slope := rapid.Float64Range(-5, 5).Draw(t, "level"), rapid.Float64Range(-5, 5).Draw(t, "slope")
		at := time.Duration(rapid.Int64Range(-1e9, 1e12).Draw(t, "start"))
		before, have := int64(0), false
		for range 200 {
			g.add(at, level+slope*at.Seconds())
			for g.full() {
				k, v, whole := g.next()
				if !whole {
					continue
				}
				want := level + slope*g.middle(k, 0).Seconds()
				if math.Abs(v-want) > 1e-6*(1+math.Abs(want)) {
					t.Fatalf("cell %d is %v, want %v", k, v, want)
				}
				if have && k != before+1 {
					t.Fatalf("cell %d follows %d", k, before)
				}
				before, have = k, true
			}
			at += time.Duration(rapid.Int64Range(1, int64(60*time.Millisecond)).Draw(t, "dt"))
		}
		if !have {
			t.Fatal("no cell")
		}
	})
}

func TestGridDrawsNoLineAcrossAGap(t *testing.T) {
	g := grid{step: 8 * time.Millisecond, longest: longestStep}
	ms := time.Millisecond
	for _, at := range []time.Duration{0, 10 * ms, 20 * ms} {
		g.add(at, 1)
		for g.full() {
			g.next()
		}
	}
	if g.add(300*ms, 9) {
		t.Error("280 ms later counts as following")
	}
	if g.full() {
		t.Error("a cell from a single sample")
	}
	if !g.add(290*ms, 5) {
		t.Error("time running backwards broke the stretch")
	}
	g.add(320*ms, 9)
	if _, _, whole := g.next(); whole {
		t.Error("a cell of which only the end is covered")
	}
	k, v, ok := g.next()
	if !ok || v != 9 || k != 38 {
		t.Errorf("first cell after the gap: %d %v %v", k, v, ok)
	}
}

func TestTrailingMedianEqualsSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-9, 9), 1, 60).Draw(t, "values")
		w := newTrailing(11)
		for i, v := range values {
			w.add(v)
			part := slices.Clone(values[max(0, i-10) : i+1])
			slices.Sort(part)
			if w.median() != quantile(part, 0.5) || !slices.Equal(w.sorted, part) {
				t.Fatalf("after %d: %v, want %v", i, w.sorted, part)
			}
		}
	})
}

// feed runs intervals through the classifier into a record.
func feed(rr []float64) (*record, []IBIClass) {
	c, r := newClassifier(), &record{}
	at := time.Duration(0)
	var classes []IBIClass
	var out []interval
	for i, ms := range rr {
		dur := time.Duration(ms * 1e6)
		at += dur
		out = c.push(out[:0], at, dur, i == 0)
		for _, iv := range out {
			r.add(iv)
			classes = append(classes, iv.Class)
		}
	}
	return r, classes
}

func calm(n int) []float64 {
	random := rand.New(rand.NewPCG(9, 9))
	out := make([]float64, n)
	for i := range out {
		out[i] = 850 + 40*math.Sin(2*math.Pi*float64(i)/4.7) + 30*math.Sin(2*math.Pi*float64(i)/13) + 12*random.NormFloat64()
	}
	return out
}

func TestWindowSumsEqualDirectComputation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &record{}
		w := window{span: 20 * time.Second, record: r}
		at, follows := time.Duration(0), false
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		random := rand.New(rand.NewPCG(uint64(n), 1))
		for i := range n {
			ms := 300 + 1500*random.Float64()
			at += time.Duration(ms * 1e6)
			class := ClassNN
			if random.IntN(6) == 0 {
				class = ClassEctopic
			}
			r.add(interval{IBI: IBI{T: at, Dur: time.Duration(ms * 1e6), Class: class}, ms: ms, follows: follows})
			follows = random.IntN(10) > 0
			if i%7 == 0 {
				w.advance(at)
			}
		}
		w.advance(at)
		checkWindow(t, r, &w, at)
	})
}

// checkWindow recomputes a window from the record.
func checkWindow(t *rapid.T, r *record, w *window, at time.Duration) {
	var nn []float64
	var squares float64
	var pairs, excluded int
	first := true
	for i := r.oldest(); i < r.end; i++ {
		e := r.at(i)
		if e.t <= at-w.span {
			continue
		}
		if e.class == ClassNN {
			nn = append(nn, e.ms)
		} else {
			excluded++
		}
		if e.pair && !first {
			pairs++
			squares += e.diff * e.diff
		}
		first = false
	}
	var sum float64
	for _, v := range nn {
		sum += v
	}
	s := w.s
	if s.n != len(nn) || s.pairs != pairs || s.excluded != excluded || math.Abs(s.diffSquare-squares) > 1e-6*(1+squares) ||
		math.Abs(s.sum+w.centre*float64(s.n)-sum) > 1e-6*(1+sum) {
		t.Fatalf("sums %+v about %v, want n %d pairs %d excluded %d squares %v sum %v", s, w.centre, len(nn), pairs, excluded, squares, sum)
	}
}

func TestMeasuresWaitForTheirMinimumAndRefuseTooManyExcluded(t *testing.T) {
	rr := calm(80)
	r, _ := feed(rr)
	for _, test := range []struct {
		seconds     float64
		rmssd, sdnn bool
	}{{15, false, false}, {28, false, false}, {38, true, false}, {60, true, true}} {
		w := window{span: time.Minute, record: r}
		part := &record{}
		for i := int64(0); i < r.end && r.at(i).t.Seconds() <= test.seconds; i++ {
			*part.at(i) = *r.at(i)
			part.end++
		}
		w.record = part
		w.advance(time.Duration(test.seconds * 1e9))
		v := w.measures()
		if v.RMSSD.Known != test.rmssd || v.SDNN.Known != test.sdnn || v.PNN50.Known != test.sdnn || !v.ExcludedPercent.Known {
			t.Errorf("after %v s: %+v", test.seconds, v)
		}
	}
	for i := range int64(5) {
		r.at(r.end - 1 - 6*i).class = ClassEctopic
	}
	marked := window{span: time.Minute, record: r}
	marked.advance(r.at(r.end - 1).t)
	if v := marked.measures(); !v.RMSSD.Known || !v.Marked() {
		t.Errorf("7 %% excluded: %+v", v)
	}
	for i := range int64(9) {
		r.at(r.end - 1 - 6*i).class = ClassEctopic
	}
	w := window{span: time.Minute, record: r}
	w.advance(r.at(r.end - 1).t)
	if v := w.measures(); v.MeanNN.Known || v.RMSSD.Known || v.SDNN.Known || v.ExcludedPercent.Value < 10 {
		t.Errorf("12 %% excluded: %+v", v)
	}
}

func TestLiveClassesOfInjectedArtefacts(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(rr []float64, i int) []float64
		class IBIClass
	}{
		{"a missed beat", func(rr []float64, i int) []float64 {
			rr[i] += rr[i+1]
			return slices.Delete(rr, i+1, i+2)
		}, ClassMissed},
		{"an extra beat", func(rr []float64, i int) []float64 {
			whole := rr[i]
			rr[i] = 0.4 * whole
			return slices.Insert(rr, i+1, 0.6*whole)
		}, ClassExtra},
		{"a premature beat with its pause", func(rr []float64, i int) []float64 {
			rr[i], rr[i+1] = rr[i]-250, rr[i+1]+250
			return rr
		}, ClassEctopic},
	}
	clean := calm(300)
	r, classes := feed(clean)
	for i, c := range classes[1:] {
		if c != ClassNN {
			t.Errorf("clean interval %d of %.0f ms is %v", i+1, clean[i+1], c)
		}
	}
	want := rmssdOf(r)
	for _, test := range tests {
		for _, at := range []int{15, 100, 250} { // the first by the rule of the median, the others by the thresholds
			t.Run(test.name, func(t *testing.T) {
				r, classes := feed(test.spoil(slices.Clone(clean), at))
				if classes[at] != test.class {
					t.Errorf("interval %d is %v, want %v", at, classes[at], test.class)
				}
				if got := rmssdOf(r); math.Abs(got/want-1) > 0.05 {
					t.Errorf("RMSSD %.1f, without artefact %.1f", got, want)
				}
			})
		}
	}
}

func rmssdOf(r *record) float64 {
	var s total
	for i := r.oldest(); i < r.end; i++ {
		s.interval(r.at(i))
	}
	return math.Sqrt(s.diffSquare / float64(s.pairs)) // also where so many are excluded that nobody would be told
}

func TestNothingIsComparedAcrossARun(t *testing.T) {
	c, r := newClassifier(), &record{}
	at := time.Duration(0)
	for i := range 40 {
		dur := 800 * time.Millisecond
		at += dur
		for _, iv := range c.push(nil, at, dur, i == 0 || i == 20) {
			r.add(iv)
		}
	}
	gaps, pairs := 0, 0
	for i := range r.end {
		if r.at(i).class == ClassAfterGap {
			gaps++
		}
		if r.at(i).pair {
			pairs++
		}
	}
	if gaps != 2 || pairs != 38-2-2 {
		t.Errorf("%d after gaps, %d pairs of %d intervals", gaps, pairs, r.end)
	}
}

// sine is a record whose intervals swing by amplitude ms about 800 at a frequency.
func sine(amplitude, hz, seconds float64) *record {
	r := &record{}
	for at := 0.8; at < seconds; {
		ms := 800 + amplitude*math.Sin(2*math.Pi*hz*at)
		at += ms / 1000
		r.add(interval{IBI: IBI{T: time.Duration(at * 1e9)}, ms: ms, follows: true})
	}
	return r
}

func TestSpectralMeasuresOfASineEqualItsVariance(t *testing.T) {
	for _, test := range []struct {
		name     string
		hz       float64
		lf       bool
		relative float64
	}{{"in LF", 0.1, true, 0.06}, {"in HF", 0.25, false, 0.2}} {
		t.Run(test.name, func(t *testing.T) {
			r := sine(30, test.hz, 310)
			w := window{span: longWindow, record: r}
			w.advance(310 * time.Second)
			v := w.measures()
			newSpectra().long(&v, &w, 310*time.Second, Some(60*test.hz))
			power, other := v.LF, v.HF
			if !test.lf {
				power, other = v.HF, v.LF
			}
			if !power.Known || math.Abs(power.Value/450-1) > test.relative || other.Value > 20 {
				t.Errorf("LF %+v HF %+v, want 450 ms² in one of them", v.LF, v.HF)
			}
			if !v.RSA.Known || math.Abs(v.RSA.Value/60-1) > 0.25 {
				t.Errorf("RSA %+v, want near 60 ms peak to trough", v.RSA)
			}
			if !test.lf && math.Abs(v.RSALn.Value-math.Log(450)) > 0.3 {
				t.Errorf("RSA ln %+v, want near %.2f", v.RSALn, math.Log(450))
			}
		})
	}
}

func TestShortWindowGivesHFAndNoLF(t *testing.T) {
	r := sine(30, 0.25, 62)
	w := window{span: shortWindow, record: r}
	w.advance(62 * time.Second)
	v := w.measures()
	newSpectra().short(&v, &w, 62*time.Second, Some(15))
	if v.LF.Known || !v.HF.Known || math.Abs(v.HF.Value/450-1) > 0.25 || !v.RSALn.Known {
		t.Errorf("%+v", v)
	}
}

func TestAHoleLeavesNoSpectrum(t *testing.T) {
	r := sine(30, 0.25, 62)
	for i := range r.end {
		if e := r.at(i); e.t > 30*time.Second && e.t < 36*time.Second {
			e.class = ClassAfterGap
		}
	}
	w := window{span: shortWindow, record: r}
	w.advance(62 * time.Second)
	v := w.measures()
	newSpectra().short(&v, &w, 62*time.Second, Maybe{})
	if v.HF.Known || v.RSALn.Known || v.RSA.Known {
		t.Errorf("%+v", v)
	}
}

func TestLowpassRestsWithoutRinging(t *testing.T) {
	f := newLowpass(1, 20)
	f.rest(7)
	for range 100 {
		if y := f.next(7); math.Abs(y-7) > 1e-9 {
			t.Fatalf("rests at %v", y)
		}
	}
	var y, top float64
	for range 200 {
		y = f.next(8)
		top = max(top, y)
	}
	if math.Abs(y-8) > 1e-6 || top > 8.06 {
		t.Errorf("step ends at %v, top %v; Butterworth overshoots 4.3 %%", y, top)
	}
}

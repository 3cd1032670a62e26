package regulation_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hubd/dsp"
	"hubd/regulation"
)

// wanderer is an arousal that wanders back to a level by itself, with what a scene does to it added.
type wanderer struct {
	random *rand.Rand
	level  float64
	value  float64
}

// second goes one second on: a first-order autoregression of time constant 4 min, spread 1.
func (b *wanderer) second(push float64) float64 {
	const left = 1 - 1.0/240
	b.value = b.level + push + (b.value-b.level-push)*left + b.random.NormFloat64()*math.Sqrt(1-left*left)
	return b.value
}

// eveningOf lets 40 scenes come and go; soft is chosen where arousal is high when chosen says so, and pushes arousal.
func eveningOf(seed uint64, push float64, onlyWhenHigh bool) regulation.HelpedRow {
	b := &wanderer{random: rand.New(rand.NewPCG(seed, 7))}
	var h regulation.Helped
	second := time.Duration(0)
	run := func(d regulation.Doing, push float64, n int) {
		for range n {
			second += time.Second
			h.Second(second, dsp.Some(b.second(push)), d)
		}
	}
	base, soft := regulation.Doing{Name: "base"}, regulation.Doing{Name: "soft"}
	for range 40 {
		run(base, 0, 900)
		for high, tries := 0, 0; onlyWhenHigh && high < 4 && tries < 200; tries++ {
			run(base, 0, 30)
			if high++; b.value < 0.8 {
				high = 0
			}
		}
		run(soft, push, 300)
	}
	for _, r := range h.Rows() {
		if r.Name == "soft" {
			return r
		}
	}
	return regulation.HelpedRow{}
}

func TestWhatHelpedIsToldFromWhatWouldHaveComeAnyway(t *testing.T) {
	const evenings = 60
	for _, row := range []struct {
		name         string
		push         float64
		onlyWhenHigh bool
		wantLower    bool
	}{
		{"a scene that does nothing, at any time", 0, false, false},
		{"a scene that does nothing, chosen when arousal is high, from where it falls by itself", 0, true, false},
		{"a scene that calms", -1.5, false, true},
		{"a scene that calms, chosen when arousal is high", -1.5, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			lower, differs := 0, 0
			for seed := range uint64(evenings) {
				r := eveningOf(seed, row.push, row.onlyWhenHigh)
				if r.Times < 30 {
					t.Fatalf("seen %d times", r.Times)
				}
				if row.onlyWhenHigh && r.After >= r.Before {
					t.Fatalf("arousal %.2f before, %.2f after: it should have fallen", r.Before, r.After)
				}
				if math.Abs(r.Difference) > r.Margin {
					differs++
				}
				if r.Difference < -r.Margin {
					lower++
				}
			}
			if !row.wantLower && differs > evenings/8 { // 1 in 20 is what the margin allows
				t.Errorf("a difference is claimed in %d of %d evenings", differs, evenings)
			}
			if row.wantLower && lower < evenings*6/10 {
				t.Errorf("told as lower in %d of %d evenings only", lower, evenings)
			}
		})
	}
}

// holdArousal feeds a constant arousal.
func holdArousal(h *regulation.Helped, from, to time.Duration, arousal dsp.Maybe, d regulation.Doing) {
	for t := from; t < to; t += time.Second {
		h.Second(t, arousal, d)
	}
}

func TestWhatIsCountedOfAnEvening(t *testing.T) {
	base, soft := regulation.Doing{Name: "base"}, regulation.Doing{Name: "soft"}
	breath := regulation.Doing{Name: "breath", Practice: true}
	high, low := dsp.Some(1), dsp.Some(0.2)
	type part struct {
		minutes float64
		arousal dsp.Maybe
		doing   regulation.Doing
	}
	for _, row := range []struct {
		name  string
		parts []part
		times map[string]int
	}{
		{"a scene counts in its third minute", []part{{5, high, base}, {3.1, low, soft}}, map[string]int{"soft": 1}},
		{"not before", []part{{5, high, base}, {2.9, low, soft}}, map[string]int{}},
		{"one that another follows sooner does not", []part{{5, high, base}, {2, low, soft}, {3.1, low, base}}, map[string]int{"base": 1}},
		{"unknown arousal before it is no pair", []part{{5, dsp.Maybe{}, base}, {4, low, soft}}, map[string]int{}},
		{"unknown arousal after it is none either", []part{{5, high, base}, {4, dsp.Maybe{}, soft}}, map[string]int{}},
		{"a practice counts a minute and a half after its end", []part{{5, high, base}, {5, low, breath}, {1.6, low, base}}, map[string]int{"breath": 1}},
		{"not before", []part{{5, high, base}, {5, low, breath}, {1.4, low, base}}, map[string]int{}},
		{"one of half a minute does not", []part{{5, high, base}, {0.5, low, breath}, {2, low, base}}, map[string]int{}},
		{"the scene that comes back after it counts for nothing", []part{{5, high, base}, {5, low, breath}, {9, low, base}}, map[string]int{"breath": 1}},
		{"a session that ends after it leaves no pair", []part{{5, high, base}, {5, low, breath}, {0.5, low, base}, {9, low, regulation.Doing{}}}, map[string]int{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var h regulation.Helped
			at := time.Duration(0)
			for _, p := range row.parts {
				end := at + time.Duration(p.minutes*float64(time.Minute))
				holdArousal(&h, at, end, p.arousal, p.doing)
				at = end
			}
			got := map[string]int{}
			for _, r := range h.Rows() {
				if r.Name != "base" || row.times["base"] > 0 { // the first scene of all has nothing before it
					got[r.Name] = r.Times
				}
			}
			if len(got) != len(row.times) {
				t.Fatalf("counted %v, want %v", got, row.times)
			}
			for name, n := range row.times {
				if got[name] != n {
					t.Errorf("counted %v, want %v", got, row.times)
				}
			}
		})
	}
}

func TestABreakLeavesNoPairAcrossIt(t *testing.T) {
	var h regulation.Helped
	holdArousal(&h, 0, 5*time.Minute, dsp.Some(2), regulation.Doing{Name: "base"})
	h.Break()
	holdArousal(&h, time.Hour, time.Hour+5*time.Minute, dsp.Some(0), regulation.Doing{Name: "soft"})
	if rows := h.Rows(); len(rows) != 0 {
		t.Errorf("counted across a pause: %+v", rows)
	}
}

func TestOneTimeAloneClaimsLittle(t *testing.T) {
	var h regulation.Helped
	holdArousal(&h, 0, 5*time.Minute, dsp.Some(1), regulation.Doing{Name: "base"})
	holdArousal(&h, 5*time.Minute, 9*time.Minute, dsp.Some(0.2), regulation.Doing{Name: "soft"})
	for _, r := range h.Rows() {
		if r.Name == "soft" && math.Abs(r.Difference) > r.Margin {
			t.Errorf("once: %.2f ± %.2f is no evidence", r.Difference, r.Margin)
		}
	}
}

func BenchmarkHelpedSecond(b *testing.B) {
	var h regulation.Helped
	scenes := [...]regulation.Doing{{Name: "base"}, {Name: "soft"}, {Name: "breath", Practice: true}}
	b.ReportAllocs()
	for i := range b.N {
		h.Second(time.Duration(i)*time.Second, dsp.Some(float64(i%7)/7), scenes[i/400%3])
	}
}

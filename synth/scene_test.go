package synth_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubd/regulation"
	"hubd/synth"
)

const step = 4 * time.Millisecond

func scene(tb testing.TB, name string, seed uint64) *synth.Scene {
	tb.Helper()
	s, err := synth.New(name, seed)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// live lets a wearer live up to a time and hands each value of the pulse out, where somebody wants it.
func live(s *synth.Scene, wearer int, from, to time.Duration, each func(t time.Duration, volts float64)) {
	if each == nil {
		for t := from; t < to; t += time.Minute {
			s.Pulse(wearer, t)
		}
		s.Pulse(wearer, to-step)
		return
	}
	for t := from; t < to; t += step {
		each(t, s.Pulse(wearer, t))
	}
}

// within counts the times in [from, to).
func within(times []time.Duration, from, to time.Duration) []time.Duration {
	var in []time.Duration
	for _, t := range times {
		if t >= from && t < to {
			in = append(in, t)
		}
	}
	return in
}

func TestTheScenariosOfTheDesignAreThere(t *testing.T) {
	want := []string{"rest", "stress", "breathing", "intimacy", "freeze", "sensor-off", "two-people", "night"}
	if diff := cmp.Diff(want, synth.Names()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, name := range synth.Names() {
		s := scene(t, name, 1)
		if s.Name() != name || s.Title() == "" || s.Duration() < 5*time.Minute {
			t.Errorf("%s: name %q, title %q, length %v", name, s.Name(), s.Title(), s.Duration())
		}
		session := map[int]string{1: "alone", 2: "together"}[len(s.Wearers())]
		if s.Session() != session {
			t.Errorf("%s: %d wearers in session %q", name, len(s.Wearers()), s.Session())
		}
	}
	if scene(t, synth.Default, 1).Session() != "alone" {
		t.Error("the default scenario is for one")
	}
}

func TestAnUnknownScenarioIsAnErrorThatNamesThem(t *testing.T) {
	if _, err := synth.New("party", 1); err == nil || !strings.Contains(err.Error(), `"party": there are rest, stress`) {
		t.Errorf("error %v", err)
	}
}

func TestASeedIsAPersonAndASession(t *testing.T) {
	trace := func(seed uint64) ([]float64, synth.Truth) {
		s := scene(t, "intimacy", seed)
		var out []float64
		live(s, 1, 0, 30*time.Second, func(at time.Duration, v float64) { out = append(out, v, s.EDA(1, at), s.Motion(1, at)) })
		return out, s.Truth(1)
	}
	one, truth := trace(7)
	again, truthAgain := trace(7)
	if !cmp.Equal(one, again) || !cmp.Equal(truth, truthAgain) {
		t.Error("the same seed gave another session")
	}
	if other, _ := trace(8); cmp.Equal(one, other) {
		t.Error("two seeds gave the same session")
	}
}

func TestWhatIsAskedOfOneWearerDoesNotChangeTheOther(t *testing.T) {
	alone, both := scene(t, "two-people", 3), scene(t, "two-people", 3)
	live(both, 1, 0, 20*time.Second, nil)
	live(alone, 0, 0, 20*time.Second, func(at time.Duration, v float64) {
		if got := both.Pulse(0, at); got != v {
			t.Fatalf("at %v: %v, want %v", at, got, v)
		}
	})
}

func TestChannelsMayBeAskedALittleOutOfStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		straight, mixed := mustScene(t), mustScene(t)
		at := time.Duration(0)
		for range 40 {
			at += time.Duration(rapid.IntRange(0, 30_000_000).Draw(t, "step"))
			back := time.Duration(rapid.IntRange(0, 50_000_000).Draw(t, "back"))
			before := max(at-back, 0)
			want := straight.EDA(0, before)
			mixed.Pulse(0, at)
			if got := mixed.EDA(0, before); got != want {
				t.Fatalf("EDA at %v after pulse at %v: %v, want %v", before, at, got, want)
			}
			straight.Pulse(0, at)
		}
	})
}

func mustScene(t *rapid.T) *synth.Scene {
	s, err := synth.New("rest", 5)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAQuestionFarAheadIsAnsweredAtOnceAndTheBodyGoesOn(t *testing.T) {
	s := scene(t, "rest", 1)
	s.Pulse(0, 30*24*time.Hour)
	truth := s.Truth(0)
	if n := len(truth.Beats); n < 400 || n > 1000 {
		t.Errorf("%d beats lived, want those of ten minutes", n)
	}
	if truth.Until < 30*24*time.Hour {
		t.Errorf("lived until %v only", truth.Until)
	}
	if first := truth.Beats[0]; first < 29*24*time.Hour {
		t.Errorf("a beat at %v, in the time left out", first)
	}
}

func TestSensorsStayInTheirRangeAndTheTruthInOrder(t *testing.T) {
	for _, name := range synth.Names() {
		t.Run(name, func(t *testing.T) {
			s := scene(t, name, 2)
			for w := range s.Wearers() {
				live(s, w, 0, s.Duration(), func(at time.Duration, v float64) {
					eda, motion := s.EDA(w, at), s.Motion(w, at)
					if !(v >= 0.02 && v <= 3.28) || !(eda >= 0 && eda < 50) || !(motion > 0 && motion < 4) {
						t.Fatalf("at %v: %v V, %v µS, %v g", at, v, eda, motion)
					}
				})
				checkTruth(t, s.Truth(w))
			}
		})
	}
}

func checkTruth(t *testing.T, truth synth.Truth) {
	t.Helper()
	for i := 1; i < len(truth.Beats); i++ {
		if d := truth.Beats[i] - truth.Beats[i-1]; d < 300*time.Millisecond || d > 2*time.Second {
			t.Fatalf("interval of %v at %v", d, truth.Beats[i])
		}
	}
	for i := 1; i < len(truth.Breaths); i++ {
		if d := truth.Breaths[i] - truth.Breaths[i-1]; d < time.Second || d > 30*time.Second {
			t.Fatalf("breath of %v at %v", d, truth.Breaths[i])
		}
	}
	for i, r := range truth.SCRs {
		if r.Amplitude < 0.05 || i > 0 && r.Onset <= truth.SCRs[i-1].Onset {
			t.Fatalf("response %v after %v", r, truth.SCRs[i-1])
		}
	}
	at := time.Duration(0)
	for _, st := range truth.States {
		if st.From != at || st.To < st.From {
			t.Fatalf("state %v after %v", st, at)
		}
		at = st.To
	}
	if at != truth.Until {
		t.Errorf("states end at %v, life at %v", at, truth.Until)
	}
}

func TestAReadingAllocatesNothing(t *testing.T) {
	s := scene(t, "intimacy", 1)
	live(s, 0, 0, 5*time.Minute, nil)
	at := 5 * time.Minute
	if n := testing.AllocsPerRun(20_000, func() {
		at += step
		s.Pulse(0, at)
		s.EDA(0, at)
		s.Motion(0, at)
	}); n != 0 {
		t.Errorf("%v allocations a reading", n)
	}
}

func TestTheRoomIsToldWhileTheChipsAreRead(t *testing.T) {
	s := scene(t, "two-people", 1)
	var wg sync.WaitGroup
	for w := range s.Wearers() {
		wg.Go(func() { live(s, w, 0, 10*time.Second, nil) })
	}
	wg.Go(func() {
		for b := range 100 {
			s.SetRoom(synth.Room{BrightnessPercent: float64(b), Kelvin: 2700})
			s.Truth(b % 2)
		}
	})
	wg.Wait()
}

// stateAt is the true state at a time.
func stateAt(truth synth.Truth, at time.Duration) regulation.Name {
	for _, s := range truth.States {
		if at >= s.From && at < s.To {
			return s.Name
		}
	}
	return regulation.Unknown
}

// BenchmarkBody is a wearer as sampled: pulse 250/s, skin 25/s; each iteration is one second. 3 ms would be 0.3 % of a core.
func BenchmarkBody(b *testing.B) {
	s := scene(b, "intimacy", 1)
	at := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		for i := range 250 {
			s.Pulse(0, at)
			if i%10 == 0 {
				s.EDA(0, at)
			}
			at += step
		}
	}
	b.ReportMetric(1e9/(float64(b.Elapsed().Nanoseconds())/float64(b.N)), "×realtime")
}

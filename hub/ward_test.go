package hub

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/regulation"
)

// ailment is something that a part of a hub can have.
type ailment struct {
	part  string // by the config's names, or gpio, or a line
	fault sim.Fault
	hurts bool // the wearer's signal is lost while it lasts; otherwise samples go on, or miss a moment
}

// ward is a whole hub of one wearer in virtual time, without goroutines: its test steps the loop and the core.
type ward struct {
	*live
	t     *testing.T
	clock *acquire.VirtualPacer
	sim   *simulated
	log   *waiting.Text
	ear   *ear
	steps int

	logged   int           // lines seen so far
	lastLine time.Duration // when the newest came
	closest  time.Duration // two lines to each other
	busiest  int           // steps in a second
	second   time.Duration
	inSecond int
	samples  uint64
	came     time.Duration // when samples last came
}

func newWard(t *testing.T, text string, seed uint64) *ward {
	t.Helper()
	w := &ward{t: t, clock: &acquire.VirtualPacer{}, log: &waiting.Text{}, ear: &ear{who: pipeline.Audience{Kind: pipeline.AudiencePage, Wearer: "a"}}, closest: time.Hour}
	c, scene, s := simulatedFor(t, asShipped(), text, "rest", seed, w.clock.Now)
	w.sim = s
	p, err := build(c, w.sim, logTo(w.log))
	if err != nil {
		t.Fatal(err)
	}
	p.pacer, p.sinks = w.clock, []sink{w.ear}
	p.pipeline.Settings.Wearers = []pipeline.WearerSettings{{
		Wearer: "a", Share: pipeline.ShareFull, Keep: pipeline.KeepNothing, OpenCircuit: dsp.Some(openCircuit), Baseline: scene.Baseline(0, 20000),
	}}
	if w.live, err = newLive(p); err != nil {
		t.Fatal(err)
	}
	return w
}

// step does what the loop's goroutine and the core's would do next.
func (w *ward) step() {
	w.loops[0].Step()
	w.core.step()
	w.steps++
	now := w.clock.Now()
	if s := now.Truncate(time.Second); s != w.second {
		w.second, w.inSecond = s, 0
	}
	w.inSecond++
	w.busiest = max(w.busiest, w.inSecond)
	if n := w.loops[0].Samples(); n != w.samples {
		w.samples, w.came = n, now
	}
	if n := strings.Count(w.log.String(), "\n"); n != w.logged {
		if w.logged > 0 {
			w.closest = min(w.closest, (now-w.lastLine)/time.Duration(n-w.logged))
		}
		w.logged, w.lastLine = n, now
	}
}

// until steps until something holds, for a time at most, and gives how long that took.
func (w *ward) until(most time.Duration, holds func() bool) (took time.Duration, ok bool) {
	from := w.clock.Now()
	for w.clock.Now() < from+most {
		if holds() {
			return w.clock.Now() - from, true
		}
		w.step()
	}
	return most, holds()
}

// last is the newest state and the newest fault of a source whose name holds a part; each test begins with empty ears.
func (w *ward) state() (s regulation.State) {
	for _, e := range w.ear.events {
		if v, ok := e.Value.(regulation.State); ok {
			s = v
		}
	}
	return s
}

func (w *ward) faulty() (reason string, told bool) {
	for _, e := range w.ear.events {
		if f, ok := e.Value.(dsp.Fault); ok {
			reason, told = f.Reason, true
		}
	}
	return reason, told
}

// named waits until the wearer's state has a name again.
func (w *ward) named() {
	w.t.Helper()
	if _, ok := w.until(4*time.Minute, func() bool { s := w.state(); return s.Name != regulation.Unknown && s.Confidence > 0 }); !ok {
		w.t.Fatalf("no state has a name after four minutes at %s: %+v", w.clock.Now(), w.state())
	}
}

// sickness is what one ailment came to.
type sickness struct {
	what              string
	lasted            time.Duration
	unknown, told     time.Duration // after its beginning; 0 where neither was to come
	recovered, sample time.Duration // after its end
}

// ail lets one ailment happen.
func (w *ward) ail(a ailment, lasts time.Duration) (s sickness, err error) {
	w.named()
	s = sickness{what: fmt.Sprintf("%s of %s", a.fault, a.part), lasted: lasts}
	part := w.sim.parts[a.part]
	if part == nil {
		return s, fmt.Errorf("no part %s", a.part)
	}
	if err := part.Set(a.fault, true); err != nil {
		return s, err
	}
	known := w.state()
	w.ear.events = append(w.ear.events[:0], pipeline.Event{Value: known})
	from := w.clock.Now()
	for w.clock.Now() < from+lasts {
		w.step()
		if s.unknown == 0 && w.state().Name == regulation.Unknown {
			s.unknown = w.clock.Now() - from
		}
		if reason, _ := w.faulty(); s.told == 0 && reason != "" {
			s.told = w.clock.Now() - from
		}
	}
	if err := part.Set(a.fault, false); err != nil {
		return s, err
	}
	end := w.clock.Now()
	took, ok := w.until(10*time.Second, func() bool { return w.came > end })
	if s.sample = took; !ok {
		return s, fmt.Errorf("no sample for 10 s after it ended")
	}
	took, ok = w.until(10*time.Second, func() bool { reason, _ := w.faulty(); return reason == "" })
	if s.recovered = took + s.sample; !ok {
		return s, fmt.Errorf("the fault has not ended 10 s after it did")
	}
	return s, nil
}

// judge tells what is wrong with how an ailment went.
func (s sickness) judge(a ailment) error {
	const most = 5 * time.Second
	lasting := a.hurts && s.lasted > most+time.Second
	switch {
	case lasting && (s.unknown == 0 || s.unknown > most):
		return fmt.Errorf("%s for %s: the state was unknown after %s", s.what, s.lasted, s.unknown)
	case lasting && (s.told == 0 || s.told > most):
		return fmt.Errorf("%s for %s: told after %s", s.what, s.lasted, s.told)
	case s.sample > most || s.recovered > most:
		return fmt.Errorf("%s for %s: samples %s after its end, told well after %s", s.what, s.lasted, s.sample, s.recovered)
	}
	return nil
}

// beds are one hub for each kind of chip, and what it can have.
func beds() []struct {
	name, text string
	ailments   []ailment
} {
	return []struct {
		name, text string
		ailments   []ailment
	}{
		{"ads1115", oneChip("ads1115", "address: 0x48,", "kind: ppg", "kind: grove"), []ailment{
			{"adc", sim.NACK, true}, {"adc", sim.Stuck, true}, {"adc", sim.Frozen, true}, {"adc", sim.Unplugged, true}, {"adc", sim.BrownOut, false},
			{"main", sim.Absent, true}, {"main", sim.Stuck, true},
		}},
		{"mcp3208", oneChip("mcp3208", "", "kind: ppg", "kind: grove"), []ailment{
			{"adc", sim.Floating, true}, {"adc", sim.Stuck, true}, {"adc", sim.Frozen, true}, {"adc", sim.Disturbed, true},
			{"main", sim.Absent, true}, {"main", sim.Stuck, true},
		}},
		{"max30102", `
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips: {oxi: {kind: max30102, bus: main, interrupt_line: GPIO4}}
wearers: [{id: a, share: full, start_from: [mqtt, boot], pulse: {chip: oxi, kind: ppg}}]
room: {private: false}
`, []ailment{
			{"oxi", sim.NACK, true}, {"oxi", sim.Stuck, true}, {"oxi", sim.Frozen, true}, {"oxi", sim.StuckFIFO, true}, {"oxi", sim.Unplugged, true},
			{"oxi", sim.BrownOut, false}, {"main", sim.Absent, true}, {"main", sim.Stuck, true},
			{"gpio", sim.Unplugged, false}, {"GPIO4", sim.Frozen, false}, {"GPIO4", sim.LostEdges, false},
		}},
	}
}

// injections is how many ailments are tried: HUBD_FAULTS=1000 for all that are asked of hubd.
func injections(t *testing.T) int {
	n := 60
	if testing.Short() {
		n = 12
	}
	if text := os.Getenv("HUBD_FAULTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestWhateverAilsIsToldAndHealedWithinFiveSeconds(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	n, all := injections(t), beds()
	for i, bed := range all {
		random := rand.New(rand.NewPCG(uint64(i), 5))
		w := newWard(t, bed.text, uint64(i+1))
		var worst sickness
		quick := time.Hour
		for k := range (n + len(all) - 1 - i) / len(all) {
			a := bed.ailments[k%len(bed.ailments)]
			lasts := 6100*time.Millisecond + time.Duration(random.Float64()*float64(10*time.Second))
			if random.IntN(5) == 0 {
				lasts = time.Duration(random.Float64() * float64(2*time.Second))
			}
			s, err := w.ail(a, lasts)
			if err == nil {
				err = s.judge(a)
			}
			if err != nil {
				t.Fatalf("%s, injection %d: %s for %s: %v\n%s", bed.name, k, s.what, lasts, err, w.log)
			}
			worst.unknown, worst.told = max(worst.unknown, s.unknown), max(worst.told, s.told)
			worst.sample, worst.recovered = max(worst.sample, s.sample), max(worst.recovered, s.recovered)
			quick = min(quick, s.recovered)
		}
		c := w.loops[0].Counters()
		t.Logf("%s: %d injections in %s: at worst unknown after %.1f s and told after %.1f s; samples again after %.1f s, told well after %.1f s (at best %.2f); %d log lines, %.0f s apart at least; at most %d steps a second; %d faults, %d reopened",
			bed.name, (n+len(all)-1-i)/len(all), w.clock.Now().Round(time.Second), worst.unknown.Seconds(), worst.told.Seconds(), worst.sample.Seconds(),
			worst.recovered.Seconds(), quick.Seconds(), w.logged, w.closest.Seconds(), w.busiest, c.Faults, c.Reopens)
		if w.logged > 1 && w.closest < healthWindow {
			t.Errorf("%s: two log lines within %s:\n%s", bed.name, w.closest, w.log)
		}
		if w.busiest > 1500 {
			t.Errorf("%s: %d steps in a second: that is spinning", bed.name, w.busiest)
		}
	}
	if now := runtime.NumGoroutine(); now > goroutines {
		t.Errorf("%d goroutines, %d before", now, goroutines)
	}
}

func TestEveryKindOfFaultOfEveryChipIsTried(t *testing.T) {
	var tried []sim.Fault
	for _, bed := range beds() {
		for _, a := range bed.ailments {
			tried = append(tried, a.fault)
		}
	}
	for f := sim.NACK; f <= sim.Disturbed; f++ {
		if !slices.Contains(tried, f) && f != sim.Busy && f != sim.Nameless { // of lines that are not open yet
			t.Errorf("%s is not tried", f)
		}
	}
}

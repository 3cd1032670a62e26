package hub

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/history"
	"hubd/internal/waiting"
	"hubd/pipeline"
)

// bubblePacer is the clock of a hub that lives in a synctest bubble: time passes as soon as every goroutine of the hub waits for it.
type bubblePacer struct{ began time.Time }

func (p bubblePacer) Now() time.Duration         { return time.Since(p.began) }
func (p bubblePacer) SleepUntil(t time.Duration) { time.Sleep(t - p.Now()) }

// wholeHub is a hub with all its goroutines but those that wait for the kernel: reading loops, processing, keeper with a history on a disk, and the
// reader of lines.
type wholeHub struct {
	*live
	sim *simulated
	log *waiting.Text
}

func newWholeHub(t *testing.T, text string) *wholeHub {
	t.Helper()
	w, pacer := &wholeHub{log: &waiting.Text{}}, bubblePacer{time.Now()}
	text += "\nweb: {listen: none}\n" // who listens waits for the kernel, and time does not pass meanwhile
	c, _, s := simulatedFor(t, asShipped(), text, "two-people", 1, pacer.Now)
	w.sim = s
	p, err := build(c, w.sim, logTo(w.log))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, db := history.OpenSettings(dir), history.Open(history.Options{Path: dir + "/history.db"})
	p.pacer = pacer
	p.store = store{save: file.Save, add: db.Add, detail: db.AddDetail, commit: db.Commit, close: db.Close, trouble: db.Status, db: db, settings: file}
	for _, wearer := range p.pipeline.Wearers {
		p.pipeline.Settings.Wearers = append(p.pipeline.Settings.Wearers, pipeline.WearerSettings{
			Wearer: wearer.ID, Share: pipeline.ShareFull, Keep: pipeline.KeepJournal, OpenCircuit: dsp.Some(openCircuit),
		})
	}
	if w.live, err = newLive(p); err != nil {
		t.Fatal(err)
	}
	return w
}

// faulty are the sources that do not answer now.
func (w *wholeHub) faulty() (all []string) {
	for _, s := range w.core.board.read().Sources {
		if s.Fault != "" {
			all = append(all, s.Source+": "+s.Fault)
		}
	}
	return all
}

// goroutinesOf counts those that carry a label, however many others the process has.
func goroutinesOf(t *testing.T, label string) (n int) {
	t.Helper()
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		t.Fatal(err)
	}
	count := 0
	for line := range strings.Lines(profile.String()) {
		if _, err := fmt.Sscanf(line, "%d @", &count); err == nil {
			continue
		}
		if strings.HasPrefix(line, "# labels:") && strings.Contains(line, label) {
			n += count
		}
	}
	return n
}

// households are the beds, and one with two chips and what hangs on the header.
func households() (all []struct {
	name, text string
	ailments   []ailment
}) {
	all = beds()
	return append(all, struct {
		name, text string
		ailments   []ailment
	}{"two chips and a header", strings.Replace(headed, "sensing_led: GPIO22, led_brightness: 30", "", 1), []ailment{
		{"gpio", sim.Unplugged, false}, {"GPIO17", sim.Frozen, false}, {"GPIO23", sim.Frozen, false}, {"GPIO4", sim.LostEdges, false},
		{"oxi", sim.StuckFIFO, true}, {"adc", sim.NACK, true}, {"main", sim.Absent, true}, {"main", sim.Stuck, true}, {"oxi", sim.Unplugged, true},
	}})
}

// Whatever ails, every goroutine of a hub that runs is one that it began with, and none outlasts it. Faults come at random, two at a time too.
func TestWhateverAilsLeavesNoGoroutineBehind(t *testing.T) {
	n, all := injections(t), households()
	for i, h := range all {
		t.Run(h.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // it fails where a goroutine is left
				ailFor(t, h.text, h.ailments, (n+len(all)-1-i)/len(all), rand.New(rand.NewPCG(uint64(i), 7)))
			})
		})
	}
}

func ailFor(t *testing.T, text string, ailments []ailment, n int, random *rand.Rand) {
	const label = "whole-hub"
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(label, t.Name())))
	w := newWholeHub(t, text)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.run(ctx) }()
	counted := func() int {
		synctest.Wait() // nobody is between two waits
		return goroutinesOf(t, label)
	}
	time.Sleep(10 * time.Second)
	if wrong := w.faulty(); len(wrong) > 0 {
		t.Fatalf("before anything ails: %v", wrong)
	}
	before, most, told := counted(), 0, 0
	for range n {
		var down []func()
		for range 1 + random.IntN(2) {
			a := ailments[random.IntN(len(ailments))]
			part := w.sim.parts[a.part]
			if err := part.Set(a.fault, true); err != nil {
				t.Fatal(err)
			}
			down = append(down, func() { _ = part.Set(a.fault, false) }) // it was known when it was switched on
		}
		time.Sleep(time.Duration(random.Float64() * float64(12*time.Second)))
		most, told = max(most, counted()), max(told, len(w.faulty()))
		for _, end := range down {
			end()
		}
		time.Sleep(time.Duration(random.Float64() * float64(5*time.Second)))
	}
	time.Sleep(5 * time.Second)
	if wrong := w.faulty(); len(wrong) > 0 {
		t.Errorf("five seconds after the last fault: %v\n%s", wrong, w.log)
	}
	after := counted()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	left := counted() - 1 // this one
	t.Logf("%d times: %d goroutines before, at most %d while something ailed, %d after; %d after the hub's end; %d samples, at most %d sources that did not answer",
		n, before, most, after, left, w.samplesRead(), told)
	if w.samplesRead() < 1000 || n > 4 && told == 0 {
		t.Error("this tries nothing")
	}
	if before < 4 || most > before || after != before || left != 0 {
		t.Errorf("goroutines: %d before, at most %d while something ailed, %d after, %d after the hub's end", before, most, after, left)
	}
}

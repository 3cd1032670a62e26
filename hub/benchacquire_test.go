package hub

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/dsp"
	"hubd/pipeline"
)

// twoChips are two wearers with all that one ADS1115 each can give.
const twoChips = `
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips: {one: {kind: ads1115, bus: main, address: 0x48}, two: {kind: ads1115, bus: main, address: 0x49}}
wearers:
  - {id: a, share: full, start_from: [boot], pair: b, pulse: {chip: one, channel: 0, kind: ppg}, eda: {chip: one, channel: 1, kind: grove}}
  - {id: b, share: full, start_from: [boot], pair: a, pulse: {chip: two, channel: 0, kind: ppg}, eda: {chip: two, channel: 1, kind: grove}}
room: {private: false}
`

// paced is the config's parts on chips of one seed, sensed from the first moment on, with an ear at each wearer's page.
func paced(t *testing.T, pacer acquire.Pacer, busy func(time.Duration)) (parts, [2]*ear) {
	t.Helper()
	c, scene, s := simulatedFor(t, quirks{clock: simulatedClock, busy: busy}, twoChips, "two-people", 1, pacer.Now)
	p, err := build(c, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.pacer = pacer
	ears := [2]*ear{}
	for i, id := range []string{"a", "b"} {
		ears[i] = &ear{who: pipeline.Audience{Kind: pipeline.AudiencePage, Wearer: id}}
		p.sinks = append(p.sinks, ears[i])
		p.pipeline.Settings.Wearers = append(p.pipeline.Settings.Wearers, pipeline.WearerSettings{
			Wearer: id, Share: pipeline.ShareFull, Keep: pipeline.KeepNothing, OpenCircuit: dsp.Some(openCircuit), Baseline: scene.Baseline(i, 20000),
		})
	}
	return p, ears
}

// heart is a wearer's normal intervals in order of time.
type heart []dsp.IBI

func heartOf(e *ear, id string) (h heart) {
	for _, ev := range e.events {
		if v, ok := ev.Value.(dsp.IBI); ok && ev.Wearer == id && v.Class == dsp.ClassNN {
			h = append(h, v)
		}
	}
	return h
}

// at gives the interval that the same beat closes; nil where it is not there.
func (h heart) at(t time.Duration) *dsp.IBI {
	const same = 100 * time.Millisecond // no two beats are that near
	i, _ := slices.BinarySearchFunc(h, t-same, func(v dsp.IBI, t time.Duration) int { return cmp.Compare(v.T, t) })
	if i == len(h) || h[i].T > t+same {
		return nil
	}
	return &h[i]
}

// sleepy is a virtual machine that is late.
type sleepy struct {
	acquire.VirtualPacer
	late func() time.Duration
}

func (s *sleepy) SleepUntil(t time.Duration) { s.VirtualPacer.SleepUntil(t + s.late()) }

// onTime is never late.
func onTime() time.Duration { return 0 }

// virtually is what the bodies give on a virtual machine.
func virtually(t *testing.T, length time.Duration, late func() time.Duration) ([2]heart, acquire.Counters) {
	t.Helper()
	clock := &sleepy{late: late}
	p, ears := paced(t, clock, clock.Advance)
	l, err := newLive(p)
	if err != nil {
		t.Fatal(err)
	}
	for clock.Now() < length {
		l.loops[0].Step()
		l.core.step()
	}
	return [2]heart{heartOf(ears[0], "a"), heartOf(ears[1], "b")}, l.loops[0].Counters()
}

// A machine whose wake-ups are late takes every sample at another moment than it meant to, and passes over some. The times are measured,
// so nothing of it is in the intervals between beats. Where it is so late that the wave lacks something there are gaps, which no interval spans.
func TestALateMachineShowsTheSameHeart(t *testing.T) {
	want, _ := virtually(t, 2*time.Minute, onTime)
	for name, late := range map[string]func(random float64) time.Duration{
		"every wake-up late, by up to 1.8 ms": func(random float64) time.Duration { return time.Duration(random * float64(1800*time.Microsecond)) },
		"one in twenty by up to 7 ms, so that samples are passed over": func(random float64) time.Duration {
			return time.Duration(max(0, random-0.95) * 20 * float64(7*time.Millisecond))
		},
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			got, c := virtually(t, 2*time.Minute, func() time.Duration { return late(random.Float64()) })
			text, _ := histogram(c)
			t.Logf("how late conversions began:\n%s", text)
			for i, id := range []string{"a", "b"} {
				d := apart(want[i], got[i])
				t.Logf("wearer %s: %s", id, d)
				if d.windows < 10 || 10*d.here < 9*d.there || d.bpm > 0.1 || d.rmssd > 1 {
					t.Errorf("wearer %s: %s: want 0.1 bpm and 1 ms", id, d)
				}
			}
		})
	}
}

// busyShare is the part of all processors' time that other processes took since a moment.
type busyShare struct {
	at   time.Time
	all  float64 // s, idle time left out
	self float64
}

func busyNow(t *testing.T) busyShare {
	t.Helper()
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		t.Skip("no /proc/stat: not a Linux machine")
	}
	var user, nice, system, idle, wait, irq, soft, steal float64
	if _, err := fmt.Sscanf(string(text), "cpu %f %f %f %f %f %f %f %f", &user, &nice, &system, &idle, &wait, &irq, &soft, &steal); err != nil {
		t.Fatal(err)
	}
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		t.Fatal(err)
	}
	seconds := func(v syscall.Timeval) float64 { return float64(v.Nano()) / 1e9 }
	return busyShare{time.Now(), (user + nice + system + irq + soft + steal) / 100, seconds(own.Utime) + seconds(own.Stime)}
}

// others is the share of the machine that others took from b until now; own is hubd's, of one processor.
func (b busyShare) until(now busyShare) (others, own float64) {
	passed := now.at.Sub(b.at).Seconds()
	own = (now.self - b.self) / passed
	return (now.all - b.all - (now.self - b.self)) / passed / float64(runtime.NumCPU()), own
}

// saturate keeps every processor busy with processes of its own until it is told to stop.
func saturate(t *testing.T) (stop func()) {
	var all []*exec.Cmd
	for range runtime.NumCPU() {
		c := exec.Command("timeout", "600", "sh", "-c", "while :; do :; done") // it ends by itself too
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := c.Start(); err != nil {
			t.Skip("no shell to keep the machine busy with")
		}
		all = append(all, c)
	}
	return func() {
		for _, c := range all {
			_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // the shell and what watches it
			_ = c.Wait()
		}
	}
}

// histogram prints how late conversions began, and the share of those up to 1 ms late.
func histogram(c acquire.Counters) (text string, within float64) {
	var b strings.Builder
	total, sum := 0.0, uint64(0)
	for _, n := range c.Lateness {
		total += float64(n)
	}
	for i, n := range c.Lateness {
		sum += n
		bound := "more"
		if i < acquire.LatenessBuckets-1 {
			bound = "≤ " + acquire.LatenessBounds()[i].String()
		}
		share := 100 * float64(sum) / total
		fmt.Fprintf(&b, "  %8s %8d  %7.3f %%\n", bound, n, share)
		if i < acquire.LatenessBuckets-1 && acquire.LatenessBounds()[i] == time.Millisecond {
			within = share
		}
	}
	fmt.Fprintf(&b, "  at most %s; %d samples, %d late, %d grid points skipped, %d gaps, %d errors", c.LatenessMax.Round(10*time.Microsecond), c.Samples, c.Late, c.Skipped, c.Gaps, c.Errors)
	return b.String(), within
}

// transfers keep their thread for as long as a bus would. They do not sleep: the interrupt at the end of a real transfer comes when it is due, while
// each sleep here would add the lateness of one more wake-up, five or six of them to every conversion. So hubd's share of a processor, as
// this prints it, has the bus's time in it.
func transfers(pacer acquire.Pacer) (busy func(time.Duration)) {
	return func(d time.Duration) {
		for end := pacer.Now() + d; pacer.Now() < end; {
		}
	}
}

// TestBenchAcquire is no test of every day: make bench-acquire runs it, with HUBD_BENCH_ACQUIRE as the seconds of each half.
func TestBenchAcquire(t *testing.T) {
	seconds, err := time.ParseDuration(os.Getenv("HUBD_BENCH_ACQUIRE") + "s")
	if err != nil {
		t.Skip("make bench-acquire runs this")
	}
	want, _ := virtually(t, seconds, onTime)
	for _, half := range []struct {
		name string
		load func(*testing.T) (stop func())
	}{
		{"with the machine as it is", func(*testing.T) func() { return func() {} }},
		{"with every processor saturated by other processes", saturate},
	} {
		stop := half.load(t)
		pacer := acquire.NewKernelPacer()
		p, ears := paced(t, pacer, transfers(pacer))
		l, err := newLive(p)
		if err != nil {
			t.Fatal(err)
		}
		before := busyNow(t)
		ctx, cancel := context.WithTimeout(t.Context(), seconds)
		if err := l.run(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		others, own := before.until(busyNow(t))
		stop()
		text, within := histogram(l.loops[0].Counters())
		t.Logf("%s: others took %.0f %% of it, hubd %.1f %% of one of %d processors; how late conversions began:\n%s", half.name, 100*others, 100*own, runtime.NumCPU(), text)
		for i, id := range []string{"a", "b"} {
			d := apart(want[i], heartOf(ears[i], id))
			t.Logf("wearer %s: %s", id, d)
			if !d.enough() || d.bpm > 0.1 || d.rmssd > 1 {
				t.Errorf("%s: wearer %s: %s: want 0.1 bpm and 1 ms", half.name, id, d)
			}
		}
		switch {
		case half.name != "with the machine as it is":
		case others > 0.1:
			t.Logf("others used the machine: that 99 %% begin within 1 ms holds for an idle one, and is not judged (%.2f %% did)", within)
		case within < 99:
			t.Errorf("%.2f %% began within 1 ms, want 99", within)
		}
	}
}

// difference is how far two runs of the same bodies are from each other at worst, over windows of a minute and the intervals that both have.
// One that a gap took is in neither figure: with it two different sets of heartbeats would be compared.
type difference struct {
	bpm, rmssd  float64
	windows     int
	here, there int // intervals of the late machine that the other has too, and of the other
}

func (d difference) String() string {
	return fmt.Sprintf("%d of %d intervals; over %d windows of a minute, against a machine that is never late: heart rate off by up to %.3f bpm, RMSSD by up to %.2f ms",
		d.here, d.there, d.windows, d.bpm, d.rmssd)
}

// enough tells whether there is anything to judge by.
func (d difference) enough() bool { return d.windows > 0 && 2*d.here > d.there }

func apart(want, got heart) (d difference) {
	if len(want) == 0 {
		return d
	}
	d.there = len(want)
	for _, w := range want {
		if got.at(w.T) != nil {
			d.here++
		}
	}
	for end := want[0].T + time.Minute; end <= want[len(want)-1].T; end += 5 * time.Second {
		d.window(want, got, end)
	}
	return d
}

// window compares the minute before end, where there are half a minute's worth of successive intervals.
func (d *difference) window(want, got heart, end time.Duration) {
	var n, steps int
	var sum, sumGot, squares, squaresGot float64
	var before, beforeGot *dsp.IBI
	for i := range want {
		w := &want[i]
		g := got.at(w.T)
		if w.T <= end-time.Minute || w.T > end || g == nil {
			before, beforeGot = nil, nil
			continue
		}
		n, sum, sumGot = n+1, sum+w.Dur.Seconds(), sumGot+g.Dur.Seconds()
		if before != nil && w.T-w.Dur-before.T < time.Millisecond { // nothing lies between the two
			a, b := (w.Dur - before.Dur).Seconds(), (g.Dur - beforeGot.Dur).Seconds()
			steps, squares, squaresGot = steps+1, squares+a*a, squaresGot+b*b
		}
		before, beforeGot = w, g
	}
	if steps < 20 {
		return
	}
	d.windows++
	d.bpm = max(d.bpm, math.Abs(60*float64(n)/sum-60*float64(n)/sumGot))
	d.rmssd = max(d.rmssd, 1000*math.Abs(math.Sqrt(squares/float64(steps))-math.Sqrt(squaresGot/float64(steps))))
}

package acquire_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/drivers/gpioline"
	"hubd/drivers/max3010x"
	"hubd/drivers/sim"
	"hubd/dsp"
)

// wired is a glow whose chip has its INT pin on a GPIO line.
type wired struct {
	*glow
	gpio *sim.GPIO
	line *sim.GPIOLine
}

func newWired(t testing.TB, off float64, over func() time.Duration) *wired {
	t.Helper()
	w := &wired{}
	s := sim.MAXOptions{ClockError: off, ClockSwing: 1e-4, Interrupt: func(high bool, at time.Duration) { w.line.DriveAt(high, at) }}
	g := newGlow(t, 100, s, over)
	w.glow = g
	w.gpio = sim.NewGPIO(sim.GPIOOptions{Names: sim.HeaderNames()}, g.clock.Now, g.clock.Advance)
	w.line = w.gpio.Line("GPIO4")
	var err error
	g.loop, err = acquire.NewLoop(acquire.Options{
		Bus: "i2c", Emit: g.tape.take, Seed: 1, Pacer: slow{&g.clock, func() time.Duration {
			if g.over == nil {
				return 0
			}
			return g.over()
		}},
		Optical: []acquire.Optical{{
			Source: "max30102@57 on I2C 1", Frozen: 3 * time.Second,
			Open: func() (*max3010x.Dev, error) {
				g.opens++
				return max3010x.New(g.bus, max3010x.Options{Interrupt: true})
			},
			Interrupt: &acquire.Interrupt{
				Source: "interrupt line GPIO4", At: func(t time.Duration) time.Duration { return t },
				Open: func() (*gpioline.Line, error) {
					return gpioline.Open(w.gpio, gpioline.Options{Line: "GPIO4", ActiveLow: true, Bias: gpioline.PullUp})
				},
			},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// errors are rms and worst of the time stamps from one time on, in s.
func (g *glow) errors(from time.Duration) (rms, worst float64, n int) {
	for _, s := range g.tape.of(pulseA) {
		if s.T < from {
			continue
		}
		e := timeError(s)
		rms, worst, n = rms+e*e, max(worst, math.Abs(e)), n+1
	}
	return math.Sqrt(rms / float64(n)), worst, n
}

func TestAnInterruptLineMakesTimesExact(t *testing.T) {
	for _, off := range []float64{-0.1, 0, 0.1} {
		w := newWired(t, off, lateness(7, 250*time.Millisecond))
		w.until(2 * time.Minute)
		rms, worst, n := w.errors(5 * time.Second)
		t.Logf("clock %+g: %d samples, %.3f ms rms, %.3f ms at worst", off, n, 1e3*rms, 1e3*worst)
		if rms > 0.05e-3 || worst > 0.2e-3 || n < 10000 {
			t.Errorf("clock %+g: %d samples are off by %.3f ms rms, %.3f ms at worst", off, n, 1e3*rms, 1e3*worst)
		}
		if len(w.tape.faults) != 0 {
			t.Errorf("faults %v", w.tape.faults)
		}
	}
}

func TestSamplesComeWhateverTheInterruptLineDoes(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	for _, row := range []struct {
		name   string
		ail    func(w *wired, on bool)
		during func(w *wired)
		says   string // of the fault
	}{
		{"it is stuck", func(w *wired, on bool) { _ = w.line.Set(sim.Frozen, on) }, nil, "does not move"},
		{"it is stuck low from the beginning of a look to the end", func(w *wired, on bool) { _ = w.line.Set(sim.Frozen, on) }, func(w *wired) { w.line.Drive(false) }, "does not move"},
		{"its chip is pulled out", func(w *wired, on bool) { _ = w.gpio.Set(sim.Unplugged, on) }, nil, "gone"},
		{"another signal is on it", func(*wired, bool) {}, func(w *wired) {
			at := w.clock.Now() - time.Duration(noise.Float64()*float64(5*time.Millisecond))
			w.line.DriveAt(false, at)
			w.line.DriveAt(true, at)
		}, "fit no samples"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWired(t, 0.03, nil)
			w.until(10 * time.Second)
			row.ail(w, true)
			for w.clock.Now() < 40*time.Second {
				if row.during != nil {
					row.during(w)
				}
				w.loop.Step()
			}
			if f := w.tape.faults; len(f) != 1 || f[0].Source != "interrupt line GPIO4" || f[0].Wearer != dsp.NoWearer || !strings.Contains(f[0].Reason, row.says) {
				t.Errorf("faults %v, want one that says %q", f, row.says)
			}
			row.ail(w, false)
			w.until(60 * time.Second)
			if f := w.tape.faults; len(f) != 2 || f[1].Reason != "" {
				t.Errorf("faults %v, want an end", f)
			}
			taken, lost := w.chip.Made()
			if n := len(w.tape.of(pulseA)); lost != 0 || taken-uint64(n) > 10 || w.loop.Counters().Gaps != 0 {
				t.Errorf("%d samples of %d, %d lost, %+v", n, taken, lost, w.loop.Counters())
			}
			if _, worst, _ := w.errors(5 * time.Second); worst > 1.5e-3 {
				t.Errorf("times are off by up to %.3f ms", 1e3*worst)
			}
		})
	}
}

func TestAChipWithAnInterruptLineHealsAsOneWithout(t *testing.T) {
	for _, f := range []sim.Fault{sim.NACK, sim.Unplugged, sim.BrownOut, sim.StuckFIFO} {
		t.Run(f.String(), func(t *testing.T) {
			w := newWired(t, -0.02, nil)
			w.until(10 * time.Second)
			w.set(f, true)
			w.until(20 * time.Second)
			w.set(f, false)
			w.until(25 * time.Second)
			before := len(w.tape.of(pulseA))
			w.until(30 * time.Second)
			if n := len(w.tape.of(pulseA)) - before; n < 480 {
				t.Errorf("%d samples in the last 5 s", n)
			}
			if _, worst, _ := w.errors(26 * time.Second); worst > 0.5e-3 {
				t.Errorf("times are off by up to %.3f ms", 1e3*worst)
			}
		})
	}
}

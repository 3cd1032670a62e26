package acquire

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is a chip with an exact clock of its own and somebody who looks at it.
type world struct {
	period, first float64 // s
	counted       int
	clock         sampleClock
}

func newWorld(off float64) *world {
	w := &world{period: 0.01 / (1 + off), clock: newSampleClock(10 * time.Millisecond)}
	w.first = w.period
	w.clock.restart(0)
	return w
}

// arrived is how many samples there are at a time.
func (w *world) arrived(at time.Duration) int {
	return max(0, int(math.Floor((at.Seconds()-w.first)/w.period))+1)
}

// look counts what has arrived at a time.
func (w *world) look(at time.Duration) {
	n := w.arrived(at)
	w.clock.count(n - w.counted)
	w.counted = n
	w.clock.look(at-100*time.Microsecond, at+100*time.Microsecond)
}

// off is how far the estimate of the next arrival is from the truth, in s.
func (w *world) off() float64 { return w.clock.next - (w.first + float64(w.counted)*w.period) }

// watch looks for a while, at spread moments.
func (w *world) watch(from, to time.Duration) {
	random := rand.New(rand.NewPCG(uint64(from), 0))
	for k := 1; ; k++ {
		at := from + time.Duration(k)*30*time.Millisecond + time.Duration(random.Float64()*1e7)
		if at > to {
			return
		}
		w.look(at)
	}
}

func TestTheClockIsNeverOffByMoreThanASampleAndSoonByMuchLess(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rapid.Float64Range(-0.06, 0.06).Draw(rt, "clock"))
		for at := time.Duration(0); at < 20*time.Second; at += time.Second {
			w.watch(at, at+time.Second)
			most := 0.010
			if at >= 15*time.Second {
				most = 0.001
			}
			if math.Abs(w.off()) > most {
				rt.Fatalf("%.2f ms off after %s", 1e3*w.off(), at)
			}
		}
		if got := w.clock.period/w.period - 1; math.Abs(got) > 200e-6 {
			rt.Fatalf("period %.0f ppm off after 20 s", 1e6*got)
		}
		if !w.clock.sure() {
			rt.Fatal("not sure after 20 s")
		}
	})
}

func TestSamplesLostWhileTheClockIsSureAreCountedByIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rapid.Float64Range(-0.05, 0.05).Draw(rt, "clock"))
		w.watch(0, 30*time.Second)
		late := 30*time.Second + time.Duration(rapid.Int64Range(1e8, 5e9).Draw(rt, "away"))
		at := w.clock.lull(late)
		if at < late || at > late+12*time.Millisecond || !w.clock.between(at-time.Millisecond, at+time.Millisecond) {
			rt.Fatalf("the lull after %s is at %s", late, at)
		}
		w.clock.skipTo(at)
		w.counted = w.arrived(at)
		if math.Abs(w.off()) > 1e-3 {
			rt.Fatalf("%.2f ms off after %s away", 1e3*w.off(), at-30*time.Second)
		}
	})
}

func TestARestartKeepsThePeriodAndForgetsThePhase(t *testing.T) {
	w := newWorld(0.05)
	w.watch(0, 30*time.Second)
	period := w.clock.period
	w.clock.restart(31 * time.Second)
	if w.clock.period != period || w.clock.sure() || w.clock.arrived(0) != seconds(31+period) {
		t.Errorf("period %g, was %g; sure %t; next at %s", w.clock.period, period, w.clock.sure(), w.clock.arrived(0))
	}
}

func TestWhatIsClearOfEveryArrival(t *testing.T) {
	c := newSampleClock(10 * time.Millisecond)
	c.next = 1 // arrivals at …0.99, 1.00, 1.01…
	for _, row := range []struct {
		from, to time.Duration
		want     bool
	}{
		{1003 * time.Millisecond, 1007 * time.Millisecond, true},
		{993 * time.Millisecond, 997 * time.Millisecond, true},
		{5003 * time.Millisecond, 5007 * time.Millisecond, true},
		{1000500 * time.Microsecond, 1005 * time.Millisecond, false}, // too soon after one
		{1005 * time.Millisecond, 1009500 * time.Microsecond, false}, // too soon before one
		{1003 * time.Millisecond, 1013 * time.Millisecond, false},    // one within
		{1003 * time.Millisecond, 1034 * time.Millisecond, false},
	} {
		if got := c.between(row.from, row.to); got != row.want {
			t.Errorf("%s to %s: %t", row.from, row.to, got)
		}
	}
}

package hub

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubd/drivers/sim"
	"hubd/pipeline"
	"hubd/regulation"
)

// betweenTroubles is how often, on the average, something happens to a hub in a home that does all it can.
const betweenTroubles = 450 * time.Second

// After a trouble samples come and no source is called silent any more within rightAgain. Until the state has a name again takes longer where
// samples were missing: what a name rests on looks back as far as a minute, and a name must last.
const (
	rightAgain = 10 * time.Second
	namedAgain = time.Minute
)

// hours is how long the test lasts, in the hub's time: HUBD_HOURS=8 for all that is asked.
func hours(t *testing.T) time.Duration {
	text := os.Getenv("HUBD_HOURS")
	if text == "" {
		return 20 * time.Minute
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(n) * time.Hour
}

// troubled is a hub in virtual time whose clock can be set.
type troubled struct {
	*ward
	days int // that its clock is wrong by
}

// trouble is something that happens, for as long as it is told.
type trouble struct {
	name string
	live func(w *troubled, lasts time.Duration) error
}

// troubles are a chip's ailments, a clock that is set, and a processor that somebody else has.
func troubles(all []ailment) []trouble {
	out := []trouble{
		{"clock a day fast", func(w *troubled, lasts time.Duration) error { return w.wrongBy(1, lasts) }},
		{"clock a day slow", func(w *troubled, lasts time.Duration) error { return w.wrongBy(-1, lasts) }},
		{"hubd stands still", func(w *troubled, _ time.Duration) error {
			w.clock.SleepUntil(w.clock.Now() + 30*time.Second)
			return nil
		}},
	}
	for _, a := range all {
		out = append(out, trouble{fmt.Sprintf("%s of %s", a.fault, a.part), func(w *troubled, lasts time.Duration) error {
			part := w.sim.parts[a.part]
			if err := part.Set(a.fault, true); err != nil {
				return err
			}
			w.pass(lasts)
			return part.Set(a.fault, false)
		}})
	}
	return out
}

// wrongBy sets the clock so many days fast for a while.
func (w *troubled) wrongBy(days int, lasts time.Duration) error {
	w.days = days
	w.pass(lasts)
	w.days = 0
	return nil
}

// pass lets the hub live for a time.
func (w *troubled) pass(d time.Duration) {
	for end := w.clock.Now() + d; w.clock.Now() < end; {
		w.step()
	}
}

// toll is what one kind of trouble came to, at the worst.
type toll struct {
	count       int
	well, named time.Duration // after its end, until nothing was silent, and until the state had its name; then for good
}

// aftermath lives two minutes on, and gives when it was last amiss.
func (w *troubled) aftermath() (well, named time.Duration) {
	end := w.clock.Now()
	for w.clock.Now() < end+2*namedAgain {
		w.step()
		since := w.clock.Now() - end
		if reason, _ := w.faulty(); reason != "" || w.clock.Now()-w.came > time.Second {
			well = since
		}
		if w.state().Name != regulation.Settled {
			named = since
		}
	}
	return well, named
}

// misnamed gives what a body at rest was called by mistake since the last look, and forgets what was heard.
func (w *troubled) misnamed() (wrong []regulation.State) {
	for _, e := range w.ear.events {
		if s, ok := e.Value.(regulation.State); ok && s.Name != regulation.Settled && s.Name != regulation.Unknown {
			wrong = append(wrong, s)
		}
	}
	w.ear.events = append(w.ear.events[:0], pipeline.Event{Value: w.state()})
	w.ear.consents = nil
	return wrong
}

// inUse is the memory that is in use, KiB, with all rubbish cleared away.
func inUse() int {
	runtime.GC()
	runtime.GC() // pools let go of what they keep in the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

// learnt is what a hub may hold more of after hours, KiB: its wearer's baseline, of 240 quiet minutes at most, in three places.
const learnt = 128

// A body at rest is sensed for hours in which its chip fails in every way it can, the clock is set by a day and the processor is somebody
// else's for half a minute. It is never called anything but settled, or not known. From the first hour on the hub holds nothing more than what it
// learns.
func TestHoursOfTroubleLeaveTheStateRight(t *testing.T) {
	lasts, bed, random := hours(t), beds()[0], rand.New(rand.NewPCG(8, 10))
	w := &troubled{ward: newWard(t, strings.Replace(bed.text, "vagal: off, ", "", 1), 1)}
	evening := time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)
	w.core.wall = func() time.Time { return evening.Add(w.clock.Now()).AddDate(0, 0, w.days) }
	kinds, tolls, memory := troubles(bed.ailments), map[string]toll{}, []int{}
	for n := 0; w.clock.Now() < lasts; n++ {
		if n%len(kinds) == 0 {
			random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		}
		w.pass(time.Duration(random.ExpFloat64() * float64(betweenTroubles-2*namedAgain)))
		w.named()
		kind, length := kinds[n%len(kinds)], 3*time.Second+time.Duration(random.Float64()*float64(20*time.Second))
		if err := kind.live(w, length); err != nil {
			t.Fatal(err)
		}
		well, named := w.aftermath()
		if well > rightAgain || named > namedAgain {
			t.Errorf("%s for %s at %s: told well after %s, named after %s", kind.name, length, w.clock.Now(), well, named)
		}
		r := tolls[kind.name]
		tolls[kind.name] = toll{r.count + 1, max(r.well, well), max(r.named, named)}
		for _, s := range w.misnamed() {
			t.Errorf("%s for %s: a body at rest is called %s: %+v", kind.name, length, s.Name, s)
		}
		if int(w.clock.Now()/time.Hour) > len(memory) {
			memory = append(memory, inUse())
		}
	}
	if n := len(memory); n > 0 && memory[n-1] > memory[0]+learnt {
		t.Errorf("it holds more and more, KiB, hour by hour: %d", memory)
	}
	t.Logf("in use hour by hour, KiB: %d", memory)
	for _, name := range slices.Sorted(maps.Keys(tolls)) {
		r := tolls[name]
		t.Logf("%-20s %3d times: told well after %4.1f s, named after %4.1f s at the latest", name, r.count, r.well.Seconds(), r.named.Seconds())
	}
}

// While everybody is paused no chip is touched, so nobody sees that one is well again. Who resumes finds it well within the time that it takes
// without a pause.
func TestAChipThatHealsInAPauseIsWellAfterIt(t *testing.T) {
	bed := beds()[0]
	for _, a := range []ailment{{"adc", sim.NACK, true}, {"main", sim.Absent, true}} {
		t.Run(fmt.Sprintf("%s of %s", a.fault, a.part), func(t *testing.T) {
			w := &troubled{ward: newWard(t, bed.text, 1)}
			w.named()
			part := w.sim.parts[a.part]
			if err := part.Set(a.fault, true); err != nil {
				t.Fatal(err)
			}
			w.pass(8 * time.Second)
			if err := w.core.request(pauseAll(), nil); err != nil {
				t.Fatal(err)
			}
			w.pass(8 * time.Second)
			if err := part.Set(a.fault, false); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Minute)
			if err := w.core.request(pipeline.Command{Name: pipeline.CommandResume, Wearer: "a", Origin: fromSocket}, nil); err != nil {
				t.Fatal(err)
			}
			if well, named := w.aftermath(); well > rightAgain || named > namedAgain {
				t.Errorf("told well after %s, named after %s", well, named)
			}
		})
	}
}

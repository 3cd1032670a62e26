package gpioline_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubd/drivers/gpioline"
	"hubd/drivers/sim"
)

// clock is a virtual clock.
type clock struct{ now time.Duration }

func (c *clock) read() time.Duration      { return c.now }
func (c *clock) advance(by time.Duration) { c.now += by }

// header is a simulated Raspberry Pi header and its clock.
func header(o sim.GPIOOptions) (*sim.GPIO, *clock) {
	c := &clock{now: time.Second}
	if o.Names == nil {
		o.Names = sim.HeaderNames()
	}
	return sim.NewGPIO(o, c.read, c.advance), c
}

func open(t *testing.T, g *sim.GPIO, o gpioline.Options) *gpioline.Line {
	t.Helper()
	l, err := gpioline.Open(g, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func events(t *testing.T, l *gpioline.Line) []gpioline.Event {
	t.Helper()
	all, err := l.Events(nil)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestALineIsFoundWhereverItsChipIs(t *testing.T) {
	unnamed := make([]string, 28)
	for _, row := range []struct {
		name  string
		chip  sim.GPIOOptions
		line  string
		wants string
	}{
		{"by its name", sim.GPIOOptions{}, "GPIO17", "GPIO17 on pinctrl-bcm2711"},
		{"by the label of its chip and its number", sim.GPIOOptions{Label: "pinctrl-rp1"}, "pinctrl-rp1:4", "pinctrl-rp1:4 on pinctrl-rp1"},
		{"by its number in the header, where the Pi's own chip calls it otherwise", sim.GPIOOptions{Label: "pinctrl-bcm2835", Names: unnamed}, "GPIO4", "GPIO4 on pinctrl-bcm2835"},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, _ := header(row.chip)
			l := open(t, g, gpioline.Options{Line: row.line})
			if l.String() != row.wants {
				t.Errorf("found %s, want %s", l, row.wants)
			}
			if g.Descriptors() != 1 {
				t.Errorf("%d descriptors open, want the line's alone", g.Descriptors())
			}
		})
	}
}

func TestAMissingLineIsAnErrorThatSaysWhatToDoAndLeavesNothingOpen(t *testing.T) {
	for _, row := range []struct {
		name   string
		chip   sim.GPIOOptions
		sicken func(g *sim.GPIO) error
		line   string
		is     error
		says   string
	}{
		{"a name that no line has", sim.GPIOOptions{}, nil, "BUTTON", gpioline.ErrNoLine, "gpioinfo"},
		{"a number beyond the header's", sim.GPIOOptions{}, nil, "GPIO99", gpioline.ErrNoLine, "pinctrl-bcm2711"},
		{"the number of a line on a chip that is not a Pi's", sim.GPIOOptions{Label: "mcp23017", Names: make([]string, 16)}, nil, "GPIO4", gpioline.ErrNoLine, "mcp23017"},
		{"a label that no chip has", sim.GPIOOptions{}, nil, "pinctrl-rp1:4", gpioline.ErrNoChip, "pinctrl-bcm2711"},
		{"a number that the chip does not have", sim.GPIOOptions{}, nil, "pinctrl-bcm2711:28", gpioline.ErrNoLine, "0 to 27"},
		{"a line that lost its name", sim.GPIOOptions{Label: "expander"}, func(g *sim.GPIO) error { return g.Line("GPIO4").Set(sim.Nameless, true) }, "GPIO4", gpioline.ErrNoLine, "expander"},
		{"a line that another program holds", sim.GPIOOptions{}, func(g *sim.GPIO) error { return g.Line("GPIO4").Set(sim.Busy, true) }, "GPIO4", gpioline.ErrBusy, "by another"},
		{"no chip at all", sim.GPIOOptions{}, func(g *sim.GPIO) error { return g.Set(sim.Absent, true) }, "GPIO4", nil, "look for GPIO chips"},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, _ := header(row.chip)
			if row.sicken != nil {
				if err := row.sicken(g); err != nil {
					t.Fatal(err)
				}
			}
			_, err := gpioline.Open(g, gpioline.Options{Line: row.line})
			if err == nil || row.is != nil && !errors.Is(err, row.is) || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, want %v with %q", err, row.is, row.says)
			}
			if g.Descriptors() != 0 {
				t.Errorf("%d descriptors left open", g.Descriptors())
			}
		})
	}
}

func TestOptionsThatNoLineHasAreRefused(t *testing.T) {
	for _, row := range []struct {
		name string
		o    gpioline.Options
	}{
		{"no name", gpioline.Options{}},
		{"a path", gpioline.Options{Line: "/dev/gpiochip0 17"}},
		{"debouncing of two seconds", gpioline.Options{Line: "GPIO4", Debounce: 2 * time.Second}},
		{"a negative time", gpioline.Options{Line: "GPIO4", Debounce: -1}},
		{"an output with a pull-up", gpioline.Options{Line: "GPIO4", Output: true, Bias: gpioline.PullUp}},
		{"an unknown bias", gpioline.Options{Line: "GPIO4", Bias: 9}},
		{"a buffer of a million events", gpioline.Options{Line: "GPIO4", Buffer: 1e6}},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, _ := header(sim.GPIOOptions{})
			if _, err := gpioline.Open(g, row.o); err == nil {
				t.Error("taken")
			}
		})
	}
}

func TestEdgesComeWithTheKernelsTimes(t *testing.T) {
	g, c := header(sim.GPIOOptions{})
	l := open(t, g, gpioline.Options{Line: "GPIO4", Bias: gpioline.PullUp, ActiveLow: true})
	wire := g.Line("GPIO4")
	var want []gpioline.Event
	for i := range 6 {
		c.advance(10 * time.Millisecond)
		wire.Drive(i%2 == 1)
		want = append(want, gpioline.Event{T: c.now, Active: i%2 == 0})
	}
	c.advance(2 * time.Second) // the reader slept
	got := events(t, l)
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("event %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if rest := events(t, l); len(rest) > 0 {
		t.Errorf("told twice: %v", rest)
	}
}

func TestBiasAndActiveLowDecideWhatAnOpenWireIs(t *testing.T) {
	for _, row := range []struct {
		name string
		o    gpioline.Options
		want bool
	}{
		{"pulled up it is high", gpioline.Options{Bias: gpioline.PullUp}, true},
		{"pulled up and active low it is inactive", gpioline.Options{Bias: gpioline.PullUp, ActiveLow: true}, false},
		{"pulled down it is low", gpioline.Options{Bias: gpioline.PullDown}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, _ := header(sim.GPIOOptions{})
			row.o.Line = "GPIO4"
			if got, err := open(t, g, row.o).Value(); err != nil || got != row.want {
				t.Errorf("active is %v (%v), want %v", got, err, row.want)
			}
		})
	}
}

func TestAnOutputIsInactiveUntilItIsSet(t *testing.T) {
	for _, row := range []struct {
		name      string
		activeLow bool
	}{{"active high", false}, {"active low", true}} {
		t.Run(row.name, func(t *testing.T) {
			g, _ := header(sim.GPIOOptions{})
			l, pin := open(t, g, gpioline.Options{Line: "GPIO22", Output: true, ActiveLow: row.activeLow}), g.Line("GPIO22")
			for i, want := range []bool{false, true, false} {
				if i > 0 {
					if err := l.Set(want); err != nil {
						t.Fatal(err)
					}
				}
				if pin.Driven() != (want != row.activeLow) {
					t.Errorf("step %d: driven high is %v", i, pin.Driven())
				}
			}
		})
	}
}

func TestEveryEdgeIsToldOrToldAsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, c := header(sim.GPIOOptions{})
		l, err := gpioline.Open(g, gpioline.Options{Line: "GPIO4", Buffer: rapid.IntRange(0, 64).Draw(t, "buffer")})
		if err != nil {
			t.Fatal(err)
		}
		wire, high, edges, told := g.Line("GPIO4"), false, 0, 0
		read := func() {
			all, err := l.Events(nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range all {
				told += 1 + int(e.Lost)
			}
		}
		for range rapid.IntRange(1, 20).Draw(t, "rounds") {
			for range rapid.IntRange(0, 100).Draw(t, "edges") {
				c.advance(time.Millisecond)
				high = !high
				wire.Drive(high)
				edges++
			}
			if rapid.IntRange(0, 9).Draw(t, "drop") == 0 {
				_ = wire.Set(sim.LostEdges, true) // a line knows this fault
			}
			read()
		}
		wire.Drive(!high) // what was lost last is told with the next
		edges++
		read()
		if told != edges {
			t.Fatalf("%d edges, %d told or told as lost", edges, told)
		}
	})
}

// bounces drives a wire up and down until it rests high or low.
func bounces(wire *sim.GPIOLine, c *clock, high bool) {
	for range 4 {
		wire.Drive(!high)
		c.advance(time.Millisecond)
		wire.Drive(high)
		c.advance(time.Millisecond)
	}
}

func TestAButtonThatBouncesIsOnePress(t *testing.T) {
	for _, row := range []struct {
		name       string
		noDebounce bool
	}{
		{"where the kernel debounces", false},
		{"where it cannot", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, c := header(sim.GPIOOptions{NoDebounce: row.noDebounce})
			l := open(t, g, gpioline.Options{Line: "GPIO17", Bias: gpioline.PullUp, ActiveLow: true, Debounce: 10 * time.Millisecond})
			wire := g.Line("GPIO17")
			wire.Drive(true)
			var got []gpioline.Event
			for i := range 4 {
				bounces(wire, c, i%2 == 1)
				for range 10 {
					c.advance(5 * time.Millisecond)
					got = append(got, events(t, l)...)
				}
			}
			for i, e := range got {
				if e.Active != (i%2 == 0) {
					t.Errorf("event %d: active is %v", i, e.Active)
				}
			}
			if len(got) != 4 {
				t.Errorf("%d events, want two presses and two releases: %v", len(got), got)
			}
		})
	}
}

func TestAWireAtRestIsToldAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, c := header(sim.GPIOOptions{NoDebounce: rapid.Bool().Draw(t, "no debounce")})
		l, err := gpioline.Open(g, gpioline.Options{Line: "GPIO17", Debounce: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		wire, told := g.Line("GPIO17"), false
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			wire.Drive(rapid.Bool().Draw(t, "high"))
			c.advance(time.Duration(rapid.IntRange(0, 30).Draw(t, "ms")) * time.Millisecond)
			all, err := l.Events(nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range all {
				told = e.Active
			}
		}
		c.advance(time.Second)
		all, err := l.Events(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			told = e.Active
		}
		if now, err := l.Value(); err != nil || now != told {
			t.Fatalf("told active %v, it is %v (%v)", told, now, err)
		}
	})
}

func TestWaitEndsWithAnEdgeAFailureOrTheTimeOut(t *testing.T) {
	for _, row := range []struct {
		name   string
		during func(g *sim.GPIO)
		want   time.Duration
	}{
		{"nothing happens: after the time-out", func(*sim.GPIO) {}, 100 * time.Millisecond},
		{"an edge waits already: at once", func(g *sim.GPIO) { g.Line("GPIO4").Drive(true) }, 0},
		{"the chip was pulled out: at once", func(g *sim.GPIO) { _ = g.Set(sim.Unplugged, true) }, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, c := header(sim.GPIOOptions{})
			l := open(t, g, gpioline.Options{Line: "GPIO4"})
			row.during(g)
			from := c.now
			if err := gpioline.Wait(g, []*gpioline.Line{l}, 100*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if took := c.now - from; took != row.want {
				t.Errorf("took %s, want %s", took, row.want)
			}
		})
	}
}

func TestAChipThatIsPulledOutIsAnErrorAndComesBack(t *testing.T) {
	g, _ := header(sim.GPIOOptions{})
	l := open(t, g, gpioline.Options{Line: "GPIO4"})
	if err := g.Set(sim.Unplugged, true); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Events(nil); !errors.Is(err, gpioline.ErrGone) {
		t.Errorf("reading it gives %v", err)
	}
	if _, err := l.Value(); !errors.Is(err, gpioline.ErrGone) {
		t.Errorf("asking it gives %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := g.Set(sim.Unplugged, false); err != nil {
		t.Fatal(err)
	}
	again := open(t, g, gpioline.Options{Line: "GPIO4"})
	g.Line("GPIO4").Drive(true)
	if got := events(t, again); len(got) != 1 || got[0].Lost != 0 {
		t.Errorf("after it came back: %v", got)
	}
}

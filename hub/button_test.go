package hub

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

// Lines of the bench with buttons.
const (
	ownA, ownB, everyones, plusA, minusA, lamp = "GPIO17", "GPIO18", "GPIO27", "GPIO23", "GPIO24", "GPIO22"
)

// bedside is a bench with a header: buttons of a and b, one of the room, a's electrodes, and the sensing light. It lives in virtual time.
type bedside struct {
	*bench
	gpio   *sim.GPIO
	live   *live
	faults *[]dsp.Fault
}

func newBedside(t *testing.T, startFrom ...pipeline.Source) *bedside {
	t.Helper()
	var options pipeline.Options
	b := newBench(t, func(o *pipeline.Options) {
		for i := range o.Wearers {
			o.Wearers[i].StartFrom = startFrom
		}
		options = *o
	})
	s := &bedside{bench: b, faults: &[]dsp.Fault{}}
	now := func() time.Duration { return b.clock }
	s.gpio = sim.NewGPIO(sim.GPIOOptions{Names: sim.HeaderNames(), Persist: true}, now, func(d time.Duration) { b.clock += d })
	for _, line := range []string{plusA, minusA} {
		s.gpio.Line(line).Drive(false) // the amplifier says that they are on
	}
	p := &panel{
		buttons: []panelButton{{ownA, 0}, {ownB, 1}, {everyones, nobody}}, led: lamp, brightness: 1,
		leads: []*leads{{wearer: 0, plus: plusA, minus: minusA}},
		open: func() (header, error) {
			return header{kernel: s.gpio, at: func(t time.Duration) time.Duration { return t }}, nil
		},
	}
	s.live = &live{core: b.core, parts: parts{panel: p, pipeline: options, pacer: &benchPacer{&b.clock}}}
	if err := s.live.joinPanel(); err != nil {
		t.Fatal(err)
	}
	s.live.inputs.fault = func(f dsp.Fault) { *s.faults = append(*s.faults, f) }
	s.live.inputs.step() // the lines are open now
	return s
}

// benchPacer is the bench's clock.
type benchPacer struct{ clock *time.Duration }

func (p *benchPacer) Now() time.Duration                  { return *p.clock }
func (p *benchPacer) SleepUntil(t time.Duration)          { *p.clock = max(*p.clock, t) }
func (s *bedside) down(line string)                       { s.gpio.Line(line).Drive(false) }
func (s *bedside) up(line string)                         { s.gpio.Line(line).Drive(true) }
func (s *bedside) off() (paused []bool)                   { return off(s.pauses, 2) }
func (s *bedside) members() []bool                        { return slices.Clone(s.pipeline.Room().Members) }
func (s *bedside) fail(line string, f sim.Fault, on bool) { _ = s.gpio.Line(line).Set(f, on) }

var _ acquire.Pacer = (*benchPacer)(nil)

// pass lets time pass, with lines read and everything processed.
func (s *bedside) pass(d time.Duration) {
	for end := s.clock + d; s.clock < end; {
		s.live.inputs.step()
		s.step()
	}
}

// press holds a button down for a while and lets it go.
func (s *bedside) press(line string, d time.Duration) {
	s.down(line)
	s.pass(d)
	s.up(line)
	s.pass(100 * time.Millisecond)
}

func TestAPressPausesEverybodyAndOnlyAHoldStartsItsWearer(t *testing.T) {
	const short, long = 300 * time.Millisecond, 3200 * time.Millisecond
	together := func(s *bedside) {
		s.ask(start("a", room.Together))
		s.ask(start("b", room.Together))
	}
	nothing := func(*bedside) {}
	for _, row := range []struct {
		name    string
		before  func(*bedside)
		act     func(*bedside)
		off     []bool // a, b
		members []bool
	}{
		{"the room's button pauses both", together, func(s *bedside) { s.press(everyones, short) }, []bool{true, true}, []bool{true, true}},
		{"an own button pauses both", together, func(s *bedside) { s.press(ownA, short) }, []bool{true, true}, []bool{true, true}},
		{"a press while paused changes nothing", together, func(s *bedside) { s.press(ownA, short); s.press(ownA, short) }, []bool{true, true}, []bool{true, true}},
		{"the room's button starts nobody, however long it is held", nothing, func(s *bedside) { s.press(everyones, 10*time.Second) }, []bool{true, true}, []bool{false, false}},
		{"an own button held starts its wearer", nothing, func(s *bedside) { s.press(ownB, long) }, []bool{true, false}, []bool{false, true}},
		{"a short press starts nobody", nothing, func(s *bedside) { s.press(ownB, short) }, []bool{true, true}, []bool{false, false}},
		{"a hold that is let go too soon starts nobody", nothing, func(s *bedside) { s.press(ownB, 2900*time.Millisecond) }, []bool{true, true}, []bool{false, false}},
		{"a hold while sensed pauses, and does not resume", together, func(s *bedside) { s.press(ownA, long) }, []bool{true, true}, []bool{true, true}},
		{"a hold after a pause resumes its own wearer alone", together, func(s *bedside) { s.press(everyones, short); s.press(ownA, long) }, []bool{false, true}, []bool{true, true}},
		{"whoever was paused is resumed by each own hold", together, func(s *bedside) {
			s.press(everyones, short)
			s.press(ownA, long)
			s.press(ownB, long) // its press pauses a again
			s.press(ownA, long) // as does this one b
		}, []bool{false, true}, []bool{true, true}},
		{"somebody else's press during a hold is the newer wish", nothing, func(s *bedside) {
			s.down(ownB)
			s.pass(time.Second)
			s.press(everyones, short)
			s.pass(2500 * time.Millisecond)
			s.up(ownB)
			s.pass(short)
		}, []bool{true, true}, []bool{false, false}},
		{"a hold goes on however often it is looked at, and starts once", nothing, func(s *bedside) {
			s.press(ownB, 9*time.Second)
			s.ask(pipeline.Command{Name: pipeline.CommandEndSession, Origin: fromSocket})
			s.pass(time.Second)
		}, []bool{true, true}, []bool{false, false}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newBedside(t, pipeline.SourceButton)
			row.before(s)
			s.pass(time.Second)
			row.act(s)
			if got := s.off(); !slices.Equal(got, row.off) {
				t.Errorf("paused: %v, want %v", got, row.off)
			}
			if got := s.members(); !slices.Equal(got, row.members) {
				t.Errorf("in the session: %v, want %v", got, row.members)
			}
		})
	}
}

func TestAPressPausesBeforeThePipelineHearsOfIt(t *testing.T) {
	s := newBedside(t, pipeline.SourceButton)
	s.ask(start("a", room.Alone))
	s.down(ownB)
	from := s.clock
	for !s.pauses.Off(0) {
		s.live.inputs.step()
		if s.clock-from > time.Second {
			t.Fatal("not paused")
		}
	}
	if took := s.clock - from; took > 60*time.Millisecond {
		t.Errorf("took %s", took)
	}
}

func TestAHoldIsRefusedWhereStartFromHasNoButton(t *testing.T) {
	s := newBedside(t, pipeline.SourcePage)
	s.press(ownA, 4*time.Second)
	if !s.pauses.Off(0) || s.members()[0] {
		t.Error("started")
	}
	s.log.Wants(t, 1, "command refused")
}

func TestAHoldOfSomebodyWhoIsAlwaysSensedEndsThePauseFirst(t *testing.T) {
	s := newBedside(t, pipeline.SourceButton, pipeline.SourceBoot)
	s.press(everyones, 200*time.Millisecond)
	s.press(ownA, 4*time.Second)
	if s.pauses.Off(0) || s.pipeline.Room().Session != room.NoSession {
		t.Errorf("paused %v, session %v: want that sensing went on, outside of a session", s.pauses.Off(0), s.pipeline.Room().Session)
	}
}

func TestEdgesThatWereLostCountAsAPressAndNeverAsAHold(t *testing.T) {
	t.Run("a press and its release were lost", func(t *testing.T) {
		s := newBedside(t, pipeline.SourceButton)
		s.ask(start("a", room.Alone))
		for range 2 { // the kernel debounces: each level has to stand for a while
			s.down(ownB)
			s.clock += 20 * time.Millisecond
			s.up(ownB)
			s.clock += 20 * time.Millisecond
			s.fail(ownB, sim.LostEdges, true)
		}
		s.down(ownB)
		s.pass(4 * time.Second)
		if got := s.off(); !slices.Equal(got, []bool{true, true}) {
			t.Errorf("paused: %v", got)
		}
		if s.members()[1] {
			t.Error("b was started")
		}
	})
	t.Run("a release was lost", func(t *testing.T) {
		s := newBedside(t, pipeline.SourceButton)
		s.down(ownB)
		s.pass(time.Second)
		s.up(ownB)
		s.clock += 20 * time.Millisecond
		s.fail(ownB, sim.LostEdges, true)
		s.pass(4 * time.Second)
		if s.members()[1] {
			t.Error("b was started by a button that nobody touches")
		}
	})
}

func TestALineThatIsNotThereIsAFaultUntilItIs(t *testing.T) {
	for _, row := range []struct {
		name   string
		broken func(s *bedside, on bool)
		says   string
	}{
		{"the chip is pulled out", func(s *bedside, on bool) { _ = s.gpio.Set(sim.Unplugged, on) }, "gone"},
		{"the chip is not there", func(s *bedside, on bool) { _ = s.gpio.Set(sim.Absent, on) }, "gone"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newBedside(t, pipeline.SourceButton)
			row.broken(s, true)
			s.pass(20 * time.Second)
			if n := len(*s.faults); n != 5 {
				t.Fatalf("%d faults of 5 lines: %v", n, *s.faults)
			}
			for _, f := range *s.faults {
				if !strings.Contains(f.Reason, row.says) {
					t.Errorf("%s: %q, want %q", f.Source, f.Reason, row.says)
				}
			}
			row.broken(s, false)
			s.pass(5 * time.Second)
			if n := len(*s.faults); n != 10 {
				t.Errorf("%d times told, want that each line came and went once", n)
			}
			s.ask(start("a", room.Alone))
			s.press(everyones, 200*time.Millisecond)
			if !s.pauses.Off(0) {
				t.Error("the button does not pause after it came back")
			}
		})
	}
}

func TestALineInUseElsewhereIsTriedAgain(t *testing.T) {
	s := newBedside(t, pipeline.SourceButton)
	s.live.inputs.all[0].line.Close()
	s.live.inputs.all[0].line = nil
	s.fail(ownA, sim.Busy, true)
	s.pass(10 * time.Second)
	if f := *s.faults; len(f) != 1 || f[0].Source != "button on "+ownA || f[0].Wearer != dsp.NoWearer || !strings.Contains(f[0].Reason, "in use by another") {
		t.Fatalf("faults %v", f)
	}
	s.fail(ownA, sim.Busy, false)
	s.pass(5 * time.Second)
	if f := *s.faults; len(f) != 2 || f[1].Reason != "" {
		t.Errorf("faults %v: want that it ended", f)
	}
}

func TestAButtonThatIsDownWithoutEndIsTold(t *testing.T) {
	s := newBedside(t, pipeline.SourceButton)
	_ = s.gpio.Set(sim.Unplugged, true)
	s.pass(time.Second)
	s.down(ownB)
	_ = s.gpio.Set(sim.Unplugged, false)
	s.pass(20 * time.Second)
	if !s.pauses.Off(1) || s.members()[1] {
		t.Error("a button that was down when its line came started somebody")
	}
	s.pass(20 * time.Second)
	last := (*s.faults)[len(*s.faults)-1]
	if last.Source != "button on "+ownB || !strings.Contains(last.Reason, "stuck") {
		t.Fatalf("last fault %v", last)
	}
	s.up(ownB)
	s.pass(time.Second)
	if last := (*s.faults)[len(*s.faults)-1]; last.Source != "button on "+ownB || last.Reason != "" {
		t.Errorf("after it was let go: %v", last)
	}
}

func TestElectrodesTellAtOnceThatTheyAreOff(t *testing.T) {
	for _, row := range []struct {
		name string
		act  func(s *bedside)
		off  bool
	}{
		{"both on", func(*bedside) {}, false},
		{"LO+ off", func(s *bedside) { s.up(plusA) }, true},
		{"LO- off", func(s *bedside) { s.up(minusA) }, true},
		{"off and on again", func(s *bedside) { s.up(plusA); s.pass(time.Second); s.down(plusA) }, false},
		{"its wire broke", func(s *bedside) { s.gpio.Line(plusA).Release() }, true},
		{"off, and then the chip is pulled out: nobody knows", func(s *bedside) { s.up(plusA); s.pass(time.Second); _ = s.gpio.Set(sim.Unplugged, true) }, false},
		{"off when the line comes back", func(s *bedside) {
			_ = s.gpio.Set(sim.Unplugged, true)
			s.pass(time.Second)
			s.up(minusA)
			_ = s.gpio.Set(sim.Unplugged, false)
			s.pass(5 * time.Second)
		}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newBedside(t, pipeline.SourceButton)
			row.act(s)
			from := s.clock
			s.live.inputs.step()
			if got := s.live.panel.leadsOf(0).Off(); got != row.off {
				t.Errorf("off %v, want %v", got, row.off)
			}
			if took := s.clock - from; row.off && took > 0 && !strings.Contains(row.name, "comes back") {
				t.Errorf("told after %s", took)
			}
		})
	}
}

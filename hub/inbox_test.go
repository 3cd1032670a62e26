package hub

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubd/dsp"
	"hubd/pipeline"
	"hubd/room"
)

func block(bus string, n int, channels ...dsp.Channel) dsp.Block {
	b := dsp.Block{Bus: bus, Until: time.Duration(n) * time.Millisecond}
	for _, c := range channels {
		b.Samples = append(b.Samples, dsp.Sample{Channel: c, T: b.Until})
	}
	return b
}

// gapsOf lists the blocks, by number, in which a channel's sample carries a gap.
func gapsOf(out batch, c dsp.Channel) (at []int) {
	for _, b := range out.blocks {
		for _, s := range b.Samples {
			if s.Channel == c && s.Flags.Has(dsp.FlagGap) {
				at = append(at, int(b.Until/time.Millisecond))
			}
		}
	}
	return at
}

func TestAFullInboxDropsTheOldestBlockAndMarksTheGap(t *testing.T) {
	pulse := dsp.Channel{Kind: dsp.ChannelPulse}
	eda := dsp.Channel{Kind: dsp.ChannelEDA}
	other := dsp.Channel{Wearer: 1}
	tests := []struct {
		name      string
		blocks    func(n int) dsp.Block
		overflow  int
		pulse     []int // numbers of the blocks that begin with a gap
		eda       []int
		others    []int
		wantFirst int // number of the oldest block left
	}{
		{
			"nothing is dropped and nothing marked while there is room",
			func(n int) dsp.Block { return block("i2c", n, pulse) }, 0, nil, nil, nil, 0,
		}, {
			"the next sample of a channel carries the gap, once",
			func(n int) dsp.Block { return block("i2c", n, pulse, eda) }, 3, []int{3}, []int{3}, nil, 3,
		}, {
			"a channel that is not in the next block carries it in a later one",
			func(n int) dsp.Block {
				if n%10 == 0 {
					return block("i2c", n, pulse, eda)
				}
				return block("i2c", n, pulse)
			}, 3, []int{3}, []int{10}, nil, 3,
		}, {
			"blocks without samples leave no gap",
			func(n int) dsp.Block {
				if n < 5 {
					return block("i2c", n)
				}
				return block("i2c", n, pulse)
			}, 5, nil, nil, nil, 5,
		}, {
			"another bus is not marked",
			func(n int) dsp.Block {
				if n%2 == 0 {
					return block("i2c", n, pulse)
				}
				return block("spi", n, other)
			}, 1, []int{2}, nil, nil, 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := newInbox()
			for n := range maxBlocks + test.overflow {
				in.block(test.blocks(n))
			}
			var out batch
			in.take(&out)
			if len(out.blocks) != maxBlocks || in.dropped != uint64(test.overflow) {
				t.Errorf("%d blocks left, %d dropped; want %d and %d", len(out.blocks), in.dropped, maxBlocks, test.overflow)
			}
			if got := int(out.blocks[0].Until / time.Millisecond); got != test.wantFirst {
				t.Errorf("the oldest block left is number %d, want %d", got, test.wantFirst)
			}
			for c, want := range map[dsp.Channel][]int{pulse: test.pulse, eda: test.eda, other: test.others} {
				if diff := cmp.Diff(want, gapsOf(out, c)); diff != "" {
					t.Errorf("gaps of %v (-want +got):\n%s", c, diff)
				}
			}
		})
	}
}

func TestAGapIsMarkedEvenWhereTheChannelComesOnlyInALaterBatch(t *testing.T) {
	in, eda := newInbox(), dsp.Channel{Kind: dsp.ChannelEDA}
	in.block(block("i2c", 0, eda))
	for n := range maxBlocks {
		in.block(block("i2c", n+1))
	}
	var out batch
	in.take(&out)
	in.block(block("i2c", 1000, eda))
	in.block(block("i2c", 1001, eda))
	in.take(&out)
	if diff := cmp.Diff([]int{1000}, gapsOf(out, eda)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheNewestFaultOfEverySourceOutlivesItsBlock(t *testing.T) {
	fault := func(source, reason string) dsp.Fault { return dsp.Fault{Source: source, Reason: reason} }
	in := newInbox()
	in.block(dsp.Block{Bus: "spi", Faults: []dsp.Fault{fault("mcp", "answers nothing")}})
	in.block(dsp.Block{Bus: "i2c", Faults: []dsp.Fault{fault("ads", "no answer"), fault("ads 2", "no answer")}})
	in.block(dsp.Block{Bus: "i2c", Faults: []dsp.Fault{fault("ads", "")}})
	for n := range maxBlocks {
		in.block(block("i2c", n)) // nothing of the other bus comes any more
	}
	var out batch
	in.take(&out)
	want := []dsp.Fault{fault("mcp", "answers nothing"), fault("ads 2", "no answer"), fault("ads", "")}
	if diff := cmp.Diff(want, out.faults); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	in.take(&out)
	if len(out.faults) != 0 {
		t.Errorf("told twice: %v", out.faults)
	}
}

func TestFaultsOfAStalledHourStayOneForEachSource(t *testing.T) {
	in := newInbox()
	for n := range 20 * maxBlocks {
		reason := ""
		if n%2 == 0 {
			reason = "no answer"
		}
		in.block(dsp.Block{Bus: "i2c", Faults: []dsp.Fault{{Source: "ads", Reason: reason}}})
	}
	if len(in.faults) != 1 || in.faults[0].Reason != "" {
		t.Errorf("kept %v, want the newest only", in.faults)
	}
}

func TestEveryPartOfTheInboxIsBounded(t *testing.T) {
	in := newInbox()
	var refused int
	for n := range 10 * maxReports {
		if err := in.act(act{command: pipeline.Command{Number: float64(n)}}); errors.Is(err, errBusy) {
			refused++
		}
		in.report(room.LampReport{Brightness: dsp.Some(float64(n))})
		in.refuse(pipeline.Event{Wearer: "a"})
	}
	var out batch
	in.take(&out)
	if len(out.acts) != maxCommands || refused != 10*maxReports-maxCommands {
		t.Errorf("%d acts and %d refused, want %d kept and every other refused to whoever asked", len(out.acts), refused, maxCommands)
	}
	if got := out.acts[0].command.Number; got != 0 {
		t.Errorf("the first act kept is number %g, want 0: what was accepted is not dropped", got)
	}
	if n := len(out.reports); n != maxReports || out.reports[n-1].Brightness.Value != 10*maxReports-1 {
		t.Errorf("%d reports, the last %v; want %d, the newest", n, out.reports[n-1], maxReports)
	}
	if len(out.refused) != maxCommands {
		t.Errorf("%d refusals, want %d", len(out.refused), maxCommands)
	}
	in.take(&out)
	if len(out.acts)+len(out.reports)+len(out.refused)+len(out.blocks) != 0 {
		t.Error("something is taken twice")
	}
}

func TestWhatTheBatchHoldsIsNotTouchedByWhatComesLater(t *testing.T) {
	in := newInbox()
	in.block(block("i2c", 1))
	in.report(room.LampReport{Lamp: "bed"})
	var out batch
	in.take(&out)
	in.block(block("i2c", 2))
	in.report(room.LampReport{Lamp: "shelf"})
	if out.blocks[0].Until != time.Millisecond || out.reports[0].Lamp != "bed" {
		t.Error("a batch being processed changed under the processing")
	}
}

func TestTheInboxWakesTheProcessingOnce(t *testing.T) {
	in := newInbox()
	for range 3 {
		in.block(block("i2c", 0))
	}
	<-in.wake
	select {
	case <-in.wake:
		t.Error("woken twice for one batch")
	default:
	}
	if !slices.Equal([]string{"i2c"}, []string{in.blocks[0].Bus}) {
		t.Error("waking took something")
	}
}

func TestALampThatFloodsTakesNoOthersWordAway(t *testing.T) {
	in := newInbox()
	hand, lost := room.LampReport{Lamp: "bed", On: dsp.Some(0)}, room.LampReport{Lamp: "shelf", Lost: true}
	in.report(hand)
	in.report(lost)
	for n := range 10 * maxReports {
		in.report(room.LampReport{Lamp: "shelf", Brightness: dsp.Some(float64(n))})
	}
	var out batch
	in.take(&out)
	newest := out.reports[len(out.reports)-1]
	if len(out.reports) != maxReports || out.reports[0] != hand || out.reports[1] != lost || newest.Brightness != dsp.Some(10*maxReports-1) {
		t.Errorf("%d reports, from %+v and %+v to %+v", len(out.reports), out.reports[0], out.reports[1], newest)
	}
}

// Each block wakes nobody: two are one wake-up's work. What must not wait takes the first along.
func TestWhoProcessesIsWokenByEachSecondBlockOfABusAndByWhatMustNotWait(t *testing.T) {
	in := newInbox()
	faulty := block("i2c", 3)
	faulty.Faults = []dsp.Fault{{Source: "ads1115@48", Reason: "no reading"}}
	for _, row := range []struct {
		name string
		say  func()
		want int // blocks that whoever is woken finds; -1: nobody is
	}{
		{"a first block", func() { in.block(block("i2c", 1)) }, -1},
		{"another bus's first", func() { in.block(block("spi", 1)) }, -1},
		{"a second one", func() { in.block(block("i2c", 2)) }, 3},
		{"a first one again", func() { in.block(block("i2c", 2)) }, -1},
		{"what somebody says", func() { _ = in.act(act{}) }, 1},
		{"a fault", func() { in.block(faulty) }, 1},
		{"a lamp's word", func() { in.report(room.LampReport{Lamp: "bed"}) }, 0},
	} {
		row.say()
		found := -1
		select {
		case <-in.wake:
			var b batch
			in.take(&b)
			found = len(b.blocks)
		default:
		}
		if found != row.want {
			t.Errorf("%s: found %d, want %d", row.name, found, row.want)
		}
	}
}

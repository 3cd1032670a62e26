package hub

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubd/acquire"
	"hubd/dsp"
	"hubd/pipeline"
)

// skinBench is a bus that is read by a loop of the test's own: what it lets through, and whom it may read.
type skinBench struct {
	*skinBoards
	pauses *pauses
	paused func(uint8) bool
	emit   func(dsp.Block)
	passed []dsp.Block
	until  time.Duration
}

func newSkinBench(change func([]pipeline.WearerOptions)) *skinBench {
	b := &skinBench{pauses: &pauses{}}
	o := make([]pipeline.WearerOptions, 2)
	for i := range o {
		o[i] = pipeline.WearerOptions{SkinBus: "wire", StartFrom: []pipeline.Source{pipeline.SourcePage}, Skin: dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: 2}}
	}
	if change != nil {
		change(o)
	}
	l := &lends{log: slog.New(slog.DiscardHandler), pauses: b.pauses, wearers: []string{"a", "b"}, buses: []lendable{{name: "wire", device: "i2c/1", lending: &acquire.Lending{}}}}
	b.skinBoards = newSkinBoards(l, o)
	b.paused, b.emit = b.join("wire", b.pauses.Off, func(block dsp.Block) { b.passed = append(b.passed, block) })
	return b
}

// second is a second of blocks, in which b's board too puts something out; it takes a second.
func (b *skinBench) second(volts float64) {
	for range 50 {
		time.Sleep(20 * time.Millisecond)
		b.until += 20 * time.Millisecond
		block := dsp.Block{Bus: "wire", Until: b.until}
		for w := range uint8(2) {
			if !b.paused(w) {
				block.Samples = append(block.Samples,
					dsp.Sample{Channel: dsp.Channel{Wearer: w, Kind: dsp.ChannelEDA}, T: b.until - time.Millisecond, Volts: volts + float64(w)},
					dsp.Sample{Channel: dsp.Channel{Wearer: w, Kind: dsp.ChannelPulse}, T: b.until - time.Millisecond, Volts: 0.1})
			}
		}
		b.emit(block)
	}
}

type measured struct {
	share   float64
	refusal string
	err     error
	told    int
}

func (b *skinBench) begin(ctx context.Context, wearer string, ohm float64) <-chan measured {
	done := make(chan measured, 1)
	go func() {
		var m measured
		m.share, m.refusal, m.err = b.measure(ctx, wearer, ohm, func(read, of time.Duration) {
			if read < 0 || read > of {
				panic("more was read than there is")
			}
			m.told++
		})
		done <- m
	}()
	synctest.Wait()
	return done
}

func TestABoardIsReadByTheLoopThatHasTheBus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newSkinBench(nil)
		var laid []float64
		b.lay = func(microsiemens *float64) {
			if microsiemens == nil {
				laid = append(laid, -1)
				return
			}
			laid = append(laid, *microsiemens)
		}
		b.pauses.word.Store(0b01) // a is not sensed: it is a's own act
		b.second(1.5)
		done := b.begin(t.Context(), "a", 100e3)
		if b.paused(0) || !b.paused(1) {
			t.Error("somebody else is read, or a is not")
		}
		if m := <-b.begin(t.Context(), "b", 0); !strings.Contains(m.refusal, "lent to another") {
			t.Errorf("a second reading beside it: %+v", m)
		}
		before := len(b.passed)
		for range 5 {
			b.second(1)
		}
		m := <-done
		if m.err != nil || m.refusal != "" || m.share != 0.5 || m.told < 10 {
			t.Errorf("read %+v, want half of the supply, told as it goes", m)
		}
		for _, block := range b.passed[before : before+190] {
			if len(block.Samples) > 0 || !block.SetUp {
				t.Fatalf("the pipeline gets %+v", block)
			}
		}
		if b.paused(1) || !b.paused(0) || len(b.lends.away()) != 0 || b.lends.reading() {
			t.Error("the bus is not as it was")
		}
		if len(laid) != 2 || laid[0] != 10 || laid[1] != -1 {
			t.Errorf("across simulated electrodes lay %v, want 10 µS and then nothing", laid)
		}
	})
}

func TestAReadingEndsBeforeItsTime(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(b *skinBench, leave func())
		want string
	}{
		{"by anybody's pause, at once", func(b *skinBench, _ func()) { b.pauses.stop(0b11, pipeline.Command{Name: pipeline.CommandPause}) }, "somebody paused"},
		{"by the end of hubd", func(b *skinBench, _ func()) { b.lends.ended.Store(true) }, "hubd stops"},
		{"by who asked", func(_ *skinBench, leave func()) { leave() }, "nobody waits"},
		{"by a chip that does not answer", func(_ *skinBench, _ func()) { time.Sleep(20 * time.Second) }, "the time is over"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newSkinBench(nil)
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				done := b.begin(ctx, "a", 0)
				b.second(1)
				row.end(b, leave)
				if strings.Contains(row.name, "pause") && !b.paused(0) {
					t.Error("a conversion after the pause")
				}
				if m := <-done; m.refusal != row.want && !strings.Contains(m.refusal, row.want) || m.share != 0 {
					t.Errorf("%+v", m)
				}
				if len(b.lends.away()) != 0 {
					t.Error("the bus is still taken")
				}
			})
		})
	}
}

func TestABoardThatIsNotReadSaysWhy(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(o []pipeline.WearerOptions)
		off    uint64
		wearer string
		want   string
	}{
		{"nobody's", nil, 0, "z", "no board of yours"},
		{"a divider", func(o []pipeline.WearerOptions) { o[0].Skin.Circuit = dsp.Divider }, 0, "a", "only a Grove board"},
		{"none", func(o []pipeline.WearerOptions) { o[0].SkinBus = "" }, 0, "a", "no board of yours"},
		{"one that is not sensed, whose wearer may not begin from the page", func(o []pipeline.WearerOptions) { o[0].StartFrom = nil }, 1, "a", "start_from does not name page"},
	} {
		b := newSkinBench(row.change)
		b.pauses.word.Store(row.off)
		if _, refusal, err := b.measure(t.Context(), row.wearer, 0, func(_, _ time.Duration) {}); err != nil || !strings.Contains(refusal, row.want) {
			t.Errorf("%s: %q, %v", row.name, refusal, err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		b := newSkinBench(func(o []pipeline.WearerOptions) { o[0].StartFrom = nil })
		done := b.begin(t.Context(), "a", 0)
		b.second(0.2)
		for range 5 {
			b.second(1.9)
		}
		if m := <-done; !strings.Contains(m.refusal, "does not stand still") {
			t.Errorf("a hand on the electrodes: %+v", m)
		}
	})
}

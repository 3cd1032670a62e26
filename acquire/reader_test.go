package acquire_test

import (
	"math"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"pgregory.net/rapid"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/mcp3x0x"
	"hubd/drivers/sim"
	"hubd/dsp"
)

// replay is a Reader on an instant ADS1115, or MCP3208.
type replay struct {
	clock  acquire.VirtualPacer
	chip   *sim.ADS1x15
	reader *acquire.Reader
}

func newReplay(t testing.TB, in sim.Input, channels ...acquire.Channel) *replay {
	t.Helper()
	r := &replay{}
	bus := sim.NewI2C("replay", r.clock.Now, r.clock.Advance)
	chip, err := sim.NewADS1x15(sim.ADSOptions{Input: in, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	r.chip = chip
	bus.Attach(0x48, chip)
	dev, err := ads1x15.New(bus, 0x48, ads1x15.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.reader, err = acquire.NewReader(dev, &r.clock, channels...); err != nil {
		t.Fatal(err)
	}
	return r
}

func newCountReplay(t testing.TB, in sim.Input, channels ...acquire.Channel) *replay {
	t.Helper()
	r := &replay{}
	chip, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: 12, Inputs: 8, Input: in, Instant: true})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := sim.NewSPI("replay", r.clock.Now, r.clock.Advance, chip).Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	dev, err := mcp3x0x.New(conn, mcp3x0x.Options{Chip: mcp3x0x.MCP3208})
	if err != nil {
		t.Fatal(err)
	}
	if r.reader, err = acquire.NewReader(dev, &r.clock, channels...); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARowIsStampedAndMeasuredAtExactlyItsTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var at time.Duration
		in := func(input int, t time.Duration) float64 { at = t; return distinct(input, t) }
		channels := []acquire.Channel{{Channel: pulseA, Input: 0}, {Channel: edaA, Input: 1}}
		for _, r := range []*replay{newReplay(t, in, channels...), newCountReplay(t, in, channels...)} {
			now := time.Duration(0)
			for range 20 {
				now += time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(rt, "step"))
				for i := range channels {
					s, err := r.reader.Read(i, now)
					if err != nil {
						rt.Fatal(err)
					}
					if s.T != now || at != now || s.Channel != channels[i].Channel || s.Flags != 0 {
						rt.Fatalf("row at %s: sample %v, measured at %s", now, s, at)
					}
					if math.Abs(s.Volts-distinct(i, now)) > 0.5e-3 {
						rt.Fatalf("row at %s: %g V, want %g", now, s.Volts, distinct(i, now))
					}
				}
			}
		}
	})
}

func TestCountsOfARecordingComeBackUnchanged(t *testing.T) {
	count := 0
	r := newCountReplay(t, func(int, time.Duration) float64 { return float64(count) * 3.3 / 4096 }, acquire.Channel{Channel: pulseA})
	for count = range 4096 {
		s, err := r.reader.Read(0, time.Duration(count)*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Volts * 4096 / 3.3; math.Abs(got-float64(count)) > 1e-9 {
			t.Fatalf("count %d came back as %g", count, got)
		}
	}
}

func TestGapsInARecordingAreFlagged(t *testing.T) {
	r := newReplay(t, distinct, acquire.Channel{Channel: pulseA, Rate: 64}, acquire.Channel{Channel: edaA, Input: 1})
	period := time.Second / 64
	read := func(i int, at time.Duration) dsp.Sample {
		s, err := r.reader.Read(i, at)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, row := range []struct {
		name string
		at   time.Duration
		want dsp.Flags
	}{{"the first", 0, 0}, {"the next", period, 0}, {"1.4 periods later", period * 24 / 10, 0}, {"after a hole", 6 * period, dsp.FlagGap}, {"after it", 7 * period, 0}} {
		if got := read(0, row.at).Flags; got != row.want {
			t.Errorf("%s: flags %b, want %b", row.name, got, row.want)
		}
	}
	read(1, 0)
	if got := read(1, time.Minute).Flags; got != 0 {
		t.Errorf("an uneven grid has no gaps of its own: %b", got)
	}
	r.reader.Lose(1)
	if got := read(1, 2*time.Minute).Flags; got != dsp.FlagGap {
		t.Errorf("after Lose: %b", got)
	}
	if _, err := r.reader.Read(1, time.Minute); err == nil {
		t.Error("time ran backwards without an error")
	}
	if _, err := r.reader.Read(2, time.Minute); err == nil {
		t.Error("a channel that does not exist gave no error")
	}
}

func TestAFaultDuringReplayIsAnErrorAndThenAGap(t *testing.T) {
	r := newReplay(t, distinct, acquire.Channel{Channel: pulseA})
	if err := r.chip.Set(sim.NACK, true); err != nil {
		t.Fatal(err)
	}
	if s, err := r.reader.Read(0, time.Second); err == nil {
		t.Errorf("%v without an error", s)
	}
	if err := r.chip.Set(sim.NACK, false); err != nil {
		t.Fatal(err)
	}
	if s, err := r.reader.Read(0, 2*time.Second); err != nil || !s.Flags.Has(dsp.FlagGap) {
		t.Errorf("%v, %v", s, err)
	}
}

func TestAReaderNeedsItsParts(t *testing.T) {
	if _, err := acquire.NewReader(nil, nil); err == nil {
		t.Error("no error")
	}
	dev := newRig(t, rigOptions{channels: [][]acquire.Channel{pulseAndEDA()}})
	conv, err := ads1x15.New(dev.bus, 0x48, ads1x15.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := acquire.NewReader(conv, &dev.clock, acquire.Channel{Input: -1}); err == nil {
		t.Error("a negative input gave no error")
	}
}

func TestReadingARowDoesNotAllocate(t *testing.T) {
	channel := acquire.Channel{Channel: pulseA, Rate: 64, Frozen: time.Second, ClipHigh: 3.2}
	for _, r := range []*replay{newReplay(t, distinct, channel), newCountReplay(t, distinct, channel)} {
		now := time.Duration(0)
		if n := testing.AllocsPerRun(1000, func() {
			now += time.Second / 64
			if _, err := r.reader.Read(0, now); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%g allocations", n)
		}
	}
}

// BenchmarkReplaySession converts as many rows as a session of 107 min at 64 Hz and 4 Hz has.
func BenchmarkReplaySession(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		r := newReplay(b, func(int, time.Duration) float64 { return 1.65 },
			acquire.Channel{Channel: pulseA, Rate: 64}, acquire.Channel{Channel: edaA, Input: 1, Rate: 4})
		for i := range 107 * 60 * 64 {
			t := time.Duration(i) * time.Second / 64
			if _, err := r.reader.Read(0, t); err != nil {
				b.Fatal(err)
			}
			if i%16 == 0 {
				if _, err := r.reader.Read(1, t); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

package hub

import (
	"strings"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/pipeline"
)

// slow is a converter on a machine that loses time: each conversion takes longer than the grid allows.
type slow struct {
	clock *acquire.VirtualPacer
	takes time.Duration
}

func (s *slow) Begin(int) error                            { s.clock.Advance(s.takes); return nil }
func (s *slow) ConversionTime() (typ, max time.Duration)   { return 0, 0 }
func (s *slow) Finish() (code int32, done bool, err error) { return 1, true, nil }
func (s *slow) Volts(int, int32) float64                   { return 1 }

func TestAMachineThatIsBehindSaysSoOnceAndWhenItIsOver(t *testing.T) {
	clock := new(acquire.VirtualPacer)
	chip := &slow{clock: clock, takes: 9 * time.Millisecond} // at 250 a second: every third grid point is reached
	loop, err := acquire.NewLoop(acquire.Options{Bus: "main", Pacer: clock, Emit: func(dsp.Block) {}, Chips: []acquire.Chip{{
		Source: "slow", Open: func() (acquire.Converter, error) { return chip, nil },
		Channels: []acquire.Channel{{Channel: dsp.Channel{Kind: dsp.ChannelPulse}, Rate: 250}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	log := &waiting.Text{}
	b := &behind{log: logTo(log), loops: []*acquire.Loop{loop}, last: make([]acquire.Counters, 1)}
	run := func(until time.Duration) {
		for clock.Now() < until {
			loop.Step()
			b.tick(clock.Now(), pipeline.Consent{})
		}
	}
	run(20 * time.Second)
	if b.note == "" {
		t.Error("two thirds of the samples are lost and nothing is said")
	}
	chip.takes = 0
	run(40 * time.Second)
	if b.note != "" {
		t.Errorf("all samples are taken and it still says %q", b.note)
	}
	if n := strings.Count(log.String(), "in time"); n != 2 {
		t.Errorf("told %d times, want once that it began and once that it is over:\n%s", n, log)
	}
}

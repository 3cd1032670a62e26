package hub

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/sim"
	"hubd/setup"
)

const everyChip = `
hub: {id: bedroom}
buses:
  wire: {i2c: "1"}
  fast: {spi: "0.0", clock_hz: 1000000}
chips:
  adc: {kind: ads1115, bus: wire, address: 0x48}
  oxi: {kind: max30102, bus: wire}
  mcp: {kind: mcp3208, bus: fast}
wearers:
  - {id: a, share: none, pulse: {chip: oxi, kind: ppg}, eda: {chip: adc, channel: 1, kind: grove}}
  - {id: b, share: none, pulse: {chip: mcp, channel: 0, kind: ppg}, eda: {chip: mcp, channel: 1, kind: grove, rate_hz: 25}}
`

// probed probes simulated chips of which some are changed first.
func probed(t *testing.T, text string, change func(c *config.Config, s *simulated, w *workbench)) setup.Report {
	t.Helper()
	c, err := config.Parse("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b, err := newWorkbench(c, "two-people", atOnceSpeed, asking{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(c, b.buses.(*simulated), b)
	}
	r, err := b.probe(context.Background(), 8*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAProbeOfChipsThatWorkFindsNothingToMend(t *testing.T) {
	r := probed(t, everyChip, nil)
	if r.Trouble() {
		t.Errorf("%+v", r)
	}
	channels := 0
	for _, b := range r.Buses {
		if !b.Hz.Known || b.Hz.Value < 0.99*b.AskedHz || b.Hz.Value > 1.01*b.AskedHz {
			t.Errorf("%s: clock %v of %g Hz", b.Name, b.Hz, b.AskedHz)
		}
		for _, c := range b.Chips {
			for _, ch := range c.Channels {
				channels++
				if !ch.Figures.Contact || ch.Figures.Quality < 0.5 {
					t.Errorf("%s of %s: %+v", ch.Input, c.Name, ch.Figures)
				}
			}
		}
	}
	if channels != 5 {
		t.Errorf("%d channels, want 5: two of the optical chip, and three others", channels)
	}
}

func TestAProbeSaysWhatIsWrongWithAChip(t *testing.T) {
	set := func(part string, f sim.Fault) func(*config.Config, *simulated, *workbench) {
		return func(_ *config.Config, s *simulated, _ *workbench) {
			if err := s.parts[part].Set(f, true); err != nil {
				panic(err)
			}
		}
	}
	for _, row := range []struct {
		name   string
		chip   string
		change func(*config.Config, *simulated, *workbench)
		want   setup.Standing
		advice string
	}{
		{"a converter that does not answer", "adc", set("adc", sim.NACK), setup.NotAnswering, "ADDR pin"},
		{"a light that does not answer", "oxi", set("oxi", sim.Unplugged), setup.NotAnswering, "1.8 V"},
		{"a line that nobody drives", "mcp", set("mcp", sim.Floating), setup.NotAnswering, "MISO"},
		{"a line that is disturbed", "mcp", set("mcp", sim.Disturbed), setup.NotAnswering, "wires short"},
		{"a memory whose pointers stand still", "oxi", set("oxi", sim.StuckFIFO), setup.Found, "pointers are stuck"},
		{"a converter of the same family", "adc", func(_ *config.Config, s *simulated, _ *workbench) {
			other, _ := sim.NewADS1x15(sim.ADSOptions{TwelveBit: true, Input: func(int, time.Duration) float64 { return 1 }})
			s.i2cs["wire"].Attach(0x48, other)
		}, setup.WrongChip, "ADS1015"},
		{"the older light", "oxi", func(_ *config.Config, s *simulated, _ *workbench) {
			other, _ := sim.NewMAX3010x(sim.MAXOptions{Light: func(int, time.Duration) float64 { return 1 }, PartID: 0x11})
			s.i2cs["wire"].Attach(0x57, other)
		}, setup.WrongChip, "MAX30100"},
		{"fewer bits", "mcp", func(_ *config.Config, s *simulated, _ *workbench) {
			other, _ := sim.NewMCP3x0x(sim.MCPOptions{Bits: 10, Inputs: 8, Input: func(int, time.Duration) float64 { return 1.234 }})
			s.ports["fast"] = sim.NewSPI("0.0", s.now, s.busy, other)
		}, setup.WrongChip, "10 bits"},
	} {
		r := probed(t, everyChip, row.change)
		if !r.Trouble() {
			t.Errorf("%s: nothing to mend", row.name)
		}
		for _, b := range r.Buses {
			for _, c := range b.Chips {
				if c.Name == row.chip && (c.Standing != row.want || !strings.Contains(c.Advice, row.advice)) {
					t.Errorf("%s: %s, %q", row.name, c.Standing, c.Advice)
				}
				if c.Name != row.chip && c.Standing != setup.Found {
					t.Errorf("%s: %s is %s too", row.name, c.Name, c.Standing)
				}
			}
		}
	}
}

func TestAProbeSaysWhatIsWrongWithABus(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*config.Config, *simulated, *workbench)
		want   setup.Standing
		advice string
	}{
		{"no such bus", func(_ *config.Config, _ *simulated, w *workbench) {
			w.state = func(config.Bus) setup.Standing { return setup.NoBus }
		}, setup.NoBus, "dtparam=i2c_arm=on"},
		{"a bus of another group", func(_ *config.Config, _ *simulated, w *workbench) {
			w.state = func(config.Bus) setup.Standing { return setup.NotAllowed }
		}, setup.NotAllowed, "usermod -aG i2c"},
		{"a bus that is held", func(_ *config.Config, s *simulated, _ *workbench) {
			if err := s.parts["wire"].Set(sim.Stuck, true); err != nil {
				panic(err)
			}
		}, setup.Stuck, "lines of the bus are held"},
		{"a port that is held", func(c *config.Config, s *simulated, _ *workbench) {
			c.Buses[0], c.Buses[1] = c.Buses[1], c.Buses[0]
			if err := s.parts["fast"].Set(sim.Stuck, true); err != nil {
				panic(err)
			}
		}, setup.Stuck, "no chip can hold it"},
		{"a slow bus", func(_ *config.Config, s *simulated, _ *workbench) {
			if err := s.i2cs["wire"].SetSpeed(100_000_000_000); err != nil { // 100 kHz
				panic(err)
			}
		}, setup.Found, "dtparam=i2c_arm_baudrate=400000"},
	} {
		b := probed(t, everyChip, row.change).Buses[0]
		if b.Standing != row.want || !strings.Contains(b.Advice, row.advice) {
			t.Errorf("%s: %s, %q", row.name, b.Standing, b.Advice)
		}
	}
}

func TestASlowBusShowsInTheRates(t *testing.T) {
	text := strings.Replace(everyChip, "share: none, pulse: {chip: oxi, kind: ppg}", "share: none, pulse: {chip: adc, channel: 0, kind: ppg, rate_hz: 475}", 1)
	r := probed(t, text, func(_ *config.Config, s *simulated, _ *workbench) {
		if err := s.i2cs["wire"].SetSpeed(40_000_000_000); err != nil {
			panic(err)
		}
	})
	pulse := r.Buses[0].Chips[0].Channels[0]
	if pulse.Figures.Achieved > 400 || len(pulse.Advice) == 0 || !strings.Contains(pulse.Advice[0], "samples a second of the 475") {
		t.Errorf("%+v", pulse)
	}
}

func TestAScanFindsWhatIsThereAndWhatIsOnIt(t *testing.T) {
	found, passed, err := Scan(context.Background(), ScanOptions{Simulate: "rest", Length: 8 * time.Second, Log: slog.New(slog.DiscardHandler)})
	if err != nil || len(passed) != 0 {
		t.Fatal(err, passed)
	}
	if len(found) != 1 || found[0].Kind != "ads1115" || found[0].Address != 0x48 || found[0].Pulse != 0 || found[0].EDA != 1 {
		t.Fatalf("%+v", found)
	}
	if _, err := config.Parse("found.yaml", setup.Paste(found, passed)); err != nil {
		t.Error(err)
	}
}

func TestAScanOfTwoPeoplesChipsMakesAConfigForBoth(t *testing.T) {
	found, passed, err := Scan(context.Background(), ScanOptions{Simulate: "two-people", Length: 8 * time.Second, Log: slog.New(slog.DiscardHandler)})
	if err != nil || len(passed) != 0 {
		t.Fatal(err, passed)
	}
	text := setup.Paste(found, passed)
	c, err := config.Parse("found.yaml", text)
	if err != nil || len(c.Wearers) != 2 {
		t.Fatalf("%v:\n%s", err, text)
	}
	o := SetupOptions{Config: c, Simulate: "two-people", Length: 4 * time.Second, Log: slog.New(slog.DiscardHandler)}
	r, err := Probe(context.Background(), o)
	if err != nil || len(r.Buses) != 1 || len(r.Buses[0].Chips) != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	for i, ch := range r.Buses[0].Chips {
		if len(ch.Channels) != 2 || ch.Channels[0].Wearer != c.Wearers[i].ID || ch.Channels[1].Wearer != c.Wearers[i].ID {
			t.Errorf("%+v", ch)
		}
	}
}

func TestAScanTellsWhatItPassesOver(t *testing.T) {
	clock := &acquire.VirtualPacer{}
	c, _, s := simulatedFor(t, quirks{clock: simulatedClock, busy: clock.Advance}, everyChip, "rest", 1, clock.Now)
	memory, err := sim.NewMAX3010x(sim.MAXOptions{Light: func(int, time.Duration) float64 { return 0 }, PartID: 0xA5})
	if err != nil {
		t.Fatal(err)
	}
	s.i2cs["wire"].Attach(0x57, memory)
	w := &workbench{ask: asking{never: true}, config: c, panel: panelOf(c), buses: s, pacer: clock, state: func(config.Bus) setup.Standing { return setup.Found }, log: slog.New(slog.DiscardHandler)}
	n := &scanner{workbench: w, length: 2 * time.Second}
	for _, bus := range c.Buses {
		if err := n.scan(context.Background(), bus); err != nil {
			t.Fatal(err)
		}
	}
	if len(n.found) != 2 || n.found[0].Kind != "ads1115" || n.found[1].Kind != "mcp3208" {
		t.Errorf("%+v", n.found)
	}
	if len(n.passed) != 1 || !strings.Contains(n.passed[0].Words, "0xa5") {
		t.Errorf("%+v", n.passed)
	}
}

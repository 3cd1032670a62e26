package hub

import (
	"testing"
	"time"

	"hubd/acquire"
	"hubd/drivers/sim"
	"hubd/dsp"
)

// Two people share a converter on SPI, which can only be asked by reading it. Whoever is paused has its first inputs.
func TestAnInputOfSomebodyWhoIsPausedIsNotReadToFindTheChip(t *testing.T) {
	const shared = `
hub: {id: bedroom}
buses: {fast: {spi: "0.0"}}
chips: {mcp: {kind: mcp3208, bus: fast}}
wearers:
  - {id: a, share: none, pulse: {chip: mcp, channel: 0, kind: ppg}, eda: {chip: mcp, channel: 1, kind: grove}}
  - {id: b, share: none, pulse: {chip: mcp, channel: 2, kind: ppg}, eda: {chip: mcp, channel: 3, kind: grove}}
`
	clock := &acquire.VirtualPacer{}
	c, _, s := simulatedFor(t, quirks{busy: clock.Advance}, shared, "two-people", 1, clock.Now)
	var read [8]int
	model, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: 12, Inputs: 8, Input: func(input int, _ time.Duration) float64 { read[input]++; return 1 }})
	if err != nil {
		t.Fatal(err)
	}
	s.ports["fast"] = sim.NewSPI("0.0", clock.Now, clock.Advance, model)
	o := busOptions(c, c.Buses[0], s, panelOf(c))
	o.Pacer, o.Emit, o.Paused = clock, func(dsp.Block) {}, func(wearer uint8) bool { return wearer == 0 }
	loop, err := acquire.NewLoop(o)
	if err != nil {
		t.Fatal(err)
	}
	for clock.Now() < 5*time.Second {
		if second := clock.Now() / time.Second; second == 2 || second == 3 { // it has to be found again, too
			_ = model.Set(sim.Floating, second == 2)
		}
		loop.Step()
	}
	if read[0]+read[1] != 0 || read[2] == 0 || read[3] == 0 || loop.Counters().Reopens != 1 {
		t.Errorf("read %v; %+v", read, loop.Counters())
	}
}

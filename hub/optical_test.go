package hub

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/max3010x"
	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/pipeline"
	"hubd/synth"
)

// finger is a config of one wearer with a pulse chip and a skin-conductance circuit on one bus.
func finger(leds, startFrom string) string {
	return fmt.Sprintf(`
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips:
  oxi: {kind: max30102, bus: main, leds: {%s}}
  adc: {kind: ads1115, bus: main}
wearers:
  - {id: a, share: full, start_from: [%s], pulse: {chip: oxi, kind: ppg}, eda: {chip: adc, channel: 1, kind: grove}}
room: {private: false}
`, leds, startFrom)
}

// Two tables say which rate goes with which pulse width: the config's, whose words a maker reads, and the driver's.
func TestConfigAndDriverAgreeOnEveryRateAndPulseWidth(t *testing.T) {
	for _, width := range []int{50, 69, 118, 215, 411, 500} {
		for _, rate := range []int{25, 50, 100, 200, 400, 800, 1000, 1600} {
			_, refused := config.Parse("c.yaml", []byte(finger(fmt.Sprintf("rate_hz: %d, pulse_us: %d", rate, width), "boot")))
			clock := &acquire.VirtualPacer{}
			bus := sim.NewI2C("1", clock.Now, clock.Advance)
			chip, err := sim.NewMAX3010x(sim.MAXOptions{Light: func(int, time.Duration) float64 { return 0 }})
			if err != nil {
				t.Fatal(err)
			}
			bus.Attach(max3010x.Address, chip)
			if _, err := max3010x.New(bus, max3010x.Options{Rate: rate, PulseMicros: width}); (err == nil) != (refused == nil) {
				t.Errorf("%d/s with %d µs: the config says %v, the driver %v", rate, width, refused, err)
			}
		}
	}
}

func TestAnOpticalChipBecomesTwoLeadsOfItsWearer(t *testing.T) {
	p := built(t, finger("rate_hz: 200, order: [ir, red]", "mqtt"))
	if len(p.buses) != 1 || len(p.buses[0].Chips) != 1 || len(p.buses[0].Optical) != 1 {
		t.Fatalf("buses %+v", p.buses)
	}
	o := p.buses[0].Optical[0]
	if o.Source != "max30102@57 on I2C 1" || o.Wearer != 0 || o.Frozen != frozenAfter {
		t.Errorf("%+v", o)
	}
	if w := p.pipeline.Wearers[0]; w.PulseBus != "main" || w.Pulse != (dsp.PulseOptions{Kind: dsp.PPG, Leads: 2}) {
		t.Errorf("pulse %+v on %q", w.Pulse, w.PulseBus)
	}
}

// onSimulation runs a config on simulated chips in virtual time and gives what the pipeline told.
func onSimulation(t *testing.T, text, scenario string, length time.Duration, at map[time.Duration]func(*simulated)) (*synth.Scene, []pipeline.Event) {
	t.Helper()
	return onChipsAt(t, simulatedClock, text, scenario, length, at)
}

// onChipsAt is onSimulation with another error of the chips' clocks.
func onChipsAt(t *testing.T, off float64, text, scenario string, length time.Duration, at map[time.Duration]func(*simulated)) (*synth.Scene, []pipeline.Event) {
	t.Helper()
	clock := &acquire.VirtualPacer{}
	c, scene, s := simulatedFor(t, quirks{clock: off}, text, scenario, 1, clock.Now)
	p, err := build(c, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range c.Wearers {
		p.pipeline.Settings.Wearers = append(p.pipeline.Settings.Wearers, pipeline.WearerSettings{
			Wearer: w.ID, Share: pipeline.ShareFull, Keep: pipeline.KeepNothing, OpenCircuit: dsp.Some(openCircuit),
		})
	}
	body := pipeline.New(p.pipeline)
	var events []pipeline.Event
	o := p.buses[0]
	o.Pacer, o.Emit = clock, func(b dsp.Block) { events = body.Block(events, b) }
	loop, err := acquire.NewLoop(o)
	if err != nil {
		t.Fatal(err)
	}
	for clock.Now() < length {
		for when, act := range at {
			if clock.Now() >= when {
				act(s)
				delete(at, when)
			}
		}
		loop.Step()
	}
	return scene, events
}

// beatsOf are the times of all beats told.
func beatsOf(events []pipeline.Event) (beats []time.Duration) {
	for _, e := range events {
		if b, ok := e.Value.(dsp.Beat); ok {
			beats = append(beats, b.T)
		}
	}
	return beats
}

func TestABodyOnASimulatedPulseChipIsReadBeatByBeat(t *testing.T) {
	for _, leds := range []string{"", "rate_hz: 50", "rate_hz: 400", "order: [ir, red]", "pulse_us: 69"} {
		t.Run(leds, func(t *testing.T) {
			scene, events := onSimulation(t, finger(leds, "boot"), "rest", 2*time.Minute, nil)
			beats := beatsOf(events)
			want := 0
			for _, b := range scene.Truth(0).Beats {
				if b > 10*time.Second && b < 118*time.Second {
					want++
				}
			}
			got := 0
			for _, b := range beats {
				if b > 10*time.Second+300*time.Millisecond && b < 118*time.Second+300*time.Millisecond {
					got++
				}
			}
			if want < 80 || math.Abs(float64(got-want)) > 2 {
				t.Errorf("%d beats of %d", got, want)
			}
			if slices.ContainsFunc(events, func(e pipeline.Event) bool { return e.Value.Kind() == "fault" }) {
				t.Error("a fault was told")
			}
		})
	}
}

func TestAPulseChipThatIsPulledOutAndPutBackIsAFaultAndThenABeat(t *testing.T) {
	set := func(on bool) func(*simulated) {
		return func(s *simulated) {
			if err := s.parts["oxi"].Set(sim.Unplugged, on); err != nil {
				t.Error(err)
			}
		}
	}
	const out, in = 60 * time.Second, 75 * time.Second
	_, events := onSimulation(t, finger("", "boot"), "rest", 2*time.Minute, map[time.Duration]func(*simulated){out: set(true), in: set(false)})
	var faults []dsp.Fault
	for _, e := range events {
		if f, ok := e.Value.(dsp.Fault); ok {
			faults = append(faults, f)
		}
	}
	if len(faults) != 2 || faults[0].Reason == "" || faults[0].T > out+5*time.Second || faults[1].Reason != "" || faults[1].T > in+5500*time.Millisecond {
		t.Errorf("faults %v", faults)
	}
	beats := beatsOf(events)
	during := slices.ContainsFunc(beats, func(b time.Duration) bool { return b > out+500*time.Millisecond && b < in })
	after := slices.ContainsFunc(beats, func(b time.Duration) bool { return b > in+15*time.Second })
	if during || !after {
		t.Errorf("beats while it was out: %t, after it was back: %t", during, after)
	}
}

func TestASimulatedFingerThatLeavesIsNoContact(t *testing.T) {
	_, events := onSimulation(t, finger("", "boot"), "sensor-off", 100*time.Second, nil)
	var last dsp.Signal
	for _, e := range events {
		if s, ok := e.Value.(dsp.Signal); ok && s.Channel == dsp.ChannelPulse {
			last = s
		}
	}
	if last.Contact || last.Reason == "" {
		t.Errorf("ten seconds after the finger left: %+v", last)
	}
}

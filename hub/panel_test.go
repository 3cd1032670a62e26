package hub

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/internal/waiting"
	"hubd/pipeline"
	"hubd/regulation"
	"hubd/synth"
)

// headed is a config with everything on the header that there can be, but for the names of the lines.
const headed = `
hub: {id: bedroom}
buses: {main: {i2c: "1"}}
chips:
  oxi: {kind: max30102, bus: main, interrupt_line: GPIO4}
  adc: {kind: ads1115, bus: main}
wearers:
  - {id: a, share: full, start_from: [button], button: GPIO17, pulse: {chip: oxi, kind: ppg}}
  - {id: b, share: full, start_from: [button], button: GPIO18, pulse: {chip: adc, channel: 0, kind: ecg, leads_off: {plus: GPIO23, minus: GPIO24}}}
gpio: {pause_button: GPIO27, sensing_led: GPIO22, led_brightness: 30}
room: {private: false, stop_buttons: [{line: GPIO5}]}
`

func TestAConfigBecomesWhatHangsOnTheHeader(t *testing.T) {
	p := built(t, headed)
	wantButtons := []panelButton{{"GPIO17", 0}, {"GPIO18", 1}, {"GPIO27", nobody}, {"GPIO5", nobody}}
	if !slices.Equal(p.panel.buttons, wantButtons) || p.panel.led != "GPIO22" || p.panel.brightness != 0.3 {
		t.Errorf("buttons %v, light %s at %g", p.panel.buttons, p.panel.led, p.panel.brightness)
	}
	if l := p.panel.leadsOf(1); l == nil || l.plus != "GPIO23" || l.minus != "GPIO24" || p.panel.leadsOf(0) != nil {
		t.Errorf("electrodes %+v", l)
	}
	bus := p.buses[0]
	if i := bus.Optical[0].Interrupt; i == nil || i.Source != "interrupt line GPIO4" {
		t.Errorf("interrupt %+v", i)
	}
	off := bus.Chips[0].Channels[0].LeadOff
	if off == nil || off() {
		t.Error("the ECG does not ask for its electrodes, or they are off before anything is known")
	}
	p.panel.leadsOf(1).off[1].Store(true)
	if !off() {
		t.Error("LO- is not heard")
	}
	if len(p.stops) != 0 {
		t.Errorf("the broker is asked for a button on a line: %v", p.stops)
	}
}

// onLines runs a whole hub on simulated chips and lines until the test ends.
func onLines(t *testing.T, text string) (*live, *simulated) {
	t.Helper()
	dir, err := os.MkdirTemp("", "hubd") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse(filepath.Join(dir, "config.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	scene, err := synth.New("two-people", 1)
	if err != nil {
		t.Fatal(err)
	}
	pacer := acquire.NewKernelPacer()
	s, err := newSimulated(c, scene, pacer.Now)
	if err != nil {
		t.Fatal(err)
	}
	p, err := build(c, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.pacer, p.socket = pacer, filepath.Join(dir, "s")
	l, err := newLive(p)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if s.gpio.Line("GPIO22").Driven() {
			t.Error("the light is lit after the end")
		}
		if n := s.gpio.Descriptors(); n != 0 {
			t.Errorf("%d lines are still held after the end", n)
		}
		os.RemoveAll(dir)
	})
	return l, s
}

func TestAHubLivesWithItsButtonsAndItsLight(t *testing.T) {
	l, s := onLines(t, headed)
	light := s.gpio.Line("GPIO22")
	seen := func() bool { // dimmed: it is lit for a part of the time
		for range 200 {
			if light.Driven() {
				return true
			}
			time.Sleep(100 * time.Microsecond)
		}
		return false
	}
	waiting.Until(t, "every line is taken", func() bool {
		for _, name := range []string{"GPIO17", "GPIO18", "GPIO27", "GPIO5", "GPIO22", "GPIO23", "GPIO24"} {
			if !s.gpio.Line(name).Taken() {
				return false
			}
		}
		return true
	})
	if seen() {
		t.Error("the light is lit while nobody is sensed")
	}
	s.gpio.Line("GPIO17").Drive(false) // a holds the own button
	waiting.Until(t, "a is sensed", func() bool { return !l.core.pauses.Off(0) })
	s.gpio.Line("GPIO17").Drive(true)
	waiting.Until(t, "the light is lit", seen)
	if !l.core.pauses.Off(1) {
		t.Error("a's button started b")
	}
	s.gpio.Line("GPIO5").Drive(false) // somebody presses a stop button
	waiting.Until(t, "a is paused", func() bool { return l.core.pauses.Off(0) })
	waiting.Until(t, "the light is dark", func() bool { return !seen() })
	for _, source := range l.core.board.read().Sources {
		if source.Fault != "" {
			t.Errorf("%s: %s", source.Source, source.Fault)
		}
	}
}

func TestAnElectrodeThatIsOffIsNoContactWithinASecond(t *testing.T) {
	clock := &acquire.VirtualPacer{}
	c, _, s := simulatedFor(t, asShipped(), headed, "two-people", 1, clock.Now)
	p, err := build(c, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.pipeline.Settings.Wearers = []pipeline.WearerSettings{{Wearer: "a"}, {Wearer: "b"}} // sensed
	body := pipeline.New(p.pipeline)
	contact, unknown := dsp.Signal{}, regulation.State{}
	o := p.buses[0]
	o.Pacer, o.Emit = clock, func(b dsp.Block) {
		for _, e := range body.Block(nil, b) {
			switch v := e.Value.(type) {
			case dsp.Signal:
				if e.Wearer == "b" && v.Channel == dsp.ChannelPulse {
					contact = v
				}
			case regulation.State:
				if e.Wearer == "b" {
					unknown = v
				}
			}
		}
	}
	loop, err := acquire.NewLoop(o)
	if err != nil {
		t.Fatal(err)
	}
	run := func(until time.Duration) {
		for clock.Now() < until {
			loop.Step()
		}
	}
	run(20 * time.Second)
	if !contact.Contact {
		t.Fatalf("before: %+v", contact)
	}
	p.panel.leadsOf(1).off[0].Store(true)
	run(21*time.Second + 100*time.Millisecond)
	if contact.Contact {
		t.Errorf("a second after: %+v", contact)
	}
	run(22*time.Second + 100*time.Millisecond)
	if unknown.Name != regulation.Unknown || unknown.Unknown != regulation.ReasonNoContact {
		t.Errorf("two seconds after: %+v", unknown)
	}
}

var _ faultable = (*sim.GPIO)(nil)

package hub

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/max3010x"
	"hubd/dsp"
	"hubd/setup"
	"hubd/synth"
)

// workbench is where a command that sets up sensors works: the buses of a config, and the clock of its reading loops. Only what drives the
// loops differs from hubd run.
type workbench struct {
	config *config.Config
	buses  buses
	pacer  acquire.Pacer
	state  func(config.Bus) setup.Standing // of the bus's device, before it is opened
	ask    asking
	panel  *panel        // its electrodes; their lines are read here, or told by the daemon that has them
	light  *max3010x.Dev // the optical chip of the wearer that this is about, once it was found; its bus's loop alone may use it
	log    *slog.Logger
}

// atOnceSpeed is the speed of a simulated bench whose time passes as fast as the machine can: for what nobody watches.
const atOnceSpeed = 0

// newWorkbench makes a bench of the machine's buses, or of simulated ones where a scenario is named, whose time passes at a speed.
func newWorkbench(c *config.Config, scenario string, speed float64, ask asking, log *slog.Logger) (*workbench, error) {
	ask.never = scenario != "" && ask.socket == ""
	b := &workbench{config: c, ask: ask, log: log, panel: panelOf(c), state: func(config.Bus) setup.Standing { return setup.Found }}
	if scenario == "" {
		kernel, report, err := newKernelBuses()
		if err != nil {
			return nil, err
		}
		log.Debug("periph drivers", "report", report)
		pacer := acquire.NewKernelPacer()
		kernel.at = pacer.At
		b.buses, b.pacer, b.state = kernel, pacer, deviceState
		return b, nil
	}
	scene, err := synth.New(scenario, 1)
	if err != nil {
		return nil, err
	}
	var busy func(time.Duration)
	switch {
	case speed == atOnceSpeed:
		clock := &acquire.VirtualPacer{}
		b.pacer, busy = clock, clock.Advance
	case len(c.Buses) == 1:
		b.pacer = newPatientPacer(speed)
	default:
		b.pacer = acquire.NewFastPacer(speed)
	}
	s, err := newSimulatedWith(quirks{clock: simulatedClock, busy: busy}, c, scene, b.pacer.Now)
	if err != nil {
		return nil, fmt.Errorf("hub: simulate: %w", err)
	}
	b.buses = s
	return b, nil
}

// read runs the loop of a bus that is held, until it is held no more or for a length of time, 0 for as long as it lasts. take gets every
// block on this goroutine. The error says why it ended early.
func (b *workbench) read(h *held, o acquire.Options, length time.Duration, take func(dsp.Block)) error {
	work, stop := context.WithCancel(h.ctx)
	defer stop()
	end := b.pacer.Now() + length
	o.Pacer, o.Paused = b.pacer, h.off
	glance := func() {}
	if !h.borrowed {
		var ended func()
		glance, ended = b.readElectrodes(work, h, o.Bus)
		defer ended()
	}
	o.Emit = func(block dsp.Block) {
		glance()
		take(block)
		if length > 0 && block.Until >= end {
			stop()
		}
	}
	loop, err := acquire.NewLoop(o)
	if err != nil {
		return err
	}
	loop.Run(work)
	return context.Cause(h.ctx)
}

// options gives what hangs on a bus as its reading loop wants it, without those chips that left names.
func (b *workbench) options(bus config.Bus, left map[string]bool) acquire.Options {
	c := *b.config
	c.Chips = nil
	for _, ch := range b.config.Chips {
		if !left[ch.Name] {
			c.Chips = append(c.Chips, ch)
		}
	}
	o := busOptions(&c, bus, b.buses, b.panel)
	for i := range o.Optical {
		if b.ask.wearer == "" || b.wearerID(o.Optical[i].Wearer) != b.ask.wearer {
			continue
		}
		open := o.Optical[i].Open
		o.Optical[i].Open = func() (*max3010x.Dev, error) {
			dev, err := open()
			b.light = dev
			return dev, err
		}
	}
	return o
}

// worn is what the wearers of the config wear.
func (b *workbench) worn() []setup.Worn {
	var all []setup.Worn
	for _, w := range b.config.Wearers {
		o := wearerOptions(b.config, w)
		all = append(all, setup.Worn{
			Pulse: o.Pulse, Skin: o.Skin, PulseBus: o.PulseBus, SkinBus: o.SkinBus,
		})
	}
	return all
}

// rate is what a channel should deliver in a second.
func (b *workbench) rate(c dsp.Channel) float64 {
	if int(c.Wearer) >= len(b.config.Wearers) {
		return 0
	}
	w := b.config.Wearers[c.Wearer]
	switch {
	case c.Kind == dsp.ChannelPulse && w.Pulse != nil:
		return w.Pulse.RateHz
	case c.Kind == dsp.ChannelEDA && w.EDA != nil:
		return w.EDA.RateHz
	}
	return 0
}

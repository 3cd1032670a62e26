package hub

import (
	"slices"
	"time"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/gpioline"
	"hubd/drivers/max3010x"
)

// opticals is an optical chip with whoever wears it; none where nobody does.
func opticals(c *config.Config, ch config.Chip, bus config.Bus, b buses) []acquire.Optical {
	for i, w := range c.Wearers {
		if w.Pulse == nil || w.Pulse.Chip != ch.Name {
			continue
		}
		return []acquire.Optical{{
			Source: sourceName(ch, bus), Wearer: uint8(i), Frozen: frozenAfter, Open: maxOpener(ch, longWorn(w), bus, b),
			Interrupt: interrupt(ch.InterruptLine, b),
		}}
	}
	return nil
}

// interrupt is the line of a chip's INT pin; nil where none is wired.
func interrupt(line string, b buses) *acquire.Interrupt {
	if line == "" {
		return nil
	}
	var h header
	return &acquire.Interrupt{
		Source: "interrupt line " + line,
		Open: func() (l *gpioline.Line, err error) {
			if h, err = b.header(); err != nil {
				return nil, err
			}
			return gpioline.Open(h.kernel, gpioline.Options{Line: line, Consumer: consumer, ActiveLow: true, Bias: gpioline.PullUp})
		},
		At: func(kernel time.Duration) time.Duration { return h.at(kernel) },
	}
}

// longWorn tells whether a sensor is meant to be worn for hours: its wearer is sensed whenever the hub is on.
func longWorn(w config.Wearer) bool { return slices.Contains(w.StartFrom, config.FromBoot) }

func maxOpener(ch config.Chip, long bool, bus config.Bus, b buses) func() (*max3010x.Dev, error) {
	o := max3010x.Options{Rate: ch.LEDs.RateHz, PulseMicros: ch.LEDs.PulseMicros, InfraredFirst: ch.LEDs.InfraredFirst, LongWear: long,
		Interrupt: ch.InterruptLine != ""}
	return func() (*max3010x.Dev, error) {
		port, err := b.i2c(bus, ch.Address)
		if err != nil {
			return nil, err
		}
		return max3010x.New(port, o)
	}
}

package setup

import (
	"slices"
	"time"

	"hubd/dsp"
)

// Standing is how a bus, a chip, a channel or a GPIO line was found.
type Standing uint8

// The ways to be found.
const (
	Found        Standing = iota
	NotAnswering          // nothing acknowledges there
	KernelOwned           // a kernel driver has it: both would talk to the chip
	WrongChip             // something else answers
	NoBus                 // the machine has no such bus
	NotAllowed            // this user may not open it
	Stuck                 // the bus's lines are held
	Lent                  // another hubd command has the bus
	NotRead               // its wearer is paused: nothing was read
	NoLine                // the machine has no such GPIO line
	InUse                 // another program has the GPIO line
)

// String is the word used in JSON.
func (s Standing) String() string {
	words := [...]string{"found", "not_answering", "kernel_driver", "wrong_chip", "no_bus", "not_allowed", "stuck", "lent", "not_read", "no_line", "in_use"}
	if int(s) < len(words) {
		return words[s]
	}
	return "unknown"
}

// Words say it to people.
func (s Standing) Words() string {
	words := [...]string{"found", "not answering", "owned by a kernel driver", "wrong chip", "no such bus", "not allowed", "stuck", "lent", "not read: paused", "no such line", "in use"}
	if int(s) < len(words) {
		return words[s]
	}
	return "unknown"
}

// Report is what a probe found.
type Report struct {
	Buses []Bus
	Lines []Line
	// Paused tells that wearers were not read because they are paused.
	Paused bool
}

// Bus is one bus of a config.
type Bus struct {
	Name     string // in the config
	Place    string // for example I2C 1
	SPI      bool
	Standing Standing
	Advice   string    // what to do; empty: nothing
	AskedHz  float64   // the clock it should have
	Hz       dsp.Maybe // the clock that was measured
	Chips    []Chip
}

// Chip is one chip of a config.
type Chip struct {
	Name     string
	Kind     string // as the config says
	Place    string // address or port
	Standing Standing
	Detail   string // what was there instead, or the driver's name
	Advice   string
	Channels []Channel
}

// Channel is one signal of a chip.
type Channel struct {
	Wearer  string
	Kind    dsp.ChannelKind
	Input   string // A0, CH0, infrared, red
	Light   bool   // values are shares of the range, not volts
	Read    bool   // false: its wearer is paused
	Figures Figures
	Advice  []string
}

// Line is one GPIO line of a config. It is looked for, and neither taken nor read.
type Line struct {
	Name     string // in the config
	Use      string // for example button of a
	Standing Standing
	Detail   string // who has it
	Advice   string // what to do; empty: nothing
}

// Trouble tells whether there is anything to mend. That nobody wears a sensor is none.
func (r Report) Trouble() bool {
	for _, b := range r.Buses {
		if b.Standing != Found || b.Advice != "" {
			return true
		}
		for _, c := range b.Chips {
			if c.Standing != Found && c.Standing != NotRead || c.Advice != "" {
				return true
			}
			for _, ch := range c.Channels {
				if len(ch.Advice) > 0 {
					return true
				}
			}
		}
	}
	return len(r.Buses) == 0 || slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Standing != Found })
}

// Figures are what a few seconds of a channel came to.
type Figures struct {
	Samples   int
	Asked     float64       // a second
	Achieved  float64       // a second
	JitterP50 time.Duration // how far the time between two samples lies from its mean: half of them less
	JitterP99 time.Duration
	Repeats   float64   // share of the samples that say the same as the one before, 0…1
	Skips     int       // samples that are missing
	Noise     dsp.Maybe // rms of what differs from sample to sample, in the channel's unit
	Low, High float64   // in the channel's unit
	Clipped   float64   // share of the samples at an end of the range, 0…1
	Contact   bool
	Quality   float64 // 0…1
	Reason    string  // why the signal is not good; empty when it is
}

package hub

import (
	"sync/atomic"
	"time"

	"hubd/config"
	"hubd/drivers/gpioline"
)

// consumer is what a line of hubd's is called by: gpioinfo shows it.
const consumer = "hubd"

// header is the way to the lines of a GPIO header.
type header struct {
	kernel gpioline.Kernel
	at     func(kernel time.Duration) time.Duration // the run's time for one of the kernel's
}

// panel is what hangs on the header besides chips.
type panel struct {
	buttons    []panelButton
	leads      []*leads
	led        string  // line of the sensing light; empty: none
	brightness float64 // of it, 0…1
	open       func() (header, error)
}

// panelButton is a button from a line to ground.
type panelButton struct {
	line   string
	wearer int // whose own it is; nobody's: it only pauses
}

const nobody = -1

// leads are the electrodes of one wearer's ECG amplifier: what its lines say, written by the reader of the lines and read by the loop of
// the chip.
type leads struct {
	wearer      int
	plus, minus string // lines; minus empty with two electrodes
	off         [2]atomic.Bool
}

// Off tells whether an electrode is off.
func (l *leads) Off() bool { return l.off[0].Load() || l.off[1].Load() }

// panelOf gathers what a config has on the header.
func panelOf(c *config.Config) *panel {
	p := &panel{led: c.GPIO.SensingLED, brightness: c.GPIO.LEDBrightness / 100}
	for i, w := range c.Wearers {
		if w.Button != "" {
			p.buttons = append(p.buttons, panelButton{w.Button, i})
		}
		if w.Pulse != nil && w.Pulse.LeadsOff != nil {
			p.leads = append(p.leads, &leads{wearer: i, plus: w.Pulse.LeadsOff.Plus, minus: w.Pulse.LeadsOff.Minus})
		}
	}
	if c.GPIO.PauseButton != "" {
		p.buttons = append(p.buttons, panelButton{c.GPIO.PauseButton, nobody})
	}
	for _, s := range c.Room.StopButtons {
		if s.Line != "" {
			p.buttons = append(p.buttons, panelButton{s.Line, nobody})
		}
	}
	return p
}

// leadsOf are a wearer's electrodes; nil where no line tells of them.
func (p *panel) leadsOf(wearer int) *leads {
	for _, l := range p.leads {
		if l.wearer == wearer {
			return l
		}
	}
	return nil
}

// sources are the names by which the lines are told of.
func (p *panel) sources() []string {
	var all []string
	for _, b := range p.buttons {
		all = append(all, b.source())
	}
	for _, l := range p.leads {
		all = append(all, leadSource(l.plus))
		if l.minus != "" {
			all = append(all, leadSource(l.minus))
		}
	}
	if p.led != "" {
		all = append(all, ledSource(p.led))
	}
	return all
}

func (b panelButton) source() string { return "button on " + b.line }

func leadSource(line string) string { return "leads-off on " + line }

func ledSource(line string) string { return "sensing light on " + line }

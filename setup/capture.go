package setup

import (
	"math"
	"slices"
	"time"

	"hubd/dsp"
)

// CaptureColumn is one column of a capture: which channel, under which name of package recording, and what becomes of a sample's volts.
type CaptureColumn struct {
	Channel dsp.Channel
	Name    string
	Bus     string
	Value   func(volts float64) float64
}

// Columns describes one wearer's sensors.
type Columns struct {
	Wearer      uint8
	Worn        Worn
	HasPulse    bool
	HasSkin     bool
	PulseSupply float64 // V, of an ECG amplifier
	Light       bool    // the pulse is a share of an optical chip's range
}

// What replay takes a column of volts for: a Grove board at 3.3 V, and an ECG amplifier with a gain of 100 round mid-supply.
const (
	captureSupply = 3.3
	captureGain   = 100
)

// List gives the columns, named so that a replay finds them and takes them for what they are.
func (c Columns) List() []CaptureColumn {
	var all []CaptureColumn
	same := func(v float64) float64 { return v }
	pulse := func(lead uint8, name string, value func(float64) float64) {
		all = append(all, CaptureColumn{dsp.Channel{Wearer: c.Wearer, Kind: dsp.ChannelPulse, Lead: lead}, name, c.Worn.PulseBus, value})
	}
	switch {
	case !c.HasPulse:
	case c.Light:
		pulse(0, "ir", same)
		pulse(1, "red", same)
	case c.Worn.Pulse.Kind == dsp.ECG:
		pulse(0, "ecg_mv", func(v float64) float64 { return (v - c.PulseSupply/2) * 1000 / captureGain })
	default:
		pulse(0, "ppg_v", same)
	}
	if k := c.Worn.Skin; c.HasSkin {
		name, value := "eda_v", func(v float64) float64 { return v * captureSupply / k.SupplyVolts }
		if k.Circuit == dsp.Divider {
			name, value = "eda_us", func(v float64) float64 { return dsp.DividerMicrosiemens(v, k.SupplyVolts, k.DividerOhm, k.DividerHigh) }
		}
		all = append(all, CaptureColumn{dsp.Channel{Wearer: c.Wearer, Kind: dsp.ChannelEDA}, name, c.Worn.SkinBus, value})
	}
	return all
}

// Capture makes rows of what buses deliver: in order of time over all of them, each value in its column. It waits for the slower bus,
// as long as its loop delivers Blocks at all.
type Capture struct {
	columns []CaptureColumn
	until   map[string]time.Duration
	pending []dsp.Sample
	start   time.Duration
	begun   bool
	values  []dsp.Maybe
}

// NewCapture makes a capture of some columns.
func NewCapture(columns []CaptureColumn) *Capture {
	c := &Capture{columns: columns, until: map[string]time.Duration{}, values: make([]dsp.Maybe, len(columns))}
	for _, col := range columns {
		c.until[col.Bus] = 0
	}
	return c
}

// Block takes what one bus delivered and gives row every row that is complete. What a chip did not measure is a blank.
func (c *Capture) Block(b dsp.Block, row func(t time.Duration, values []dsp.Maybe) error) error {
	c.until[b.Bus] = b.Until
	for _, s := range b.Samples {
		if c.column(s.Channel) >= 0 && !s.Flags.Has(dsp.FlagFault|dsp.FlagLeadOff) {
			c.pending = append(c.pending, s)
		}
	}
	slices.SortStableFunc(c.pending, func(a, b dsp.Sample) int {
		switch {
		case a.T < b.T:
			return -1
		case a.T > b.T:
			return 1
		}
		return 0
	})
	complete := b.Until
	for _, until := range c.until {
		complete = min(complete, until)
	}
	return c.rows(complete, row)
}

// rows gives all rows before a time.
func (c *Capture) rows(before time.Duration, row func(time.Duration, []dsp.Maybe) error) error {
	n := 0
	for n < len(c.pending) && c.pending[n].T < before {
		t := c.pending[n].T
		clear(c.values)
		for ; n < len(c.pending) && c.pending[n].T == t; n++ {
			i := c.column(c.pending[n].Channel)
			if v := c.columns[i].Value(c.pending[n].Volts); !math.IsNaN(v) && !math.IsInf(v, 0) {
				c.values[i] = dsp.Some(v)
			}
		}
		if !c.begun {
			c.begun, c.start = true, t
		}
		if err := row(t-c.start, c.values); err != nil {
			return err
		}
	}
	c.pending = c.pending[:copy(c.pending, c.pending[n:])]
	return nil
}

func (c *Capture) column(ch dsp.Channel) int {
	return slices.IndexFunc(c.columns, func(col CaptureColumn) bool { return col.Channel == ch })
}

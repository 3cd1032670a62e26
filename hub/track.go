package hub

import (
	"fmt"
	"math"
	"slices"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"hubd/acquire"
	"hubd/drivers/ads1x15"
	"hubd/drivers/mcp3x0x"
	"hubd/drivers/sim"
	"hubd/dsp"
	"hubd/pipeline"
	"hubd/recording"
)

// What replay wires a recording to (design section 6.2).
const (
	replaySupply    = 3.3   // V
	replayFullScale = 4.096 // V, of the simulated ADS1115
	pulseLowVolts   = 0.2   // a pulse column's finite minimum
	pulseHighVolts  = 3.1   // and maximum
	ecgGain         = 100   // of an AD8232, round mid-supply
	openCircuit     = 0.5   // of the Grove board
	replayBus       = "replay"
	skinClip        = 60e-6 // V; under half a step of every converter: nothing but 0
)

// track is one column on its way through a chip's input.
type track struct {
	channel dsp.Channel
	column  *recording.Column
	next    int // cell to convert next
	wire    func(cell float64) float64
	reader  *acquire.Reader // nil for motion, which has no converter
	input   int
}

// pending is the time of the next cell; false when all are converted.
func (t *track) pending() (time.Duration, bool) {
	if t.next >= len(t.column.T) {
		return 0, false
	}
	return t.column.T[t.next], true
}

// convert takes the next cell through the chip.
func (t *track) convert() (dsp.Sample, error) {
	at := t.column.T[t.next]
	if t.reader == nil {
		s := dsp.Sample{Channel: t.channel, T: at, Volts: t.column.V[t.next]}
		t.next++
		return s, nil
	}
	s, err := t.reader.Read(t.input, at)
	t.next++
	return s, err
}

// volts is what the input sees while the pending cell is converted.
func (t *track) volts() float64 { return t.wire(t.column.V[t.next]) }

// tracksOf wires one wearer's columns and completes the wearer's options to match. It warns of what it had to round.
func tracksOf(index int, sel recording.Selection, bits int, o *pipeline.WearerOptions, warn func(string)) ([]*track, error) {
	var tracks []*track
	for lead, c := range sel.Pulse {
		wire, err := pulseWire(c)
		if err != nil {
			return nil, err
		}
		ch := dsp.Channel{Wearer: uint8(index), Kind: dsp.ChannelPulse, Lead: uint8(lead)}
		tracks = append(tracks, &track{channel: ch, column: c, wire: wire})
		o.PulseBus, o.Pulse.Leads = replayBus, lead+1
		o.Pulse.Kind = dsp.PPG
		if c.Unit == recording.Millivolt {
			o.Pulse.Kind = dsp.ECG
		}
	}
	if c := sel.EDA; c != nil {
		wire, err := skinWire(c)
		if err != nil {
			return nil, err
		}
		ch := dsp.Channel{Wearer: uint8(index), Kind: dsp.ChannelEDA}
		tracks = append(tracks, &track{channel: ch, column: c, wire: wire})
		o.SkinBus = replayBus
		o.Skin = dsp.SkinOptions{Circuit: dsp.Grove, SupplyVolts: replaySupply, OpenCircuit: openCircuit,
			StepVolts: stepVolts(c, bits), Calibrated: c.Unit == recording.Microsiemens}
	}
	if err := convertAll(tracks, bits, warn); err != nil {
		return nil, err
	}
	if c := sel.Motion; c != nil {
		ch := dsp.Channel{Wearer: uint8(index), Kind: dsp.ChannelMotion}
		tracks = append(tracks, &track{channel: ch, column: c})
		o.MotionBus = replayBus
	}
	return tracks, nil
}

func pulseWire(c *recording.Column) (func(float64) float64, error) {
	switch c.Unit {
	case recording.Counts:
		return nil, nil // counts go through unchanged; convertAll knows the step
	case recording.Millivolt:
		return func(mv float64) float64 { return replaySupply/2 + mv*ecgGain/1000 }, nil
	}
	lo, hi, ok := c.Range()
	if !ok {
		return nil, fmt.Errorf("column %s has no value at all", c.FullName())
	}
	if hi == lo {
		return func(float64) float64 { return replaySupply / 2 }, nil
	}
	scale := (pulseHighVolts - pulseLowVolts) / (hi - lo)
	return func(v float64) float64 { return pulseLowVolts + (v-lo)*scale }, nil
}

func skinWire(c *recording.Column) (func(float64) float64, error) {
	switch c.Unit {
	case recording.Counts:
		return nil, nil
	case recording.Volt:
		return func(v float64) float64 { return v }, nil
	case recording.Microsiemens:
		return func(us float64) float64 { return dsp.GroveVolts(us, replaySupply, openCircuit) }, nil
	}
	return nil, fmt.Errorf("column %s: skin conductance in no unit hubd knows: name it eda_us, eda_adc or eda_v", c.FullName())
}

func stepVolts(c *recording.Column, bits int) float64 {
	if c.Unit == recording.Counts {
		return replaySupply / float64(int(1)<<bits)
	}
	return replayFullScale / (1 << 15)
}

// convertAll puts the tracks on chips: raw counts on an MCP3x0x, everything else on an ADS1115.
func convertAll(tracks []*track, bits int, warn func(string)) error {
	var counts, analog []*track
	for _, t := range tracks {
		if t.column.Unit == recording.Counts {
			whole, err := checkCounts(t.column, bits)
			if err != nil {
				return err
			}
			if !whole { // the simulated chip rounds them, as a real one does with any voltage
				warn(fmt.Sprintf("%s holds fractions of a count: rounded", t.column.FullName()))
			}
			t.wire = func(code float64) float64 { return code * replaySupply / float64(int(1)<<bits) }
			counts = append(counts, t)
		} else {
			analog = append(analog, t)
		}
	}
	if err := onADS(analog); err != nil {
		return err
	}
	return onMCP(counts, bits)
}

// checkCounts refuses what no converter of that many bits can have given, and tells whether all counts are whole: a recording that
// its publisher resampled holds fractions between two true counts.
func checkCounts(c *recording.Column, bits int) (whole bool, err error) {
	most := float64(int(1)<<bits - 1)
	whole = true
	for i, v := range c.V {
		if v < 0 || v > most {
			return false, fmt.Errorf("column %s at %.3f s: %v is no count of a %d-bit converter (0 to %.0f); see --adc-bits", c.FullName(), c.T[i].Seconds(), v, bits, most)
		}
		whole = whole && v == math.Trunc(v)
	}
	return whole, nil
}

// channels numbers the tracks as inputs of one chip.
func channels(tracks []*track, low, high float64) []acquire.Channel {
	out := make([]acquire.Channel, len(tracks))
	for i, t := range tracks {
		t.input = i
		out[i] = acquire.Channel{Channel: t.channel, Input: i, Rate: evenRate(t.column.T), ClipLow: low, ClipHigh: high}
		if t.channel.Kind == dsp.ChannelEDA { // 0 V is the end of the Grove curve: 50 µS or more
			out[i].ClipLow, out[i].ClipHigh = skinClip, 2*replaySupply
		}
	}
	return out
}

func onADS(tracks []*track) error {
	if len(tracks) == 0 {
		return nil
	}
	if len(tracks) > ads1x15.Channels {
		return fmt.Errorf("%d columns of one wearer: an ADS1115 has %d inputs", len(tracks), ads1x15.Channels)
	}
	clock := new(acquire.VirtualPacer)
	bus := sim.NewI2C(replayBus, clock.Now, nil)
	chip, err := sim.NewADS1x15(sim.ADSOptions{Instant: true, SupplyVolts: replaySupply,
		Input: func(input int, _ time.Duration) float64 { return tracks[input].volts() }})
	if err != nil {
		return err
	}
	bus.Attach(ads1x15.AddressMin, chip)
	dev, err := ads1x15.New(bus, ads1x15.AddressMin, ads1x15.Options{Chip: ads1x15.ADS1115})
	if err != nil {
		return err
	}
	return onReader(tracks, dev, clock, channels(tracks, 0, 0))
}

func onMCP(tracks []*track, bits int) error {
	if len(tracks) == 0 {
		return nil
	}
	kind, inputs := mcp3x0x.MCP3208, 8
	if bits == 10 {
		kind = mcp3x0x.MCP3008
	}
	if len(tracks) > inputs {
		return fmt.Errorf("%d columns of one wearer: a converter has %d inputs", len(tracks), inputs)
	}
	clock := new(acquire.VirtualPacer)
	chip, err := sim.NewMCP3x0x(sim.MCPOptions{Bits: bits, Inputs: inputs, Instant: true, VrefVolts: replaySupply,
		Input: func(input int, _ time.Duration) float64 {
			if input >= len(tracks) {
				return 0
			}
			return tracks[input].volts()
		}})
	if err != nil {
		return err
	}
	conn, err := sim.NewSPI(replayBus, clock.Now, nil, chip).Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		return err
	}
	dev, err := mcp3x0x.New(conn, mcp3x0x.Options{Chip: kind, VrefVolts: replaySupply})
	if err != nil {
		return err
	}
	step := replaySupply / float64(int(1)<<bits)
	return onReader(tracks, dev, clock, channels(tracks, step/2, replaySupply-step*1.5))
}

func onReader(tracks []*track, conv acquire.Converter, clock *acquire.VirtualPacer, chs []acquire.Channel) error {
	r, err := acquire.NewReader(conv, clock, chs...)
	if err != nil {
		return err
	}
	for _, t := range tracks {
		t.reader = r
	}
	return nil
}

// evenRate is the sampling rate where nearly all steps are alike, else 0: on an uneven grid a long step is no gap by itself.
func evenRate(t []time.Duration) float64 {
	if len(t) < 10 {
		return 0
	}
	steps := make([]time.Duration, len(t)-1)
	for i := range steps {
		steps[i] = t[i+1] - t[i]
	}
	sorted := slices.Clone(steps)
	slices.Sort(sorted)
	median := sorted[len(sorted)/2]
	odd := 0
	for _, s := range steps {
		if s < median*4/5 || s > median*6/5 {
			odd++
		}
	}
	rate := float64(time.Second) / float64(median)
	if odd*20 > len(steps) || rate < 0.1 || rate > 1000 {
		return 0
	}
	return rate
}

package mcp3x0x

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/spi"
)

// MaxQueue is how many conversions may be begun before they are finished: all inputs of the largest chip.
const MaxQueue = 8

// DefaultVrefVolts is the reference of the usual board, tied to a 3.3 V supply.
const DefaultVrefVolts = 3.3

// Options describe the chip as it is wired.
type Options struct {
	Chip Chip
	// VrefVolts is the voltage at the VREF pin, up to the supply; 0 is DefaultVrefVolts.
	VrefVolts float64
}

// ErrNoChip tells that the null bit was 1: nothing drives MISO. Every result of that transfer is lost.
var ErrNoChip = errors.New("mcp3x0x: null bit is 1: no chip, or MISO is not connected")

// ErrDisturbed tells that the chip's two readings of one result differ: it sends each twice, the second time backwards. Every result of
// that transfer is lost.
var ErrDisturbed = errors.New("mcp3x0x: the result and its repetition differ: a disturbed line, a long wire, or not a chip of this kind")

// frameBytes is a result, and its repetition backwards.
const frameBytes = 5

// Dev is one chip. It is not safe for concurrent use: one goroutine owns one bus.
type Dev struct {
	conn spi.Conn
	chip Chip
	step float64

	inputs    [MaxQueue]uint8 // begun, oldest first
	begun     int
	converted bool // the codes of all begun conversions are in
	next      int  // the next code to hand out
	out, in   [MaxQueue][frameBytes]byte
	packets   [MaxQueue]spi.Packet
}

// New makes a driver on a connection in SPI mode 0 or 3 with 8 bits a word, clocked no faster than MaxClock. It sends
// nothing: whether a chip answers shows at the first Finish, or by Check, and input 0 may be of somebody who is not to be read now.
func New(c spi.Conn, o Options) (*Dev, error) {
	if o.Chip.Bits() == 0 {
		return nil, fmt.Errorf("mcp3x0x: chip kind %d is none of MCP3004, MCP3008, MCP3204, MCP3208", o.Chip)
	}
	if o.VrefVolts == 0 {
		o.VrefVolts = DefaultVrefVolts
	}
	// "Electrical Characteristics", "Reference Input": 0.25 V to VDD.
	if !(o.VrefVolts >= 0.25 && o.VrefVolts <= 5.5) {
		return nil, fmt.Errorf("mcp3x0x: reference %g V: the %s takes 0.25 to 5.5 V", o.VrefVolts, o.Chip)
	}
	d := &Dev{conn: c, chip: o.Chip, step: o.VrefVolts / float64(int(1)<<o.Chip.Bits())}
	for i := range d.packets {
		// KeepCS stays false: a conversion starts only at a falling chip select. The kernel keeps it high for 10 µs between
		// frames, well over the 500 ns that the chip wants.
		d.packets[i] = spi.Packet{W: d.out[i][:], R: d.in[i][:]}
	}
	return d, nil
}

// String names the chip and its place.
func (d *Dev) String() string { return fmt.Sprintf("%s on %s", d.chip, d.conn) }

// Check tells whether a chip drives MISO, by one conversion of input 0. Conversions begun are forgotten.
func (d *Dev) Check() error {
	d.forget()
	if err := d.Begin(0); err != nil {
		return err
	}
	_, _, err := d.Finish()
	return err
}

// Begin notes input ch for the next Finish. It fails for an input the chip does not have, beyond MaxQueue, and while codes
// of the last transfer are still to be fetched: their order would be lost.
func (d *Dev) Begin(ch int) error {
	switch {
	case ch < 0 || ch >= d.chip.Inputs():
		return fmt.Errorf("mcp3x0x: input %d: the %s has 0 to %d", ch, d.chip, d.chip.Inputs()-1)
	case d.converted:
		return errors.New("mcp3x0x: begin: results of the last transfer are still to be finished")
	case d.begun == MaxQueue:
		return fmt.Errorf("mcp3x0x: begin: %d conversions are begun already", MaxQueue)
	}
	d.inputs[d.begun] = uint8(ch)
	d.begun++
	return nil
}

// ConversionTime is 0, 0: the chip converts while Finish clocks it.
func (d *Dev) ConversionTime() (typ, longest time.Duration) { return 0, 0 }

// Finish gives the code of the oldest conversion begun, 0…1023 or 0…4095; done is always true without an error. The first
// call converts everything begun in one transfer. Where that fails, all of it is lost: a bus that garbled one frame has
// proven nothing about its neighbours.
func (d *Dev) Finish() (code int32, done bool, err error) {
	if d.begun == 0 {
		return 0, false, errors.New("mcp3x0x: no conversion begun")
	}
	if !d.converted {
		if err := d.transfer(); err != nil {
			d.forget()
			return 0, false, err
		}
		d.converted = true
	}
	code = d.code(d.in[d.next])
	d.next++
	if d.next == d.begun {
		d.forget()
	}
	return code, true, nil
}

// transfer converts all inputs begun in one system call.
func (d *Dev) transfer() error {
	for i := range d.begun {
		d.out[i] = d.frame(d.inputs[i])
	}
	if err := d.conn.TxPackets(d.packets[:d.begun]); err != nil {
		return fmt.Errorf("mcp3x0x: transfer: %w", err)
	}
	for i := range d.begun {
		if d.in[i][1]&d.nullBit() != 0 {
			return fmt.Errorf("%w (input %d, read %#02x %#02x)", ErrNoChip, d.inputs[i], d.in[i][1], d.in[i][2])
		}
		if tail, want := uint16(d.in[i][3])<<8|uint16(d.in[i][4]), d.backwards(d.code(d.in[i])); tail != want {
			return fmt.Errorf("%w (input %d, read %#04x, then %#04x in place of %#04x)", ErrDisturbed, d.inputs[i], d.code(d.in[i]), tail, want)
		}
	}
	return nil
}

// frame is what asks for one input; see the package comment.
func (d *Dev) frame(input uint8) [frameBytes]byte {
	if d.chip.Bits() == 10 {
		return [frameBytes]byte{0x01, 0x80 | input<<4}
	}
	return [frameBytes]byte{0x06 | input>>2, input << 6}
}

// backwards is what follows a code: its bits again from the second lowest up, then zeros.
func (d *Dev) backwards(code int32) (tail uint16) {
	for bit := 1; bit < d.chip.Bits(); bit++ {
		tail |= uint16(code>>bit&1) << (16 - bit)
	}
	return tail
}

// nullBit is the place of the null bit in the second byte read.
func (d *Dev) nullBit() byte { return 1 << (d.chip.Bits() - 8) }

func (d *Dev) code(in [frameBytes]byte) int32 {
	return int32(in[1]&(d.nullBit()-1))<<8 | int32(in[2])
}

func (d *Dev) forget() { d.begun, d.next, d.converted = 0, 0, false }

// Volts is the voltage of an input for a code; the same for every input.
func (d *Dev) Volts(_ int, code int32) float64 { return float64(code) * d.step }

// StepVolts is one step in volts, the same for every input: 0.8 mV for 12 bit at a reference of 3.3 V.
func (d *Dev) StepVolts(int) float64 { return d.step }

package ads1x15

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// Options describe the chip as it is wired.
type Options struct {
	Chip Chip
	// FullScaleVolts is the range of each input: 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256; 0 is DefaultFullScaleVolts.
	// The inputs may never go beyond the supply, whatever the range.
	FullScaleVolts [Channels]float64
}

// ErrBusy tells that the chip is still converting something this driver did not see the end of. It passes by itself within
// 125 ms (the slowest data rate, left over from another program); a chip that stays busy needs its supply cycled.
var ErrBusy = errors.New("ads1x15: the chip is still busy with an earlier conversion")

// ErrChanged tells that the Config register does not hold what was written: the chip lost its supply for a moment or another
// program (a kernel driver, a second reader) uses it. The conversion is lost; the next Begin writes everything anew.
var ErrChanged = errors.New("ads1x15: the configuration changed under way (brown-out, or another program uses the chip)")

// Dev is one chip. It is not safe for concurrent use: one goroutine owns one bus.
type Dev struct {
	dev     i2c.Dev
	chip    property
	kind    Chip
	configs [Channels]uint16
	step    [Channels]float64

	pending bool   // a conversion was begun and not seen to end
	written uint16 // Config as written by the last Begin, without OS
	out     [3]byte
	in      [2]byte
}

// New finds the chip at addr (0x48…0x4B) on the bus and leaves it idle. It fails on options that the chip does not have,
// and where no such chip answers: calling again is how to wait for one.
func New(bus i2c.Bus, addr uint16, o Options) (*Dev, error) {
	p, err := o.Chip.property()
	if err != nil {
		return nil, err
	}
	if addr < AddressMin || addr > AddressMax {
		return nil, fmt.Errorf("ads1x15: address %#x: the ADDR pin selects one of 0x48 to 0x4b", addr)
	}
	d := &Dev{dev: i2c.Dev{Bus: bus, Addr: addr}, chip: p, kind: o.Chip}
	for input, volts := range o.FullScaleVolts {
		if volts == 0 {
			volts = DefaultFullScaleVolts
		}
		bits, err := pga(volts)
		if err != nil {
			return nil, fmt.Errorf("%w (input A%d)", err, input)
		}
		d.configs[input] = p.config(input, bits)
		d.step[input] = volts / float64(p.steps)
	}
	if err := d.Check(); err != nil {
		return nil, err
	}
	return d, nil
}

// String names the chip and its place, for example ads1115@48.
func (d *Dev) String() string { return fmt.Sprintf("%s@%x", d.kind, d.dev.Addr) }

// Check tells whether the chip is there: it writes a configuration without starting a conversion and reads it back. Any
// conversion begun is forgotten. ErrBusy means that it is there and still converting for somebody else.
func (d *Dev) Check() error {
	d.pending = true // until proven idle
	want := d.configs[0]
	if err := d.writeConfig(want); err != nil {
		return fmt.Errorf("ads1x15: no answer at address %#x: %w", d.dev.Addr, err)
	}
	got, err := d.read(pointerConfig)
	if err != nil {
		return fmt.Errorf("ads1x15: read configuration at address %#x: %w", d.dev.Addr, err)
	}
	if got&^configOS != want {
		return fmt.Errorf("ads1x15: address %#x: wrote configuration %#04x, read back %#04x: no %s there", d.dev.Addr, want, got&^configOS, d.kind)
	}
	if got&configOS == 0 {
		return ErrBusy
	}
	d.pending = false
	return nil
}

// Begin starts a conversion of input ch, 0…3, by writing the whole Config register. A start written while the chip converts
// would have no effect and the old result would be taken for the new one; so after a conversion that was not seen to end,
// Begin first asks the chip and fails with ErrBusy rather than start blindly.
func (d *Dev) Begin(ch int) error {
	if ch < 0 || ch >= Channels {
		return fmt.Errorf("ads1x15: input %d: the chip has 0 to %d", ch, Channels-1)
	}
	if d.pending {
		if err := d.expectIdle(); err != nil {
			return err
		}
	}
	d.pending = true // also where the write fails: it may have reached the chip
	d.written = d.configs[ch]
	if err := d.writeConfig(d.written | configOS); err != nil {
		return fmt.Errorf("ads1x15: start conversion of A%d: %w", ch, err)
	}
	return nil
}

func (d *Dev) expectIdle() error {
	got, err := d.read(pointerConfig)
	if err != nil {
		return fmt.Errorf("ads1x15: read configuration: %w", err)
	}
	if got&configOS == 0 {
		return ErrBusy
	}
	d.pending = false
	return nil
}

// ConversionTime is the time from Begin to the end of a conversion: typically one period of the data rate and the wake-up,
// at most 10 % more and the longest wake-up on record. Finish called sooner than the 25 µs of the wake-up may take the old
// state for the end of the conversion, so a caller waits at least the typical time.
func (d *Dev) ConversionTime() (typ, longest time.Duration) { return d.chip.conversionTime() }

// Finish reads the result of the conversion begun: −32768…32767 on the ADS1115, −2048…2047 on the ADS1015. done is false
// while the chip converts. ErrChanged and bus errors end the conversion without a result.
func (d *Dev) Finish() (code int32, done bool, err error) {
	if !d.pending {
		return 0, false, errors.New("ads1x15: no conversion begun")
	}
	done, err = d.finished()
	if err != nil || !done {
		return 0, false, err
	}
	raw, err := d.read(pointerConversion)
	if err != nil {
		return 0, false, fmt.Errorf("ads1x15: read conversion: %w", err)
	}
	// 0 is also what a chip holds that was reset after the look at the configuration: look once more.
	if raw == 0 {
		if done, err = d.finished(); err != nil || !done {
			return 0, false, err
		}
	}
	d.pending = false
	return int32(int16(raw)) >> d.chip.shift, true, nil
}

// finished looks at the Config register: over, still converting, or not ours any more.
func (d *Dev) finished() (bool, error) {
	got, err := d.read(pointerConfig)
	if err != nil {
		return false, fmt.Errorf("ads1x15: read configuration: %w", err)
	}
	if got&^configOS != d.written {
		return false, fmt.Errorf("%w: wrote %#04x, read %#04x", ErrChanged, d.written, got&^configOS)
	}
	return got&configOS != 0, nil
}

// Volts is the voltage of input ch against GND for a code.
func (d *Dev) Volts(ch int, code int32) float64 { return float64(code) * d.StepVolts(ch) }

// StepVolts is one step of input ch in volts: 125 µV on the ADS1115 at ±4.096 V; 0 for an input that does not exist.
func (d *Dev) StepVolts(ch int) float64 {
	if ch < 0 || ch >= Channels {
		return 0
	}
	return d.step[ch]
}

func (d *Dev) writeConfig(v uint16) error {
	d.out = [3]byte{pointerConfig, byte(v >> 8), byte(v)}
	return d.dev.Tx(d.out[:], nil)
}

func (d *Dev) read(pointer byte) (uint16, error) {
	d.out[0] = pointer
	if err := d.dev.Tx(d.out[:1], d.in[:]); err != nil {
		return 0, err
	}
	return uint16(d.in[0])<<8 | uint16(d.in[1]), nil
}

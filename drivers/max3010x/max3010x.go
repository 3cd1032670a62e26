package max3010x

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// Options describe the chip as it is wired and worn.
type Options struct {
	// Rate is samples a second: 50, 100, 200, 400, 800 or 1000; 0 is 100.
	Rate int
	// PulseMicros is the length of a flash: 69, 118, 215 or 411 µs; 0 is 411. Which goes with which rate is in the datasheet's table.
	PulseMicros int
	// InfraredFirst is for the many boards on which the two LEDs are swapped: infrared where the datasheet has red.
	InfraredFirst bool
	// LongWear keeps the light at the low end of the usable range.
	LongWear bool
	// Interrupt lets the INT pin fall when a sample is complete, until the FIFO or the status is read.
	Interrupt bool
}

// Errors that a caller may want to tell apart.
var (
	// ErrChanged tells that the settings are not those that were written: the chip lost its supply for a moment, or another program
	// uses it. What was in the FIFO is not believed. Restart writes everything anew.
	ErrChanged = errors.New("max3010x: the settings changed under way (brown-out, or another program uses the chip)")
	// ErrStuck tells that the FIFO's pointers do not move as they must.
	ErrStuck = errors.New("max3010x: the FIFO's pointers are stuck")
)

// Light is what came back of one LED's flash.
type Light struct {
	// Code is as the chip gave it, 0…FullScale.
	Code int32
	// Share is Code as a share of the range, had the LED shone at 7 mA: it stays where it is when a current is changed.
	Share float64
}

// Reading is one sample.
type Reading struct {
	Red, Infrared Light
	// Finger tells that skin lies on the sensor.
	Finger bool
	// Clip tells that a code is at the end of the range, or that there was more ambient light than the chip can take away.
	Clip bool
	// Mixed tells that a current was changed while this sample was made: it counts in time, and its values mean nothing.
	Mixed bool
}

// Dev is one chip. It is not safe for concurrent use: one goroutine owns one bus.
type Dev struct {
	dev      i2c.Dev
	timing   timing
	infrared int // slot of the infrared LED
	revision byte
	enabled  byte // interrupts

	servo  servo
	finger bool
	mixed  int // samples to come that are Mixed
	out    [7]byte
	in     [Depth * sampleBytes]byte
}

// New finds the chip at Address on the bus and resets it: it is dark until Restart, also one that an earlier run left lit. New fails on
// options that the chip does not have, and where no such chip answers: calling again is how to wait for one.
func New(bus i2c.Bus, o Options) (*Dev, error) {
	if o.Rate == 0 {
		o.Rate = 100
	}
	if o.PulseMicros == 0 {
		o.PulseMicros = 411
	}
	t, err := plan(o.Rate, o.PulseMicros)
	if err != nil {
		return nil, err
	}
	d := &Dev{dev: i2c.Dev{Bus: bus, Addr: Address}, timing: t, infrared: 1, servo: newServo(t.rate, o.LongWear)}
	if o.InfraredFirst {
		d.infrared = 0
	}
	if o.Interrupt {
		d.enabled = statusNewSample
	}
	if err := d.identify(); err != nil {
		return nil, err
	}
	if err := d.reset(); err != nil {
		return nil, err
	}
	return d, nil
}

// String names the chip and its place. The three kinds answer alike.
func (d *Dev) String() string {
	return fmt.Sprintf("max3010x@%x, revision %d", d.dev.Addr, d.revision)
}

// Period is the nominal time from sample to sample; the chip's own clock is off by some per cent.
func (d *Dev) Period() time.Duration { return d.timing.period() }

// Behind is how long before its arrival in the FIFO the middle of a sample lies.
func (d *Dev) Behind() time.Duration { return d.timing.behind() }

// Currents are those of the red and the infrared LED in steps of StepMilliamps.
func (d *Dev) Currents() (red, infrared byte) {
	return d.servo.current[1-d.infrared], d.servo.current[d.infrared]
}

// identify asks for the part ID.
func (d *Dev) identify() error {
	got, err := d.read(regRevision, 2)
	if err != nil {
		return fmt.Errorf("max3010x: no answer at address %#x: %w", Address, err)
	}
	if got[1] != partID {
		return fmt.Errorf("max3010x: address %#x: part ID %#02x, want %#02x: that is another chip", Address, got[1], partID)
	}
	d.revision = got[0]
	return nil
}

// resetLooks bounds how often reset looks for its end, which comes within 1 ms; one look takes about 0.1 ms.
const resetLooks = 100

// reset is the way out of whatever state the chip is in.
func (d *Dev) reset() error {
	if err := d.write(regMode, modeReset); err != nil {
		return fmt.Errorf("max3010x: reset: %w", err)
	}
	for range resetLooks {
		got, err := d.read(regMode, 1)
		if err == nil && got[0]&modeReset == 0 {
			return nil
		}
	}
	return fmt.Errorf("max3010x: the reset does not end: %w", ErrStuck)
}

// Restart writes all settings, empties the FIFO and lets the chip sample. The first sample arrives about a Period later.
func (d *Dev) Restart() error {
	if err := d.settle(); err != nil {
		return fmt.Errorf("max3010x: write settings: %w", err)
	}
	d.servo.begin()
	d.finger, d.mixed = false, 0
	return nil
}

// settle writes the settings with the mode last, so that nothing is sampled by half of them.
func (d *Dev) settle() error {
	s := d.settings()
	for _, w := range [][]byte{
		{regMode, modeShutdown | modeTwoLEDs},
		{regEnable1, d.enabled, 0},
		{regMode + 1, s[2]},
		{regMode + 3, s[4], s[5]},
		{regFIFO, s[0]},
		{regWrite, 0, 0, 0},
	} {
		if err := d.write(w...); err != nil {
			return err
		}
	}
	if _, err := d.read(regStatus1, 2); err != nil { // clears what is left of the past
		return err
	}
	return d.write(regMode, modeTwoLEDs)
}

// settings are the registers from regFIFO on: FIFO, mode, SpO2, one without use, both currents.
func (d *Dev) settings() [6]byte {
	return [6]byte{d.timing.fifo(), modeTwoLEDs, d.timing.spo2(), 0, d.servo.current[0], d.servo.current[1]}
}

// Clear empties the FIFO and lets the chip sample on: the way to a known place after an overflow.
func (d *Dev) Clear() error {
	if err := d.write(regWrite, 0, 0, 0); err != nil {
		return fmt.Errorf("max3010x: empty the FIFO: %w", err)
	}
	if _, err := d.read(regStatus1, 1); err != nil { // a flag of the past would make an empty FIFO look full
		return fmt.Errorf("max3010x: clear the flags: %w", err)
	}
	return nil
}

// Sleep puts both LEDs out until Restart.
func (d *Dev) Sleep() error {
	if err := d.write(regMode, modeShutdown|modeTwoLEDs); err != nil {
		return fmt.Errorf("max3010x: put the LEDs out: %w", err)
	}
	return nil
}

func (d *Dev) write(w ...byte) error {
	n := copy(d.out[:], w)
	return d.dev.Tx(d.out[:n], nil)
}

// read gives n registers from one on; the next read overwrites them.
func (d *Dev) read(from byte, n int) ([]byte, error) {
	d.out[0] = from
	if err := d.dev.Tx(d.out[:1], d.in[:n]); err != nil {
		return nil, err
	}
	return d.in[:n], nil
}

package ads1x15

import (
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// The family has no identity register. What tells it from a thermometer or anything else at its addresses are the two thresholds,
// "Register Map", which nothing of hubd ever writes: 0x8000 and 0x7FFF from power-up, exchanged in their signs by programs that use
// ALERT/RDY.
const (
	pointerLow  = 2
	pointerHigh = 3
)

// Resembles tells whether what answers at addr has the registers of this family. It only reads, which harms no chip that could be
// there. An error is no answer.
func Resembles(bus i2c.Bus, addr uint16) (bool, error) {
	d := Dev{dev: i2c.Dev{Bus: bus, Addr: addr}}
	var got [5]uint16
	for i, pointer := range [...]byte{pointerConfig, pointerLow, pointerHigh, pointerConfig, pointerLow} {
		v, err := d.read(pointer)
		if err != nil {
			return false, fmt.Errorf("ads1x15: no answer at address %#x: %w", addr, err)
		}
		got[i] = v
	}
	low, high := got[1]&^0xF, got[2]|0xF // of the ADS1015 the last four bits count for nothing
	thresholds := low == 0x8000 && high == 0x7FFF || low == 0 && high == 0x800F
	return thresholds && got[0]&^configOS == got[3]&^configOS && got[1] == got[4], nil
}

// What tells the two chips apart is how long their slowest conversion takes, 125 ms or 8 ms: no result is read for that, so that it can be
// done while nobody is to be sensed.
const (
	// TellAfter is how long after Tell begins its caller asks Told, and TellBefore is when the answer means nothing any more.
	TellAfter  = 20 * time.Millisecond
	TellBefore = 100 * time.Millisecond
	// TellOver is when the chip is surely idle again.
	TellOver = 150 * time.Millisecond

	slowest = 0x8583 &^ (7 << configRateShift) &^ configOS // as from power-up, at the slowest rate: A0 against A1
)

// ErrUnsure tells that a bus was too slow for an answer.
var ErrUnsure = errors.New("ads1x15: the bus is too slow to tell the two chips apart")

// Tell starts a conversion at the slowest rate of a chip that Resembles one of the family.
func Tell(bus i2c.Bus, addr uint16) error {
	d := Dev{dev: i2c.Dev{Bus: bus, Addr: addr}}
	if err := d.writeConfig(slowest | configOS); err != nil {
		return fmt.Errorf("ads1x15: start conversion at address %#x: %w", addr, err)
	}
	return nil
}

// Told tells which chip it is, TellAfter to TellBefore after Tell.
func Told(bus i2c.Bus, addr uint16) (Chip, error) {
	d := Dev{dev: i2c.Dev{Bus: bus, Addr: addr}}
	got, err := d.read(pointerConfig)
	if err != nil {
		return 0, fmt.Errorf("ads1x15: read configuration at address %#x: %w", addr, err)
	}
	if got&^configOS != slowest {
		return 0, fmt.Errorf("%w: wrote %#04x, read %#04x", ErrChanged, slowest, got&^configOS)
	}
	if got&configOS != 0 {
		return ADS1015, nil
	}
	return ADS1115, nil
}

package max3010x

import (
	"fmt"

	"periph.io/x/conn/v3/i2c"
)

// PartID is what the MAX30101, MAX30102 and MAX30105 say of themselves; the three cannot be told apart by it.
const PartID = partID

// Part asks what answers at Address for its part ID. It only reads, and no register whose reading changes anything: an EEPROM or
// a clock that has the same address takes no harm. An error is no answer.
func Part(bus i2c.Bus) (part byte, err error) {
	d := Dev{dev: i2c.Dev{Bus: bus, Addr: Address}}
	got, err := d.read(regRevision, 2)
	if err != nil {
		return 0, fmt.Errorf("max3010x: no answer at address %#x: %w", Address, err)
	}
	return got[1], nil
}

// PlainRegister is the first of a row of some twenty whose reading changes nothing: the currents of the LEDs, and what follows.
const PlainRegister = regMode + 3

package mcp3x0x

import (
	"fmt"

	"periph.io/x/conn/v3/spi"
)

// identifyBytes are enough for a command, a code of 12 bits, and the same backwards.
const identifyBytes = 6

// Identify tells by one conversion of each of the first four inputs whether a chip of the family is on a port, and of how many bits: 10, 12,
// or 0 where there is none or it cannot be told. One frame serves both widths, with the start bit five clocks late as the 12-bit chips want
// it: the shorter frame of the 10-bit ones begins with 0x01, which writes the status register of a flash memory that may be there
// instead. What tells the widths apart is that each code is followed by itself backwards, "Serial Communications".
func Identify(conn spi.Conn) (bits int, err error) {
	var tens, twelves int
	for input := range byte(4) {
		out := [identifyBytes]byte{0x06, input << 6}
		var in [identifyBytes]byte
		if err := conn.Tx(out[:], in[:]); err != nil {
			return 0, fmt.Errorf("mcp3x0x: transfer: %w", err)
		}
		ten, twelve := mirrored(in, 10), mirrored(in, 12)
		if !ten && !twelve {
			return 0, nil
		}
		switch {
		case ten && !twelve:
			tens++
		case twelve && !ten:
			twelves++
		}
	}
	switch {
	case tens > 0 && twelves == 0:
		return 10, nil
	case twelves > 0 && tens == 0:
		return 12, nil
	}
	return 0, nil
}

// nullPlace is the place of the null bit in an answer, from its first bit on.
const nullPlace = 8 + 3

// mirrored tells whether an answer is a null bit, a code, the code backwards without its last bit, and zeros.
func mirrored(in [identifyBytes]byte, bits int) bool {
	at := func(i int) byte { return in[i/8] >> (7 - i%8) & 1 }
	if at(nullPlace) != 0 {
		return false
	}
	last := nullPlace + bits
	for i := 1; i < bits; i++ {
		if at(last+i) != at(last-i) {
			return false
		}
	}
	for i := last + bits; i < 8*identifyBytes; i++ {
		if at(i) != 0 {
			return false
		}
	}
	return true
}

package mcp3x0x

import (
	"fmt"

	"periph.io/x/conn/v3/physic"
)

// Chip is a member of the family.
type Chip uint8

// The chips.
const (
	MCP3004 Chip = iota // 10 bit, 4 inputs
	MCP3008             // 10 bit, 8 inputs
	MCP3204             // 12 bit, 4 inputs
	MCP3208             // 12 bit, 8 inputs
)

// String is the name used in the configuration.
func (c Chip) String() string {
	switch c {
	case MCP3004:
		return "mcp3004"
	case MCP3008:
		return "mcp3008"
	case MCP3204:
		return "mcp3204"
	case MCP3208:
		return "mcp3208"
	}
	return "unknown chip"
}

// Bits is the width of a code: 10 or 12; 0 for a chip that does not exist.
func (c Chip) Bits() int {
	switch c {
	case MCP3004, MCP3008:
		return 10
	case MCP3204, MCP3208:
		return 12
	}
	return 0
}

// Inputs is the number of inputs: 4 or 8; 0 for a chip that does not exist.
func (c Chip) Inputs() int {
	switch c {
	case MCP3004, MCP3204:
		return 4
	case MCP3008, MCP3208:
		return 8
	}
	return 0
}

// Clock limits, "Electrical Characteristics", "Timing Parameters": throughput at 5 V and 2.7 V times the clocks of a sample.
const (
	MaxClock10Bit5V  = 3600 * physic.KiloHertz // 200 ksps
	MaxClock10Bit2V7 = 1350 * physic.KiloHertz // 75 ksps
	MaxClock12Bit5V  = 2000 * physic.KiloHertz // 100 ksps
	MaxClock12Bit2V7 = 1000 * physic.KiloHertz // 50 ksps
	MinClock         = 10 * physic.KiloHertz   // "Maintaining Minimum Clock Speed": below, the sample capacitor droops
)

// MaxClock is the fastest SPI clock for a chip at a supply of 2.7…5.5 V. Only two supplies are specified, so anything below
// 5 V gets the limit for 2.7 V: an over-clocked chip still answers, with a wrong number.
func MaxClock(c Chip, supplyVolts float64) (physic.Frequency, error) {
	if !(supplyVolts >= 2.7 && supplyVolts <= 5.5) {
		return 0, fmt.Errorf("mcp3x0x: supply %g V: the %s works from 2.7 to 5.5 V", supplyVolts, c)
	}
	switch {
	case c.Bits() == 10 && supplyVolts >= 5:
		return MaxClock10Bit5V, nil
	case c.Bits() == 10:
		return MaxClock10Bit2V7, nil
	case c.Bits() == 12 && supplyVolts >= 5:
		return MaxClock12Bit5V, nil
	case c.Bits() == 12:
		return MaxClock12Bit2V7, nil
	}
	return 0, fmt.Errorf("mcp3x0x: chip kind %d is none of MCP3004, MCP3008, MCP3204, MCP3208", c)
}

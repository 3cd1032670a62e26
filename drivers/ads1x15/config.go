package ads1x15

import (
	"fmt"
	"time"
)

// Pointer values, "Address Pointer Register".
const (
	pointerConversion = 0
	pointerConfig     = 1
)

// Bits of the Config register, "Config Register".
const (
	configOS         = 1 << 15 // write: start; read: 1 = idle
	configMuxA0      = 4 << 12 // A0 against GND; the other inputs follow
	configMuxStep    = 1 << 12
	configPGAShift   = 9
	configSingleShot = 1 << 8
	configRateShift  = 5
	configNoCompare  = 3 // COMP_QUE
)

// Address range that the ADDR pin can select, "I2C Address Selection": GND 0x48, VDD 0x49, SDA 0x4A, SCL 0x4B.
const (
	AddressMin = 0x48
	AddressMax = 0x4B
)

// Channels is the number of inputs, A0…A3, each measured against GND.
const Channels = 4

// PlainRegister may be read at any time and on and on: the chip repeats it.
const PlainRegister = pointerConfig

// DefaultFullScaleVolts covers sensors supplied with 3.3 V: ±4.096 V, 125 µV a step on the ADS1115.
const DefaultFullScaleVolts = 4.096

// Chip is a member of the family.
type Chip uint8

// The chips. The zero value is the ADS1115.
const (
	ADS1115 Chip = iota // 16 bit, 860 samples/s
	ADS1015             // 12 bit, 3300 samples/s
)

// String is the name used in the configuration.
func (c Chip) String() string {
	switch c {
	case ADS1115:
		return "ads1115"
	case ADS1015:
		return "ads1015"
	}
	return "unknown chip"
}

// property is what differs within the family.
type property struct {
	rate     int    // samples per second
	rateBits uint16 // DR
	shift    uint   // of the result in the Conversion register
	steps    int32  // from 0 to full scale
}

func (c Chip) property() (property, error) {
	switch c {
	case ADS1115:
		return property{rate: 860, rateBits: 7, shift: 0, steps: 1 << 15}, nil
	case ADS1015:
		return property{rate: 3300, rateBits: 6, shift: 4, steps: 1 << 11}, nil
	}
	return property{}, fmt.Errorf("ads1x15: chip kind %d is neither ADS1115 nor ADS1015", c)
}

// Wake-up before a conversion, "Single-Shot Mode"; the longest is what users of the slow parts report.
const (
	wakeTypical = 25 * time.Microsecond
	wakeLongest = 120 * time.Microsecond
)

// conversionTime gives the typical time of a conversion and the longest within the ±10 % of "Electrical Characteristics".
func (p property) conversionTime() (typ, longest time.Duration) {
	period := time.Second / time.Duration(p.rate)
	return period + wakeTypical, period*10/9 + wakeLongest
}

// pga gives the PGA field for a full scale in volts.
func pga(fullScale float64) (uint16, error) {
	for bits, v := range [...]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256} {
		if fullScale == v {
			return uint16(bits), nil
		}
	}
	return 0, fmt.Errorf("ads1x15: full scale %g V: the chip has 6.144, 4.096, 2.048, 1.024, 0.512 and 0.256", fullScale)
}

// config is the Config register for one input, without OS.
func (p property) config(input int, pga uint16) uint16 {
	return configMuxA0 + uint16(input)*configMuxStep | pga<<configPGAShift | configSingleShot |
		p.rateBits<<configRateShift | configNoCompare
}

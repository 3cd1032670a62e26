package hub

import (
	"errors"
	"fmt"

	"periph.io/x/conn/v3/i2c"

	"hubd/acquire"
	"hubd/config"
	"hubd/drivers/ads1x15"
	"hubd/drivers/max3010x"
)

// identity is what answers at an address.
type identity struct {
	kind  config.ChipKind // empty: something that hubd has no driver for
	words string          // what it is, for people
}

// tellTries is how often a slow bus is asked for the chip's pace.
const tellTries = 3

// identifyI2C asks what answers at an address, in ways that harm no chip. An error is no answer.
func identifyI2C(bus i2c.Bus, address uint16, clock acquire.Pacer) (identity, error) {
	if address == max3010x.Address {
		return identifyOptical(bus)
	}
	ours, err := ads1x15.Resembles(bus, address)
	if err != nil {
		return identity{}, err
	}
	if !ours {
		return identity{words: "something that is no ADS1x15, perhaps a thermometer"}, nil
	}
	for range tellTries {
		chip, err := tellADS(bus, address, clock)
		switch {
		case errors.Is(err, ads1x15.ErrUnsure):
			continue
		case err != nil:
			return identity{}, err
		case chip == ads1x15.ADS1015:
			return identity{config.ADS1015, "an ADS1015"}, nil
		}
		return identity{config.ADS1115, "an ADS1115"}, nil
	}
	return identity{config.ADS1115, "an ADS1115 or ADS1015"}, nil
}

func identifyOptical(bus i2c.Bus) (identity, error) {
	part, err := max3010x.Part(bus)
	switch {
	case err != nil:
		return identity{}, err
	case part == max3010x.PartID:
		return identity{config.MAX30102, "a MAX30101, MAX30102 or MAX30105"}, nil
	case part == 0x11:
		return identity{words: "a MAX30100, which is another chip"}, nil
	}
	return identity{words: fmt.Sprintf("something with the part ID %#02x, perhaps a memory", part)}, nil
}

// tellADS times one slow conversion, whose result nobody reads.
func tellADS(bus i2c.Bus, address uint16, clock acquire.Pacer) (ads1x15.Chip, error) {
	from := clock.Now()
	if err := ads1x15.Tell(bus, address); err != nil {
		return 0, err
	}
	clock.SleepUntil(clock.Now() + ads1x15.TellAfter)
	chip, err := ads1x15.Told(bus, address)
	to := clock.Now()
	clock.SleepUntil(from + ads1x15.TellOver)
	if err == nil && to-from > ads1x15.TellBefore {
		err = ads1x15.ErrUnsure
	}
	return chip, err
}

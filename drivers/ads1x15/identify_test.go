package ads1x15_test

import (
	"errors"
	"testing"
	"time"

	"periph.io/x/conn/v3/physic"

	"hubd/drivers/ads1x15"
	"hubd/drivers/sim"
)

func TestAChipIsFoundByItsRegistersAndToldByItsPace(t *testing.T) {
	for _, row := range []struct {
		name      string
		twelveBit bool
		want      ads1x15.Chip
	}{
		{"an ADS1115 still converts after 20 ms at its slowest", false, ads1x15.ADS1115},
		{"an ADS1015 is done by then", true, ads1x15.ADS1015},
	} {
		for _, off := range []float64{-0.1, 0, 0.1} {
			now := time.Duration(0)
			bus := sim.NewI2C("1", func() time.Duration { return now }, func(d time.Duration) { now += d })
			chip, err := sim.NewADS1x15(sim.ADSOptions{TwelveBit: row.twelveBit, ClockError: off, Input: func(int, time.Duration) float64 { return 1 }})
			if err != nil {
				t.Fatal(err)
			}
			bus.Attach(0x4a, chip)
			if ok, err := ads1x15.Resembles(bus, 0x4a); !ok || err != nil {
				t.Fatalf("%s: %v, %v", row.name, ok, err)
			}
			if err := ads1x15.Tell(bus, 0x4a); err != nil {
				t.Fatal(err)
			}
			now += ads1x15.TellAfter
			if got, err := ads1x15.Told(bus, 0x4a); got != row.want || err != nil {
				t.Errorf("%s: %v, %v", row.name, got, err)
			}
		}
	}
}

func TestNothingAnswersWhereNothingIs(t *testing.T) {
	bus := sim.NewI2C("1", func() time.Duration { return 0 }, nil)
	if _, err := ads1x15.Resembles(bus, 0x48); err == nil {
		t.Error("an empty bus has an ADS1x15")
	}
}

// registers answers at every address with fixed registers, as a thermometer or a clock would.
type registers map[byte]uint16

func (r registers) String() string                  { return "registers" }
func (r registers) SetSpeed(physic.Frequency) error { return nil }
func (r registers) Tx(_ uint16, w, in []byte) error {
	if len(w) != 1 {
		return errors.New("a look that must harm nothing wrote something")
	}
	v := r[w[0]]
	for i := range in {
		in[i] = byte(v >> (8 * (1 - i&1)))
	}
	return nil
}

func TestOtherChipsAtTheSameAddressesAreLeftAlone(t *testing.T) {
	for _, row := range []struct {
		name string
		r    registers
		want bool
	}{
		{"a TMP102 thermometer", registers{0: 0x1900, 1: 0x60A0, 2: 0x4B00, 3: 0x5000}, false},
		{"a bus held low", registers{}, false},
		{"a bus held high", registers{0: 0xFFFF, 1: 0xFFFF, 2: 0xFFFF, 3: 0xFFFF}, false},
		{"an ADS1115 from power-up", registers{1: 0x8583, 2: 0x8000, 3: 0x7FFF}, true},
		{"an ADS1015, whose thresholds have twelve bits", registers{1: 0x8583, 2: 0x8000, 3: 0x7FF0}, true},
		{"an ADS1115 whose ALERT/RDY another program used", registers{1: 0x42E0, 2: 0x0000, 3: 0x8000}, true},
	} {
		if got, err := ads1x15.Resembles(row.r, 0x48); got != row.want || err != nil {
			t.Errorf("%s: %v, %v; want %v", row.name, got, err, row.want)
		}
	}
}

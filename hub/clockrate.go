package hub

import (
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"

	"hubd/dsp"
)

// What measures a bus's clock: the difference of a short and a long transfer, each at its best of several, is bits and nothing else.
const (
	clockRuns  = 16
	shortBytes = 2
	longBytes  = 26
	shortFrame = 3
	longFrame  = 63
)

// i2cClock measures the clock of a bus by reading a register of a chip that repeats it, or goes on to others, without harm.
func i2cClock(bus i2c.Bus, address uint16, register byte, now func() time.Duration) dsp.Maybe {
	return clockOf(9*(longBytes-shortBytes), shortBytes, longBytes, now, func(n int) error {
		return bus.Tx(address, []byte{register}, make([]byte, n))
	})
}

// spiClock measures the clock of a port by sending zeros, in which no chip of the family sees a command.
func spiClock(conn spi.Conn, now func() time.Duration) dsp.Maybe {
	return clockOf(8*(longFrame-shortFrame), shortFrame, longFrame, now, func(n int) error {
		return conn.Tx(make([]byte, n), make([]byte, n))
	})
}

// clockOf is bits in the time by which a long transfer takes longer than a short one; unknown where one fails, or where the transfers
// take no time to speak of, as simulated ones do.
func clockOf(bits, short, long int, now func() time.Duration, transfer func(n int) error) dsp.Maybe {
	best := [2]time.Duration{time.Hour, time.Hour}
	for range clockRuns {
		for i, n := range [2]int{short, long} {
			from := now()
			if transfer(n) != nil {
				return dsp.Maybe{}
			}
			best[i] = min(best[i], now()-from)
		}
	}
	took := best[1] - best[0]
	if took < 10*time.Microsecond {
		return dsp.Maybe{}
	}
	return dsp.Some(float64(bits) / took.Seconds())
}

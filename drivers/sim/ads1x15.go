package sim

import (
	"fmt"
	"sync"
	"time"
)

// ADSOptions describe a simulated ADS1115 or ADS1015.
type ADSOptions struct {
	TwelveBit   bool    // an ADS1015
	Input       Input   // what is wired to A0…A3
	SupplyVolts float64 // 0 is DefaultSupplyVolts
	// ClockError is how far the chip's oscillator is off, −0.10…+0.10: +0.10 converts 10 % faster.
	ClockError float64
	// Instant is for replay: a conversion is over at once and transfers take no time. The input is taken for the moment the
	// host works out: half a nominal conversion after the start.
	Instant bool
}

// Registers, SBAS444 and SBAS473 "Register Map".
const (
	adsConversion  = 0
	adsConfig      = 1
	adsResetConfig = 0x8583
	adsOS          = 1 << 15
	adsSingleShot  = 1 << 8
	adsWake        = 25 * time.Microsecond // "Single-Shot Mode"
)

// ADS1x15 is the register model of one chip. Set may be called from any goroutine.
type ADS1x15 struct {
	o ADSOptions

	mu        sync.Mutex
	faults    faults
	pointer   byte
	registers [4]uint16

	running  bool
	settings uint16        // Config of the running conversion
	sampled  time.Duration // middle of the running conversion
	done     time.Duration // its end
}

// NewADS1x15 makes a chip fresh from power-up.
func NewADS1x15(o ADSOptions) (*ADS1x15, error) {
	if o.Input == nil {
		return nil, fmt.Errorf("sim: an ADS1x15 needs an Input")
	}
	if !(o.ClockError >= -0.1 && o.ClockError <= 0.1) {
		return nil, fmt.Errorf("sim: clock error %g: the datasheet allows -0.1 to 0.1", o.ClockError)
	}
	if o.SupplyVolts == 0 {
		o.SupplyVolts = DefaultSupplyVolts
	}
	c := &ADS1x15{o: o}
	c.reset()
	return c, nil
}

// Set switches a fault of the chip: NACK, Stuck, Frozen, Unplugged, or BrownOut, which happens at once and cannot be switched off.
func (c *ADS1x15) Set(f Fault, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch f {
	case NACK, Stuck, Frozen:
		c.faults.set(f, on)
	case Unplugged:
		c.faults.set(f, on)
		c.reset()
	case BrownOut:
		if on {
			c.reset()
		}
	default:
		return fmt.Errorf("sim: an ADS1x15 has no fault %s", f)
	}
	return nil
}

func (c *ADS1x15) silent() bool { return c.faults.has(NACK) || c.faults.has(Unplugged) }
func (c *ADS1x15) stuck() bool  { return c.faults.has(Stuck) }

func (c *ADS1x15) atOnce() bool { return c.o.Instant }

// reset gives the registers their values after power-up.
func (c *ADS1x15) reset() {
	c.pointer, c.running = 0, false
	c.registers = [4]uint16{0, adsResetConfig, 0x8000, 0x7FFF}
}

// write is a write transfer that ended at now: the pointer, then perhaps a register.
func (c *ADS1x15) write(w []byte, now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(now)
	c.pointer = w[0] & 3
	if len(w) < 3 || c.pointer == adsConversion { // the Conversion register is read-only
		return
	}
	v := uint16(w[1])<<8 | uint16(w[2])
	c.registers[c.pointer] = v
	if c.pointer != adsConfig || c.running { // a running conversion finishes with its own settings
		return
	}
	if v&adsSingleShot == 0 || v&adsOS != 0 {
		c.start(v, now)
		c.settle(now)
	}
}

// read is a read transfer that latches at now.
func (c *ADS1x15) read(r []byte, now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(now)
	v := c.registers[c.pointer]
	if c.pointer == adsConfig {
		v |= adsOS
		if c.running {
			v &^= adsOS
		}
	}
	for i := range r { // beyond two bytes the register repeats
		r[i] = byte(v >> (8 * (1 - i&1)))
	}
}

// start begins a conversion with settings.
func (c *ADS1x15) start(settings uint16, now time.Duration) {
	nominal := c.nominal(settings)
	c.running, c.settings = true, settings
	if c.o.Instant {
		c.sampled, c.done = now+nominal/2, now
		return
	}
	took := time.Duration(float64(nominal) / (1 + c.o.ClockError))
	c.sampled, c.done = now+took/2, now+took
}

// nominal is the time of one conversion with an exact clock; only a single shot has to wake up first.
func (c *ADS1x15) nominal(settings uint16) time.Duration {
	rates := [8]time.Duration{8, 16, 32, 64, 128, 250, 475, 860}
	if c.o.TwelveBit {
		rates = [8]time.Duration{128, 250, 490, 920, 1600, 2400, 3300, 3300}
	}
	d := time.Second / rates[settings>>5&7]
	if settings&adsSingleShot != 0 {
		d += adsWake
	}
	return d
}

// settle brings the registers to now. In continuous mode the next conversion starts where the last one ended, with the
// settings of that moment; only the last finished one is left to see.
func (c *ADS1x15) settle(now time.Duration) {
	for c.running && now >= c.done {
		end := c.done
		c.finish()
		next := c.registers[adsConfig]
		if next&adsSingleShot != 0 {
			return
		}
		if c.o.Instant {
			end = now
		} else if n := (now - end) / c.nominal(next); n > 2 {
			end += (n - 2) * c.nominal(next)
		}
		c.start(next, end)
		if c.o.Instant {
			return
		}
	}
}

// finish puts the running conversion's result into its register.
func (c *ADS1x15) finish() {
	c.running = false
	if c.faults.has(Frozen) {
		return
	}
	step := [8]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256}[c.settings>>9&7] / (1 << 15)
	v := c.measure(c.settings >> 12 & 7)
	if !c.o.TwelveBit {
		c.registers[adsConversion] = uint16(int16(converted(v, step, -1<<15, 1<<15-1)))
		return
	}
	c.registers[adsConversion] = uint16(int16(converted(v, step*16, -1<<11, 1<<11-1) << 4))
}

// measure is the voltage between the inputs that a MUX setting selects.
func (c *ADS1x15) measure(mux uint16) float64 {
	at := func(input int) float64 { return railed(c.o.Input(input, c.sampled), c.o.SupplyVolts) }
	switch mux {
	case 0:
		return at(0) - at(1)
	case 1, 2, 3:
		return at(int(mux)-1) - at(3)
	}
	return at(int(mux) - 4)
}
